internal import TradingModel
internal import VenueSessions

/// The venue's lists of open orders and stops, held against ours.
extension CoinExSession {
    mutating func audit() {
        agenda.addOnce(.audit, at: after(Waits.audit))
        desk.endWatches(at: now)
        let open = desk.open
        for product in markets.products where lines[product]?.stage == .live {
            knowDeals(product)
            let mine = open.filter { markets[$0.instrument].product == product }
            if mine.contains(where: { $0.waitingStopID == nil })
                || desk.watches(product, asStop: false, markets)
            {
                requestRegularly(.pending(product, page: 1))
            }
            if mine.contains(where: { $0.waitingStopID != nil })
                || desk.watches(product, asStop: true, markets)
            {
                requestRegularly(.pendingStops(product, page: 1))
            }
        }
    }

    /// A page of the open orders; those of ours that are on none have ended unheard.
    mutating func received(
        _ page: Page<WireOrder>, _ product: Product, page number: Int, askedAt: Timestamp
    ) {
        if number == 1 { desk.listed[product] = [] }
        for wire in page.elements where wire.marginMarket == nil {
            guard
                let serial = desk.serial(product, wire.id)
                    ?? desk.serial(product, clientID: wire.clientID, markets)
            else {
                noteForeign(wire, product)
                continue
            }
            desk.listed[product]?.insert(serial)
            removeUnexpected(serial, asStop: false)
            if isOlder(wire, serial) { continue }
            stands(serial, wire, askedAt: askedAt)
        }
        if page.hasNext, number < Bounds.pages {
            return askWhileReconciling(.pending(product, page: number + 1), product)
        }
        for order in desk.open
        where markets[order.instrument].product == product && order.waitingStopID == nil
            && order.isAcknowledged && order.ending == nil && order.absence.lastSign < askedAt
            && !(desk.listed[product]?.contains(order.serial) ?? false)
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
        desk.watch(serial, until: after(Waits.watch))
        if !asStop { desk.orders[serial]?.isTriggered = true }
        problem(
            .order(serial), .other,
            "the order \(order.id) stands at the venue after it was reported as refused, lost or "
                + "cancelled",
            "it is cancelled by its client id; compare the position with the venue's")
        let cancel = Purpose.cancelByClientID(serial)
        let product = markets[order.instrument].product
        guard agenda.questions(where: { $0 == cancel }).isEmpty else { return }
        guard isBeingAsked(cancel) else { return askWhileReconciling(cancel, product) }
        if isAnsweringRound(product) { lines[product]?.reconciling.insert(cancel) }
    }

    /// A row of an id that the order had before, or of an order that has ended: it is late.
    private func isOlder(_ wire: WireOrder, _ serial: Int) -> Bool {
        guard let order = desk.orders[serial] else { return true }
        if order.isDone || order.ending != nil { return true }
        return order.isReplaced(wire.id)
    }

    mutating func received(
        _ page: Page<WireStop>, _ product: Product, page number: Int, askedAt: Timestamp
    ) {
        if number == 1 { desk.listedStops[product] = [] }
        for stop in page.elements where stop.marginMarket == nil {
            guard
                let serial = desk.serial(product, stop: stop.id)
                    ?? desk.serial(product, clientID: stop.clientID, markets)
            else {
                noteForeign(stop, product)
                continue
            }
            removeUnexpected(serial, asStop: true)
            guard desk.orders[serial]?.isDone == false, desk.orders[serial]?.isTriggered == false
            else { continue }
            desk.listedStops[product]?.insert(serial)
            adoptStop(serial, stop.id, stop.updatedAt)
        }
        if page.hasNext, number < Bounds.pages {
            return askWhileReconciling(.pendingStops(product, page: number + 1), product)
        }
        for order in desk.open
        where markets[order.instrument].product == product && order.waitingStopID != nil
            && order.absence.lastSign < askedAt
            && !(desk.listedStops[product]?.contains(order.serial) ?? false)
        {
            askWhileReconciling(.askFinishedStop(order.serial), product)
        }
    }
}
