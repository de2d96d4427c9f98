import PlainJSON
import Testing
import TradingModel
import VenueSimulators

/// What the private channels tell of an order's life, on the hand-made market.
@Suite struct `Order pushes` {
    private static let channels = ["order", "user_deals", "balance", "stop"]

    private func events(_ frames: [JSON]) -> [String?] {
        frames.filter { $0["method"]?.text == "order.update" }.map { $0.at("data", "event")?.text }
    }

    private func methods(_ frames: [JSON]) -> [String] {
        frames.compactMap { $0["method"]?.text }
    }

    /// A market, a client that hears everything of its spot account, and its socket.
    private func listen(
        _ market: HandMadeMarket, settings: CoinExSimulatorSettings = CoinExSimulatorSettings()
    ) throws -> (Desk, ConnectionID) {
        let desk = Desk(market, settings: settings)
        return (desk, try desk.connect("spot", signed: true, to: Self.channels))
    }

    private func place(_ desk: Desk, _ body: JSON) throws -> JSON {
        let reply = try desk.post("/spot/order", body)
        #expect(reply["code"]?.integer == 0, "\(reply)")
        return try #require(reply["data"])
    }

    @Test func `an order that rests is put, and freezes what it costs`() throws {
        let (desk, socket) = try listen(try HandMadeMarket())
        _ = try place(desk, Orders.spot("buy", "0.2", at: "100", more: ["client_id": "cid-1"]))
        let frames = desk.take(socket)
        #expect(methods(frames) == ["order.update", "balance.update"])
        let order = try #require(frames.element(0)?.at("data", "order"))
        #expect(events(frames) == ["put"])
        #expect(order["client_id"]?.text == "cid-1")
        #expect(order["unfilled_amount"]?.text == "0.2")
        let row = try #require(frames.element(1)?.at("data", "balance_list")?.items?.first)
        #expect(row["ccy"]?.text == "USDT")
        #expect(row["available"]?.text == "999980")
        #expect(row["frozen"]?.text == "20")
    }

    @Test func `a taker that is filled at once finishes without a put, its deals behind`() throws {
        let (desk, socket) = try listen(try HandMadeMarket())
        let reply = try place(desk, Orders.spot("buy", "7", at: "102"))
        #expect(reply["filled_amount"]?.text == "7")
        #expect(reply["filled_value"]?.text == "709")
        let frames = desk.take(socket)
        #expect(
            methods(frames) == [
                "order.update", "user_deals.update", "user_deals.update", "balance.update",
            ])
        #expect(events(frames) == ["finish"])
        // 7 bought, 0.002 of it taken as the fee; 5 × 101 and 2 × 102 paid.
        let rows = try #require(frames.element(3)?.at("data", "balance_list")?.items)
        #expect(rows.map { $0["ccy"]?.text } == ["BTC", "USDT"])
        #expect(rows.map { $0["available"]?.text } == ["26.986", "999291"])
        let deals = frames.dropFirst().prefix(2).map { $0["data"] }
        #expect(deals.map { $0?["price"]?.text } == ["101", "102"])
        #expect(deals.map { $0?["fee"]?.text } == ["0.01", "0.004"])
        #expect(deals.allSatisfy { $0?["role"]?.text == "taker" && $0?["fee_ccy"]?.text == "BTC" })
    }

    @Test func `an order that is taken in part is put with what it filled`() throws {
        let (desk, socket) = try listen(try HandMadeMarket())
        _ = try place(desk, Orders.spot("buy", "6", at: "101"))
        let frames = desk.take(socket)
        #expect(events(frames) == ["put"])
        #expect(frames.element(0)?.at("data", "order", "filled_amount")?.text == "5")
        #expect(frames.element(0)?.at("data", "order", "unfilled_amount")?.text == "1")
    }

    @Test func `a resting order is updated by each fill and finished by the last`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_000)
        try market.trade(HandMadeMarket.spot, .sell, "100", "5.05")  // 5 stood in front
        market.pass(milliseconds: 1_000)
        try market.trade(HandMadeMarket.spot, .sell, "100", "1")
        let (desk, socket) = try listen(market)
        _ = try place(desk, Orders.spot("buy", "0.2", at: "100"))
        _ = desk.take(socket)
        desk.pass(milliseconds: 1_000)
        var frames = desk.take(socket)
        #expect(events(frames) == ["update"])
        #expect(methods(frames) == ["order.update", "user_deals.update", "balance.update"])
        #expect(frames.element(0)?.at("data", "order", "filled_amount")?.text == "0.05")
        #expect(frames.element(1)?.at("data", "role")?.text == "maker")
        let rows = frames.element(2)?.at("data", "balance_list")?.items ?? []
        #expect(rows.map { $0["available"]?.text } == ["20.0499", "999980"])
        #expect(rows.map { $0["frozen"]?.text } == ["0", "15"])
        desk.pass(milliseconds: 1_000)
        frames = desk.take(socket)
        #expect(events(frames) == ["finish"])
        #expect(frames.element(0)?.at("data", "order", "unfilled_amount")?.text == "0")
    }

    @Test func `a maker's deal has the number of the public trade`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_000)
        try market.trade(HandMadeMarket.spot, .sell, "100", "9")
        let (desk, socket) = try listen(market)
        _ = try place(desk, Orders.spot("buy", "0.2", at: "100"))
        _ = desk.ask(socket, "deals.subscribe", ["market_list": ["BTCUSDT"]])
        _ = desk.take(socket)
        desk.pass(milliseconds: 1_500)
        let frames = desk.take(socket)
        let own = frames.first { $0["method"]?.text == "user_deals.update" }
        let all = frames.filter { $0["method"]?.text == "deals.update" }
        #expect(all.count == 1)
        let deals = all.element(0)?.at("data", "deal_list")?.items ?? []
        #expect(deals.count == 1)
        #expect(deals.element(0)?["deal_id"] == own?.at("data", "deal_id"))
    }

    @Test func `two makers of one public trade have deals with numbers of their own`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_000)
        try market.trade(HandMadeMarket.spot, .sell, "100", "9")
        let (desk, socket) = try listen(market)
        for _ in 0..<2 { _ = try place(desk, Orders.spot("buy", "0.2", at: "100")) }
        _ = desk.take(socket)
        desk.pass(milliseconds: 1_500)
        let ids = desk.take(socket, "user_deals").map { $0.at("data", "deal_id")?.integer }
        #expect(ids.count == 2 && Set(ids).count == 2)
    }

    @Test func `a taker's deal becomes a public one`() throws {
        let (desk, socket) = try listen(try HandMadeMarket())
        _ = try place(desk, Orders.spot("sell", "1", at: "100"))
        let own = desk.take(socket, "user_deals").first?["data"]
        let latest = try desk.get("/spot/deals?market=BTCUSDT&limit=1")["data"]?.items?.first
        #expect(latest?["deal_id"] == own?["deal_id"])
        #expect(latest?["side"]?.text == "sell")
        #expect(latest?["price"]?.text == "100")
    }

    @Test func `a market order finishes once, an ioc that finds nothing is never told of`() throws {
        let (desk, socket) = try listen(try HandMadeMarket())
        _ = try place(desk, Orders.spot("sell", "1"))
        #expect(events(desk.take(socket)) == ["finish"])
        let reply = try place(desk, Orders.spot("buy", "1", at: "100", type: "ioc"))
        #expect(reply["filled_amount"]?.text == "0")
        #expect(desk.take(socket).isEmpty)
        _ = try place(desk, Orders.spot("buy", "8", at: "101", type: "ioc"))
        #expect(events(desk.take(socket)) == ["finish"])
    }

    @Test func `refused orders are never told of`() throws {
        let (desk, socket) = try listen(try HandMadeMarket())
        for (body, code) in [
            (Orders.spot("buy", "6", at: "101", type: "fok"), 3621 as Int64),
            (Orders.spot("buy", "1", at: "101", type: "maker_only"), 3622),
            (Orders.spot("sell", "21", at: "101"), 3109),
        ] {
            #expect(try desk.post("/spot/order", body)["code"]?.integer == code)
        }
        #expect(desk.take(socket).isEmpty)
    }

    @Test func `a cancel finishes with what was filled, and the money is free again`() throws {
        let (desk, socket) = try listen(try HandMadeMarket())
        let order = try place(desk, Orders.spot("buy", "6", at: "101"))
        _ = desk.take(socket)
        let id = try #require(order["order_id"])
        let body: JSON = ["market": "BTCUSDT", "market_type": "SPOT", "order_id": id]
        let reply = try desk.post("/spot/cancel-order", body)
        #expect(reply.at("data", "filled_amount")?.text == "5")
        let frames = desk.take(socket)
        #expect(events(frames) == ["finish"])
        #expect(frames.element(0)?.at("data", "order", "unfilled_amount")?.text == "1")
        #expect(
            frames.element(1)?.at("data", "balance_list")?.items?.first?["frozen"]?.text == "0")
        #expect(try desk.post("/spot/cancel-order", body)["code"]?.integer == 3600)
    }

    @Test func `an edit is told as modify and keeps the id, or by the quirk takes a new one`()
        throws
    {
        let edit = { (desk: Desk, id: JSON) in
            try desk.post(
                "/spot/modify-order",
                [
                    "market": "BTCUSDT", "market_type": "SPOT", "order_id": id, "price": "98",
                    "amount": "3",
                ])
        }
        let (desk, socket) = try listen(try HandMadeMarket())
        let id = try #require(try place(desk, Orders.spot("buy", "1", at: "99"))["order_id"])
        _ = desk.take(socket)
        #expect(try edit(desk, id).at("data", "order_id") == id)
        let frames = desk.take(socket)
        #expect(events(frames) == ["modify"])
        #expect(frames.element(0)?.at("data", "order", "price")?.text == "98")
        #expect(
            frames.element(1)?.at("data", "balance_list")?.items?.first?["frozen"]?.text == "294")

        var settings = CoinExSimulatorSettings()
        settings.quirks.newIDOnModify = true
        let (other, hearing) = try listen(try HandMadeMarket(), settings: settings)
        let old = try #require(try place(other, Orders.spot("buy", "1", at: "99"))["order_id"])
        _ = other.take(hearing)
        let new = try #require(try edit(other, old).at("data", "order_id"))
        #expect(new != old)
        let told = other.take(hearing, "order")
        #expect(told.map { $0.at("data", "event")?.text } == ["finish", "put"])
        #expect(told.map { $0.at("data", "order", "order_id") } == [old, new])
    }

    @Test func `orders that meet the account's own never fill each other`() throws {
        let (desk, socket) = try listen(try HandMadeMarket())
        let sell = try place(desk, Orders.spot("sell", "1", at: "100.5"))["order_id"]
        _ = desk.take(socket)
        // Cancel taker, also where nothing is said.
        for more: JSON in [[:], ["stp_mode": "ct"]] {
            let reply = try place(desk, Orders.spot("buy", "1", at: "100.5", more: more))
            #expect(reply["filled_amount"]?.text == "0")
            let told = desk.take(socket, "order")
            #expect(told.map { $0.at("data", "event")?.text } == ["finish"])
            #expect(told.first?.at("data", "order", "order_id") == reply["order_id"])
        }
        // Cancel maker: the new one rests.
        let buy = try place(desk, Orders.spot("buy", "1", at: "100.5", more: ["stp_mode": "cm"]))
        let told = desk.take(socket, "order")
        #expect(told.map { $0.at("data", "event")?.text } == ["finish", "put"])
        #expect(told.map { $0.at("data", "order", "order_id") } == [sell, buy["order_id"]])
    }

    @Test func `a stop waits for its price, then places its order`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_000)
        try market.trade(HandMadeMarket.spot, .buy, "101", "1")
        let (desk, socket) = try listen(market)
        let body = Orders.spot("buy", "1", at: "102", more: ["trigger_price": "101"])
        let id = try desk.post("/spot/stop-order", body).at("data", "stop_id")
        #expect(desk.take(socket, "stop").map { $0.at("data", "event")?.text } == ["put"])
        let waiting = try desk.get("/spot/pending-stop-order?market_type=SPOT")["data"]?.items
        #expect(waiting?.map { $0["stop_id"] } == [id])
        #expect(waiting?.first?["trigger_direction"]?.text == "higher")
        desk.pass(milliseconds: 1_000)
        let frames = desk.take(socket)
        let stop = frames.first { $0["method"]?.text == "stop.update" }
        #expect(stop?.at("data", "event")?.text == "active")
        #expect(stop?.at("data", "stop", "status")?.text == "active_success")
        #expect(events(frames) == ["finish"])
        #expect(try desk.get("/spot/pending-stop-order?market_type=SPOT")["data"] == [])
    }

    @Test func `every push can be shuffled between the channels`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.shuffledChannels = true
        let (desk, socket) = try listen(try HandMadeMarket(), settings: settings)
        var orders: Set<[String]> = []
        for _ in 0..<30 {
            _ = try place(desk, Orders.spot("sell", "0.1"))
            orders.insert(methods(desk.take(socket)))
        }
        #expect(orders.count > 1)
    }
}
