import TradingModel

/// An order on its way through the gate: put on tick and lot, then held against the rules.
///
/// It is large, and never copied.
struct Candidate: ~Copyable {
    var request: OrderRequest
    let state: TradingState
    let limits: OrderLimits
    /// What is filled of the order that this would be an amendment of, and what it counts for.
    var filled = Quantity.zero
    var replacing: Stake?

    /// What may still fill of it.
    var remaining: Quantity {
        filled < request.quantity ? request.quantity - filled : .zero
    }

    // MARK: - Tick and lot

    /// Puts the price on the tick, never more aggressive, the stop on the tick so that it triggers
    /// later rather than earlier, and the quantity on the lot, never larger.
    ///
    /// What lies beside tick or lot by what floating point makes of sums alone is on it.
    mutating func snap() throws(RiskRefusal) {
        let asked = request.quantity
        guard asked.attos <= Quantity.largest else {
            throw refusal(.tooLarge, "is more than \(Quantity(attos: Quantity.largest))")
        }
        let isBuy = request.side == .buy
        request.price = try snapped(request.price, isBuy ? .down : .up, "price")
        request.stop = try snapped(request.stop, isBuy ? .up : .down, "stop")
        let lot = instrument.lot.attos
        let quantity =
            asked.meant(onMultiplesOf: lot) ?? asked.rounded(toMultipleOf: lot, .towardZero)
        guard quantity > .zero else {
            throw refusal(.belowLot, "is less than a lot of \(instrument.lot)")
        }
        request.quantity = quantity
    }

    @inline(__always)  // a call would be passed a copy of the candidate
    private func snapped(
        _ price: Price?, _ rounding: Rounding, _ what: String
    ) throws(RiskRefusal) -> Price? {
        guard let price else { return nil }
        let tick = instrument.tick.attos
        guard
            price.attos.magnitude <= Price.largest.magnitude,
            let snapped = price.meant(onMultiplesOf: tick)
                ?? price.roundedIfFitting(toMultipleOf: tick, rounding)
        else {
            throw RiskRefusal(
                rule: .tooLarge, detail: "a \(what) of \(price) is too large to put on the tick")
        }
        guard snapped > .zero else {
            throw RiskRefusal(
                rule: .badPrice,
                detail: "\(request.side) \(instrument.symbol) with a \(what) of \(price), on the "
                    + "tick of \(instrument.tick) \(snapped), expected one above 0")
        }
        return snapped
    }

    /// Cuts a reduce-only order that no venue cuts, as on spot, to what is held, in whole lots: fees may have left less than was
    /// bought.
    ///
    /// Most venues with positions cut it by themselves; one of balances refuses all of it, or trades other coins of
    /// the account, and one that nets orders turns the position. A stop may come before the rest of what it is to sell: it is cut only by what the fees can
    /// have taken.
    mutating func cut() {
        let net = state.positions[request.instrument.index].net
        let quantity = request.quantity
        guard request.isReduceOnly, !instrument.keepsReduceOnly, net.side == request.side.opposite,
            quantity > net.magnitude
        else { return }
        let excess = quantity.attos - net.magnitude.attos
        guard request.stop == nil || excess <= instrument.mostTaken(of: quantity, .buy) else {
            return
        }
        let held = instrument.wholeLots(of: net.magnitude)
        if held > .zero { request.quantity = held }
    }

    // MARK: - The rules

    /// Read where it lies: it is large.
    var instrument: Instrument {
        _read { yield state.instruments[request.instrument.index] }
    }

    /// Asks the rules that look at this order alone, then those that look at the account.
    func check() throws(RiskRefusal) {
        let net = state.positions[instrument.id.index].net
        try checkReduces(net)
        if !leaves(net) { try checkMinimums(at: askedPrice) }
        try checkLargestOrder()
        try checkBand()
        try checkWorstPosition()
    }

    func refusal(_ rule: RiskRefusal.Rule, _ detail: String) -> RiskRefusal {
        RiskRefusal(
            rule: rule,
            detail: "\(request.side) \(request.quantity) \(instrument.symbol) \(detail)")
    }

    // MARK: - The order alone

    private func checkReduces(_ net: SignedQuantity) throws(RiskRefusal) {
        guard request.isReduceOnly else { return }
        let fillable = request.fillable(request.quantity, holding: net)
        guard instrument.wholeLots(of: fillable) == .zero else { return }
        let amount = fillable == .zero ? "nothing" : "less than a lot of \(instrument.lot)"
        throw refusal(
            .reduceOnly, "is reduce-only and the position is \(net): there is \(amount) to reduce")
    }

    /// Whether it closes all that is held; what is left over below a minimum must be sellable.
    private func leaves(_ net: SignedQuantity) -> Bool {
        request.isReduceOnly && remaining >= instrument.wholeLots(of: net.magnitude)
    }

    /// What a venue holds against its minimums: the limit, the stop, the touch that it would hit,
    /// the last price.
    private var askedPrice: Price? {
        if let price = request.price ?? request.stop { return price }
        return state.touch(instrument.id, for: request.side) ?? state.marks(instrument.id).last
    }

    /// What it is valued at, at worst.
    var worstPrice: Price? {
        let touch = state.touch(instrument.id, for: request.side, quantity: request.quantity)
        return request.worstPrice(touch: touch, last: state.marks(instrument.id).last)
    }

    private func checkMinimums(at price: Price?) throws(RiskRefusal) {
        guard request.quantity >= instrument.minQuantity else {
            throw refusal(
                .minQuantity, "is less than the venue's minimum of \(instrument.minQuantity)")
        }
        guard instrument.minNotional > .zero else { return }
        let notional = try notional(at: price, .down)
        guard notional >= instrument.minNotional else {
            throw refusal(
                .minNotional,
                "is worth \(notional) \(instrument.symbol.quote)\(shown(price)), less than the "
                    + "venue's minimum of \(instrument.minNotional)")
        }
    }

    private func checkLargestOrder() throws(RiskRefusal) {
        if let limit = limits.maxOrderQuantity, request.quantity > limit {
            throw refusal(.maxOrderQuantity, "is more than the limit of \(limit) an order")
        }
        guard let limit = limits.maxOrderNotional else { return }
        let price = worstPrice
        let notional = try notional(at: price, .up)
        guard notional <= limit else {
            throw refusal(
                .maxOrderNotional,
                "is worth \(notional) \(instrument.symbol.quote)\(shown(price)), more than the "
                    + "limit of \(limit) an order")
        }
    }

    /// In the quote currency, without a sign where prices are below zero.
    func notional(at price: Price?, _ rounding: Rounding) throws(RiskRefusal) -> Money {
        guard price != nil || instrument.kind == .inverse else {
            throw refusal(
                .noPrice, "is a market order, and no trade or quote has told its worth yet")
        }
        let contract = instrument.contract
        guard let notional = contract.quoteNotional(of: request.quantity, at: price, rounding)
        else { throw refusal(.tooLarge, "is worth more than can be counted\(shown(price))") }
        return notional < .zero ? -notional : notional
    }

    private func shown(_ price: Price?) -> String {
        guard instrument.kind != .inverse, let price else { return "" }
        return " at \(price)"
    }

    /// A limit must lie near the mid, a stop order's near its trigger.
    private func checkBand() throws(RiskRefusal) {
        guard let band = limits.priceBand, request.price != nil else { return }
        try check(.priceBand, band, around: state.mid(instrument.id), "mid")
    }

    /// A limit must lie within `band` of a price, a stop order's of its trigger.
    func check(
        _ rule: RiskRefusal.Rule, _ band: Rate, around market: Price?, _ what: String
    ) throws(RiskRefusal) {
        guard let price = request.price, let centre = request.stop ?? market else { return }
        let (distance, overflow) = price.attos.subtractingReportingOverflow(centre.attos)
        guard !overflow, distance != .min else {
            throw refusal(.tooLarge, "at \(price) is too far from \(centre) to count")
        }
        let size = Money(attos: centre.attos < 0 ? -centre.attos : centre.attos)
        guard let allowed = size.times(band, .down), abs(distance) > allowed.attos else { return }
        throw refusal(
            rule,
            "at \(price) lies further than \(band) of it from the "
                + "\(request.stop == nil ? what : "stop"), \(centre)")
    }

    // MARK: - The account

    /// Whether the venue keeps the order from more than taking the position to flat.
    var endsAtFlat: Bool { request.isReduceOnly && instrument.keepsReduceOnly }

    private func checkWorstPosition() throws(RiskRefusal) {
        let net = state.positions[instrument.id.index].net
        let side = request.side
        try checkWorst(from: side == .buy ? net.attos : -net.attos, "")
        guard let word = state.venueWords[instrument.id.index], limits.maxPosition != nil else {
            return
        }
        // Somebody else may have traded: the worse of the two holds.
        try checkWorst(
            from: word.most(on: side, at: state.now), " (the venue says that \(word.net) is held)")
    }

    private func checkWorst(from held: Int128?, _ source: String) throws(RiskRefusal) {
        guard let held, let worst = worstPosition(from: held) else {
            throw refusal(
                .tooLarge, "and the open orders together are more than can be counted\(source)")
        }
        guard let limit = limits.maxPosition, worst.attos > limit.attos else { return }
        throw refusal(
            .maxPosition,
            "could bring the position to \(request.side == .buy ? worst : -worst) with all open "
                + "orders filled\(source), the limit is \(limit)")
    }

    /// How far the position may go on the order's side when all that may fill there does, with the
    /// order; positive on that side, nil when it cannot be counted.
    ///
    /// A reduce-only order takes the position to flat at most, but may do so before the others
    /// fill, also those that are being cancelled: a cancel may come too late. A reduce-only order
    /// alone is never in excess. Where no venue keeps it to that, as on spot, it counts as any other,
    /// for the others may fill first.
    ///
    /// - Parameter held: the position, in attos; positive on that side.
    func worstPosition(from held: Int128) -> SignedQuantity? {
        // What others have open does not stand in the way out either.
        var open =
            request.isReduceOnly
            ? state.orders.exposure(of: instrument.id, request.side)
            : state.exposure(of: instrument.id, request.side)
        if let replacing { open.remove(replacing) }
        if !instrument.keepsReduceOnly { open.countAllAsGrowing() }
        open.growing.add(open.cancelling)
        if endsAtFlat { open.reducing.add(remaining) } else { open.growing.add(remaining) }
        guard let growing = open.growing.attos, let reducing = open.reducing.attos else {
            return nil
        }
        if endsAtFlat, growing == 0 { return .zero }
        // Below zero the sum cannot overflow upwards; reducing ends at flat.
        let start = held < 0 ? min(0, held + reducing) : held
        let (worst, overflow) = start.addingReportingOverflow(growing)
        return overflow || worst == .min ? nil : SignedQuantity(attos: worst)
    }
}
