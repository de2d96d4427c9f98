import Coinut
import Testing
import TradingModel
import WireText

private func order(_ client: Int64 = 77, price: String? = "0.025") throws -> CoinutOrder {
    try CoinutOrder(
        instrument: InstrumentNumber(3), side: .buy, quantity: exact("2.5"),
        price: price.map { exact($0) }, client: ClientNumber(client))
}

private func fill(
    _ transaction: Int64, _ quantity: String, open: String, client: Int64 = 77
) throws -> CoinutMessage.Content {
    try content(
        Wire.filled(
            Wire.fill(
                transaction, quantity: quantity, order: Wire.order(client: client, open: open))))
}

@Suite struct `Coinut order messages` {
    @Test func `say that an order is accepted`() throws {
        let said = try message(Wire.accepted(Wire.order(open: "1.5")))
        guard case .accepted(let order) = said.content else { throw wrong }
        #expect(said.nonce == Nonce(501) && order.transaction == TransactionNumber(7_001))
        #expect(order.shown.order == OrderNumber(901))
        #expect(order.shown.client == ClientNumber(77) && order.shown.side == .buy)
        #expect(order.shown.quantity == exact("2.5") && order.shown.filled == exact("1"))
        #expect(order.shown.time == Timestamp(nanoseconds: 1_600_000_000_123_456_000))
    }

    @Test func `say what filled and what it cost`() throws {
        guard case .filled(let fill) = try content(Wire.filled()) else { throw wrong }
        #expect(fill.transaction == TransactionNumber(8_001) && fill.price == exact("0.024"))
        #expect(fill.quantity == exact("1") && fill.shown.open == exact("1.5"))
        #expect(fill.commission?.amount == exact("0.000024") && fill.commission?.currency == "BTC")
        #expect(fill.time == Timestamp(nanoseconds: 1_600_000_001_000_000_000))
        let unknown = Wire.filled().replacing(
            #""commission":{"amount":"0.00002400","currency":"BTC"},"#, with: "")
        guard case .filled(let fill) = try content(unknown) else { throw wrong }
        #expect(fill.commission == nil)
    }

    @Test(arguments: [
        (Wire.filled(Wire.fill(quantity: "0")), "`fill_qty` is missing or 0"),
        (Wire.filled(Wire.fill(price: "0.00000000")), "`fill_price` is missing or 0"),
        (Wire.filled().replacing("\"order\":", with: "\"ordre\":"), "`order` is missing"),
        (Wire.filled().replacing("8001", with: "-8001"), "`trans_id` is -8001, expected 0 or more"),
        (Wire.accepted(Wire.order(open: "2.6")), "`open_qty` (2.6) is more than `qty` (2.5)"),
        (Wire.accepted(Wire.order(side: "buy")), "`side` is `buy`, expected BUY or SELL"),
        (Wire.accepted(Wire.order(quantity: "-1", open: "0")), "`qty` (`-1`) is negative"),
        (Wire.accepted(Wire.order(price: "-5")), "`price` (`-5`) is negative"),
        (
            Wire.accepted().replacing("901", with: "901.5"),
            "`order_id` is `901.5`, expected a whole number"
        ),
        (
            Wire.filled(Wire.fill(commission: #"{"amount":"0.1"}"#)), "`currency` is missing"
        ),
        (
            Wire.filled().replacing("\"OK\"", with: "\"UNKNOWN_ERROR\""),
            "`order_filled` with a status that is not OK"
        ),
        (
            Wire.accepted(Wire.order() + ",\"reasons\":[\"INVALID_PRICE\"]"),
            "an order is accepted, and reasons say why it is not"
        ),
        (
            #"{"nonce":1,"reply":"order_accepted","status":[]}"#, "`status` is empty"
        ),
        (#"{"nonce":1,"status":["OK"]}"#, "`reply` is missing"),
        (
            Wire.openOrders.replacing("\"orders\"", with: "\"order\""), "`orders` is missing"
        ),
        (
            #"{"nonce":1,"reply":"user_open_orders","status":["OK"],"orders":null}"#,
            "a list was expected"
        ),
        (
            #"{"nonce":1,"reply":"trade_history","status":["OK"],"trades":{}}"#,
            "a list was expected"
        ),
        (
            #"{"nonce":1,"reply":"cancel_order","order_id":4}"#, "`status` is missing"
        ),
    ])
    func `that make no sense are named`(text: String, words: String) {
        #expect(reason(text).contains(words), "\(reason(text))")
    }

    @Test func `list open orders, and none`() throws {
        guard case .openOrders(let list) = try content(Wire.openOrders) else { throw wrong }
        #expect(list.orders.map(\.order.value) == [901, 902])
        #expect(list.orders.map(\.filled) == [exact("1"), .zero])
        #expect(list.orders[1].client == nil && list.orders[1].side == .sell)
        let none = #"{"nonce":1,"reply":"user_open_orders","status":["OK"],"orders":[]}"#
        guard case .openOrders(let list) = try content(none) else { throw wrong }
        #expect(list.orders.isEmpty)
    }

    @Test func `list fills, page by page`() throws {
        guard case .fills(let page) = try content(Wire.history) else { throw wrong }
        #expect(page.fills.map(\.transaction.value) == [8_002, 8_001] && page.total == 2)
        #expect(page.next(after: 0, limit: 100) == nil)
        #expect(page.next(after: 0, limit: 2) == 2)
        #expect(page.next(after: 200, limit: 2) == 202)
        let none = #"{"nonce":1,"reply":"trade_history","status":["OK"],"trades":[]}"#
        guard case .fills(let page) = try content(none) else { throw wrong }
        #expect(page.next(after: 300, limit: 100) == nil && page.total == nil)
    }

    @Test func `say that one order is cancelled, or why not`() throws {
        guard case .cancelled(let order) = try content(Wire.cancelled) else { throw wrong }
        #expect(order.order == OrderNumber(901) && order.client == ClientNumber(77))
        let said = try message(Wire.cancelled.replacing("OK", with: "INVALID_ORDER_ID"))
        guard case .refused(let refusal) = said.content else { throw wrong }
        #expect(refusal.kind == .unknownOrder && refusal.order == OrderNumber(901))
        #expect(refusal.reply == "cancel_order" && said.nonce == Nonce(507))
    }

    @Test func `of a batch stand in one list`() throws {
        let frame = try CoinutFrame(parsing: Array(Wire.batch.utf8))
        #expect(frame.messages.count == 3 && frame.unread.isEmpty)
        #expect(frame.messages.allSatisfy { $0.nonce == Nonce(501) })
        let empty = try CoinutFrame(parsing: Array("[]".utf8))
        #expect(empty.messages.isEmpty)
    }

    // What cannot be read takes nothing of the others with it: they may be fills.
    @Test func `of a batch are read although one of them cannot be`() throws {
        let text = "[\(Wire.filled()),\(Wire.accepted(Wire.order(open: "9"))),7,\(Wire.rejected())]"
        let frame = try CoinutFrame(parsing: Array(text.utf8))
        #expect(frame.messages.count == 2 && frame.unread.count == 2)
        #expect(frame.unread[1].reason == "an object was expected")
    }

    @Test func `of a batch may be thousands`() throws {
        let all = (1...2_500).map { number in
            Wire.accepted(Wire.order(Int64(number), client: Int64(number)))
        }
        let frame = try CoinutFrame(parsing: Array("[\(all.joined(separator: ","))]".utf8))
        #expect(frame.messages.count == 2_500)
        guard case .accepted(let last) = frame.messages[2_499].content else { throw wrong }
        #expect(last.shown.client == ClientNumber(2_500))
    }
}

@Suite struct `Coinut answers to an order` {
    @Test func `may be several messages: fills, then the rest in the book`() throws {
        var answer = OrderAnswer(to: try order())
        #expect(answer.standing == .awaited)
        #expect(answer.apply(try fill(8_001, "1", open: "1.5")))
        #expect(answer.apply(try fill(8_002, "0.5", open: "1")))
        #expect(answer.apply(try content(Wire.accepted(Wire.order(open: "1")))))
        #expect(answer.standing == .working)
        #expect(answer.fills.map(\.transaction.value) == [8_001, 8_002])
        #expect(answer.apply(try fill(8_003, "1", open: "0")))
        #expect(answer.standing == .filled)
    }

    @Test func `come in any order, and count once`() throws {
        var answer = OrderAnswer(to: try order())
        #expect(answer.apply(try fill(8_002, "1.5", open: "0")))
        #expect(answer.standing == .filled)
        #expect(answer.apply(try fill(8_001, "1", open: "1.5")))
        #expect(!answer.apply(try fill(8_002, "1.5", open: "0")))
        #expect(answer.apply(try content(Wire.accepted())))
        #expect(!answer.apply(try content(Wire.accepted())))
        #expect(answer.standing == .filled)
        #expect(answer.fills.map(\.transaction.value) == [8_001, 8_002])
    }

    @Test func `to other orders are left alone`() throws {
        var answer = OrderAnswer(to: try order(78))
        #expect(!answer.apply(try content(Wire.accepted())))
        #expect(!answer.apply(try content(Wire.rejected())))
        #expect(!answer.apply(try fill(8_001, "1", open: "1.5")))
        #expect(!answer.apply(try content(Wire.heartbeat)))
        #expect(answer.standing == .awaited)
    }

    // T24: a market order never gets `order_accepted`.
    @Test func `to a market order are its fills, and a rejection of the rest`() throws {
        var answer = OrderAnswer(to: try order(price: nil))
        #expect(answer.apply(try fill(8_001, "1", open: "1.5")))
        #expect(answer.standing == .awaited)
        let rest = Wire.rejected(
            Wire.order(price: nil, open: "1.5"), reasons: ["NOT_ENOUGH_LIQUIDTY"])
        #expect(answer.apply(try content(rest)))
        #expect(answer.standing == .ended([StatusWord("NOT_ENOUGH_LIQUIDITY")]))
        #expect(!answer.apply(try content(rest)))

        var whole = OrderAnswer(to: try order(price: nil))
        #expect(whole.apply(try fill(8_001, "2.5", open: "0")))
        #expect(whole.standing == .filled)
        var none = OrderAnswer(to: try order(price: nil))
        #expect(none.apply(try content(Wire.rejected(reasons: ["NOT_ENOUGH_LIQUIDITY"]))))
        #expect(none.standing == .rejected([StatusWord("NOT_ENOUGH_LIQUIDITY")]))
    }

    @Test func `to a limit order's fill imply that the rest is in the book`() throws {
        var answer = OrderAnswer(to: try order())
        #expect(answer.apply(try fill(8_001, "1", open: "1.5")))
        #expect(answer.standing == .working && answer.accepted == nil)
    }

    // A rejection that shows something filled is no rejection of the whole, whatever came before it.
    @Test func `tell a rest from the whole by what filled`() throws {
        var answer = OrderAnswer(to: try order(price: nil))
        #expect(answer.apply(try content(Wire.rejected(Wire.order(price: nil, open: "1")))))
        #expect(answer.standing == .ended([StatusWord("NOT_ENOUGH_BALANCE")]))
    }
}
