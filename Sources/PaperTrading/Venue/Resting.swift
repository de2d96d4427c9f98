internal import TradingCore
internal import TradingModel

/// What market data does to the orders that rest.
extension PaperVenue {
    func match(_ trade: Trade, in market: PaperMarket) {
        release(market)
        fillTradedThrough(by: trade, market)
        fillQueues(at: trade, market)
        wakeStops(at: trade.price, market)
        market.updateWatch()
    }

    /// After a whole message of depth, or a quote.
    ///
    /// - Parameter time: the venue's own stamp, to be held against those of trades.
    func matchDepth(of market: PaperMarket, stamped time: Timestamp) {
        release(market)
        market.updateQueues(at: time)
        fillCrossed(market)
        if market.hasStops, !market.hasTrades, let mid = market.mid { wakeStops(at: mid, market) }
    }

    /// A trade beyond an order's price: its level must have been exhausted, so it is filled.
    ///
    /// Not by takers of its own side, where depth tells what they met: that may be what we took.
    private func fillTradedThrough(by trade: Trade, _ market: PaperMarket) {
        let price = trade.price
        guard market.meetsOurs(price, of: .sell) || market.meetsOurs(price, of: .buy) else {
            return
        }
        let knowsDepth = market.detail == .depth
        for order in market.restingByPriority where order.isOpen {
            guard let own = order.request.price, own != price, order.reaches(price),
                !knowsDepth || trade.taker != order.side
            else { continue }
            give(order, order.remaining)
        }
    }

    /// A trade at an order's price: the queue first, then we, the oldest order first.
    private func fillQueues(at trade: Trade, _ market: PaperMarket) {
        for index in market.queues.indices.reversed() {
            let queue = market.queues[index]
            guard queue.price == trade.price, trade.taker != queue.side else { continue }
            let fills = market.queues[index].trade(
                trade.quantity, at: trade.venueTime,
                orders: market.resting(queue.side, at: queue.price))
            for (order, quantity) in fills where order.isOpen { give(order, quantity) }
            return  // one price is ours on one side only: own orders never meet
        }
    }

    /// The recorded book shows an opposite price that meets ours: filled by what is shown there.
    private func fillCrossed(_ market: PaperMarket) {
        let isMet = [Side.buy, .sell].contains { side in
            market.level(side, 0).map { market.meetsOurs($0.price, of: side) } ?? false
        }
        guard isMet else { return }
        for order in market.restingByPriority where order.isOpen {
            guard let best = market.level(order.side.opposite, 0), order.reaches(best.price) else {
                continue
            }
            let walk = market.walk(order.side, order.remaining, limit: order.request.price)
            var quantity = Quantity.zero
            for level in walk.fills {
                market.taken.add(level.quantity, order.side.opposite, at: level.price)
                quantity += level.quantity
            }
            if quantity > .zero { give(order, quantity) }
        }
    }

    /// Fills a resting order at its own price, as far as position and money allow.
    func give(_ order: PaperOrder, _ quantity: Quantity) {
        guard let price = order.request.price else { return }
        var allowed = min(quantity, fillable(order))
        let isSpot = costs[order.instrument.index].instrument.kind == .spot
        let isSetAside = isSpot && !order.request.isReduceOnly  // its whole cost
        let shortfall =
            isSetAside
            ? nil
            : account.shortfall(
                order.instrument, order.side, fills: [BookLevel(price: price, quantity: allowed)],
                rest: nil, liquidity: .maker, released: order.reservation)
        if shortfall != nil {
            let reducible = account.reducible(order.instrument, order.side)
            allowed = isSpot ? .zero : min(allowed, reducible)
        }
        if allowed > .zero { fill(order, price: price, quantity: allowed, .maker) }
        if let shortfall, order.isOpen { expire(order, shortfall.description) }
    }

    // MARK: - Stops and waiting orders

    private func wakeStops(at price: Price, _ market: PaperMarket) {
        guard market.hasStops else { return }
        for order in market.orders where order.isOpen && order.isTriggered(by: price) {
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

    /// Orders that waited for a bar need not wait once trades or depth have come.
    private func release(_ market: PaperMarket) {
        guard market.barSize != nil else { return }
        for order in market.orders where order.stage == .awaitingBar {
            market.leave(order)
            order.stage = .resting
            enter(order, as: .accepted)
        }
    }
}

extension PaperMarket {
    /// Resting limit orders: the best prices first, at one price the oldest.
    var restingByPriority: [PaperOrder] {
        let resting = orders.filter(\.isRestingLimit)
        guard resting.count > 1 else { return resting }
        return resting.enumerated().sorted { left, right in
            let isBuy = left.element.side == .buy
            guard left.element.side == right.element.side,
                let one = left.element.request.price, let other = right.element.request.price,
                one != other
            else { return left.offset < right.offset }
            return isBuy ? one > other : one < other
        }.map(\.element)
    }

    /// What stops are held against: the last price, or the mid where nothing was traded.
    var stopReference: Price? { hasTrades || detail == .bars ? last : mid }

    func touch(_ change: BookChange) {
        for index in queues.indices {
            let isHere = queues[index].side == change.side && queues[index].price == change.price
            if change.kind == .clear || isHere { queues[index].isTouched = true }
        }
    }

    func touchAll() {
        for index in queues.indices { queues[index].isTouched = true }
    }

    func updateQueues(at time: Timestamp) {
        for index in queues.indices where queues[index].isTouched {
            let side = queues[index].side
            let price = queues[index].price
            queues[index].update(
                to: quantity(side, at: price), isOutside: isOutside(side, price), at: time,
                orders: resting(side, at: price))
        }
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
