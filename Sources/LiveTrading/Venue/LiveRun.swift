public import RunFigures
public import TradingCore
public import TradingModel
public import VenueSessions

/// A strategy that trades an account at a venue with real money, or one at each of several venues.
///
/// Holds no socket and no clock: the session's words come in, the orders for it go out. What an
/// input leads to is known as soon as the engine has taken it in; what is written down of it, in
/// tallies, logs and the past that rehearsals need, waits until the orders have left.
public final class LiveRun: VenueRun {
    public private(set) var engine: Engine
    public let reloads: StrategyReloads?
    public private(set) var stopReason: String?
    public var books: [OrderBook?] { engine.state.books }
    public var ledger: RunLedger {
        writeDown()
        return written
    }

    /// Hears every command after it has been handed out: for logs, alerts and plots.
    public var listener: ((Command, TradingState) -> Void)?
    /// Hears every report after the engine took it in: for fills in a log.
    public var reportListener: ((ExecutionReport, TradingState) -> Void)?

    /// Write down for later runs and people, each what is of its account; none: nothing does.
    public var journals: [RunJournal] = []
    /// The one of the only account; nil: there is none.
    public var journal: RunJournal? {
        get { journals.first }
        set { journals = newValue.map { [$0] } ?? [] }
    }
    /// Up to what is ``unwritten``.
    private let written: RunLedger
    /// What was taken in last and is not written down.
    private var unwritten: EngineIntake?
    /// What came of it.
    private var commands: [Command] = []
    /// Whether rehearsals have it already.
    private var isKept = false
    private var requests: [SessionInput] = []
    private var truth: PositionTruth
    private var nextComparison = Timestamp.distantFuture
    private var hasStarted = false
    private var startReason = StartReason.first
    /// What the venue told while it connected, of orders of an earlier run; nil: it has been taken in.
    private var early: [EngineInput]?
    private var isWindingDown = false

    /// How often the venue's positions are held against ours: a mismatch is a matter of seconds.
    private static let comparisonPeriod: Int64 = 1_000_000_000

    /// - Parameters:
    ///   - engine: one that has not started.
    ///   - patience: how long the venue's positions may differ from ours.
    public init(engine: Engine, reloads: StrategyReloads?, patience: VenuePatience = .usual) {
        self.engine = engine
        truth = PositionTruth(patience: patience)
        self.reloads = reloads
        written = RunLedger(of: engine.state)
    }

    public var isWoundDown: Bool { engine.state.orders.openCount == 0 }
    public var heldAtVenue: [VenuePosition] { truth.positions }
    public var wantedFeeds: [FeedSet] { engine.neededFeeds }
    public var nextDue: Timestamp { min(engine.nextDeadline, nextComparison) }

    public func drainRequests() -> [SessionInput] {
        guard !requests.isEmpty else { return [] }
        defer { requests = [] }
        return requests
    }

    // MARK: - Inputs

    /// Goes on with what earlier runs left: before the session says anything.
    public func resume(_ earlier: EarlierRun, at now: Timestamp) {
        startReason = .restart
        early = []
        feed(.resume(earlier, at: now))
        writeDown()
    }

    /// Takes in what the venue told of earlier orders, in the order in which it happened there, whichever list
    /// it came from: what a position has realised hangs on that.
    public func reconciled(at now: Timestamp) {
        var latest: [ClientOrderID: Timestamp] = [:]
        let timed = (early.take() ?? []).enumerated().map { place, input in
            guard case .report(let report) = input else {
                return (time: input.settlementTime ?? .distantPast, place: place, input: input)
            }
            // One order's reports stay in their own order.
            let time = max(report.venueTime, latest[report.order] ?? .distantPast)
            latest[report.order] = time
            return (time: time, place: place, input: input)
        }
        for entry in timed.sorted(by: { ($0.time, $0.place) < ($1.time, $1.place) }) {
            feed(entry.input.received(at: now))
        }
    }

    public func record(_ difference: AccountDifference, at now: Timestamp) {
        for journal in journals { journal.record(difference, at: now) }
    }

    public func start(at now: Timestamp) {
        reconciled(at: now)
        feed(.time(now))
        // Where an earlier run's executions are known the venue's list is one word against another, and may be
        // old: what differs is compared as ever, and until then the limits count the worse.
        for held in startReason == .first ? truth.beginnings(at: now) : [] {
            begin(with: held)
        }
        hasStarted = true
        for position in truth.positions { feed(.holding(position.holding)) }
        nextComparison = now.advanced(byNanoseconds: Self.comparisonPeriod)
        written.beginEquity(isRestart: startReason == .restart)
        for journal in journals { journal.recordWorth(written, at: now) }
        feed(.start(startReason, at: now))
    }

    public func apply(_ input: EngineInput, at now: Timestamp) {
        if early != nil, input.isOfAccount {
            early?.append(input)
            return
        }
        switch input {
        case .market(let event):
            guard hasStarted else {
                written.observe(event)
                return engine.observe(event)
            }
            feed(input)
        case .report, .balance, .foreignOrders, .adopt: feed(input)
        case .position(let held) where !hasStarted:
            begin(with: held)
        case .status(let status):
            let isUnheard = status.state == .stale || status.state == .lost
            if isUnheard, status.instrument == nil { pauseTruth(at: status.venue) }
            if hasStarted { feed(input) }
        default: break  // nothing else comes from a session
        }
    }

    private func begin(with held: PositionCorrection) {
        engine.begin(with: held, into: &commands)
        for journal in journals { journal.begin(with: held, engine.state) }
    }

    /// A venue that cannot be heard says nothing of its positions.
    private func pauseTruth(at venue: String) {
        let accounts = engine.state.accounts
        let account = accounts.place(at: venue) ?? 0
        truth.pause { accounts[$0] == account }
    }

    public func apply(_ changes: [BookChange], at now: Timestamp) {
        guard hasStarted else {
            for change in changes {
                written.observe(change)
                engine.observe(.book(change))
            }
            return
        }
        feed(.changes(changes))
    }

    public func apply(_ position: VenuePosition, at now: Timestamp) {
        truth.apply(position)
        guard hasStarted else { return }
        feed(.holding(position.holding))
        compare(at: now)
    }

    public func pass(until now: Timestamp) {
        guard hasStarted else { return }
        feed(.time(now))
        if now >= nextComparison { compare(at: now) }
    }

    public var obstacle: String? { journals.lazy.compactMap(\.obstacle).first }

    public func pause(_ reason: String?, at now: Timestamp) {
        guard hasStarted, reason != engine.state.pause else { return }
        feed(.pause(reason: reason, at: now))
    }

    public func windDown(_ reason: String, at now: Timestamp) {
        guard !isWindingDown else { return }
        isWindingDown = true
        guard hasStarted else { return }
        feed(.time(now))
        feed(.stop(reason: reason, at: now))
    }

    public func halt(_ reason: String, at now: Timestamp) {
        guard hasStarted else { return }
        feed(.time(now))
        feed(.halt(reason: reason, at: now))
    }

    public var isFlat: Bool {
        engine.isFlat && truth.positions.allSatisfy { $0.net == .zero }
    }

    public func flatten(at now: Timestamp) {
        guard hasStarted else { return }
        feed(.time(now))
        feed(.flatten(at: now))
    }

    public func carry(to rehearsal: Rehearsal) -> CarryStart {
        reloads?.carry(to: rehearsal, from: engine) ?? .notNeeded
    }

    public func replaceStrategy(by rehearsal: Rehearsal) throws(ReloadRefusal) -> Swap {
        guard let reloads else { throw ReloadRefusal("this run keeps nothing for a reload") }
        writeDown()
        let swap = try reloads.swap(in: rehearsal, &engine, into: &commands)
        emitCommands()
        return swap
    }

    public func replaceLimits(by limits: RunLimits, at now: Timestamp) -> [String] {
        let changes = engine.limits.changes(to: limits)
        feed(.limits(limits, at: now))
        return changes
    }

    private func compare(at now: Timestamp) {
        nextComparison = now.advanced(byNanoseconds: Self.comparisonPeriod)
        let state = engine.state
        let doubtful = Set(
            state.orders.open.filter { $0.state.isUnknown }.map(\.request.instrument))
        let corrections = truth.compare(state.positions, at: now) { doubtful.contains($0) }
        for correction in corrections { feed(.position(correction)) }
    }

    public func addListener(_ listener: @escaping (Command, TradingState) -> Void) {
        let others = self.listener
        self.listener = { command, state in
            listener(command, state)
            others?(command, state)
        }
    }

    // MARK: - One step

    private func feed(_ input: EngineInput) { feed(.input(input)) }

    private func feed(_ intake: EngineIntake) {
        writeDown()
        if let reloads {
            isKept = reloads.processFirst(intake, &engine, into: &commands)
        } else {
            engine.process(intake, into: &commands)
        }
        unwritten = intake
        emitCommands()
    }

    /// Moves what the engine wants done to the requests.
    private func emitCommands() {
        for command in commands {
            switch command {
            case .submit(let order):
                for journal in journals { journal.submit(order, engine.state) }
                requests.append(.command(command))
            case .cancel, .amend: requests.append(.command(command))
            case .tradingStopped(let reason): stopReason = stopReason ?? reason
            case .intent, .refused, .log, .alert, .plot, .tradingState: break
            }
        }
    }

    // MARK: - What is written down

    public func writeDown() {
        if let intake = unwritten.take() {
            if !isKept { reloads?.keep(intake, commands, engine) }
            record(intake)
        }
        guard !commands.isEmpty else { return keepState() }
        for command in commands { record(command) }
        commands.removeAll(keepingCapacity: true)
        keepState()
    }

    public func rest() {
        writeDown()
        for journal in journals { journal.keep(engine, reloads?.window, isAtRest: true) }
    }

    /// Behind all that led to it: a later run finds the state of a moment that the journal has reached.
    private func keepState() {
        for journal in journals { journal.keep(engine, reloads?.window, isAtRest: false) }
    }

    private func record(_ intake: EngineIntake) {
        written.record(intake)
        for journal in journals { journal.record(intake, engine.state, written) }
        if case .input(.report(let report)) = intake { reportListener?(report, engine.state) }
    }

    private func record(_ command: Command) {
        written.record(command)
        for journal in journals { journal.record(command, engine.state) }
        listener?(command, engine.state)
    }
}

extension VenuePosition {
    /// What the limits are told of it.
    fileprivate var holding: VenueHolding {
        VenueHolding(
            instrument: instrument, net: net, venueTime: venueTime ?? receiveTime,
            receiveTime: receiveTime)
    }
}

extension EngineInput {
    /// Whether it changes what the run has at the venue, and belongs among what became of it meanwhile.
    fileprivate var isOfAccount: Bool {
        switch self {
        case .report: true
        default: settlementTime != nil
        }
    }

    /// When funding was settled; nil: it is something else.
    fileprivate var settlementTime: Timestamp? {
        guard case .market(.funding(let funding)) = self else { return nil }
        return funding.venueTime
    }
}
