internal import PlainJSON
internal import TradingModel

/// What a client asked for: as texts, which some answers repeat, and read.
private struct CoinutTerms {
    let instrument: Int64
    let side: Side
    let quantity: String
    let price: String?
    /// 0: it gave none.
    let clientID: Int64

    init(_ parameters: WireParameters<CoinutSimulatorRefusal>) throws(CoinutSimulatorRefusal) {
        instrument = try parameters.neededInteger("inst_id")
        guard
            let side = try parameters.choice(
                "side", { $0 == "BUY" ? Side.buy : $0 == "SELL" ? .sell : nil })
        else { throw .invalid("side") }
        self.side = side
        quantity = try parameters.needed("qty")
        price = try parameters.text("price")
        clientID = try parameters.integer("client_ord_id") ?? 0
    }
}

/// Orders: placed one or many at a time, cancelled one or many at a time.
extension CoinutSimulator {
    /// The most orders, or cancels, of one request.
    private static let largestBatch = 1_000
    private static let documentedIDs: ClosedRange<Int64> = 1...16_777_215
    /// What the venue's own samples draw from.
    private static let knownIDs: ClosedRange<Int64> = 1...4_294_967_295

    // MARK: - Placing

    static func newOrder(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let terms = try CoinutTerms(call.parameters)
        return .messages(try venue.place(terms, call, isBatch: false))
    }

    /// One by one in their order; a refused one does not keep the others back.
    static func newOrders(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let items = try call.parameters.list("orders")
        guard items.count <= largestBatch else { throw .invalid("orders") }
        var all: [CoinutTerms] = []
        for item in items { all.append(try CoinutTerms(try WireParameters(item))) }
        let isCut = venue.strikes(venue.settings.quirks.cutBatches)
        var answers: [JSON] = []
        for terms in isCut ? all.prefix(all.count / 2) : all[...] {
            answers += try venue.place(terms, call, isBatch: true)
        }
        guard isCut else { return .list(answers) }
        if let connection = call.connection {
            venue.outputs.append(.cut(connection.id))
            venue.leave(connection)
        }
        return .nothing
    }

    /// Places an order; its fills come first, what rests of it or was refused comes last.
    private func place(
        _ terms: CoinutTerms, _ call: CoinutCall, isBatch: Bool
    ) throws(CoinutSimulatorRefusal) -> [JSON] {
        let account = try call.account
        let order: ExchangeOrder
        do throws(CoinutReason) {
            order = try placed(terms, account)
        } catch {
            let id = exchange.numbers.nextUntaken(.spot)
            return [rejection(terms, id: id, open: nil, error, call)]
        }
        orderNonces[order.id] = call.nonce
        var answers = drainFills(account)
        if order.isOpen {
            answers.append(acceptance(terms, order.view, call, isBatch: isBatch))
            push(account, answers, except: call.connection)
        } else {
            push(account, answers, except: call.connection)
            if !order.isComplete {
                // Nobody else is left to trade with; an order of one's own is nobody either.
                let reason = order.ending.map(CoinutReason.init) ?? .liquidity
                answers.append(
                    rejection(terms, id: order.id, open: order.remaining, reason, call))
            }
            orderNonces[order.id] = nil
        }
        return answers
    }

    /// Checks in the order: instrument, client order id, quantity, price, balance.
    private func placed(
        _ terms: CoinutTerms, _ account: ExchangeAccount
    ) throws(CoinutReason) -> ExchangeOrder {
        guard let market = market(terms.instrument)?.market else { throw .unknownInstrument }
        let ids = settings.isStrict ? Self.documentedIDs : Self.knownIDs
        guard ids.contains(terms.clientID) else { throw .clientID }
        guard let quantity: Money = Self.plain(terms.quantity), quantity > .zero,
            quantity.attos % market.instrument.lot.attos == 0
        else { throw .quantity }
        var order = ExchangeTerms(
            market: market, side: terms.side, kind: terms.price == nil ? .market : .limit,
            amount: quantity)
        if let text = terms.price {
            guard let price: Price = Self.plain(text), price > .zero,
                price.isMultiple(of: market.instrument.tick)
            else { throw .price }
            order.price = price
        }
        order.clientID = String(terms.clientID)
        guard account.settings.canTrade, !strikes(settings.quirks.tradeDisabled) else {
            throw .disabled
        }
        do { return try account.place(order) } catch { throw CoinutReason(error) }
    }

    // MARK: - What becomes of orders

    /// A single answer repeats the decimals as they were sent, one of a batch pads them.
    private func acceptance(
        _ terms: CoinutTerms, _ order: OrderView, _ call: CoinutCall, isBatch: Bool
    ) -> JSON {
        let isWhole = order.filled == .zero
        let price = JSON.padded(order.price ?? .zero)
        let number = JSON.integer(transactions.next())
        guard isBatch else {
            let key = settings.quirks.plainPrices ? "price" : "order_price"
            return call.reply([
                "order_id": .integer(order.id),
                "open_qty": isWhole ? .text(terms.quantity) : .padded(order.remaining),
                "inst_id": .integer(terms.instrument), "qty": .text(terms.quantity),
                "client_ord_id": .integer(terms.clientID), "reply": "order_accepted",
                "side": .side(order.side), "trans_id": number,
            ]).adding(.pairs([(key, .text(terms.price ?? ""))]))
        }
        return call.reply([
            "client_ord_id": .integer(terms.clientID), "inst_id": .integer(terms.instrument),
            "open_qty": .padded(order.remaining), "order_id": .integer(order.id), "price": price,
            "qty": .padded(order.amount), "reply": "order_accepted", "side": .side(order.side),
            "timestamp": .microseconds(now), "trans_id": number,
        ])
    }

    /// A refused order has a number, too, and `status` OK.
    ///
    /// - Parameter open: what was not filled; nil: all of it.
    private func rejection(
        _ terms: CoinutTerms, id: Int64, open: Quantity?, _ reason: CoinutReason,
        _ call: CoinutCall
    ) -> JSON {
        let quantity = Self.padded(terms.quantity)
        let reply = call.reply([
            "order_id": .integer(id), "open_qty": open.map { .padded($0) } ?? quantity,
            "inst_id": .integer(terms.instrument), "reasons": [.text(reason.word(settings.quirks))],
            "client_ord_id": .integer(terms.clientID), "timestamp": .microseconds(now),
            "reply": "order_rejected", "qty": quantity, "side": .side(terms.side),
            "trans_id": .integer(transactions.next()),
        ])
        return terms.price.map { reply.adding(["price": Self.padded($0)]) } ?? reply
    }

    /// A decimal without an exponent; nil: it is none.
    private static func plain<Amount: ExactDecimal>(_ text: String) -> Amount? {
        guard !text.contains(where: { $0 == "e" || $0 == "E" || $0 == "+" }) else { return nil }
        return try? Amount(text).admitted()
    }

    /// A decimal of the client's; what is none is repeated as it is.
    private static func padded(_ text: String) -> JSON {
        (try? Money(text)).map { .padded($0) } ?? .text(text)
    }

    // MARK: - Cancelling

    private func cancelled(
        _ parameters: WireParameters<CoinutSimulatorRefusal>, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> (id: Int64, instrument: Int64, order: ExchangeOrder?) {
        let instrument = try parameters.neededInteger("inst_id")
        let id = try parameters.neededInteger("order_id")
        let account = try call.account
        guard let market = market(instrument)?.market,
            let order = try? account.openOrder(id, market)
        else { return (id, instrument, nil) }
        account.cancel(order)
        _ = drainFills(account)
        orderNonces[id] = nil
        return (id, instrument, order)
    }

    static func cancelOrder(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let (id, _, order) = try venue.cancelled(call.parameters, call)
        let reply = call.reply([
            "order_id": .integer(id), "client_ord_id": .integer(order?.wireClientID ?? 0),
        ])
        guard order == nil else { return .messages([reply]) }
        let word = CoinutSimulatorRefusal.unknownOrder.word
        return .messages([reply.removing("status").adding(["status": [.text(word)]])])
    }

    /// All that can be, each with a word of its own; the whole is OK in any case.
    static func cancelOrders(
        _ venue: CoinutSimulator, _ call: CoinutCall
    ) throws(CoinutSimulatorRefusal) -> CoinutReply {
        let items = try call.parameters.list("entries")
        guard items.count <= largestBatch else { throw .invalid("entries") }
        var results: [JSON] = []
        for item in items {
            let (id, instrument, order) = try venue.cancelled(try WireParameters(item), call)
            results.append([
                "order_id": .integer(id), "inst_id": .integer(instrument),
                "client_ord_id": .integer(order?.wireClientID ?? 0),
                "status": .text(order == nil ? CoinutSimulatorRefusal.unknownOrder.word : "OK"),
            ])
        }
        // The order of the answers is not that of the request.
        return .messages([
            call.reply([
                "results": .array(results.reversed()),
                "trans_id": .integer(venue.transactions.next()),
            ])
        ])
    }
}

extension ExchangeOrder {
    fileprivate var wireClientID: Int64 { Int64(view.terms.clientID) ?? 0 }
}
