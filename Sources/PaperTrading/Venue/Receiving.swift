internal import TradingCore
internal import TradingModel

/// What happens when a command reaches the venue.
extension PaperVenue {
    func receive(_ order: PaperOrder) {
        guard orders[order.id] == nil else {
            return report(order, .rejected(reason: "duplicate id: an open order has it"))
        }
        orders[order.id] = order
        guard order.request.stop != nil else { return enter(order, as: .new) }
        report(order, .accepted(order.venueID))
        order.stage = .sleeping
        let market = markets[order.instrument.index]
        market.join(order)
        if let price = market.stopReference, order.isTriggered(by: price) { trigger(order) }
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
        let old = order.request
        var terms = old
        terms.quantity = quantity ?? old.quantity
        guard terms.quantity > order.filled else {
            let reason =
                "the new quantity \(terms.quantity) is not above the \(order.filled) filled"
            return report(order, .amendRejected(reason: reason))
        }
        if let price {
            guard old.price != nil else {
                return report(order, .amendRejected(reason: "a market order has no price"))
            }
            terms.price = price
        }
        let keepsPlace = terms.price == old.price && terms.quantity <= old.quantity
        if order.stage == .sleeping || keepsPlace {
            order.request = terms
            shrinkReservation(of: order)
            return report(order, .amended(price: terms.price, quantity: terms.quantity))
        }
        replace(order, with: terms)
    }

    /// A new price or more quantity: the order leaves its queue and comes in again.
    private func replace(_ order: PaperOrder, with terms: OrderRequest) {
        let old = order.request
        order.request = terms
        let plan = plan(for: order)
        order.request = old
        if case .refuse(let reason) = plan {
            return report(order, .amendRejected(reason: reason))
        }
        markets[order.instrument.index].leave(order)
        order.request = terms
        report(order, .amended(price: terms.price, quantity: terms.quantity))
        carryOut(plan, order)
    }

    private static let notOpen =
        "no open order has this id: it is filled, cancelled or never reached the venue"

    // MARK: - Ends

    /// Takes an order off the venue and gives back what it had set aside.
    func finish(_ order: PaperOrder) {
        order.isOpen = false
        orders[order.id] = nil
        markets[order.instrument.index].leave(order)
        setReservation(of: order, to: .zero)
    }

    func expire(_ order: PaperOrder, _ reason: String) {
        finish(order)
        report(order, .expired(reason: reason))
    }

    // MARK: - Reservations

    func setReservation(of order: PaperOrder, to amount: Money) {
        account.reserve(order.instrument, order.side, from: order.reservation, to: amount)
        order.reservation = amount
    }

    /// What the order's remainder needs, never more than it holds already.
    func shrinkReservation(of order: PaperOrder) {
        guard let price = order.request.price, order.stage == .resting else { return }
        let needed = reservation(of: order, at: price) ?? order.reservation
        setReservation(of: order, to: min(order.reservation, needed))
    }

    /// What the rest of an order needs while it rests at `price`; nil: too large.
    func reservation(of order: PaperOrder, at price: Price) -> Money? {
        account.reservation(
            order.instrument, order.side, price: price, quantity: fillable(order))
    }

    /// What may still fill: of a reduce-only order no more than there is to reduce.
    func fillable(_ order: PaperOrder) -> Quantity {
        guard order.request.isReduceOnly else { return order.remaining }
        return min(order.remaining, account.reducible(order.instrument, order.side))
    }
}
