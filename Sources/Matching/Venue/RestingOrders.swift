internal import TradingCore
internal import TradingModel

/// What market data does to the orders that rest.
extension MatchingVenue {
    func match(_ trade: Trade, in market: PaperMarket) {
        release(market, received: trade.receiveTime)
        fillTradedThrough(by: trade, market)
        fillQueues(at: trade, market)
        wakeStops(at: trade.price, market, received: trade.receiveTime)
        market.updateWatch()
    }

    /// After a whole message of depth, or a quote.
    ///
    /// - Parameters:
    ///   - stamped: the venue's own stamp, to be held against those of trades.
    ///   - received: orders that came later have nothing to do with it.
    func matchDepth(of market: PaperMarket, stamped: Timestamp, received: Timestamp) {
        release(market, received: received)
        market.updateQueues(at: stamped, received: received)
        fillCrossed(market, received: received)
        if market.hasStops, !market.hasTrades, let mid = market.mid {
            wakeStops(at: mid, market, received: received)
        }
    }

    /// A trade beyond an order's price: its level must have been exhausted, so it is filled.
    ///
    /// Not by takers of its own side, where depth tells what they met: that may be what we took.
    private func fillTradedThrough(by trade: Trade, _ market: PaperMarket) {
        let price = trade.price
        guard market.isBeyondOurs(price) else { return }
        let knowsDepth = market.detail == .depth
        for order in market.resting(meeting: price, price, beyond: true)
        where order.isOpen && order.arrivedAt <= trade.receiveTime
            && (!knowsDepth || trade.taker != order.side)
        {
            fillResting(order, order.remaining)
        }
    }

    /// A trade at an order's price: the queue first, then we, the oldest order first.
    ///
    /// What an order cannot use reaches the next; what is less than a lot waits for the next trade.
    private func fillQueues(at trade: Trade, _ market: PaperMarket) {
        let lot = market.instrument.lot
        var rest = trade.quantity
        var eaten = Quantity.zero
        var last = 0
        while let order = market.nextReached(by: trade, after: last) {
            last = order.place ?? last
            order.queue?.record(trade.quantity, at: trade.venueTime)
            guard let reaching = order.queue?.pass(&rest, eaten: &eaten) else { continue }
            let offered = reaching.wholeLots(of: lot)
            let given = offered > .zero ? fillResting(order, offered) : .zero
            rest = reaching - given
            // It would have taken more: what is left of a lot is its own.
            guard order.isOpen, given == offered, order.queue?.carry(rest) != nil else { continue }
            rest = .zero
        }
    }

    /// The recorded book shows an opposite price that meets ours: filled by what is shown there.
    private func fillCrossed(_ market: PaperMarket, received: Timestamp) {
        let bid = market.level(.buy, 0)?.price
        let ask = market.level(.sell, 0)?.price
        guard
            bid.map({ market.meetsOurs($0, of: .buy) }) ?? false
                || ask.map({ market.meetsOurs($0, of: .sell) }) ?? false
        else { return }
        for order in market.resting(meeting: ask, bid, beyond: false)
        where order.isOpen && order.arrivedAt <= received {
            guard let best = market.level(order.side.opposite, 0), order.reaches(best.price) else {
                continue
            }
            let walk = market.walk(order.side, fillable(order), limit: order.request.price)
            let shown = walk.fills.reduce(Quantity.zero) { $0 + $1.quantity }
            guard shown > .zero else { continue }
            // Only what it was given is gone for the others.
            var given = fillResting(order, shown)
            for level in walk.fills where given > .zero {
                let step = min(given, level.quantity)
                market.remember(
                    BookLevel(price: level.price, quantity: step), takenBy: order.side)
                given -= step
            }
        }
    }

    /// Fills a resting order at its own price, as far as position and money allow, and says by how
    /// much.
    @discardableResult
    func fillResting(_ order: PaperOrder, _ quantity: Quantity) -> Quantity {
        guard let price = order.request.price, order.isOpen else { return .zero }
        var allowed = min(quantity, wanted(order))
        guard allowed > .zero else { return .zero }
        let shortfall = shortfall(
            of: order, fills: [BookLevel(price: price, quantity: allowed)], rest: nil, .maker)
        if shortfall != nil { allowed = min(allowed, payable(order)) }
        var isFilled = false
        if allowed > .zero {
            isFilled = fill(order, price: price, quantity: allowed, .maker)
        }
        if let shortfall, order.isOpen { expire(order, shortfall.description) }
        return isFilled ? allowed : .zero
    }

    // MARK: - Stops and waiting orders

    private func wakeStops(at price: Price, _ market: PaperMarket, received: Timestamp) {
        guard market.hasStops else { return }
        for order in market.orders
        where order.isOpen && order.arrivedAt <= received && order.isTriggered(by: price) {
            trigger(order)
        }
    }

    /// Wakes a stop: it meets the market like an order that has just arrived.
    func trigger(_ order: PaperOrder) {
        markets[order.instrument.index].leave(order)
        order.stage = .resting
        report(order, .triggered)
        enter(order, as: .accepted)
    }

    /// Orders that came before any market, or waited for a bar, meet the trades or the depth that
    /// have come as if they arrived now.
    private func release(_ market: PaperMarket, received: Timestamp) {
        guard market.hasWaiting else { return }
        for order in market.orders
        where order.isOpen && order.isWaiting && order.arrivedAt <= received
            && market.showsPrice(to: order)
        {
            market.leave(order)
            order.stage = .resting
            order.awaitsMarket = false
            enter(order, as: .accepted)
        }
    }
}

extension PaperMarket {
    /// Whether a price lies beyond that of one of our resting orders.
    fileprivate func isBeyondOurs(_ price: Price) -> Bool {
        buys.best.map { $0 > price } ?? false || sells.best.map { $0 < price } ?? false
    }

    /// Our resting orders that these prices meet, buys before sells: of a side the best prices first, at
    /// one price the oldest.
    ///
    /// - Parameters:
    ///   - ask: for our buys.
    ///   - bid: for our sells.
    ///   - beyond: whether only those that the prices lie beyond.
    fileprivate func resting(meeting ask: Price?, _ bid: Price?, beyond: Bool) -> [PaperOrder] {
        var met: [PaperOrder] = []
        if let ask { buys.add(meeting: ask, beyond: beyond, to: &met) }
        if let bid { sells.add(meeting: bid, beyond: beyond, to: &met) }
        return met
    }

    /// The next of our orders that a trade at its price reaches, by age, behind the place `last`: it
    /// came before, and the taker is of the other side.
    fileprivate func nextReached(by trade: Trade, after last: Int) -> PaperOrder? {
        let time = trade.receiveTime
        let buy =
            trade.taker == .buy ? nil : buys.next(at: trade.price, after: last, arrivedBy: time)
        let sell =
            trade.taker == .sell ? nil : sells.next(at: trade.price, after: last, arrivedBy: time)
        guard let buy, let sell else { return buy ?? sell }
        return (buy.place ?? 0) < (sell.place ?? 0) ? buy : sell
    }

    /// What stops are held against: the last price, or the mid where nothing was traded.
    var stopReference: Price? { hasTrades || detail == .bars ? last : mid }

    func touch(_ change: BookChange) {
        if change.kind == .clear { return touchAll() }
        if change.side == .buy { buys.touch(change.price) } else { sells.touch(change.price) }
    }

    func touchAll() {
        buys.touchAll()
        sells.touchAll()
    }

    func updateQueues(at time: Timestamp, received: Timestamp) {
        buys.update(received: received) { updateQueue(of: $0, at: time) }
        sells.update(received: received) { updateQueue(of: $0, at: time) }
    }

    private func updateQueue(of order: PaperOrder, at time: Timestamp) {
        guard let price = order.queue?.price else { return }
        order.queue?.update(
            to: quantity(order.side, at: price), isOutside: isOutside(order.side, price), at: time)
    }

    /// Whether what is known now has a price for an order that waits for one.
    func showsPrice(to order: PaperOrder) -> Bool {
        order.stage == .awaitingBar || detail != .depth
            || level(order.side.opposite, 0) != nil
    }

    func forgetEmptied() {
        guard taken.hasNews else { return }
        taken.forgetEmptied { quantity($0, at: $1) > .zero }
    }

    func forgetTaken() {
        guard !taken.isEmpty else { return }
        taken.forget { quantity($0, at: $1) > .zero }
    }
}
