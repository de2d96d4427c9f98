public import Matching
public import RunFigures
public import TradingCore
public import TradingModel

/// A strategy on a paper venue over a stream of market data: a backtest, or paper trading on `sim`.
///
/// One thread and no clock: time is that of the data. What is due (an order that arrives at the
/// venue, a report that arrives here, a timer) happens before an event of the same time.
public struct SimulatedRun: SteppedRun {
    public internal(set) var engine: Engine
    public let venue: MatchingVenue
    var data: DataCursor
    var commands: [Command] = []
    private var underway: [Command] = []
    /// Events the venue has seen and the strategy has not, because its feed is late.
    var late = LateFeed()
    private let feedLatency: Int64
    /// Whether events go straight to the engine: not when they are late or kept for reloads.
    private let isDirect: Bool
    /// Replaces the strategy while it runs; nil: this run cannot.
    public let reloads: StrategyReloads?
    private var nextDue = Timestamp.distantFuture
    var hasStarted = false
    var startReason = StartReason.first

    let intake: MarketIntake
    /// The events at hand, for a strategy that may run ahead over them; nil: it may not.
    private let stretch: EventStretch?
    public let ledger: RunLedger
    /// Why trading stopped before the data ended; nil while it has not.
    public private(set) var stopReason: String?

    /// Hears every command after it has been carried out: for logs, alerts and plots.
    public var listener: ((Command, TradingState) -> Void)?
    /// The same for those alone that say something to people.
    public var wordListener: ((Command, TradingState) -> Void)?
    /// Hears every report after the engine took it in: for fills in a log.
    public var reportListener: ((ExecutionReport, TradingState) -> Void)?
    /// Called once a batch of events, for a progress bar; false calls the run off.
    public var onBatch: (() -> Bool)?
    /// Whether ``onBatch`` ended it: the data goes on.
    public private(set) var isCalledOff = false
    /// Writes down what happens, of a run that can be reloaded; nil: nothing does.
    public var chronicle: (any RunChronicle)? {
        didSet {
            precondition(!isDirect, "what goes straight to the engine is written down nowhere")
        }
    }
    /// Whether an empty source has come to its end; otherwise more may come any time.
    public var endsWithSource = true

    /// Timers and the like between two events of the data beyond which the run stops: minutes of
    /// the quickest timer's handlers.
    public var mostQuietSteps = 100_000_000

    /// Hears every input once the engine has taken it in, and the equity then: for tests that keep
    /// books of their own.
    package typealias InputListener = (EngineInput, EquityCurve) -> Void
    private let inputListener: InputListener?

    public init(
        engine: Engine, venue: MatchingVenue, source: any MarketEventSource, feedLatency: Int64,
        equity: EquityCurve, reloads: StrategyReloads? = nil
    ) {
        self.init(
            engine: engine, venue: venue, source: source, feedLatency: feedLatency, equity: equity,
            reloads: reloads, plain: [], inputListener: nil)
    }

    /// - Parameter inputListener: with one, the run goes event by event.
    package init(
        engine: Engine, venue: MatchingVenue, source: any MarketEventSource, feedLatency: Int64,
        equity: EquityCurve, reloads: StrategyReloads? = nil, plain: PlainWays = [],
        inputListener: InputListener? = nil
    ) {
        self.engine = engine
        self.venue = venue
        data = DataCursor(source, venue, isSingle: plain.contains(.singly))
        self.feedLatency = feedLatency
        self.reloads = reloads
        self.inputListener = inputListener
        isDirect = feedLatency == 0 && reloads == nil && inputListener == nil
        var equity = equity
        equity.countsOut = plain.contains(.countedOut)
        let ledger = RunLedger(of: engine.state, equity)
        self.ledger = ledger
        let intake = MarketIntake(venue, ledger, goesRowByRow: plain.contains(.rowByRow))
        self.intake = intake
        // A late feed tells the strategy of an event when the venue has long gone on, and what is
        // kept for reloads is kept event by event.
        stretch =
            engine.canRunAhead && isDirect && !plain.contains(.eventByEvent)
            ? engine.makeStretch(over: data.batch, for: intake) : nil
    }

    /// The depth as the venue keeps it, by instrument.
    public var books: [OrderBook?] { venue.books }

    public func fillNotes(of instrument: InstrumentID) -> [String] { venue.notes(of: instrument) }

    /// The time of the next event of the data, once it has been read; nil at its end.
    public mutating func nextEventTime() throws(MarketDataError) -> Timestamp? {
        guard try fill() else { return nil }
        return data.time
    }

    /// Handles everything that happens up to and including `limit`.
    ///
    /// - Returns: false when the data has ended, trading was stopped, or it was called off.
    public mutating func advance(to limit: Timestamp) throws(MarketDataError) -> Bool {
        if !hasStarted { try start() }
        while stopReason == nil {
            guard try fill() else { return false }
            while !data.isAtEnd {
                // The last event may have stopped the run, and left the venue quiet by that.
                if let stretch, venue.isQuiet, stopReason == nil, !engine.hasUntold {
                    let end = data.stretchEnd(upTo: limit, before: nextDue)
                    if end > data.position {
                        stretch.begin(data.position..<end)
                        engine.process(stretch, into: &commands)
                        data.position = stretch.position
                        finishEvent()
                        guard stopReason == nil else { break }
                        continue
                    }
                }
                let time = data.time
                if time > limit {
                    passDue(until: limit)
                    writeDown(isAtRest: true)
                    return stopReason == nil
                }
                if time >= nextDue { passDue(until: time) }
                guard stopReason == nil else { break }
                switch data.batch.kind(at: data.position) {
                case .trade: handle(data.batch.trade(at: data.position))
                case .book: handle(data.batch.change(at: data.position))
                case .other: handleRare(data.batch[data.position])
                }
                data.position += 1
            }
        }
        return false
    }

    /// Lets the strategy start now, before any event.
    public mutating func begin(at time: Timestamp) throws(MarketDataError) {
        if !hasStarted { try start(at: time) }
    }

    /// Brings the engine what is not a market event, at its time.
    public mutating func apply(_ input: EngineInput, at time: Timestamp) {
        passDue(until: time)
        feed(input)
        carryOut()
        findDue()
        writeDown(isAtRest: true)
    }

    /// When ``pass(until:)`` should be called at the latest, should no event come before.
    public var nextDeadline: Timestamp { nextDue }

    /// Lets time pass without market data: timers fire, what is under way arrives.
    public mutating func pass(until time: Timestamp) throws(MarketDataError) {
        if !hasStarted { try start() }
        passDue(until: time)
        writeDown()
        engine.process(.time(time), into: &commands)
        carryOut()
        findDue()
        writeDown(isAtRest: true)
    }

    // MARK: - One step

    private mutating func start(at time: Timestamp? = nil) throws(MarketDataError) {
        hasStarted = true
        var first = time
        if first == nil { first = try nextEventTime() }
        let began = first ?? engine.state.now
        venue.announceBalances(at: began)
        deliver(until: began)
        if startReason == .restart { ledger.beginEquity(isRestart: true) }
        chronicle?.willStart(ledger, at: began)
        feed(.start(startReason, at: began))
        carryOut()
        findDue()
    }

    mutating func fill() throws(MarketDataError) -> Bool {
        guard data.isAtEnd else { return true }
        guard !isCalledOff else { return false }
        if let problem = ledger.equity.problem { stop(problem) }
        try data.read()
        findDue()
        isCalledOff = !(onBatch?() ?? true) && !data.batch.isEmpty
        return !data.batch.isEmpty && !isCalledOff
    }

    @inline(__always)
    private mutating func handle(_ trade: Trade) {
        if isDirect {
            intake.apply(trade)
            engine.process(trade, into: &commands)
        } else {
            pass(.trade(trade))
        }
        finishEvent()
    }

    @inline(__always)
    private mutating func handle(_ change: BookChange) {
        if isDirect {
            intake.apply(change)
            engine.process(change, into: &commands)
            ledger.recordMid(after: change)
        } else {
            pass(.book(change))
        }
        finishEvent()
    }

    private mutating func handleRare(_ event: MarketEvent) {
        pass(event)
        finishEvent()
    }

    /// Takes an event in at the venue and brings it to the engine, now or later.
    @inline(never)
    private mutating func pass(_ event: MarketEvent) {
        let event = intake.apply(event)
        if feedLatency == 0 {
            feed(.market(event))
        } else {
            late.add(event, delayedBy: feedLatency)
        }
    }

    mutating func feed(_ input: EngineInput) {
        writeDown()
        if let reloads {
            reloads.process(input, &engine, into: &commands)
        } else {
            engine.process(input, into: &commands)
        }
        record(input)
    }

    /// The engine knows of this now.
    private func record(_ input: EngineInput) {
        ledger.record(input)
        inputListener?(input, ledger.equity)
        chronicle?.record(input, engine.state, ledger)
    }

    /// What the strategy keeps, behind all that led to it.
    private func writeDown(isAtRest: Bool = false) {
        if let chronicle, hasStarted { chronicle.keep(engine, reloads?.window, isAtRest: isAtRest) }
    }

    @inline(__always)
    mutating func finishEvent() {
        if !commands.isEmpty { carryOut() }
        if venue.nextDue <= engine.state.now { settleInstant() }
        findDue()
    }

    @inline(__always)
    mutating func findDue() {
        nextDue = min(venue.nextDue, engine.nextDeadline)
        if feedLatency != 0 { nextDue = min(nextDue, late.nextTime) }
    }

    /// Lets everything happen that is due at or before `time`, in the order of its times.
    mutating func passDue(until time: Timestamp) {
        findDue()
        var bounds = QuietBounds(most: mostQuietSteps)
        while nextDue <= time, stopReason == nil {
            let due = firstDue(until: time)
            if let reason = bounds.count(due, isBarStep: venue.nextStep == due) {
                return stop(reason)
            }
            if venue.nextStep == due {
                venue.meetNextStep()
            } else if venue.nextDue == due {
                deliver(until: due)
            } else if feedLatency != 0, late.nextTime == due, let event = late.popFirst() {
                feed(.time(due))
                feed(.market(event))
            } else {
                feed(.time(engine.skipsMissedBeats ? time : due))
            }
            carryOut()
            findDue()
        }
    }

    /// What is due next, up to `time`.
    ///
    /// Where timers may be late the venue's things come first: then it is `time` for the strategy.
    private func firstDue(until time: Timestamp) -> Timestamp {
        guard engine.skipsMissedBeats else { return nextDue }
        let atVenue = feedLatency == 0 ? venue.nextDue : min(venue.nextDue, late.nextTime)
        return atVenue <= time ? atVenue : nextDue
    }

    private mutating func settleInstant() {
        deliver(until: engine.state.now)
        carryOut()
    }

    mutating func deliver(until time: Timestamp) {
        let venue = venue
        venue.emitAnswers(until: time) {
            receive($0)
        } balance: {
            feed(.balance($0, at: $1))
        }
    }

    private mutating func receive(_ report: ExecutionReport) {
        if data.knowsBars, let trade = venue.tradeInBar(by: report) { show(trade) }
        if reloads == nil, inputListener == nil {
            engine.process(report, into: &commands)
            ledger.record(report)
        } else {
            feed(.report(report))
        }
        if let problem = ledger.tally.problem { stop(problem) }
        reportListener?(report, engine.state)
    }

    /// A fill inside a bar is the latest that is known of the price.
    private mutating func show(_ trade: Trade) {
        engine.observe(.trade(trade))
        record(.market(.trade(trade)))
    }

    /// Carries commands out until there are none; what the venue answers at once may make more.
    mutating func carryOut() {
        var rounds = 0
        while !commands.isEmpty {
            let now = engine.state.now
            // Two arrays in turn: what is carried out keeps its memory for the next time.
            swap(&commands, &underway)
            var batch: [Command] = []
            swap(&batch, &underway)
            batch.drainEach { perform($0, at: now) }
            swap(&batch, &underway)
            rounds += 1
            if rounds > QuietBounds.roundsPerInstant {
                stop(QuietBounds.reason(rounds))
                return
            }
            if venue.nextDue <= now { deliver(until: now) }
        }
    }

    private mutating func perform(_ command: Command, at now: Timestamp) {
        switch command {
        case .submit(let order):
            chronicle?.submit(order, engine.state)
            venue.submit(order, at: now)
        case .cancel(let id, let instrument): venue.cancel(id, instrument, at: now)
        case .amend(let amendment): venue.amend(amendment, at: now)
        case .tradingStopped(let reason): stop(reason)
        case .intent, .refused, .log, .alert, .plot, .tradingState: break
        }
        ledger.record(command)
        chronicle?.record(command, engine.state)
        listener?(command, engine.state)
        if let wordListener, command.isWord { wordListener(command, engine.state) }
    }

    private mutating func stop(_ reason: String) {
        if stopReason == nil { stopReason = reason }
    }
}
