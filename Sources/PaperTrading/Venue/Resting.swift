internal import TradingCore
internal import TradingModel

/// What market data does to the orders that rest.
extension PaperVenue {
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
        guard market.meetsOurs(price, of: .sell) || market.meetsOurs(price, of: .buy) else {
            return
        }
        let knowsDepth = market.detail == .depth
        for order in market.restingByPriority
        where order.isOpen && order.arrivedAt <= trade.receiveTime {
            guard let own = order.request.price, own != price, order.reaches(price),
                !knowsDepth || trade.taker != order.side
            else { continue }
            give(order, order.remaining)
        }
    }

    /// A trade at an order's price: the queue first, then we, the oldest order first.
    ///
    /// What an order cannot use reaches the next; what is less than a lot waits for the next trade.
    private func fillQueues(at trade: Trade, _ market: PaperMarket) {
        guard market.hasQueue(at: trade.price) else { return }
        let lot = market.instrument.lot
        var rest = trade.quantity
        var eaten = Quantity.zero
        let reached = market.queues.indices.compactMap { index in
            market.queues[index].isReached(by: trade) ? market.queues[index].order : nil
        }
        for order in reached {
            // A fill may have ended others.
            guard let place = market.queues.firstIndex(where: { $0.order === order }) else {
                continue
            }
            market.queues[place].note(trade.quantity, at: trade.venueTime)
            guard let reaching = market.queues[place].pass(&rest, eaten: &eaten) else { continue }
            let offered = reaching.wholeLots(of: lot)
            let given = offered > .zero ? give(order, offered) : .zero
            rest = reaching - given
            // It would have taken more: what is left of a lot is its own.
            guard order.isOpen, given == offered,
                let place = market.queues.firstIndex(where: { $0.order === order })
            else { continue }
            market.queues[place].carry(rest)
            rest = .zero
        }
    }

    /// The recorded book shows an opposite price that meets ours: filled by what is shown there.
    private func fillCrossed(_ market: PaperMarket, received: Timestamp) {
        let isMet = [Side.buy, .sell].contains { side in
            market.level(side, 0).map { market.meetsOurs($0.price, of: side) } ?? false
        }
        guard isMet else { return }
        for order in market.restingByPriority where order.isOpen && order.arrivedAt <= received {
            guard let best = market.level(order.side.opposite, 0), order.reaches(best.price) else {
                continue
            }
            let walk = market.walk(order.side, fillable(order), limit: order.request.price)
            let shown = walk.fills.reduce(Quantity.zero) { $0 + $1.quantity }
            guard shown > .zero else { continue }
            // Only what it was given is gone for the others.
            var given = give(order, shown)
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
    func give(_ order: PaperOrder, _ quantity: Quantity) -> Quantity {
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

extension LevelQueue {
    /// Whether a trade at its price, by a taker of the other side, was made after the order came.
    fileprivate func isReached(by trade: Trade) -> Bool {
        price == trade.price && side != trade.taker && order.arrivedAt <= trade.receiveTime
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

    func hasQueue(at price: Price) -> Bool {
        for index in queues.indices where queues[index].price == price { return true }
        return false
    }

    func touchAll() {
        for index in queues.indices { queues[index].isTouched = true }
    }

    func updateQueues(at time: Timestamp, received: Timestamp) {
        for index in queues.indices
        where queues[index].isTouched && queues[index].order.arrivedAt <= received {
            let side = queues[index].side
            let price = queues[index].price
            queues[index].update(
                to: quantity(side, at: price), isOutside: isOutside(side, price), at: time)
        }
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
