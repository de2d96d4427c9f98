internal import PlainJSON
internal import TradingModel

/// Orders over REST: placed and cancelled; nothing changes one.
extension CoinTRSimulator {
    private static let clientIDBytes = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-".utf8)
    /// The most orders of one request.
    private static let largestBatch = 20

    func known(
        _ name: String?, _ segment: ExchangeSegment
    ) throws(CoinTRSimulatorRefusal) -> ExchangeMarket {
        guard let name else { throw .invalid("instId") }
        guard let market = exchange.market(name, segment) else { throw .unknownInstrument }
        return market
    }

    private func clientID(
        _ parameters: CoinTRParameters
    ) throws(CoinTRSimulatorRefusal) -> String {
        let id = try parameters.needed("clOrdId")
        guard id.utf8.count <= 36, id.utf8.allSatisfy(Self.clientIDBytes.contains) else {
            throw .invalid("clOrdId")
        }
        return id
    }

    // MARK: - Reading terms

    private func terms(
        _ parameters: CoinTRParameters, _ market: ExchangeMarket, _ clientID: String
    ) throws(CoinTRSimulatorRefusal) -> ExchangeTerms {
        let side = try parameters.choice("side") { word -> Side? in
            switch word.uppercased() {
            case "BUY": .buy
            case "SELL": .sell
            default: nil
            }
        }
        guard let side else { throw .invalid("side") }
        // Even where there are none they must be sent.
        guard let text = try parameters.text("flags") else { throw .invalid("flags") }
        let flags = Set(text.uppercased().split(separator: ",").map { String($0) })
        guard flags.isSubset(of: ["POST_ONLY", "REDUCE_ONLY"]) else { throw .invalid("flags") }
        let kind = try kind(parameters, flags)
        var terms = try sized(parameters, market, side, kind)
        terms.clientID = clientID
        terms.isReduceOnly = flags.contains("REDUCE_ONLY") && market.segment == .futures
        let price: Price? = try parameters.decimal("px")
        guard (price != nil) == kind.hasPrice else { throw .invalid("px") }
        if let price {
            guard price > .zero, price.isMultiple(of: market.instrument.tick) else {
                throw .refused
            }
            terms.price = price
        }
        return terms
    }

    private func kind(
        _ parameters: CoinTRParameters, _ flags: Set<String>
    ) throws(CoinTRSimulatorRefusal) -> ExchangeOrderKind {
        let lifetime = try parameters.text("timeInForce")?.uppercased() ?? "GTC"
        guard ["GTC", "IOC", "FOK"].contains(lifetime) else { throw .invalid("timeInForce") }
        switch try parameters.needed("ordType").uppercased() {
        case "MARKET": return .market
        case "LIMIT":
            if flags.contains("POST_ONLY") { return .postOnly }
            return lifetime == "IOC" ? .ioc : lifetime == "FOK" ? .fok : .limit
        default: throw .invalid("ordType")
        }
    }

    /// A purchase at the market is for an amount of money, all else in base currency or contracts.
    private func sized(
        _ parameters: CoinTRParameters, _ market: ExchangeMarket, _ side: Side,
        _ kind: ExchangeOrderKind
    ) throws(CoinTRSimulatorRefusal) -> ExchangeTerms {
        guard market.segment == .spot else {
            guard let size: Quantity = try parameters.decimal("sz") else { throw .invalid("sz") }
            let amount = market.base(ofContracts: size)
            guard size > .zero, size.attos % attosPerUnit == 0, amount < .tooMuch else {
                throw .refused
            }
            return ExchangeTerms(market: market, side: side, kind: kind, amount: amount)
        }
        let base: Money? = try parameters.decimal("baseQty")
        let quote: Money? = try parameters.decimal("quoteQty")
        let isInQuote = kind == .market && side == .buy
        guard let amount = isInQuote ? quote : base, (isInQuote ? base : quote) ?? .zero == .zero
        else { throw .invalid(isInQuote ? "quoteQty" : "baseQty") }
        let step = isInQuote ? attosPerUnit / 100_000_000 : market.instrument.lot.attos
        guard amount > .zero, amount < .tooMuch, amount.attos % step == 0 else { throw .refused }
        return ExchangeTerms(
            market: market, side: side, kind: kind, amount: amount, isCountedInQuote: isInQuote)
    }

    // MARK: - Placing

    static func placeOrder(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.known(try call.parameters.text("instId"), call.segment)
        if call.segment == .futures { try venue.checkConfiguration(call, market) }
        let (order, state) = try venue.placed(call.parameters, market, try call.account)
        // Futures that need not be waited for are answered by nothing.
        if call.segment == .futures, try call.parameters.flag("async") == true {
            return Answer([:])
        }
        return Answer([
            "ordId": .integer(order.id), "state": .text(state),
            "clOrdId": .text(order.terms.clientID),
        ])
    }

    /// What an order says of the configuration is only compared.
    private func checkConfiguration(
        _ call: Call, _ market: ExchangeMarket
    ) throws(CoinTRSimulatorRefusal) {
        let account = try call.account
        let index = market.instrument.id.index
        if let lever = try call.parameters.text("lever"),
            lever != String(account.leverages[index])
        {
            throw .otherConfiguration
        }
        if let mode = try call.parameters.text("mgnMode"),
            (mode.uppercased() == "CROSS") != account.isCross[index]
        {
            throw .otherConfiguration
        }
    }

    /// Places an order.
    ///
    /// - Returns: how it stands, and the word that the answer has for it.
    private func placed(
        _ parameters: CoinTRParameters, _ market: ExchangeMarket, _ account: ExchangeAccount
    ) throws(CoinTRSimulatorRefusal) -> (order: OrderView, state: String) {
        let clientID = try clientID(parameters)
        do throws(CoinTRSimulatorRefusal) {
            guard isFree(clientID, account) else { throw .duplicate }
            let terms = try terms(parameters, market, clientID)
            if records[account.settings.key]?.isLongShort == true, market.segment == .futures {
                throw .refused
            }
            if terms.isReduceOnly, account.reducible(market, terms.side) < terms.quantity {
                throw .noPosition
            }
            return try placed(terms, account, try parameters.text("asyncState"))
        } catch {
            throw error.about(clientID)
        }
    }

    /// Whether no order has it that is active or ended within a minute, in all of the account.
    private func isFree(_ clientID: String, _ account: ExchangeAccount) -> Bool {
        !account.open.contains { $0.terms.clientID == clientID }
            && records[account.settings.key]?.hasJustUsed(clientID, at: now) != true
    }

    private func placed(
        _ terms: ExchangeTerms, _ account: ExchangeAccount, _ wait: String?
    ) throws(CoinTRSimulatorRefusal) -> (order: OrderView, state: String) {
        let order: OrderView
        do throws(Refused) {
            let placed = try account.place(terms)
            order = placed.view
            if strikes(settings.quirks.submitting) {
                records[account.settings.key]?.silence(placed.id, at: now)
            }
        } catch {
            return (try expired(terms, account, error), "EXPIRED")
        }
        if settings.quirks.earlyReplies || wait == "ACCEPTED" { return (order, "ACCEPTED") }
        return (order, state(of: order, account))
    }

    /// An order that can never rest, or must not fill, is taken and has ended at once.
    private func expired(
        _ terms: ExchangeTerms, _ account: ExchangeAccount, _ refused: Refused
    ) throws(CoinTRSimulatorRefusal) -> OrderView {
        switch refused {
        case .wouldTake where settings.quirks.refusedPostOnly: throw .refused
        case .wouldTake, .notFillable, .noLiquidity: break
        default: throw CoinTRSimulatorRefusal(refused)
        }
        var order = OrderView(
            id: exchange.numbers.nextUntaken(terms.market.segment), terms: terms, at: now)
        order.isOpen = false
        records[account.settings.key]?.record(order, "EXPIRED", at: now)
        push(order, "EXPIRED", to: account)
        return order
    }

    static func placeBatch(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.known(try call.parameters.text("instId"), call.segment)
        let account = try call.account
        let items = try call.parameters.list("details")
        guard items.count <= largestBatch else { throw .invalid("details") }
        let rows = items.map { item -> JSON in
            do throws(CoinTRSimulatorRefusal) {
                let parameters = try CoinTRParameters(item)
                guard try parameters.text("ordType")?.uppercased() == "LIMIT" else {
                    throw .invalid("ordType")
                }
                let (order, state) = try venue.placed(parameters, market, account)
                return [
                    "clOrdId": .text(order.terms.clientID), "ordId": .integer(order.id),
                    "state": .text(state),
                ]
            } catch {
                return Self.failure(error, item["clOrdId"]?.text)
            }
        }
        return Answer(.array(rows))
    }

    private static func failure(_ refusal: CoinTRSimulatorRefusal, _ clientID: String?) -> JSON {
        let row: JSON = ["error": .integer(refusal.code)]
        return clientID.map { row.adding(["clOrdId": .text($0)]) } ?? row
    }

    // MARK: - Cancelling

    private func cancel(_ order: ExchangeOrder, _ account: ExchangeAccount) {
        records[account.settings.key]?.cancelling.insert(order.id)
        account.cancel(order)
        publish(account)
        records[account.settings.key]?.cancelling.remove(order.id)
    }

    private func open(
        _ market: ExchangeMarket, _ account: ExchangeAccount,
        _ isMeant: (ExchangeOrder) -> Bool
    ) throws(CoinTRSimulatorRefusal) -> ExchangeOrder {
        guard let order = account.openOrders(market).first(where: isMeant) else {
            throw .unknownOrder
        }
        return order
    }

    static func cancelOrder(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.known(try call.parameters.text("instId"), call.segment)
        let id = try call.parameters.text("ordId")
        let clientID = try call.parameters.text("clOrdId")
        guard (id == nil) != (clientID == nil) else { throw .invalid("ordId") }
        let account = try call.account
        let order = try venue.open(market, account) { order in
            id.map { String(order.id) == $0 } ?? (order.terms.clientID == clientID)
        }
        venue.cancel(order, account)
        let row: JSON = [
            "clOrdId": .text(order.terms.clientID), "ordId": .integer(order.id),
        ]
        return Answer(call.segment == .spot ? row : row.adding(["state": "CANCELED"]))
    }

    static func cancelBatch(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.known(try call.parameters.text("instId"), call.segment)
        let (ids, isByID) = try call.parameters.ids("ordIds", or: "clOrdIds", most: largestBatch)
        let account = try call.account
        let rows = ids.map { id -> JSON in
            do throws(CoinTRSimulatorRefusal) {
                let order = try venue.open(market, account) {
                    (isByID ? String($0.id) : $0.terms.clientID) == id
                }
                venue.cancel(order, account)
                return ["clOrdId": .text(order.terms.clientID), "ordId": .integer(order.id)]
            } catch {
                return Self.failure(error, isByID ? nil : id)
            }
        }
        return Answer(.array(rows))
    }

    static func cancelAll(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let name = try call.parameters.text("instId")
        let market = name == nil ? nil : try venue.known(name, call.segment)
        let account = try call.account
        for order in account.open
        where order.market.segment == call.segment && (market == nil || order.market === market) {
            venue.cancel(order, account)
        }
        return Answer(nil)
    }
}

extension WireParameters<CoinTRSimulatorRefusal> {
    /// One of two lists with commas, of which exactly one must be there.
    ///
    /// - Returns: what is in it, and whether it was the first.
    func ids(
        _ one: String, or other: String, most: Int
    ) throws(CoinTRSimulatorRefusal) -> ([String], isFirst: Bool) {
        let (first, second) = (try text(one), try text(other))
        guard (first == nil) != (second == nil) else { throw .invalid(one) }
        let ids = (first ?? second ?? "").split(separator: ",").map { String($0) }
        guard !ids.isEmpty, ids.count <= most else { throw .invalid(one) }
        return (ids, first != nil)
    }
}
