internal import TradingModel
internal import VenueSessions

/// The venue's lists of open orders and stops, held against ours.
extension AccountCore {
    mutating func audit() {
        agenda.addOnce(.audit, at: after(traits.pace.audit))
        desk.endWatches(at: now)
        let open = desk.open
        for segment in markets.segments where isLive(segment) {
            knowDeals(segment)
            for scope in scopes(of: segment) { audit(scope, open) }
        }
    }

    mutating func audit(_ scope: Scope, _ open: [TrackedOrder]) {
        let mine = open.filter { isIn(scope, $0) }
        if mine.contains(where: { $0.waitingStopID == nil })
            || desk.watches(asStop: false, where: { isIn(scope, $0) })
        {
            requestRegularly(.openOrders(scope, page: .first))
        }
        if mine.contains(where: { $0.waitingStopID != nil })
            || desk.watches(asStop: true, where: { isIn(scope, $0) })
        {
            requestRegularly(.openStops(scope, page: .first))
        }
    }

    private func isIn(_ scope: Scope, _ order: TrackedOrder) -> Bool {
        switch scope {
        case .segment(let segment): markets[order.instrument].segment == segment
        case .instrument(let index): order.instrument == index
        }
    }

    /// A page of the open orders; those of ours that are on none have ended unheard.
    mutating func received(
        _ page: Rows<OrderFact>, _ scope: Scope, page place: PagePlace,
        askedAt: Timestamp
    ) {
        if place == .first { desk.listed[scope] = [] }
        for fact in page.rows {
            guard
                let serial = desk.serial(fact.segment, fact.id)
                    ?? desk.serial(fact.segment, clientID: fact.clientID, markets)
            else {
                recordForeign(fact)
                continue
            }
            desk.listed[scope]?.insert(serial)
            removeUnexpected(serial, fact.id, asStop: false)
            if isOlder(fact, serial) { continue }
            stands(serial, fact, askedAt: askedAt)
        }
        if let next = page.next, next.number <= traits.bounds.pages {
            return askWhileReconciling(.openOrders(scope, page: next), segment(of: scope))
        }
        for order in desk.open
        where isIn(scope, order) && order.waitingStopID == nil
            && order.isAcknowledged && order.ending == nil && order.absence.lastSign < askedAt
            && !(desk.listed[scope]?.contains(order.serial) ?? false)
        {
            missed(order.serial, in: .open, askedAt: askedAt)
            askStatus(order.serial)
        }
    }

    /// A row of an id that the order had before, or of an order that has ended: it is late.
    private func isOlder(_ fact: OrderFact, _ serial: DeskSerial) -> Bool {
        guard let order = desk.orders[serial] else { return true }
        if order.isDone || order.ending != nil { return true }
        return order.isReplaced(fact.id)
    }

    mutating func received(
        _ page: Rows<StopFact>, _ scope: Scope, page place: PagePlace,
        askedAt: Timestamp
    ) {
        if place == .first { desk.listedStops[scope] = [] }
        for stop in page.rows {
            guard
                let serial = desk.serial(stop.segment, stop: stop.id)
                    ?? desk.serial(stop.segment, clientID: stop.clientID, markets)
            else {
                recordForeign(stop)
                continue
            }
            removeUnexpected(serial, nil, asStop: true)
            guard desk.orders[serial]?.isDone == false, desk.orders[serial]?.isTriggered == false
            else { continue }
            desk.listedStops[scope]?.insert(serial)
            adoptStop(serial, stop.id, stop.updatedAt)
        }
        if let next = page.next, next.number <= traits.bounds.pages {
            return askWhileReconciling(.openStops(scope, page: next), segment(of: scope))
        }
        for order in desk.open
        where isIn(scope, order) && order.waitingStopID != nil
            && order.absence.lastSign < askedAt
            && !(desk.listedStops[scope]?.contains(order.serial) ?? false)
        {
            askWhileReconciling(.findFinishedStop(order.serial), segment(of: scope))
        }
    }
}
