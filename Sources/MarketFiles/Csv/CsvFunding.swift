internal import TradingModel

/// The columns of a file of funding rates, one settlement a row.
struct CsvFundingColumns {
    let time: CsvColumn
    let rate: CsvColumn
    let mark: CsvColumn?

    init?(_ columns: CsvColumns) {
        guard let rate = columns.column(.fundingRate), let time = columns.column(.fundingTime)
        else { return nil }
        self.time = time
        self.rate = rate
        mark = columns.column(.mark)
    }

    /// freqtrade keeps rates as the open of candles that are otherwise 0.
    init?(candles columns: CsvColumns, _ style: NumberStyle) {
        let zeros = [CsvRole.high, .low, .close].compactMap { columns.column($0) }
        guard zeros.count == 3, let rate = columns.column(.open),
            let time = columns.column(.openTime),
            zeros.allSatisfy({ zero in columns.sample.all(zero.index, Self.isZero) })
        else { return nil }
        self.time = time
        self.rate = rate
        mark = nil
    }

    private static func isZero(_ value: [UInt8]) -> Bool {
        value.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
    }
}

/// Reads one settlement a row.
struct CsvFundingDecoder: CsvDecoder {
    private let columns: CsvFundingColumns
    private let instrument: InstrumentID
    var record: CsvRecord
    private var times = TimeColumn()
    private var last: (time: Timestamp, rate: Rate)?
    private var withoutMark = 0

    init(_ columns: CsvFundingColumns, _ instrument: InstrumentID, _ record: CsvRecord) {
        (self.columns, self.instrument, self.record) = (columns, instrument, record)
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        guard try record.read(line), !record.passes(line, without: "rate", columns.rate) else {
            return
        }
        let rate = try record.row.decimal(Rate.self, line, columns.rate)
        guard rate.attos.magnitude < UInt128(attosPerUnit) else {
            throw BadLine(
                reason:
                    "column `\(columns.rate.name)`: `\(rate)` is not a rate of funding, expected a "
                    + "share of the position such as 0.0001 or 0.01%")
        }
        var mark: Price?
        if let column = columns.mark, !record.row.lacks(line, column) {
            mark = try record.row.positive(Price.self, line, column)
        }
        let time = try times.read(line, record.row, columns.time)
        queue.observeOrder(of: time)
        if let last, last == (time, rate) { return queue.countDuplicate() }
        last = (time, rate)
        if mark == nil { withoutMark += 1 }
        queue.append(
            .funding(
                Funding(
                    instrument: instrument, rate: rate, mark: mark, venueTime: time,
                    receiveTime: time)))
    }

    var notes: [String] {
        guard withoutMark > 0 else { return record.notes }
        return record.notes + [
            "\(grouped(withoutMark, "settlement", "settlements")) without a mark price "
                + (withoutMark == 1 ? "is" : "are") + " taken at the last price known then"
        ]
    }
}
