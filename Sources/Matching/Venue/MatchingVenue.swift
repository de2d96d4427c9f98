public import TradingCore
public import TradingModel

/// A venue that fills orders against recorded or live market data, for one simulated account.
///
/// It has no clock and no randomness: time comes in with each call, and the same calls give the
/// same reports. The caller calls, in the order of time: ``advance(to:deliver:)`` up to an event's
/// time, then ``process(_:)`` with the event; commands come in between. An order meets the market
/// as it stands when the order arrives, ``Latency/orderEntry`` after it was sent; its reports are
/// due ``Latency/response`` after they were made.
@safe public final class MatchingVenue {
    /// The venue's own depth by instrument; nil until some depth has come, see ``keepBook(of:)``.
    public private(set) var books: [OrderBook?]
    public let account: SimulatedAccount
    /// The earliest time at which an order arrives, a bar's path meets one, or a report is to be
    /// handed out.
    public private(set) var nextDue = Timestamp.distantFuture
    /// When ``meetNextStep()`` is due: what happens next inside a bar; distant future: nothing does.
    public private(set) var nextStep = Timestamp.distantFuture

    let settings: PaperSettings
    let costs: [Costs]
    let markets: [PaperMarket]
    var orders = OpenOrders()
    /// The latest time that the venue has heard of.
    private(set) var now = Timestamp.distantPast
    /// The market whose bar is next to be walked on.
    private(set) var nextStepMarket: PaperMarket?
    /// The moment on a bar's path that is being looked at; nil: it is ``now``.
    private var stepMoment: Timestamp?
    /// Whether an open order has less set aside than it needs.
    var isShort = false
    let arrivals = DueQueue<Request>()
    private let deliveries = DueQueue<Answer>()
    private(set) var nextArrival = Timestamp.distantFuture
    private var numberOfDue = 0
    var numberOfOrders = 0
    var numberOfFills = 0
    /// Whether the first arrival waits for the end of a venue's message.
    private var isHolding = false
    private var hasEnded = false
    /// By instrument; behind a pointer, so that an event costs no exclusivity check.
    private let tapes: UnsafeMutablePointer<Tape>

    /// What is on its way from the venue.
    private enum Answer {
        case report(ExecutionReport)
        case balance(Balance, at: Timestamp)
    }

    /// A venue for these instruments, which stand at their ``InstrumentID/index``.
    public init(instruments: [Instrument], settings: PaperSettings = PaperSettings()) {
        for (index, instrument) in instruments.enumerated() {
            precondition(instrument.id.index == index, "instruments stand at their index")
        }
        self.settings = settings
        account = SimulatedAccount(instruments: instruments, settings: settings)
        costs = instruments.map { Costs(of: $0, settings: settings) }
        let tapes = UnsafeMutablePointer<Tape>.allocate(capacity: instruments.count)
        unsafe tapes.initialize(repeating: Tape(), count: instruments.count)
        unsafe self.tapes = tapes
        markets = instruments.map {
            unsafe PaperMarket($0, settings, tape: tapes + $0.id.index)
        }
        books = instruments.map { _ in nil }
    }

    deinit { unsafe tapes.deallocate() }  // trivial values

    /// What rests in front of an order at its price, and that price; nil: it does not rest in a queue.
    ///
    /// The quantity is an estimate; nil: the level has not been shown since the order came.
    public func queue(of order: ClientOrderID) -> (ahead: Quantity?, price: Price)? {
        orders[order]?.queue.map { ($0.isUnknown ? nil : $0.ahead, $0.price) }
    }

    /// Makes the depth book of an instrument before its first change, so that it can be shared.
    ///
    /// Only for instruments whose depth will come: quotes go unheard where there is a book.
    @discardableResult
    public func keepBook(of instrument: InstrumentID) -> OrderBook {
        if let book = books[instrument.index] { return book }
        let book = OrderBook(instrument: instrument)
        books[instrument.index] = book
        markets[instrument.index].book = book
        return book
    }

    /// Hands out every balance at the next ``advance(to:deliver:)``: how a run begins.
    public func announceBalances(at time: Timestamp) {
        pass(time)
        for balance in account.balances { answer(.balance(balance, at: time), due: time) }
        findNextDue()
    }

    /// Whether no market event can lead to a report: nothing rests, nothing waits for a message's end.
    package var isQuiet: Bool { orders.isEmpty && !isHolding }

    /// How many orders the venue holds.
    public var openOrderCount: Int { orders.count }

    // MARK: - Market data

    /// Takes a market event in at its receive time: what it fills is due after the response latency.
    ///
    /// One clock rules a run, the recorder's: the venue's own can run ahead of it by seconds.
    ///
    /// Orders that arrive no later than the event meet the market before it.
    @inline(__always)
    public func process(_ event: borrowing MarketEvent) {
        switch copy event {
        case .trade(let trade): process(trade)
        case .book(let change): process(change)
        case .quote(let quote): process(quote)
        case .bar(let bar): process(bar)
        case .funding(let funding): _ = charge(funding)
        case .ticker(let ticker):
            if let mark = ticker.mark { markets[ticker.instrument.index].mark = mark }
        }
    }

    /// The same for a trade, without the wrapping.
    @inline(__always)
    public func process(_ trade: Trade) {
        if nextArrival <= trade.receiveTime { arrive(until: trade.receiveTime) }
        let tape = unsafe tapes + trade.instrument.index
        if unsafe trade.receiveTime >= tape.pointee.lastTime {
            unsafe tape.pointee.lastTime = trade.receiveTime
            unsafe tape.pointee.last = trade.price
        }
        unsafe tape.pointee.hasTrades = true
        guard unsafe tape.pointee.isWatched, let market = unsafe tape.pointee.market else { return }
        unsafe market._withUnsafeGuaranteedRef { match(trade, $0) }
    }

    /// The same for trades of one instrument, the rows of a batch, while ``isQuiet`` and before
    /// anything is due: only the latest of them counts.
    package func processQuietly(_ batch: EventBatch, trades rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        let column = unsafe batch.tradeColumn
        var latest = rows.lowerBound
        for row in rows where unsafe column[row].receiveTime >= column[latest].receiveTime {
            latest = row
        }
        let trade = unsafe column[latest]
        let tape = unsafe tapes + trade.instrument.index
        if unsafe trade.receiveTime >= tape.pointee.lastTime {
            unsafe tape.pointee.lastTime = trade.receiveTime
            unsafe tape.pointee.last = trade.price
        }
        unsafe tape.pointee.hasTrades = true
    }

    /// The same for changes of one instrument's depth: the rows of a batch.
    package func processQuietly(_ batch: EventBatch, _ rows: Range<Int>) {
        let instrument = unsafe batch.changeColumn[rows.lowerBound].instrument
        var next = rows.lowerBound
        while next < rows.upperBound, unsafe tapes[instrument.index].remembersTaken {
            process(unsafe batch.changeColumn[next])
            next += 1
        }
        guard next < rows.upperBound else { return }
        let rest = next..<rows.upperBound
        if let book = unsafe tapes[instrument.index].book {
            unsafe book._withUnsafeGuaranteedRef { $0.apply(batch, rest) }
        } else {
            keepBook(of: instrument).apply(batch, rest)
        }
    }

    private func match(_ trade: Trade, _ market: PaperMarket) {
        pass(trade.receiveTime)
        match(trade, in: market)
        settleBalances()
    }

    /// The same for a change of depth, without the wrapping.
    @inline(__always)
    public func process(_ change: BookChange) {
        if nextArrival <= change.receiveTime { arrive(until: change.receiveTime) }
        let tape = unsafe tapes + change.instrument.index
        if let book = unsafe tape.pointee.book {
            unsafe book._withUnsafeGuaranteedRef { _ = $0.apply(change) }
        } else {
            keepBook(of: change.instrument).apply(change)
        }
        if isHolding { findNextDue() }
        if unsafe tape.pointee.remembersTaken {
            // Only a level that goes, or a snapshot, can end what is remembered.
            let hasNews = unsafe tape.pointee.hasTakenNews
            if hasNews || change.quantity == .zero { forgetTaken(after: change) }
        }
        guard unsafe tape.pointee.isWatched, let market = unsafe tape.pointee.market else { return }
        unsafe market._withUnsafeGuaranteedRef { watch(change, $0) }
    }

    /// What we took from a level is forgotten once a message has left the level empty.
    private func forgetTaken(after change: BookChange) {
        let market = markets[change.instrument.index]
        market.taken.observe(change)
        if change.endsMessage { market.forgetEmptied() }
    }

    private func watch(_ change: BookChange, _ market: PaperMarket) {
        market.touch(change)
        guard change.endsMessage else { return }
        pass(change.receiveTime)
        matchDepth(of: market, stamped: change.venueTime, received: change.receiveTime)
        settleBalances()
        market.updateWatch()
    }

    /// The same for a quote, without the wrapping; ignored where there is a book.
    public func process(_ quote: Quote) {
        if nextArrival <= quote.receiveTime { arrive(until: quote.receiveTime) }
        let market = markets[quote.instrument.index]
        guard market.book == nil, market.apply(quote) else { return }
        market.forgetTaken()
        guard unsafe tapes[quote.instrument.index].isWatched else { return }
        pass(quote.receiveTime)
        market.touchAll()
        matchDepth(of: market, stamped: quote.venueTime, received: quote.receiveTime)
        settleBalances()
        market.updateWatch()
    }

    /// The same for a payment of funding, on the position that the account then has.
    ///
    /// - Returns: the payment as it was charged, for the engine: what it knows of the position is
    ///   older or newer.
    package func charge(_ funding: Funding) -> Funding {
        if min(nextStep, nextArrival) <= funding.receiveTime { arrive(until: funding.receiveTime) }
        pass(max(funding.receiveTime, lastReceived))
        var charged = funding
        charged.mark = funding.mark ?? markets[funding.instrument.index].valuation
        charged.payment = nil
        charged.payment = account.settle(charged)
        settleBalances()
        return charged
    }

    /// Holds so much more, or less, from now on without an order of its own, entered at `price`; nothing
    /// where that does not fit.
    package func adopt(_ moved: SignedQuantity, of instrument: InstrumentID, at price: Price) {
        guard account.adopt(moved, of: instrument, at: price) else { return }
        cover(markets[instrument.index])
    }

    /// When the last trade, quote or change of depth was received: while nothing is watched they do not move
    /// the clock.
    private var lastReceived: Timestamp {
        var last = Timestamp.distantPast
        for (index, market) in markets.enumerated() {
            let book = books[index]?.receiveTime ?? last
            last = max(last, book, market.quotedAt, unsafe tapes[index].lastTime)
        }
        return last
    }

    /// No market data comes any more: an order that waits for the rest of a message need not.
    package func endData() {
        hasEnded = true
        findNextDue()
    }

    // MARK: - Time

    /// Lets orders arrive and hands out reports and balances that are due at or before `time`.
    ///
    /// In the order of their due times; at the same time in the order in which they came to be.
    /// `deliver` may send commands: what they cause is part of the same call when it is due.
    public func advance(to time: Timestamp, deliver: (EngineInput) -> Void) {
        emitAnswers(until: time) {
            deliver(.report($0))
        } balance: {
            deliver(.balance($0, at: $1))
        }
    }

    /// The same without the wrapping, in which an answer is copied as often as it is handed on.
    package func emitAnswers(
        until time: Timestamp, report: (ExecutionReport) -> Void,
        balance: (Balance, Timestamp) -> Void
    ) {
        while nextDue <= time {
            guard nextStep > nextDue else {
                meetNextStep()
                continue
            }
            let arrivesFirst =
                nextArrival < deliveries.nextDue
                || (nextArrival == deliveries.nextDue
                    && arrivals.nextNumber < deliveries.nextNumber)
            if arrivesFirst {
                arriveNext()
            } else {
                deliveries.drainFirst { answer in
                    findNextDue()
                    switch answer {
                    case .report(let made): report(made)
                    case .balance(let news, let due): balance(news, due)
                    }
                }
            }
        }
        pass(time)
    }

    func arrive(until time: Timestamp) {
        while min(nextStep, nextArrival) <= time {
            if nextStep <= nextArrival { meetNextStep() } else { arriveNext() }
        }
    }

    /// Lets happen what is next inside a bar; its reports are due from that moment on.
    package func meetNextStep() {
        guard let market = nextStepMarket else { return }
        if let step = market.bars.step {
            pass(step.moment)
            stepMoment = step.moment
            meet(step, in: market)
            settleBalances()
            stepMoment = nil
        }
        findNextStep(in: market)
        findNextDue()
    }

    func setNextStep(_ due: Timestamp?, in market: PaperMarket?) {
        nextStep = due ?? .distantFuture
        nextStepMarket = market
    }

    /// Numbers what falls due in the order in which it came to be.
    func nextNumber() -> Int {
        numberOfDue += 1
        return numberOfDue
    }

    func pass(_ time: Timestamp) { now = max(now, time) }

    func findNextDue() {
        nextArrival = arrivals.nextDue
        let instrument = arrivals.first { $0.instrument }
        isHolding = instrument.map { isMidMessage($0, at: nextArrival) } ?? false
        if isHolding { nextArrival = .distantFuture }  // found again as the message goes on
        nextDue = min(nextArrival, deliveries.nextDue, nextStep)
    }

    /// Whether an order would meet a book in the middle of a venue's message.
    private func isMidMessage(_ instrument: InstrumentID, at time: Timestamp) -> Bool {
        guard !hasEnded, let book = books[instrument.index], book.isInMessage,
            let received = book.receiveTime
        else { return false }
        return time <= received
    }

    // MARK: - Answers

    func report(_ order: PaperOrder, _ event: OrderEvent) {
        report(order.id, order.instrument, event)
    }

    func report(_ id: ClientOrderID, _ instrument: InstrumentID, _ event: OrderEvent) {
        let due = answerTime
        let report = ExecutionReport(
            order: id, instrument: instrument, event: event, venueTime: stepMoment ?? now,
            receiveTime: due)
        answer(.report(report), due: due)
    }

    /// When an answer of this moment is there; of a bar that was told late, not before now.
    private var answerTime: Timestamp {
        max(now, (stepMoment ?? now).advanced(byNanoseconds: settings.latency.response))
    }

    /// Reports every balance that has changed.
    func settleBalances() {
        guard account.isChanged else { return }
        coverAll()
        let due = answerTime
        account.drainChanges { answer(.balance($0, at: due), due: due) }
        findNextDue()
    }

    private func answer(_ answer: Answer, due: Timestamp) {
        deliveries.append(answer, due: due, number: nextNumber())
        nextDue = min(nextDue, deliveries.nextDue)
    }

    private static let fillPrefix = InternedText("F")

    func nextFillID() -> FillID {
        numberOfFills += 1
        return FillID(Self.fillPrefix, numberOfFills)
    }
}
