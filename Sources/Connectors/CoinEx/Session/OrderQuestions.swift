internal import AccountSession
internal import TradingModel
internal import VenueSessions

/// What the venue says when it is asked about one order.
extension CoinExSession {
    // MARK: - By client id

    /// The rows that are this order's: the same client id, and the newest id where there are two.
    private func own(_ rows: [OrderFact], _ order: TrackedOrder) -> OrderFact? {
        rows.filter { $0.clientID == order.clientID && $0.instrument == order.instrument }
            .max { $0.id.isBefore($1.id) }
    }

    mutating func foundOpen(_ page: Rows<OrderFact>, _ serial: Int, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        guard let fact = own(page.rows, order) else {
            missed(serial, in: .open, askedAt: askedAt)
            if order.isAskedByID { return askStatus(serial) }
            return askWhileReconciling(.findFinished(serial), markets[order.instrument].segment)
        }
        stands(serial, fact, askedAt: askedAt)
    }

    /// The order stands in the book; so an amendment that was lost was made or was not.
    mutating func stands(_ serial: Int, _ fact: OrderFact, askedAt: Timestamp) {
        guard adopt(serial, fact) else { return }
        resolveAmend(serial, fact, askedAt: askedAt)
        settle(serial)
    }

    /// An answer from before the loss may show the order as it was before the change.
    private mutating func resolveAmend(_ serial: Int, _ fact: OrderFact, askedAt: Timestamp) {
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
    private mutating func mayNotBeShown(
        amendOf serial: Int, lostAt: Timestamp, askedAt: Timestamp
    ) -> Bool {
        guard let order = desk.orders[serial] else { return false }
        let due = lostAt.advanced(byNanoseconds: traits.absence.notBefore)
        guard askedAt < due else { return false }
        let question: Ask = order.isWaitingStop ? .findOpenStop(serial) : .findOpen(serial)
        agenda.addOnce(.request(question, attempts: 1), at: due)
        return true
    }

    mutating func foundFinished(_ page: Rows<OrderFact>, _ serial: Int, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if let amend = order.amend, amend.lostAt.map({ askedAt < $0 }) ?? true {
            return  // too early to tell what became of the change; its own answer is to come
        }
        guard let fact = own(page.rows, order) else {
            return missed(serial, in: .finished, askedAt: askedAt)
        }
        guard adopt(serial, fact) else {
            return missed(serial, in: .finished, askedAt: askedAt)  // it was an earlier id's
        }
        end(serial, fact, .cancelled, isDecisive: true)
    }

    mutating func foundOpenStop(_ page: Rows<StopFact>, _ serial: Int, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        guard let stop = page.rows.first(where: { $0.clientID == order.clientID }) else {
            return askWhileReconciling(.findFinishedStop(serial), markets[order.instrument].segment)
        }
        adoptStop(serial, stop.id, stop.updatedAt)
        resolveStopAmend(serial, stop, askedAt: askedAt)
        checkDirection(serial, stop)
    }

    private mutating func resolveStopAmend(_ serial: Int, _ stop: StopFact, askedAt: Timestamp) {
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
    mutating func foundFinishedStop(_ page: Rows<StopFact>, _ serial: Int) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if let stop = page.rows.first(where: { $0.clientID == order.clientID }),
            !order.isTriggered, stop.id == order.stopID ?? stop.id
        {
            if !order.isAcknowledged { adoptStop(serial, stop.id, stop.updatedAt) }
            if stop.standing == .cancelled, order.amend == nil { return finish(serial, .cancelled) }
        }
        askWhileReconciling(.findOpen(serial), markets[order.instrument].segment)
    }

    // MARK: - In none of the lists

    /// A list does not show an order that may be there.
    mutating func missed(_ serial: Int, in list: OrderList, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone, order.ending == nil else { return }
        let rule = order.absenceRule(traits)
        guard desk.orders[serial]?.miss(in: list, askedAt: askedAt, rule) != true else {
            return giveUp(serial)
        }
        if list == .finished { lookAgain(serial) }  // it is the last one of a look
    }

    private mutating func lookAgain(_ serial: Int) {
        guard let order = desk.orders[serial] else { return }
        let question: Ask = order.isWaitingStop ? .findOpenStop(serial) : .findOpen(serial)
        guard !isBeingAsked(question) else { return }
        let time = order.absence.nextLook(after: now, order.absenceRule(traits))
        agenda.addOnce(.request(question, attempts: 1), at: time)
    }

    /// Nothing has shown the order for as long as the venue's lists may lag behind.
    ///
    /// What had nothing filled when it was cancelled the venue forgets. It goes on being looked for.
    private mutating func giveUp(_ serial: Int) {
        guard let order = desk.orders[serial] else { return }
        desk.orders[serial]?.isMissing = true
        guard order.isAcknowledged else { return finish(serial, .notFound) }
        guard order.venueID != nil else { return finish(serial, .cancelled) }
        desk.orders[serial]?.end(as: .cancelled)
        desk.orders[serial]?.needsAllDeals = true
        askForDeals(serial)
    }

    // MARK: - By id

    mutating func toldStatus(_ serial: Int, _ fact: OrderFact, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        desk.orders[serial]?.hasAskedForTerms = true
        guard adopt(serial, fact) else { return }
        switch fact.standing {
        case .working, .amended:
            resolveAmend(serial, fact, askedAt: askedAt)
            settle(serial)
        case .left: end(serial, fact, .cancelled)
        case .ended(let ending): end(serial, fact, ending)
        case .unclear:
            if fact.unfilled == .zero { end(serial, fact, .cancelled) } else { settle(serial) }
        }
    }

    /// The venue does not know an accepted order by its id.
    mutating func isUnknown(_ serial: Int, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone, let id = order.venueID else { return }
        desk.orders[serial]?.hasAskedForTerms = true
        takeHeldDeals(of: id, serial, markets[order.instrument].segment)
        if order.amend != nil { return awaitChange(serial, id) }
        missed(serial, in: .byID, askedAt: askedAt)
        // An id that nobody has told us of may have been filled.
        askWhileReconciling(.findFinished(serial), markets[order.instrument].segment)
    }
}
