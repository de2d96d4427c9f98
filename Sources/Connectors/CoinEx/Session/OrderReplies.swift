internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions
internal import WireText

/// Answers over HTTP that are about one order.
extension CoinExSession {
    mutating func receivedForOrder(_ flight: Flight, _ body: [UInt8]) throws(BadMessage) {
        guard let serial = flight.ask.order, let order = desk.orders[serial] else {
            return forgotten(flight)
        }
        switch flight.ask {
        case .place where order.terms?.trigger != nil:
            try take(flight, CoinExReplies.stopReference(body)) { $0.placedStop(serial, $1) }
        case .place: try take(flight, CoinExReplies.order(body)) { $0.placed(serial, $1) }
        case .amend where order.waitingStopID != nil:
            try take(flight, CoinExReplies.stopReference(body)) { $0.modifiedStop(serial, $1) }
        case .amend(_, let change):
            try take(flight, CoinExReplies.order(body)) { $0.modified(serial, $1, change) }
        case .cancel where order.waitingStopID != nil:
            try take(flight, CoinExReplies.done(body)) { this, _ in this.cancelledStop(serial) }
        case .cancel: try take(flight, CoinExReplies.order(body)) { $0.cancelled(serial, $1) }
        case .cancelByClientID:
            // Whatever it cancelled, the question under way will find gone.
            try take(flight, CoinExReplies.done(body)) { this, _ in
                this.desk.orders[serial]?.isCancelling = false
            }
        case .status:
            try take(flight, CoinExReplies.order(body)) {
                $0.toldStatus(serial, $1, askedAt: flight.sentAt)
            }
        case .executionsOf(_, let id, let page):
            try take(flight, CoinExReplies.ownDeals(body)) {
                $0.receivedAll($1, serial, id, page: page)
            }
        case .findOpen:
            try take(flight, CoinExReplies.orders(body)) {
                $0.foundOpen($1, serial, askedAt: flight.sentAt)
            }
        case .findFinished:
            try take(flight, CoinExReplies.orders(body)) {
                $0.foundFinished($1, serial, askedAt: flight.sentAt)
            }
        case .findOpenStop:
            try take(flight, CoinExReplies.stops(body)) {
                $0.foundOpenStop($1, serial, askedAt: flight.sentAt)
            }
        case .findFinishedStop:
            try take(flight, CoinExReplies.stops(body)) { $0.foundFinishedStop($1, serial) }
        default: break
        }
    }

    private mutating func take<Payload>(
        _ flight: Flight, _ reply: Reply<Payload>,
        _ body: (inout CoinExSession, Payload) -> Void
    ) throws(BadMessage) {
        switch reply {
        case .success(let payload):
            succeeded(flight)
            body(&self, payload)
            reconciled(flight.ask, askedAt: flight.sentAt)
        case .failure(let refusal):
            if flight.ask.isOrderChange { return refusedOrder(flight, refusal) }
            if refusal.kind == .unknownOrder {
                foundNothing(flight)
                return reconciled(flight.ask, askedAt: flight.sentAt)
            }
            refused(flight, refusal)
        }
    }

    /// "No such order" is an answer, and the same as an empty list.
    private mutating func foundNothing(_ flight: Flight) {
        switch flight.ask {
        case .status(let serial, let id):
            // A change may have given it another id meanwhile.
            if desk.orders[serial]?.venueID == id {
                isUnknown(serial, askedAt: flight.sentAt)
            } else {
                askStatus(serial)
            }
        case .executionsOf(let serial, let id, let page):
            receivedAll(Page(elements: [], hasNext: false), serial, id, page: page)
        case .findOpen(let serial):
            foundOpen(Page(elements: [], hasNext: false), serial, askedAt: flight.sentAt)
        case .findFinished(let serial):
            foundFinished(Page(elements: [], hasNext: false), serial, askedAt: flight.sentAt)
        case .findOpenStop(let serial):
            foundOpenStop(Page(elements: [], hasNext: false), serial, askedAt: flight.sentAt)
        case .findFinishedStop(let serial):
            foundFinishedStop(Page(elements: [], hasNext: false), serial)
        default: break
        }
    }

    // MARK: - Successes

    private mutating func placed(_ serial: Int, _ wire: WireOrder) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        let segment = markets[order.instrument].segment
        guard adopt(serial, wire, segment) else { return }
        if wire.unfilled == .zero {
            desk.orders[serial]?.end(as: .filled)
        } else if ["market", "ioc", "fok"].contains(wire.type) {
            cannotRest(serial, wire.id)
        }
        settle(serial)
    }

    /// An order that cannot rest is over with its reply, if that comes behind the matching; one that
    /// filled nothing is pushed nowhere.
    private mutating func cannotRest(_ serial: Int, _ id: Int64) {
        switch traits.reply {
        case .settled:
            desk.orders[serial]?.end(as: .expired(reason: "the rest could not fill at once"))
        case .taken:
            agenda.addOnce(
                .request(.status(serial, id: id), attempts: 0), at: after(traits.pace.deals))
        }
    }

    private mutating func placedStop(_ serial: Int, _ stop: StopReference) {
        adoptStop(serial, stop.id, nil)
    }

    mutating func adoptStop(_ serial: Int, _ id: Int64, _ time: Timestamp?) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        desk.orders[serial]?.stopID = id
        desk.link(serial, markets[order.instrument].segment, stopID: id)
        accept(serial, id, time)
    }

    private mutating func modified(_ serial: Int, _ wire: WireOrder, _ change: Int) {
        guard let order = desk.orders[serial], !order.isDone,
            adopt(serial, wire, markets[order.instrument].segment)
        else { return }
        if order.amend?.number == change {
            amended(serial, price: wire.price, amount: wire.amount)
        }
        if wire.unfilled == .zero { desk.orders[serial]?.end(as: .filled) }
        settle(serial)
    }

    /// Tells new terms, once: push and reply both bring them.
    mutating func amended(_ serial: Int, price: Price?, amount: Quantity) {
        guard let order = desk.orders[serial], order.amend != nil else { return }
        let whole = order.whole(ofAmount: amount)
        desk.orders[serial]?.amend = nil
        desk.orders[serial]?.request.price = price ?? order.request.price
        desk.orders[serial]?.request.quantity = whole
        report(serial, .amended(price: price ?? order.request.price, quantity: whole))
        endAmend(serial)
    }

    /// A finish that came while a change was under way meant the change if the id changed.
    private mutating func endAmend(_ serial: Int) {
        guard let finished = desk.orders[serial]?.finishedID else { return }
        desk.orders[serial]?.finishedID = nil
        if finished == desk.orders[serial]?.venueID { askStatus(serial) }
    }

    /// Waits for what became of a change, of which an id that is gone may be a sign.
    mutating func awaitChange(_ serial: Int, _ id: Int64) {
        desk.orders[serial]?.finishedID = id
        // One whose answer was lost is asked for by the client id, which stays.
        if desk.orders[serial]?.amend?.lostAt != nil { askFor(serial) }
        settle(serial)
    }

    /// An amendment that was not made; what waited for its outcome goes on.
    mutating func refuseAmend(_ serial: Int, _ reason: String) {
        desk.orders[serial]?.amend = nil
        report(serial, .amendRejected(reason: InternedText(passing: reason)))
        endAmend(serial)
        settle(serial)
    }

    private mutating func modifiedStop(_ serial: Int, _ stop: StopReference) {
        guard let order = desk.orders[serial], !order.isDone, let amend = order.amend else {
            return
        }
        adoptStop(serial, stop.id, nil)
        desk.orders[serial]?.amend = nil
        if let price = amend.price { desk.orders[serial]?.request.price = price }
        if let quantity = amend.quantity { desk.orders[serial]?.request.quantity = quantity }
        guard let now = desk.orders[serial]?.request else { return }
        report(serial, .amended(price: now.price, quantity: now.quantity))
    }

    private mutating func cancelled(_ serial: Int, _ wire: WireOrder) {
        desk.orders[serial]?.isCancelling = false
        note(serial, wire)
        guard desk.orders[serial]?.venueID == wire.id else { return tryCancel(serial) }
        end(serial, wire, .cancelled, isDecisive: true)
    }

    private mutating func cancelledStop(_ serial: Int) {
        desk.orders[serial]?.isCancelling = false
        // It may have been triggered in between: then there is an order, and its pushes.
        guard desk.orders[serial]?.isTriggered == false else { return tryCancel(serial) }
        finish(serial, .cancelled)
    }

    /// The order left the book; the amounts tell whether it was filled.
    ///
    /// While a change is under way an unfilled end may be the change itself, which gives another
    /// id: only a decisive answer ends the order then.
    mutating func end(
        _ serial: Int, _ wire: WireOrder, _ otherwise: TrackedOrder.Ending,
        isDecisive: Bool = false
    ) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        let isComplete = wire.isComplete(countsInQuote: countsInQuote(wire, serial))
        if !isComplete, !isDecisive, order.amend != nil {
            return awaitChange(serial, wire.id)
        }
        desk.orders[serial]?.end(as: isComplete ? .filled : otherwise)
        settle(serial)
    }
}
