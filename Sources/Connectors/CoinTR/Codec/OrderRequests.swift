package import AccountSession
package import TradingModel
internal import WireText

/// An order in the venue's words.
package struct OrderTerms: Hashable {
    package var name: String
    package var clientID: String
    package var side: Side
    /// In base currency, or in contracts.
    package var size: Quantity
    /// Nil: a market order.
    package var price: Price?
    package var isPostOnly = false
    package var isReduceOnly = false
    /// Of an order with a price.
    package var lifetime = TimeInForce.gtc

    package init(
        name: String, clientID: String, side: Side, size: Quantity, price: Price?
    ) {
        self.name = name
        self.clientID = clientID
        self.side = side
        self.size = size
        self.price = price
    }

    /// All of them, and where there are none the empty text, which must be sent, too.
    private var flags: String {
        [isPostOnly ? "POST_ONLY" : nil, isReduceOnly ? "REDUCE_ONLY" : nil].compactMap { $0 }
            .joined(separator: ",")
    }

    fileprivate func text(_ segment: Segment) -> String {
        var body = ObjectText()
        body.add("instId", name)
        body.add("clOrdId", clientID)
        if let price { body.add("px", price) }
        body.add(segment == .spot ? "baseQty" : "sz", size)
        body.add("side", side == .buy ? "BUY" : "SELL")
        body.add("ordType", price == nil ? "MARKET" : "LIMIT")
        body.add("flags", flags)
        if price != nil { body.add("timeInForce", lifetime.wireWord) }
        // How far to wait before the answer: until the book has it.
        if segment == .spot { body.add("asyncState", "MATCHED") }
        return body.finished()
    }
}

extension TimeInForce {
    fileprivate var wireWord: String {
        switch self {
        case .gtc: "GTC"
        case .ioc: "IOC"
        case .fok: "FOK"
        }
    }
}

extension CoinTRRequests {
    /// - Precondition: a spot purchase has a price; without one the venue counts it in money.
    package static func place(_ terms: OrderTerms, _ segment: Segment) -> CoinTRRequest {
        precondition(
            segment == .futures || terms.side == .sell || terms.price != nil,
            "a purchase at the market is of money, not of a quantity")
        return post(
            "/v1/\(segment.pathName)/trade/order", terms.text(segment), CoinTRLimits.orders,
            isOrder: true)
    }

    package static func cancel(_ segment: Segment, _ name: String, id: String) -> CoinTRRequest {
        cancel(segment, name) { $0.add("ordId", id) }
    }
    package static func cancel(
        _ segment: Segment, _ name: String, clientID: String
    ) -> CoinTRRequest {
        cancel(segment, name) { $0.add("clOrdId", clientID) }
    }

    private static func cancel(
        _ segment: Segment, _ name: String, _ which: (inout ObjectText) -> Void
    ) -> CoinTRRequest {
        var body = ObjectText()
        body.add("instId", name)
        which(&body)
        // Answered when it is out of the book.
        if segment == .spot { body.add("asyncState", "CLOSED") }
        return post("/v1/\(segment.pathName)/trade/cancel-order", body.finished(), isOrder: true)
    }

    /// - Precondition: no more than ``CoinTRLimits/batchSize``.
    package static func cancelBatch(
        _ segment: Segment, _ name: String, ids: [String]
    ) -> CoinTRRequest {
        precondition(ids.count <= CoinTRLimits.batchSize, "the venue takes no more at once")
        var body = ObjectText()
        body.add("instId", name)
        body.add("ordIds", ids.joined(separator: ","))
        return post(
            "/v1/\(segment.pathName)/trade/cancel-batch-orders", body.finished(), isOrder: true)
    }
}
