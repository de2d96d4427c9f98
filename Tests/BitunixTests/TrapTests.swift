import AccountSession
import Bitunix
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions
import WireText

/// The traps that the wire reference numbers, as far as they are of the futures API.
///
/// 1 to 4, 6 to 8 and 24 are of the spot API, which is not traded; 16 is of hedge mode, which is refused.
@Suite struct `Bitunix traps` {
    @Test func `5: cancels prove nothing`() throws {
        let desk = try BitunixDesk.resting()
        desk.cancel(1)
        try desk.ok("POST trade/cancel_orders", Wire.cancelled())
        try desk.hear(Wire.orderPush("FILLED", event: "CLOSE", filled: "2.5"))
        try desk.wait(0.25)
        try desk.ok("GET trade/get_history_trades", Wire.trades([Wire.trade("1", "2.5")]))
        #expect(desk.events == ["accepted 901", "fill 2.5@100"])
    }

    @Test func `9: codes, totals and times have several forms`() throws {
        let text = Wire.reply(Wire.trades([Wire.trade("1", "2")]))
            .replacing("\"code\":0", with: "\"code\":\"0\"").replacing(
                "\"total\":1", with: "\"total\":\"1\""
            )
            .replacing("\"1700000001000\"", with: "1700000001000")
        let page = try payload(BitunixReplies.trades(Array(text.utf8)))
        #expect(page.total == 1)
        #expect(page.elements[0].createdAt == Timestamp(nanoseconds: 1_700_000_001_000_000_000))
        // No digit goes through a binary number.
        let long = Wire.trade("1", "0.1", fee: "0.123456789012345678")
        let trade = try payload(
            BitunixReplies.trades(Array(Wire.reply(Wire.trades([long])).utf8))
        ).elements[0]
        #expect(trade.fee == exact("0.123456789012345678"))
    }

    @Test func `10: the bytes that are signed are sent`() throws {
        let desk = try BitunixDesk.ordering()
        let call = try desk.take(BitunixDesk.place).call
        func header(_ name: String) -> String {
            call.headers.first { $0.name == name }?.value ?? ""
        }
        #expect(
            header("sign")
                == BitunixDesk.key.signature(
                    nonce: header("nonce"), timestamp: header("timestamp"), body: call.body))
        #expect(!call.body.contains(" ") && !call.body.contains("\n"))
    }

    @Test func `11: requests count milliseconds, a login seconds, rows of sockets are texts`()
        throws
    {
        let desk = try BitunixDesk()
        try desk.prepare()
        desk.openSockets()
        #expect(desk.sent.contains { $0.text.contains("\"timestamp\":1700000000,") })
        try desk.login()
        let call = try desk.take("GET account").call
        #expect(call.headers.first { $0.name == "timestamp" }?.value == "1700000000500")
        guard case .order(let order) = try push(Wire.orderPush("NEW")) else { throw wrong }
        #expect(order.updatedAt == Timestamp(nanoseconds: 1_700_000_000_123_456_789))
    }

    @Test func `12: a socket that dies silently is noticed`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        let old = desk.sockets
        try desk.wait(21, isAlive: false)
        #expect(desk.statuses.map(\.state).contains(.lost))
        #expect(desk.sockets["private"] != old["private"])
        // Its pings are texts of the venue's, none of the protocol's.
        #expect(desk.sent.contains { $0.text.hasPrefix(#"{"op":"ping","ping":"#) })
    }

    @Test func `13: nothing is acknowledged, and silence alone betrays a dead book`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        desk.input(.subscribe([InstrumentID(0): [.book, .ticker]]))
        try desk.wait(2)
        try desk.hear(Wire.depth(15, bids: [("99", "1")], asks: []), on: "public")
        for _ in 0..<6 {
            try desk.wait(0.5)
            try desk.hear(Wire.ticker(), on: "public")
        }
        #expect(desk.statuses.map(\.state) == [.stale])
    }

    @Test func `14: a window replaces the book`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        desk.input(.subscribe([InstrumentID(0): [.book]]))
        try desk.wait(2)
        try desk.hear(Wire.depth(15, bids: [("99", "1"), ("98", "2")], asks: []), on: "public")
        try desk.hear(
            Wire.depth(15, bids: [("97", "3")], asks: [], time: 1_700_000_000_500), on: "public")
        #expect(desk.books == ["clear +99x1 +98x2", "clear +97x3"])
        // The channel that is documented as changes is not known.
        #expect(
            try push(#"{"ch":"depth_books","symbol":"LTCUSDT","ts":1,"data":{"b":[],"a":[]}}"#)
                == .unknown(channel: "depth_books"))
    }

    @Test func `15: a candle of a push says when it began in no field`() throws {
        guard case .candle(let candle) = try push(Wire.candle) else { throw wrong }
        // `b` is the base volume, whatever it is called elsewhere.
        #expect(candle.volume == exact("44") && candle.close == exact("2"))
    }

    @Test func `16: in hedge mode the side is inverted, so it is not traded`() throws {
        let desk = try BitunixDesk()
        try desk.prepare()
        desk.openSockets()
        try desk.login()
        try desk.ok("GET account", Wire.account(mode: "HEDGE"))
        #expect(desk.problems.contains { $0.isPermanent })
    }

    @Test(arguments: [("BUY", "2"), ("LONG", "2"), ("SELL", "-2"), ("Short", "-2")])
    func `17: a position's side has two words each`(side: String, net: String) throws {
        let text = Wire.reply("[\(Wire.position("2", side: side))]")
        #expect(try payload(BitunixReplies.positions(Array(text.utf8)))[0].net == exact(net))
    }

    @Test func `18: an order's push has its own words`() throws {
        guard
            case .order(let live) = try push(
                Wire.orderPush(
                    "Part_Filled_", side: "Sell", type: "Market", effect: "SHORT", filled: "1"))
        else { throw wrong }
        #expect(live.side == .sell && live.isMarketOrder && live.status == .partlyFilled)
        #expect(live.price == nil && live.filled == exact("1"))
        guard case .order(let limit) = try push(Wire.orderPush("NEW", effect: "LONG")) else {
            throw wrong
        }
        #expect(!limit.isImmediate)
    }

    @Test func `19: a market order's price is a word`() throws {
        let text = Wire.reply(Wire.order(type: "LIMIT", price: "market"))
        #expect(try payload(BitunixReplies.order(Array(text.utf8))).price == nil)
    }

    @Test func `20: funding is in percent in pushes`() throws {
        guard case .prices(let prices) = try push(Wire.price(rate: "0.0125")) else { throw wrong }
        #expect(prices.fundingRate == exact("0.000125"))
    }

    // Whatever the status of HTTP, a refusal is one by its code.
    @Test func `21: every error is HTTP 200`() throws {
        let desk = try BitunixDesk.ordering()
        try desk.answer(BitunixDesk.place, #"{"code":20003,"message":"no"}"#, status: 200)
        #expect(desk.events == ["rejected"])
        let absent = try BitunixDesk.ordering()
        try absent.answer(BitunixDesk.place, #"{"code":404,"data":null,"msg":"Not Found"}"#)
        #expect(absent.events == ["rejected"])
    }

    // Books come over the socket alone, whose windows have 15 levels.
    @Test func `22: no list is asked for that is cut off silently`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        #expect(VenueTraits.bitunix.depthLevels == 15)
        #expect(BitunixRequests.pageSize == 100)
        try desk.wait(60)
        #expect(
            !desk.calls.contains {
                $0.call.path.contains("depth") || $0.call.path.contains("kline")
            })
    }

    @Test func `23: no parameter is empty`() throws {
        let desk = try BitunixDesk.ordering()
        try desk.fail(BitunixDesk.place, .timeout)
        for (_, call) in desk.calls {
            #expect(!call.path.contains("=&") && !call.path.hasSuffix("="))
        }
    }
}
