internal import Synchronization
package import TradingModel

/// What waits between the thread that trades and the one that writes.
///
/// Bounded, and never waited for: what comes while it is full is lost, counted, and marked where it is
/// missing. An entry counts as waiting until it is written.
package final class JournalQueue: Sendable {
    /// What is written next.
    enum Item: Sendable {
        case entry(JournalEntry)
        /// So many entries are missing here.
        case gap(Int, reason: String)
    }

    private struct Contents {
        var items: [Item] = []
        /// Lost since the last entry that was kept.
        var missing = 0
    }

    static let fullReason = "the disk was late and no more could wait"

    private let limit: Int
    private let clock: @Sendable () -> Timestamp
    private let contents = Mutex(Contents())
    private let put = Atomic<Int>(0)
    private let done = Atomic<Int>(0)
    private let lostEntries = Atomic<Int>(0)
    /// When the oldest that waits was put, or earlier; the end of time: nothing waits.
    private let oldestNanoseconds = Atomic<Int64>(.max)

    package init(limit: Int, clock: @escaping @Sendable () -> Timestamp) {
        self.limit = limit
        self.clock = clock
    }

    // MARK: - The trading thread's side

    /// Adds an entry, or counts it as lost.
    ///
    /// - Parameter always: also beyond the limit: the last one of a run.
    /// - Returns: false: it is lost.
    @discardableResult
    package func append(_ entry: JournalEntry, always: Bool = false) -> Bool {
        contents.withLock { contents in
            guard always || waiting < limit else {
                contents.missing += 1
                lostEntries.add(1, ordering: .relaxed)
                return false
            }
            markGap(&contents)
            add(.entry(entry), to: &contents)
            return true
        }
    }

    /// Items that are not written yet.
    package var waiting: Int { put.load(ordering: .relaxed) - done.load(ordering: .relaxed) }
    var room: Int { max(0, limit - waiting) }
    /// Entries that were lost so far.
    package var lost: Int { lostEntries.load(ordering: .relaxed) }
    /// How many were put so far: a place to flush to.
    var end: Int { put.load(ordering: .acquiring) }
    /// How many of them are written.
    package var written: Int { done.load(ordering: .acquiring) }

    /// Since when the oldest has been waiting, or earlier; nil: nothing waits.
    var oldest: Timestamp? {
        let nanoseconds = oldestNanoseconds.load(ordering: .relaxed)
        return nanoseconds == .max ? nil : Timestamp(nanoseconds: nanoseconds)
    }

    private func add(_ item: Item, to contents: inout Contents) {
        if waiting == 0 { oldestNanoseconds.store(clock().nanoseconds, ordering: .relaxed) }
        contents.items.append(item)
        put.add(1, ordering: .releasing)
    }

    private func markGap(_ contents: inout Contents) {
        guard contents.missing > 0 else { return }
        add(.gap(contents.missing, reason: Self.fullReason), to: &contents)
        contents.missing = 0
    }

    // MARK: - The writer's side

    /// All that waits and was not drained before, in order; it still counts as waiting.
    ///
    /// - Parameter items: an empty array, for its room.
    func drain(into items: inout [Item]) {
        contents.withLock { contents in
            markGap(&contents)
            swap(&contents.items, &items)
        }
    }

    /// So many of those that were drained are written; of the others the oldest was put at `time` or later.
    func finish(_ count: Int, othersSince time: Timestamp) {
        contents.withLock { _ in
            done.add(count, ordering: .releasing)
            oldestNanoseconds.store(waiting == 0 ? .max : time.nanoseconds, ordering: .relaxed)
        }
    }

    /// One of those that were drained cannot be written, and is lost.
    func lose() { lostEntries.add(1, ordering: .relaxed) }
}
