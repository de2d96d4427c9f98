import AccountSession
import CoinTR
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

private func sent(_ desk: CoinTRDesk, _ end: String) -> [HTTPCall] {
    desk.actions.compactMap { action in
        guard case .request(_, let call) = action, call.path.contains(end) else { return nil }
        return call
    }
}

@Suite struct `Orders at CoinTR` {
    @Test func `are in the book with their reply, and filled by pushes`() throws {
        let desk = try CoinTRDesk.resting()
        #expect(desk.events == ["accepted 901"])
        try desk.hear(Wire.news("fills_spot", [Wire.fill(5, of: 901, size: "0.4")]))
        try desk.hear(
            Wire.news(
                "orders_spot",
                [
                    Wire.order(901, "mr-1", filled: "0.4", state: "PARTIAL_FILLED")
                ]))
        try desk.hear(
            Wire.news("orders_spot", [Wire.order(901, "mr-1", filled: "1", state: "FILLED")]))
        #expect(desk.events == ["accepted 901", "fill 0.4@70"])
        try desk.hear(Wire.news("fills_spot", [Wire.fill(6, of: 901, size: "0.6")]))
        #expect(desk.events.last == "fill 0.6@70" && desk.events.count == 3)
        // A purchase of spot pays out of what it brings.
        #expect(desk.fills.map(\.feeCurrency.code) == ["LTC", "LTC"])
        #expect(desk.fills.map(\.liquidity) == [.taker, .taker])
    }

    // Promise P8.
    @Test func `are filled once by each execution, on whatever way and in whatever order it comes`()
        throws
    {
        let desk = try CoinTRDesk.ordering()
        // Before the reply, whose order nobody knows yet.
        try desk.hear(Wire.news("fills_spot", [Wire.fill(5, of: 901, size: "0.4")]))
        #expect(desk.events == [])
        try desk.reply("order", Wire.placed(901, "mr-1"))
        #expect(desk.events == ["accepted 901", "fill 0.4@70"])
        try desk.hear(Wire.news("fills_spot", [Wire.fill(5, of: 901, size: "0.4")]))
        try desk.hear(
            Wire.news(
                "orders_spot",
                [
                    Wire.order(901, "mr-1", filled: "0.6", state: "PARTIAL_FILLED")
                ]))
        // One did not come: it is asked for.
        try desk.wait(2.5)
        try desk.reply(
            "fills",
            Wire.list([
                Wire.fill(6, of: 901, size: "0.2"), Wire.fill(5, of: 901, size: "0.4"),
                Wire.fill(4, of: 900, size: "9"),
            ]))
        #expect(desk.events == ["accepted 901", "fill 0.4@70", "fill 0.2@70"])
    }

    @Test func `that fill with their reply wait for their executions`() throws {
        let desk = try CoinTRDesk.ordering()
        try desk.reply("order", Wire.placed(901, "mr-1", "FILLED"))
        #expect(desk.events == ["accepted 901"])
        try desk.wait(2.5)
        try desk.reply("fills", Wire.list([Wire.fill(6, of: 901, size: "1")]))
        #expect(desk.events == ["accepted 901", "fill 1@70"])
    }

    // Trap 25.
    @Test(arguments: [("CANCELED", "cancelled"), ("EXPIRED", "expired"), ("STOPPED", "expired")])
    func `that end with fills end behind them`(state: String, end: String) throws {
        let desk = try CoinTRDesk.resting()
        try desk.hear(
            Wire.news("orders_spot", [Wire.order(901, "mr-1", filled: "0.3", state: state)]))
        #expect(desk.events == ["accepted 901"])
        try desk.hear(Wire.news("fills_spot", [Wire.fill(5, of: 901, size: "0.3")]))
        #expect(desk.events == ["accepted 901", "fill 0.3@70", end])
    }

    @Test(arguments: ["EXPIRED", "CANCELED"])
    func `that ended before their reply are asked for what they filled`(state: String) throws {
        let desk = try CoinTRDesk.ordering { $0.timeInForce = .ioc }
        try desk.reply("order", Wire.placed(901, "mr-1", state))
        #expect(desk.events == ["accepted 901"])
        try desk.wait(1.1)
        try desk.reply(
            "orders-recent",
            Wire.list([
                Wire.order(901, "mr-1", filled: "0.3", state: state, lifetime: "IOC")
            ]))
        try desk.wait(2.1)
        try desk.reply("fills", Wire.list([Wire.fill(5, of: 901, size: "0.3")]))
        #expect(desk.events.prefix(2) == ["accepted 901", "fill 0.3@70"])
        #expect(desk.events.count == 3)
    }

    // Trap 6.
    @Test func `that wait in front of the book are asked for until they move, for nobody tells`()
        throws
    {
        let desk = try CoinTRDesk.ordering()
        try desk.reply("order", Wire.placed(901, "mr-1", "SUBMITTING"))
        #expect(desk.events == ["accepted 901"])
        let row = Wire.order(901, "mr-1", state: "SUBMITTING")
        for pause in [1.05, 1.05, 1.05] {
            #expect(!desk.isAsked("orders-recent"))
            try desk.wait(pause)
            let call = try desk.reply("orders-recent", Wire.list([row]))
            #expect(call.path.contains("ordIds=901"))
        }
        try desk.wait(3.5, answers: false)
        while desk.isAsked("orders-active") { try desk.reply("orders-active", Wire.list([row])) }
        #expect(!desk.isAsked("orders-recent"), "it is asked for less often")
        try desk.wait(0.6)
        try desk.reply(
            "orders-recent",
            Wire.list([Wire.order(901, "mr-1", filled: "0.5", state: "PARTIAL_FILLED")]))
        try desk.wait(2.1)
        try desk.reply("fills", Wire.list([Wire.fill(5, of: 901, size: "0.5")]))
        #expect(desk.events == ["accepted 901", "fill 0.5@70"])
        try desk.wait(4.2)
        #expect(!desk.isAsked("orders-recent"), "it has moved")
    }

    @Test func `whose state nobody described go on, and are asked for`() throws {
        let desk = try CoinTRDesk.resting()
        try desk.hear(Wire.news("orders_spot", [Wire.order(901, "mr-1", state: "HALTED")]))
        #expect(desk.events == ["accepted 901"] && desk.socket != nil)
        try desk.wait(6)
        #expect(desk.isAsked("orders-active"))
    }

    // MARK: - Doubt

    // Trap 5. Promises P5.
    @Test(arguments: ["timeout", "reset", "502", "5000", "not named"])
    func `whose outcome is not known are asked for and not sent again`(trouble: String) throws {
        let desk = try CoinTRDesk.ordering()
        switch trouble {
        case "timeout": try desk.fail("order", .timeout)
        case "reset": try desk.fail("order", .reset)
        case "502": try desk.reply("order", "<html>", status: 502)
        case "5000": try desk.reply("order", Wire.refused(5000, "mr-1"))
        default: try desk.reply("order", Wire.refused(7777))
        }
        #expect(desk.events == ["lost"])
        let call = try desk.reply(
            "orders-recent", Wire.list([Wire.order(901, "mr-1", filled: "0")]))
        #expect(call.path.contains("clOrdIds=mr-1"))
        #expect(desk.events == ["lost", "accepted 901"])
        #expect(sent(desk, "/trade/order?").isEmpty == false)
        try desk.wait(120, answers: true, orders: [Wire.order(901, "mr-1")])
        #expect(sent(desk, "/trade/order?").count == 1)
    }

    // Trap 5. Promises P7.
    @Test func `that nothing shows are given up only behind the minute in which they may come`()
        throws
    {
        let desk = try CoinTRDesk.ordering()
        try desk.fail("order")
        try desk.wait(60, answers: true)
        #expect(desk.events == ["lost"])
        try desk.wait(20, answers: true)
        #expect(desk.events == ["lost", "not found"])
        #expect(sent(desk, "/trade/order?").count == 1)
        #expect(sent(desk, "clOrdIds=mr-1").count >= 4)
    }

    // Promise P6.
    @Test func `are rejected where the refusal names them`() throws {
        let desk = try CoinTRDesk.ordering()
        try desk.reply("order", Wire.refused(5050, "mr-1"))
        #expect(desk.events.count == 1)
        #expect(desk.events[0].hasPrefix("rejected: the venue does not say why"))
        #expect(desk.events[0].contains("code 5050"))
    }

    @Test func `that a push has shown stand, whatever their reply says`() throws {
        let desk = try CoinTRDesk.ordering()
        try desk.hear(Wire.news("orders_spot", [Wire.order(901, "mr-1")]))
        #expect(desk.events == ["accepted 901"])
        try desk.reply("order", Wire.refused(5050, "mr-1"))
        #expect(desk.events == ["accepted 901"] && desk.isAsked("orders-recent"))
    }

    @Test func `whose id was taken may have arrived before, and are asked for`() throws {
        let desk = try CoinTRDesk.ordering()
        try desk.reply("order", Wire.refused(5051, "mr-1"))
        #expect(desk.events == ["lost"] && desk.isAsked("orders-recent"))
    }

    // Trap 5.
    @Test func `that came too often go again with the same id, within seconds or never`() throws {
        let desk = try CoinTRDesk.ordering()
        let first = try desk.reply("order", Wire.refused(4290), status: 429)
        try desk.wait(1.2)
        let second = try desk.reply("order", Wire.refused(4290), status: 429)
        #expect(second.body == first.body && second.path != first.path)
        try desk.wait(90, answers: true)
        #expect(sent(desk, "/trade/order?").count <= 3)
        #expect(!desk.isAsked("order") || desk.events.isEmpty)
    }

    // MARK: - Cancels

    // Promise P9.
    @Test func `that are cancelled end behind what they filled`() throws {
        let desk = try CoinTRDesk.resting()
        desk.cancel(1)
        let call = try desk.reply(
            "cancel-order", #"{"code":0,"data":{"ordId":901,"clOrdId":"mr-1"}}"#)
        #expect(call.body == #"{"instId":"LTCUSDT","ordId":"901","asyncState":"CLOSED"}"#)
        try desk.reply("fills", Wire.list([Wire.fill(5, of: 901, size: "0.4")]))
        #expect(desk.events == ["accepted 901", "fill 0.4@70", "cancelled"])
    }

    @Test func `that filled before their cancel came are filled`() throws {
        let desk = try CoinTRDesk.resting()
        desk.cancel(1)
        try desk.reply("cancel-order", Wire.refused(5052, text: "Order does not exist"))
        try desk.reply(
            "orders-recent",
            Wire.list([Wire.order(901, "mr-1", filled: "1", state: "FILLED")]))
        try desk.wait(2.1)
        try desk.reply("fills", Wire.list([Wire.fill(5, of: 901, size: "1")]))
        #expect(desk.events == ["accepted 901", "fill 1@70"])
    }

    @Test func `whose cancel is refused otherwise are cancelled again`() throws {
        let desk = try CoinTRDesk.resting()
        desk.cancel(1)
        try desk.reply("cancel-order", Wire.refused(7777))
        #expect(desk.events == ["accepted 901"])
        try desk.wait(2)
        try desk.reply(
            "cancel-order", #"{"code":0,"data":{"ordId":901,"state":"CANCELED"}}"#)
        try desk.reply("fills", Wire.list([]))
        #expect(desk.events == ["accepted 901", "cancelled"])
    }

    @Test func `that are being cancelled are not cancelled yet`() throws {
        let desk = try CoinTRDesk.resting(CoinTRDesk.futures)
        desk.cancel(1)
        try desk.reply(
            "cancel-order", #"{"code":0,"data":{"ordId":901,"state":"CANCELING"}}"#)
        #expect(desk.events == ["accepted 901"])
        try desk.hear(
            Wire.news(
                "orders_perp",
                [
                    Wire.order(901, "mr-1", size: "10", state: "CANCELED", isFutures: true)
                ]))
        #expect(desk.events == ["accepted 901", "cancelled"])
    }

    @Test func `that are not known yet are cancelled by their client id`() throws {
        let desk = try CoinTRDesk.ordering()
        try desk.fail("order")
        desk.cancel(1)
        #expect(
            desk.calls.contains {
                $0.call.body == #"{"instId":"LTCUSDT","clOrdId":"mr-1","asyncState":"CLOSED"}"#
            })
    }

    // MARK: - Kinds

    // Trap 9.
    @Test func `at the market of spot are bought up to a price, and sold at any`() throws {
        let desk = try CoinTRDesk()
        try desk.goLive()
        // Nothing is offered, as far as is known: at this price nobody sells.
        try desk.submit(1, .buy, "1", at: nil)
        let blind = try desk.reply("order", Wire.placed(901, "mr-1", "EXPIRED"))
        #expect(blind.body.contains(#""px":"0.01","baseQty":"1","side":"BUY","ordType":"LIMIT""#))
        try desk.hear(Wire.spotTouch)
        try desk.submit(2, .buy, "1", at: nil)
        let call = try desk.reply("order", Wire.placed(902, "mr-2"))
        #expect(call.body.contains(#""px":"73.53","baseQty":"1""#))
        #expect(call.body.contains(#""timeInForce":"IOC""#) && !call.body.contains("quoteQty"))
        // What the venue shows of it is no change of it.
        try desk.hear(
            Wire.news(
                "orders_spot",
                [
                    Wire.order(
                        902, "mr-2", price: "73.53", filled: "1", state: "FILLED", lifetime: "IOC")
                ]))
        #expect(!desk.events.contains("amended") && desk.problems == [])
        try desk.submit(3, .sell, "1", at: nil)
        let sale = try desk.reply("order", Wire.placed(903, "mr-3"))
        #expect(sale.body.contains(#""baseQty":"1","side":"SELL","ordType":"MARKET""#))
    }

    @Test func `that only reduce say so for futures`() throws {
        let desk = try CoinTRDesk([CoinTRDesk.spot, CoinTRDesk.futures])
        try desk.goLive()
        try desk.submit(1, .sell, in: 0) { $0.isReduceOnly = true }
        let sale = try desk.reply("order", Wire.placed(1, "mr-1"))
        #expect(sale.body.contains(#""flags":"""#))
        try desk.submit(2, .sell, in: 1) { $0.isReduceOnly = true }
        let call = try desk.reply("order", Wire.placed(1, "mr-2"))
        #expect(call.body.contains(#""flags":"REDUCE_ONLY""#))
    }

    // Trap 10.
    @Test func `of futures count contracts`() throws {
        let desk = try CoinTRDesk([CoinTRDesk.futures])
        try desk.goLive()
        try desk.submit(1, .buy, "2.5")
        let call = try desk.reply("order", Wire.placed(901, "mr-1"))
        #expect(call.body.contains(#""sz":"25""#))
        try desk.hear(
            Wire.news("fills_perp", [Wire.fill(5, of: 901, size: "25", fee: "0.07")]))
        #expect(desk.events == ["accepted 901", "fill 2.5@70"])
        #expect(desk.fills.map(\.feeCurrency.code) == ["USDT"])
    }

    @Test func `that the venue has not are refused here`() throws {
        let desk = try CoinTRDesk()
        try desk.goLive()
        try desk.submit(1) { $0.stop = exact("75") }
        #expect(desk.events.first?.contains("no stop orders") == true)
        #expect(!desk.isAsked("order"))
    }
}
