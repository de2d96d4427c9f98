internal import TradingModel

/// The columns of a file with a whole book in each row: Tardis `book_snapshot_N`.
struct CsvSnapshotColumns {
    struct Level {
        let side: Side
        let price: CsvColumn
        let quantity: CsvColumn
    }

    let times: CsvTimes
    /// In the file's order: best first, both sides in turn.
    let levels: [Level]
    let symbol: CsvColumn?

    init?(_ columns: CsvColumns) {
        guard columns.named("asks0price") != nil || columns.named("bids0price") != nil,
            let times = CsvTimes(columns)
        else { return nil }
        var levels: [Level] = []
        for depth in 0..<columns.names.count {
            for (side, name) in [(Side.sell, "asks"), (Side.buy, "bids")] {
                guard let price = columns.named("\(name)\(depth)price"),
                    let quantity = columns.named("\(name)\(depth)amount")
                else { continue }
                levels.append(Level(side: side, price: price, quantity: quantity))
            }
        }
        guard !levels.isEmpty else { return nil }
        self.times = times
        self.levels = levels
        symbol = columns.column(.symbol)
    }
}

/// Reads each row as one message: `clear`, then its levels.
struct CsvSnapshotDecoder: LineDecoder {
    private let columns: CsvSnapshotColumns
    private let instrument: InstrumentID
    private let fieldCount: Int
    private var row: CsvRow
    private var times: CsvTimes
    private var filter: SymbolFilter

    init(
        _ columns: CsvSnapshotColumns, layout: CsvLayout, instrument: InstrumentID,
        filter: SymbolFilter
    ) {
        self.columns = columns
        self.instrument = instrument
        self.filter = filter
        fieldCount = layout.fieldCount
        row = CsvRow(separator: layout.separator)
        times = columns.times
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        try row.split(line, expected: fieldCount)
        if let symbol = columns.symbol, try !filter.accepts(line, row.fields[symbol.index]) {
            return
        }
        let (venueTime, receiveTime) = try times.read(line, row)
        let stamp = MessageStamp(
            instrument: instrument, venueTime: venueTime, receiveTime: receiveTime)
        var levels: [BookChange] = [stamp.clear(endsMessage: false)]
        for level in columns.levels {
            if row.fields[level.price.index].isEmpty { continue }
            let price = try row.positive(Price.self, line, level.price)
            let quantity = try row.decimal(Quantity.self, line, level.quantity)
            levels.append(stamp.level(level.side, price, quantity))
        }
        levels[levels.count - 1].endsMessage = true
        queue.noteOrder(of: receiveTime)
        for level in levels { queue.append(.book(level)) }
    }

    mutating func finish(into queue: inout EventQueue) {}
    var notes: [String] { filter.notes + row.notes }
    var symbols: [String] { filter.seen }
}
