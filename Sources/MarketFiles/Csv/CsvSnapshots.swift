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
    private var record: CsvRecord
    private var times: CsvTimes

    init(
        _ columns: CsvSnapshotColumns, layout: CsvLayout, instrument: InstrumentID,
        filter: SymbolFilter
    ) {
        self.columns = columns
        self.instrument = instrument
        record = CsvRecord(layout, symbol: columns.symbol, filter: filter)
        times = columns.times
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        guard try record.read(line) else { return }
        let (venueTime, receiveTime) = try times.read(line, record.row)
        let stamp = MessageStamp(
            instrument: instrument, venueTime: venueTime, receiveTime: receiveTime)
        var levels: [BookChange] = [stamp.clear(endsMessage: false)]
        for level in columns.levels {
            if record.row.fields[level.price.index].isEmpty { continue }
            let price = try record.row.positive(Price.self, line, level.price)
            let quantity = try record.row.decimal(Quantity.self, line, level.quantity)
            levels.append(stamp.level(level.side, price, quantity))
        }
        levels[levels.count - 1].endsMessage = true
        queue.observeOrder(of: receiveTime)
        for level in levels { queue.append(.book(level)) }
    }

    mutating func finish(into queue: inout EventQueue) {}
    var notes: [String] { record.notes }
    var symbols: [String] { record.symbols }
    var leftOut: Int { record.leftOut }
}
