import PlainJSON
import Testing
import TradingModel
import VenueSimulators

/// Futures on the hand-made market: bid 100 with 5, ask 101 with 5 and 102 with 10.
@Suite struct `Futures positions` {
    private static let market: JSON = ["market": "BTCUSDT", "market_type": "FUTURES"]

    private func place(_ desk: Desk, _ body: JSON) throws {
        let reply = try desk.post("/futures/order", body)
        #expect(reply["code"]?.integer == 0, "\(reply)")
    }

    private func position(_ desk: Desk) throws -> JSON? {
        try desk.get("/futures/pending-position?market_type=FUTURES")["data"]?.items?.first
    }

    private func balance(_ desk: Desk) throws -> JSON {
        let rows = try desk.get("/assets/futures/balance")["data"]?.items ?? []
        return try #require(rows.first { $0["ccy"]?.text == "USDT" })
    }

    @Test func `a fill opens one, binds a tenth of its value and takes the fee`() throws {
        let desk = Desk(try HandMadeMarket())
        try place(desk, Orders.futures("buy", "2"))
        let position = try #require(try position(desk))
        #expect(position["side"]?.text == "long")
        #expect(position["open_interest"]?.text == "2")
        #expect(position["avg_entry_price"]?.text == "101")
        #expect(position["leverage"]?.text == "10")
        #expect(position["margin_avbl"]?.text == "20.2")
        #expect(position["realized_pnl"]?.text == "-0.101")  // the fee: 202 × 0.0005
        #expect(position["unrealized_pnl"]?.text == "-1")  // marked at 100.5
        let balance = try balance(desk)
        #expect(balance["available"]?.text == "999979.699")
        #expect(balance["margin"]?.text == "20.2")
    }

    @Test func `the fee is cut behind the eighth decimal`() throws {
        var market = try HandMadeMarket()
        try market.level(HandMadeMarket.futures, .sell, "100.7", "5")
        let desk = Desk(market)
        let socket = try desk.connect("futures", signed: true, to: ["user_deals"])
        try place(desk, Orders.futures("buy", "0.333"))
        // 33.5331 × 0.0005 = 0.01676655
        #expect(desk.take(socket).first?.at("data", "fee")?.text == "0.01676655")
    }

    @Test func `closing realises, and an order that goes beyond turns it around`() throws {
        let desk = Desk(try HandMadeMarket())
        let socket = try desk.connect("futures", signed: true, to: ["position"])
        try place(desk, Orders.futures("buy", "2"))
        let first = try position(desk)?["position_id"]
        try place(desk, Orders.futures("sell", "3"))
        let turned = try #require(try position(desk))
        #expect(turned["side"]?.text == "short")
        #expect(turned["open_interest"]?.text == "1")
        #expect(turned["avg_entry_price"]?.text == "100")
        #expect(turned["position_id"] != first)
        let told = desk.take(socket)
        #expect(told.map { $0.at("data", "event")?.text } == ["update", "close", "update"])
        #expect(told.element(1)?.at("data", "position", "open_interest")?.text == "0")
        // −2 on the long, and fees of 0.101 and 0.15; a margin of 10 for the short.
        #expect(try balance(desk)["available"]?.text == "999987.749")
    }

    @Test func `close-position never turns it around`() throws {
        let desk = Desk(try HandMadeMarket())
        try place(desk, Orders.futures("buy", "2"))
        let much: JSON = ["type": "market", "amount": "3"]
        #expect(
            try desk.post("/futures/close-position", Self.market.adding(much))["code"]?.integer
                == 4004)
        let all = try desk.post("/futures/close-position", Self.market.adding(["type": "market"]))
        #expect(all.at("data", "side")?.text == "sell")
        #expect(all.at("data", "filled_amount")?.text == "2")
        #expect(try position(desk) == nil)
        let closed = try desk.get("/futures/finished-position?market_type=FUTURES")["data"]?.items
        #expect(closed?.count == 1)
    }

    @Test func `a closing order sets nothing aside, one that opens does`() throws {
        let desk = Desk(try HandMadeMarket())
        try place(desk, Orders.futures("buy", "2"))
        try place(desk, Orders.futures("sell", "2", at: "110"))
        #expect(try balance(desk)["frozen"]?.text == "0")
        try place(desk, Orders.futures("sell", "1", at: "110"))
        #expect(try balance(desk)["frozen"]?.text == "11.055")  // 11 and the taker fee
    }

    @Test func `leverage decides the margin, and is refused when it cannot be paid`() throws {
        let desk = Desk(try HandMadeMarket())
        try place(desk, Orders.futures("buy", "2"))
        let set = { (leverage: Int64, mode: String) in
            try desk.post(
                "/futures/adjust-position-leverage",
                Self.market.adding([
                    "margin_mode": .text(mode), "leverage": .integer(leverage),
                ]))
        }
        #expect(try set(20, "cross").at("data") == ["margin_mode": "cross", "leverage": 20])
        #expect(try position(desk)?["margin_avbl"]?.text == "10.1")
        #expect(try set(20, "isolated")["code"]?.integer == 4004)  // not while it is open
        #expect(try set(20, "elsewhere")["code"]?.integer == 4004)
    }

    @Test func `margin is added by hand, and only that is taken out again`() throws {
        let desk = Desk(try HandMadeMarket())
        try place(desk, Orders.futures("buy", "2"))
        let adjust = { (amount: String) in
            try desk.post(
                "/futures/adjust-position-margin",
                Self.market.adding(["amount": .text(amount)]))
        }
        #expect(try adjust("5").at("data", "margin_avbl")?.text == "25.2")
        #expect(try adjust("-6")["code"]?.integer == 4004)
        #expect(try adjust("-5").at("data", "margin_avbl")?.text == "20.2")
    }

    @Test func `funding moves money between longs and the market`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_000)
        try market.funding(HandMadeMarket.futures, rate: "0.001", mark: "100")
        let desk = Desk(market)
        try place(desk, Orders.futures("buy", "2"))
        let socket = try desk.connect("futures", signed: true, to: ["balance", "position"])
        desk.pass(milliseconds: 1_000)
        #expect(try position(desk)?["realized_pnl"]?.text == "-0.301")  // 200 × 0.001 paid
        #expect(desk.take(socket).count == 2)
        let rows = try desk.get("/futures/position-funding-history?market_type=FUTURES")
        #expect(rows["data"]?.items?.first?["funding_value"]?.text == "-0.2")
    }

    @Test func `a stop-loss closes the position when its price comes`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_000)
        try market.trade(HandMadeMarket.futures, .sell, "99", "1")
        let desk = Desk(market)
        try place(desk, Orders.futures("buy", "2"))
        let exit: JSON = ["stop_loss_type": "latest_price", "stop_loss_price": "99"]
        let reply = try desk.post("/futures/set-position-stop-loss", Self.market.adding(exit))
        #expect(reply.at("data", "stop_loss_price")?.text == "99")
        #expect(try position(desk) != nil)
        desk.pass(milliseconds: 1_000)
        #expect(try position(desk) == nil)
    }

    @Test func `spot and futures number their orders apart`() throws {
        let desk = Desk(try HandMadeMarket())
        let spot = try desk.post("/spot/order", Orders.spot("buy", "1", at: "99"))
        let futures = try desk.post("/futures/order", Orders.futures("buy", "1", at: "99"))
        #expect(spot.at("data", "order_id") == futures.at("data", "order_id"))
    }

    @Test func `money moves between the accounts by transfer`() throws {
        let desk = Desk(try HandMadeMarket())
        let move = { (amount: String) in
            try desk.post(
                "/assets/transfer",
                [
                    "from_account_type": "FUTURES", "to_account_type": "SPOT", "ccy": "USDT",
                    "amount": .text(amount),
                ])
        }
        #expect(try move("1000001")["code"]?.integer == 3109)
        #expect(try move("0.5")["code"]?.integer == 0)
        #expect(try balance(desk)["available"]?.text == "999999.5")
    }
}
