internal import AccountSession
internal import TradingModel
internal import VenueSessions

/// The venue's lists of open orders and stops, held against ours.
extension CoinExSession {
    mutating func audit() {
        agenda.addOnce(.audit, at: after(traits.pace.audit))
        desk.endWatches(at: now)
        let open = desk.open
        for segment in markets.segments where lines[segment]?.stage == .live {
            knowDeals(segment)
            let mine = open.filter { markets[$0.instrument].segment == segment }
            if mine.contains(where: { $0.waitingStopID == nil })
                || desk.watches(segment, asStop: false, markets)
            {
                requestRegularly(.openOrders(segment, page: .first))
            }
            if mine.contains(where: { $0.waitingStopID != nil })
                || desk.watches(segment, asStop: true, markets)
            {
                requestRegularly(.openStops(segment, page: .first))
            }
        }
    }

    /// A page of the open orders; those of ours that are on none have ended unheard.
    mutating func received(
        _ page: Rows<OrderFact>, _ segment: Segment, page place: PagePlace,
        askedAt: Timestamp
    ) {
        if place == .first { desk.listed[segment] = [] }
        for fact in page.rows {
            guard
                let serial = desk.serial(segment, fact.id)
                    ?? desk.serial(segment, clientID: fact.clientID, markets)
            else {
                noteForeign(fact)
                continue
            }
            desk.listed[segment]?.insert(serial)
            removeUnexpected(serial, asStop: false)
            if isOlder(fact, serial) { continue }
            stands(serial, fact, askedAt: askedAt)
        }
        if let next = page.next, next.number <= traits.bounds.pages {
            return askWhileReconciling(.openOrders(segment, page: next), segment)
        }
        for order in desk.open
        where markets[order.instrument].segment == segment && order.waitingStopID == nil
            && order.isAcknowledged && order.ending == nil && order.absence.lastSign < askedAt
            && !(desk.listed[segment]?.contains(order.serial) ?? false)
        {
            missed(order.serial, in: .open, askedAt: askedAt)
            askStatus(order.serial)
        }
    }

    /// An order that has ended for everybody else, without its end having been seen, and stands at
    /// the venue all the same: it is cancelled until it is shown no more.
    mutating func removeUnexpected(_ serial: Int, asStop: Bool) {
        guard let order = desk.orders[serial], order.isDone,
            desk.watched[serial] != nil || !order.isAcknowledged
        else { return }
        desk.watch(serial, until: after(traits.pace.watch))
        if !asStop { desk.orders[serial]?.isTriggered = true }
        problem(
            .order(serial), .other,
            "the order \(order.id) stands at the venue after it was reported as refused, lost or "
                + "cancelled",
            "it is cancelled by its client id; compare the position with the venue's")
        let cancel = Ask.cancelByClientID(serial)
        let segment = markets[order.instrument].segment
        guard agenda.questions(where: { $0 == cancel }).isEmpty else { return }
        guard isBeingAsked(cancel) else { return askWhileReconciling(cancel, segment) }
        if isAnsweringRound(segment) { lines[segment]?.reconciling.insert(cancel) }
    }

    /// A row of an id that the order had before, or of an order that has ended: it is late.
    private func isOlder(_ fact: OrderFact, _ serial: Int) -> Bool {
        guard let order = desk.orders[serial] else { return true }
        if order.isDone || order.ending != nil { return true }
        return order.isReplaced(fact.id)
    }

    mutating func received(
        _ page: Rows<StopFact>, _ segment: Segment, page place: PagePlace,
        askedAt: Timestamp
    ) {
        if place == .first { desk.listedStops[segment] = [] }
        for stop in page.rows {
            guard
                let serial = desk.serial(segment, stop: stop.id)
                    ?? desk.serial(segment, clientID: stop.clientID, markets)
            else {
                noteForeign(stop)
                continue
            }
            removeUnexpected(serial, asStop: true)
            guard desk.orders[serial]?.isDone == false, desk.orders[serial]?.isTriggered == false
            else { continue }
            desk.listedStops[segment]?.insert(serial)
            adoptStop(serial, stop.id, stop.updatedAt)
        }
        if let next = page.next, next.number <= traits.bounds.pages {
            return askWhileReconciling(.openStops(segment, page: next), segment)
        }
        for order in desk.open
        where markets[order.instrument].segment == segment && order.waitingStopID != nil
            && order.absence.lastSign < askedAt
            && !(desk.listedStops[segment]?.contains(order.serial) ?? false)
        {
            askWhileReconciling(.findFinishedStop(order.serial), segment)
        }
    }
}
