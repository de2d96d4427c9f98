import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

/// Every reply and push holds the keys of the published messages.
@Suite(.enabled(if: VenueSamples(of: "cointr").areThere, "\(VenueSamples.absence)"))
struct `Shapes of CoinTR's wire` {
    private static let samples = VenueSamples(of: "cointr")

    private func expect(
        _ message: JSON?, like sample: String, ignoring ignored: Set<String> = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let message = try #require(message, "nothing to hold against \(sample)")
        let wanted = Shape(try JSON(parsing: Self.samples.read("\(sample).json")))
        let differences = Shape(message).differences(from: wanted, ignored: ignored)
        #expect(
            differences.isEmpty, "\(sample): \(differences), \(message.line)",
            sourceLocation: sourceLocation)
    }

    private func active() throws -> HandMadeMarket {
        var market = try HandMadeMarket()
        for place in [HandMadeMarket.spot, HandMadeMarket.futures] {
            market.pass(milliseconds: 500)
            try market.trade(place, .buy, "101", "0.5")
        }
        return market
    }

    @Test func `of market data`() throws {
        let client = CoinTRClient(try active())
        client.pass(milliseconds: 2_000)
        try expect(
            client.get("spot/public/instruments?instId=BTCUSDT"), like: "spot_rest_instruments",
            ignoring: ["code"])
        try expect(
            client.get("futures/public/instruments"), like: "futures_rest_instruments",
            ignoring: ["code"])
        try expect(client.get("spot/market/depths?instId=BTCUSDT"), like: "spot_rest_depths")
        try expect(
            client.get("futures/market/depths?instId=BTCUSDT"), like: "futures_rest_depths",
            ignoring: ["code", "message"])
        try expect(client.get("spot/market/tickers?instId=BTCUSDT"), like: "spot_rest_tickers")
        try expect(client.get("spot/market/trades?instId=BTCUSDT"), like: "spot_rest_trades")
        try expect(
            client.get("futures/market/trades?instId=BTCUSDT"), like: "futures_rest_trades",
            ignoring: ["code", "message"])
        try expect(
            client.get("spot/market/candlesticks?instId=BTCUSDT&bar=1m"),
            like: "spot_rest_candlesticks")
    }

    @Test func `of pushes of market data`() throws {
        let client = CoinTRClient(try active())
        let id = try client.connect(signed: false)
        let steps = try client.get("spot/public/instruments?instId=BTCUSDT")["data"]?.items?.first
        let step = try #require(steps?["steps"]?.items?.first)
        client.subscribe(id, "books_spot", ["step": step])
        try expect(client.take(id, "books_spot").first, like: "spot_ws_books_snapshot")
        client.subscribe(id, "trades_perp")
        try expect(client.take(id, "trades_perp").first, like: "futures_ws_trades_initial")
        client.subscribe(id, "market_perp")
        try expect(client.take(id, "market_perp").first, like: "futures_ws_market_snapshot")
        client.subscribe(id, "kline_spot", ["bar": "1m", "initialNum": 5])
        try expect(client.take(id, "kline_spot").first, like: "spot_ws_kline_update")
    }

    @Test func `of orders and what becomes of them`() throws {
        let client = CoinTRClient(try active())
        let id = try client.connect(to: ["user_data_spot", "user_data_perp"])
        try expect(
            client.place("spot", "BUY", "1", at: "99"), like: "spot_rest_place_order_ok")
        try expect(
            client.place("spot", "BUY", "90000000", at: "99"),
            like: "spot_rest_place_order_refused_5050")
        try expect(
            client.place("futures", "BUY", "10", at: "99"), like: "futures_rest_place_order_ok")
        try expect(client.get("spot/trade/orders-active"), like: "spot_rest_orders_active")
        try expect(client.get("futures/trade/orders-active"), like: "futures_rest_orders_active")
        let spot = client.take(id, "user_data_spot@orders_spot").last { $0["action"] == "update" }
        try expect(spot, like: "spot_ws_user_orders_update")
        let futures = client.take(id, "user_data_perp@orders_perp").last {
            $0["action"] == "update"
        }
        try expect(futures, like: "futures_ws_user_orders_update")
        try expect(
            client.post("spot/trade/cancel-order", ["instId": "BTCUSDT", "clOrdId": "c-1"]),
            like: "spot_rest_cancel_order")
        for _ in 0..<3 { try client.place("spot", "SELL", "0.1") }
        try expect(
            client.get("spot/trade/orders-filled?limit=1"),
            like: "spot_rest_orders_filled_with_next", ignoring: ["code", "msg"])
    }

    @Test func `of an account`() throws {
        let client = CoinTRClient(try active())
        try client.place("futures", "BUY", "10")
        try client.place("futures", "SELL", "4")
        let id = try client.connect(to: ["user_data_spot", "user_data_perp"])
        try expect(client.get("spot/asset/balance"), like: "spot_rest_balance")
        try expect(client.get("futures/trade/fills?instId=BTCUSDT"), like: "futures_rest_fills")
        try expect(
            client.get("futures/account/positions?instIds=BTCUSDT"), like: "futures_rest_positions")
        try expect(
            client.take(id, "user_data_perp@positions_perp").first,
            like: "futures_ws_user_positions_initial")
        try expect(
            client.take(id, "user_data_spot@balance_spot").first,
            like: "spot_ws_user_balance_update")
    }

    @Test func `of the published request is understood as it stands`() throws {
        let client = CoinTRClient()
        let id = try client.connect(signed: false)
        client.say(id, try JSON(parsing: Self.samples.read("ws_auth_request.json")))
        #expect(client.take(id).map(\.code) == ["4010"])
    }
}
