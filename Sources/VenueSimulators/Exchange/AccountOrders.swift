internal import Matching
internal import TradingCore
internal import TradingModel

/// How an account's orders come in, change and end.
extension ExchangeAccount {
    /// Places an order, fills what it can at once, and says what became of it.
    ///
    /// - Throws: why it is refused; nothing has changed then, but makers that the order's own
    ///   ``ExchangeTerms/selfTrade`` cancelled.
    func place(_ terms: ExchangeTerms) throws(Refused) -> ExchangeOrder {
        try check(terms)
        let own = ownOrders(metBy: terms)
        if terms.selfTrade == .maker || terms.selfTrade == .both { own.forEach(cancel) }
        try checkFunds(terms)
        let order = ExchangeOrder(
            id: numbers.nextOrder(terms.market.segment), terms: terms, at: now)
        record(order)
        let yields = terms.selfTrade == .maker ? false : !own.isEmpty
        if yields {
            order.isOpen = false
        } else {
            open.append(order)
            if terms.kind == .market { fillMarketOrder(order) } else { submit(order) }
        }
        refreeze(terms.market)
        try checkOutcome(order, yields: yields)
        append((order.id, terms.clientID, terms.market, false), to: &taken)
        return order
    }

    /// Turns what the matching refused into the venue's refusal.
    private func checkOutcome(_ order: ExchangeOrder, yields: Bool) throws(Refused) {
        let isUnfilled = !order.isOpen && order.filled == .zero
        guard isUnfilled, !yields, !(order.refusal?.hasPrefix("self-trade") ?? false) else {
            return
        }
        if order.terms.kind == .market, rules.marketRest == .rejected { return }
        let refusal: Refused? =
            switch order.terms.kind {
            case .fok: .notFillable
            case .postOnly: .wouldTake
            case .market: order.terms.isReduceOnly ? .noPosition : .noLiquidity
            case .ioc: order.refusal == nil ? nil : .tooLarge
            case .limit: order.refusal == nil ? nil : .tooLarge
            }
        guard let refusal else { return }
        forgetNews(of: order)
        throw refusal
    }

    // MARK: - Checks, in the venue's order

    private func check(_ terms: ExchangeTerms) throws(Refused) {
        let market = terms.market
        guard terms.amount >= leastAmount(terms) else { throw .belowMinimum }
        if let band = rules.priceBand, let price = terms.price,
            let last = market.tape.last ?? market.tape.mark
        {
            let isFar = price.attos / band > last.attos || price.attos < last.attos / band
            guard !isFar else { throw .priceTooFar }
        }
        let best = market.tape.levels(terms.side.opposite, count: 1).first?.price
        if terms.kind == .postOnly, let best, terms.reaches(best) { throw .wouldTake }
        let rest = market.walk(terms.side, terms.quantity, limit: terms.price).rest
        if terms.kind == .fok, rest > .zero { throw .notFillable }
        if terms.kind == .market, best == nil, market.tape.last == nil,
            rules.marketRest == .cancelled
        {
            throw .noLiquidity
        }
    }

    private func leastAmount(_ terms: ExchangeTerms) -> Money {
        let least = terms.market.minAmount
        guard terms.isCountedInQuote,
            let best = terms.market.tape.levels(.sell, count: 1).first?.price
                ?? terms.market.tape.last
        else { return Money(attos: least.attos) }
        return best.times(least, .up) ?? .zero
    }

    private func checkFunds(_ terms: ExchangeTerms) throws(Refused) {
        let market = terms.market
        guard let price = terms.price else { return try checkMarketFunds(terms) }
        var probe = OrderView(id: 0, terms: terms, at: now)
        if market.segment == .futures, terms.side == .sell,
            let best = market.tape.levels(.buy, count: 1).first?.price, best > price
        {
            probe.price = best  // what it takes at once is worth more than its own price
        }
        guard canPay(openOrders(market).map(\.view) + [probe], market) else { throw .insufficient }
    }

    private func checkMarketFunds(_ terms: ExchangeTerms) throws(Refused) {
        let market = terms.market
        let walk = market.walk(terms.side, terms.quantity, limit: nil)
        let need: Money
        let currency: Currency
        switch (market.segment, terms.side) {
        case (.spot, .sell):
            (need, currency) = (terms.amount, market.base)
        case (.spot, .buy):
            if rules.paysByLevel { return }
            currency = market.quote
            need =
                terms.isCountedInQuote
                ? terms.amount
                : walk.fills.reduce(.zero) {
                    $0 + (market.value($1.quantity, at: $1.price, .up) ?? .tooMuch)
                }
        case (.futures, _) where rules.margin == .stopDistance:
            (need, currency) = (stopMargin(terms.quantity, terms), market.settle)
        case (.futures, _):
            let reducible = reducible(market, terms.side)
            let growth = terms.quantity > reducible ? terms.quantity - reducible : .zero
            // The dearest level: the deepest for a buy, the first for a sell.
            let price = terms.side == .buy ? walk.fills.last?.price : walk.fills.first?.price
            currency = market.settle
            need =
                terms.isReduceOnly
                ? .zero : growthCost(growth, at: price ?? market.tape.last ?? .zero, market)
        }
        let free = available(market.segment, currency)
        guard need == .zero || need <= free else { throw .insufficient }
    }

    /// The account's own resting orders that an order would meet.
    private func ownOrders(metBy terms: ExchangeTerms) -> [ExchangeOrder] {
        let opposite = openOrders(terms.market).filter { $0.side != terms.side }
        guard !opposite.isEmpty else { return [] }
        let walk = terms.market.walk(terms.side, terms.quantity, limit: terms.price)
        let reach = walk.rest > .zero ? terms.price : walk.fills.last?.price
        return opposite.filter { own in
            guard let price = own.price, let reach else { return own.price != nil }
            return terms.side == .buy ? price <= reach : price >= reach
        }
    }

    // MARK: - The matching

    private func submit(_ order: ExchangeOrder) {
        let type = order.terms.kind
        send(
            order, quantity: order.remaining, price: order.price,
            timeInForce: type == .ioc ? .ioc : type == .fok ? .fok : .gtc)
    }

    private func send(
        _ order: ExchangeOrder, quantity: Quantity, price: Price?, timeInForce: TimeInForce
    ) {
        let child = nextChildID()
        order.child = child
        children[child] = order
        matching.submit(
            child,
            OrderRequest(
                instrument: order.market.instrument.id, side: order.side, quantity: quantity,
                price: price, timeInForce: timeInForce,
                isPostOnly: order.terms.kind == .postOnly,
                isReduceOnly: order.terms.isReduceOnly), at: now)
        deliver()
    }

    /// Fills a market order level by level, and ends it.
    ///
    /// Level by level, because what the next one costs decides how much a budget still buys.
    private func fillMarketOrder(_ order: ExchangeOrder) {
        let market = order.market
        var levels = market.tape.levels(order.side.opposite, count: ExchangeMarket.walkedLevels)
        if levels.isEmpty, let last = market.tape.last {
            levels = [BookLevel(price: last, quantity: order.remaining)]
        }
        for level in levels where order.isOpen {
            let quantity = wanted(order, at: level.price)
            guard quantity > .zero else { break }
            guard canPay(min(quantity, level.quantity), at: level.price, for: order) else {
                order.ending = .insufficient
                break
            }
            send(order, quantity: quantity, price: level.price, timeInForce: .ioc)
        }
        guard order.isOpen else { return }
        if order.ending == nil, rules.marketRest == .rejected { order.ending = .noLiquidity }
        end(order)
    }

    /// Whether a market purchase that is paid level by level can pay the next.
    private func canPay(_ quantity: Quantity, at price: Price, for order: ExchangeOrder) -> Bool {
        let market = order.market
        guard rules.paysByLevel, market.segment == .spot, order.side == .buy else { return true }
        return purchaseCost(quantity, at: price, market) <= available(.spot, market.quote)
    }

    /// How much a market order still wants at a price, in whole lots.
    private func wanted(_ order: ExchangeOrder, at price: Price) -> Quantity {
        guard order.terms.isCountedInQuote, price > .zero else { return order.remaining }
        let lots = order.unfilled.divided(by: Quantity(attos: price.attos), .down)?.attos ?? 0
        return Quantity(attos: max(0, lots))
            .rounded(toMultipleOf: order.market.instrument.lot.attos, .towardZero)
    }

    /// Applies what the matching reports at this time.
    func deliver() {
        matching.advance(to: now) { input in
            if case .report(let report) = input { apply(report) }
        }
    }

    private func apply(_ report: ExecutionReport) {
        guard let order = children[report.order], order.isOpen else { return }
        switch report.event {
        case .fill(let fill):
            book(fill, of: order)
            if order.isComplete { end(order) }
        case .rejected(let reason):
            order.refusal = reason.description
            end(order)
        case .expired, .cancelled:
            if order.terms.kind != .market { end(order) }  // a market order goes to the next level
        case .amendRejected(let reason):
            order.refusal = reason.description
        default: break
        }
    }

    private func end(_ order: ExchangeOrder) {
        order.isOpen = false
        order.updatedAt = now
        open.removeAll { $0 === order }
        if let child = order.child { children[child] = nil }
        if order.filled > .zero || rules.keepsUnfilled {
            append(order.view, to: &finished)
        }
        record(order)
    }

    // MARK: - Cancel and edit

    func cancel(_ order: ExchangeOrder) {
        guard order.isOpen, let child = order.child else { return }
        matching.cancel(child, order.market.instrument.id, at: now)
        deliver()
        refreeze(order.market)
    }

    /// Gives an open order a new price, a new amount, or both; its place in the queue may go.
    func modify(
        _ order: ExchangeOrder, price: Price?, amount: Quantity?, newID: Bool
    ) throws(Refused) {
        let market = order.market
        let before = (price: order.price, amount: order.amount)
        var terms = order.terms
        terms.price = price ?? order.price
        terms.amount = amount.map { Money(attos: $0.attos) } ?? order.amount
        guard terms.quantity > order.filled else { throw .invalid("amount") }
        try check(terms)
        order.price = terms.price
        order.amount = terms.amount
        order.refusal = nil
        guard canPay(openOrders(market).map(\.view), market) else {
            (order.price, order.amount) = before
            throw .insufficient
        }
        record(order, newID ? .replaced(oldID: order.id) : .modified)
        if newID { order.id = numbers.nextOrder(market.segment) }
        order.updatedAt = now
        terms.amount = Money(attos: order.remaining.attos)
        if !ownOrders(metBy: terms).isEmpty {
            cancel(order)  // the taker yields, as when it is new
        } else if let child = order.child {
            matching.amend(
                child, market.instrument.id, price: price,
                quantity: amount, at: now)
            deliver()
        }
        defer { refreeze(market) }
        guard order.refusal == nil else {
            (order.price, order.amount) = before
            forgetNews(of: order)
            throw .tooLarge
        }
    }

    // MARK: - Market data

    /// Lets a market event do what it does to the account's orders and positions.
    ///
    /// - Parameter printed: the public deal that the event is.
    func apply(_ event: MarketEvent, printed: MarketTape.Deal?) {
        now = max(now, event.receiveTime)
        printedDeal = printed
        matching.process(event)
        deliver()
        printedDeal = nil
        if rules.chargesFunding, case .funding(let funding) = event { settle(funding) }
        let hasOrderNews = changes.contains { if case .order = $0 { true } else { false } }
        if hasOrderNews { refreeze(markets[event.instrument.index]) }
    }
}
