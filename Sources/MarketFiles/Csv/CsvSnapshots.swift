internal import TradingModel

/// The columns of a file with a whole book in each row: Tardis `book_snapshot_N`.
struct CsvSnapshotColumns {
    struct Level {
        let side: Side
        let price: CsvColumn
        let quantity: CsvColumn
    }

    var times: CsvTimes
    /// In the file's order: best first, both sides in turn.
    let levels: [Level]

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
    }
}

/// Reads each row as one message: `clear`, then its levels.
struct CsvSnapshotDecoder: CsvDecoder {
    private var columns: CsvSnapshotColumns
    private let instrument: InstrumentID
    var record: CsvRecord

    init(_ columns: CsvSnapshotColumns, _ instrument: InstrumentID, _ record: CsvRecord) {
        (self.columns, self.instrument, self.record) = (columns, instrument, record)
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        guard try record.read(line) else { return }
        let (venueTime, receiveTime) = try columns.times.read(line, record.row)
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
}
