internal import TradingModel

/// Writes what waits in a queue, batch by batch: the part of a journal that its thread calls.
///
/// A batch is one transaction, tried again until it can be written.
package final class JournalWriter {
    package enum Step: Equatable {
        /// Nothing waits.
        case idle
        case wrote(Int)
        /// The next try is due in so many nanoseconds.
        case failed(reason: String, nanoseconds: Int64)
    }

    private let database: Database
    private let rows: EntryRows
    private let queue: JournalQueue
    private let settings: JournalSettings
    private let clock: @Sendable () -> Timestamp
    private var pruning: Pruning
    /// Drained from the queue and not written yet, from ``next`` on.
    private var items: [JournalQueue.Item] = []
    private var next = 0
    /// When they were drained.
    private var drainedAt = Timestamp.distantPast
    private var failures = 0
    private var isFolded = true
    private var foldedAt: Timestamp
    /// Called after each entry of a batch that is being written: for tests of crashes.
    package var onEntry: (() -> Void)?

    /// Written to the disk itself at least as often: a power cut loses what came after.
    private static let foldPeriod: Int64 = 5_000_000_000
    private static let firstPause: Int64 = 50_000_000
    private static let longestPause: Int64 = 5_000_000_000

    init(
        _ database: Database, _ rows: EntryRows, _ queue: JournalQueue, _ settings: JournalSettings,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.database = database
        self.rows = rows
        self.queue = queue
        self.settings = settings
        self.clock = clock
        pruning = Pruning(settings)
        foldedAt = clock()
    }

    /// Writes the next batch.
    package func step() -> Step {
        if next == items.count { drain() }
        guard next < items.count else { return rest() }
        let end = min(next + settings.batchLimit, items.count)
        do throws(DatabaseError) {
            try write(next..<end)
        } catch {
            failures += 1
            return .failed(reason: error.reason, nanoseconds: Self.pause(after: failures))
        }
        failures = 0
        isFolded = false
        let count = end - next
        queue.finish(count, to: items[end - 1].tailEnd, othersSince: drainedAt)
        next = end
        return .wrote(count)
    }

    /// 50 ms, then twice as long after each failure, 5 s at most.
    private static func pause(after failures: Int) -> Int64 {
        min(longestPause, firstPause << min(failures - 1, 20))
    }

    private func drain() {
        items.removeAll(keepingCapacity: true)
        next = 0
        drainedAt = clock()
        queue.drain(into: &items)
    }

    /// Writes items in one transaction; of those that no try can write stands only that they are missing.
    private func write(_ range: Range<Int>) throws(DatabaseError) {
        while true {
            guard let refused = try attempt(range) else { return }
            queue.lose()
            items[refused.place].content = .gap(1, reason: refused.reason)
        }
    }

    /// - Returns: the item that is to blame where nothing was written for its sake; nil: all is written.
    private func attempt(
        _ range: Range<Int>
    ) throws(DatabaseError) -> (place: Int, reason: String)? {
        try database.run("BEGIN IMMEDIATE", [])
        var place = range.lowerBound
        do throws(DatabaseError) {
            let lastState = range.last { items[$0].isState }
            while place < range.upperBound {
                // Of several states in one transaction the last is all that will stand.
                if !items[place].isState || place == lastState { try write(items[place]) }
                onEntry?()
                place += 1
            }
            try rows.writeCount(items[range.upperBound - 1].number)
            try database.run("COMMIT", [])
            return nil
        } catch {
            try? database.run("ROLLBACK", [])
            guard error.isOfTheRow, place < range.upperBound, items[place].isEntry else {
                throw error
            }
            return (place, "an entry could not be written: \(error.text)")
        }
    }

    private func write(_ item: JournalQueue.Item) throws(DatabaseError) {
        switch item.content {
        case .entry(let entry): try rows.write(entry)
        case .gap(let entries, let reason):
            try rows.writeGap(of: entries, reason: reason, at: drainedAt)
        }
    }

    // MARK: - While nothing waits

    /// Puts what was written to the disk itself, or lets go of something old.
    private func rest() -> Step {
        let now = clock()
        if !isFolded, now >= foldedAt.advanced(byNanoseconds: Self.foldPeriod) {
            // Where a reader is in the way, the rest goes another time.
            _ = try? database.rows("PRAGMA wal_checkpoint(PASSIVE)")
            foldedAt = now
            isFolded = true
        }
        pruning.step(database, at: now)
        return .idle
    }

    package func close() { database.close() }

    /// Bounds the file, in pages: for tests of full disks.
    package func boundFile(pages: Int) {
        _ = try? database.rows("PRAGMA max_page_count = \(pages)")
    }
}

extension JournalQueue.Item {
    fileprivate var isEntry: Bool { if case .entry = content { true } else { false } }
    fileprivate var isState: Bool {
        if case .entry(.state) = content { true } else { false }
    }
}
