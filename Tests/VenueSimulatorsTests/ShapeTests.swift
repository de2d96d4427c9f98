import PlainJSON
import Testing
import TradingModel
import VenueSimulators

/// Every reply and push holds the keys of the captured messages, with values of the same kinds.
@Suite(.enabled(if: Fixtures.areThere, Fixtures.comment)) struct `Shapes of the wire` {
    private func expect(
        _ message: JSON?, like fixture: String, ignoring ignored: Set<String> = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let message = try #require(message, "nothing to hold against \(fixture)")
        let differences = Shape(message).differences(
            from: Shape(try Fixtures.json(fixture)), ignored: ignored)
        #expect(differences.isEmpty, "\(fixture)", sourceLocation: sourceLocation)
    }

    // MARK: - REST

    @Test(arguments: [
        ("/time", ["live_rest_time"]),
        ("/spot/market", ["rest_spot_market"]),
        ("/futures/market", ["rest_futures_market"]),
        ("/spot/ticker", ["rest_spot_ticker", "live_rest_spot_ticker"]),
        ("/futures/ticker", ["rest_futures_ticker", "live_rest_futures_ticker"]),
        (
            "/spot/depth?market=BTCUSDT&limit=5&interval=0",
            ["rest_spot_depth", "live_rest_spot_depth"]
        ),
        ("/futures/depth?market=BTCUSDT&limit=50&interval=0", ["live_rest_futures_depth"]),
        ("/spot/deals?market=BTCUSDT", ["rest_spot_deals", "live_rest_spot_deals"]),
        ("/spot/kline?market=BTCUSDT&period=1min", ["rest_spot_kline"]),
        ("/spot/index", ["rest_spot_index"]),
        (
            "/futures/funding-rate",
            ["rest_futures_funding_rate", "live_rest_futures_funding_rate"]
        ),
        ("/futures/position-level", ["rest_futures_position_level"]),
        ("/assets/spot/balance", ["rest_spot_balance", "live_rest_spot_balance"]),
        ("/assets/futures/balance", ["rest_futures_balance", "live_rest_futures_balance"]),
        (
            "/account/trade-fee-rate?market=BTCUSDT&market_type=SPOT",
            ["rest_account_trade_fee_rate"]
        ),
    ])
    func `market data and balances`(_ path: String, _ fixtures: [String]) throws {
        let desk = Desk()
        let reply = try desk.get(path)
        for fixture in fixtures { try expect(reply, like: fixture) }
    }

    /// What a spot reply that counts as documented lacks of the live one, or the other way.
    private static let liveNames: Set = ["last_fill_amount", "last_fill_price"]

    @Test func `spot orders`() throws {
        let desk = Desk()
        let placed = try desk.post("/spot/order", Orders.spot("buy", "0.01", at: "80000"))
        // The documentation sample quotes its ids and is a margin order.
        try expect(placed, like: "rest_spot_order", ignoring: ["order_id"])
        try expect(placed, like: "live_rest_spot_order", ignoring: Self.liveNames)
        let id = try #require(placed.at("data", "order_id"))
        try expect(
            desk.get("/spot/pending-order?market_type=SPOT"), like: "rest_spot_pending_order")
        try expect(
            desk.get("/spot/order-status?market=BTCUSDT&order_id=\(id.integer ?? 0)"),
            like: "rest_spot_order_status")
        let cancelled = try desk.post(
            "/spot/cancel-order", ["market": "BTCUSDT", "market_type": "SPOT", "order_id": id])
        try expect(cancelled, like: "rest_spot_cancel_order")
        try expect(
            cancelled, like: "live_rest_spot_cancel_order", ignoring: Self.liveNames)
        try expect(
            desk.post("/spot/cancel-all-order", ["market": "BTCUSDT", "market_type": "SPOT"]),
            like: "rest_spot_cancel_all_order")
        try desk.post("/spot/order", Orders.spot("sell", "0.01"))
        try expect(
            desk.get("/spot/finished-order?market_type=SPOT"), like: "rest_spot_finished_order",
            ignoring: ["created_at", "updated_at"])  // quoted in the sample alone
        try expect(
            desk.get("/spot/user-deals?market=BTCUSDT&market_type=SPOT"),
            like: "rest_spot_user_deals")
    }

    @Test func `spot orders with the live names of the last execution`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.shortFillNames = true
        let placed = try Desk(settings: settings).post(
            "/spot/order", Orders.spot("buy", "0.01", at: "80000"))
        try expect(placed, like: "live_rest_spot_order")
    }

    @Test func `futures orders and positions`() throws {
        let desk = Desk()
        let placed = try desk.post("/futures/order", Orders.futures("buy", "0.01", at: "80000"))
        try expect(placed, like: "rest_futures_order", ignoring: ["order_id"])
        try expect(placed, like: "live_rest_futures_order")
        let id = try #require(placed.at("data", "order_id"))
        try expect(
            desk.get("/futures/pending-order?market_type=FUTURES"),
            like: "rest_futures_pending_order")
        try expect(
            desk.post(
                "/futures/cancel-order",
                ["market": "BTCUSDT", "market_type": "FUTURES", "order_id": id]),
            like: "rest_futures_cancel_order")
        try desk.post("/futures/order", Orders.futures("buy", "0.01"))
        try expect(
            desk.get("/futures/pending-position?market_type=FUTURES"),
            like: "rest_futures_pending_position")
        try expect(
            desk.post(
                "/futures/adjust-position-leverage",
                [
                    "market": "BTCUSDT", "market_type": "FUTURES", "margin_mode": "cross",
                    "leverage": 20,
                ]), like: "rest_futures_adjust_position_leverage")
    }

    // MARK: - Pushes

    private func first(
        _ channel: String, _ product: String, _ desk: Desk, after milliseconds: Int64 = 6_000
    ) throws -> JSON? {
        let socket = try desk.connect(product)
        let list: JSON =
            channel == "depth" ? [["BTCUSDT", 10, "0", false]] : ["BTCUSDT"]
        let reply = desk.ask(socket, channel + ".subscribe", ["market_list": list])
        #expect(reply == ["id": reply?["id"] ?? 0, "code": 0, "message": "OK"])
        desk.pass(milliseconds: milliseconds)
        return desk.take(socket, channel).first
    }

    @Test(arguments: [
        ("state", "spot", "ws_spot_state_update"), ("depth", "spot", "ws_spot_depth_update"),
        ("deals", "spot", "ws_spot_deals_update"), ("bbo", "spot", "ws_spot_bbo_update"),
        ("index", "spot", "ws_spot_index_update"), ("index", "futures", "ws_futures_index_update"),
        ("state", "futures", "ws_futures_state_update"),
        ("bbo", "futures", "ws_spot_bbo_update"), ("depth", "futures", "ws_spot_depth_update"),
    ])
    func `public channels`(_ channel: String, _ product: String, _ fixture: String) throws {
        try expect(first(channel, product, Desk()), like: fixture)
    }

    @Test func `private channels of spot`() throws {
        let desk = Desk()
        let socket = try desk.connect(
            "spot", signed: true, to: ["order", "user_deals", "balance", "stop"])
        try desk.post("/spot/order", Orders.spot("buy", "0.01", at: "80000"))
        try desk.post("/spot/order", Orders.spot("sell", "0.01"))
        try desk.post(
            "/spot/stop-order",
            Orders.spot("sell", "0.01", at: "60000", more: ["trigger_price": "60000"]))
        for (channel, fixture) in [
            ("order", "ws_spot_order_update"), ("user_deals", "ws_spot_user_deals_update"),
            ("balance", "ws_spot_balance_update"),
        ] {
            try expect(desk.take(socket, channel).first, like: fixture)
        }
        // The sample has a number for the event; the documentation has words.
        try expect(
            desk.take(socket, "stop").first, like: "ws_spot_stop_update", ignoring: ["event"])
    }

    @Test func `private channels of futures`() throws {
        let desk = Desk()
        let socket = try desk.connect(
            "futures", signed: true, to: ["order", "user_deals", "balance", "stop", "position"])
        try desk.post("/futures/order", Orders.futures("buy", "0.01"))
        try desk.post(
            "/futures/stop-order",
            Orders.futures(
                "sell", "0.01", at: "60000",
                more: ["trigger_price": "60000", "trigger_price_type": "index_price"]))
        for (channel, fixture) in [
            ("order", "ws_futures_order_update"), ("user_deals", "ws_futures_user_deals_update"),
            ("balance", "ws_futures_balance_update"), ("stop", "ws_futures_stop_update"),
            ("position", "ws_futures_position_update"),
        ] {
            try expect(desk.take(socket, channel).first, like: fixture)
        }
    }

    @Test func `no number is a decimal: prices and amounts are texts`() throws {
        let desk = Desk()
        let socket = try desk.connect(
            "futures", signed: true, to: ["order", "user_deals", "balance", "position", "state"])
        try desk.post("/futures/order", Orders.futures("buy", "0.01"))
        desk.pass(milliseconds: 1_000)
        let texts = desk.take(socket).map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(texts.count > 4)
        for text in texts {
            #expect(text.firstMatch(of: /:-?[0-9]+[.eE]/) == nil, "\(text)")
        }
    }
}
