package import AccountSession
package import TradingModel
internal import WireText

/// An order in the venue's words.
package struct OrderTerms: Hashable {
    package var market: String
    package var side: Side
    /// In base currency, or in contracts.
    package var amount: Quantity
    /// Nil: a market order.
    package var price: Price?
    package var type: String
    /// The currency that `amount` counts in: told for spot market orders, which would otherwise
    /// count a purchase in quote currency.
    package var unit: String?
    package var clientID: String
    /// The price at which it wakes.
    package var trigger: Price?

    /// - Throws: ``Unsupported`` for what the venue has no order for.
    package init(
        _ request: OrderRequest, market: String, base: Currency, segment: Segment, clientID: String
    ) throws(Unsupported) {
        self.market = market
        side = request.side
        amount = request.quantity
        price = request.price
        self.clientID = clientID
        trigger = request.stop
        switch (request.price, request.timeInForce, request.isPostOnly) {
        case (nil, _, true): throw Unsupported("a market order cannot be post-only")
        case (nil, .fok, false): throw Unsupported("a market order cannot be fill-or-kill")
        case (nil, _, false): type = "market"
        case (_, .gtc, true): type = "maker_only"
        case (_, _, true): throw Unsupported("a post-only order cannot be ioc or fok")
        case (_, .gtc, false): type = "limit"
        case (_, .ioc, false): type = "ioc"
        case (_, .fok, false): type = "fok"
        }
        unit = segment == .spot && request.price == nil ? base.code : nil
    }

    /// What the venue has no order for.
    package struct Unsupported: Error, Hashable {
        package let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    fileprivate func body(_ segment: Segment, closing: Bool = false) -> String {
        var body = ObjectText()
        body.add("market", market)
        body.add("market_type", segment.marketType)
        if !closing { body.add("side", side.description) }
        body.add("type", type)
        body.add("amount", amount)
        if let price { body.add("price", price) }
        if let unit { body.add("ccy", unit) }
        body.add("client_id", clientID)
        if let trigger {
            body.add("trigger_price", trigger)
            if segment == .futures { body.add("trigger_price_type", "latest_price") }
        }
        return body.finished()
    }
}

extension CoinExRequests {
    package static func place(_ order: OrderTerms, _ segment: Segment) -> CoinExRequest {
        let name = order.trigger == nil ? "order" : "stop-order"
        return post(
            "/v2/\(segment.rawValue)/\(name)", order.body(segment), .place, segment, isOrder: true)
    }

    /// A reduce-only order: it closes at most the position, and its side follows from it.
    package static func close(_ order: OrderTerms) -> CoinExRequest {
        post(
            "/v2/futures/close-position", order.body(.futures, closing: true), .place, .futures,
            isOrder: true)
    }

    /// New terms of an order; what is nil stays.
    package static func modify(
        _ segment: Segment, _ market: String, orderID: Int64, price: Price?, amount: Quantity?
    ) -> CoinExRequest {
        change(segment, market, "modify-order", "order_id", orderID, price, amount)
    }

    package static func modifyStop(
        _ segment: Segment, _ market: String, stopID: Int64, price: Price?, amount: Quantity?
    ) -> CoinExRequest {
        change(segment, market, "modify-stop-order", "stop_id", stopID, price, amount)
    }

    private static func change(
        _ segment: Segment, _ market: String, _ name: String, _ field: StaticString, _ id: Int64,
        _ price: Price?, _ amount: Quantity?
    ) -> CoinExRequest {
        let body = target(segment, market) {
            $0.add(field, json: String(id))
            if let amount { $0.add("amount", amount) }
            if let price { $0.add("price", price) }
        }
        return post("/v2/\(segment.rawValue)/\(name)", body, .place, segment, isOrder: true)
    }

    package static func cancel(
        _ segment: Segment, _ market: String, orderID: Int64
    ) -> CoinExRequest {
        post(
            "/v2/\(segment.rawValue)/cancel-order",
            target(segment, market) { $0.add("order_id", json: String(orderID)) }, .cancel, segment,
            isOrder: true)
    }

    package static func cancelStop(
        _ segment: Segment, _ market: String, stopID: Int64
    ) -> CoinExRequest {
        post(
            "/v2/\(segment.rawValue)/cancel-stop-order",
            target(segment, market) { $0.add("stop_id", json: String(stopID)) }, .cancel, segment,
            isOrder: true)
    }

    package static func cancel(
        _ segment: Segment, _ market: String, clientID: String, isStop: Bool
    ) -> CoinExRequest {
        post(
            "/v2/\(segment.rawValue)/cancel-\(isStop ? "stop-" : "")order-by-client-id",
            target(segment, market) { $0.add("client_id", clientID) }, .bulkCancel, segment,
            isOrder: true)
    }

    /// The body of a request about a market's orders.
    private static func target(
        _ segment: Segment, _ market: String, _ add: (inout ObjectText) -> Void
    ) -> String {
        var body = ObjectText()
        body.add("market", market)
        body.add("market_type", segment.marketType)
        add(&body)
        return body.finished()
    }
}
