internal import Glibc
public import MarketFiles
internal import Synchronization
internal import Threads
public import TradingModel

/// Writes what stands in a queue, on a thread of its own: a disk may take seconds.
///
/// `@unchecked`: the recorder is touched by the thread alone, between ``begin()`` and the end of
/// ``finish()``, and by nobody else meanwhile.
public final class RecordingDisk: @unchecked Sendable {
    /// How far the writing is.
    public struct Progress: Sendable {
        public var summary: RecordingSummary
        /// Of the arrays on the disk, in the order of the summary's entries.
        public var bytes: [Int]
        /// Why nothing more is written.
        public var failure: MarketDataError?
    }

    private let queue: RecordingQueue
    private let recorder: Recorder
    private let clock: @Sendable () -> Timestamp
    private let progress: Mutex<Progress>
    private let isEnding = Atomic<Bool>(false)
    private var thread: WorkerThread?

    /// How long events wait for the thread: with the half second that the recorder keeps them, a
    /// kill loses well under a second.
    private static let periodNanoseconds = 50_000_000
    /// Sizes are looked up this often, in periods: twice a second.
    private static let periodsPerLook = 10

    public init(
        _ recorder: Recorder, from queue: RecordingQueue,
        now clock: @escaping @Sendable () -> Timestamp
    ) {
        self.recorder = recorder
        self.queue = queue
        self.clock = clock
        let summary = recorder.summary
        progress = Mutex(
            Progress(summary: summary, bytes: Self.sizes(of: summary), failure: nil))
    }

    public func begin() { thread = WorkerThread { [self] in run() } }

    /// Writes what is left, waits for the disk, and tells what was written.
    public func finish() -> Progress {
        isEnding.store(true, ordering: .sequentiallyConsistent)
        thread?.join()
        thread = nil
        return current
    }

    public var current: Progress { progress.withLock { $0 } }

    // MARK: - The thread

    private func run() {
        var period = 0
        var isLast = false
        while !isLast {
            isLast = isEnding.load(ordering: .sequentiallyConsistent)
            do throws(MarketDataError) {
                try write()
            } catch {
                return fail(error)
            }
            period += 1
            if period % Self.periodsPerLook == 0 { checkSpace() }
            if !isLast { rest() }
        }
        do throws(MarketDataError) {
            try recorder.finish(at: clock())
            checkSpace()
        } catch {
            checkSpace()
            progress.withLock { $0.failure = error }
        }
    }

    private func write() throws(MarketDataError) {
        for entry in queue.drain() {
            switch entry {
            case .event(let event): try recorder.record(event)
            case .lost(let instrument, let time): try recorder.lost(instrument, at: time)
            }
        }
        try recorder.tick(at: clock())
    }

    /// Whatever could be flushed stays; the first error is the one that is reported.
    private func fail(_ error: MarketDataError) {
        do throws(MarketDataError) {
            try recorder.finish(at: clock())
        } catch {
            // The disk that refused a row refuses the ending too: no news.
        }
        checkSpace()
        progress.withLock { $0.failure = error }
    }

    private func checkSpace() {
        let summary = recorder.summary
        let bytes = Self.sizes(of: summary)
        progress.withLock { progress in
            progress.summary = summary
            progress.bytes = bytes
        }
    }

    private func rest() {
        var span = timespec(tv_sec: 0, tv_nsec: Self.periodNanoseconds)
        _ = unsafe nanosleep(&span, nil)
    }

    private static func sizes(of summary: RecordingSummary) -> [Int] {
        summary.entries.map { entry in
            entry.files.reduce(0) { sum, file in
                var facts = stat()
                return unsafe stat(file, &facts) == 0 ? sum + Int(facts.st_size) : sum
            }
        }
    }
}
