public import TradingCore
public import TradingModel

/// What is sent to the venue, on its way for as long as the latency says, and its arrival.
extension MatchingVenue {
    /// What is on its way to the venue.
    enum Request {
        indirect case submit(ClientOrderID, OrderRequest, sentAt: Timestamp)
        case cancel(ClientOrderID, InstrumentID)
        case amend(
            ClientOrderID, InstrumentID, price: Price?, quantity: Quantity?, sentAt: Timestamp)

        var instrument: InstrumentID {
            switch self {
            case .submit(_, let request, _): request.instrument
            case .cancel(_, let instrument), .amend(_, let instrument, _, _, _): instrument
            }
        }
    }

    public func submit(_ order: ApprovedOrder, at time: Timestamp) {
        submit(order.id, order.request, at: time)
    }

    /// For venue simulators, whose orders come from a client of ours and move no real money.
    package func submit(_ id: ClientOrderID, _ request: OrderRequest, at time: Timestamp) {
        send(.submit(id, request, sentAt: time), at: time)
    }

    /// The instrument names the order's market, should the venue not know the order.
    public func cancel(_ id: ClientOrderID, _ instrument: InstrumentID, at time: Timestamp) {
        send(.cancel(id, instrument), at: time)
    }

    public func amend(_ amendment: ApprovedAmendment, at time: Timestamp) {
        amend(
            amendment.id, amendment.instrument, price: amendment.price,
            quantity: amendment.quantity, at: time)
    }

    /// For venue simulators; see ``submit(_:_:at:)``.
    package func amend(
        _ id: ClientOrderID, _ instrument: InstrumentID, price: Price?, quantity: Quantity?,
        at time: Timestamp
    ) {
        send(.amend(id, instrument, price: price, quantity: quantity, sentAt: time), at: time)
    }

    @inline(__always)
    private func send(_ request: consuming Request, at time: Timestamp) {
        pass(time)  // what nothing watched has not moved the clock
        arrivals.append(
            request, due: time.advanced(byNanoseconds: settings.latency.orderEntry),
            number: nextNumber())
        findNextDue()
    }

    // MARK: - Arrival

    func arriveNext() {
        let due = arrivals.nextDue
        guard let request = arrivals.popFirst() else { return }
        pass(due)
        findNextDue()
        let market = markets[request.instrument.index]
        switch request {
        case .submit(let id, let terms, let sentAt):
            numberOfOrders += 1
            let venueID = VenueOrderID(Self.orderPrefix, numberOfOrders)
            if market.hasBars { showPath(toOrderSentAt: sentAt, in: market) }
            receive(
                PaperOrder(
                    id: id, venueID: venueID, request: terms, sentAt: sentAt, arrivedAt: now))
        case .cancel(let id, let instrument):
            receiveCancel(of: id, instrument)
        case .amend(let id, let instrument, let price, let quantity, let sentAt):
            if market.hasBars { showPath(toOrderSentAt: sentAt, in: market) }
            // Only bars ask when an order came in, and most markets have none.
            let order = market.hasBars || market.barSize != nil ? orders[id] : nil
            let old = order?.request
            receiveAmendment(of: id, instrument, price: price, quantity: quantity)
            if let order, let old, order.isOpen, order.losesPlace(beside: old) {
                order.comeAgain(sentAt: sentAt, arrivedAt: now)
            }
        }
        settleBalances()
        market.updateWatch()
        if market.hasBars { findNextStep(in: market) }
        findNextDue()
    }

    private static let orderPrefix = InternedText("P")
}
