import PlainJSON
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Order calls` {
    private static let market: JSON = ["market": "BTCUSDT", "market_type": "SPOT"]

    @Test func `items of a batch stand alone, in the order of the request`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.wrappedBatchItems = true
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let body: JSON = [
            "orders": [
                Orders.spot("buy", "1", at: "99"), Orders.spot("buy", "50000", at: "99"),
                Orders.spot("sell", "1", at: "105"), 5,
            ]
        ]
        let reply = try desk.post("/spot/batch-order", body)
        #expect(reply["code"]?.integer == 0)
        let items = try #require(reply["data"]?.items)
        #expect(items.map { $0["code"]?.integer } == [0, 3109, 0, 4004])
        #expect(items.map { $0.at("data", "side")?.text } == ["buy", nil, "sell", nil])
        #expect(items.element(1)?["data"] == .null)
    }

    @Test
    func `items of a spot batch are bare orders unless refused, those of futures are wrapped`()
        throws
    {
        let desk = Desk(try HandMadeMarket())
        let spot = try desk.post(
            "/spot/batch-order",
            ["orders": [Orders.spot("buy", "1", at: "99"), Orders.spot("buy", "0", at: "99")]])
        #expect(spot["data"]?.items?.map { $0["code"]?.integer } == [nil, 4004])
        #expect(spot["data"]?.items?.first?["order_id"] != nil)
        let futures = try desk.post(
            "/futures/batch-order", ["orders": [Orders.futures("buy", "1", at: "99")]])
        #expect(futures["data"]?.items?.first?["code"]?.integer == 0)
    }

    @Test func `a client id may stand on several orders, and cancels them all`() throws {
        let desk = Desk(try HandMadeMarket())
        for price in ["98", "99", "97"] {
            let name: JSON = ["client_id": price == "97" ? "other" : "mine"]
            try desk.post("/spot/order", Orders.spot("buy", "1", at: price, more: name))
        }
        let path = "/spot/pending-order?market_type=SPOT&client_id=mine"
        #expect(try desk.get(path)["data"]?.items?.count == 2)
        let reply = try desk.post(
            "/spot/cancel-order-by-client-id",
            ["market_type": "SPOT", "client_id": "mine"])
        #expect(reply["data"]?.items?.map { $0["code"]?.integer } == [0, 0])
        #expect(
            try desk.get("/spot/pending-order?market_type=SPOT")["pagination"]
                == ["total": 1, "has_next": false])
    }

    @Test func `cancel-all takes a market's orders, or those of one side`() throws {
        let desk = Desk(try HandMadeMarket())
        try desk.post("/spot/order", Orders.spot("buy", "1", at: "98"))
        try desk.post("/spot/order", Orders.spot("sell", "1", at: "108"))
        try desk.post("/futures/order", Orders.futures("buy", "1", at: "98"))
        let sells = Self.market.adding(["side": "sell"])
        #expect(try desk.post("/spot/cancel-all-order", sells)["data"] == [:])
        let left = try desk.get("/spot/pending-order?market_type=SPOT")["data"]?.items
        #expect(left?.map { $0["side"]?.text } == ["buy"])
        try desk.post("/spot/cancel-all-order", Self.market)
        #expect(try desk.get("/spot/pending-order?market_type=SPOT")["data"] == [])
        let others = try desk.get("/futures/pending-order?market_type=FUTURES")
        #expect(others["data"]?.items?.count == 1)
    }

    @Test func `a batch of cancels tells of each`() throws {
        let desk = Desk(try HandMadeMarket())
        let id = try desk.post("/spot/order", Orders.spot("buy", "1", at: "98"))
            .at("data", "order_id")
        let body: JSON = ["market": "BTCUSDT", "order_ids": [id ?? 0, 7]]
        let items = try desk.post("/spot/cancel-batch-order", body)["data"]?.items
        #expect(items?.map { $0["code"]?.integer } == [0, 3600])
    }

    @Test func `an order cancelled without a fill is forgotten, one with a fill is kept`() throws {
        let desk = Desk(try HandMadeMarket())
        let cancel = { (body: JSON) -> JSON? in
            let id = try desk.post("/spot/order", body).at("data", "order_id") ?? 0
            try desk.post("/spot/cancel-order", Self.market.adding(["order_id": id]))
            let path = "/spot/order-status?market=BTCUSDT&order_id=\(id.integer ?? 0)"
            return try desk.get(path)
        }
        #expect(try cancel(Orders.spot("buy", "1", at: "98"))?["code"]?.integer == 3600)
        let partly = try cancel(Orders.spot("buy", "6", at: "101"))
        #expect(partly?.at("data", "status")?.text == "part_canceled")
        let finished = try desk.get("/spot/finished-order?market_type=SPOT")["data"]?.items
        #expect(finished?.count == 1)
        #expect(finished?.first?["last_filled_amount"] == nil)
        let batch = try desk.get("/spot/batch-order-status?market=BTCUSDT&order_ids=1001,1002")
        #expect(batch["data"]?.items?.map { $0["code"]?.integer } == [3600, 0])
    }

    @Test func `a market buy spends quote currency, unless it says base`() throws {
        let desk = Desk(try HandMadeMarket())
        let spent = try desk.post("/spot/order", Orders.spot("buy", "1000.5"))
        // 5 at 101 cost 505; the other 495.5 buy 4.85784 at 102, and 0.00032 stay.
        #expect(spent.at("data", "filled_amount")?.text == "9.85784")
        #expect(spent.at("data", "filled_value")?.text == "1000.49968")
        #expect(spent.at("data", "ccy")?.text == "USDT")
        #expect(spent.at("data", "price")?.text == "0")
        #expect(spent.at("data", "maker_fee_rate")?.text == "0")
        let status = try desk.get(
            "/spot/order-status?market=BTCUSDT&order_id=\(spent.at("data", "order_id")?.integer ?? 0)"
        )
        #expect(status.at("data", "status")?.text == "filled")
        let amount = try desk.post(
            "/spot/order", Orders.spot("buy", "1", more: ["ccy": "BTC"]))
        #expect(amount.at("data", "filled_amount")?.text == "1")
        #expect(amount.at("data", "ccy")?.text == "BTC")
    }

    @Test func `executions can be asked for by order, side and time, page by page`() throws {
        let desk = Desk(try HandMadeMarket())
        let id =
            try desk.post("/spot/order", Orders.spot("buy", "7", at: "102"))
            .at("data", "order_id")?.integer ?? 0
        desk.pass(milliseconds: 5_000)
        let later = desk.now.nanoseconds / 1_000_000
        try desk.post("/spot/order", Orders.spot("sell", "1"))
        let path = "/spot/user-deals?market=BTCUSDT&market_type=SPOT"
        let count = { (more: String) in try desk.get(path + more)["data"]?.items?.count }
        #expect(try count("") == 3)
        #expect(try count("&side=sell") == 1)
        #expect(try count("&start_time=\(later)") == 1)
        #expect(try count("&end_time=\(later)") == 2)
        let page = try desk.get(path + "&page=1&limit=2")
        #expect(page["data"]?.items?.map { $0["price"]?.text } == ["100", "102"])
        #expect(page["pagination"] == ["has_next": true])
        #expect(try desk.get(path + "&limit=101")["code"]?.integer == 4004)
        let own = try desk.get(
            "/spot/order-deals?market=BTCUSDT&market_type=SPOT&order_id=\(id)")
        #expect(own["data"]?.items?.count == 2)
    }

    @Test func `the spot ledger adds up`() throws {
        let desk = Desk(try HandMadeMarket())
        try desk.post("/spot/order", Orders.spot("buy", "1", at: "101"))
        let rows = try desk.get("/assets/spot/transcation-history?ccy=USDT")
        #expect(rows["data"]?.items?.map { $0["change"]?.text } == ["-101"])
        #expect(rows["data"]?.items?.map { $0["balance"]?.text } == ["999899"])
        guard Fixtures.areThere else { return }
        let shape = Shape(try Fixtures.json("rest_spot_transcation_history"))
        #expect(Shape(rows).differences(from: shape).isEmpty)
    }

    @Test func `trading may be refused as under load`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.busy = 1
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let order = Orders.spot("buy", "1", at: "99")
        #expect(try desk.post("/spot/order", order)["code"]?.integer == 3008)
        #expect(try desk.get("/assets/spot/balance")["code"]?.integer == 0)
    }
}

@Suite struct `Public calls` {
    @Test func `markets tell ticks and lots exactly`() throws {
        let desk = Desk()
        let spot = try desk.get("/spot/market?market=PEPEUSDT")["data"]?.items ?? []
        #expect(spot.count == 1)
        #expect(spot.first?["quote_ccy_precision"] == 12)
        #expect(spot.first?["base_ccy_precision"] == 0)
        #expect(spot.first?["min_amount"]?.text == "10000000")
        let futures = try desk.get("/futures/market")["data"]?.items ?? []
        #expect(futures.map { $0["market"]?.text } == ["BTCUSDT", "BTCUSD"])
        #expect(futures.map { $0["contract_type"]?.text } == ["linear", "inverse"])
        #expect(futures.map { $0["tick_size"]?.text } == ["0.1", "0.1"])
        #expect(try desk.get("/spot/market?market=BTCUSDT,ETHUSDT")["data"]?.items?.count == 2)
        #expect(try desk.get("/spot/market?market=BTCUSDT%2CETHUSDT")["data"]?.items?.count == 2)
    }

    @Test func `deals come the newest first, from an id when asked`() throws {
        let desk = Desk()
        let ids = { (query: String) in
            try desk.get("/spot/deals?market=BTCUSDT" + query)["data"]?.items?
                .compactMap { $0["deal_id"]?.integer } ?? []
        }
        let newest = try ids("&limit=5")
        #expect(newest.count == 5 && newest == newest.sorted(by: >))
        #expect(try ids("&limit=2&last_id=7") == [7, 6])
    }

    @Test func `candles are aligned, hold all that was traded, and the quirk swaps two fields`()
        throws
    {
        var market = try HandMadeMarket()  // a trade of 0.5 at 100 in the first minute
        market.pass(milliseconds: 61_000)
        try market.trade(HandMadeMarket.spot, .buy, "101", "2")
        try market.trade(HandMadeMarket.spot, .sell, "100", "1")
        var settings = CoinExSimulatorSettings()
        settings.quirks.swappedKlines = true
        let rows = { (desk: Desk, period: String) in
            desk.pass(milliseconds: 62_000)
            return try desk.get("/spot/kline?market=BTCUSDT&period=\(period)")["data"]?.items ?? []
        }
        let minutes = try rows(Desk(market), "1min")
        #expect(minutes.map { $0["volume"]?.text } == ["0.5", "3"])
        #expect(minutes.map { $0["value"]?.text } == ["50", "302"])
        #expect(minutes.map { $0["open"]?.text } == ["100", "101"])
        #expect(minutes.map { $0["close"]?.text } == ["100", "100"])
        let start = Desk.start.nanoseconds / 1_000_000
        #expect(minutes.map { $0["created_at"]?.integer } == [start, start + 60_000])
        let hours = try rows(Desk(market), "1hour")
        #expect(hours.map { $0["volume"]?.text } == ["3.5"])
        #expect(hours.map { $0["high"]?.text } == ["101"])
        let swapped = try rows(Desk(market, settings: settings), "1min")
        #expect(swapped.map { $0["volume"]?.text } == ["50", "302"])
    }

    @Test func `the day's figures are those of its trades`() throws {
        var market = try HandMadeMarket()
        try market.trade(HandMadeMarket.spot, .sell, "99", "1.5")
        let row = try Desk(market).get("/spot/ticker?market=BTCUSDT")["data"]?.items?.first
        #expect(row?["last"]?.text == "99")
        #expect(row?["open"]?.text == "100")
        #expect(row?["low"]?.text == "99")
        #expect(row?["volume"]?.text == "2")
        #expect(row?["volume_buy"]?.text == "0.5")
        #expect(row?["volume_sell"]?.text == "1.5")
        #expect(row?["value"]?.text == "198.5")
    }

    @Test func `past funding can be asked for`() throws {
        var market = try HandMadeMarket()
        try market.funding(HandMadeMarket.futures, rate: "0.0001", mark: "100")
        let rows = try Desk(market).get("/futures/funding-rate-history?market=BTCUSDT")
        #expect(rows["data"]?.items?.map { $0["actual_funding_rate"]?.text } == ["0.0001"])
        guard Fixtures.areThere else { return }
        let shape = Shape(try Fixtures.json("rest_futures_funding_rate_history"))
        #expect(Shape(rows).differences(from: shape).isEmpty)
    }
}
