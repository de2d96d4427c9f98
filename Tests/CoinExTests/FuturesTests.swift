import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

private func live(position: String? = nil) throws -> SessionDesk {
    let desk = try SessionDesk(["coinex:BTC/USDT:USDT"])
    let row = position.map {
        "{\"market\":\"BTCUSDT\",\"side\":\"\($0)\",\"open_interest\":\"1\","
            + "\"avg_entry_price\":\"100\",\"leverage\":\"10\"}"
    }
    try desk.goLive(positions: "[\(row ?? "")]")
    return desk
}

@Suite struct `CoinEx futures orders` {
    // 7.28: a plain order could turn the position round.
    @Test func `that only reduce go through the way that closes a position`() throws {
        let desk = try live(position: "long")
        try desk.submit(1, .sell, "0.5", at: "100") { $0.isReduceOnly = true }
        let call = try #require(desk.orderCalls("close-position").first)
        #expect(
            call.body
                == #"{"market":"BTCUSDT","market_type":"FUTURES","type":"limit","amount":"0.5","#
                + #""price":"100","client_id":"mrtest-1"}"#)
        #expect(desk.orderCalls("/order").isEmpty)
    }

    @Test(arguments: ["short", nil])
    func `that only reduce are refused without a position on the other side`(side: String?) throws {
        let desk = try live(position: side)
        try desk.submit(1, .sell, "0.5", at: "100") { $0.isReduceOnly = true }
        #expect(desk.events == ["rejected"] && desk.orderCalls("").isEmpty)
    }

    // 7.28 again: the venue takes the side from the position that it then has.
    @Test func `that only reduce wait until no open order could turn the position round`() throws {
        let desk = try live(position: "long")
        try desk.submit(1, .sell, "1.5", at: "110")
        try desk.submit(2, .sell, "0.5", at: "100") { $0.isReduceOnly = true }
        #expect(desk.events == ["rejected"] && desk.orderCalls("close-position").isEmpty)
        // The refusal asks for the position, which may have changed.
        try desk.ok("GET /v2/futures/pending-position", position("1"))
        try desk.refuse("POST /v2/futures/order", 3_109)
        try desk.submit(3, .sell, "0.5", at: "100") { $0.isReduceOnly = true }
        #expect(desk.orderCalls("close-position").count == 1)
        // What was filled since the position was told counts too, until it is told again.
        try desk.submit(4, .sell, "0.4", at: "110")
        try desk.push(
            dealPush(dealJSON(5, order: 2_002, 4, amount: "0.4", price: "110", side: "sell")),
            on: "futures")
        try desk.submit(5, .sell, "0.2", at: "100") { $0.isReduceOnly = true }
        #expect(desk.orderCalls("close-position").count == 2)  // 0.5 and 0.4 of 1
        desk.wait(0.1)
        try desk.submit(6, .sell, "0.1", at: "100") { $0.isReduceOnly = true }
        #expect(desk.events.last == "rejected")  // 0.5, 0.4 and 0.2
        try desk.ok("GET /v2/futures/pending-position", position("0.8"))
        try desk.submit(7, .sell, "0.1", at: "100") { $0.isReduceOnly = true }
        #expect(desk.orderCalls("close-position").count == 3)
    }

    private func position(_ size: String) -> String {
        "[{\"market\":\"BTCUSDT\",\"side\":\"long\",\"open_interest\":\"\(size)\"}]"
    }

    @Test func `that the venue turns to the other side are cancelled, shouted and not booked`()
        throws
    {
        let desk = try live(position: "long")
        try desk.submit(1, .sell, "0.5", at: "100") { $0.isReduceOnly = true }
        let turned = orderJSON(2_002, 1, side: "buy", amount: "0.5", price: "100", unfilled: "0.5")
        try desk.ok("POST /v2/futures/close-position", turned)
        #expect(desk.orderCalls("cancel-order").count == 1)
        try desk.push(
            dealPush(dealJSON(5, order: 2_002, 1, amount: "0.2", price: "100", side: "buy")),
            on: "futures")
        let gone = orderJSON(
            2_002, 1, side: "buy", amount: "0.5", price: "100", filled: "0.2", unfilled: "0.3")
        try desk.ok("POST /v2/futures/cancel-order", gone)
        #expect(desk.events == ["accepted 2002", "cancelled"])
        #expect(desk.problems.count == 1)
    }

    @Test func `with a stop that wakes while its cancel waits are cancelled all the same`() throws {
        let desk = try live()
        try desk.submit(1, .buy, "0.5", at: "110") { $0.stop = exact("105") }
        try desk.ok("POST /v2/futures/stop-order", #"{"stop_id":77}"#)
        desk.cancel(1)
        try desk.refuse("POST /v2/futures/cancel-stop-order", 4_213)
        try desk.push(stop("active", "higher"), on: "futures")
        desk.wait(1.5)
        #expect(desk.orderCalls("cancel").count == 1)  // there is no stop to cancel any more
        let born = orderJSON(2_002, 1, amount: "0.5", price: "110", unfilled: "0.5")
        try desk.push(orderPush("put", born), on: "futures")
        #expect(desk.orderCalls("cancel-order").first?.body.contains("2002") == true)
    }

    @Test func `positions that come late change nothing`() throws {
        let desk = try live()
        for (size, time) in [("2", 1_700_000_002_000), ("1", 1_700_000_001_000)] {
            try desk.push(
                "{\"method\":\"position.update\",\"data\":{\"event\":\"update\",\"position\":"
                    + "{\"market\":\"BTCUSDT\",\"side\":\"long\",\"open_interest\":\"\(size)\","
                    + "\"updated_at\":\(time)}},\"id\":null}", on: "futures")
        }
        #expect(desk.positions.map(\.net) == [exact("2")])
    }

    @Test func `that only reduce are not sent again where the position has turned round`() throws {
        let desk = try live(position: "long")
        try desk.submit(1, .sell, "0.5", at: "100") { $0.isReduceOnly = true }
        try desk.push(
            "{\"method\":\"position.update\",\"data\":{\"event\":\"update\",\"position\":"
                + "{\"market\":\"BTCUSDT\",\"side\":\"short\",\"open_interest\":\"1\","
                + "\"updated_at\":1700000002000}},\"id\":null}", on: "futures")
        try desk.refuse("POST /v2/futures/close-position", 4_213)
        desk.wait(3)
        #expect(desk.events == ["rejected"])
        #expect(desk.orderCalls("close-position").count == 1)
    }

    @Test func `wait for the answer to one that closes what they could turn round`() throws {
        let desk = try live(position: "long")
        try desk.submit(1, .sell, "0.5", at: "100") { $0.isReduceOnly = true }
        try desk.submit(2, .sell, "2", at: "100")
        try desk.submit(3, .sell, "0.1", at: "100")  // with the second it could turn it, too
        try desk.submit(4, .buy, "2", at: "90")
        #expect(desk.orderCalls("futures/order").count == 1)
        try desk.ok(
            "POST /v2/futures/close-position",
            orderJSON(7, 1, side: "sell", amount: "0.5", price: "100", unfilled: "0.5"))
        #expect(desk.orderCalls("futures/order").count == 3)
    }

    @Test func `that wait for an answer too long are refused`() throws {
        let desk = try live(position: "long")
        try desk.submit(1, .sell, "0.5", at: "100") { $0.isReduceOnly = true }
        try desk.submit(2, .sell, "2", at: "100")
        desk.wait(7)
        #expect(desk.events == ["rejected"])
        #expect(desk.orderCalls("futures/order").isEmpty)
    }

    @Test func `with a stop wait for the last price`() throws {
        let desk = try live()
        try desk.submit(1, .buy, "0.5", at: "110") { $0.stop = exact("105") }
        let call = try #require(desk.orderCalls("stop-order").first)
        #expect(call.body.contains(#""trigger_price":"105","trigger_price_type":"latest_price""#))
        try desk.ok("POST /v2/futures/stop-order", #"{"stop_id":77}"#)
        try desk.push(stop("put", "higher"), on: "futures")
        try desk.push(stop("active", "higher"), on: "futures")
        let born = orderJSON(2_002, 1, amount: "0.5", price: "110", unfilled: "0.5")
        try desk.push(orderPush("put", born), on: "futures")
        #expect(desk.events == ["accepted 77", "triggered"])
        desk.cancel(1)
        #expect(desk.orderCalls("cancel-order").first?.body.contains("2002") == true)
    }

    @Test func `with a stop are told in any order of their pushes`() throws {
        let desk = try live()
        try desk.submit(1, .buy, "0.5", at: "110") { $0.stop = exact("105") }
        let born = orderJSON(2_002, 1, amount: "0.5", price: "110", filled: "0.5", unfilled: "0")
        try desk.push(
            dealPush(dealJSON(5, order: 2_002, 1, amount: "0.5", price: "110")), on: "futures")
        try desk.push(orderPush("finish", born), on: "futures")
        try desk.push(stop("active", "higher"), on: "futures")
        try desk.ok("POST /v2/futures/stop-order", #"{"stop_id":77}"#)
        #expect(desk.events.suffix(2) == ["triggered", "fill 0.5@110"])
        #expect(desk.events.count { $0 == "triggered" } == 1)
    }

    // 7.24: an event as a number; a direction that is misspelt is not known.
    @Test func `with a stop that waits for the wrong side are cancelled`() throws {
        let desk = try live()
        try desk.submit(1, .buy, "0.5", at: "110") { $0.stop = exact("105") }
        try desk.ok("POST /v2/futures/stop-order", #"{"stop_id":77}"#)
        try desk.push(stop("put", "higer"), on: "futures")
        #expect(desk.orderCalls("cancel").isEmpty)
        try desk.push(stop("put", "lower").replacing("\"put\"", with: "1"), on: "futures")
        #expect(desk.orderCalls("cancel-stop-order").count == 1)
        #expect(desk.problems.count == 1)
        try desk.ok("POST /v2/futures/cancel-stop-order", "{}")
        #expect(desk.events == ["accepted 77", "cancelled"])
    }

    @Test func `with a stop that is reached already are refused`() throws {
        let desk = try live()
        try desk.push(
            #"{"method":"state.update","data":{"state_list":[{"market":"BTCUSDT","last":"106"}]},"id":null}"#,
            on: "futures")
        try desk.submit(1, .buy, "0.5", at: "110") { $0.stop = exact("105") }
        #expect(desk.events == ["rejected"] && desk.orderCalls("").isEmpty)
    }

    @Test func `with a stop whose reply was lost are found by the client id`() throws {
        let desk = try live()
        try desk.submit(1, .buy, "0.5", at: "110") { $0.stop = exact("105") }
        try desk.fail("POST /v2/futures/stop-order", .timeout)
        let row =
            #"{"stop_id":77,"market":"BTCUSDT","side":"buy","amount":"0.5","price":"110","#
            + #""trigger_price":"105","trigger_direction":"higher","client_id":"mrtest-1"}"#
        try desk.ok("GET /v2/futures/pending-stop-order", "[\(row)]")
        #expect(desk.events == ["lost", "accepted 77"])
        #expect(desk.orderCalls("stop-order").count == 1)
    }

    private func stop(_ event: String, _ direction: String) -> String {
        "{\"method\":\"stop.update\",\"data\":{\"event\":\"\(event)\",\"stop\":{\"stop_id\":77,"
            + "\"market\":\"BTCUSDT\",\"side\":\"buy\",\"type\":\"limit\",\"price\":\"110\","
            + "\"amount\":\"0.5\",\"trigger_price\":\"105\",\"trigger_direction\":\"\(direction)\","
            + "\"client_id\":\"mrtest-1\",\"status\":\"active_success\"}},\"id\":null}"
    }
}

@Suite struct `A row of a CoinEx order` {
    // 7.19: names drifted between REST, sockets and years.
    @Test func `is read under any of the names of its fields`() throws {
        let old = orderJSON(7, 1, amount: "1", price: "2", filled: "0.4", unfilled: "0.6")
            .replacing("unfilled_amount", with: "unfill_amount")
            .replacing("filled_amount", with: "fill_amount")
            .replacing("filled_value", with: "fill_value")
        let order = try payload(
            CoinExReplies.order(Array("{\"code\":0,\"data\":\(old)}".utf8)))
        #expect(order.filled == exact("0.4") && order.unfilled == exact("0.6"))
    }

    // 7.4 and 7.9: samples have blanks, quoted numbers, zero times and doubled keys.
    @Test func `and samples' oddities do not break a message`() throws {
        let odd =
            #"{"code":0,"data":{"order_id":"9","market":" CETUSDT","market":" CETUSDT","side":"buy","#
            + #""type":"limit","amount":"1","price":"1","created_at":"1691482451000","updated_at":0}}"#
        let order = try payload(CoinExReplies.order(Array(odd.utf8)))
        #expect(order.id == 9 && order.market == "CETUSDT" && order.updatedAt == nil)
        #expect(order.createdAt == Timestamp(nanoseconds: 1_691_482_451_000_000_000))
    }
}
