public import TradingCore
public import TradingModel

/// What is sent to the venue, on its way for as long as the latency says, and its arrival.
extension MatchingVenue {
    /// What is on its way to the venue.
    struct Request {
        let id: ClientOrderID
        let instrument: InstrumentID
        let sentAt: Timestamp
        let action: Action

        enum Action {
            case submit(PaperOrder)
            case cancel
            case amend(price: Price?, quantity: Quantity?)
        }
    }

    public func submit(_ order: ApprovedOrder, at time: Timestamp) {
        submit(order.id, order.request, at: time)
    }

    /// For venue simulators, whose orders come from a client of ours and move no real money.
    package func submit(_ id: ClientOrderID, _ request: OrderRequest, at time: Timestamp) {
        // They arrive as they were sent, so they may be numbered here.
        numberOfOrders += 1
        let order = PaperOrder(
            id: id, venueID: VenueOrderID(Self.orderPrefix, numberOfOrders), request: request,
            sentAt: time)
        send(.submit(order), id, request.instrument, at: time)
    }

    /// The instrument names the order's market, should the venue not know the order.
    public func cancel(_ id: ClientOrderID, _ instrument: InstrumentID, at time: Timestamp) {
        send(.cancel, id, instrument, at: time)
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
        send(.amend(price: price, quantity: quantity), id, instrument, at: time)
    }

    @inline(__always)
    private func send(
        _ action: consuming Request.Action, _ id: ClientOrderID, _ instrument: InstrumentID,
        at time: Timestamp
    ) {
        pass(time)  // what nothing watched has not moved the clock
        arrivals.append(
            Request(id: id, instrument: instrument, sentAt: time, action: action),
            due: time.advanced(byNanoseconds: settings.latency.orderEntry),
            number: nextNumber())
        findNextDue()
    }

    // MARK: - Arrival

    func arriveNext() {
        pass(arrivals.nextDue)
        arrivals.drainFirst { request in
            findNextDue()
            let market = markets[request.instrument.index]
            arrive(request, in: market)
            settleBalances()
            market.updateWatch()
            if market.hasBars { findNextStep(in: market) }
            findNextDue()
        }
    }

    private func arrive(_ request: Request, in market: PaperMarket) {
        switch request.action {
        case .submit(let order):
            if market.hasBars { showPath(toOrderSentAt: request.sentAt, in: market) }
            receive(order)
        case .cancel:
            receiveCancel(of: request.id, request.instrument)
        case .amend(let price, let quantity):
            if market.hasBars { showPath(toOrderSentAt: request.sentAt, in: market) }
            // Only bars ask when an order came in, and most markets have none.
            let order = market.hasBars || market.barSize != nil ? orders[request.id] : nil
            let old = order?.request
            receiveAmendment(
                of: request.id, request.instrument, price: price, quantity: quantity)
            if let order, let old, order.isOpen, order.losesPlace(beside: old) {
                order.comeAgain(sentAt: request.sentAt, arrivedAt: now)
            }
        }
    }

    private static let orderPrefix = InternedText("P")
}
