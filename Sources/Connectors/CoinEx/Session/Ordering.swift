internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// What the venue has no order for, or not now.
struct Unsupported: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// The engine's commands.
extension CoinExSession {
    mutating func perform(_ command: Command) {
        switch command {
        case .submit(let order): submit(order)
        case .cancel(let id, let instrument): cancel(id, instrument)
        case .amend(let amendment): amend(amendment)
        default: break
        }
    }

    // MARK: - New orders

    private mutating func submit(_ order: ApprovedOrder) {
        do throws(Unsupported) {
            let closes = try check(order)
            let serial = desk.add(order.id, order.request, at: now)
            desk.orders[serial]?.closesPosition = closes
            request(.place(serial))
        } catch {
            let request = order.request
            report(
                order.id, request.instrument,
                .rejected(reason: InternedText(passing: error.reason)), now)
        }
    }

    /// Whether the venue has such an order, and whether it must go as one that reduces a position.
    private mutating func check(_ order: ApprovedOrder) throws(Unsupported) -> Bool {
        let request = order.request
        guard markets.indices.contains(request.instrument.index) else {
            throw .init("the instrument is not one of this session's")
        }
        let market = markets[request.instrument.index]
        guard settings.key != nil else { throw .init("there is no key to trade with") }
        guard lines[market.segment]?.stage == .live else {
            throw .init("the venue is not connected: wait for its status")
        }
        guard traits.clientIDs.allows(order.id) else {
            throw .init("the venue does not allow the client order id `\(order.id)`")
        }
        guard desk.serial(of: order.id) == nil else {
            throw .init("the client order id `\(order.id)` was used before")
        }
        if let reason = traits.orders.whyNot(request) { throw .init(reason) }
        try checkStop(request, market)
        return try closes(request, market)
    }

    /// The venue takes the direction of a stop from where the price is: one that is reached already
    /// would wait for the price to come back.
    private func checkStop(
        _ request: OrderRequest, _ market: Market
    ) throws(Unsupported) {
        guard let stop = request.stop, let last = market.lastPrice else { return }
        let isReached = request.side == .buy ? last >= stop : last <= stop
        if isReached {
            throw .init("the stop at \(stop) is reached already, the last price is \(last)")
        }
    }

    /// The venue has no flag for reduce-only: an order to close a position is a request of its own,
    /// whose side follows from the position.
    private mutating func closes(
        _ request: OrderRequest, _ market: Market
    ) throws(Unsupported) -> Bool {
        guard request.isReduceOnly, market.segment == .futures else { return false }
        guard request.stop == nil else {
            throw .init(
                "the venue's stop orders cannot be reduce-only, one could open the opposite "
                    + "position: send a stop without it, or a reduce-only order when the price is "
                    + "reached")
        }
        guard let side = holdings.positions[request.instrument.index]?.side,
            side != request.side
        else {
            throw .init("the venue shows no position that the reduce-only order would reduce")
        }
        let held = holdings.positions[request.instrument.index]?.magnitude ?? .zero
        guard mayFill(request.side, request.instrument.index) <= held else {
            requestRegularly(.positions(page: .first))  // it may already contain what was filled
            throw .init(
                "open orders on the same side could turn the position round before the order "
                    + "arrives, and the venue would close the other side then: cancel them first")
        }
        return true
    }

    /// The most that may be bought or sold before a new order arrives, by all that we know.
    private func mayFill(
        _ side: Side, _ instrument: Int, besides serial: Int? = nil
    ) -> Quantity {
        let open = desk.open.filter {
            $0.instrument == instrument && $0.request.side == side && $0.serial != serial
        }
        let unfilled = open.map { order in
            order.told < order.request.quantity ? order.request.quantity - order.told : .zero
        }
        return unfilled.reduce(holdings.filledSince[instrument]?[side] ?? .zero, +)
    }

    /// Whether an order that closes the position would meet another one than it was meant for: the
    /// position has turned, or may turn before it arrives.
    func mayMeetAnother(_ order: TrackedOrder) -> Bool {
        guard order.closesPosition else { return false }
        guard let position = holdings.positions[order.instrument],
            position.side == order.request.side.opposite
        else { return true }
        let others = mayFill(order.request.side, order.instrument, besides: order.serial)
        return others > position.magnitude
    }

    /// Whether an order must wait for the answer to one that closes the position on the same side:
    /// on connections of their own one may overtake the other, and the close meet what it made.
    func mayTurnUnderClose(_ ask: Ask) -> Bool {
        guard case .place(let serial) = ask, let order = desk.orders[serial],
            markets[order.instrument].segment == .futures
        else { return false }
        return desk.hasOpen { other in
            other.closesPosition && other.serial < serial && other.instrument == order.instrument
                && other.request.side == order.request.side && !other.isAcknowledged
                && !other.isLost && mayMeetAnother(other)
        }
    }

    // MARK: - Cancels and changes

    private mutating func cancel(_ id: ClientOrderID, _ instrument: InstrumentID) {
        guard let serial = desk.serial(of: id), let order = desk.orders[serial] else {
            return report(id, instrument, .cancelRejected(reason: "the order is not known"), now)
        }
        guard !order.isDone, order.ending == nil else { return }  // its end is on the way
        desk.orders[serial]?.wantsCancel = true
        tryCancel(serial)
    }

    /// Cancels as soon as that is possible: before it is sent, or once its id is known.
    mutating func tryCancel(_ serial: Int) {
        guard let order = desk.orders[serial], order.wantsCancel, !order.isDone,
            order.ending == nil, !order.isCancelling
        else { return }
        if takeBack(.place(serial)) { return finish(serial, .cancelled) }
        if order.venueID != nil || order.waitingStopID != nil {
            desk.orders[serial]?.isCancelling = true
            request(.cancel(serial))
        } else if order.isLost {
            desk.orders[serial]?.isCancelling = true
            request(.cancelByClientID(serial))
        }
    }

    private mutating func amend(_ amendment: ApprovedAmendment) {
        let serial = desk.serial(of: amendment.id)
        guard let serial, let order = desk.orders[serial], whyNotAmended(order) == nil else {
            let reason = serial.flatMap { desk.orders[$0] }.flatMap(whyNotAmended)
            return report(
                amendment.id, amendment.instrument,
                .amendRejected(
                    reason: reason.map { InternedText(passing: $0) } ?? "the order is not known"),
                now)
        }
        let number = order.amendCount + 1
        desk.orders[serial]?.amendCount = number
        desk.orders[serial]?.amend = TrackedOrder.Amend(
            price: amendment.price, quantity: amendment.quantity, number: number)
        request(.amend(serial, change: number))
    }

    private func whyNotAmended(_ order: TrackedOrder) -> String? {
        if order.isDone || order.ending != nil { return "the order has ended" }
        if order.closesPosition {
            return "the venue cannot change an order that closes a position: cancel it and send "
                + "another"
        }
        if order.isLost { return "the order's fate is unknown: wait until the venue tells" }
        if order.amend != nil { return "another change of the order is under way: wait for it" }
        let isKnown = order.venueID != nil || order.waitingStopID != nil
        return isKnown ? nil : "the venue has not acknowledged the order yet: wait for it"
    }
}
