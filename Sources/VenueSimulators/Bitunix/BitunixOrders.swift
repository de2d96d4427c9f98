internal import PlainJSON
internal import TradingModel

/// Orders over REST: place, change, cancel.
extension BitunixSimulator {
    // MARK: - Placing

    private static let clientIDBytes = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// At most 64 of letters, digits, `-` and `_`: no rule is documented.
    private static func clientID(
        _ parameters: BitunixParameters
    ) throws(BitunixSimulatorRefusal) -> String {
        let id = try parameters.text("clientId") ?? ""
        guard id.utf8.count <= 64, id.utf8.allSatisfy(clientIDBytes.contains) else {
            throw .invalid("clientId")
        }
        return id
    }

    private static func kind(
        _ parameters: BitunixParameters
    ) throws(BitunixSimulatorRefusal) -> ExchangeOrderKind {
        let kinds: [String: ExchangeOrderKind] = [
            "GTC": .limit, "IOC": .ioc, "FOK": .fok, "POST_ONLY": .postOnly,
        ]
        switch try parameters.needed("orderType") {
        case "MARKET": return .market
        case "LIMIT": return try parameters.choice("effect") { kinds[$0] } ?? .limit
        default: throw .invalid("orderType")
        }
    }

    private func terms(
        _ parameters: BitunixParameters
    ) throws(BitunixSimulatorRefusal) -> ExchangeTerms {
        let market = try known(try parameters.needed("symbol"))
        let sides: [String: Side] = ["BUY": .buy, "SELL": .sell]
        guard let side = sides[try parameters.needed("side")] else { throw .invalid("side") }
        let kind = try Self.kind(parameters)
        let amount = try Self.quantity(parameters, market)
        var terms = ExchangeTerms(
            market: market, side: side, kind: kind, amount: Money(attos: amount.attos))
        if kind.hasPrice { terms.price = try Self.price(parameters, market) }
        terms.clientID = try Self.clientID(parameters)
        // In one-way mode nothing is opened or closed by name.
        guard try parameters.text("tradeSide") == nil else { throw .invalid("tradeSide") }
        terms.isReduceOnly = try parameters.flag("reduceOnly") ?? false
        return terms
    }

    private static func quantity(
        _ parameters: BitunixParameters, _ market: ExchangeMarket
    ) throws(BitunixSimulatorRefusal) -> Quantity {
        guard let quantity: Quantity = try parameters.decimal("qty"), quantity > .zero,
            quantity.attos % market.instrument.lot.attos == 0,
            Money(attos: quantity.attos) < .tooMuch
        else { throw .invalid("qty") }
        return quantity
    }

    private static func price(
        _ parameters: BitunixParameters, _ market: ExchangeMarket
    ) throws(BitunixSimulatorRefusal) -> Price {
        guard let price: Price = try parameters.decimal("price"), price > .zero,
            price.isMultiple(of: market.instrument.tick)
        else { throw .invalid("price") }
        return price
    }

    static func placeOrder(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let terms = try venue.terms(call.parameters)
        if terms.isReduceOnly {
            guard let position = account.position(terms.market) else { throw .noPosition }
            guard position.side != terms.side else { throw .sameDirection }
        }
        let key = account.settings.key
        let isNew =
            terms.clientID.isEmpty || !venue.clientIDs[key, default: []].contains(terms.clientID)
        guard isNew else { throw .duplicate }
        let order = try venue.placed(terms, account)
        venue.clientIDs[key, default: []].insert(terms.clientID)
        return Self.reference(order)
    }

    /// What the market does not give is no refusal here: the order was taken, and has ended.
    private func placed(
        _ terms: ExchangeTerms, _ account: ExchangeAccount
    ) throws(BitunixSimulatorRefusal) -> ExchangeOrder {
        do throws(Refused) {
            return try account.place(terms)
        } catch {
            switch error {
            case .wouldTake, .notFillable, .noLiquidity: return endUnfilled(terms, account)
            default: throw BitunixSimulatorRefusal(error)
            }
        }
    }

    private func endUnfilled(
        _ terms: ExchangeTerms, _ account: ExchangeAccount
    ) -> ExchangeOrder {
        let order = ExchangeOrder(
            id: account.numbers.nextOrder(.futures), terms: terms, at: now)
        account.record(order)
        order.isOpen = false
        account.record(order)
        account.append(order.view, to: &account.finished)
        account.append((order.id, terms.clientID, terms.market, false), to: &account.taken)
        return order
    }

    private static func reference(_ order: ExchangeOrder) -> JSON {
        ["orderId": .text(String(order.id)), "clientId": .text(order.terms.clientID)]
    }

    // MARK: - Changing

    static func modifyOrder(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let order = try venue.named(call.parameters, account, in: nil)
        let amount = try quantity(call.parameters, order.market)
        let price = try price(call.parameters, order.market)
        try BitunixSimulatorRefusal.inVenueWords(
            try account.modify(order, price: price, amount: amount, newID: false))
        return reference(order)
    }

    /// The open order that an id names, which the client's own may be where the venue's is not there.
    private func named(
        _ parameters: BitunixParameters, _ account: ExchangeAccount, in market: ExchangeMarket?
    ) throws(BitunixSimulatorRefusal) -> ExchangeOrder {
        let id = try parameters.text("orderId")
        let clientID = try parameters.text("clientId")
        guard id != nil || clientID != nil else { throw .invalid("orderId") }
        func isMeant(_ order: OrderView) -> Bool {
            (market.map { order.market === $0 } ?? true)
                && (id.map { String(order.id) == $0 } ?? (order.terms.clientID == clientID))
        }
        if let order = account.open.first(where: { isMeant($0.view) }) { return order }
        throw account.finished.contains(where: isMeant) ? .doneOrder : .unknownOrder
    }

    // MARK: - Cancelling

    /// The most orders of one request.
    private static let mostCancels = 20

    static func cancelOrders(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let market = try venue.known(try call.parameters.needed("symbol"))
        let items = try call.parameters.list("orderList")
        guard items.count <= mostCancels else { throw .invalid("orderList") }
        var taken: [JSON] = []
        var failed: [JSON] = []
        for item in items {
            let parameters = try BitunixParameters(item)
            do throws(BitunixSimulatorRefusal) {
                let order = try venue.named(parameters, account, in: market)
                venue.cancel(order, account)
                taken.append(reference(order))
            } catch {
                failed.append([
                    "orderId": .text(try parameters.text("orderId") ?? ""),
                    "clientId": .text(try parameters.text("clientId") ?? ""),
                    "errorMsg": .text(error.message), "errorCode": .integer(error.code),
                ])
            }
        }
        return ["successList": .array(taken), "failureList": .array(failed)]
    }

    static func cancelAllOrders(
        _ venue: BitunixSimulator, _ call: Call
    ) throws(BitunixSimulatorRefusal) -> JSON {
        let account = try call.account
        let name = try call.parameters.text("symbol")
        if let name { _ = try venue.known(name) }
        let orders = account.open.filter { name == nil || $0.market.name == name }
        for order in orders { venue.cancel(order, account) }
        return ["successList": .array(orders.map(reference)), "failureList": []]
    }

    /// What was answered as taken is mostly done at once.
    private func cancel(_ order: ExchangeOrder, _ account: ExchangeAccount) {
        if strikes(settings.quirks.silentCancels) { return }
        guard settings.quirks.slowCancels else { return account.cancel(order) }
        cancels.append((now.advanced(byNanoseconds: Self.cancelDelay), account, order))
    }

    private static let cancelDelay: Int64 = 500_000_000
}
