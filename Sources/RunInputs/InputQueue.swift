internal import Synchronization
internal import TradingCore

/// What waits between the thread that trades and the one that writes; bounded, and never waited for.
final class InputQueue: Sendable {
    /// As it was told: the writing thread makes of it what is written.
    enum Entry: Sendable {
        case call(RunCall)
        case command(Command)
    }

    private struct Contents {
        var batches: [[Entry]] = []
        /// Emptied ones, for their room.
        var spare: [[Entry]] = []
        var waiting = 0
        var isFull = false
    }

    private let limit: Int
    private let contents = Mutex(Contents())
    private let isOver = Atomic<Bool>(false)

    private static let mostSpare = 8

    init(limit: Int) { self.limit = limit }

    /// Whether nothing that is put is written any more.
    var isClosed: Bool { isOver.load(ordering: .relaxed) }
    func close() { isOver.store(true, ordering: .relaxed) }

    /// Moves all entries; where they are too many they are lost, and it is closed.
    func put(_ entries: inout [Entry]) {
        contents.withLock { contents in
            guard contents.waiting + entries.count <= limit else {
                contents.isFull = true
                close()
                return entries.removeAll()
            }
            contents.waiting += entries.count
            contents.batches.append(entries)
            entries = contents.spare.popLast() ?? []
        }
    }

    /// All that waits, and whether more came than could.
    func drain() -> (batches: [[Entry]], isFull: Bool) {
        contents.withLock { contents in
            let batches = contents.batches
            contents.batches = []
            contents.waiting = 0
            return (batches, contents.isFull)
        }
    }

    /// Puts emptied ones back.
    func reuse(_ batch: consuming [Entry]) {
        batch.removeAll(keepingCapacity: true)
        let spare = batch
        contents.withLock { contents in
            if contents.spare.count < Self.mostSpare { contents.spare.append(spare) }
        }
    }
}
