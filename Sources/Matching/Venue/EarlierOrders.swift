public import TradingCore
public import TradingModel

/// What a simulated account had when its last run ended, in whatever way.
extension MatchingVenue {
    /// Goes on with it: before the first order.
    ///
    /// Nobody but us knows of a simulated order: what the runs have heard of it is what it is. One that rested
    /// goes on resting, behind all that its level shows; one that was on its way arrives now, and of one that
    /// takes what it finds the rest meets the market as it is now.
    public func goOn(with earlier: EarlierRun, at time: Timestamp) {
        pass(time)
        if let books = earlier.simulated {
            account.goOn(with: earlier, opening: books.opening)
            (numberOfOrders, numberOfFills) = (books.orders, books.fills)
        }
        var hurried: [PaperOrder] = []
        for known in earlier.orders {
            guard let id = known.state.venueID else { continue }
            let order = PaperOrder(
                id: known.id, venueID: id, request: known.request, sentAt: known.updatedAt)
            order.filled = known.state.filled
            orders.insert(order)
            if !rests(order, asStop: known.state.isUntriggeredStop) { hurried.append(order) }
        }
        for market in markets {
            cover(market)
            market.updateWatch()
        }
        for order in hurried { enter(order, as: .accepted) }
        for known in earlier.orders where known.state.venueID == nil {
            submit(known.id, known.request, at: time)
        }
        for market in markets { market.updateWatch() }
        findNextDue()
    }

    /// Puts an order back to where it stood; false: it is none that stays.
    private func rests(_ order: PaperOrder, asStop isStop: Bool) -> Bool {
        let market = markets[order.instrument.index]
        if isStop {
            order.stage = .untriggered
            market.join(order)
            return true
        }
        guard let price = order.request.price, order.request.timeInForce == .gtc else {
            return false
        }
        market.join(order)
        if market.detail == .nothing {
            // It stands behind whatever the level shows when something shows it.
            order.queue = LevelQueue(price: price, shown: .zero, isUnseen: true)
        }
        return true
    }
}
