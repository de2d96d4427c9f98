import Coinut
import PlainJSON
import Testing
import TradingModel
import WireText

/// The traps that the wire reference numbers, as far as they are the codec's.
///
/// Further: T14 and T17 with the orders, T18 with the signatures, T21 and T23 with the requests, T24
/// with the answers.
@Suite struct `Coinut traps` {
    @Test func `T1: a rejection says OK`() throws {
        guard case .rejected(let order) = try content(Wire.rejected()) else { throw wrong }
        #expect(order.reasons.map(\.kind) == [.funds])
        // It stays one with any status, and without reasons.
        for text in [
            Wire.rejected().replacing("[\"OK\"]", with: "[\"UNKNOWN_ERROR\"]"),
            Wire.rejected().replacing("\"status\":[\"OK\"],", with: ""),
            Wire.rejected(reasons: []),
        ] {
            guard case .rejected = try content(text) else { throw wrong }
        }
    }

    @Test func `T1: cancels of a batch fail one by one below an OK`() throws {
        guard case .cancelList(let list) = try content(Wire.cancelList) else { throw wrong }
        #expect(list.entries.map(\.order.value) == [902, 901])
        #expect(list.entries.map(\.refusal) == [nil, StatusWord("INVALID_ORDER_ID")])
        #expect(list.entries[1].refusal?.kind == .unknownOrder && list.entries[1].client == nil)
        #expect(list.transaction == TransactionNumber(6_400))
    }

    @Test func `T2: a reason is spelled in two ways`() throws {
        let words = ["NOT_ENOUGH_LIQUIDITY", "NOT_ENOUGH_LIQUIDTY"].map { StatusWord($0) }
        #expect(words[0] == words[1] && words[1].text == "NOT_ENOUGH_LIQUIDITY")
    }

    // The prose writes `order_fill` and `order_reject`: they are no messages of the wire.
    @Test func `T2: names out of the prose are unknown`() throws {
        for name in ["order_fill", "order_reject"] {
            let text = Wire.filled().replacing("order_filled", with: name)
            #expect(try content(text) == .unknown(reply: name))
        }
    }

    @Test func `T3: a frame may be a list`() throws {
        let frame = try CoinutFrame(parsing: Array("[\(Wire.accepted())]".utf8))
        #expect(frame.messages == [try message(Wire.accepted())])
    }

    @Test(arguments: ["price", "order_price"])
    func `T4: an accepted order's price has two names`(name: String) throws {
        guard
            case .accepted(let order) = try content(
                Wire.accepted(Wire.order(priceName: name, price: "0.025")))
        else { throw wrong }
        #expect(order.shown.price == exact("0.025"))
    }

    @Test func `T5: a fill's order stands one level deeper`() throws {
        let text = Wire.filled().replacing("{\"nonce\"", with: "{\"order_id\":4,\"nonce\"")
        guard case .filled(let fill) = try content(text) else { throw wrong }
        #expect(fill.shown.order == OrderNumber(901))
    }

    @Test(arguments: [50_001_346, 297_125_564, 3_630_041_631, 4_294_967_290, .max] as [Int64])
    func `T6: others' numbers are above the range`(client: Int64) throws {
        guard case .accepted(let order) = try content(Wire.accepted(Wire.order(client: client)))
        else { throw wrong }
        #expect(order.shown.client == ClientNumber(client))
        #expect(order.shown.client?.isSendable == false)
    }

    @Test func `T7: nonces are above the range, and come back with news of old orders`() throws {
        let said = try message(Wire.filled(nonce: 67_130_554))
        #expect(said.nonce == Nonce(67_130_554) && said.nonce?.isSendable == false)
        // Two messages of one nonce, of which the order's own number says whose they are.
        let other = try message(
            Wire.accepted(Wire.order(902, client: 78), nonce: 67_130_554))
        guard case .filled(let fill) = said.content, case .accepted(let order) = other.content
        else { throw wrong }
        #expect(other.nonce == said.nonce && fill.shown.client != order.shown.client)
    }

    @Test func `T8: a trade may come without time and quantity`() throws {
        let text = Wire.trade.replacing("\"qty\":\"0.75000000\",", with: "")
            .replacing("1600000002000001", with: "0")
        guard case .trade(let push) = try content(text) else { throw wrong }
        #expect(push.trade.quantity == nil && push.trade.time == nil)
        #expect(push.trade.price == exact("0.0245") && push.trade.side == .sell)
    }

    @Test func `T9: levels come in either order`() throws {
        let levels = ["1", "2", "3"].map { Wire.level($0, "1") }
        let upwards = try content(Wire.book(bids: levels, asks: levels.reversed()))
        let downwards = try content(Wire.book(bids: levels.reversed(), asks: levels))
        #expect(upwards == downwards)
    }

    @Test func `T10: a price is a number, not a text`() throws {
        guard case .change(let long) = try content(Wire.change("BUY", "0.02400000", "1")),
            case .change(let short) = try content(Wire.change("BUY", "0.024", "1.0"))
        else { throw wrong }
        #expect(long == short)
    }

    @Test func `T11: totals are in two currencies`() throws {
        guard
            case .book(let book) = try content(
                Wire.book(bids: [], asks: [], totalBuy: "5", totalSell: "5"))
        else { throw wrong }
        let worth: Money? = book.totalBuy
        let amount: Quantity? = book.totalSell
        #expect(worth == exact("5") && amount == exact("5"))
    }

    @Test func `T12: a snapshot may not say how new it is`() throws {
        let text = Wire.book(bids: [], asks: [], transaction: nil)
        guard case .book(let book) = try content(text) else { throw wrong }
        #expect(book.transaction == nil)
    }

    @Test func `T13: old figures of 24 hours refuse nothing`() throws {
        let text = Wire.tick.replacing("{", with: "{\"high24\":\"0.0001\",\"low24\":\"99\",")
        guard case .tick(let tick) = try content(text) else { throw wrong }
        #expect(tick.bid == exact("0.024") && tick.high24 == exact("0.0001"))
    }

    @Test func `T15: an ask may be absurd`() throws {
        let asks = [Wire.level("10000000.00000000", "0.00000001")]
        guard case .book(let book) = try content(Wire.book(bids: [], asks: asks)) else {
            throw wrong
        }
        #expect(book.asks[0].price == exact("10000000"))
    }

    // No number is a float on its way, whatever its length.
    @Test func `T17: every digit is kept`() throws {
        let text = Wire.change("SELL", "123456789.12345678", "99999999999.00000001")
        guard case .change(let change) = try content(text) else { throw wrong }
        #expect(change.level.price.description == "123456789.12345678")
        #expect(change.level.quantity.description == "99999999999.00000001")
    }

    @Test func `T19: nothing keeps the key and the addresses that a login tells`() throws {
        let said = try message(Wire.login)
        var shown = ""
        dump(said, to: &shown)
        shown += "\(said)" + String(reflecting: said)
        for secret in ["11112222", "66667777", "example.org"] { #expect(!shown.contains(secret)) }
        #expect(shown.contains("walker"))
    }

    @Test func `T20: a cancel's answer names no instrument`() throws {
        guard case .cancelled(let order) = try content(Wire.cancelled) else { throw wrong }
        #expect(order.order == OrderNumber(901))
        guard
            case .cancelled(let other) = try content(
                Wire.cancelled.replacing("\"client_ord_id\":77,", with: ""))
        else { throw wrong }
        #expect(other.client == nil)
    }

    @Test(
        arguments: [
            ("1600000000123456", Timestamp(nanoseconds: 1_600_000_000_123_456_000)), ("0", nil),
            ("1", Timestamp(nanoseconds: 1_000)), ("-1", nil), ("9223372036854775807", nil),
            ("7289654400000000", nil),
        ] as [(String, Timestamp?)])
    func `T22: times are microseconds`(number: String, time: Timestamp?) throws {
        let text = Wire.trade.replacing("1600000002000001", with: number)
        guard case .trade(let push) = try content(text) else { throw wrong }
        #expect(push.trade.time == time)
    }
}
