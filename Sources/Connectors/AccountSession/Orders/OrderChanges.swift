internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Changes of orders that were asked for.
extension AccountCore {
    mutating func amend(_ amendment: ApprovedAmendment) {
        let serial = desk.serial(of: amendment.id)
        guard let serial, let order = desk.orders[serial],
            whyNotAmended(order, amendment) == nil
        else {
            let reason = serial.flatMap { desk.orders[$0] }.flatMap { whyNotAmended($0, amendment) }
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

    private func whyNotAmended(
        _ order: TrackedOrder, _ change: ApprovedAmendment
    ) -> String? {
        if order.isDone || order.ending != nil { return "the order has ended" }
        if !traits.orders.amend {
            return "the venue cannot change orders: cancel it and send another"
        }
        if !traits.orders.amendQuantity,
            change.quantity.map({ $0 != order.request.quantity }) ?? false
        {
            return "the venue cannot change quantities: cancel it and send another"
        }
        if order.closesPosition {
            return "the venue cannot change an order that closes a position: cancel it and send "
                + "another"
        }
        if order.isLost { return "the order's status is unknown: wait for the venue's answer" }
        if order.amend != nil { return "another change of the order is under way: wait for it" }
        let isKnown = order.venueID != nil || order.waitingStopID != nil
        return isKnown ? nil : "the venue has not acknowledged the order yet: wait for it"
    }

    mutating func modified(_ serial: DeskSerial, _ fact: OrderFact, _ change: Int) {
        guard let order = desk.orders[serial], !order.isDone,
            adopt(serial, fact)
        else { return }
        if order.amend?.number == change {
            amended(serial, price: fact.price, amount: fact.amount)
        }
        if fact.unfilled == .zero { desk.orders[serial]?.end(as: .filled) }
        settle(serial)
    }

    /// Reports new terms, once: push and reply both bring them.
    mutating func amended(_ serial: DeskSerial, price: Price?, amount: Quantity) {
        guard let order = desk.orders[serial], order.amend != nil else { return }
        let whole = order.whole(ofAmount: amount)
        desk.orders[serial]?.amend = nil
        desk.orders[serial]?.request.price = price ?? order.request.price
        desk.orders[serial]?.request.quantity = whole
        report(serial, .amended(price: price ?? order.request.price, quantity: whole))
        endAmend(serial)
    }

    /// A finish that came while a change was under way meant the change if the id changed.
    private mutating func endAmend(_ serial: DeskSerial) {
        guard let finished = desk.orders[serial]?.finishedID else { return }
        desk.orders[serial]?.finishedID = nil
        if finished == desk.orders[serial]?.venueID { askStatus(serial) }
    }

    /// Waits for what became of a change, of which an id that is gone may be a sign.
    mutating func awaitChange(_ serial: DeskSerial, _ id: WireID) {
        desk.orders[serial]?.finishedID = id
        // One whose answer was lost is asked for by the client id, which stays.
        if desk.orders[serial]?.amend?.lostAt != nil { askFor(serial) }
        settle(serial)
    }

    /// An amendment that was not made; what waited for its outcome goes on.
    mutating func refuseAmend(_ serial: DeskSerial, _ reason: String) {
        desk.orders[serial]?.amend = nil
        report(serial, .amendRejected(reason: InternedText(passing: reason)))
        endAmend(serial)
        settle(serial)
    }

    /// An answer from before the loss may show the order as it was before the change.
    mutating func resolveAmend(_ serial: DeskSerial, _ fact: OrderFact, askedAt: Timestamp) {
        guard let order = desk.orders[serial], let amend = order.amend,
            let lostAt = amend.lostAt, askedAt >= lostAt
        else { return }
        let hasPrice = amend.price == nil || amend.price == fact.price
        let hasAmount = amend.quantity.map { $0 == order.whole(ofAmount: fact.amount) } ?? true
        if hasPrice, hasAmount {
            amended(serial, price: fact.price, amount: fact.amount)
        } else if mayNotBeShown(amendOf: serial, lostAt: lostAt, askedAt: askedAt) {
            return
        } else {
            refuseAmend(serial, "the venue shows the order unchanged")
        }
    }

    /// Whether a change may have been made, or may still be made, that an answer did not show: then the
    /// order is asked for again.
    mutating func mayNotBeShown(
        amendOf serial: DeskSerial, lostAt: Timestamp, askedAt: Timestamp
    ) -> Bool {
        guard let order = desk.orders[serial] else { return false }
        let due = lostAt.advanced(byNanoseconds: traits.absence.notBefore)
        guard askedAt < due else { return false }
        let question: Ask = order.isWaitingStop ? .findOpenStop(serial) : .findOpen(serial)
        agenda.addOnce(.request(question, attempts: 1), at: due)
        return true
    }
}
