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

@Suite struct `Sockets` {
    @Test func `time and ping are answered, pings not by the quirk`() throws {
        let desk = Desk(try HandMadeMarket())
        let socket = try desk.connect("futures")
        #expect(desk.ask(socket, "server.ping", [:])?.at("data", "result")?.text == "pong")
        #expect(
            desk.ask(socket, "server.time", [:])?.at("data", "timestamp")?.integer
                == Desk.start.nanoseconds / 1_000_000)
        var settings = CoinExSimulatorSettings()
        settings.quirks.unansweredPings = true
        let silent = Desk(try HandMadeMarket(), settings: settings)
        #expect(silent.ask(try silent.connect("spot"), "server.ping", [:]) == nil)
    }

    @Test func `one from which nothing comes for a minute is closed`() throws {
        let desk = Desk(try HandMadeMarket())
        let quiet = try desk.connect("spot")
        let lively = try desk.connect("spot")
        for _ in 0..<7 {
            desk.pass(milliseconds: 10_000)
            _ = desk.ask(lively, "server.ping", [:])
        }
        #expect(desk.closed == [quiet])
    }

    @Test func `the first deals are history, the newest first, behind the acknowledgement`() throws
    {
        let desk = Desk()
        let socket = try desk.connect("spot")
        desk.say(
            socket,
            #"{"id":9,"method":"deals.subscribe","params":{"market_list":["BTCUSDT"]}}"#)
        let frames = desk.take(socket)
        #expect(frames.first == ["id": 9, "code": 0, "message": "OK"])
        #expect(frames.count == 2)
        let ids = frames.element(1)?.at("data", "deal_list")?.items?.compactMap {
            $0["deal_id"]?.integer
        }
        #expect(ids?.count ?? 0 > 10)
        #expect(ids == ids?.sorted(by: >))
        desk.pass(milliseconds: 5_000)
        let news = desk.take(socket).flatMap { $0.at("data", "deal_list")?.items ?? [] }
        #expect(news.allSatisfy { $0["deal_id"]?.integer ?? 0 > ids?.first ?? 0 })
    }

    @Test func `a push may come before its acknowledgement by the quirk`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.lateAcknowledgements = true
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let socket = try desk.connect("spot")
        desk.say(
            socket,
            #"{"id":9,"method":"deals.subscribe","params":{"market_list":["BTCUSDT"]}}"#)
        #expect(desk.take(socket).map { $0["method"]?.text } == ["deals.update", nil])
    }

    @Test func `subscriptions add up, an empty list means all, and each can be ended`() throws {
        let desk = Desk()
        let socket = try desk.connect("spot")
        let heard = {
            desk.pass(milliseconds: 3_000)
            let states = desk.take(socket, "state").flatMap {
                $0.at("data", "state_list")?.items ?? []
            }
            return Set(states.compactMap { $0["market"]?.text })
        }
        _ = desk.ask(socket, "state.subscribe", ["market_list": ["BTCUSDT"]])
        _ = desk.ask(socket, "state.subscribe", ["market_list": ["ETHUSDT"]])
        #expect(heard() == ["BTCUSDT", "ETHUSDT"])
        _ = desk.ask(socket, "state.unsubscribe", ["market_list": ["BTCUSDT"]])
        #expect(heard() == ["ETHUSDT"])
        _ = desk.ask(socket, "state.subscribe", ["market_list": []])
        #expect(heard() == ["BTCUSDT", "ETHUSDT", "PEPEUSDT"])
        _ = desk.ask(socket, "state.unsubscribe", ["market_list": []])
        #expect(heard().isEmpty)
    }

    @Test func `an account's pushes reach only sockets that signed for it`() throws {
        let second = CoinExSimulatorSettings.Account(key: "second", secret: "s")
        let settings = CoinExSimulatorSettings(accounts: [.generous, second])
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let own = try desk.connect("spot", signed: true, to: ["order"])
        (desk.key, desk.secret) = ("second", "s")
        let other = try desk.connect("spot", signed: true, to: ["order"])
        (desk.key, desk.secret) = ("simulator-key", "simulator-secret")
        try desk.post("/spot/order", Orders.spot("buy", "1", at: "99"))
        #expect(desk.take(own, "order").count == 1)
        #expect(desk.take(other, "order").isEmpty)
    }

    @Test func `stale stamps are a minute old`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.staleTimestamps = 1
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let socket = try desk.connect("spot")
        _ = desk.ask(socket, "bbo.subscribe", ["market_list": ["BTCUSDT"]])
        #expect(
            desk.take(socket).first?.at("data", "updated_at")?.integer
                == Desk.start.nanoseconds / 1_000_000 - 60_000)
    }

    @Test func `stale lists show orders as they were six seconds ago`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.staleLists = 1
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let placed = try desk.post("/spot/order", Orders.spot("buy", "0.01", at: "90"))
        let id = try #require(placed.at("data", "order_id")?.integer)
        let list = "/spot/pending-order?market_type=SPOT&market=BTCUSDT"
        let status = "/spot/order-status?market=BTCUSDT&order_id=\(id)"
        desk.pass(milliseconds: 5_000)
        #expect(try desk.get(list)["data"]?.items?.count == 0)
        #expect(try desk.get(status)["code"]?.integer == 3600)
        desk.pass(milliseconds: 2_000)
        #expect(try desk.get(list)["data"]?.items?.count == 1)
        #expect(try desk.get(status).at("data", "status")?.text == "open")
        let cancel: JSON = [
            "market": "BTCUSDT", "market_type": "SPOT", "order_id": .integer(id),
        ]
        #expect(try desk.post("/spot/cancel-order", cancel)["code"]?.integer == 0)
        desk.pass(milliseconds: 5_000)
        #expect(try desk.get(list)["data"]?.items?.count == 1)
        #expect(try desk.get(status).at("data", "status")?.text == "open")
        desk.pass(milliseconds: 2_000)
        #expect(try desk.get(list)["data"]?.items?.count == 0)
    }

    @Test func `frames may be plain text by the quirk`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.textFrames = true
        let desk = Desk(try HandMadeMarket(), settings: settings)
        let id = ConnectionID(5)
        #expect(desk.venue.connect(id, path: "/v2/spot"))
        desk.venue.receive(id, #"{"id":1,"method":"server.ping","params":{}}"#, at: desk.now)
        let text = #"{"id":1,"code":0,"data":{"result":"pong"},"message":"OK"}"#
        #expect(desk.venue.drainOutputs() == [.send(id, Array(text.utf8), isText: true)])
    }
}

@Suite struct `Market feed` {
    private func times(history: Int64, speed: Int64) throws -> [Int64] {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 10_000)
        try market.trade(HandMadeMarket.spot, .buy, "101", "1")
        market.pass(milliseconds: 20_000)
        try market.trade(HandMadeMarket.spot, .buy, "101", "1")
        let start = Timestamp(nanoseconds: 5_000_000_000_000)
        let feed = SimulatedFeed(
            ScriptedMarket(market.events), start: start, history: history, speed: speed)
        var times: [Int64] = []
        while let event = feed.next() {
            let time = (event.receiveTime.nanoseconds - start.nanoseconds) / 1_000_000
            if times.last != time { times.append(time) }
        }
        return times
    }

    @Test func `a source's first event is moved to the start, or before it`() throws {
        #expect(try times(history: 0, speed: 1) == [0, 10_000, 30_000])
        #expect(try times(history: 10_000_000_000, speed: 1) == [-10_000, 0, 20_000])
    }

    @Test func `what comes after the start may run faster`() throws {
        #expect(try times(history: 10_000_000_000, speed: 10) == [-10_000, 0, 2_000])
    }
}
