package import TradingModel

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
        _ request: OrderRequest, market: String, base: Currency, product: Product, clientID: String
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
        unit = product == .spot && request.price == nil ? base.code : nil
    }

    /// What the venue has no order for.
    package struct Unsupported: Error, Hashable {
        package let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    fileprivate func body(_ product: Product, closing: Bool = false) -> String {
        var fields = [
            ("market", quoted(market)), ("market_type", quoted(product.marketType)),
        ]
        if !closing { fields.append(("side", quoted(side.description))) }
        fields.append(("type", quoted(type)))
        fields.append(("amount", quoted(amount.description)))
        if let price { fields.append(("price", quoted(price.description))) }
        if let unit { fields.append(("ccy", quoted(unit))) }
        fields.append(("client_id", quoted(clientID)))
        if let trigger {
            fields.append(("trigger_price", quoted(trigger.description)))
            if product == .futures { fields.append(("trigger_price_type", quoted("latest_price"))) }
        }
        return object(fields)
    }
}

private func object(_ fields: [(String, String)]) -> String {
    var text = "{"
    for (name, value) in fields {
        text += text.utf8.count == 1 ? "\"" : ",\""
        text += name
        text += "\":"
        text += value
    }
    return text + "}"
}

extension CoinExRequests {
    package static func place(_ order: OrderTerms, _ product: Product) -> CoinExRequest {
        let name = order.trigger == nil ? "order" : "stop-order"
        return post(
            "/v2/\(product.rawValue)/\(name)", order.body(product), .place, product, isOrder: true)
    }

    /// A reduce-only order: it closes at most the position, and its side follows from it.
    package static func close(_ order: OrderTerms) -> CoinExRequest {
        post(
            "/v2/futures/close-position", order.body(.futures, closing: true), .place, .futures,
            isOrder: true)
    }

    /// Several orders at once, at the price of as many units.
    package static func placeBatch(_ orders: [OrderTerms], _ product: Product) -> CoinExRequest {
        precondition(1...batchSize ~= orders.count, "a batch has 1 to \(batchSize) orders")
        let items = orders.map { $0.body(product) }.joined(separator: ",")
        return post(
            "/v2/\(product.rawValue)/batch-order", "{\"orders\":[\(items)]}", .place, product,
            units: orders.count, isOrder: true)
    }

    /// New terms of an order; what is nil stays.
    package static func modify(
        _ product: Product, _ market: String, orderID: Int64, price: Price?, amount: Quantity?
    ) -> CoinExRequest {
        post(
            "/v2/\(product.rawValue)/modify-order",
            object(
                target(product, market) + [("order_id", String(orderID))]
                    + terms(price: price, amount: amount)), .place, product, isOrder: true)
    }

    package static func modifyStop(
        _ product: Product, _ market: String, stopID: Int64, price: Price?, amount: Quantity?
    ) -> CoinExRequest {
        post(
            "/v2/\(product.rawValue)/modify-stop-order",
            object(
                target(product, market) + [("stop_id", String(stopID))]
                    + terms(price: price, amount: amount)), .place, product, isOrder: true)
    }

    package static func cancel(
        _ product: Product, _ market: String, orderID: Int64
    ) -> CoinExRequest {
        post(
            "/v2/\(product.rawValue)/cancel-order",
            object(target(product, market) + [("order_id", String(orderID))]), .cancel, product,
            isOrder: true)
    }

    package static func cancelStop(
        _ product: Product, _ market: String, stopID: Int64
    ) -> CoinExRequest {
        post(
            "/v2/\(product.rawValue)/cancel-stop-order",
            object(target(product, market) + [("stop_id", String(stopID))]), .cancel, product,
            isOrder: true)
    }

    package static func cancelBatch(
        _ product: Product, _ market: String, orderIDs: [Int64]
    ) -> CoinExRequest {
        precondition(1...batchSize ~= orderIDs.count, "a batch has 1 to \(batchSize) orders")
        let ids = orderIDs.map { String($0) }.joined(separator: ",")
        return post(
            "/v2/\(product.rawValue)/cancel-batch-order",
            object(target(product, market) + [("order_ids", "[\(ids)]")]), .bulkCancel, product,
            units: orderIDs.count, isOrder: true)
    }

    package static func cancel(
        _ product: Product, _ market: String, clientID: String, isStop: Bool
    ) -> CoinExRequest {
        post(
            "/v2/\(product.rawValue)/cancel-\(isStop ? "stop-" : "")order-by-client-id",
            object(target(product, market) + [("client_id", quoted(clientID))]), .bulkCancel,
            product, isOrder: true)
    }

    /// All normal orders of a market; stops stay.
    package static func cancelAll(_ product: Product, _ market: String) -> CoinExRequest {
        post(
            "/v2/\(product.rawValue)/cancel-all-order", object(target(product, market)),
            .bulkCancel, product, isOrder: true)
    }

    private static func target(_ product: Product, _ market: String) -> [(String, String)] {
        [("market", quoted(market)), ("market_type", quoted(product.marketType))]
    }

    private static func terms(price: Price?, amount: Quantity?) -> [(String, String)] {
        (amount.map { [("amount", quoted($0.description))] } ?? [])
            + (price.map { [("price", quoted($0.description))] } ?? [])
    }
}
