internal import TradingModel

/// The update ids of a depth message.
struct DepthIDs {
    var first: UInt64
    var last: UInt64
    /// The last id of the message before it; nil on Binance spot, which has none.
    var previous: UInt64?
}

/// What all events of one message share.
struct MessageStamp {
    var instrument: InstrumentID
    var venueTime: Timestamp
    var receiveTime: Timestamp

    func level(_ side: Side, _ price: Price, _ quantity: Quantity) -> BookChange {
        BookChange(
            instrument: instrument, kind: .level, side: side, price: price, quantity: quantity,
            endsMessage: false, venueTime: venueTime, receiveTime: receiveTime)
    }

    func clear(endsMessage: Bool) -> BookChange {
        BookChange(
            instrument: instrument, kind: .clear, endsMessage: endsMessage, venueTime: venueTime,
            receiveTime: receiveTime)
    }
}

/// Joins a snapshot with the depth updates around it, by Binance's rules, without I/O.
///
///     waiting ─snapshot→ joining ─update that straddles it→ live ─gap→ waiting
///
/// Updates that come while waiting are kept: the snapshot may be older than some of them. A gap
/// empties the book (`clear`), because a book that stopped changing looks alive but is not.
/// Source: "How to manage a local order book correctly", Binance API documentation, spot and
/// futures pages, read 2026-11-21.
struct DepthSequence {
    private enum State {
        case waiting
        case joining(snapshot: UInt64)
        case live(last: UInt64)
    }

    private struct Kept {
        var ids: DepthIDs
        var stamp: MessageStamp
        var levels: [BookChange]
    }

    private static let limit = 1 << 16  // updates kept while waiting; the oldest half goes then
    private var state = State.waiting
    private var kept: [Kept] = []
    private var forgotten = 0
    private var snapshots = 0
    private var snapshotsUnused = 0
    private var gaps = 0
    private let passesEverything: Bool

    /// - Parameter passesEverything: hands out all levels at once, for looking into a file.
    init(passesEverything: Bool) { self.passesEverything = passesEverything }

    /// A message of changed levels; empty where it changes none.
    mutating func update(
        _ ids: DepthIDs, _ stamp: MessageStamp, _ levels: [BookChange],
        into queue: inout EventQueue
    ) {
        if passesEverything { return append(levels, to: &queue) }
        switch state {
        case .waiting: keep(Kept(ids: ids, stamp: stamp, levels: levels))
        case .joining(let snapshot):
            if isCovered(ids, by: snapshot) { return }
            advance(ids, stamp, levels, joins: straddles(ids, snapshot), into: &queue)
        case .live(let last):
            if ids.last <= last { return }
            advance(ids, stamp, levels, joins: follows(ids, last), into: &queue)
        }
    }

    /// The whole book as of `id`; `levels` are its levels without the `clear`.
    mutating func snapshot(
        _ id: UInt64, _ stamp: MessageStamp, _ levels: [BookChange],
        into queue: inout EventQueue
    ) {
        snapshots += 1
        if case .live = state {
            snapshotsUnused += 1
            return
        }
        append([stamp.clear(endsMessage: levels.isEmpty)] + levels, to: &queue)
        if passesEverything { return }
        state = .joining(snapshot: id)
        let waiting = kept
        kept = []
        for message in waiting {
            var late = message
            late.stamp.receiveTime = max(message.stamp.receiveTime, stamp.receiveTime)
            for index in late.levels.indices {
                late.levels[index].receiveTime = late.stamp.receiveTime
            }
            update(late.ids, late.stamp, late.levels, into: &queue)
        }
    }

    private mutating func advance(
        _ ids: DepthIDs, _ stamp: MessageStamp, _ levels: [BookChange], joins: Bool,
        into queue: inout EventQueue
    ) {
        guard joins else {
            gaps += 1
            state = .waiting
            queue.append(.book(stamp.clear(endsMessage: true)))
            return keep(Kept(ids: ids, stamp: stamp, levels: levels))
        }
        state = .live(last: ids.last)
        append(levels, to: &queue)
    }

    /// Whether the snapshot holds all that the update says.
    private func isCovered(_ ids: DepthIDs, by snapshot: UInt64) -> Bool {
        ids.previous == nil ? ids.last <= snapshot : ids.last < snapshot
    }

    private func straddles(_ ids: DepthIDs, _ snapshot: UInt64) -> Bool {
        if let previous = ids.previous { return ids.first <= snapshot || previous == snapshot }
        return adjoins(ids.first, snapshot)
    }

    /// Levels are absolute, so an update that overlaps what was applied does no harm.
    private func follows(_ ids: DepthIDs, _ last: UInt64) -> Bool {
        if let previous = ids.previous { return previous <= last }
        return adjoins(ids.first, last)
    }

    /// Whether no id lies between `last` and `first`.
    private func adjoins(_ first: UInt64, _ last: UInt64) -> Bool {
        first <= last || first - 1 == last
    }

    private mutating func keep(_ message: Kept) {
        if kept.count == Self.limit {
            kept.removeFirst(Self.limit / 2)
            forgotten += Self.limit / 2
        }
        kept.append(message)
    }

    private func append(_ levels: [BookChange], to queue: inout EventQueue) {
        for level in levels { queue.append(.book(level)) }
    }

    var notes: [String] {
        var notes: [String] = []
        let unused = kept.count + forgotten
        if unused > 0, snapshots == 0 {
            notes.append(
                "no snapshot: " + grouped(unused, "depth update was", "depth updates were")
                    + " not applied"
            )
        } else if gaps > 0 {
            notes.append(
                grouped(gaps, "gap", "gaps")
                    + " in the depth updates: the book was empty until the "
                    + "next snapshot, \(grouped(unused, "update was", "updates were")) not applied")
        }
        if snapshotsUnused > 0 {
            notes.append("\(grouped(snapshotsUnused, "snapshot was", "snapshots were")) not needed")
        }
        return notes
    }
}
