internal import TradingModel

/// The columns of a venue's tickers, which tell the funding on the way: Tardis
/// `derivative_ticker`.
struct CsvTickerColumns {
    var times: CsvTimes
    let fundingTime: CsvColumn
    let rate: CsvColumn
    let mark: CsvColumn?
    let last: CsvColumn?
    let index: CsvColumn?

    init?(_ columns: CsvColumns) {
        guard let times = CsvTimes(columns), let rate = columns.column(.fundingRate),
            let fundingTime = columns.column(.nextFundingTime),
            columns.has(.mark) || columns.has(.last)
        else { return nil }
        self.times = times
        self.rate = rate
        self.fundingTime = fundingTime
        mark = columns.column(.mark)
        last = columns.column(.last)
        index = columns.column(.index)
    }
}

/// Reads a ticker a row, and the funding at each settlement that lies between two rows.
///
/// A row says when the next settlement is and at which rate it would be. What held last before that
/// moment is settled then.
struct CsvTickerDecoder: CsvDecoder {
    /// A settlement that is to come.
    private struct Settlement {
        var time: Timestamp
        var rate: Rate
        var mark: Price?
    }

    private var columns: CsvTickerColumns
    private let instrument: InstrumentID
    var record: CsvRecord
    private var fundingTimes = TimeColumn()
    private var next: Settlement?
    private var mark: Price?
    private var settlements = 0
    private var sawFunding = false

    init(_ columns: CsvTickerColumns, _ instrument: InstrumentID, _ record: CsvRecord) {
        (self.columns, self.instrument, self.record) = (columns, instrument, record)
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        guard try record.read(line) else { return }
        let (venueTime, receiveTime) = try columns.times.read(line, record.row)
        var ticker = Ticker(
            instrument: instrument, venueTime: venueTime, receiveTime: receiveTime)
        ticker.mark = try price(line, columns.mark)
        ticker.last = try price(line, columns.last)
        ticker.index = try price(line, columns.index)
        let announced = try announced(line)
        settle(until: receiveTime, into: &queue)
        if let known = ticker.mark { mark = known }
        if let announced, announced.time > receiveTime {
            next = Settlement(time: announced.time, rate: announced.rate, mark: mark)
        } else if next != nil {
            next?.mark = mark
        }
        queue.observeOrder(of: receiveTime)
        queue.append(.ticker(ticker))
    }

    private mutating func price(
        _ line: Span<UInt8>, _ column: CsvColumn?
    ) throws(BadLine) -> Price? {
        guard let column, !record.row.lacks(line, column) else { return nil }
        return try record.row.positive(Price.self, line, column)
    }

    /// The next settlement, where the row says both when and at which rate.
    private mutating func announced(
        _ line: Span<UInt8>
    ) throws(BadLine) -> (time: Timestamp, rate: Rate)? {
        guard !record.row.lacks(line, columns.fundingTime), !record.row.lacks(line, columns.rate)
        else { return nil }
        sawFunding = true
        return (
            try fundingTimes.read(line, record.row, columns.fundingTime),
            try record.row.decimal(Rate.self, line, columns.rate)
        )
    }

    private mutating func settle(until time: Timestamp, into queue: inout EventQueue) {
        guard let settlement = next, settlement.time <= time else { return }
        settlements += 1
        next = nil
        queue.append(
            .funding(
                Funding(
                    instrument: instrument, rate: settlement.rate, mark: settlement.mark,
                    venueTime: settlement.time, receiveTime: settlement.time)))
    }

    var notes: [String] {
        guard !sawFunding else { return record.notes }
        return record.notes + ["no row says when funding is settled: none is paid"]
    }
}
