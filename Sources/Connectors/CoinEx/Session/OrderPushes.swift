internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Pushes about own orders; those of orders, executions and replies may overtake one another.
extension CoinExSession {
    mutating func pushed(_ fact: OrderFact) {
        guard
            let serial = desk.serial(fact.segment, fact.id)
                ?? desk.serial(fact.segment, clientID: fact.clientID, markets),
            let order = desk.orders[serial]
        else { return }
        let hasLeft = fact.hasLeft
        guard !order.isDone else {
            if hasLeft || fact.unfilled == .zero { return desk.unwatch(serial) }
            return removeUnexpected(serial, asStop: false)
        }
        if hasLeft, mayMeanChange(order, fact) {
            note(serial, fact)
            desk.orders[serial]?.finishedID = fact.id
            return settle(serial)
        }
        guard adopt(serial, fact) else { return }
        switch fact.standing {
        case .left: end(serial, fact, ending(of: order, fact))
        case .ended(let ending): end(serial, fact, ending)
        case .amended:
            // A late push may be of an earlier change: only these very terms are the news.
            if let amend = order.amend, amend.price ?? fact.price == fact.price,
                amend.quantity.map({ $0 == order.whole(ofAmount: fact.amount) }) ?? true
            {
                amended(serial, price: fact.price, amount: fact.amount)
            }
            settle(serial)
        case .working: settle(serial)
        case .unclear:
            if fact.unfilled == .zero { end(serial, fact, .cancelled) } else { settle(serial) }
        }
    }

    /// News of an id that a change has replaced: only what it filled counts.
    mutating func lateNews(_ serial: Int, _ fact: OrderFact) {
        note(serial, fact)
        settle(serial)
    }

    /// A change may give the order another id: the old one then leaves the book unfilled.
    private func mayMeanChange(_ order: TrackedOrder, _ fact: OrderFact) -> Bool {
        order.amend != nil && order.venueID == fact.id && fact.unfilled != .zero
    }

    private func ending(of order: TrackedOrder, _ fact: OrderFact) -> OrderEnding {
        fact.cannotRest && !order.wantsCancel
            ? .expired(reason: "the rest could not fill at once") : .cancelled
    }

    mutating func pushed(_ deal: ExecutionFact) {
        if let serial = desk.serial(deal.segment, deal.orderID) { return tell(deal, serial) }
        guard let serial = desk.serial(deal.segment, clientID: deal.clientID, markets) else {
            return hold(deal)
        }
        // The execution came before the reply and before the order's own push. Whose id it is, and
        // for a stop that it woke, follows from the client id.
        if let order = desk.orders[serial], order.venueID == nil, !order.isDone {
            desk.orders[serial]?.take(deal.orderID)
            desk.link(serial, deal.segment, venueID: deal.orderID)
            if order.request.stop != nil, !order.isTriggered {
                if order.toldID == nil { accept(serial, order.stopID ?? deal.orderID, nil) }
                desk.orders[serial]?.isTriggered = true
                report(serial, .triggered, deal.venueTime)
            }
            accept(serial, deal.orderID, deal.venueTime)
        }
        desk.link(serial, deal.segment, venueID: deal.orderID)
        tell(deal, serial)
    }

    mutating func pushed(_ stop: StopFact) {
        guard
            let serial = desk.serial(stop.segment, stop: stop.id)
                ?? desk.serial(stop.segment, clientID: stop.clientID, markets),
            let order = desk.orders[serial], !order.isTriggered
        else { return }
        guard !order.isDone else {
            if stop.standing == .waiting { removeUnexpected(serial, asStop: true) }
            return
        }
        adoptStop(serial, stop.id, stop.updatedAt)
        switch stop.standing {
        case .waiting: checkDirection(serial, stop)
        case .failed:
            finish(
                serial, .expired(reason: "the venue could not place the order that the stop woke"))
        case .woken:
            desk.orders[serial]?.isTriggered = true
            report(serial, .triggered, stop.updatedAt)
            // The order that it became is pushed under the same client id, or found by it.
            askWhenSilent(serial)
        case .cancelled: finish(serial, .cancelled, stop.updatedAt)
        case .unclear(let name): log(.debug, "a stop order had an unknown event: \(name)")
        }
    }

    private mutating func askWhenSilent(_ serial: Int) {
        guard desk.orders[serial]?.venueID == nil else { return }
        agenda.add(.request(.findOpen(serial), attempts: 1), at: after(traits.pace.deals))
    }

    /// The venue took the direction from a price that we did not know: a stop that waits for the
    /// wrong side would do the opposite of what it is for.
    mutating func checkDirection(_ serial: Int, _ stop: StopFact) {
        guard let waitsForHigher = stop.waitsForHigher, let order = desk.orders[serial],
            waitsForHigher != (order.request.side == .buy), !order.wantsCancel
        else { return }
        problem(
            .order(serial), .refused,
            "the venue had the stop order \(order.id) wait for a \(waitsForHigher ? "higher" : "lower")"
                + " price, for the market had reached \(stop.trigger) already",
            "it is cancelled; send the order again at the price of now")
        desk.orders[serial]?.wantsCancel = true
        tryCancel(serial)
    }
}
