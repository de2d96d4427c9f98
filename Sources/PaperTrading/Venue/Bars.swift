internal import TradingCore
internal import TradingModel

/// Orders where only bars are known: each bar is walked along an assumed path.
///
/// The path goes from the open to the nearer of high and low, to the other, to the close. Orders
/// that were sent after the bar opened are left for the next one.
extension PaperVenue {
    func match(_ bar: Bar, in market: PaperMarket) {
        let path = bar.path
        let isHere = { [settings] (order: PaperOrder) in
            order.isOpen
                && order.sentAt.advanced(byNanoseconds: -settings.latency.feed) <= bar.openTime
        }
        meetOpen(bar.open, market, isHere)
        var at = bar.open
        for end in path {
            while let (order, price) = market.next(
                from: at, to: end, onTouch: settings.barsFillOnTouch, isHere)
            {
                at = price
                if order.stage == .sleeping {
                    triggerInBar(order, at: price)
                } else {
                    give(order, order.remaining)
                    if order.isOpen { expire(order, Self.nothingToReduce) }
                }
            }
            at = end
        }
        market.updateWatch()
    }

    /// Market orders fill at the open; so does a new limit order that the open meets.
    private func meetOpen(
        _ open: Price, _ market: PaperMarket, _ isHere: (PaperOrder) -> Bool
    ) {
        for order in market.orders where isHere(order) {
            let isNew = !order.hasSeenBar
            order.hasSeenBar = true
            switch order.stage {
            case .sleeping:
                if order.isTriggered(by: open) { triggerInBar(order, at: open) }
            case .awaitingBar:
                takeInBar(order, at: open)
            case .resting:
                if isNew, order.reaches(open) { takeInBar(order, at: open) }
            }
        }
    }

    private func triggerInBar(_ order: PaperOrder, at price: Price) {
        let market = markets[order.instrument.index]
        market.leave(order)
        order.stage = .resting
        order.hasSeenBar = true
        report(order, .triggered)
        takeInBar(order, at: price)
    }

    /// The order takes liquidity at `price`, made worse by the slippage; what its limit forbids
    /// rests or ends.
    private func takeInBar(_ order: PaperOrder, at price: Price) {
        let request = order.request
        let market = markets[order.instrument.index]
        guard order.reaches(price) else {
            if request.timeInForce == .gtc { return restInBar(order) }
            return expire(order, "immediate or cancel: the open is beyond the limit")
        }
        if request.isPostOnly {
            return expire(order, "post-only: would take liquidity at \(price)")
        }
        let quantity = fillable(order)
        guard quantity > .zero else { return expire(order, Self.nothingToReduce) }
        let slipped = market.slipped(price, order.side)
        let limit = request.price ?? slipped
        let fillPrice = order.side == .buy ? min(limit, slipped) : max(limit, slipped)
        if let shortfall = account.shortfall(
            order.instrument, order.side, fills: [BookLevel(price: fillPrice, quantity: quantity)],
            rest: nil, liquidity: .taker, released: order.reservation)
        {
            return expire(order, shortfall.description)
        }
        fill(order, price: fillPrice, quantity: quantity, .taker)
        if order.isOpen { expire(order, Self.nothingToReduce) }
    }

    /// A stop limit that woke short of its limit: it rests, if the account can pay for it.
    private func restInBar(_ order: PaperOrder) {
        guard let price = order.request.price,
            !markets[order.instrument.index].orders.contains(where: { $0 === order })
        else { return }
        let rest = BookLevel(price: price, quantity: fillable(order))
        if let shortfall = account.shortfall(
            order.instrument, order.side, fills: [], rest: rest, liquidity: .maker,
            released: order.reservation)
        {
            return expire(order, shortfall.description)
        }
        setReservation(of: order, to: reservation(of: order, at: price) ?? .zero)
        markets[order.instrument.index].join(order)
    }
}

extension PaperMarket {
    /// Whether orders are held against this bar: not where finer data or smaller bars have come.
    func follows(_ bar: Bar) -> Bool {
        guard detail == .nothing || detail == .bars else { return false }
        guard let size = barSize else {
            barSize = bar.size
            return true
        }
        if case .time(let followed) = size, case .time(let offered) = bar.size, offered < followed {
            barSize = bar.size
        }
        return barSize == bar.size
    }

    /// The next of our orders that the path from `start` to `end` meets, and where.
    func next(
        from start: Price, to end: Price, onTouch: Bool, _ isHere: (PaperOrder) -> Bool
    ) -> (PaperOrder, Price)? {
        let isUp = end > start
        var found: (order: PaperOrder, price: Price)?
        for order in orders where isHere(order) {
            guard let price = order.meets(end, isUp: isUp, onTouch: onTouch) else { continue }
            let place = isUp ? max(price, start) : min(price, start)
            if let found, isUp ? place >= found.price : place <= found.price { continue }
            found = (order, place)
        }
        return found
    }
}

extension PaperOrder {
    /// The price at which a move up or down to `end` meets the order; nil: it does not.
    fileprivate func meets(_ end: Price, isUp: Bool, onTouch: Bool) -> Price? {
        switch stage {
        case .awaitingBar: return nil
        case .sleeping:
            guard let stop = request.stop, (side == .buy) == isUp else { return nil }
            return (isUp ? stop <= end : stop >= end) ? stop : nil
        case .resting:
            guard let price = request.price, (side == .sell) == isUp else { return nil }
            if price == end { return onTouch ? price : nil }
            return (isUp ? price < end : price > end) ? price : nil
        }
    }
}

extension Bar {
    /// Where the price is assumed to go after the open: the nearer extreme, the other, the close.
    ///
    /// At equal distance the extreme away from the close comes first.
    var path: [Price] {
        let up = high.attos - open.attos
        let down = open.attos - low.attos
        let highFirst = up < down || (up == down && close < open)
        return highFirst ? [high, low, close] : [low, high, close]
    }
}
