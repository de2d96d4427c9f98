internal import TradingCore
internal import TradingModel

/// An order meets the market: refused, filled, killed, or left to rest.
extension MatchingVenue {
    enum Entry {
        /// It comes from the client, who knows nothing of its status yet.
        case new
        /// The venue had accepted it before: a stop that woke, an order that waited for data.
        case accepted
    }

    /// What is to become of an order; nothing has happened yet.
    enum Plan {
        /// It never works.
        case refuse(String)
        /// It is accepted, and ends at once without a fill.
        case kill(String)
        /// It takes what the walk found; the rest stays, or ends with its time in force. Where it takes
        /// nothing, with so much set aside.
        case take(PaperMarket.Walk, reserving: Money?)
        /// Only bars are known: it waits for the next open, with enough for this price set aside.
        case awaitBar(at: Price)
    }

    func enter(_ order: PaperOrder, as entry: Entry) {
        order.arrivedAt = now
        let plan = plan(for: order)
        if case .refuse(let reason) = plan {
            finish(order)
            let reason = InternedText(passing: reason)
            let event =
                entry == .new ? OrderEvent.rejected(reason: reason) : .expired(reason: reason)
            return report(order, event)
        }
        if entry == .new { report(order, .accepted(order.venueID)) }
        carryOut(plan, order)
    }

    func carryOut(_ plan: Plan, _ order: PaperOrder) {
        switch plan {
        case .refuse(let reason), .kill(let reason):
            expire(order, reason)
        case .awaitBar(let price):
            let rests = order.request.price != nil && order.request.timeInForce == .gtc
            order.stage = rests ? .resting : .awaitingBar
            order.estimate = price
            order.awaitsMarket = true
            setReservation(of: order, to: reservation(of: order, at: price) ?? .zero)
            markets[order.instrument.index].join(order)
        case .take(let walk, let reserved):
            fill(order, along: walk, reserving: reserved)
        }
    }

    // MARK: - Deciding

    /// Holds an order against the market, our other orders and the account, in this order.
    func plan(for order: PaperOrder) -> Plan {
        let market = markets[order.instrument.index]
        let wanted = fillable(order)
        guard wanted > .zero else {
            return .refuse(nothingFillable(order, at: order.request.price ?? market.last ?? .zero))
        }
        let detail = market.detail
        if order.request.price == nil || order.request.timeInForce != .gtc, detail == .nothing {
            return .refuse("no market yet")
        }
        if order.request.isPostOnly, let price = market.priceTaken(by: order) {
            return .refuse("post-only: would take liquidity at \(price)")
        }
        let walk =
            order.request.isPostOnly
            ? PaperMarket.Walk(rest: wanted)
            : market.walk(order.side, wanted, limit: order.request.price)
        let waits = detail == .bars
        if order.request.timeInForce == .fok, walk.rest > .zero, !waits {
            return .kill("fill or kill: \(wanted - walk.rest) of \(wanted) available")
        }
        if let own = market.ownOrder(metBy: order, walk, waits: waits) {
            let price = own.request.price.map { " at \($0)" } ?? ""
            return .refuse("self-trade: would meet the own order \(own.id)\(price)")
        }
        return waits
            ? planWait(order, wanted, market) : planTaking(order, walk)
    }

    private func planTaking(_ order: PaperOrder, _ walk: PaperMarket.Walk) -> Plan {
        let rest =
            walk.rest > .zero && order.request.timeInForce == .gtc
            ? order.request.price.map { BookLevel(price: $0, quantity: walk.rest) } : nil
        if walk.fills.isEmpty, let rest, let needed = reservation(of: order, at: rest.price),
            needed <= account.available(order.instrument, order.side) + released(by: order)
        {
            return .take(walk, reserving: needed)
        }
        if let shortfall = shortfall(of: order, fills: walk.fills, rest: rest, .taker) {
            return .refuse(shortfall.description)
        }
        return .take(walk, reserving: nil)
    }

    private func planWait(_ order: PaperOrder, _ wanted: Quantity, _ market: PaperMarket) -> Plan {
        let estimate = order.request.price ?? market.last.map { market.slipped($0, order.side) }
        guard let estimate else { return .refuse("no market yet") }
        let rest = BookLevel(price: estimate, quantity: wanted)
        if let shortfall = shortfall(of: order, fills: [], rest: rest, .taker) {
            return .refuse(shortfall.description)
        }
        return .awaitBar(at: estimate)
    }

    /// Why a reduce-only order ends that finds not even a lot to reduce.
    func nothingToReduce(_ order: PaperOrder) -> String {
        account.positions[order.instrument.index].net.side == order.side.opposite
            ? "reduce-only: less than a lot of the position is left"
            : "reduce-only: there is no position to reduce"
    }

    // MARK: - Carrying out

    private func fill(
        _ order: PaperOrder, along walk: PaperMarket.Walk, reserving reserved: Money?
    ) {
        let market = markets[order.instrument.index]
        setReservation(of: order, to: .zero)
        for level in walk.fills where order.isOpen {
            guard execute(order, level, .taker) else { break }
            market.remember(level, takenBy: order.side)
        }
        if order.isOpen { endOrRest(order, reserving: reserved) }
        // Not before: what the others need must not be taken from an order under way.
        if !walk.fills.isEmpty { cover(market) }
    }

    /// What time in force makes of an order that has taken all it could.
    private func endOrRest(_ order: PaperOrder, reserving reserved: Money?) {
        let market = markets[order.instrument.index]
        if reserved == nil, fillable(order) == .zero {
            return expire(order, nothingFillable(order, at: market.last ?? .zero))
        }
        guard let price = order.request.price else { return expire(order, "no more liquidity") }
        guard order.request.timeInForce == .gtc else {
            return expire(order, "immediate or cancel: no more liquidity within the limit")
        }
        order.stage = .resting
        order.awaitsMarket = market.detail == .nothing
        setReservation(of: order, to: reserved ?? reservation(of: order, at: price) ?? .zero)
        market.join(order)
    }

    /// Books one execution of a resting order, and what it makes of what the others need.
    @discardableResult
    func fill(
        _ order: PaperOrder, price: Price, quantity: Quantity, _ liquidity: Liquidity
    ) -> Bool {
        let isBooked = execute(
            order, BookLevel(price: price, quantity: quantity), liquidity)
        if isBooked { cover(markets[order.instrument.index]) }
        return isBooked
    }

    /// Books one execution, reports it, and ends what it completes; false: it expired instead.
    private func execute(
        _ order: PaperOrder, _ level: BookLevel, _ liquidity: Liquidity
    ) -> Bool {
        guard
            let fee = account.settle(
                order.instrument, order.side, price: level.price, quantity: level.quantity,
                liquidity)
        else {
            expire(order, Shortfall.tooLarge(level).description)
            return false
        }
        order.filled += level.quantity
        let fill = Fill(
            nextFillID(), price: level.price, quantity: level.quantity, liquidity: liquidity,
            fee: fee.amount, feeCurrency: fee.currency)
        report(order, .fill(fill))
        if order.remaining == .zero { finish(order) }
        expireReduceOnly(in: markets[order.instrument.index])
        return true
    }

    /// Ends the reduce-only orders that have nothing left to reduce.
    private func expireReduceOnly(in market: PaperMarket) {
        for order in market.orders
        where order.request.isReduceOnly
            && account.reducible(order.instrument, order.side) == .zero
        {
            expire(order, nothingToReduce(order))
        }
    }
}

extension PaperMarket {
    /// The price at which a limit order would take liquidity now; nil: it would only rest.
    func priceTaken(by order: PaperOrder) -> Price? {
        switch detail {
        case .depth:
            guard let best = level(order.side.opposite, 0)?.price, order.reaches(best) else {
                return nil
            }
            return best
        case .trades, .bars:
            // The last price may have been either side of the spread: only beyond it is certain.
            guard let last, let price = order.request.price, price != last, order.reaches(last)
            else { return nil }
            return last
        case .nothing: return nil
        }
    }

    /// Our own resting order that the walk would meet; own orders never fill each other.
    func ownOrder(metBy order: PaperOrder, _ walk: Walk, waits: Bool) -> PaperOrder? {
        if waits, order.request.price == nil { return nil }  // the next open is not known
        // Only what rests, or waits for a bar, goes further than the market shows.
        let goesOn = walk.rest > .zero && (waits || order.request.timeInForce == .gtc)
        guard let reach = goesOn ? order.request.price ?? walk.worst : walk.worst else {
            return nil
        }
        guard meetsOurs(reach, of: order.side) else { return nil }
        return orders.first { own in
            guard own.isRestingLimit, own.side != order.side, let price = own.request.price else {
                return false
            }
            return order.side == .buy ? price <= reach : price >= reach
        }
    }
}
