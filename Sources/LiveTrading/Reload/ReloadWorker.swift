internal import Glibc
internal import ScriptHost
internal import Synchronization
internal import TradingCore
internal import TradingModel

/// The thread that watches, prepares and asks for swaps.
///
/// `@unchecked Sendable`: what is not behind ``shared`` is touched by its own thread alone, in
/// ``run()`` and below.
final class ReloadWorker: @unchecked Sendable {
    /// What a worker begins with.
    struct Plan {
        /// The files of the version at work, the script first.
        let files: [String]
        let parameters: [Parameter]
        let instruments: [Instrument]
        let watches: Bool
        /// Whether each intent that differs is shown.
        let isVerbose: Bool
        let policy: ReloadPolicy
        let session: SessionFolder?
        let record: SessionRecord?
    }

    private struct Shared {
        var isClosed = false
        /// The parameters of each version that may trade again.
        var version = 1
        var rolledBackTo: Int?
        /// Versions that are over, to be freed on this thread.
        var over: [Rehearsal] = []
    }

    let lines: LineQueue
    private let shared = Mutex(Shared())
    private let bell = Doorbell()
    private let origin: ScriptOrigin
    private let desk: EngineDesk
    private let plan: Plan
    private let watch: ScriptWatch?
    private let control: ControlSocket?

    /// What was loaded last, whether it trades or not.
    private var files: [String]
    private var lastTexts: [[UInt8]?]
    private var lastFailed = false
    private var parameters: [Int: [Parameter]]
    /// Rehearsed, and waiting for a confirmation.
    private var waiting: PreparedVersion?

    /// How often a version that waits is kept up with the market: 20 ms, seldom enough to cost
    /// nothing and often enough for a market that runs a thousand times faster than life.
    private static let upkeep: Int32 = 20

    init(_ origin: ScriptOrigin, _ desk: EngineDesk, _ lines: LineQueue, _ plan: Plan) {
        self.origin = origin
        self.desk = desk
        self.lines = lines
        self.plan = plan
        files = plan.files
        parameters = [1: plan.parameters]
        watch = plan.watches ? ScriptWatch(script: origin.path) : nil
        control = plan.session.flatMap { ControlSocket(in: $0) }
        lastTexts = StableFiles(plan.files, now: 0).texts
        if plan.watches, watch == nil {
            lines.add("the files cannot be watched: the system has no inotify watch left")
        }
    }

    func close() {
        shared.withLock { $0.isClosed = true }
        bell.ring()
    }

    /// Hears of the versions, on the engine's thread.
    func note(_ event: VersionEvent) {
        guard case .rolledBack(_, let version, _, _) = event else { return }
        shared.withLock {
            $0.version = version
            $0.rolledBackTo = version
        }
        lines.add(
            "\(script) on the disk is not the version that trades: the next save that works "
                + "takes over")
    }

    /// Frees a version, later and on the worker's own thread.
    func bury(_ rehearsal: Rehearsal) {
        shared.withLock { $0.over.append(rehearsal) }
        bell.ring()
    }

    private func freeWhatIsOver() {
        // Taken out under the lock, freed behind it.
        let over = shared.withLock { shared in
            defer { shared.over = [] }
            return shared.over
        }
        withExtendedLifetime(over) {}
    }

    private var isClosed: Bool { shared.withLock { $0.isClosed } }
    private var script: String { origin.path.split(separator: "/").last.map(String.init) ?? "" }
    private var running: [Parameter] { parameters[shared.withLock { $0.version }] ?? [] }

    // MARK: - The loop

    func run() {
        let sources = [watch?.descriptor, control?.descriptor, bell.descriptor].compactMap { $0 }
        while !isClosed {
            waitForAny(sources, milliseconds: waiting == nil ? -1 : Self.upkeep)
            bell.silence()
            freeWhatIsOver()
            if let watch, watch.hasNews(), settle(watch) { reload(nil, isVerbose: plan.isVerbose) }
            while let request = control?.next(), !isClosed { answer(request) }
            keepUp()
        }
    }

    /// Waits until the files are at rest; false: they are what they were, or the run has ended.
    private func settle(_ watch: ScriptWatch) -> Bool {
        var files = StableFiles(files, now: monotonicNanoseconds())
        while !files.areStable(at: monotonicNanoseconds(), hasNews: watch.hasNews()) {
            waitForAny([watch.descriptor, bell.descriptor], milliseconds: 5)
            guard !isClosed else { return false }
        }
        // A version that failed is tried again at any change: what it missed may have come.
        return lastFailed || files.texts != lastTexts
    }

    private func keepUp() {
        guard let waiting else { return }
        do throws(PreparedVersion.Failure) {
            try waiting.catchUp()
        } catch {
            self.waiting = nil
            if !error.isClosed { refuse(error, nil) }
        }
    }

    // MARK: - Commands

    private func answer(_ request: ControlRequest) {
        let words = request.line.split(separator: " ").map(String.init)
        switch words.first {
        case "reload":
            reload(
                request, isConfirmed: words.contains("--confirm"),
                isVerbose: words.contains("--verbose"))
        default:
            request.answer("this session does not know `\(request.line)`")
            request.end(2)
        }
    }

    // MARK: - A reload

    /// Prepares what lies on the disk and swaps it in, or keeps it until somebody confirms it.
    private func reload(
        _ request: ControlRequest?, isConfirmed: Bool = false, isVerbose: Bool
    ) {
        do throws(PreparedVersion.Failure) {
            let prepared = try prepare(usesWaiting: isConfirmed)
            let needsConfirmation = plan.policy == .confirmed && !isConfirmed
            if needsConfirmation {
                propose(prepared, request, isVerbose: isVerbose)
            } else {
                waiting = nil
                finish(try prepared.swapIn(), of: prepared, request, isVerbose: isVerbose)
            }
        } catch {
            refuse(error, request)
        }
    }

    /// The version that waits, if it is still what lies on the disk; else a new one.
    private func prepare(usesWaiting: Bool) throws(PreparedVersion.Failure) -> PreparedVersion {
        let texts = StableFiles(files, now: 0).texts
        if usesWaiting, let waiting, texts == lastTexts {
            try waiting.catchUp()
            return waiting
        }
        waiting = nil
        lastTexts = texts
        lastFailed = true
        let prepared = try PreparedVersion(
            origin, desk, running: running, symbols: plan.instruments.map(\.symbol),
            isWanted: { !self.isClosed })
        files = prepared.files.map(\.path)
        lastTexts = prepared.files.map { Array($0.text.utf8) }
        lastFailed = false
        return prepared
    }

    private func propose(
        _ prepared: PreparedVersion, _ request: ControlRequest?, isVerbose: Bool
    ) {
        waiting = prepared
        let difference = prepared.rehearsal.difference
        var said = [
            "\(script) (\(prepared.hash)) is ready and waits: `runner reload --confirm` swaps it in"
        ]
        said += prepared.changes
        said.append(ReloadText.counts(difference))
        if isVerbose { said += ReloadText.details(difference, plan.instruments) }
        tell(said, request, code: 0)
    }

    private func finish(
        _ outcome: SwapOutcome, of prepared: PreparedVersion, _ request: ControlRequest?,
        isVerbose: Bool
    ) {
        let swap = outcome.swap
        parameters = parameters.filter { $0.key == shared.withLock { $0.version } }
        parameters[swap.version] = prepared.parameters
        plan.record?.add(
            RecordedReload(
                version: swap.version, hash: prepared.hash, files: prepared.files,
                begun: prepared.begun, swapped: outcome.place, stateBefore: swap.before.text,
                stateAfter: swap.after.text))
        if let rollback = swap.rollback {
            lastFailed = true
            return tell(
                [
                    "not reloaded: version \(swap.version) was put away at once: "
                        + ReloadText.withCaret(rollback)
                ], request, code: 1)
        }
        shared.withLock { shared in
            // It may have failed since: then the engine's thread has said so already.
            if shared.rolledBackTo == nil { shared.version = swap.version }
            shared.rolledBackTo = nil
        }
        var said = prepared.warnings.map(\.description)
        said.append(
            ReloadText.line(
                script: script, hash: prepared.hash, outcome: outcome,
                rehearsalNanoseconds: prepared.nanoseconds, changes: prepared.changes))
        if isVerbose { said += ReloadText.details(swap.difference, plan.instruments) }
        tell(said, request, code: 0)
    }

    private func refuse(_ failure: PreparedVersion.Failure, _ request: ControlRequest?) {
        lastFailed = true
        guard !failure.isClosed else {
            request?.answer(failure.text)
            request?.end(1)
            return
        }
        _ = desk.ask(.release)
        tell(
            ["not reloaded, version \(shared.withLock { $0.version }) goes on: \(failure.text)"],
            request, code: 1)
    }

    /// Says it where the session runs, and to whoever asked.
    private func tell(_ said: [String], _ request: ControlRequest?, code: Int32) {
        lines.add(said)
        for line in said { request?.answer(line) }
        request?.end(code)
    }
}
