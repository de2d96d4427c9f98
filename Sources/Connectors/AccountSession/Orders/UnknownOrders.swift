internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Orders whose status is unknown, or that a list does not show: the venue is asked until it tells.
extension AccountCore {
    /// What was asked may or may not have been done: nothing is guessed, the venue is asked.
    mutating func lostAnswer(_ flight: Flight, _ reason: String) {
        guard let serial = flight.ask.order, let order = desk.orders[serial] else {
            return forgotten(flight)
        }
        if order.isDone { return notRemoved(flight) }
        switch flight.ask {
        case .place:
            if order.isAcknowledged { return }  // a push told it already
            loseOrder(serial, reason)
        case .amend(_, let change):
            guard order.amend?.number == change else { return }
            desk.orders[serial]?.amend?.lostAt = now
            loseOrder(serial, reason)
        case .cancel, .cancelByClientID: repeatCancel(flight, reason)
        default: break
        }
    }

    private mutating func loseOrder(_ serial: DeskSerial, _ reason: String) {
        desk.orders[serial]?.isLost = true
        report(serial, .lost(reason: InternedText(passing: reason)))
        log(.warn, "order \(desk.orders[serial]?.id.text ?? "") is unknown: \(reason); asking")
        askFor(serial)
        tryCancel(serial)
    }

    mutating func askFor(_ serial: DeskSerial) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        let segment = markets[order.instrument].segment
        askWhileReconciling(
            order.isWaitingStop ? .findOpenStop(serial) : .findOpen(serial), segment)
    }

    mutating func askStatus(_ serial: DeskSerial) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        let segment = markets[order.instrument].segment
        guard let id = order.venueID else { return askFor(serial) }
        askWhileReconciling(.status(serial, id: id), segment)
    }

    // MARK: - By client id

    /// The rows that are this order's: the same client id, and the newest id where there are two.
    func own(_ rows: [OrderFact], _ order: TrackedOrder) -> OrderFact? {
        rows.filter { $0.clientID == order.clientID && $0.instrument == order.instrument }
            .max { $0.id.isBefore($1.id) }
    }

    mutating func foundOpen(_ page: Rows<OrderFact>, _ serial: DeskSerial, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        guard let fact = own(page.rows, order) else {
            missed(serial, in: .open, askedAt: askedAt)
            if order.isAskedByID { return askStatus(serial) }
            return askWhileReconciling(.findFinished(serial), markets[order.instrument].segment)
        }
        stands(serial, fact, askedAt: askedAt)
    }

    mutating func foundFinished(_ page: Rows<OrderFact>, _ serial: DeskSerial, askedAt: Timestamp) {
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

    /// What the executions of a market tell of an order, where ended ones are in no list.
    mutating func foundExecutions(
        _ page: Rows<ExecutionFact>, _ serial: DeskSerial, askedAt: Timestamp
    ) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        let mine = page.rows.filter {
            $0.clientID == order.clientID || order.venueID == $0.orderID
        }
        for deal in mine.reversed() { received(deal, in: "the market's executions") }
        if mine.isEmpty, let next = page.next {
            askWhileReconciling(
                .executions(order.instrument, page: next), markets[order.instrument].segment)
        }
        let isNews = desk.orders[serial]?.deals.count != order.deals.count
        if !isNews { missed(serial, in: .finished, askedAt: askedAt) }
    }

    // MARK: - By id

    mutating func applyStatus(_ serial: DeskSerial, _ fact: OrderFact, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        desk.orders[serial]?.hasAskedForTerms = true
        guard adopt(serial, fact) else { return }
        switch fact.standing {
        case .pending: askUntilItMoves(serial, fact.id)
        case .working, .amended:
            resolveAmend(serial, fact, askedAt: askedAt)
            settle(serial)
            cancelAgain(serial)
        case .left: end(serial, fact, .cancelled)
        case .ended(let ending): end(serial, fact, ending)
        case .unclear:
            if fact.unfilled == .zero { end(serial, fact, .cancelled) } else { settle(serial) }
        }
    }

    /// The venue does not know an accepted order by its id.
    mutating func isUnknown(_ serial: DeskSerial, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone, let id = order.venueID else { return }
        desk.orders[serial]?.hasAskedForTerms = true
        applyKeptDeals(of: id, serial, markets[order.instrument].segment)
        if order.amend != nil { return awaitChange(serial, id) }
        missed(serial, in: .byID, askedAt: askedAt)
        cancelAgain(serial)
        // An id that nobody has told us of may have been filled.
        askWhileReconciling(.findFinished(serial), markets[order.instrument].segment)
    }

    // MARK: - In none of the lists

    /// A list does not show an order that may be there.
    mutating func missed(_ serial: DeskSerial, in list: OrderList, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone, order.ending == nil else { return }
        let rule = order.absenceRule(traits)
        guard desk.orders[serial]?.miss(in: list, askedAt: askedAt, rule) != true else {
            return concludeGone(serial)
        }
        if list == .finished { searchAgain(serial) }  // it is the last one of a look
    }

    mutating func searchAgain(_ serial: DeskSerial) {
        guard let order = desk.orders[serial] else { return }
        let question: Ask = order.isWaitingStop ? .findOpenStop(serial) : .findOpen(serial)
        guard !isBeingAsked(question) else { return }
        let time = order.absence.nextLook(after: now, order.absenceRule(traits))
        agenda.addOnce(.request(question, attempts: 1), at: time)
    }

    /// Nothing has shown the order for as long as the venue's lists may lag behind.
    ///
    /// What had nothing filled when it was cancelled the venue forgets. It goes on being looked for.
    private mutating func concludeGone(_ serial: DeskSerial) {
        guard let order = desk.orders[serial] else { return }
        desk.orders[serial]?.isMissing = true
        differs(
            .lostOrder, order.instrument,
            [
                .init("order", order.id.text),
                .init("venue_id", order.venueID?.description ?? "none"),
                .init("heard_of", UTCTime(order.absence.lastSign).iso),
            ])
        guard order.isAcknowledged else { return finish(serial, .notFound) }
        guard order.venueID != nil else { return finish(serial, .cancelled) }
        desk.orders[serial]?.end(as: .cancelled)
        desk.orders[serial]?.needsAllDeals = true
        askForDeals(serial)
    }
}
