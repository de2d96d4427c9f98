internal import Glibc
internal import Synchronization
internal import Threads
internal import TradingModel

/// The thread that writes a journal; in simulations there is none, and each step is asked for.
///
/// `@unchecked`: the writer is touched by the thread alone.
final class JournalThread: @unchecked Sendable {
    private let writer: JournalWriter
    private let queue: JournalQueue
    private let period: Int64
    private let whenChanged: @Sendable (Journal.Condition) -> Void
    private let isEnding = Atomic<Bool>(false)
    private let isFailing = Atomic<Bool>(false)
    private let isClosed = Atomic<Bool>(false)
    private let reason = Mutex("")
    /// Wakes the thread.
    private let bell = Doorbell()
    /// Rung by the thread after each step.
    private let progress = Doorbell()
    private let thread = Mutex<WorkerThread?>(nil)
    private let isStepped: Bool

    /// - Parameter isStepped: whether nothing is written but by ``step()``.
    init(
        _ writer: JournalWriter, _ queue: JournalQueue, _ settings: JournalSettings,
        isStepped: Bool, _ whenChanged: @escaping @Sendable (Journal.Condition) -> Void
    ) {
        self.writer = writer
        self.queue = queue
        period = settings.periodNanoseconds
        self.isStepped = isStepped
        self.whenChanged = whenChanged
        guard !isStepped else { return }
        let thread = WorkerThread { [self] in run() }
        self.thread.withLock { $0 = thread }
    }

    var condition: Journal.Condition {
        guard isFailing.load(ordering: .acquiring) else { return .working }
        return .failing(reason.withLock { $0 })
    }

    /// Has it write now, and waits for the next step, some milliseconds at most.
    func hurry() {
        guard !isStepped else {
            step()
            return
        }
        // A full disk answers at once: it is not asked again and again.
        if isFailing.load(ordering: .relaxed) { progress.wait(nanoseconds: 50_000_000) }
        bell.ring()
        progress.wait(nanoseconds: 10_000_000)
    }

    /// Ends the thread after what it is at; one that is stuck in a disk is left to itself.
    func end(atMost milliseconds: Int32) {
        isEnding.store(true, ordering: .sequentiallyConsistent)
        guard !isStepped else { return close() }
        bell.ring()
        thread.withLock { $0.take() }?.join(atMost: milliseconds)
    }

    /// Whether the file is closed.
    var hasEnded: Bool { isClosed.load(ordering: .acquiring) }

    // MARK: - The thread

    private func run() {
        while !isEnding.load(ordering: .sequentiallyConsistent) {
            if let pause = step() { bell.wait(nanoseconds: pause) }
        }
        close()
    }

    /// Writes the next batch.
    ///
    /// - Returns: how long the next one may wait, in nanoseconds; nil: not at all.
    @discardableResult
    func step() -> Int64? {
        let step = writer.step()
        progress.ring()
        switch step {
        case .idle: return period
        case .wrote:
            report(nil)
            return nil
        case .failed(let reason, let nanoseconds):
            report(reason)
            return nanoseconds
        }
    }

    private func close() {
        guard !hasEnded else { return }
        writer.close()
        isClosed.store(true, ordering: .releasing)
    }

    /// - Parameter failure: nil: it works.
    private func report(_ failure: String?) {
        let isNew = (failure != nil) != isFailing.load(ordering: .relaxed)
        if let failure { reason.withLock { $0 = failure } }
        guard isNew else { return }
        isFailing.store(failure != nil, ordering: .releasing)
        whenChanged(failure.map { .failing($0) } ?? .working)
    }
}
