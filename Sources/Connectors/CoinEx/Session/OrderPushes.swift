internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Pushes about own orders; those of orders, executions and replies may overtake one another.
extension CoinExSession {
    mutating func received(_ push: OrderPush, _ segment: Segment) {
        let wire = push.order
        guard wire.marginMarket == nil,
            let serial = desk.serial(segment, wire.id)
                ?? desk.serial(segment, clientID: wire.clientID, markets),
            let order = desk.orders[serial]
        else { return }
        guard !order.isDone else {
            if push.event == .finish || wire.unfilled == .zero { return desk.unwatch(serial) }
            return removeUnexpected(serial, asStop: false)
        }
        if push.event == .finish, mayMeanChange(order, wire) {
            note(serial, wire)
            desk.orders[serial]?.finishedID = wire.id
            return settle(serial)
        }
        guard adopt(serial, wire, segment) else { return }
        switch push.event {
        case .finish: end(serial, wire, ending(of: order, wire))
        case .modify:
            // A late push may be of an earlier change: only these very terms are the news.
            if let amend = order.amend, amend.price ?? wire.price == wire.price,
                amend.quantity.map({ $0 == order.whole(ofAmount: wire.amount) }) ?? true
            {
                amended(serial, price: wire.price, amount: wire.amount)
            }
            settle(serial)
        case .put, .update: settle(serial)
        case .other:
            if wire.unfilled == .zero { end(serial, wire, .cancelled) } else { settle(serial) }
        }
    }

    /// News of an id that a change has replaced: only what it filled counts.
    mutating func lateNews(_ serial: Int, _ wire: WireOrder) {
        note(serial, wire)
        settle(serial)
    }

    /// A change may give the order another id: the old one then leaves the book unfilled.
    private func mayMeanChange(_ order: TrackedOrder, _ wire: WireOrder) -> Bool {
        order.amend != nil && order.venueID == wire.id && wire.unfilled != .zero
    }

    private func ending(of order: TrackedOrder, _ wire: WireOrder) -> TrackedOrder.Ending {
        let isImmediate = ["market", "ioc", "fok"].contains(wire.type)
        return isImmediate && !order.wantsCancel
            ? .expired(reason: "the rest could not fill at once") : .cancelled
    }

    mutating func received(_ deal: WireDeal, _ segment: Segment) {
        guard deal.marginMarket == nil else { return }
        if let serial = desk.serial(segment, deal.orderID) { return tell(deal, serial) }
        guard let serial = desk.serial(segment, clientID: deal.clientID, markets) else {
            return hold(deal, segment)
        }
        // The execution came before the reply and before the order's own push. Whose id it is, and
        // for a stop that it woke, follows from the client id.
        if let order = desk.orders[serial], order.venueID == nil, !order.isDone {
            desk.orders[serial]?.take(deal.orderID)
            desk.link(serial, segment, venueID: deal.orderID)
            if order.request.stop != nil, !order.isTriggered {
                if order.toldID == nil { accept(serial, order.stopID ?? deal.orderID, nil) }
                desk.orders[serial]?.isTriggered = true
                report(serial, .triggered, deal.createdAt)
            }
            accept(serial, deal.orderID, deal.createdAt)
        }
        desk.link(serial, segment, venueID: deal.orderID)
        tell(deal, serial)
    }

    mutating func received(_ push: StopPush, _ segment: Segment) {
        let stop = push.stop
        guard stop.marginMarket == nil,
            let serial = desk.serial(segment, stop: stop.id)
                ?? desk.serial(segment, clientID: stop.clientID, markets),
            let order = desk.orders[serial], !order.isTriggered
        else { return }
        guard !order.isDone else {
            if push.event == .put { removeUnexpected(serial, asStop: true) }
            return
        }
        adoptStop(serial, stop.id, stop.updatedAt)
        switch push.event {
        case .put: checkDirection(serial, stop)
        case .active:
            guard stop.status != "active_fail" else {
                return finish(
                    serial,
                    .expired(reason: "the venue could not place the order that the stop woke"))
            }
            desk.orders[serial]?.isTriggered = true
            report(serial, .triggered, stop.updatedAt)
            // The order that it became is pushed under the same client id, or found by it.
            askWhenSilent(serial)
        case .cancel: finish(serial, .cancelled, stop.updatedAt)
        case .other(let name): log(.debug, "a stop order had an unknown event: \(name)")
        }
    }

    private mutating func askWhenSilent(_ serial: Int) {
        guard desk.orders[serial]?.venueID == nil else { return }
        agenda.add(.request(.findOpen(serial), attempts: 1), at: after(traits.pace.deals))
    }

    /// The venue took the direction from a price that we did not know: a stop that waits for the
    /// wrong side would do the opposite of what it is for.
    mutating func checkDirection(_ serial: Int, _ stop: WireStop) {
        guard let waitsForHigher = stop.waitsForHigher, let order = desk.orders[serial],
            waitsForHigher != (order.request.side == .buy), !order.wantsCancel
        else { return }
        problem(
            .order(serial), .refused,
            "the venue had the stop order \(order.id) wait for a \(waitsForHigher ? "higher" : "lower")"
                + " price, for the market had reached \(stop.triggerPrice) already",
            "it is cancelled; send the order again at the price of now")
        desk.orders[serial]?.wantsCancel = true
        tryCancel(serial)
    }
}
