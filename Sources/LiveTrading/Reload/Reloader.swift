public import ScriptHost
internal import Synchronization
public import Threads
public import TradingCore
public import TradingModel

/// When a prepared version may take over.
public enum ReloadPolicy: Sendable {
    /// As soon as it has been rehearsed.
    case immediate
    /// When somebody has seen what it would change and has confirmed it: for real money.
    case confirmed
}

/// Replaces a running strategy: on a save where it is watched, and on command.
///
/// A thread of its own watches the files, checks, loads and rehearses, so that the engine goes on;
/// the swap itself happens on the engine's thread between two events, in ``between(_:at:)``.
public final class Reloader: Sendable {
    /// The engine's loop sleeps on this, so that a swap need not wait for the next event.
    public var bell: Doorbell { desk.bell }

    private let desk = EngineDesk()
    private let worker: ReloadWorker
    private let thread: WorkerThread
    private let record: RunRecord?

    /// - Parameters:
    ///   - watches: whether a save is enough; otherwise only a command reloads.
    ///   - isVerbose: whether each intent that differs is shown.
    ///   - running: the strategy at work.
    ///   - session: where commands come in and versions are written down; nil: neither.
    ///   - limitSource: where limits are read again; nil: nowhere.
    public init(
        _ origin: ScriptOrigin, running: LuaStrategy, instruments: [Instrument], watches: Bool,
        isVerbose: Bool, policy: ReloadPolicy, session: RunFolder?, record: RunRecord?,
        limitSource: (any LimitSource)? = nil
    ) {
        self.record = record
        let lines = LineQueue(bell: desk.bell)
        let worker = ReloadWorker(
            origin, desk, lines,
            ReloadWorker.Plan(
                sources: running.sources, parameters: running.parameters, instruments: instruments,
                watches: watches, isVerbose: isVerbose, policy: policy, session: session,
                record: record, limitSource: limitSource))
        self.worker = worker
        thread = WorkerThread { worker.run() }
    }

    /// Reads the limits again, on the thread that prepares; what comes of it is among the lines.
    public func readLimits() { worker.readLimits() }

    /// Notes what happens to versions after their swap.
    public func follow(_ reloads: StrategyReloads) {
        reloads.listener = { [worker, record] event in
            worker.observe(event)
            guard case .rolledBack(let from, let to, let reason, let time) = event else { return }
            record?.addRollback(from: from, to: to, reason: reason, at: time)
        }
        reloads.retire = { [worker] in worker.bury($0) }
    }

    /// Does what a reload needs of the engine's thread, between two events.
    ///
    /// - Returns: a swap that was carried out; ``finish(_:gap:queued:)`` says what had to wait.
    package func between<Run: ReloadableRun>(
        _ run: inout Run, at place: Timestamp
    ) -> SwapOutcome? {
        desk.serve(&run, at: place)
    }

    package func finish(_ outcome: SwapOutcome, gap: Int64, queued: Int) {
        desk.finish(outcome, gap: gap, queued: queued)
    }

    /// What there is to tell the user since the last call.
    public func drainLines() -> [String] { worker.lines.drain() }

    /// Ends the thread and its commands; the run reloads no more.
    public func close() {
        desk.close()
        worker.close()
        thread.join(atMost: Self.patience)
    }

    /// How long the end of a run waits for the thread at most: 1 s, in ms, a hundred times its need.
    private static let patience: Int32 = 1_000
}

/// Lines on their way to the screen, which belongs to the engine's thread.
final class LineQueue: Sendable {
    private let lines = Mutex<[String]>([])
    private let bell: Doorbell

    init(bell: Doorbell) { self.bell = bell }

    func add(_ line: String) { add([line]) }

    /// Adds what belongs together: nobody sees a part of it.
    func add(_ added: [String]) {
        lines.withLock { $0 += added }
        bell.ring()
    }

    func drain() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}
