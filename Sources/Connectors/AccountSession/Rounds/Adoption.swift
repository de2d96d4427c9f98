internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Orders of others that become the run's own, where the plan says so: before it trades, and what has not begun
/// to fill, for what was filled before is nobody's here.
extension AccountCore {
    /// Whether an order is the run's own from now on.
    mutating func adopt(_ fact: OrderFact, _ index: InstrumentID) -> Bool {
        guard plan.adoptsOrders, !wasConnected, let price = fact.price, !fact.hasLeft,
            fact.unfilled ?? fact.amount == fact.amount, fact.filled ?? .zero == .zero
        else { return false }
        let request = OrderRequest(
            instrument: index, side: fact.side, quantity: fact.amount, price: price)
        let serial = adopt(request, fact.clientID, fact.id)
        desk.orders[serial]?.makerFee = fact.makerFee
        desk.orders[serial]?.takerFee = fact.takerFee
        desk.orders[serial]?.adopt(fact.id)
        desk.link(serial, fact.segment, venueID: fact.id)
        emitAdopted(
            serial, .working(VenueOrderID(fact.id.description), filled: .zero), fact.createdAt)
        return true
    }

    mutating func adopt(_ stop: StopFact, _ index: InstrumentID) -> Bool {
        guard plan.adoptsOrders, !wasConnected, stop.standing == .waiting else { return false }
        let request = OrderRequest(
            instrument: index, side: stop.side, quantity: stop.amount, price: stop.price,
            stop: stop.trigger)
        let serial = adopt(request, stop.clientID, stop.id)
        desk.orders[serial]?.stopID = stop.id
        desk.link(serial, stop.segment, stopID: stop.id)
        emitAdopted(serial, .waiting(VenueOrderID(stop.id.description)), stop.updatedAt)
        return true
    }

    /// Its name here is the id that whoever sent it gave it, or where there is none, or another order has it, made
    /// from the venue's.
    private mutating func adopt(
        _ request: OrderRequest, _ clientID: WireID?, _ venueID: WireID
    ) -> DeskSerial {
        var id = ClientOrderID(clientID?.description ?? "")
        var wireID = clientID
        if id.text.isEmpty || desk.serial(of: id) != nil {
            id = ClientOrderID(
                "adopted-\(markets[request.instrument].segment.rawValue)-\(venueID)")
            wireID = nil
        }
        let serial = desk.add(
            id, wireID ?? .text(id.text), request, isRestored: true, at: now)
        desk.orders[serial]?.sentAt = now
        desk.orders[serial]?.reportedVenueID = VenueOrderID(venueID.description)
        desk.orders[serial]?.sign(at: now)
        return serial
    }

    private mutating func emitAdopted(_ serial: DeskSerial, _ state: OrderState, _ time: Timestamp?)
    {
        guard let order = desk.orders[serial] else { return }
        out.append(
            .adopted(
                EarlierRun.KnownOrder(
                    id: order.id, request: order.request, state: state, filledNotional: .zero,
                    fills: [], createdAt: time ?? now, updatedAt: now)))
    }
}
