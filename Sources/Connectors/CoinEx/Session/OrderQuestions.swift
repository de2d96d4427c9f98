internal import TradingModel
internal import VenueSessions

/// What the venue says when it is asked: about lost orders, about all open ones, about executions.
extension CoinExSession {
    // MARK: - By client id

    /// The rows that are this order's: the same client id, and the newest id where there are two.
    private func own(_ rows: [WireOrder], _ order: TrackedOrder) -> WireOrder? {
        let name = markets[order.instrument].name
        return rows.filter { $0.clientID == order.id.text && $0.market == name }
            .max { $0.id < $1.id }
    }

    mutating func foundOpen(_ page: Page<WireOrder>, _ serial: Int, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        guard let wire = own(page.elements, order) else {
            return askWhileReconciling(.askFinished(serial), markets[order.instrument].product)
        }
        stands(serial, wire, askedAt: askedAt)
    }

    /// The order stands in the book; so an amendment that was lost was made or was not.
    private mutating func stands(_ serial: Int, _ wire: WireOrder, askedAt: Timestamp) {
        guard let product = desk.orders[serial].map({ markets[$0.instrument].product }),
            adopt(serial, wire, product)
        else { return }
        resolveAmend(serial, wire, askedAt: askedAt)
        settle(serial)
    }

    /// An answer from before the loss may show the order as it was before the change.
    private mutating func resolveAmend(_ serial: Int, _ wire: WireOrder, askedAt: Timestamp) {
        guard let order = desk.orders[serial], let amend = order.amend,
            let lostAt = amend.lostAt, askedAt >= lostAt
        else { return }
        let hasPrice = amend.price == nil || amend.price == wire.price
        let hasAmount = amend.quantity.map { $0 == order.whole(ofAmount: wire.amount) } ?? true
        if hasPrice, hasAmount {
            amended(serial, price: wire.price, amount: wire.amount)
        } else {
            refuseAmend(serial, "the venue shows the order unchanged")
        }
    }

    mutating func foundFinished(_ page: Page<WireOrder>, _ serial: Int, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if let amend = order.amend, amend.lostAt.map({ askedAt < $0 }) ?? true {
            return  // too early to tell what became of the change; its own answer is to come
        }
        guard let wire = own(page.elements, order) else { return notFound(serial) }
        guard adopt(serial, wire, markets[order.instrument].product) else { return }
        end(serial, wire, .cancelled, isDecisive: true)
    }

    mutating func foundOpenStop(_ page: Page<WireStop>, _ serial: Int, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        guard let stop = page.elements.first(where: { $0.clientID == order.id.text }) else {
            return askWhileReconciling(.askFinishedStop(serial), markets[order.instrument].product)
        }
        adoptStop(serial, stop.id, stop.updatedAt)
        resolveStopAmend(serial, stop, askedAt: askedAt)
        checkDirection(serial, stop)
    }

    private mutating func resolveStopAmend(_ serial: Int, _ stop: WireStop, askedAt: Timestamp) {
        guard let amend = desk.orders[serial]?.amend, let lostAt = amend.lostAt, askedAt >= lostAt
        else { return }
        let hasPrice = amend.price == nil || amend.price == stop.price
        let hasAmount = amend.quantity == nil || amend.quantity == stop.amount
        if hasPrice, hasAmount {
            amended(serial, price: stop.price, amount: stop.amount)
        } else {
            refuseAmend(serial, "the venue shows the stop order unchanged")
        }
    }

    /// A stop that is over was cancelled, or has become an order with the same client id.
    mutating func foundFinishedStop(_ page: Page<WireStop>, _ serial: Int) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if let stop = page.elements.first(where: { $0.clientID == order.id.text }),
            !order.isAcknowledged
        {
            adoptStop(serial, stop.id, stop.updatedAt)
            if stop.status == "cancel" { return finish(serial, .cancelled) }
        }
        askWhileReconciling(.ask(serial), markets[order.instrument].product)
    }

    /// Neither open nor finished.
    ///
    /// An order that was accepted was cancelled with nothing filled, for such orders the venue
    /// forgets; one that was not may still be on its way.
    private mutating func notFound(_ serial: Int) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if order.isAcknowledged {
            guard order.venueID != nil else { return finish(serial, .cancelled) }
            return isGone(serial, isDecisive: true)
        }
        desk.orders[serial]?.rounds += 1
        let deadline = (order.sentAt ?? order.createdAt)
            .advanced(byNanoseconds: Waits.lostOrder)
        // The venue takes no request older than its window: after that, twice is enough.
        if now > deadline, order.rounds >= 1 { return finish(serial, .notFound) }
        let isStop = order.request.stop != nil
        agenda.add(
            .request(isStop ? .askStop(serial) : .ask(serial), attempts: 1),
            at: max(after(Waits.second), order.rounds >= 3 ? deadline : now))
    }

    // MARK: - By id

    mutating func toldStatus(_ serial: Int, _ wire: WireOrder, askedAt: Timestamp) {
        guard let order = desk.orders[serial], !order.isDone,
            adopt(serial, wire, markets[order.instrument].product)
        else { return }
        switch wire.status {
        case .open, .partFilled:
            resolveAmend(serial, wire, askedAt: askedAt)
            settle(serial)
        case .filled, .partCanceled, .canceled: end(serial, wire, .cancelled)
        case nil:
            // Without a status only the amounts tell.
            if wire.unfilled == .zero { end(serial, wire, .cancelled) } else { settle(serial) }
        }
    }

    /// The venue does not know an accepted order any more: cancelled, and its executions say how
    /// much was filled.
    mutating func isGone(_ serial: Int, isDecisive: Bool = false) {
        guard let order = desk.orders[serial], !order.isDone else { return }
        if order.amend != nil, !isDecisive, let id = order.venueID {
            return awaitChange(serial, id)
        }
        if desk.orders[serial]?.ending == nil { desk.orders[serial]?.ending = .cancelled }
        desk.orders[serial]?.needsAllDeals = true
        askForDeals(serial)
    }

    // MARK: - Executions

    mutating func askForDeals(_ serial: Int) {
        guard let order = desk.orders[serial], !order.isDone, !order.ids.isEmpty,
            order.dealsAskedFor.isEmpty
        else { return }
        guard order.told < order.seen || order.needsAllDeals else { return settle(serial) }
        desk.orders[serial]?.dealsAskedFor = Set(order.ids)
        for id in order.ids {
            askWhileReconciling(
                .orderDeals(serial, id: id, page: 1), markets[order.instrument].product)
        }
    }

    mutating func receivedAll(
        _ page: Page<WireDeal>, _ serial: Int, _ id: Int64, page number: Int
    ) {
        guard let order = desk.orders[serial] else { return }
        for deal in page.elements.reversed() where deal.orderID == id { tell(deal, serial) }
        if page.hasNext, number < Bounds.pages {
            return askWhileReconciling(
                .orderDeals(serial, id: id, page: number + 1), markets[order.instrument].product)
        }
        desk.orders[serial]?.dealsAskedFor.remove(id)
        guard desk.orders[serial]?.dealsAskedFor.isEmpty == true else { return }
        desk.orders[serial]?.needsAllDeals = false
        desk.orders[serial]?.hasAllDeals = true
        settle(serial)
    }

    mutating func receivedRecent(_ page: Page<WireDeal>, _ index: Int, page number: Int) {
        let product = markets[index].product
        for deal in page.elements.reversed() where deal.marginMarket == nil {
            if let serial = desk.serial(product, deal.orderID) { tell(deal, serial) }
        }
        guard page.hasNext, number < Bounds.pages else { return }
        askWhileReconciling(.recentDeals(index, page: number + 1), product)
    }

    /// Tells an execution, once however often and on whatever way it comes.
    mutating func tell(_ deal: WireDeal, _ serial: Int) {
        guard let order = desk.orders[serial],
            desk.orders[serial]?.deals.insert(deal.id).inserted
                ?? false
        else { return }
        desk.orders[serial]?.lastNews = now
        desk.orders[serial]?.told += deal.quantity
        let fill = fill(deal, order)
        report(serial, .fill(fill), deal.createdAt)
        settle(serial)
    }

    private func fill(_ deal: WireDeal, _ order: TrackedOrder) -> Fill {
        let instrument = markets[order.instrument].symbol
        let liquidity = deal.liquidity ?? (order.request.isPostOnly ? .maker : .taker)
        // Spot takes its fee from what is received, futures in the settle currency.
        let currency =
            instrument.kind == .spot && order.request.side == .buy
            ? instrument.base : instrument.settle
        guard let fee = deal.fee else {
            return Fill(
                id: String(deal.id), price: deal.price, quantity: deal.quantity,
                liquidity: liquidity, fee: expectedFee(deal, order, liquidity),
                feeCurrency: currency)
        }
        return Fill(
            id: String(deal.id), price: deal.price, quantity: deal.quantity, liquidity: liquidity,
            fee: fee, feeCurrency: deal.feeCurrency.map { Currency($0) } ?? currency)
    }

    /// The fee by the order's rate, for lists that do not tell it.
    private func expectedFee(
        _ deal: WireDeal, _ order: TrackedOrder, _ liquidity: Liquidity
    ) -> Money {
        let market = markets[order.instrument]
        let rate =
            liquidity == .maker
            ? order.makerFee ?? market.fees?.maker : order.takerFee ?? market.fees?.taker
        guard let rate else { return .zero }
        if market.symbol.kind == .spot, order.request.side == .buy {
            return Money(attos: deal.quantity.attos).times(rate, .up) ?? .zero
        }
        let contract = Contract(
            kind: market.symbol.kind, size: Quantity(attos: attosPerUnit))
        return contract.value(of: deal.quantity, at: deal.price, .up)?.times(rate, .up) ?? .zero
    }

    mutating func hold(_ deal: WireDeal, _ product: Product) {
        if desk.heldDeals.count == Bounds.heldDeals { desk.heldDeals.removeFirst() }
        desk.heldDeals.append((product, deal))
    }

    mutating func takeHeldDeals(of venueID: Int64, _ serial: Int, _ product: Product) {
        let mine = desk.heldDeals.filter { $0.product == product && $0.deal.orderID == venueID }
        guard !mine.isEmpty else { return }
        desk.heldDeals.removeAll { $0.product == product && $0.deal.orderID == venueID }
        for held in mine { tell(held.deal, serial) }
    }

    // MARK: - All open orders

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
