internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Stop orders, until they wake and become orders.
extension AccountCore {
    mutating func adoptStop(_ serial: DeskSerial, _ id: WireID, _ time: Timestamp?) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        desk.orders[serial]?.stopID = id
        desk.link(serial, markets[order.instrument].segment, stopID: id)
        accept(serial, id, time)
    }

    mutating func modifiedStop(_ serial: DeskSerial, _ id: WireID) {
        guard let order = desk.orders[serial], !order.isDone, let amend = order.amend else {
            return
        }
        adoptStop(serial, id, nil)
        desk.orders[serial]?.amend = nil
        if let price = amend.price { desk.orders[serial]?.request.price = price }
        if let quantity = amend.quantity { desk.orders[serial]?.request.quantity = quantity }
        guard let now = desk.orders[serial]?.request else { return }
        report(serial, .amended(price: now.price, quantity: now.quantity))
    }

    package mutating func pushed(_ stop: StopFact) {
        guard
            let serial = desk.serial(stop.segment, stop: stop.id)
                ?? desk.serial(stop.segment, clientID: stop.clientID, markets),
            let order = desk.orders[serial], !order.isTriggered
        else { return }
        guard !order.isDone else {
            if stop.standing == .waiting { removeUnexpected(serial, nil, asStop: true) }
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

    private mutating func askWhenSilent(_ serial: DeskSerial) {
        guard desk.orders[serial]?.venueID == nil else { return }
        agenda.add(.request(.findOpen(serial), attempts: 1), at: after(traits.pace.deals))
    }

    /// The venue took the direction from a price that we did not know: a stop that waits for the
    /// wrong side would do the opposite of what it is for.
    private mutating func checkDirection(_ serial: DeskSerial, _ stop: StopFact) {
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

    mutating func foundOpenStop(_ page: Rows<StopFact>, _ serial: DeskSerial, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        guard let stop = page.rows.first(where: { $0.clientID == order.clientID }) else {
            return askWhileReconciling(.findFinishedStop(serial), markets[order.instrument].segment)
        }
        adoptStop(serial, stop.id, stop.updatedAt)
        resolveStopAmend(serial, stop, askedAt: askedAt)
        checkDirection(serial, stop)
    }

    private mutating func resolveStopAmend(
        _ serial: DeskSerial, _ stop: StopFact, askedAt: Timestamp
    ) {
        guard let amend = desk.orders[serial]?.amend, let lostAt = amend.lostAt, askedAt >= lostAt
        else { return }
        let hasPrice = amend.price == nil || amend.price == stop.price
        let hasAmount = amend.quantity == nil || amend.quantity == stop.amount
        if hasPrice, hasAmount {
            amended(serial, price: stop.price, amount: stop.amount)
        } else if mayNotBeShown(amendOf: serial, lostAt: lostAt, askedAt: askedAt) {
            return
        } else {
            refuseAmend(serial, "the venue shows the stop order unchanged")
        }
    }

    /// A stop that is over was cancelled, or has become an order with the same client id.
    mutating func foundFinishedStop(_ page: Rows<StopFact>, _ serial: DeskSerial) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if let stop = page.rows.first(where: { $0.clientID == order.clientID }),
            !order.isTriggered, stop.id == order.stopID ?? stop.id
        {
            if !order.isAcknowledged { adoptStop(serial, stop.id, stop.updatedAt) }
            if stop.standing == .cancelled, order.amend == nil { return finish(serial, .cancelled) }
        }
        askWhileReconciling(.findOpen(serial), markets[order.instrument].segment)
    }
}
