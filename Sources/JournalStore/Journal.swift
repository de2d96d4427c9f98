internal import Synchronization
internal import Threads
public import TradingModel

/// An account's journal, as the one run that writes it has it.
///
/// What is put is written by a thread of its own, in order, some milliseconds later. The file is SQLite's:
/// see `FirstSchema.swift` for its tables.
public final class Journal: Sendable {
    /// Whether what is put can be written.
    public enum Condition: Hashable, Sendable {
        case working
        /// Not for now, and why; what waits is kept and tried again.
        case failing(String)
    }

    /// How a journal was left.
    public struct End: Hashable, Sendable {
        /// Entries that were still waiting when it was given up.
        public let unwritten: Int
        /// Entries that were lost before, for want of room or because they could not be written.
        public let lost: Int
        public let condition: Condition
    }

    private let path: String
    private let queue: JournalQueue
    private let settings: JournalSettings
    private let clock: @Sendable () -> Timestamp
    private let thread: JournalThread
    private let lock: Mutex<JournalLock?>

    /// Opens the account's file, or makes it, and writes down that the run begins.
    ///
    /// - Parameters:
    ///   - path: of the file; its folder is there.
    ///   - clock: the run's; entries' own times come from who makes them.
    ///   - whenChanged: called on any thread when the condition becomes another one.
    /// - Throws: ``JournalProblem``, with the file and what to do; nothing that was in it is changed then.
    public convenience init(
        _ path: String, beginning run: JournalRun, settings: JournalSettings = JournalSettings(),
        clock: @escaping @Sendable () -> Timestamp,
        whenChanged: @escaping @Sendable (Condition) -> Void = { _ in }
    ) throws(JournalProblem) {
        let (lock, writer, queue) = try openJournal(path, beginning: run, settings, clock)
        self.init(path, lock, writer, queue, settings, isStepped: false, clock, whenChanged)
    }

    /// One without a thread, for simulations: nothing is written but by the writer's steps.
    package static func stepped(
        _ path: String, beginning run: JournalRun, settings: JournalSettings,
        clock: @escaping @Sendable () -> Timestamp
    ) throws(JournalProblem) -> (journal: Journal, writer: JournalWriter) {
        let (lock, writer, queue) = try openJournal(path, beginning: run, settings, clock)
        let journal = Journal(path, lock, writer, queue, settings, isStepped: true, clock) { _ in }
        return (journal, writer)
    }

    private init(
        _ path: String, _ lock: JournalLock, _ writer: JournalWriter, _ queue: JournalQueue,
        _ settings: JournalSettings, isStepped: Bool,
        _ clock: @escaping @Sendable () -> Timestamp,
        _ whenChanged: @escaping @Sendable (Condition) -> Void
    ) {
        self.path = path
        self.lock = Mutex(lock)
        self.queue = queue
        self.settings = settings
        self.clock = clock
        thread = JournalThread(writer, queue, settings, isStepped: isStepped, whenChanged)
    }

    deinit { thread.end(atMost: 1_000) }

    /// Writes what a killed run could not write any more into a journal that nobody writes.
    ///
    /// - Throws: ``JournalProblem`` where the file cannot be opened.
    public static func recover(_ path: String) throws(JournalProblem) {
        guard TailRecovery.isThere(path) else { return }
        let lock: JournalLock
        do throws(JournalProblem) {
            lock = try JournalLock(of: path, owner: "recovery")
        } catch {
            guard error.kind == .inUse else { throw error }
            return
        }
        defer { withExtendedLifetime(lock) {} }
        let database = try JournalFile.openForWriting(path, JournalSettings())
        defer { database.close() }
        try JournalFile.explaining(path) { () throws(DatabaseError) in
            try TailRecovery.apply(to: database)
        }
    }

    // MARK: - While it trades

    /// Adds an entry; never waits for the disk.
    ///
    /// - Returns: false: it is lost, and counted.
    @discardableResult
    public func put(_ entry: JournalEntry) -> Bool { queue.append(entry) }

    /// Whether new orders may be made: what became of those before is stored, or soon will be.
    ///
    /// It is so while the queue has room for what is still to come of orders at work, and nothing has waited for
    /// longer than a disk may take. Cancels need not ask.
    public var mayTakeOrders: Bool {
        guard queue.room >= settings.queueReserve else { return false }
        guard let oldest = queue.oldest else { return true }
        return clock() <= oldest.advanced(byNanoseconds: settings.patienceNanoseconds)
    }

    public var condition: Condition { thread.condition }

    /// Writes the next batch of a journal without a thread.
    ///
    /// - Returns: how long the next one may wait, in nanoseconds; nil: not at all.
    package func step() -> Int64? { thread.step() }

    /// Entries that were lost so far.
    public var lost: Int { queue.lost }
    /// Entries that are not written yet.
    public var waiting: Int { queue.waiting }

    /// Waits until all that was put is written.
    ///
    /// - Returns: false: the deadline, by the journal's clock, came first.
    public func flush(until deadline: Timestamp) -> Bool {
        let end = queue.end
        while queue.written < end {
            guard clock() < deadline else { return false }
            thread.hurry()
        }
        return true
    }

    /// Writes that the run is over, waits for it, closes the file, and leaves it to the next run.
    ///
    /// Where the disk has not come back by the deadline, the file stays locked as long as the process lives.
    ///
    /// - Parameter deadline: by the journal's clock: what waits for longer is given up.
    public func finish(reason: String, at time: Timestamp, until deadline: Timestamp) -> End {
        queue.append(.ended(reason: reason, at: time), always: true)
        _ = flush(until: deadline)
        let condition = condition
        thread.end(atMost: 1_000)
        if thread.hasEnded {
            if queue.waiting == 0 { TailRecovery.remove(of: path) }
            lock.withLock { $0 = nil }
        }
        return End(unwritten: queue.waiting, lost: queue.lost, condition: condition)
    }
}

/// Takes the lock, opens the file, and writes down what a run begins with.
package func openJournal(
    _ path: String, beginning run: JournalRun, _ settings: JournalSettings,
    _ clock: @escaping @Sendable () -> Timestamp
) throws(JournalProblem) -> (JournalLock, JournalWriter, JournalQueue) {
    let lock = try JournalLock(of: path, owner: ownerLine(of: run))
    let database = try JournalFile.openForWriting(path, settings)
    try JournalFile.explaining(path) { () throws(DatabaseError) in
        try TailRecovery.apply(to: database)
    }
    let rows = try begin(run, in: database)
    let tail = try JournalTail(
        of: path, run: run.name, symbols: run.instruments.map(\.symbol.description))
    let queue = JournalQueue(limit: settings.queueLimit, tail: tail, clock: clock)
    return (lock, JournalWriter(database, rows, queue, settings, clock: clock), queue)
}

private func begin(_ run: JournalRun, in database: Database) throws(JournalProblem) -> EntryRows {
    let path = database.path
    let known = try JournalFile.explaining(path) { () throws(DatabaseError) in
        try database.number("SELECT count(*) FROM runs WHERE name = ?", [.text(run.name)])
    }
    guard known == 0 else {
        throw JournalProblem(.knownRun, path, "it has a run of the name \(run.name) already")
    }
    return try JournalFile.explaining(path) { () throws(DatabaseError) in
        try database.run("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            let rows = try EntryRows(database, beginning: run)
            try database.run("COMMIT")
            return rows
        } catch {
            try? database.run("ROLLBACK")
            throw error
        }
    }
}
