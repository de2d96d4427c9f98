internal import Glibc
internal import ScriptHost
internal import Synchronization
internal import Threads
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
        let sources: [ScriptFile]
        let parameters: [Parameter]
        let instruments: [Instrument]
        let watches: Bool
        /// Whether each intent that differs is shown.
        let isVerbose: Bool
        let policy: ReloadPolicy
        let session: RunFolder?
        let record: RunRecord?
        let limitSource: (any LimitSource)?
    }

    private struct Shared {
        var isClosed = false
        /// The parameters of each version that may trade again.
        var version = 1
        var rolledBackTo: Int?
        /// Versions that are over, to be freed on this thread.
        var over: [Rehearsal] = []
        /// Whether the limits are to be read again.
        var wantsLimits = false
    }

    let lines: LineQueue
    private let shared = Mutex(Shared())
    private let bell = Doorbell()
    private let origin: ScriptOrigin
    private let desk: EngineDesk
    private let plan: Plan
    private let watch: ScriptWatch?
    private let control: ControlSocket?
    private let limits: LimitReader

    /// What was loaded last, whether it trades or not.
    private var files: [String]
    private var lastTexts: [[UInt8]?]
    private var lastFailed = false
    private var parameters: [Int: [Parameter]]
    /// The texts of each version that may trade again, by path.
    private var texts: [Int: [String: [UInt8]]]
    /// Rehearsed, and waiting for a confirmation; with what made it, which it asks whether it is
    /// still wanted.
    private var waiting: (version: PreparedVersion, attempt: ReloadAttempt)?
    /// The save that is being prepared.
    private var underway: (attempt: ReloadAttempt, wish: ReloadWish)?
    private var hasReportedDelay = false
    /// Abandoned, and stuck in what does not return.
    private var stuck: [ReloadAttempt] = []
    /// Asked for while too many were stuck.
    private var postponed: ReloadWish?

    /// How often a version that waits is kept up with the market: 20 ms, seldom enough to cost
    /// nothing and often enough for a market that runs a thousand times faster than life.
    private static let upkeep: Int32 = 20
    /// After so long it is said that a version is still being prepared: 5 s, in ns.
    private static let delayWorthTelling: Int64 = 5_000_000_000
    /// Versions that may be stuck before the next one waits for them; each has a thread.
    private static let mostStuck = 4

    init(_ origin: ScriptOrigin, _ desk: EngineDesk, _ lines: LineQueue, _ plan: Plan) {
        self.origin = origin
        self.desk = desk
        self.lines = lines
        self.plan = plan
        limits = LimitReader(
            source: plan.limitSource, desk: desk, lines: lines, instruments: plan.instruments,
            record: plan.record)
        files = plan.sources.map(\.path)
        parameters = [1: plan.parameters]
        watch = plan.watches ? ScriptWatch(script: origin.path) : nil
        control = plan.session.flatMap { ControlSocket(in: $0) }
        lastTexts = StableFiles(files, now: 0).texts
        texts = [1: Self.named(plan.sources)]
        if plan.watches, watch == nil {
            lines.add("the files cannot be watched: the system has no inotify watch left")
        }
    }

    func close() {
        shared.withLock { $0.isClosed = true }
        bell.ring()
    }

    /// Observes the versions, on the engine's thread.
    func observe(_ event: VersionEvent) {
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

    /// Reads the limits again, later and on the worker's own thread.
    func readLimits() {
        shared.withLock { $0.wantsLimits = true }
        bell.ring()
    }

    private func readWantedLimits() {
        let isWanted = shared.withLock { shared in
            defer { shared.wantsLimits = false }
            return shared.wantsLimits
        }
        if isWanted { limits.replace(nil) }
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
            waitForAny(sources, milliseconds: patience)
            bell.silence()
            freeWhatIsOver()
            readWantedLimits()
            applyResult()
            if let watch, watch.hasNews(), settle(watch) {
                reload(ReloadWish(isVerbose: plan.isVerbose))
            }
            while let request = control?.next(), !isClosed { answer(request) }
            keepUp()
        }
        abandonUnderway(because: "the run has ended")
        waiting?.attempt.abandon()
    }

    /// How long nothing need be looked after, in ms; -1: for ever.
    private var patience: Int32 {
        if waiting != nil { return Self.upkeep }
        return underway == nil || hasReportedDelay ? -1 : 1_000
    }

    /// Waits until the files are at rest; false: they are what they were, or the run has ended.
    private func settle(_ watch: ScriptWatch) -> Bool {
        var files = StableFiles(files, now: monotonicNanoseconds())
        while !files.areStable(at: monotonicNanoseconds(), hasNews: watch.hasNews()) {
            waitForAny([watch.descriptor, bell.descriptor], milliseconds: 5)
            guard !isClosed else { return false }
        }
        // A version that failed is tried again at any change: what it missed may have come. One that
        // is being prepared is what lies there, as long as that has not changed.
        return (lastFailed && underway == nil) || files.texts != lastTexts
    }

    private func keepUp() {
        if let underway, !hasReportedDelay,
            monotonicNanoseconds() - underway.attempt.began > Self.delayWorthTelling
        {
            hasReportedDelay = true
            lines.add(
                "\(script) is still being checked and rehearsed; another save takes its place")
        }
        guard let waiting else { return }
        do throws(PreparedVersion.Failure) {
            try waiting.version.catchUp()
        } catch {
            self.waiting = nil
            if !error.isClosed { refuse(error, nil) }
        }
    }

    // MARK: - Commands

    private func answer(_ request: ControlRequest) {
        let words = request.line.split(separator: " ").map(String.init)
        switch words.first {
        case "reload" where words.contains("--limits"): limits.replace(request)
        case "reload":
            reload(
                ReloadWish(
                    request: request, isConfirmed: words.contains("--confirm"),
                    isVerbose: words.contains("--verbose")))
        default:
            request.answer("this session does not know `\(request.line)`")
            request.end(2)
        }
    }

    // MARK: - A reload

    private static func named(_ files: [ScriptFile]) -> [String: [UInt8]] {
        Dictionary(
            files.map { ($0.path, Array($0.text.utf8)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether the version at work is what lies on the disk.
    private var isUnchanged: Bool {
        guard let own = texts[shared.withLock { $0.version }] else { return false }
        let paths = own.keys.sorted()
        return StableFiles(paths, now: 0).texts == paths.map { own[$0] }
    }

    /// Reports to whoever asked that there is nothing to take over; false: there is.
    private func reportUnchanged(_ wish: ReloadWish) -> Bool {
        guard let request = wish.request, underway == nil, postponed == nil, isUnchanged else {
            return false
        }
        // What waited for a confirmation is not what lies there any more.
        waiting?.attempt.abandon()
        waiting = nil
        let version = shared.withLock { $0.version }
        request.answer("\(script) is unchanged: version \(version) goes on")
        request.end(0)
        return true
    }

    /// Begins to prepare what lies on the disk; the version that waits, if it is still that, takes
    /// over at once where it has been confirmed.
    private func reload(_ wish: ReloadWish) {
        if reportUnchanged(wish) { return }
        let texts = StableFiles(files, now: 0).texts
        if wish.isConfirmed, let waiting, texts == lastTexts {
            self.waiting = nil
            return activate(waiting.version, wish)
        }
        abandonUnderway(because: "a newer save has taken its place")
        waiting?.attempt.abandon()
        waiting = nil
        stuck.removeAll { $0.hasReturned }
        guard stuck.count < Self.mostStuck else {
            postponed = wish
            lines.add(
                "not reloaded yet: \(counted(stuck.count, "earlier version")) of \(script) hang; "
                    + "it is tried when one of them has ended")
            return
        }
        lastTexts = texts
        lastFailed = true
        hasReportedDelay = false
        let attempt = ReloadAttempt(
            origin, desk, running: running, symbols: plan.instruments.map(\.symbol), bell: bell)
        underway = (attempt, wish)
    }

    /// Gives up what is being prepared; its thread ends by itself as soon as it can.
    private func abandonUnderway(because reason: String) {
        if let postponed {
            postponed.request?.answer("not reloaded: \(reason)")
            postponed.request?.end(1)
            self.postponed = nil
        }
        guard let (attempt, wish) = underway.take() else { return }
        attempt.abandon()
        stuck.append(attempt)
        wish.request?.answer("not reloaded: \(reason)")
        wish.request?.end(1)
    }

    /// Goes on with what has been prepared meanwhile.
    private func applyResult() {
        stuck.removeAll { $0.hasReturned }
        if stuck.count < Self.mostStuck, let wish = postponed.take() { reload(wish) }
        guard let (attempt, wish) = underway, let result = attempt.popResult() else { return }
        underway = nil
        switch result {
        case .failed(let failure): refuse(failure, wish.request)
        case .ready(let prepared):
            files = prepared.files.map(\.path)
            lastTexts = prepared.files.map { Array($0.text.utf8) }
            lastFailed = false
            if plan.policy == .confirmed, !wish.isConfirmed {
                waiting = (prepared, attempt)
                propose(prepared, wish.request, isVerbose: wish.isVerbose)
            } else {
                activate(prepared, wish)
            }
        }
    }

    /// Lets a version take over.
    private func activate(_ prepared: PreparedVersion, _ wish: ReloadWish) {
        do throws(PreparedVersion.Failure) {
            // What has come in since it was ready must not be left for the swap itself.
            try prepared.catchUp()
            finish(try prepared.swapIn(), of: prepared, wish.request, isVerbose: wish.isVerbose)
        } catch {
            refuse(error, wish.request)
        }
    }

    private func propose(
        _ prepared: PreparedVersion, _ request: ControlRequest?, isVerbose: Bool
    ) {
        let difference = prepared.rehearsal.difference
        var said = [
            "\(script) (\(prepared.hash)) is ready and waits: `runner reload --confirm` swaps it in"
        ]
        said += prepared.changes
        said.append(ReloadText.counts(difference))
        if isVerbose { said += ReloadText.details(difference, plan.instruments) }
        report(said, request, code: 0)
    }

    private func finish(
        _ outcome: SwapOutcome, of prepared: PreparedVersion, _ request: ControlRequest?,
        isVerbose: Bool
    ) {
        let swap = outcome.swap
        parameters = parameters.filter { $0.key == shared.withLock { $0.version } }
        parameters[swap.version] = prepared.parameters
        texts = texts.filter { $0.key == shared.withLock { $0.version } }
        texts[swap.version] = Self.named(prepared.files)
        plan.record?.add(
            RecordedReload(
                version: swap.version, hash: prepared.hash, files: prepared.files,
                begun: prepared.begun, swapped: outcome.place, stateBefore: swap.before.text,
                stateAfter: swap.after.text))
        if let rollback = swap.rollback {
            lastFailed = true
            return report(
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
        report(said, request, code: 0)
    }

    private func refuse(_ failure: PreparedVersion.Failure, _ request: ControlRequest?) {
        lastFailed = true
        guard !failure.isClosed else {
            request?.answer(failure.text)
            request?.end(1)
            return
        }
        _ = desk.ask(.release)
        report(
            ["not reloaded, version \(shared.withLock { $0.version }) goes on: \(failure.text)"],
            request, code: 1)
    }

    /// Reports it where the run is, and to whoever asked.
    private func report(_ said: [String], _ request: ControlRequest?, code: Int32) {
        lines.add(said)
        for line in said { request?.answer(line) }
        request?.end(code)
    }
}
