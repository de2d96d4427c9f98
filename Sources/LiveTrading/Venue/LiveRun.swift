public import PaperTrading
public import TradingCore
public import TradingModel
public import VenueSessions

/// A strategy that trades an account at a venue with real money.
///
/// Holds no socket and no clock: the session's words come in, the orders for it go out.
public struct LiveRun: VenueRun {
    public private(set) var engine: Engine
    public let reloads: StrategyReloads?
    public private(set) var tally = Tally()
    public private(set) var equity: EquityCurve
    public private(set) var stopReason: String?
    public private(set) var statistics: [DataStatistics]
    public var books: [OrderBook?] { engine.state.books }

    /// Hears every command after it has been handed out: for logs, alerts and plots.
    public var listener: ((Command, TradingState) -> Void)?
    /// Hears every report after the engine took it in: for fills in a log.
    public var reportListener: ((ExecutionReport, TradingState) -> Void)?

    private var commands: [Command] = []
    private var requests: [SessionInput] = []
    private var truth = PositionTruth()
    private var nextComparison = Timestamp.distantFuture
    private var hasStarted = false
    private var isWindingDown = false

    /// How often the venue's positions are held against ours: a mismatch is a matter of seconds.
    private static let comparisonPeriod: Int64 = 1_000_000_000

    /// - Parameter engine: one that has not started.
    public init(engine: Engine, reloads: StrategyReloads?) {
        self.engine = engine
        self.reloads = reloads
        let instruments = engine.state.instruments
        equity = EquityCurve(
            currency: instruments[0].settle, start: .zero, instruments: instruments, held: [:])
        statistics = instruments.map { DataStatistics(of: $0) }
    }

    public var isWoundDown: Bool { engine.state.orders.openCount == 0 }
    public var heldAtVenue: [VenuePosition] { truth.positions }
    public var wantedFeeds: [FeedSet] { engine.neededFeeds }
    public var nextDue: Timestamp { min(engine.nextDeadline, nextComparison) }

    public mutating func takeRequests() -> [SessionInput] {
        defer { requests.removeAll(keepingCapacity: true) }
        return requests
    }

    // MARK: - Inputs

    public mutating func start(at now: Timestamp) {
        feed(.time(now))
        for held in truth.beginnings(at: now) { engine.begin(with: held, into: &commands) }
        hasStarted = true
        nextComparison = now.advanced(byNanoseconds: Self.comparisonPeriod)
        beginEquity()
        for instrument in engine.state.instruments { settleEquity(instrument.id) }
        feed(.start(.first, at: now))
        handOut()
    }

    public mutating func take(_ input: EngineInput, at now: Timestamp) {
        switch input {
        case .market(let event):
            statistics[event.instrument.index].take(event)
            guard hasStarted else { return engine.observe(event) }
            feed(input)
            // Between fills a price moves the equity; once a message is enough.
            if event.movesValuation { settleEquity(event.instrument) }
        case .report(let report):
            feed(input)
            note(report)
        case .status(let status):
            if status.state != .connected, status.state != .resynchronised { truth.pause() }
            if hasStarted { feed(input) }
        case .balance: feed(input)
        default: break  // nothing else comes from a session
        }
        handOut()
    }

    public mutating func take(_ changes: [BookChange], at now: Timestamp) {
        guard let index = changes.first?.instrument.index else { return }
        for change in changes { statistics[index].add(change) }
        guard hasStarted else {
            for change in changes { engine.observe(.book(change)) }
            return
        }
        if let reloads {
            reloads.process(changes, &engine, into: &commands)
        } else {
            for change in changes { engine.process(change, into: &commands) }
        }
        handOut()
    }

    public mutating func take(_ position: VenuePosition, at now: Timestamp) {
        truth.take(position)
        guard hasStarted else { return }
        compare(at: now)
        handOut()
    }

    public mutating func pass(until now: Timestamp) {
        guard hasStarted else { return }
        feed(.time(now))
        if now >= nextComparison { compare(at: now) }
        handOut()
    }

    public mutating func windDown(_ reason: String, at now: Timestamp) {
        guard !isWindingDown else { return }
        isWindingDown = true
        guard hasStarted else { return }
        feed(.time(now))
        feed(.stop(reason: reason, at: now))
        handOut()
    }

    public mutating func takeOver(by rehearsal: Rehearsal) throws(ReloadRefusal) -> Swap {
        guard let reloads else { throw ReloadRefusal("this run keeps nothing for a reload") }
        let swap = try reloads.swap(in: rehearsal, &engine, into: &commands)
        handOut()
        return swap
    }

    // MARK: - One step

    private mutating func feed(_ input: EngineInput) {
        if let reloads {
            reloads.process(input, &engine, into: &commands)
        } else {
            engine.process(input, into: &commands)
        }
    }

    private mutating func compare(at now: Timestamp) {
        nextComparison = now.advanced(byNanoseconds: Self.comparisonPeriod)
        let state = engine.state
        let doubtful = Set(
            state.orders.open.filter { $0.state.name == "unknown" }.map(\.request.instrument))
        let corrections = truth.compare(state.positions, at: now) { doubtful.contains($0) }
        for correction in corrections {
            feed(.position(correction))
            settleEquity(correction.instrument)
        }
    }

    private mutating func note(_ report: ExecutionReport) {
        switch report.event {
        case .fill(let fill):
            tally.add(fill, of: report, engine.state)
            settleEquity(report.instrument)
        case .rejected(let reason): tally.reject(reason)
        default: break
        }
        reportListener?(report, engine.state)
    }

    /// The account is worth what the venue says now; what is traded from here on is added.
    private mutating func beginEquity() {
        let state = engine.state
        let currency = equity.currency
        var held: [Currency: Money] = [:]
        for (other, balance) in state.balances where other != currency {
            held[other] = balance.total
        }
        equity = EquityCurve(
            currency: currency, start: state.balances[currency]?.total ?? .zero,
            instruments: state.instruments, held: held)
    }

    private mutating func settleEquity(_ instrument: InstrumentID) {
        let state = engine.state
        equity.settle(
            instrument.index, at: state.valuation(instrument), state.positions[instrument.index])
    }

    /// Moves what the engine wants done to the requests, or to whoever listens.
    private mutating func handOut() {
        for command in commands {
            switch command {
            case .submit:
                tally.orders += 1
                requests.append(.command(command))
            case .cancel, .amend: requests.append(.command(command))
            case .intent(let intent): tally.intents.add(intent, engine.state.instruments)
            case .refused(let refusal, _): tally.reject(refusal.rule.rawValue)
            case .tradingStopped(let reason): stopReason = stopReason ?? reason
            case .log, .alert, .plot: break
            }
            listener?(command, engine.state)
        }
        commands.removeAll(keepingCapacity: true)
    }
}

extension MarketEvent {
    /// Whether what a position is valued at may be another one now.
    fileprivate var movesValuation: Bool {
        switch self {
        case .trade, .ticker, .bar: true
        case .book, .quote, .funding: false
        }
    }
}
