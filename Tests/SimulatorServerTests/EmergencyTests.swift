import AccountSession
import CoinEx
import LiveTrading
import PlainJSON
import SimulatorServer
import Testing
import TradingModel
import Transport
import VenueSessions
import VenueSimulators

@Suite struct `A stuck run's orders` {
    private static let orders = RunOrders(idPrefix: "mrrun-", numbers: [])
    private static let key = CoinExKey(accessID: "simulator-key", secret: "simulator-secret")

    /// Its time goes on, as that of whoever looks at its lists for some seconds.
    private func serve() throws -> (SimulatorServer, RunClock) {
        let clock = RunClock()
        let server = try SimulatorServer(
            at: ListeningAddress(port: 0), clock: { clock.now() },
            venue: { start in CoinExSimulator(seed: 1, start: start, history: 10_000_000_000) })
        return (server, clock)
    }

    /// Sends a signed request as a client would.
    private func post(
        _ client: WireClient, _ path: String, _ body: String, at time: Timestamp
    ) throws -> JSON {
        let stamp = time.nanoseconds / 1_000_000
        let sign = Self.key.signature(method: "POST", path: path, body: body, milliseconds: stamp)
        try client.send(
            "POST \(path) HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n"
                + "X-COINEX-KEY: \(Self.key.accessID)\r\nX-COINEX-SIGN: \(sign)\r\n"
                + "X-COINEX-TIMESTAMP: \(stamp)\r\n\r\n\(body)")
        return try JSON(parsing: Array(client.response().body.utf8))
    }

    private func openOrders(at port: Int) throws -> [String] {
        let client = try WireClient(port: port)  // an older one may have been idle for too long
        let state = try JSON(parsing: Array(client.get("/_simulator/state").body.utf8))
        let account = try #require(state["accounts"]?.items?.first)
        let lists = [account["open_orders"]?.items, account["stop_orders"]?.items]
        return lists.compactMap { $0 }.flatMap { $0 }.compactMap { $0["client_id"]?.text }
    }

    @Test func `are cancelled at the venue, stops too, and nobody else's`() async throws {
        let (server, clock) = try serve()
        defer { _ = try? server.stop() }
        let client = try WireClient(port: server.address.port)
        for (path, id, more) in [
            ("/v2/futures/order", "mrrun-1", ""), ("/v2/futures/order", "mrother-1", ""),
            (
                "/v2/futures/stop-order", "mrrun-2",
                #","trigger_price":"200000","trigger_price_type":"latest_price""#
            ),
            ("/v2/spot/order", "mrrun-3", ""),
        ] {
            let type = path.contains("spot") ? "SPOT" : "FUTURES"
            let body = """
                {"market":"BTCUSDT","market_type":"\(type)",\
                "side":"buy","type":"limit",\
                "amount":"0.01","price":"50000","client_id":"\(id)"\(more)}
                """
            let reply = try post(client, path, body, at: clock.now())
            try #require(reply["code"]?.integer == 0, "\(reply.line)")
        }
        #expect(
            try openOrders(at: server.address.port).sorted() == [
                "mrother-1", "mrrun-1", "mrrun-2", "mrrun-3",
            ])
        let network = NetworkSettings(requestBase: "http://127.0.0.1:\(server.address.port)")
        let symbols = [try Symbol("coinex:BTC/USDT:USDT"), try Symbol("coinex:BTC/USDT")]
        let outcome = await Task.detached {
            EmergencyStop.run(
                { OrderSweep(key: Self.key, symbols: symbols, orders: Self.orders) },
                network: network)
        }.value
        guard case .proven = outcome else {
            Issue.record("expected proof, found \(outcome)")
            return
        }
        #expect(try openOrders(at: server.address.port) == ["mrother-1"])
    }

    @Test func `that a venue without an answer may hold are said to be open`() async throws {
        let network = NetworkSettings(requestBase: "http://127.0.0.1:1")
        let symbols = [try Symbol("coinex:BTC/USDT")]
        let outcome = await Task.detached {
            EmergencyStop.run(
                { OrderSweep(key: Self.key, symbols: symbols, orders: Self.orders) },
                network: network, patience: 200_000_000)
        }.value
        guard case .unproven(let words) = outcome else {
            Issue.record("expected no proof, found \(outcome)")
            return
        }
        #expect(words.last?.contains("refuses connections") == true, "\(words)")
    }
}
