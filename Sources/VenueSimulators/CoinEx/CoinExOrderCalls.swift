internal import PlainJSON
internal import TradingModel

/// Orders over REST: place, change, cancel.
extension CoinExSimulator {
    // MARK: - Reading terms

    private static let clientIDBytes = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The client's own id: at most 32 of letters, digits, `-` and `_`.
    static func clientID(_ parameters: CoinExParameters) throws(CoinExRefusal) -> String {
        let id = try parameters.text("client_id") ?? ""
        guard id.utf8.count <= 32, id.utf8.allSatisfy(clientIDBytes.contains) else {
            throw .invalid("client_id")
        }
        return id
    }

    func checkType(
        _ parameters: CoinExParameters, _ product: ExchangeSegment
    ) throws(CoinExRefusal) {
        guard try parameters.needed("market_type") == product.marketType else {
            throw .invalid("market_type")
        }
    }

    func terms(
        _ parameters: CoinExParameters, _ product: ExchangeSegment
    ) throws(CoinExRefusal) -> ExchangeTerms {
        let market = try known(try parameters.needed("market"), product)
        try checkType(parameters, product)
        guard let side = try parameters.side() else { throw .invalid("side") }
        guard let kind = try parameters.choice("type", ExchangeOrderKind.init(coinEx:)) else {
            throw .invalid("type")
        }
        let isCounted = try Self.isCountedInQuote(parameters, market, side, kind)
        var terms = ExchangeTerms(
            market: market, side: side, kind: kind,
            amount: try Self.amount(parameters, market, isCountedInQuote: isCounted),
            isCountedInQuote: isCounted)
        if kind.hasPrice {
            guard let price = try Self.price(parameters, "price", market) else {
                throw .invalid("price")
            }
            terms.price = price
        }
        terms.clientID = try Self.clientID(parameters)
        terms.isHidden = try parameters.flag("is_hide") ?? false
        terms.selfTrade = try parameters.choice("stp_mode", SelfTradeRule.init(coinEx:))
        return terms
    }

    /// Whether the amount is money to spend: spot market buys that do not say otherwise.
    private static func isCountedInQuote(
        _ parameters: CoinExParameters, _ market: ExchangeMarket, _ side: Side,
        _ kind: ExchangeOrderKind
    ) throws(CoinExRefusal) -> Bool {
        let currency = try parameters.text("ccy")
        guard market.segment == .spot, kind == .market else { return false }
        guard let currency else { return side == .buy }
        guard currency == market.base.code || currency == market.quote.code else {
            throw .invalid("ccy")
        }
        return currency == market.quote.code
    }

    private static func amount(
        _ parameters: CoinExParameters, _ market: ExchangeMarket, isCountedInQuote: Bool
    ) throws(CoinExRefusal) -> Money {
        guard let amount: Money = try parameters.decimal("amount"), amount > .zero else {
            throw .invalid("amount")
        }
        // Money counts to the 8th decimal, amounts to the lot.
        let step =
            isCountedInQuote ? attosPerUnit / 100_000_000 : market.instrument.lot.attos
        guard amount.attos % step == 0, amount < .tooMuch else { throw .invalid("amount") }
        return amount
    }

    static func price(
        _ parameters: CoinExParameters, _ key: String, _ market: ExchangeMarket
    ) throws(CoinExRefusal) -> Price? {
        guard let price: Price = try parameters.decimal(key) else { return nil }
        guard price > .zero, price.isMultiple(of: market.instrument.tick) else {
            throw .invalid(key)
        }
        return price
    }

    /// A new amount for an edit; nil: as before.
    static func quantity(
        _ parameters: CoinExParameters, _ market: ExchangeMarket
    ) throws(CoinExRefusal) -> Quantity? {
        guard try parameters.text("amount") != nil else { return nil }
        return Quantity(
            attos: try amount(parameters, market, isCountedInQuote: false).attos)
    }

    // MARK: - Placing

    static func placeOrder(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let account = try call.account
        let terms = try venue.terms(call.parameters, call.product)
        let order = try CoinExRefusal.inVenueWords(try account.place(terms))
        return .success(order.view.row(venue.settings.quirks))
    }

    static func placeBatch(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let account = try call.account
        let isBare = !venue.settings.quirks.wrappedBatchItems && call.product == .spot
        return try venue.batch(call, "orders", isBare: isBare) {
            (item: JSON) throws(CoinExRefusal) in
            let terms = try venue.terms(try CoinExParameters(item), call.product)
            let order = try CoinExRefusal.inVenueWords(try account.place(terms))
            return order.view.row(venue.settings.quirks)
        }
    }

    /// The most items of one batch.
    private static let largestBatch = 10

    /// Answers each item by itself, in the order of the request.
    func batch(
        _ call: Call, _ key: String, isBare: Bool = false,
        _ answer: (JSON) throws(CoinExRefusal) -> JSON
    ) throws(CoinExRefusal) -> JSON {
        let items = try call.parameters.list(key)
        guard items.count <= Self.largestBatch else { throw .invalid(key) }
        return .success(
            .array(
                items.map { item in
                    do throws(CoinExRefusal) {
                        let row = try answer(item)
                        return isBare ? row : .item(.success(row))
                    } catch {
                        return .item(.failure(error))
                    }
                }))
    }

    // MARK: - Changing

    static func modifyOrder(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        .success(try venue.modify(call.parameters, call))
    }

    static func modifyBatch(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        try venue.batch(call, "orders") { (item: JSON) throws(CoinExRefusal) in
            try venue.modify(try CoinExParameters(item), call)
        }
    }

    private func modify(
        _ parameters: CoinExParameters, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let market = try known(try parameters.needed("market"), call.product)
        try checkType(parameters, call.product)
        let account = try call.account
        let id = try parameters.neededInteger("order_id")
        let order = try CoinExRefusal.inVenueWords(try account.openOrder(id, market))
        let price = try Self.price(parameters, "price", market)
        let amount = try Self.quantity(parameters, market)
        guard price != nil || amount != nil else { throw .invalid("amount") }
        try CoinExRefusal.inVenueWords(
            try account.modify(
                order, price: price, amount: amount, newID: settings.quirks.newIDOnModify))
        return order.view.row(settings.quirks)
    }

    // MARK: - Cancelling

    private func cancelled(
        _ id: Int64, _ market: ExchangeMarket, _ account: ExchangeAccount
    ) throws(CoinExRefusal) -> JSON {
        let order = try CoinExRefusal.inVenueWords(try account.openOrder(id, market))
        account.cancel(order)
        return order.view.row(settings.quirks)
    }

    static func cancelOrder(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        try venue.checkType(call.parameters, call.product)
        let id = try call.parameters.neededInteger("order_id")
        return .success(try venue.cancelled(id, market, try call.account))
    }

    static func cancelBatch(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        let account = try call.account
        return try venue.batch(call, "order_ids") { (item: JSON) throws(CoinExRefusal) in
            guard let id = item.integer else { throw .invalid("order_ids") }
            return try venue.cancelled(id, market, account)
        }
    }

    static func cancelAll(_ venue: CoinExSimulator, _ call: Call) throws(CoinExRefusal) -> JSON {
        let market = try venue.known(call)
        try venue.checkType(call.parameters, call.product)
        let side = try call.parameters.side()
        let account = try call.account
        for order in account.openOrders(market) where side == nil || order.side == side {
            account.cancel(order)
        }
        return .success([:])
    }

    static func cancelByClientID(
        _ venue: CoinExSimulator, _ call: Call
    ) throws(CoinExRefusal) -> JSON {
        let name = try call.parameters.text("market")
        if let name { _ = try venue.known(name, call.product) }
        try venue.checkType(call.parameters, call.product)
        let clientID = try call.parameters.needed("client_id")
        let account = try call.account
        let found = account.open.filter {
            $0.terms.clientID == clientID && $0.market.segment == call.product
                && (name == nil || $0.market.name == name)
        }
        guard !found.isEmpty else { throw .notFound }
        return .success(
            .array(
                found.map { order in
                    account.cancel(order)
                    return .item(.success(order.view.row(venue.settings.quirks)))
                }))
    }
}
