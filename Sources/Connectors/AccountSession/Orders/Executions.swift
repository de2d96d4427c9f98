internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Executions of own orders: told once each, on whatever way they come.
extension AccountCore {
    package mutating func pushed(_ deal: ExecutionFact) { received(deal, in: nil) }

    /// - Parameter list: the list that has it; nil: a push told it.
    mutating func received(_ deal: ExecutionFact, in list: String?) {
        if let serial = desk.serial(deal.segment, deal.orderID) {
            return report(deal, serial, in: list)
        }
        guard let serial = desk.serial(deal.segment, clientID: deal.clientID, markets) else {
            return keep(deal)
        }
        // The execution came before the reply and before the order's own push. Whose id it is, and
        // for a stop that it woke, follows from the client id.
        if let order = desk.orders[serial], order.venueID == nil, !order.isDone {
            desk.orders[serial]?.adopt(deal.orderID)
            desk.link(serial, deal.segment, venueID: deal.orderID)
            if order.request.stop != nil, !order.isTriggered {
                if order.reportedVenueID == nil {
                    accept(serial, order.stopID ?? deal.orderID, nil)
                }
                desk.orders[serial]?.isTriggered = true
                report(serial, .triggered, deal.venueTime)
            }
            accept(serial, deal.orderID, deal.venueTime)
        }
        desk.link(serial, deal.segment, venueID: deal.orderID)
        report(deal, serial, in: list)
    }

    mutating func askForDeals(_ serial: DeskSerial) {
        guard let order = desk.orders[serial], !order.isDone, !order.ids.isEmpty,
            order.dealsAskedFor.isEmpty
        else { return }
        guard order.reportedQuantity < order.venueFilled || order.needsAllDeals else {
            return settle(serial)
        }
        desk.orders[serial]?.dealsAskedFor = Set(order.ids)
        desk.orders[serial]?.areDealsOld = false
        for id in order.ids {
            askWhileReconciling(
                .executionsOf(serial, id: id, page: .first), markets[order.instrument].segment)
        }
    }

    mutating func receivedAll(
        _ page: Rows<ExecutionFact>, _ serial: DeskSerial, _ id: WireID
    ) {
        guard let order = desk.orders[serial] else { return }
        for deal in page.rows.reversed() where deal.orderID == id {
            report(deal, serial, in: "the order's executions")
        }
        if let next = page.next, next.number <= traits.bounds.pages {
            return askWhileReconciling(
                .executionsOf(serial, id: id, page: next), markets[order.instrument].segment)
        }
        desk.orders[serial]?.dealsAskedFor.remove(id)
        guard desk.orders[serial]?.dealsAskedFor.isEmpty == true else { return }
        // Only what was asked for behind the end can be whole.
        if desk.orders[serial]?.areDealsOld == true { return askForDeals(serial) }
        desk.orders[serial]?.needsAllDeals = false
        desk.orders[serial]?.hasAllDeals = true
        settle(serial)
    }

    mutating func receivedRecent(_ page: Rows<ExecutionFact>, _ index: InstrumentID) {
        let segment = markets[index].segment
        for deal in page.rows.reversed() {
            if let serial = desk.serial(segment, deal.orderID) {
                report(deal, serial, in: "the market's executions")
            } else if !traits.listsEnded,
                desk.serial(segment, clientID: deal.clientID, markets) != nil
            {
                // Nothing else may ever tell that the order was there.
                received(deal, in: "the market's executions")
            }
        }
        guard let next = page.next, next.number <= traits.bounds.pages else { return }
        askWhileReconciling(.executions(index, page: next), segment)
    }

    /// Reports an execution, once however often and on whatever way it comes.
    ///
    /// - Parameter list: the list that has it; nil: a push told it.
    mutating func report(_ deal: ExecutionFact, _ serial: DeskSerial, in list: String? = nil) {
        guard let order = desk.orders[serial] else { return }
        guard !order.deals.contains(deal.id) else { return compareFee(deal, order) }
        guard isExplained(deal, order) else {
            keep(deal)
            return askStatus(serial)
        }
        desk.orders[serial]?.deals.insert(deal.id)
        recordSign(of: serial)
        desk.orders[serial]?.reportedQuantity += deal.quantity
        guard deal.side == order.request.side else {
            reverse(serial)
            return settle(serial)
        }
        holdings.filledAt[order.instrument] = now
        holdings.filledSince[order.instrument, default: [:]][deal.side, default: .zero] +=
            deal.quantity
        let fill = fill(deal, order)
        if deal.fee == nil { desk.orders[serial]?.estimatedFees[deal.id] = fill.fee }
        if let list { differs(by: deal, of: order, in: list) }
        report(serial, .fill(fill), deal.venueTime)
        balancesChanged(deal.segment)
        settle(serial)
    }

    /// Whether an execution fits into its order, or the venue was asked what else the order is for.
    private mutating func isExplained(_ deal: ExecutionFact, _ order: TrackedOrder) -> Bool {
        guard !order.isDone, !order.isReversed, deal.side == order.request.side else { return true }
        let asked = order.amend?.quantity ?? .zero
        let whole = order.reportedQuantity + deal.quantity
        if whole <= max(order.request.quantity, asked) { return true }
        guard order.hasAskedForTerms else { return false }
        desk.orders[order.serial]?.hasAskedForTerms = false
        changedElsewhere(order.serial, price: nil, quantity: whole)
        return true
    }

    private mutating func differs(
        by deal: ExecutionFact, of order: TrackedOrder, in list: String
    ) {
        differs(
            .missedExecution, order.instrument,
            [
                .init("order", order.id.text), .init("execution", deal.id.description),
                .init("side", deal.side.description), .init("quantity", deal.quantity.description),
                .init("price", deal.price.description), .init("list", list),
            ])
    }

    /// A fee that was worked out from the rates, for a list did not tell it, is told now.
    private mutating func compareFee(_ deal: ExecutionFact, _ order: TrackedOrder) {
        guard let fee = deal.fee,
            let booked = desk.orders[order.serial]?.estimatedFees.removeValue(forKey: deal.id),
            booked != fee
        else { return }
        differs(
            .feeDifference, order.instrument,
            [
                .init("order", order.id.text), .init("execution", deal.id.description),
                .init("booked", booked.description), .init("told", fee.description),
            ])
    }

    private func fill(_ deal: ExecutionFact, _ order: TrackedOrder) -> Fill {
        let instrument = markets[order.instrument].symbol
        let liquidity = deal.liquidity ?? (order.request.isPostOnly ? .maker : .taker)
        let currency = paysInBase(order) ? instrument.base : instrument.settle
        guard let fee = deal.fee else {
            return Fill(
                id: deal.id.description, price: deal.price, quantity: deal.quantity,
                liquidity: liquidity, fee: expectedFee(deal, order, liquidity),
                feeCurrency: currency)
        }
        return Fill(
            id: deal.id.description, price: deal.price, quantity: deal.quantity,
            liquidity: liquidity,
            fee: fee, feeCurrency: deal.feeCurrency ?? currency)
    }

    /// Whether its fees are taken out of what it brings.
    private func paysInBase(_ order: TrackedOrder) -> Bool {
        traits.spotFee == .received && markets[order.instrument].symbol.kind == .spot
            && order.request.side == .buy
    }

    /// The fee by the order's rate, for lists that do not tell it.
    private func expectedFee(
        _ deal: ExecutionFact, _ order: TrackedOrder, _ liquidity: Liquidity
    ) -> Money {
        let market = markets[order.instrument]
        let rate =
            liquidity == .maker
            ? order.makerFee ?? market.fees?.maker : order.takerFee ?? market.fees?.taker
        guard let rate else { return .zero }
        if paysInBase(order) {
            return Money(attos: deal.quantity.attos).times(rate, .up) ?? .zero
        }
        let contract = Contract(
            kind: market.symbol.kind, size: Quantity(attos: attosPerUnit))
        return contract.value(of: deal.quantity, at: deal.price, .up)?.times(rate, .up) ?? .zero
    }

    mutating func keep(_ deal: ExecutionFact) {
        if desk.heldDeals.contains(deal) { return }
        if desk.heldDeals.count == traits.bounds.heldDeals { desk.heldDeals.removeFirst() }
        desk.heldDeals.append(deal)
    }

    mutating func applyKeptDeals(of venueID: WireID, _ serial: DeskSerial, _ segment: Segment) {
        let mine = desk.heldDeals.filter { $0.segment == segment && $0.orderID == venueID }
        guard !mine.isEmpty else { return }
        desk.heldDeals.removeAll { $0.segment == segment && $0.orderID == venueID }
        for held in mine { report(held, serial) }
    }
}
