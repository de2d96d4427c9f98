internal import TradingModel
internal import VenueSessions

/// The venue's lists of open orders and stops, held against ours.
extension CoinExSession {
    mutating func audit() {
        agenda.addOnce(.audit, at: after(Waits.audit))
        let open = desk.open
        for product in markets.products where lines[product]?.stage == .live {
            knowDeals(product)
            let mine = open.filter { markets[$0.instrument].product == product }
            if mine.contains(where: { $0.waitingStopID == nil }) {
                requestRegularly(.pending(product, page: 1))
            }
            if mine.contains(where: { $0.waitingStopID != nil }) {
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
            removeUnexpected(serial)
            if isOlder(wire, serial) { continue }
            stands(serial, wire, askedAt: askedAt)
        }
        if page.hasNext, number < Bounds.pages {
            return askWhileReconciling(.pending(product, page: number + 1), product)
        }
        for order in desk.open
        where markets[order.instrument].product == product && order.waitingStopID == nil
            && order.isAcknowledged && order.ending == nil && order.lastNews < askedAt
            && !(desk.listed[product]?.contains(order.serial) ?? false)
        {
            askStatus(order.serial)
        }
    }

    /// An order that was given up as never seen, and stands in the book all the same.
    mutating func removeUnexpected(_ serial: Int) {
        guard let order = desk.orders[serial], order.isDone, order.venueID == nil else { return }
        problem(
            .order(serial), .other,
            "the order \(order.id) stands in the book after it was reported as refused or lost",
            "it is cancelled by its client id; compare the position with the venue's")
        request(.cancelByClientID(serial))
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
            && order.lastNews < askedAt
            && !(desk.listedStops[product]?.contains(order.serial) ?? false)
        {
            askWhileReconciling(.askFinishedStop(order.serial), product)
        }
    }
}
