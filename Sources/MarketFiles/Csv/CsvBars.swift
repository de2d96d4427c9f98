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
    /// Says the size of each bar, in the file's own words.
    let interval: CsvColumn?

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
        interval =
            ["interval", "timeframe", "resolution", "granularity", "barsize"]
            .lazy.compactMap { columns.named($0) }.first
    }

    /// Whether the file's times are the ends of its bars.
    var areEnds: Bool { isStampedAtEnd || openTime == nil }
}

/// Reads one bar a row.
struct CsvBarDecoder: CsvDecoder {
    private let columns: CsvBarColumns
    private let instrument: InstrumentID
    private let nanoseconds: Int64
    var record: CsvRecord
    private var times = TimeColumn()
    private var closeTimes = TimeColumn()
    private var interval: [UInt8]?
    private var outside = 0
    private var unreadEnds = 0
    private var withoutVolume = 0

    /// - Parameter nanoseconds: the span of a bar; 0 while it is being found out.
    init(
        _ columns: CsvBarColumns, _ instrument: InstrumentID, _ record: CsvRecord,
        nanoseconds: Int64
    ) {
        (self.columns, self.instrument, self.record) = (columns, instrument, record)
        self.nanoseconds = nanoseconds
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        guard try record.read(line) else { return }
        for column in columns.prices where record.passes(line, without: "price", column) { return }
        let open = try record.row.positive(Price.self, line, columns.prices[0])
        let high = try record.row.positive(Price.self, line, columns.prices[1])
        let low = try record.row.positive(Price.self, line, columns.prices[2])
        let close = try record.row.positive(Price.self, line, columns.prices[3])
        guard low <= high else {
            throw BadLine(reason: "the low \(low) is above the high \(high)")
        }
        try checkInterval(line)
        let openTime = try openTime(line)
        let bar = Bar(
            instrument: instrument, size: .time(nanoseconds: nanoseconds), open: open, high: high,
            low: low, close: close,
            volume: try volume(line),
            buyVolume: try columns.buyVolume.flatMap { column throws(BadLine) in
                record.row.lacks(line, column)
                    ? nil : try record.row.decimal(Quantity.self, line, column)
            },
            tradeCount: try columns.tradeCount.flatMap { column throws(BadLine) in
                try record.row.count(line, column)
            }, openTime: openTime,
            closeTime: closeTime(line, openTime))
        queue.observeOrder(of: openTime)
        if open < low || open > high || close < low || close > high { outside += 1 }
        queue.append(.bar(bar))
    }

    private mutating func openTime(_ line: Span<UInt8>) throws(BadLine) -> Timestamp {
        guard let column = columns.openTime ?? columns.closeTime else {
            throw BadLine(reason: "has no time")
        }
        let time = try times.read(line, record.row, column)
        guard columns.areEnds else { return time }
        return wholeEnd(time).advanced(byNanoseconds: -nanoseconds)
    }

    /// Nothing traded where the file has prices and no volume, as pandas fills holes.
    private mutating func volume(_ line: Span<UInt8>) throws(BadLine) -> Quantity {
        guard record.row.lacks(line, columns.volume) else {
            return try record.row.decimal(Quantity.self, line, columns.volume)
        }
        withoutVolume += 1
        return .zero
    }

    /// When the bar is over: by its own word where it says so, else after its span.
    private mutating func closeTime(_ line: Span<UInt8>, _ openTime: Timestamp) -> Timestamp {
        let usual = openTime.advanced(byNanoseconds: nanoseconds)
        guard !columns.areEnds, let column = columns.closeTime else { return usual }
        let field = record.row.fields[column.index]
        if field.isEmpty { return usual }
        do throws(BadLine) {
            let time = try closeTimes.read(line, field)
            if let end = barEnd(open: openTime, close: time, usual: nanoseconds) { return end }
        } catch {}  // counted below, and told in a note
        unreadEnds += 1
        return usual
    }

    /// - Throws: where the row's size is another than that of the rows before.
    private mutating func checkInterval(_ line: Span<UInt8>) throws(BadLine) {
        guard let column = columns.interval else { return }
        let field = record.row.fields[column.index]
        guard let known = interval else {
            interval = field.map { line[$0] }
            return
        }
        let isSame = field.count == known.count && zip(field, known).allSatisfy { line[$0] == $1 }
        guard isSame else {
            throw BadLine(
                reason: "column `\(column.name)` is `\(excerpt(line, field))`, but "
                    + "`\(String(decoding: known, as: UTF8.self))` in the rows before: bars of two "
                    + "sizes count twice; write each size into a file of its own")
        }
    }

    var notes: [String] {
        var notes = record.notes
        if withoutVolume > 0 {
            notes.append(
                "\(grouped(withoutVolume, "bar", "bars")) without a volume "
                    + (withoutVolume == 1 ? "is" : "are") + " read with volume 0")
        }
        if outside > 0 {
            notes.append(
                "\(grouped(outside, "bar opens or closes", "bars open or close")) outside "
                    + (outside == 1 ? "its" : "their") + " low to high")
        }
        if unreadEnds > 0, let column = columns.closeTime {
            notes.append(
                "\(grouped(unreadEnds, "value", "values")) of column `\(column.name)` "
                    + (unreadEnds == 1
                        ? "is not the end of its bar" : "are not the ends of their bars")
                    + " and \(was(unreadEnds)) passed over")
        }
        if columns.isStampedAtEnd {
            notes.append("times are read as the ends of the bars, as BitMEX writes them")
        }
        return notes
    }
}
