internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// The engine's commands, and the reports about orders.
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
        do throws(OrderTerms.Unsupported) {
            let (terms, closes) = try terms(of: order)
            let serial = desk.add(order.id, order.request, terms, at: now)
            desk.orders[serial]?.closesPosition = closes
            request(.place(serial))
        } catch {
            let request = order.request
            report(order.id, request.instrument, .rejected(reason: error.reason), now)
        }
    }

    /// The order in the venue's words, and whether it must go as one that reduces a position.
    private mutating func terms(
        of order: ApprovedOrder
    ) throws(OrderTerms.Unsupported) -> (OrderTerms, closes: Bool) {
        let request = order.request
        guard markets.indices.contains(request.instrument.index) else {
            throw .init("the instrument is not one of this session's")
        }
        let market = markets[request.instrument.index]
        guard settings.key != nil else { throw .init("there is no key to trade with") }
        guard lines[market.product]?.stage == .live else {
            throw .init("the venue is not connected: wait for its status")
        }
        guard coinExClientOrderIDRules.allows(order.id) else {
            throw .init("the venue does not allow the client order id `\(order.id)`")
        }
        guard desk.serial(of: order.id) == nil else {
            throw .init("the client order id `\(order.id)` was used before")
        }
        let terms = try OrderTerms(
            request, market: market.name, base: market.symbol.base, product: market.product,
            clientID: order.id.text)
        try checkStop(request, market)
        return (terms, try closes(request, market))
    }

    /// The venue takes the direction of a stop from where the price is: one that is reached already
    /// would wait for the price to come back.
    private func checkStop(
        _ request: OrderRequest, _ market: Market
    ) throws(OrderTerms.Unsupported) {
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
    ) throws(OrderTerms.Unsupported) -> Bool {
        guard request.isReduceOnly, market.product == .futures else { return false }
        guard request.stop == nil else {
            throw .init(
                "the venue's stop orders cannot be reduce-only, one could open the opposite "
                    + "position: send a stop without it, or a reduce-only order when the price is "
                    + "reached")
        }
        guard let side = account.positions[request.instrument.index]?.side,
            side != request.side
        else {
            throw .init("the venue shows no position that the reduce-only order would reduce")
        }
        let held = account.positions[request.instrument.index]?.magnitude ?? .zero
        guard mayFill(request.side, request.instrument.index) <= held else {
            requestRegularly(.positions(page: 1))  // it may already contain what was filled
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
        return unfilled.reduce(account.filledSince[instrument]?[side] ?? .zero, +)
    }

    /// Whether an order that closes the position would meet another one than it was meant for: the
    /// position has turned, or may turn before it arrives.
    func mayMeetAnother(_ order: TrackedOrder) -> Bool {
        guard order.closesPosition else { return false }
        guard let position = account.positions[order.instrument],
            position.side == order.request.side.opposite
        else { return true }
        let others = mayFill(order.request.side, order.instrument, besides: order.serial)
        return others > position.magnitude
    }

    /// Whether an order must wait for the answer to one that closes the position on the same side:
    /// on connections of their own one may overtake the other, and the close meet what it made.
    func mayTurnUnderClose(_ purpose: Purpose) -> Bool {
        guard case .place(let serial) = purpose, let order = desk.orders[serial],
            markets[order.instrument].product == .futures
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

    /// Cancels as soon as that is possible: before it was sent, or once its id is known.
    mutating func tryCancel(_ serial: Int) {
        guard let order = desk.orders[serial], order.wantsCancel, !order.isDone,
            order.ending == nil, !order.isCancelling
        else { return }
        if order.sentAt == nil,
            let place = waiting.firstIndex(where: { $0.purpose == .place(serial) })
        {
            waiting.remove(at: place)
            return finish(serial, .cancelled)
        }
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
                .amendRejected(reason: reason ?? "the order is not known"), now)
        }
        let number = order.amendCount + 1
        desk.orders[serial]?.amendCount = number
        desk.orders[serial]?.amend = TrackedOrder.Amend(
            price: amendment.price, quantity: amendment.quantity, number: number)
        request(.modify(serial, change: number))
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

    // MARK: - Reports

    mutating func report(
        _ id: ClientOrderID, _ instrument: InstrumentID, _ event: OrderEvent, _ time: Timestamp
    ) {
        out.append(
            .emit(
                .report(
                    ExecutionReport(
                        order: id, instrument: instrument, event: event, venueTime: time,
                        receiveTime: now))))
    }

    mutating func report(_ serial: Int, _ event: OrderEvent, _ time: Timestamp? = nil) {
        guard let order = desk.orders[serial] else { return }
        report(order.id, InstrumentID(order.instrument), event, time ?? now)
    }

    /// Tells an order's end; nothing is told of it afterwards but executions.
    mutating func finish(_ serial: Int, _ event: OrderEvent?, _ time: Timestamp? = nil) {
        guard desk.orders[serial]?.isDone == false else { return }
        desk.orders[serial]?.isDone = true
        if let event { report(serial, event, time) }
        agenda.remove { $0 == .checkDeals(serial) }
        if let product = desk.orders[serial].map({ markets[$0.instrument].product }) {
            dropQuestions(about: serial, product)
        }
        desk.retire(serial)
    }

    /// What was to be known of an order that has ended need not be asked any more.
    private mutating func dropQuestions(about serial: Int, _ product: Product) {
        guard let questions = lines[product]?.reconciling else { return }
        for question in questions where question.order == serial {
            reconciled(question, askedAt: now)
        }
    }

    /// Tells the acceptance, once, and whatever waited for it.
    mutating func accept(_ serial: Int, _ id: Int64, _ time: Timestamp?) {
        guard let order = desk.orders[serial] else { return }
        desk.orders[serial]?.lastNews = now
        let wasLost = order.isLost
        desk.orders[serial]?.isLost = false
        if let toldID = order.toldID {
            // The doubt is over: the engine knows it by the id that it was told first.
            if wasLost { report(serial, .accepted(toldID), time) }
        } else {
            let told = VenueOrderID(String(id))
            desk.orders[serial]?.toldID = told
            report(serial, .accepted(told), time)
        }
        tryCancel(serial)
    }

    /// Gives an order its id at the venue, which may replace an earlier one.
    ///
    /// - Returns: false for an id that was itself replaced: then only what it filled is news.
    @discardableResult
    mutating func adopt(_ serial: Int, _ wire: WireOrder, _ product: Product) -> Bool {
        guard let order = desk.orders[serial] else { return false }
        guard !order.isReplaced(wire.id) else {
            lateNews(serial, wire)
            return false
        }
        if order.venueID != wire.id {
            if let old = order.venueID {
                let before = order.filledByID[old] ?? .zero
                let begins = (wire.filled ?? .zero) < before
                if begins { desk.orders[serial]?.countsAnew = true }
            }
            desk.orders[serial]?.take(wire.id)
            desk.link(serial, product, venueID: wire.id)
        }
        if wire.side != order.request.side { reverse(serial) }
        desk.orders[serial]?.makerFee = wire.makerFee ?? order.makerFee
        desk.orders[serial]?.takerFee = wire.takerFee ?? order.takerFee
        if order.request.stop != nil, !order.isTriggered {
            // It comes from the stop order, whose id the engine may never have heard.
            if order.toldID == nil { accept(serial, order.stopID ?? wire.id, wire.updatedAt) }
            desk.orders[serial]?.isTriggered = true
            report(serial, .triggered, wire.createdAt)
        }
        accept(serial, wire.id, wire.createdAt)
        note(serial, wire)
        takeHeldDeals(of: wire.id, serial, product)
        return true
    }

    /// The venue closes the other side, which the engine's order cannot be: it is cancelled.
    mutating func reverse(_ serial: Int) {
        guard let order = desk.orders[serial], !order.isReversed else { return }
        desk.orders[serial]?.isReversed = true
        desk.orders[serial]?.wantsCancel = true
        problem(
            .order(serial), .other,
            "the position in \(settings.symbols[order.instrument]) turned round before the "
                + "reduce-only order \(order.id) arrived, and the venue closes the other side",
            "the order is cancelled; what it filled is not in the books, only in the venue's position"
        )
    }

    /// Takes in how much of an order is filled; that never falls.
    mutating func note(_ serial: Int, _ wire: WireOrder) {
        guard let filled = wire.filled else { return }
        desk.orders[serial]?.lastNews = now
        let known = desk.orders[serial]?.filledByID[wire.id] ?? .zero
        desk.orders[serial]?.filledByID[wire.id] = max(known, filled)
    }

    /// Whether its amount counts quote currency: never for ours, which say their unit.
    func countsInQuote(_ wire: WireOrder, _ serial: Int) -> Bool {
        guard let order = desk.orders[serial], let unit = wire.unit else { return false }
        let symbol = markets[order.instrument].symbol
        return symbol.kind == .spot && unit == symbol.quote.code && wire.type == "market"
            && order.terms?.unit == nil
    }

    /// Brings an order on as far as its executions are known.
    mutating func settle(_ serial: Int) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if order.told >= order.request.quantity, order.amend == nil {
            return finish(serial, order.isReversed ? .cancelled : nil)
        }
        if order.told < order.seen || order.needsAllDeals {
            // Executions have a message of their own, which mostly comes first.
            let wait = order.needsAllDeals ? 0 : Waits.deals
            if order.dealsAskedFor.isEmpty { agenda.addOnce(.checkDeals(serial), at: after(wait)) }
            return
        }
        guard let ending = order.ending else { return }
        if order.isReversed { return finish(serial, .cancelled) }
        switch ending {
        case .cancelled: finish(serial, .cancelled)
        case .expired(let reason): finish(serial, .expired(reason: reason))
        case .filled: settleFilled(order)
        }
    }

    /// The venue says that it is filled whole, and we know of all that it says was filled.
    private mutating func settleFilled(_ order: TrackedOrder) {
        if order.amend != nil {
            desk.orders[order.serial]?.amend = nil
            if order.told >= order.request.quantity {
                report(order.serial, .amendRejected(reason: "the order was filled before"))
            } else {
                // It was whole with less than its old quantity: the change was made.
                report(order.serial, .amended(price: order.amend?.price, quantity: order.told))
            }
            return finish(order.serial, nil)
        }
        guard order.hasAllDeals else {
            // Its messages did not say how much was filled.
            desk.orders[order.serial]?.needsAllDeals = true
            return askForDeals(order.serial)
        }
        finish(order.serial, .expired(reason: "the venue closed the order with a rest"))
    }
}
