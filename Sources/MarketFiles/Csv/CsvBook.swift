internal import TradingModel

/// The columns of a file of book levels, one a row.
struct CsvBookColumns {
    /// How the rows say which of them are a snapshot, and where a message ends.
    enum Grouping {
        /// Tardis: a flag; rows of one receive time are one message.
        case flag(CsvColumn)
        /// Binance's update ids; rows of one last id are one message.
        case updateIDs(kind: CsvColumn, first: CsvColumn, last: CsvColumn, previous: CsvColumn?)
        /// Whole books whose levels are counted from 1.
        case levels(CsvColumn)
    }

    let grouping: Grouping
    var times: CsvTimes
    let side: CsvColumn
    let price: CsvColumn
    let quantity: CsvColumn

    init?(_ columns: CsvColumns) {
        guard let times = CsvTimes(columns), let side = columns.column(.side),
            let price = columns.column(.price), let quantity = columns.column(.quantity)
        else { return nil }
        if let flag = columns.column(.isSnapshot) {
            grouping = .flag(flag)
        } else if let kind = columns.column(.updateKind), let last = columns.column(.lastUpdateID),
            let first = columns.column(.firstUpdateID)
        {
            grouping = .updateIDs(
                kind: kind, first: first, last: last,
                previous: columns.column(.previousUpdateID))
        } else if let level = columns.column(.level) {
            grouping = .levels(level)
        } else {
            return nil
        }
        self.times = times
        self.side = side
        self.price = price
        self.quantity = quantity
    }
}

/// Gathers rows of levels into the venue's messages.
struct CsvBookDecoder: CsvDecoder {
    /// What the rows of one message have in common.
    private struct Group: Equatable {
        var isSnapshot: Bool
        /// The receive time where the file has no ids.
        var first: UInt64
        var last: UInt64
        var previous: UInt64?
    }

    private var columns: CsvBookColumns
    private let instrument: InstrumentID
    var record: CsvRecord
    private var sequence: DepthSequence
    private var group: Group?
    private var stamp: MessageStamp
    private var levels: [BookChange] = []

    init(_ columns: CsvBookColumns, _ instrument: InstrumentID, _ record: CsvRecord, isProbe: Bool)
    {
        (self.columns, self.instrument, self.record) = (columns, instrument, record)
        sequence = DepthSequence(passesEverything: isProbe)
        let never = Timestamp(nanoseconds: 0)
        stamp = MessageStamp(instrument: instrument, venueTime: never, receiveTime: never)
    }

    mutating func decode(
        _ line: Span<UInt8>, into queue: inout EventQueue
    ) throws(BadLine) {
        guard try record.read(line) else { return }
        guard let side = try record.row.side(line, columns.side, allowsUnknown: false) else {
            return
        }
        let price = try record.row.positive(Price.self, line, columns.price)
        let quantity = try record.row.decimal(Quantity.self, line, columns.quantity)
        let (venueTime, receiveTime) = try columns.times.read(line, record.row)
        let (found, begins) = try readGroup(line, side, receiveTime)
        if begins || found != group {
            flush(into: &queue)
            queue.observeOrder(of: receiveTime)
            group = found
            stamp.venueTime = venueTime
            stamp.receiveTime = receiveTime
        }
        var level = stamp.level(side, price, quantity)
        level.venueTime = venueTime
        levels.append(level)
    }

    /// The message that the row belongs to, and whether it must begin here.
    private func readGroup(
        _ line: Span<UInt8>, _ side: Side, _ receiveTime: Timestamp
    ) throws(BadLine) -> (Group, begins: Bool) {
        let time = UInt64(bitPattern: receiveTime.nanoseconds)
        switch columns.grouping {
        case .flag(let column):
            let isSnapshot = try record.row.flag(line, column)
            return (Group(isSnapshot: isSnapshot, first: time, last: time), false)
        case .levels(let column):
            let isTop = try record.row.whole(line, column) == 1 && levels.first?.side == side
            return (Group(isSnapshot: true, first: time, last: time), isTop)
        case .updateIDs(let kind, let first, let last, let previous):
            guard let lastID = try record.row.whole(line, last) else {
                throw BadLine(reason: "column `\(last.name)` is empty, expected an update id")
            }
            if matches(line, record.row.fields[kind.index], "snapshot") {
                return (Group(isSnapshot: true, first: lastID, last: lastID), false)
            }
            guard matches(line, record.row.fields[kind.index], "update"),
                let firstID = try record.row.whole(line, first)
            else {
                throw BadLine(
                    reason:
                        "column `\(kind.name)`: `\(excerpt(line, record.row.fields[kind.index]))` is "
                        + "neither snapshot nor an update with its first id")
            }
            let previousID: UInt64? =
                if let previous { try record.row.whole(line, previous) } else { nil }
            return (
                Group(isSnapshot: false, first: firstID, last: lastID, previous: previousID), false
            )
        }
    }

    private mutating func flush(into queue: inout EventQueue) {
        guard let group, !levels.isEmpty else { return }
        levels[levels.count - 1].endsMessage = true
        switch columns.grouping {
        case .updateIDs where group.isSnapshot:
            sequence.snapshot(group.last, stamp, levels, into: &queue)
        case .updateIDs:
            let ids = DepthIDs(first: group.first, last: group.last, previous: group.previous)
            sequence.update(ids, stamp, levels, into: &queue)
        case .flag, .levels:
            if group.isSnapshot { queue.append(.book(stamp.clear(endsMessage: false))) }
            for level in levels { queue.append(.book(level)) }
        }
        levels.removeAll(keepingCapacity: true)
    }

    mutating func finish(into queue: inout EventQueue) { flush(into: &queue) }
    var notes: [String] { record.notes + sequence.notes }
}
