internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// What comes of what was asked.
extension CoinExSession {
    mutating func take(_ answer: Answer, _ flight: Flight) {
        if case .refused(let refusal) = answer { return refused(flight, refusal) }
        if case .time(let time) = answer, isFirstTime(flight, time) { return }
        succeeded(flight)
        if flight.ask.order != nil {
            takeAboutOrder(answer, flight)
        } else {
            takeAboutAccount(answer, flight)
        }
        prepared(flight.ask)
        reconciled(flight.ask, askedAt: flight.sentAt)
    }

    private mutating func refused(_ flight: Flight, _ refusal: Refusal) {
        if flight.ask.isOrderChange { return refusedOrder(flight, refusal) }
        switch flight.ask {
        case .leverage(let index): refusedLeverage(flight, refusal, index)
        case .mayTrade: refusedPermission(flight, refusal)
        case _ where flight.ask.order != nil && refusal.kind == .unknownOrder:
            foundNothing(flight)
            reconciled(flight.ask, askedAt: flight.sentAt)
        default: refusedQuestion(flight, refusal)
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
        case .executionsOf: takeAboutOrder(.executions(.none), flight)
        case .findOpen, .findFinished: takeAboutOrder(.orders(.none), flight)
        case .findOpenStop, .findFinishedStop: takeAboutOrder(.stops(.none), flight)
        default: break
        }
    }

    private mutating func takeAboutOrder(_ answer: Answer, _ flight: Flight) {
        let askedAt = flight.sentAt
        switch (flight.ask, answer) {
        case (.place(let serial), .stop(let id)): adoptStop(serial, id, nil)
        case (.place(let serial), .order(let fact)): placed(serial, fact)
        case (.amend(let serial, _), .stop(let id)): modifiedStop(serial, id)
        case (.amend(let serial, let change), .order(let fact)): modified(serial, fact, change)
        case (.cancel(let serial), .order(let fact)): cancelled(serial, fact)
        case (.cancel(let serial), _): cancelledUnseen(serial)
        case (.cancelByClientID(let serial), _):
            // Whatever it cancelled, the question under way will find gone.
            desk.orders[serial]?.isCancelling = false
        case (.status(let serial, _), .order(let fact)):
            toldStatus(serial, fact, askedAt: askedAt)
        case (.executionsOf(let serial, let id, _), .executions(let page)):
            receivedAll(page, serial, id)
        case (.findOpen(let serial), .orders(let page)):
            foundOpen(page, serial, askedAt: askedAt)
        case (.findFinished(let serial), .orders(let page)):
            foundFinished(page, serial, askedAt: askedAt)
        case (.findOpenStop(let serial), .stops(let page)):
            foundOpenStop(page, serial, askedAt: askedAt)
        case (.findFinishedStop(let serial), .stops(let page)): foundFinishedStop(page, serial)
        default: break
        }
    }

    private mutating func takeAboutAccount(_ answer: Answer, _ flight: Flight) {
        let askedAt = flight.sentAt
        switch (flight.ask, answer) {
        case (.time, .time(let time)): receivedTime(flight, time)
        case (.instruments(let segment), .instruments(let news)): received(news, of: segment)
        case (.fees(let index), .fees(let fees)): markets[index].fees = fees
        case (.balances(let segment), .balances(let list)):
            received(list, segment, askedAt: askedAt)
        case (.positions(let place), .positions(let page)):
            received(page, page: place, askedAt: askedAt)
        case (.funding(let index), .fundings(let rows)): received(rows, index, flight)
        case (.openOrders(let segment, let place), .orders(let page)):
            received(page, segment, page: place, askedAt: askedAt)
        case (.openStops(let segment, let place), .stops(let page)):
            received(page, segment, page: place, askedAt: askedAt)
        case (.executions(let index, _), .executions(let page)): receivedRecent(page, index)
        default: break
        }
    }

    // MARK: - Successes

    private mutating func placed(_ serial: Int, _ fact: OrderFact) {
        guard let order = desk.orders[serial], !order.isDone, adopt(serial, fact) else { return }
        if fact.unfilled == .zero {
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
    private mutating func cannotRest(_ serial: Int, _ id: WireID) {
        switch traits.reply {
        case .settled:
            desk.orders[serial]?.end(as: .expired(reason: "the rest could not fill at once"))
        case .taken:
            agenda.addOnce(
                .request(.status(serial, id: id), attempts: 0), at: after(traits.pace.deals))
        }
    }

    mutating func adoptStop(_ serial: Int, _ id: WireID, _ time: Timestamp?) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        desk.orders[serial]?.stopID = id
        desk.link(serial, markets[order.instrument].segment, stopID: id)
        accept(serial, id, time)
    }

    private mutating func modified(_ serial: Int, _ fact: OrderFact, _ change: Int) {
        guard let order = desk.orders[serial], !order.isDone,
            adopt(serial, fact)
        else { return }
        if order.amend?.number == change {
            amended(serial, price: fact.price, amount: fact.amount)
        }
        if fact.unfilled == .zero { desk.orders[serial]?.end(as: .filled) }
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
    mutating func awaitChange(_ serial: Int, _ id: WireID) {
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

    private mutating func modifiedStop(_ serial: Int, _ id: WireID) {
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

    private mutating func cancelled(_ serial: Int, _ fact: OrderFact) {
        desk.orders[serial]?.isCancelling = false
        note(serial, fact)
        guard desk.orders[serial]?.venueID == fact.id else { return tryCancel(serial) }
        end(serial, fact, .cancelled, isDecisive: true)
    }

    /// The venue has cancelled, and says nothing of what was filled before.
    private mutating func cancelledUnseen(_ serial: Int) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        desk.orders[serial]?.isCancelling = false
        if order.waitingStopID != nil { return finish(serial, .cancelled) }
        desk.orders[serial]?.end(as: .cancelled)
        desk.orders[serial]?.needsAllDeals = true
        askForDeals(serial)
    }

    /// The order left the book; the amounts tell whether it was filled.
    ///
    /// While a change is under way an unfilled end may be the change itself, which gives another
    /// id: only a decisive answer ends the order then.
    mutating func end(
        _ serial: Int, _ fact: OrderFact, _ otherwise: OrderEnding,
        isDecisive: Bool = false
    ) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if !fact.isWhole, !isDecisive, order.amend != nil {
            return awaitChange(serial, fact.id)
        }
        desk.orders[serial]?.end(as: fact.isWhole ? .filled : otherwise)
        settle(serial)
    }
}
