internal import TradingCore
package import TradingModel

/// Orders where only bars are known: they meet a bar's assumed path, moment by moment.
extension MatchingVenue {
    /// Tells of a bar that will be processed at its end.
    ///
    /// Until then orders meet its path as time comes to it, see ``meetNextStep()``. Without this they do
    /// when the bar is processed.
    ///
    /// - Returns: false where orders are not held against such a bar.
    @discardableResult
    package func expect(_ bar: Bar) -> Bool {
        let market = markets[bar.instrument.index]
        guard market.expect(bar) else { return false }
        guard !market.orders.isEmpty else { return true }
        findNextStep(in: market)
        findNextDue()
        return true
    }

    /// Tells that no bar will be processed any more.
    package func forgetBars() {
        for market in markets { market.bars.removeAll() }
        setNextStep(nil, in: nil)
        findNextDue()
    }

    /// A bar has ended.
    func process(_ bar: Bar) {
        let market = markets[bar.instrument.index]
        if !market.bars.holds(bar) { expect(bar) }
        arrive(until: bar.closeTime)
        market.bars.remove(bar)
        if market.follows(bar) {
            pass(bar.closeTime)
            market.end(bar)
            settleBalances()
        }
        guard !market.orders.isEmpty || nextStepMarket === market else { return }
        findNextStep(in: market)
        findNextDue()
    }

    /// Finds anew what happens next inside a bar, after something has changed in `market`.
    func findNextStep(in market: PaperMarket) {
        market.findBarStep(onTouch: settings.barsFillOnTouch)
        guard market.bars.step != nil || nextStepMarket === market else { return }
        var first: (market: PaperMarket, step: BarStep)?
        for market in markets {
            guard let step = market.bars.step else { continue }
            if let first, (first.step.due, first.step.moment) <= (step.due, step.moment) {
                continue
            }
            first = (market, step)
        }
        setNextStep(first?.step.due, in: first?.market)
    }

    func meet(_ step: BarStep, in market: PaperMarket) {
        // Finer data may have come since: bars count for nothing then.
        if let walk = market.nextWalk(), market.follows(walk.bar) {
            if walk.bar.saysNoTrade { market.bars.metBareBar = true }
            switch step.kind {
            case .open: meetOpen(walk, market)
            case .meeting: meetPath(at: step.moment, market)
            case .entry: meetEntries(at: step.moment, walk, market)
            }
        }
        market.updateWatch()
    }

    /// Shows an order that has just arrived the price that it meets: the open, if it was on its way
    /// by then, or where the path is now.
    func showPath(toOrderSentAt sentAt: Timestamp, in market: PaperMarket) {
        guard let bar = market.nextBar(), bar.openTime <= now else { return }
        guard now < bar.closeTime else {
            market.last = bar.close  // what it tells in a moment
            return
        }
        guard let walk = market.nextWalk(), walk.hasOpened || bar.openTime < now,
            market.follows(bar)
        else { return }
        market.bars.walk?.hasOpened = true
        market.last =
            knewOnlyTheOpen(sentAt, walk)
            ? bar.open : walk.price(at: now, tick: market.instrument.tick)
    }

    /// Whether an order was sent knowing no more than that the bar opens: it meets the open then,
    /// wherever the path is when it arrives.
    ///
    /// The latencies are added to find out, so that they do not cost an order its open.
    private func knewOnlyTheOpen(_ sentAt: Timestamp, _ walk: BarWalk) -> Bool {
        sentAt.advanced(byNanoseconds: -settings.latency.feed) <= walk.bar.openTime
            && (sentAt <= walk.bar.openTime || sentAt < walk.reportedFrom)
    }

    /// What a fill shows of the price that the path of a bar has come to; nil: it is no fill, or finer
    /// data is known.
    package func tradeInBar(by report: ExecutionReport) -> Trade? {
        let market = markets[report.instrument.index]
        guard case .fill(let fill) = report.event, market.detail == .bars, let price = market.last
        else { return nil }
        return Trade(
            instrument: report.instrument, price: price, quantity: fill.quantity, taker: nil,
            venueTime: report.venueTime, receiveTime: report.receiveTime)
    }

    /// What is to be said of how the bars of an instrument filled orders.
    package func notes(of instrument: InstrumentID) -> [String] {
        let bars = markets[instrument.index].bars
        var notes: [String] = []
        if bars.emptyBars > 0 {
            notes.append(
                counted(bars.emptyBars, "bar", "bars")
                    + " of volume 0 came while orders were open: such bars fill nothing")
        }
        if bars.metBareBar {
            notes.append(
                "orders met bars of volume 0: no bar had a volume, so it was taken as not known")
        }
        return notes
    }

    // MARK: - Along the path

    /// Market orders fill at the open, and so does a new limit order that the open meets; then
    /// those that rest, where the market opens beyond their price.
    private func meetOpen(_ walk: BarWalk, _ market: PaperMarket) {
        market.bars.walk?.hasOpened = true
        market.last = walk.bar.open
        let here = market.orders.filter { $0.arrivedAt <= walk.place.time }
        let old = here.filter(\.hasMetBar)
        for order in here where order.isOpen {
            let isNew = !order.hasMetBar
            order.hasMetBar = true
            order.awaitsMarket = false
            if isNew || order.stage == .untriggered { enter(order, at: walk.bar.open) }
        }
        for order in old where order.isOpen { fillBeyond(order, at: walk.bar.open) }
    }

    /// Orders that came while the bar is under way.
    private func meetEntries(at moment: Timestamp, _ walk: BarWalk, _ market: PaperMarket) {
        market.bars.walk?.move(to: moment, tick: market.instrument.tick)
        guard let price = market.bars.walk?.place.price else { return }
        for order in market.orders
        where order.isOpen && !order.hasMetBar && order.arrivedAt <= moment {
            order.hasMetBar = true
            order.awaitsMarket = false
            if knewOnlyTheOpen(order.sentAt, walk) {
                market.last = walk.bar.open
                enter(order, at: walk.bar.open)
                // Between the open and its arrival the path may have come by.
                if order.isOpen { fillBeyond(order, at: price) }
                if order.isOpen, order.isTriggered(by: price) { enter(order, at: price) }
            } else {
                market.last = price
                recordReport(in: market)
                enter(order, at: price)
            }
        }
    }

    /// The path comes to the prices of orders: all that it meets at one moment.
    private func meetPath(at moment: Timestamp, _ market: PaperMarket) {
        recordReport(in: market)
        while let walk = market.bars.walk,
            let meeting = market.nextMeeting(on: walk, settings.barsFillOnTouch),
            meeting.place.time == moment
        {
            market.bars.walk?.place = meeting.place
            market.bars.walk?.leg = meeting.leg
            market.last = meeting.place.price
            if meeting.order.stage == .untriggered {
                triggerInBar(meeting.order, at: meeting.place.price)
            } else {
                fillWhole(meeting.order)
            }
        }
    }

    /// From when on the strategy may know of more than the open.
    private func recordReport(in market: PaperMarket) {
        let reported = now.advanced(byNanoseconds: settings.latency.response)
        let before = market.bars.walk?.reportedFrom ?? reported
        market.bars.walk?.reportedFrom = min(before, reported)
    }

    // MARK: - One order

    /// A new order, or a stop at a bar's open, meets a price.
    private func enter(_ order: PaperOrder, at price: Price) {
        switch order.stage {
        case .untriggered:
            if order.isTriggered(by: price) { triggerInBar(order, at: price) }
        case .awaitingBar:
            matchInBar(order, at: price)
        case .resting:
            if order.reaches(price) { matchInBar(order, at: price) }
        }
    }

    /// Fills an order that rests where the market is beyond its price, at its price.
    private func fillBeyond(_ order: PaperOrder, at market: Price) {
        guard order.isRestingLimit, let price = order.request.price, order.reaches(market),
            settings.barsFillOnTouch || price != market
        else { return }
        fillWhole(order)
    }

    private func fillWhole(_ order: PaperOrder) {
        fillResting(order, order.remaining)
        if order.isOpen { expire(order, nothingToReduce(order)) }
    }

    private func triggerInBar(_ order: PaperOrder, at price: Price) {
        let market = markets[order.instrument.index]
        market.leave(order)
        order.stage = .resting
        order.hasMetBar = true
        report(order, .triggered)
        matchInBar(order, at: price)
    }

    /// The order takes liquidity at `price`, made worse by the slippage; what its limit forbids
    /// rests or ends.
    private func matchInBar(_ order: PaperOrder, at price: Price) {
        let request = order.request
        let market = markets[order.instrument.index]
        guard order.reaches(price) else {
            if request.timeInForce == .gtc { return restInBar(order) }
            return expire(
                order, "immediate or cancel: the \(market.nameOfPrice) is beyond the limit")
        }
        if request.isPostOnly {
            return expire(order, "post-only: would take liquidity at \(price)")
        }
        let quantity = fillable(order)
        guard quantity > .zero else { return expire(order, nothingToReduce(order)) }
        let slipped = market.slipped(price, order.side)
        let limit = request.price ?? slipped
        let fillPrice = order.side == .buy ? min(limit, slipped) : max(limit, slipped)
        let whole = BookLevel(price: fillPrice, quantity: quantity)
        if let shortfall = shortfall(of: order, fills: [whole], rest: nil, .taker) {
            return expire(order, shortfall.description)
        }
        fill(order, price: fillPrice, quantity: quantity, .taker)
        if order.isOpen { expire(order, nothingToReduce(order)) }
    }

    /// A stop limit that woke short of its limit: it rests, if the account can pay for it.
    private func restInBar(_ order: PaperOrder) {
        guard let price = order.request.price,
            !markets[order.instrument.index].orders.contains(where: { $0 === order })
        else { return }
        let rest = BookLevel(price: price, quantity: fillable(order))
        if let shortfall = shortfall(of: order, fills: [], rest: rest, .maker) {
            return expire(order, shortfall.description)
        }
        setReservation(of: order, to: reservation(of: order, at: price) ?? .zero)
        markets[order.instrument.index].join(order)
    }
}

extension PaperMarket {
    /// What the price is called that an order in a bar meets.
    fileprivate var nameOfPrice: String {
        guard let walk = bars.walk, walk.place.price == walk.bar.open else { return "price" }
        return "open"
    }
}
