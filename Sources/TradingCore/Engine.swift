public import TradingModel

/// How an engine behaves; none of it changes during a run.
public struct EngineSettings {
    /// The start of every client order id of the run.
    public var orderIDPrefix = "mr"
    /// Handler failures within a minute that stop trading.
    public var maxFailuresPerMinute = 3
    public var limits = RiskLimits()
    /// Limits of single symbols, by the symbol's text; each replaces the general one.
    public var limitsBySymbol: [String: RiskLimits] = [:]
    /// The venue's own order books, where it stands in the same process and sees what we see.
    ///
    /// The engine then reads them and applies nothing itself.
    public var sharedBooks: [OrderBook?]?

    public init() {}
}

/// Turns inputs into commands: books, marks and positions first, then the strategy, then its
/// intents through the risk gate.
///
/// Synchronous and deterministic: no await, no clock, no randomness, no log. The same inputs give
/// the same commands.
public struct Engine {
    public let state: TradingState
    var strategy: any Strategy
    private var gate: RiskGate
    var timers = TimerQueue()
    var bars: [[BarBuilder]]
    var feeds: InstrumentTable<FeedSet>
    var failures: [Timestamp] = []
    /// Which version of the strategy trades, and whether it still has to prove itself.
    var version = 1
    var probation: Probation?
    var isTakingOver = false
    private var orderCount = 0
    private var warnedUnreachable: Set<InstrumentID> = []
    private var requests: [StrategyRequest] = []
    private let settings: EngineSettings
    private let orderIDPrefix: String
    private let ownsBooks: Bool

    /// A timer set again and again for no time at all would never let time pass: 1 ms, in ns.
    private static let shortestTimer: Int64 = 1_000_000

    /// When ``process(_:into:)`` should be told the time at the latest; distant future: never.
    ///
    /// Market events tell it too, so a busy feed needs no extra call.
    public private(set) var nextDeadline = Timestamp.distantFuture

    /// An engine that is ready for ``EngineInput/start(_:at:)``.
    public init(
        mode: TradingMode, instruments: [Instrument], strategy: any Strategy,
        settings: EngineSettings, now: Timestamp
    ) {
        self.init(
            resuming: TradingState(mode: mode, instruments: instruments, now: now),
            strategy: strategy, settings: settings)
    }

    /// An engine that begins with what is known already.
    init(resuming state: TradingState, strategy: any Strategy, settings: EngineSettings) {
        self.state = state
        self.strategy = strategy
        self.settings = settings
        orderIDPrefix = settings.orderIDPrefix + "-"
        gate = RiskGate(limits: settings.limits, overrides: settings.limitsBySymbol)
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
        canRunAhead =
            !ownsBooks && subscriptions.allSatisfy { $0.feeds.isSubset(of: [.trades]) }
        bars = zip(instruments, subscriptions).map { instrument, subscription in
            subscription.barSizes.map { BarBuilder(instrument: instrument.id, size: $0) }
        }
    }

    /// Takes one input and appends what is to be done to `commands`.
    public mutating func process(_ input: EngineInput, into commands: inout [Command]) {
        switch input {
        case .market(let event):
            process(event, into: &commands)
        case .report(let report):
            advance(to: report.receiveTime, into: &commands)
            apply(report, into: &commands)
        case .balance(let balance, let time):
            advance(to: time, into: &commands)
            state.balances[balance.currency] = balance
        case .status(let status):
            advance(to: status.receiveTime, into: &commands)
            settle(strategy.onStatus(status), into: &commands)
        case .time(let time):
            advance(to: time, into: &commands)
        case .start(let reason, let time):
            advance(to: time, into: &commands)
            settle(strategy.onStart(reason), into: &commands)
        case .dataEnded(let time):
            advance(to: time, into: &commands)
            closeTimeBars(into: &commands)
        case .stop(let reason, let time):
            advance(to: time, into: &commands)
            stop(reason, into: &commands)
        case .reload(let handover, let time):
            advance(to: time, into: &commands)
            take(handover, into: &commands)
        case .halt(let reason, let time):
            advance(to: time, into: &commands)
            stopTrading(reason, into: &commands)
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
            if let mark = ticker.mark { state.marksTable[ticker.instrument.index].mark = mark }
            if feeds[ticker.instrument.index].contains(.ticker) {
                settle(strategy.onTicker(ticker), into: &commands)
            }
        case .funding(let funding):
            advance(to: funding.receiveTime, into: &commands)
            apply(funding, into: &commands)
        }
    }

    // MARK: - Market events

    /// Whether a strategy hears of trades alone, and its books are kept elsewhere: it may then run
    /// ahead over an ``EventStretch``.
    public let canRunAhead: Bool

    /// A stretch over `batch`, to be used again and again.
    ///
    /// - Parameter take: does, with the events at these places, what comes before the engine.
    public func makeStretch(
        over batch: EventBatch, take: @escaping (Range<Int>) -> Void
    ) -> EventStretch {
        let isHeard = InstrumentTable(feeds.values.map { $0.contains(.trades) })
        return EventStretch(over: batch, isHeard: isHeard, state: state, take: take)
    }

    /// Offers a stretch to the strategy, up to and including the first event that it answers.
    ///
    /// Only where ``canRunAhead``, and where all of it lies before ``nextDeadline``.
    public mutating func process(_ stretch: EventStretch, into commands: inout [Command]) {
        let outcome = strategy.onTrades(of: stretch)
        stretch.catchUp(through: stretch.position - 1)
        settle(outcome, into: &commands)
    }

    /// The same for a trade, without the wrapping.
    public mutating func process(_ trade: Trade, into commands: inout [Command]) {
        advance(to: trade.receiveTime, into: &commands)
        state.see(trade)
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
        state.see(change)
        let wanted = feeds[index]
        if !wanted.isDisjoint(with: [.book, .quotes]) { tellBook(index, into: &commands) }
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

    private mutating func tellBook(_ index: Int, into commands: inout [Command]) {
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
        // Where the depth is kept too it is the one truth about the top; quotes would say it twice.
        guard state.books[index] == nil else { return }
        state.marksTable[index].bid = quote.bid
        state.marksTable[index].ask = quote.ask
        state.marksTable[index].receiveTime = quote.receiveTime
        if feeds[index].contains(.quotes) { settle(strategy.onQuote(quote), into: &commands) }
    }

    private mutating func process(_ bar: Bar, into commands: inout [Command]) {
        advance(to: bar.closeTime, into: &commands)
        let index = bar.instrument.index
        state.marksTable[index].last = bar.close
        state.marksTable[index].receiveTime = bar.closeTime
        var closed: [Bar] = []
        for builder in bars[index].indices { bars[index][builder].add(bar) { closed.append($0) } }
        for bar in closed { settle(strategy.onBar(bar), into: &commands) }
        findDeadline()
    }

    private mutating func gather(_ trade: Trade, into commands: inout [Command]) {
        let index = trade.instrument.index
        var closed: [Bar] = []
        for builder in bars[index].indices { bars[index][builder].add(trade) { closed.append($0) } }
        for bar in closed { settle(strategy.onBar(bar), into: &commands) }
        findDeadline()
    }

    private mutating func apply(_ funding: Funding, into commands: inout [Command]) {
        let index = funding.instrument.index
        if state.positions[index].net.attos != 0 {
            do {
                _ = try state.positions[index].apply(funding)
            } catch {
                commands.append(
                    .log(.error, "funding of \(state.instruments[index].symbol) \(error)"))
            }
        }
        if feeds[index].contains(.funding) {
            settle(strategy.onFunding(funding), into: &commands)
        }
    }

    // MARK: - Time

    @inline(__always)
    mutating func advance(to time: Timestamp, into commands: inout [Command]) {
        if time >= nextDeadline { passDeadlines(until: time, into: &commands) }
        if time > state.now { state.now = time }
    }

    /// Closes bars and fires timers that are due at or before `time`, in the order of their times.
    private mutating func passDeadlines(until time: Timestamp, into commands: inout [Command]) {
        while nextDeadline <= time {
            let due = nextDeadline
            if due > state.now { state.now = due }
            for index in bars.indices {
                for builder in bars[index].indices {
                    guard let bar = bars[index][builder].close(at: due) else { continue }
                    settle(strategy.onBar(bar), into: &commands)
                }
            }
            while let name = timers.takeDue(at: due) {
                settle(strategy.onTimer(name), into: &commands)
            }
            findDeadline()
        }
    }

    private mutating func closeTimeBars(into commands: inout [Command]) {
        for index in bars.indices {
            for builder in bars[index].indices {
                guard let bar = bars[index][builder].close(at: .distantFuture) else { continue }
                settle(strategy.onBar(bar), into: &commands)
            }
        }
        findDeadline()
    }

    mutating func findDeadline() {
        var next = timers.next
        for builders in bars {
            for builder in builders where builder.deadline < next { next = builder.deadline }
        }
        nextDeadline = next
    }

    // MARK: - What the strategy asks for

    mutating func settle(_ outcome: HandlerOutcome, into commands: inout [Command]) {
        guard outcome != .quiet else { return }
        requests.removeAll(keepingCapacity: true)
        strategy.takeOutput(into: &requests)
        for request in requests { perform(request, into: &commands) }
    }

    private mutating func perform(_ request: StrategyRequest, into commands: inout [Command]) {
        switch request {
        case .intent(let intent): act(on: intent, into: &commands)
        case .log(let level, let text): commands.append(.log(level, text))
        case .alert(let text): commands.append(.alert(text))
        case .plot(let name, let value): commands.append(.plot(name, value))
        case .after(let delay, let name):
            setTimer(name, after: delay, repeats: false, into: &commands)
        case .every(let period, let name):
            // A version that takes over says again what repeats already: its beat goes on.
            if isTakingOver, timers.repeats(name, every: max(period, Self.shortestTimer)) {
                return
            }
            setTimer(name, after: period, repeats: true, into: &commands)
        case .cancelTimer(let name):
            timers.cancel(name)
            findDeadline()
        case .failure(let text):
            commands.append(.log(.error, text))
            countFailure(text, into: &commands)
        case .fatal(let text):
            commands.append(.log(.error, text))
            guard !isOnProbation else { return fail(text) }
            stopTrading("the strategy cannot go on: \(text)", into: &commands)
        }
    }

    private mutating func setTimer(
        _ name: String, after delay: Int64, repeats: Bool, into commands: inout [Command]
    ) {
        let delay = max(delay, Self.shortestTimer)
        let due = state.now.advanced(byNanoseconds: delay)
        let isSet = timers.set(name, due: due, period: repeats ? delay : nil)
        findDeadline()
        guard !isSet, state.isTrading else { return }
        let text = "more than \(TimerQueue.most) timers at once: `\(name)` is dropped"
        commands.append(.log(.error, text))
        countFailure(text, into: &commands)
    }

    private mutating func countFailure(_ text: String, into commands: inout [Command]) {
        guard !isOnProbation else { return fail(text) }
        let minuteAgo = state.now.advanced(byNanoseconds: -60_000_000_000)
        failures.removeAll { $0 < minuteAgo }
        failures.append(state.now)
        guard failures.count >= settings.maxFailuresPerMinute else { return }
        stopTrading(
            "\(failures.count) handlers failed within a minute, the limit is "
                + "\(settings.maxFailuresPerMinute)", into: &commands)
    }

    private mutating func act(on intent: Intent, into commands: inout [Command]) {
        commands.append(.intent(intent))
        do {
            switch intent {
            case .place(let request): try place(request, into: &commands)
            case .cancel(let selector): try cancel(selector, into: &commands)
            case .amend(let id, let price, let quantity):
                try amend(id, price: price, quantity: quantity, into: &commands)
            case .target(let instrument, let wanted):
                guard let request = try orderReaching(wanted, of: instrument) else {
                    warnIfUnreachable(wanted, of: instrument, into: &commands)
                    return
                }
                try place(request, into: &commands)
            case .close(let instrument):
                for order in state.orders.open
                where order.request.instrument == instrument && !order.request.isLeaving {
                    requestCancel(order, into: &commands)
                }
                guard let request = orderClosing(instrument) else { return }
                try place(request, into: &commands)
            }
        } catch {
            commands.append(.refused(error, intent))
        }
    }

    private mutating func place(
        _ request: OrderRequest, into commands: inout [Command]
    ) throws(RiskRefusal) {
        let id = ClientOrderID(numbered(orderIDPrefix, orderCount + 1))
        let approved = try gate.approve(request, id: id, given: state)
        orderCount += 1
        state.orders.insert(
            Order(
                id: id, serial: orderCount, request: approved.request,
                state: OrderState(of: approved.request),
                filledNotional: .zero, createdAt: state.now, updatedAt: state.now,
                version: version))
        commands.append(.submit(approved))
    }

    private mutating func cancel(
        _ selector: OrderSelector, into commands: inout [Command]
    ) throws(RiskRefusal) {
        switch selector {
        case .order(let id):
            guard let order = state.orders[id] else {
                throw RiskRefusal(rule: .unknownOrder, detail: "there is no order \(id)")
            }
            requestCancel(order, into: &commands)
        case .matching(let instrument, let tag):
            for order in state.orders.open {
                if let instrument, order.request.instrument != instrument { continue }
                if let tag, order.request.tag != tag { continue }
                requestCancel(order, into: &commands)
            }
        }
    }

    /// Asks for a cancel unless the order is final or being cancelled already.
    private mutating func requestCancel(_ order: Order, into commands: inout [Command]) {
        guard order.state.isOpen,
            let next = try? order.state.after(.cancelRequested, quantity: order.request.quantity)
        else { return }
        var order = order
        order.state = next
        order.updatedAt = state.now
        state.orders.update(order)
        commands.append(.cancel(order.id, order.request.instrument))
    }

    private mutating func amend(
        _ id: ClientOrderID, price: Price?, quantity: Quantity?, into commands: inout [Command]
    ) throws(RiskRefusal) {
        guard var order = state.orders[id], order.state.isOpen else {
            throw RiskRefusal(rule: .unknownOrder, detail: "there is no open order \(id) to amend")
        }
        let approved = try gate.approve(
            amendmentOf: order, price: price, quantity: quantity, given: state)
        do {
            order.state = try order.state.after(
                .amendRequested(price: approved.price, quantity: approved.quantity),
                quantity: order.request.quantity)
        } catch {
            throw RiskRefusal(
                rule: .unknownOrder,
                detail: "order \(id) cannot be amended while it is \(order.state.name)")
        }
        order.updatedAt = state.now
        state.orders.update(order)
        commands.append(.amend(approved))
    }

    /// The market order that reaches a target position; nil when nothing is left to do.
    ///
    /// Working orders count as if they had filled, stops that still wait do not. What is left
    /// below the venue's minimum counts as reached: no order could close it.
    private func orderReaching(
        _ wanted: SignedQuantity, of instrument: InstrumentID
    ) throws(RiskRefusal) -> OrderRequest? {
        let facts = state.instruments[instrument.index]
        var held = state.positions[instrument.index].net
        for order in state.orders.open
        where order.request.instrument == instrument && order.state.name != "waiting" {
            held += order.remaining.signed(order.request.side)
        }
        let (attos, overflow) = wanted.attos.subtractingReportingOverflow(held.attos)
        guard !overflow, attos != .min else {
            throw RiskRefusal(rule: .tooLarge, detail: "a target of \(wanted) is too large")
        }
        let missing = SignedQuantity(attos: attos)
            .rounded(toMultipleOf: facts.lot.attos, .towardZero)
        guard let side = missing.side, missing.magnitude >= facts.minQuantity else { return nil }
        if facts.minNotional > .zero, let price = valuationForOrder(instrument, side),
            let notional = facts.contract.quoteNotional(
                of: missing.magnitude, at: price, .towardZero), notional < facts.minNotional
        {
            return nil
        }
        return OrderRequest(instrument: instrument, side: side, quantity: missing.magnitude)
    }

    /// Says once for an instrument that a target is below what the venue takes at all.
    private mutating func warnIfUnreachable(
        _ wanted: SignedQuantity, of instrument: InstrumentID, into commands: inout [Command]
    ) {
        guard wanted != .zero, state.positions[instrument.index].net == .zero,
            state.orders.open.allSatisfy({ $0.request.instrument != instrument }),
            warnedUnreachable.insert(instrument).inserted
        else { return }
        let facts = state.instruments[instrument.index]
        var least = "the least order is \(max(facts.lot, facts.minQuantity))"
        if facts.minNotional > .zero { least += " and \(facts.minNotional) in value" }
        commands.append(
            .log(
                .warn,
                "a target of \(wanted) \(facts.symbol) cannot be reached: \(least) (said once)"))
    }

    private func valuationForOrder(_ instrument: InstrumentID, _ side: Side) -> Price? {
        let top = state.top(instrument)
        let touch = side == .buy ? top.ask : top.bid
        return touch?.price ?? state.valuation(instrument)
    }

    /// The reduce-only market order that leaves a position; nil when flat or already leaving.
    private func orderClosing(_ instrument: InstrumentID) -> OrderRequest? {
        var held = state.positions[instrument.index].net
        for order in state.orders.open
        where order.request.instrument == instrument && order.request.isLeaving {
            held += order.remaining.signed(order.request.side)
        }
        guard let side = held.side else { return nil }
        return OrderRequest(
            instrument: instrument, side: side.opposite, quantity: held.magnitude,
            isReduceOnly: true)
    }

    // MARK: - Reports

    private mutating func apply(_ report: ExecutionReport, into commands: inout [Command]) {
        guard let serial = state.orders.serial(of: report.order) else {
            commands.append(
                .log(.error, "the venue reports an order that is not ours: \(report.order)"))
            return
        }
        let isNews = state.orders.change(serial) { order in
            take(report, into: &order, &commands)
        }
        guard isNews else { return }
        if strategy.hearsOfOrders, let order = state.orders[serial] {
            settle(strategy.onOrder(order), into: &commands)
            guard case .fill(let fill) = report.event else { return }
            settle(strategy.onFill(fill, of: order), into: &commands)
        }
        guard case .fill = report.event else { return }
        settle(strategy.onPosition(report.instrument), into: &commands)
    }

    /// Makes of an order what a report says; false when that is no news or cannot be.
    private mutating func take(
        _ report: ExecutionReport, into order: inout Order, _ commands: inout [Command]
    ) -> Bool {
        if case .fill(let fill) = report.event {
            // Told twice: streams overlap after a reconnect.
            guard !order.fillIDs.contains(fill.id) else { return false }
            order.fillIDs.append(fill.id)
        }
        do {
            order.state = try order.state.after(report.event, quantity: order.request.quantity)
        } catch {
            commands.append(.log(.error, "order \(order.id): \(error)"))
            // What was executed was executed, whatever we believed of the order.
            guard case .fill = report.event else { return false }
        }
        order.updatedAt = state.now
        if case .amended(let price, let quantity) = report.event {
            if let price { order.request.price = price }
            order.request.quantity = quantity
        }
        if case .fill(let fill) = report.event { take(fill, of: &order, into: &commands) }
        return true
    }

    private mutating func take(
        _ fill: Fill, of order: inout Order, into commands: inout [Command]
    ) {
        let index = order.request.instrument.index
        if let notional = fill.price.times(fill.quantity, .halfEven) {
            let (sum, overflow) = order.filledNotional.attos.addingReportingOverflow(notional.attos)
            if !overflow { order.filledNotional = Money(attos: sum) }
        }
        let isInSettle = fill.feeCurrency == state.instruments[index].settle
        if !isInSettle { state.otherFees[fill.feeCurrency, default: .zero] += fill.fee }
        do {
            try state.positions[index].apply(
                order.request.side, price: fill.price, quantity: fill.quantity,
                fee: isInSettle ? fill.fee : .zero)
        } catch {
            stopTrading(
                "a fill of \(state.instruments[index].symbol) \(error): the position is no longer "
                    + "known", into: &commands)
        }
    }

    // MARK: - Stopping

    private mutating func stop(_ reason: String, into commands: inout [Command]) {
        cancelAll(into: &commands)
        settle(strategy.onStop(reason), into: &commands)
        state.isTrading = false
    }

    private mutating func stopTrading(_ reason: String, into commands: inout [Command]) {
        guard state.isTrading else { return }
        state.isTrading = false
        cancelAll(into: &commands)
        commands.append(.tradingStopped(reason: reason))
    }

    private mutating func cancelAll(into commands: inout [Command]) {
        for order in state.orders.open { requestCancel(order, into: &commands) }
    }
}

extension OrderRequest {
    /// A reduce-only market order: it can only leave a position, and at once.
    fileprivate var isLeaving: Bool { isReduceOnly && price == nil && stop == nil }
}
