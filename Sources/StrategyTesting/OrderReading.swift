import ScriptHost
import TradingCore
import TradingModel

// Own orders and fills, as a test builds them.

extension EventReading {
    func request(_ order: PlainValue) throws(TestRefusal) -> OrderRequest {
        let name = order["tag"].text ?? ""
        guard let tag = OrderTag(name) else {
            throw TestRefusal("`tag` in order{} is longer than \(OrderTag.mostBytes) bytes")
        }
        return OrderRequest(
            instrument: try instrument(order).id, side: order.side("side") ?? .buy,
            quantity: try order.quantity("qty") ?? .zero, price: try order.price("price"),
            timeInForce: order["tif"].text.flatMap(TimeInForce.init(rawValue:)) ?? .gtc,
            isPostOnly: order.flag("post_only"), isReduceOnly: order.flag("reduce_only"),
            stop: try order.price("stop"), tag: tag)
    }

    /// The state that an order says it is in.
    func state(_ order: PlainValue, of request: OrderRequest) throws(TestRefusal) -> OrderState {
        let filled = try order.quantity("filled") ?? .zero
        guard filled <= request.quantity else {
            throw TestRefusal("`filled` in order{} is more than its `qty`")
        }
        let id = VenueOrderID(order["id"].text ?? "")
        let reason = InternedText(order["reason"].text ?? "")
        let standing = OrderState.Standing.working(id, filled: filled)
        switch order["state"].text {
        case "pending": return OrderState(of: request)
        case "waiting": return .waiting(id)
        case "amending":
            return .pendingAmend(
                standing, to: .init(price: request.price, quantity: request.quantity))
        case "cancelling": return .pendingCancel(standing, amending: nil)
        case "unknown": return .unknown(standing, amending: nil, reason: reason)
        case "filled": return .filled(id, filled)
        case "cancelled": return .cancelled(id, filled: filled)
        case "rejected": return .rejected(reason: reason)
        case "expired": return .expired(id, filled: filled, reason: reason)
        default: return .working(id, filled: filled)
        }
    }

    /// The execution, and the order that it fills where the test names none.
    func fill(_ event: PlainValue, number: Int) throws(TestRefusal) -> Fill {
        let instrument = try instrument(event)
        return Fill(
            id: event["id"].text ?? "fill-\(number)", price: try event.price("price") ?? .zero,
            quantity: try event.quantity("qty") ?? .zero,
            liquidity: event["liquidity"].text == "maker" ? .maker : .taker,
            fee: try event.money("fee") ?? .zero,
            feeCurrency: event["fee_currency"].text.map(Currency.init) ?? instrument.settle)
    }
}
