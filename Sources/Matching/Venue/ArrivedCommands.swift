internal import TradingCore
internal import TradingModel

/// What happens when a command reaches the venue.
extension MatchingVenue {
    func receive(_ order: PaperOrder) {
        guard orders[order.id] == nil else {
            return report(order, .rejected(reason: "duplicate id: an open order has it"))
        }
        if let reason = offLot(order.request.quantity, order.instrument) {
            return report(order, .rejected(reason: InternedText(passing: reason)))
        }
        orders.insert(order)
        guard order.request.stop != nil else { return enter(order, as: .new) }
        order.stage = .untriggered
        if let shortfall = shortfallAsleep(order) {
            finish(order)
            return report(order, .rejected(reason: InternedText(passing: shortfall.description)))
        }
        report(order, .accepted(order.venueID))
        sleep(order)
    }

    private func sleep(_ order: PaperOrder) {
        order.arrivedAt = now
        let market = markets[order.instrument.index]
        market.join(order)
        cover(market)
        if let price = market.stopReference, order.isTriggered(by: price) { trigger(order) }
    }

    /// Why a quantity cannot be ordered; nil: it is whole lots.
    private func offLot(_ quantity: Quantity, _ instrument: InstrumentID) -> String? {
        let lot = costs[instrument.index].lot
        return quantity.isMultiple(of: lot)
            ? nil : "the quantity \(quantity) is not a whole number of lots of \(lot)"
    }

    /// What a spot sell that is to sleep lacks; nil: nothing.
    ///
    /// It may come before what it is to sell; what is held must not be set aside for others.
    private func shortfallAsleep(_ order: PaperOrder) -> Shortfall? {
        guard let needed = requirement(of: order), needed > .zero else { return nil }
        let free = account.available(order.instrument, order.side) + order.reservation
        guard min(needed, account.total(order.instrument, order.side)) > free else { return nil }
        return .lacks(
            needs: needed, available: free, account.currency(order.instrument, order.side))
    }

    func receiveCancel(of id: ClientOrderID, _ instrument: InstrumentID) {
        guard let order = orders[id] else {
            return report(id, instrument, .cancelRejected(reason: Self.notOpen))
        }
        finish(order)
        report(order, .cancelled)
    }

    func receiveAmendment(
        of id: ClientOrderID, _ instrument: InstrumentID, price: Price?, quantity: Quantity?
    ) {
        guard let order = orders[id] else {
            return report(id, instrument, .amendRejected(reason: Self.notOpen))
        }
        let old = order.terms
        let terms = PaperOrder.Terms(price: price ?? old.price, quantity: quantity ?? old.quantity)
        guard terms.quantity > order.filled else {
            let reason =
                "the new quantity \(terms.quantity) is not above the \(order.filled) filled"
            return report(order, .amendRejected(reason: InternedText(passing: reason)))
        }
        if let reason = offLot(terms.quantity, instrument) {
            return report(order, .amendRejected(reason: InternedText(passing: reason)))
        }
        guard price == nil || old.price != nil else {
            return report(order, .amendRejected(reason: "a market order has no price"))
        }
        let keepsPlace = terms.price == old.price && terms.quantity <= old.quantity
        if order.stage == .untriggered || keepsPlace {
            order.terms = terms
            if terms.quantity > old.quantity, let shortfall = shortfallAsleep(order) {
                order.terms = old
                return report(
                    order, .amendRejected(reason: InternedText(passing: shortfall.description)))
            }
            cover(markets[order.instrument.index])
            return report(order, .amended(price: terms.price, quantity: terms.quantity))
        }
        replace(order, with: terms)
    }

    /// A new price or more quantity: the order leaves its queue and comes in again.
    private func replace(_ order: PaperOrder, with terms: PaperOrder.Terms) {
        let old = order.terms
        order.terms = terms
        let plan = plan(for: order)
        if case .refuse(let reason) = plan {
            order.terms = old
            return report(order, .amendRejected(reason: InternedText(passing: reason)))
        }
        markets[order.instrument.index].leave(order)
        order.arrivedAt = now
        report(order, .amended(price: terms.price, quantity: terms.quantity))
        carryOut(plan, order)
    }

    private static let notOpen = InternedText(
        "no open order has this id: it is filled, cancelled or never reached the venue")

    // MARK: - Ends

    /// Takes an order off the venue and gives back what it had set aside.
    func finish(_ order: PaperOrder) {
        order.isOpen = false
        orders.remove(order)
        markets[order.instrument.index].leave(order)
        setReservation(of: order, to: .zero)
    }

    func expire(_ order: PaperOrder, _ reason: String) {
        finish(order)
        report(order, .expired(reason: InternedText(passing: reason)))
    }
}
