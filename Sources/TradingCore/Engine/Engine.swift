internal import Bars
public import TradingModel

/// How an engine behaves; none of it changes during a run.
public struct EngineSettings {
    /// The start of every client order id of the run.
    public var orderIDPrefix = "mr"
    /// Handler failures within a minute that stop trading.
    public var maxFailuresPerMinute = 3
    /// Timers that may run out within a second of engine time; one more ends the strategy.
    public var maxTimersPerSecond = 10_000
    /// Whether time may pass while nobody looks, as it does at a venue.
    ///
    /// Of a timer's beats that were missed then only the first is told, once. In simulated time none is
    /// missed.
    public var skipsMissedBeats = false
    /// Orders that have ended and are kept at least, for scripts and for reports that come late.
    ///
    /// By default some minutes of a busy strategy. Twice as many are kept at most.
    public var finalOrdersKept = 1_000
    public var limits = RiskLimits()
    /// Limits of single symbols, by the symbol's text; each replaces the general one.
    public var limitsBySymbol: [String: RiskLimits] = [:]
    /// Limits of single venues, by their names; see ``RunLimits/byVenue``.
    public var limitsByVenue: [String: RiskLimits] = [:]
    /// Whether there is an account at each venue, as in the world; else one account has everything.
    public var hasAccountAtEachVenue = false
    /// The venue's own order books, where it stands in the same process and sees what we see.
    ///
    /// The engine then reads them and applies nothing itself.
    public var sharedBooks: [OrderBook?]?
    /// For whoever asks why an order passed the limits; nil: nobody does.
    public var riskFigures: RiskFigures?

    public init() {}
}

/// How often a handler of the strategy failed, and how the first time.
public struct HandlerFailures: Hashable, Sendable {
    public internal(set) var count = 0
    public let first: String
}

/// What an engine takes in at once.
public enum EngineIntake: Sendable {
    case input(EngineInput)
    /// All changes of one message about a book, in order.
    case changes([BookChange])
}

/// Turns inputs into commands: books, marks and positions first, then the strategy, then its
/// intents through the risk gate.
///
/// Synchronous and deterministic: no await, no clock, no randomness, no log. The same inputs give
/// the same commands.
public struct Engine {
    public let state: TradingState
    var strategy: any Strategy
    var gate: RiskGate
    /// Follows what the run is worth; nil: no limit asks for it.
    var losses: LossWatch?
    /// When it is looked at next whether only orders may pass that reduce.
    var cautionDue = Timestamp.distantFuture
    var timers = TimerQueue()
    var bars: [[BarBuilder]]
    var feeds: InstrumentTable<FeedSet>
    var failures: [Timestamp] = []
    /// By the handler's name, from the start of the run on, whatever version failed.
    public internal(set) var handlerFailures: [String: HandlerFailures] = [:]
    /// Which version of the strategy trades, and whether it still has to prove itself.
    var version = 1
    var probation: Probation?
    var isTakingOver = false
    /// What an earlier run left waits for the start, and so does what the venue tells of it; nil: nothing.
    var awaitingStart: AwaitingStart?
    var orderCount = 0
    var warnedUnreachable: Set<InstrumentID> = []
    var requests: [StrategyRequest] = []
    /// What was refused since the last input: its strategy hears of it with the next.
    var refusals = Refusals()
    var timerCount = TimerCount()
    let settings: EngineSettings
    let orderIDPrefix: InternedText
    private let ownsBooks: Bool

    /// How the reason begins why trading stopped, where a strategy ended by itself; what it ended
    /// with is logged before.
    public static let strategyHasEnded = "the strategy cannot go on"

    /// A timer set again and again for no time at all would never let time pass: 1 ms, in ns.
    static let shortestTimer: Int64 = 1_000_000

    /// When ``process(_:into:)`` should be told the time at the latest; distant future: never.
    ///
    /// Market events tell it too, so a busy feed needs no extra call.
    @inlinable public var nextDeadline: Timestamp {
        deadline == .distantPast ? state.now : deadline
    }
    /// Distant past: something is to be told at once.
    @usableFromInline var deadline = Timestamp.distantFuture
    /// Whether the next input is told after something else, whatever its time.
    @inlinable public var hasUntold: Bool { deadline == .distantPast }

    /// An engine that is ready for ``EngineInput/start(_:at:)``.
    public init(
        mode: TradingMode, instruments: [Instrument], strategy: any Strategy,
        settings: EngineSettings, now: Timestamp
    ) {
        self.init(
            resuming: TradingState(
                mode: mode, instruments: instruments, now: now,
                finalOrdersKept: settings.finalOrdersKept,
                hasAccountAtEachVenue: settings.hasAccountAtEachVenue),
            strategy: strategy, settings: settings)
    }

    /// An engine that begins with what is known already.
    init(resuming state: TradingState, strategy: any Strategy, settings: EngineSettings) {
        self.state = state
        self.strategy = strategy
        self.settings = settings
        orderIDPrefix = "\(settings.orderIDPrefix)-"
        let limits = RunLimits(
            general: settings.limits, bySymbol: settings.limitsBySymbol,
            byVenue: settings.limitsByVenue)
        gate = RiskGate(limits: limits)
        losses = LossWatch(limits.general, state.instruments)
        if state.caution == nil {
            state.caution = Caution(limits, state, after: nil)
        }
        if let books = settings.sharedBooks {
            state.books = books
            ownsBooks = false
        } else {
            ownsBooks = true
        }
        strategy.attach(to: state)
        let instruments = state.instruments
        let subscriptions = instruments.map { strategy.subscription(to: $0.id) }
        feeds = InstrumentTable(subscriptions.map(\.feeds))
        hearsStretches =
            !ownsBooks && subscriptions.allSatisfy { $0.feeds.isSubset(of: [.trades, .book]) }
        bars = zip(instruments, subscriptions).map { instrument, subscription in
            subscription.barSizes.map { BarBuilder(instrument: instrument.id, size: $0) }
        }
    }

    /// Shows the venue's own depth, where it shares it, of instruments whose depth the strategy needs.
    public mutating func showNeededDepth(of books: [OrderBook?]) {
        guard !ownsBooks else { return }
        for (index, needed) in neededFeeds.enumerated()
        where needed.contains(.book) && state.books[index] == nil {
            state.books[index] = books[index]
        }
    }

    /// Keeps books of these instruments from the start, where the engine has books of its own.
    ///
    /// For those whose depth will come: as at the venue, their quotes are not heard before it either.
    public mutating func keepBooks(of instruments: [InstrumentID]) {
        guard ownsBooks else { return }
        for instrument in instruments where state.books[instrument.index] == nil {
            state.books[instrument.index] = OrderBook(instrument: instrument)
        }
    }

    /// What the strategy at work needs of each instrument: what a connection should subscribe to.
    public var neededFeeds: [FeedSet] { state.instruments.map { strategy.needs(of: $0.id) } }

    /// Takes one input and appends what is to be done to `commands`.
    public mutating func process(_ input: EngineInput, into commands: inout [Command]) {
        switch input {
        case .market(let event):
            process(event, into: &commands)
        case .report(let report): process(report, into: &commands)
        case .balance(let balance, let time):
            advance(to: time, into: &commands)
            state.apply(balance)
        case .status(let status):
            advance(to: status.receiveTime, into: &commands)
            settle(strategy.onStatus(status), into: &commands)
        case .position(let correction):
            advance(to: correction.receiveTime, into: &commands)
            guard apply(correction, into: &commands) else { return }
            settle(strategy.onPosition(correction.instrument), into: &commands)
        case .holding(let holding):
            advance(to: holding.receiveTime, into: &commands)
            apply(holding)
        case .foreignOrders(let exposures, let time):
            advance(to: time, into: &commands)
            state.foreignExposures = exposures
        case .time(let time):
            advance(to: time, into: &commands)
        case .resume(let earlier, let time):
            advance(to: time, into: &commands)
            goOn(with: earlier)
        case .adopt(let order, let time):
            advance(to: time, into: &commands)
            insert(order)
        case .start(let reason, let time):
            advance(to: time, into: &commands)
            beginRisk(into: &commands)
            start(reason, into: &commands)
        case .dataEnded(let time):
            advance(to: time, into: &commands)
            closeLastBars(at: time, into: &commands)
        case .stop(let reason, let time):
            advance(to: time, into: &commands)
            stop(reason, into: &commands)
        case .reload(let handover, let time):
            advance(to: time, into: &commands)
            apply(handover, into: &commands)
        case .halt(let reason, let time):
            advance(to: time, into: &commands)
            stopTrading(reason, into: &commands)
        case .pause(let reason, let time):
            advance(to: time, into: &commands)
            state.pause = reason
        case .flatten(let time):
            advance(to: time, into: &commands)
            leavePositions(into: &commands)
        case .limits(let limits, let time):
            advance(to: time, into: &commands)
            replaceLimits(by: limits, into: &commands)
        }
    }

    /// The same for a report, without the wrapping.
    public mutating func process(_ report: ExecutionReport, into commands: inout [Command]) {
        advance(to: report.receiveTime, into: &commands)
        apply(report, into: &commands)
    }

    /// The same for what may be a whole message.
    public mutating func process(_ intake: EngineIntake, into commands: inout [Command]) {
        switch intake {
        case .input(let input): process(input, into: &commands)
        case .changes(let changes): for change in changes { process(change, into: &commands) }
        }
    }

    /// The same for a market event.
    public mutating func process(_ event: MarketEvent, into commands: inout [Command]) {
        switch event {
        case .trade(let trade): process(trade, into: &commands)
        case .book(let change): process(change, into: &commands)
        case .quote(let quote): process(quote, into: &commands)
        case .bar(let bar): process(bar, into: &commands)
        case .ticker(let ticker):
            advance(to: ticker.receiveTime, into: &commands)
            record(ticker)
            followWorth(ticker.instrument.index, into: &commands)
            if feeds[ticker.instrument.index].contains(.ticker) {
                settle(strategy.onTicker(ticker), into: &commands)
            }
        case .funding(let funding):
            advance(to: funding.receiveTime, into: &commands)
            apply(funding, into: &commands)
        }
    }

    /// Takes in what a market event says of the market, and tells the strategy nothing: before its
    /// start.
    public mutating func observe(_ event: MarketEvent) {
        switch event {
        case .trade(let trade): state.observe(trade)
        case .book(let change):
            if ownsBooks { applyToOwnBook(change) }
            state.observe(change)
        case .quote(let quote): record(quote)
        case .bar(let bar): record(bar)
        case .ticker(let ticker): record(ticker)
        case .funding: break
        }
        state.now = max(state.now, event.receiveTime)
    }

    // MARK: - Market events

    /// Whether a strategy hears of trades and depth alone, and its books are kept elsewhere: it may then
    /// run ahead over an ``EventStretch``, unless a limit wants to see each price.
    public var canRunAhead: Bool { hearsStretches && losses == nil }
    private let hearsStretches: Bool

    /// A stretch over `batch`, to be used again and again.
    ///
    public func makeStretch(over batch: EventBatch, for intake: any StretchIntake) -> EventStretch {
        EventStretch(over: batch, feeds: feeds, state: state, intake: intake)
    }

    /// Offers a stretch to the strategy, up to and including the first event that it answers.
    ///
    /// Only where ``canRunAhead``, and where all of it lies before ``nextDeadline``.
    public mutating func process(_ stretch: EventStretch, into commands: inout [Command]) {
        let outcome = strategy.onEvents(of: stretch)
        stretch.catchUp(through: stretch.position - 1)
        settle(outcome, into: &commands)
    }

    /// The same for a trade, without the wrapping.
    public mutating func process(_ trade: Trade, into commands: inout [Command]) {
        advance(to: trade.receiveTime, into: &commands)
        state.observe(trade)
        followWorth(trade.instrument.index, into: &commands)
        let wanted = feeds[trade.instrument.index]
        if wanted.contains(.bars) { gather(trade, into: &commands) }
        if wanted.contains(.trades) {
            let outcome = strategy.onTrade(trade)
            if outcome != .quiet { settle(outcome, into: &commands) }
        }
    }

    /// The same for a change of depth, without the wrapping.
    public mutating func process(_ change: BookChange, into commands: inout [Command]) {
        advance(to: change.receiveTime, into: &commands)
        let index = change.instrument.index
        if ownsBooks { applyToOwnBook(change) }
        guard change.endsMessage else { return }
        state.observe(change)
        followWorth(index, into: &commands)
        let wanted = feeds[index]
        if !wanted.isDisjoint(with: [.book, .quotes]) { emitBook(index, into: &commands) }
    }

    private mutating func applyToOwnBook(_ change: BookChange) {
        let index = change.instrument.index
        if let book = state.books[index] {
            book.apply(change)
        } else {
            let book = OrderBook(instrument: change.instrument)
            book.apply(change)
            state.books[index] = book
        }
    }

    private mutating func emitBook(_ index: Int, into commands: inout [Command]) {
        guard let book = state.books[index] else { return }
        if feeds[index].contains(.book) { settle(strategy.onBook(book), into: &commands) }
        guard feeds[index].contains(.quotes) else { return }
        // A script that wants quotes hears of the top only, and only when it changed.
        let bid = book.bestBid
        let ask = book.bestAsk
        guard state.marksTable[index].bid != bid || state.marksTable[index].ask != ask else {
            return
        }
        state.marksTable[index].bid = bid
        state.marksTable[index].ask = ask
        let quote = Quote(
            instrument: book.instrument, bid: bid, ask: ask, venueTime: book.venueTime ?? state.now,
            receiveTime: book.receiveTime ?? state.now)
        settle(strategy.onQuote(quote), into: &commands)
    }

    private mutating func process(_ quote: Quote, into commands: inout [Command]) {
        advance(to: quote.receiveTime, into: &commands)
        let index = quote.instrument.index
        guard state.books[index] == nil else { return }
        record(quote)
        followWorth(index, into: &commands)
        if feeds[index].contains(.quotes) { settle(strategy.onQuote(quote), into: &commands) }
    }

    private mutating func process(_ bar: Bar, into commands: inout [Command]) {
        advance(to: bar.closeTime, into: &commands)
        let index = bar.instrument.index
        record(bar)
        followWorth(index, into: &commands)
        var closed: [Bar] = []
        for builder in bars[index].indices { bars[index][builder].add(bar) { closed.append($0) } }
        emit(closed, index, into: &commands)
    }

    private mutating func gather(_ trade: Trade, into commands: inout [Command]) {
        let index = trade.instrument.index
        var closed: [Bar] = []
        for builder in bars[index].indices { bars[index][builder].add(trade) { closed.append($0) } }
        emit(closed, index, into: &commands)
    }

    private mutating func apply(_ funding: Funding, into commands: inout [Command]) {
        let index = funding.instrument.index
        var funding = funding
        if funding.mark == nil { funding.mark = state.valuation(funding.instrument) }
        do {
            _ = try state.positions[index].apply(funding)
        } catch {
            commands.append(
                .log(.error, "funding of \(state.instruments[index].symbol) \(error)"))
        }
        followWorth(index, isMoved: true, into: &commands)
        // One from before the start shows in the position.
        if feeds[index].contains(.funding), awaitingStart == nil {
            settle(strategy.onFunding(funding), into: &commands)
        }
    }
}
