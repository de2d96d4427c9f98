internal import TradingModel

/// The columns of a file of bars.
struct CsvBarColumns {
    let openTime: CsvColumn?
    let closeTime: CsvColumn?
    /// BitMEX stamps a bar with its end, in a column that elsewhere is the start.
    let isStampedAtEnd: Bool
    let prices: [CsvColumn]
    let volume: CsvColumn
    let buyVolume: CsvColumn?
    let tradeCount: CsvColumn?
    let symbol: CsvColumn?

    init?(_ columns: CsvColumns) {
        let prices = [CsvRole.open, .high, .low, .close].compactMap { columns.column($0) }
        let openTime = columns.column(.openTime)
        let closeTime = columns.column(.closeTime)
        guard prices.count == 4, let volume = columns.column(.volume),
            openTime != nil || closeTime != nil
        else { return nil }
        self.prices = prices
        self.volume = volume
        self.openTime = openTime
        self.closeTime = closeTime
        isStampedAtEnd = columns.names.contains {
            ["homeNotional", "home_notional", "home_notional_xbt"].contains($0)
        }
        buyVolume = columns.column(.buyVolume)
        tradeCount = columns.column(.tradeCount)
        symbol = columns.column(.symbol)
    }
}

/// Reads one bar a row.
struct CsvBarDecoder: LineDecoder {
    private let columns: CsvBarColumns
    private let instrument: InstrumentID
    private let nanoseconds: Int64
    private var record: CsvRecord
    private var times = TimeColumn()
    private var lastOpenTime: Timestamp?
    private var outside = 0

    /// - Parameter nanoseconds: the span of a bar; 0 while it is being found out.
    init(
        _ columns: CsvBarColumns, layout: CsvLayout, instrument: InstrumentID,
        filter: SymbolFilter, nanoseconds: Int64
    ) {
        self.columns = columns
        self.instrument = instrument
        self.nanoseconds = nanoseconds
        record = CsvRecord(layout, symbol: columns.symbol, filter: filter)
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        guard try record.take(line) else { return }
        let open = try record.row.positive(Price.self, line, columns.prices[0])
        let high = try record.row.positive(Price.self, line, columns.prices[1])
        let low = try record.row.positive(Price.self, line, columns.prices[2])
        let close = try record.row.positive(Price.self, line, columns.prices[3])
        guard low <= high else {
            throw BadLine(reason: "the low \(low) is above the high \(high)")
        }
        let openTime = try openTime(line)
        let bar = Bar(
            instrument: instrument, size: .time(nanoseconds: nanoseconds), open: open, high: high,
            low: low, close: close,
            volume: try record.row.decimal(Quantity.self, line, columns.volume),
            buyVolume: try columns.buyVolume.map { column throws(BadLine) in
                try record.row.decimal(Quantity.self, line, column)
            },
            tradeCount: try columns.tradeCount.flatMap { column throws(BadLine) in
                try record.row.whole(line, column).map { Int(clamping: $0) }
            }, openTime: openTime,
            closeTime: Timestamp(nanoseconds: openTime.nanoseconds + nanoseconds))
        queue.noteOrder(of: openTime)
        defer { lastOpenTime = openTime }
        if openTime == lastOpenTime { return queue.countDuplicate() }
        if open < low || open > high || close < low || close > high { outside += 1 }
        queue.append(.bar(bar))
    }

    private mutating func openTime(_ line: Span<UInt8>) throws(BadLine) -> Timestamp {
        guard let column = columns.openTime ?? columns.closeTime else {
            throw BadLine(reason: "has no time")
        }
        do throws(BadLine) {
            let time = try times.read(line, record.row.fields[column.index])
            let isEnd = columns.isStampedAtEnd || columns.openTime == nil
            return isEnd ? Timestamp(nanoseconds: time.nanoseconds - nanoseconds) : time
        } catch {
            throw BadLine(reason: "column `\(column.name)`: \(error.reason)")
        }
    }

    mutating func finish(into queue: inout EventQueue) {}

    var notes: [String] {
        var notes = record.notes
        if outside > 0 {
            notes.append("\(grouped(outside)) bars open or close outside their low to high")
        }
        if columns.isStampedAtEnd {
            notes.append("times are read as the ends of the bars, as BitMEX writes them")
        }
        return notes
    }

    var symbols: [String] { record.symbols }
}
