internal import ByteCoding
internal import Synchronization
internal import TradingModel

/// What waits between the thread that trades and the one that writes.
///
/// Bounded, and never waited for: what comes while it is full is lost, counted, and marked where it is
/// missing. An entry counts as waiting until it is written.
package final class JournalQueue: Sendable {
    /// What is written next.
    struct Item: Sendable {
        enum Content: Sendable {
            case entry(JournalEntry)
            /// So many entries are missing here.
            case gap(Int, reason: String)
        }
        var content: Content
        /// Counted from 1.
        let number: UInt64
        /// Where it ends in the tail.
        let tailEnd: UInt64
    }

    private struct Contents {
        var items: [Item] = []
        /// Lost since the last entry that was kept.
        var missing = 0
        var number: UInt64 = 0
        var tailEnd: UInt64 = 0
        /// For the bytes of an entry.
        var bytes = ByteWriter()
    }

    static let fullReason = "the disk was late and no more could wait"

    private let limit: Int
    private let clock: @Sendable () -> Timestamp
    /// Where entries outlive the process until they are written.
    private let tail: JournalTail
    private let contents = Mutex(Contents())
    private let put = Atomic<Int>(0)
    private let done = Atomic<Int>(0)
    private let lostEntries = Atomic<Int>(0)
    /// When the oldest that waits was put, or earlier; the end of time: nothing waits.
    private let oldestNanoseconds = Atomic<Int64>(.max)

    init(limit: Int, tail: JournalTail, clock: @escaping @Sendable () -> Timestamp) {
        self.limit = limit
        self.tail = tail
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
            contents.bytes.removeAll()
            if contents.bytes.add(entry) {
                contents.tailEnd = tail.append(contents.bytes.bytes, number: contents.number + 1)
            }
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

    private func add(_ content: Item.Content, to contents: inout Contents) {
        if waiting == 0 { oldestNanoseconds.store(clock().nanoseconds, ordering: .relaxed) }
        contents.number += 1
        contents.items.append(
            Item(content: content, number: contents.number, tailEnd: contents.tailEnd))
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
    ///
    /// - Parameter tailEnd: where the last of them ends in the tail.
    func finish(_ count: Int, to tailEnd: UInt64, othersSince time: Timestamp) {
        tail.release(to: tailEnd)
        contents.withLock { _ in
            done.add(count, ordering: .releasing)
            oldestNanoseconds.store(waiting == 0 ? .max : time.nanoseconds, ordering: .relaxed)
        }
    }

    /// One of those that were drained cannot be written, and is lost.
    func lose() { lostEntries.add(1, ordering: .relaxed) }
}
