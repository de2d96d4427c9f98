internal import ByteCoding
internal import Synchronization
internal import Threads
public import TradingCore
internal import TradingModel

/// Records what a run is told and what comes of it, for a run again.
///
/// It belongs to the thread that trades, which only moves what was told into an array: the rest is done by a
/// thread of its own. Where the disk is full or too slow the recording ends, the file says so where it can,
/// and trading goes on.
public final class InputRecorder {
    private let queue: InputQueue
    private let thread: InputThread
    private var pending: [InputQueue.Entry] = []
    /// When something was put into the queue last.
    private var lastPut = Timestamp.distantPast
    private var now = Timestamp.distantPast

    private static let mostPending = 256
    /// How long entries wait here: 50 ms, as a pulse of the loop comes as often.
    private static let period: Int64 = 50_000_000

    /// Begins a recording in a run's folder.
    ///
    /// - Parameters:
    ///   - whenTurned: called on any thread before another file is begun.
    ///   - whenEnded: called once, on any thread, with why it ends before the run does.
    /// - Returns: nil and why, where no file can be begun.
    public static func begin(
        in folder: String, _ header: RecordingHeader, limits: RecordingLimits = RecordingLimits(),
        whenTurned: @escaping @Sendable () -> Void = {},
        whenEnded: @escaping @Sendable (String) -> Void
    ) -> (recorder: InputRecorder?, problem: String?) {
        do throws(DiskProblem) {
            var writer = try InputWriter(in: folder, header, limits: limits)
            writer.whenTurned = whenTurned
            return (InputRecorder(writer, limits: limits, whenEnded: whenEnded), nil)
        } catch {
            return (nil, "\(error)")
        }
    }

    package init(
        _ writer: InputWriter, limits: RecordingLimits,
        whenEnded: @escaping @Sendable (String) -> Void
    ) {
        queue = InputQueue(limit: limits.mostWaiting)
        thread = InputThread(writer, queue, whenEnded)
        pending.reserveCapacity(Self.mostPending)
    }

    /// Whether what is recorded now may still be written.
    public var isRecording: Bool { !queue.isClosed }

    // MARK: - The thread that trades

    /// A call that is about to be made; what came of the one before has been recorded.
    public func record(_ call: RunCall) {
        now = call.time
        pending.append(.call(call))
    }

    /// What came of the call that was recorded last.
    public func record(_ command: Command) {
        switch command {
        case .intent, .submit, .cancel, .amend, .refused, .tradingStopped:
            pending.append(.command(command))
        case .log, .alert, .plot, .tradingState: break
        }
    }

    /// Records a call behind its success: before what came of it.
    ///
    /// - Parameter body: makes it, and returns the call.
    public func record<Problem: Error>(
        _ body: () throws(Problem) -> RunCall
    ) throws(Problem) {
        let place = pending.count
        pending.insert(.call(try body()), at: place)
    }

    /// Puts what has come on its way, where it is worth it: when nothing is in a hurry.
    public func rest() {
        guard
            pending.count >= Self.mostPending
                || now.nanoseconds &- lastPut.nanoseconds >= Self.period
        else { return }
        flush()
    }

    private func flush() {
        lastPut = now
        guard !pending.isEmpty else { return }
        if queue.isClosed { return pending.removeAll() }
        queue.put(&pending)
    }

    /// Writes the rest; waits for the disk, 5 s at most.
    public func finish(_ reason: String) {
        flush()
        thread.finish(reason)
    }
}

/// Writes what stands in a queue.
///
/// `@unchecked`: the writer is touched by the thread alone.
private final class InputThread: @unchecked Sendable {
    private var writer: InputWriter
    private let queue: InputQueue
    private let whenEnded: @Sendable (String) -> Void
    private let bell = Doorbell()
    private let ending = Mutex<String?>(nil)
    private let thread = Mutex<WorkerThread?>(nil)

    /// How long what was put waits: 100 ms, which with the recorder's is what a kill loses.
    private static let period: Int64 = 100_000_000
    private static let patience: Int32 = 5_000

    init(
        _ writer: InputWriter, _ queue: InputQueue,
        _ whenEnded: @escaping @Sendable (String) -> Void
    ) {
        self.writer = writer
        self.queue = queue
        self.whenEnded = whenEnded
        let thread = WorkerThread { [self] in run() }
        self.thread.withLock { $0 = thread }
    }

    func finish(_ reason: String) {
        ending.withLock { $0 = reason }
        bell.ring()
        thread.withLock { $0.take() }?.join(atMost: Self.patience)
    }

    private func run() {
        while writer.end == nil {
            let last = ending.withLock { $0 }
            let (batches, isFull) = queue.drain()
            for batch in batches {
                for entry in batch { add(entry) }
                queue.reuse(batch)
            }
            if isFull {
                writer.breakOff("more came than the disk took")
                return end()
            }
            writer.flush()
            if writer.end != nil { return end() }
            if let last { return writer.finish(last) }
            bell.wait(nanoseconds: Self.period)
        }
    }

    private func add(_ entry: InputQueue.Entry) {
        switch entry {
        case .call(let call): writer.add(.call(call))
        case .command(let command): RunOutcome(command).map { writer.add(.outcome($0)) }
        }
    }

    private func end() {
        queue.close()
        whenEnded(writer.end ?? "")
    }
}
