package import AccountSession
package import TradingModel
internal import WireText

/// An order in the venue's words, of an account in one-way mode.
package struct OrderTerms: Hashable {
    package var market: String
    package var side: Side
    /// In base currency.
    package var quantity: Quantity
    /// Nil: a market order.
    package var price: Price?
    /// How long it stands; a market order has no such word.
    package var effect: String?
    package var isReduceOnly: Bool
    package var clientID: String

    package init(_ request: OrderRequest, market: String, clientID: String) {
        self.market = market
        side = request.side
        quantity = request.quantity
        price = request.price
        isReduceOnly = request.isReduceOnly
        self.clientID = clientID
        if request.price == nil { return }
        effect =
            switch (request.timeInForce, request.isPostOnly) {
            case (_, true): "POST_ONLY"
            case (.gtc, _): "GTC"
            case (.ioc, _): "IOC"
            case (.fok, _): "FOK"
            }
    }

    fileprivate var body: String {
        var body = ObjectText()
        body.add("symbol", market)
        body.add("side", side == .buy ? "BUY" : "SELL")
        body.add("orderType", price == nil ? "MARKET" : "LIMIT")
        body.add("qty", quantity)
        if let price { body.add("price", price) }
        if let effect { body.add("effect", effect) }
        if isReduceOnly { body.add("reduceOnly", json: "true") }
        body.add("clientId", clientID)
        return body.finished()
    }
}

/// What a cancel names an order by; the venue's id wins.
package enum CancelledOrder: Hashable, Sendable {
    case id(String)
    case clientID(String)

    fileprivate var body: String {
        var body = ObjectText()
        switch self {
        case .id(let id): body.add("orderId", id)
        case .clientID(let id): body.add("clientId", id)
        }
        return body.finished()
    }
}

extension BitunixRequests {
    package static func place(_ order: OrderTerms) -> VenueRequest {
        post("trade/place_order", order.body, EndpointGroups.place, isOrder: true)
    }

    /// The venue wants both terms.
    ///
    /// - Parameter quantity: of the whole order, with what is filled.
    package static func modify(_ id: String, quantity: Quantity, price: Price) -> VenueRequest {
        var body = ObjectText()
        body.add("orderId", id)
        body.add("qty", quantity)
        body.add("price", price)
        return post("trade/modify_order", body.finished(), EndpointGroups.modify, isOrder: true)
    }

    /// The most orders of one request that the venue's pages name, of those that are placed.
    package static let mostCancels = 20

    /// - Precondition: at least one, all of the market.
    package static func cancel(_ market: String, _ orders: [CancelledOrder]) -> VenueRequest {
        var body = ObjectText()
        body.add("symbol", market)
        body.add("orderList", json: "[\(orders.map(\.body).joined(separator: ","))]")
        return post("trade/cancel_orders", body.finished(), EndpointGroups.cancel, isOrder: true)
    }
}
