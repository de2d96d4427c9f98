internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// What the venue has no order for, or not now.
struct Unsupported: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// New orders, from the command to the answer that takes them.
extension AccountCore {
    mutating func perform(_ command: Command) {
        switch command {
        case .submit(let order): submit(order)
        case .cancel(let id, let instrument): cancel(id, instrument)
        case .amend(let amendment): amend(amendment)
        default: break
        }
    }

    private mutating func submit(_ order: ApprovedOrder) {
        do throws(Unsupported) {
            let closes = try check(order)
            let serial = desk.add(order.id, try clientID(of: order.id), order.request, at: now)
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
        guard markets.indices.contains(request.instrument) else {
            throw .init("the instrument is not one of this session's")
        }
        let market = markets[request.instrument]
        guard plan.hasKey else { throw .init("there is no key to trade with") }
        guard isLive(market.segment) else {
            throw .init("the venue is not connected: wait for its status")
        }
        guard desk.serial(of: order.id) == nil else {
            throw .init("the client order id `\(order.id)` was used before")
        }
        if let reason = traits.orders.whyNot(request) { throw .init(reason) }
        try checkStop(request, market)
        return try closes(request, market)
    }

    /// What an order's id is on the wire.
    private mutating func clientID(of id: ClientOrderID) throws(Unsupported) -> WireID {
        switch traits.clientIDs {
        case .text(let rules):
            guard rules.allows(id) else {
                throw .init("the venue does not allow the client order id `\(id)`")
            }
            return .text(id.text)
        case .number:
            guard let serial = id.text.split(separator: "-").last.flatMap({ Int64($0) }) else {
                throw .init("the client order id `\(id)` has no number")
            }
            if numbers?.wantsMore(behind: serial) == true { out.append(.wantsClientNumbers) }
            guard let number = numbers?.number(of: serial) else {
                throw .init("the numbers that were reserved for the orders of this run are used up")
            }
            guard desk.serial(ofNumber: number) == nil else {
                throw .init("the number \(number) has come again while an order has it")
            }
            return .number(number)
        }
    }

    /// The venue takes the direction of a stop from where the price is: one that is reached already
    /// would wait for the price to come back.
    private func checkStop(
        _ request: OrderRequest, _ market: Market
    ) throws(Unsupported) {
        guard traits.stopDirection == .fromLastPrice, let stop = request.stop,
            let last = market.lastPrice
        else { return }
        let isReached = request.side == .buy ? last >= stop : last <= stop
        if isReached {
            throw .init("the stop at \(stop) is reached already, the last price is \(last)")
        }
    }

    /// The venue has no flag for reduce-only: an order to close a position is a request of its own,
    /// whose side follows from the position.
    mutating func closes(
        _ request: OrderRequest, _ market: Market
    ) throws(Unsupported) -> Bool {
        guard request.isReduceOnly, traits.reduction == .ownRequest, market.segment == .futures
        else {
            return false
        }
        guard request.stop == nil else {
            throw .init(
                "the venue's stop orders cannot be reduce-only, one could open the opposite "
                    + "position: send a stop without it, or a reduce-only order when the price is "
                    + "reached")
        }
        guard let side = holdings.positions[request.instrument]?.side,
            side != request.side
        else {
            throw .init("the venue shows no position that the reduce-only order would reduce")
        }
        let held = holdings.positions[request.instrument]?.magnitude ?? .zero
        guard mayFill(request.side, request.instrument) <= held else {
            requestRegularly(.positions(page: .first))  // it may already contain what was filled
            throw .init(
                "open orders on the same side could turn the position round before the order "
                    + "arrives, and the venue would close the other side then: cancel them first")
        }
        return true
    }

    // MARK: - Orders that close a position

    /// The most that may be bought or sold before a new order arrives, by all that we know.
    private func mayFill(
        _ side: Side, _ instrument: InstrumentID, besides serial: DeskSerial? = nil
    ) -> Quantity {
        let open = desk.open.filter {
            $0.instrument == instrument && $0.request.side == side && $0.serial != serial
        }
        let unfilled = open.map { order in
            order.reportedQuantity < order.request.quantity
                ? order.request.quantity - order.reportedQuantity : .zero
        }
        return unfilled.reduce(holdings.filledSince[instrument]?[side] ?? .zero, +)
    }

    /// Whether an order that closes the position would meet another one than it was meant for: the
    /// position has turned, or may turn before it arrives.
    private func mayMeetAnother(_ order: TrackedOrder) -> Bool {
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

    // MARK: - Answers

    mutating func placed(_ serial: DeskSerial, _ fact: OrderFact) {
        guard let order = desk.orders[serial], !order.isDone, adopt(serial, fact) else { return }
        if case .pending = fact.standing {
            askUntilItMoves(serial, fact.id)
        } else if fact.unfilled == .zero {
            desk.orders[serial]?.end(as: .filled)
        } else if case .ended(let ending) = fact.standing {
            desk.orders[serial]?.end(as: ending)
        } else if fact.cannotRest {
            cannotRest(serial, fact.id)
        }
        settle(serial)
    }

    /// An order that cannot rest is over with its reply, if that comes behind the matching; one that
    /// filled nothing is pushed nowhere.
    mutating func cannotRest(_ serial: DeskSerial, _ id: WireID) {
        switch traits.reply {
        case .settled:
            desk.orders[serial]?.end(as: .expired(reason: "the rest could not fill at once"))
        case .taken:
            agenda.addOnce(
                .request(.status(serial, id: id), attempts: 0), at: after(traits.pace.deals))
        }
    }

    /// Nobody will say when the book has it: often at first, and then every few seconds.
    mutating func askUntilItMoves(_ serial: DeskSerial, _ id: WireID) {
        let isNew = desk.orders[serial].map { $0.createdAt >= after(-3 * second) } ?? false
        let time = after(isNew ? second : 4 * second)
        agenda.addOnce(.request(.status(serial, id: id), attempts: 0), at: time)
    }

    mutating func refusedOrder(_ flight: Flight, _ refusal: Refusal) {
        guard let serial = flight.ask.order, let order = desk.orders[serial] else {
            return forgotten(flight)
        }
        if order.isDone { return notRemoved(flight) }
        let reason = "\(refusal.advice) (\(refusal))"
        if refusal.kind == .account { reportOrdersAreRefused(refusal, order) }
        if case .place = flight.ask, order.isAcknowledged {
            log(.warn, "order \(order.id) was refused and stands all the same: \(reason); asking")
            return askStatus(serial)
        }
        let mayRepeat = flight.attempts + 1 < traits.bounds.placeAttempts
        if case .place = flight.ask, mayMeetAnother(order), refusal.kind != .unknownOutcome,
            refusal.kind != .undocumented, refusal.kind != .duplicateID
        {
            return finish(serial, .rejected(reason: InternedText(passing: reason)))
        }
        switch (refusal.kind, flight.ask) {
        case (.rateLimit, .place) where order.wantsCancel,
            (.expired, .place) where order.wantsCancel:
            finish(serial, .cancelled)
        case (.rateLimit, _) where mayRepeat:
            limiter.pause(flight.group, until: after(traits.pace.rateLimit))
            request(flight.ask, attempts: flight.attempts + 1)
        case (.expired, _) where mayRepeat:
            // Not carried out: the same order may go with a new timestamp and signature.
            measureClock()
            askAgain(flight)
        case (.unknownOutcome, _), (.duplicateID, .place): lostAnswer(flight, reason)
        case (.undocumented, .place), (.undocumented, .amend): lostAnswer(flight, reason)
        case (_, .place): finish(serial, .rejected(reason: InternedText(passing: reason)))
        case (_, .amend(_, let change)):
            if order.amend?.number == change { refuseAmend(serial, reason) }
            if refusal.kind == .unknownOrder { askStatus(serial) }
        case (.unknownOrder, _):
            desk.orders[serial]?.isCancelling = false
            if order.venueID == nil, order.waitingStopID == nil { return }  // it is being asked for
            desk.orders[serial]?.cancelWasUnknown(at: now)
            askStatus(serial)
        case (.busy, _), (.rateLimit, _), (.expired, _): repeatCancel(flight, reason)
        default: refuseCancel(serial, reason)
        }
    }

    /// Not only this order: no order of the segment will pass before somebody acts.
    private mutating func reportOrdersAreRefused(_ refusal: Refusal, _ order: TrackedOrder) {
        let segment = markets[order.instrument].segment
        problem(
            .trading(segment), refusal.cause,
            "the venue refuses \(segment.rawValue) orders: \(refusal)",
            "\(refusal.advice); orders may be open: look at them at the venue")
    }
}
