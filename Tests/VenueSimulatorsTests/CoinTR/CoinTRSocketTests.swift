import PlainJSON
import Testing
import TradingModel
import VenueSimulators

@Suite struct `The socket of a simulated CoinTR` {
    @Test func `pings every five seconds, and closes who does not answer for fifteen`() throws {
        let client = CoinTRClient(try HandMadeMarket())
        let id = try client.connect(signed: false)
        for _ in 0..<60 { client.pass(milliseconds: 500) }
        #expect(client.pings[id] == 6 && client.closed.isEmpty)
        client.answersPings = false
        for _ in 0..<28 { client.pass(milliseconds: 500) }
        #expect(client.closed.isEmpty)
        for _ in 0..<6 { client.pass(milliseconds: 500) }
        #expect(client.closed == [id])
        let quiet = CoinTRClient(try HandMadeMarket()) { $0.unpinged = true }
        let other = try quiet.connect(signed: false)
        for _ in 0..<60 { quiet.pass(milliseconds: 1_000) }
        #expect(quiet.pings[other] == nil && quiet.closed.isEmpty)
    }

    @Test func `tells trades from the newest of before on, each once`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 2_000)
        try market.trade(HandMadeMarket.spot, .sell, "100", "0.25")
        try market.trade(HandMadeMarket.spot, .buy, "101", "0.5")
        let client = CoinTRClient(market)
        let id = try client.connect(signed: false)
        client.subscribe(id, "trades_spot")
        let first = client.take(id)
        #expect(first.map { $0["event"] ?? $0["action"] ?? "" } == ["subscribe", "initial"])
        #expect(first[1]["data"]?.items?.count == 1)
        client.pass(milliseconds: 3_000)
        let next = client.take(id, "trades_spot")
        #expect(next.map { $0["action"] } == ["update"])
        #expect(next[0]["data"]?.items?.map { $0["side"] } == ["SELL", "BUY"])
        #expect(next[0]["pTime"] == nil)
    }

    @Test func `tells books whole, no sooner than was asked`() throws {
        var market = try HandMadeMarket()
        for step in 1...20 {
            market.pass(milliseconds: 100)
            try market.level(HandMadeMarket.spot, .buy, "100", "\(step)")
        }
        let client = CoinTRClient(market)
        let id = try client.connect(signed: false)
        let step = try #require(
            try client.get("spot/public/instruments?instId=BTCUSDT")["data"]?.items?.first?[
                "steps"]?
                .items?.first)
        client.subscribe(id, "books_spot", ["step": step, "limit": 20, "updateSpeed": 300])
        #expect(client.take(id, "books_spot").count == 1)
        for _ in 0..<15 { client.pass(milliseconds: 100) }
        let pushes = client.take(id, "books_spot")
        #expect((4...5).contains(pushes.count))
        #expect(pushes.allSatisfy { $0.at("data", "asks")?.items?.count == 2 })
        _ = client.take(id)
        let refused: [JSON] = [
            ["step": step, "updateSpeed": 299], ["step": "7"], [:], ["step": step, "limit": 21],
        ]
        for more in refused {
            client.subscribe(id, "books_spot", more)
            #expect(client.take(id).map(\.code) == ["4001"], "\(more.line)")
        }
        client.subscribe(id, "books_gold")
        #expect(client.take(id).map { $0["event"] } == ["error"])
    }

    @Test func `tells the account's news on channels below the one that was asked for`() throws {
        let client = CoinTRClient(try HandMadeMarket())
        let id = try client.connect(to: ["user_data_spot", "user_data_perp"])
        let initial = client.take(id).filter { $0["action"] == "initial" }
        #expect(
            initial.compactMap { $0["channel"]?.text } == [
                "user_data_spot@balance_spot", "user_data_spot@orders_spot",
                "user_data_perp@balance_perp", "user_data_perp@orders_perp",
                "user_data_perp@positions_perp",
            ])
        try client.place("spot", "BUY", "1", at: "101")
        let spot = client.take(id)
        #expect(
            spot.compactMap { $0["channel"]?.text } == [
                "user_data_spot@orders_spot", "user_data_spot@fills_spot",
                "user_data_spot@balance_spot",
            ])
        // Seconds here, milliseconds there.
        #expect((spot[0]["pTime"]?.integer ?? 0) < 100_000_000_000)
        #expect(spot[1]["data"]?.items?.first?["feeCcy"] == nil)
        try client.place("futures", "BUY", "100")
        let futures = client.take(id)
        #expect(futures.last?["channel"] == "user_data_perp@positions_perp")
        #expect((futures[0]["pTime"]?.integer ?? 0) > 100_000_000_000)
        #expect(futures.last?["data"]?.items?.first?["posSide"] == "long")
        let tidy = CoinTRClient(try HandMadeMarket()) { $0.tidyWords = true }
        let other = try tidy.connect(to: ["user_data_perp"])
        _ = tidy.take(other)
        try tidy.place("futures", "BUY", "100")
        #expect(tidy.take(other).last?["data"]?.items?.first?["posSide"] == "LONG")
    }

    @Test func `tells figures and candles once a second, where they changed`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_500)
        try market.trade(HandMadeMarket.futures, .buy, "101", "0.5")
        try market.trade(HandMadeMarket.spot, .buy, "101", "0.5")
        let client = CoinTRClient(market)
        let id = try client.connect(signed: false)
        client.subscribe(id, "market_perp")
        client.subscribe(id, "kline_spot", ["bar": "1D", "initialNum": 1])
        client.subscribe(id, "mini_books_perp")
        #expect(client.take(id, "market_perp").map { $0.at("data", "lPx") } == ["100"])
        #expect(client.take(id, "kline_spot").map { $0["action"] } == ["initial"])
        #expect(client.take(id, "mini_books_perp").first?.at("data", "ask")?.items?.first == "101")
        for _ in 0..<40 { client.pass(milliseconds: 100) }
        #expect(client.take(id, "market_perp").map { $0.at("data", "lPx") } == ["101"])
        let candles = client.take(id, "kline_spot")
        #expect(candles.last?["data"]?.items?.last?.items?[4] == "101")
        _ = client.take(id)
        client.subscribe(id, "kline_spot")
        #expect(client.take(id).map(\.code) == ["4001"], "a candle of no span")
    }

    @Test func `is at one path`() {
        let client = CoinTRClient()
        #expect(!client.venue.connect(ConnectionID(9), path: "/"))
        #expect(client.venue.connect(ConnectionID(9), path: "/ws?x=1"))
    }
}
