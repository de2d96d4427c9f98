internal import TradingCore
internal import TradingModel

/// What an open order may still fill, and what the account sets aside for it.
///
/// Both are asked here and nowhere else, and anew whenever the position changes.
extension MatchingVenue {
    /// What may still fill, in whole lots: of a reduce-only order no more than there is to reduce,
    /// and of a reduce-only spot sell no more than is held.
    func fillable(_ order: PaperOrder) -> Quantity {
        let wanted = wanted(order)
        guard sharesHolding(order), wanted > .zero else { return wanted }
        return min(wanted, sellable(order))
    }

    /// The same, whether or not it can be paid.
    func wanted(_ order: PaperOrder) -> Quantity {
        guard order.request.isReduceOnly else { return order.remaining }
        return min(order.remaining, account.reducible(order.instrument, order.side))
    }

    /// What the account has to set aside while the order is as it is; nil: too large.
    ///
    /// An untriggered spot sell keeps what it is to sell from being sold twice; other untriggered
    /// stops bind nothing.
    func requirement(of order: PaperOrder) -> Money? {
        if order.stage == .untriggered {
            let isSale = isSpot(order) && order.side == .sell && !order.request.isReduceOnly
            return isSale ? Money(attos: order.remaining.attos) : .zero
        }
        return (order.request.price ?? order.estimate).map { reservation(of: order, at: $0) }
            ?? .zero
    }

    /// The same, which is not worked out anew where nothing has changed that it follows from.
    private func requirement(of order: PaperOrder, holding net: SignedQuantity) -> Money? {
        if sharesHolding(order) { return requirement(of: order) }
        let opposite = net.side == order.side.opposite ? net.magnitude : .zero
        let basis = PaperOrder.Basis(
            stage: order.stage, price: order.request.price ?? order.estimate,
            remaining: order.remaining, opposite: opposite)
        if let known = order.requirement, known.basis == basis { return known.amount }
        let amount = requirement(of: order)
        order.requirement = amount.map { (basis, $0) }
        return amount
    }

    /// What the rest of an order needs while it rests at `price`; nil: too large.
    func reservation(of order: PaperOrder, at price: Price) -> Money? {
        guard !sharesHolding(order) else { return .zero }
        return account.reservation(
            order.instrument, order.side, price: price, quantity: fillable(order))
    }

    /// What the account lacks for an order's fills and for what rests of it; nil: nothing.
    func shortfall(
        of order: PaperOrder, fills: [BookLevel], rest: BookLevel?, _ liquidity: Liquidity
    ) -> Shortfall? {
        account.shortfall(
            order.instrument, order.side, fills: fills, rest: sharesHolding(order) ? nil : rest,
            liquidity: liquidity, released: released(by: order))
    }

    /// Why a reduce-only order of which nothing may fill ends.
    func nothingFillable(_ order: PaperOrder, at price: Price) -> String {
        let fill = BookLevel(price: price, quantity: wanted(order))
        guard fill.quantity > .zero,
            let shortfall = shortfall(of: order, fills: [fill], rest: nil, .taker)
        else { return nothingToReduce(order) }
        return shortfall.description
    }

    /// How much of an order that the account cannot pay in full may fill all the same.
    func payable(_ order: PaperOrder) -> Quantity {
        guard isSpot(order) else { return account.reducible(order.instrument, order.side) }
        return order.side == .sell ? sellable(order) : .zero
    }

    // MARK: - One spot holding

    /// Whether the order sells a spot holding that other sells may have set aside.
    private func sharesHolding(_ order: PaperOrder) -> Bool {
        order.request.isReduceOnly && order.side == .sell && isSpot(order)
    }

    private func isSpot(_ order: PaperOrder) -> Bool {
        costs[order.instrument.index].isSpot
    }

    /// What the order may use beyond what is free: what is set aside for it, and for a reduce-only
    /// spot sell what is set aside for the other sells of the same holding.
    func released(by order: PaperOrder) -> Money {
        guard sharesHolding(order) else { return order.reservation }
        return markets[order.instrument.index].orders.reduce(.zero) {
            $1.side == .sell ? $0 + $1.reservation : $0
        }
    }

    /// How many whole lots of the base currency the order finds to sell.
    private func sellable(_ order: PaperOrder) -> Quantity {
        let held = account.available(order.instrument, order.side) + released(by: order)
        let lot = costs[order.instrument.index].lot
        return Quantity(attos: max(0, held.attos)).wholeLots(of: lot)
    }

    // MARK: - Setting aside

    func setReservation(of order: PaperOrder, to amount: Money) {
        account.reserve(order.instrument, order.side, from: order.reservation, to: amount)
        order.reservation = amount
    }

    /// Sets aside for a market's open orders what they need now, as far as there is money.
    ///
    /// Where the money is short, what an order holds already it keeps, and the older order is
    /// served first.
    func cover(_ market: PaperMarket) {
        guard !market.orders.isEmpty else { return }
        let instrument = market.instrument.id
        let net = account.positions[instrument.index].net
        var isLacking = false
        for order in market.orders {
            order.needed = requirement(of: order, holding: net) ?? order.reservation
            if order.reservation > order.needed { setReservation(of: order, to: order.needed) }
            if order.reservation < order.needed { isLacking = true }
        }
        if min(account.available(instrument, .buy), account.available(instrument, .sell)) < .zero {
            isLacking = true
            for order in market.orders.reversed() where order.reservation > .zero {
                let free = account.available(order.instrument, order.side)
                guard free < .zero else { continue }
                setReservation(of: order, to: max(.zero, order.reservation + free))
            }
        }
        guard isLacking || costs[instrument.index].isSpot else { return }
        for order in market.orders where order.reservation < order.needed {
            let free = account.available(order.instrument, order.side)
            if free > .zero {
                setReservation(of: order, to: min(order.needed, order.reservation + free))
            }
            if order.reservation < order.needed { isShort = true }
        }
        endUncoveredSales(market)
    }

    /// A resting sell whose whole holding was sold by another order has nothing left to sell.
    private func endUncoveredSales(_ market: PaperMarket) {
        for order in market.orders
        where order.stage == .resting && order.needed > .zero && order.reservation == .zero
            && order.side == .sell && isSpot(order) && order.isOpen
        {
            expire(order, nothingFillable(order, at: order.request.price ?? .zero))
        }
    }

    /// Covers all open orders again once money has come free, or is no longer there.
    func coverAll() {
        guard isShort || account.isOverdrawn else { return }
        _ = account.clearOverdraft()
        isShort = false
        for market in markets { cover(market) }
    }
}
