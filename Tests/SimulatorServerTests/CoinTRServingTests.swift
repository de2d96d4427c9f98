import PlainJSON
import SimulatorServer
import Testing
import TradingModel
import VenueSimulators

@Suite struct `CoinTR over sockets` {
    private func serve() throws -> (SimulatorServer, HandClock) {
        let clock = HandClock()
        let choice = SimulatorChoice.coinTR
        let (_, make) = try choice.maker(SimulatorSettings())
        let server = try SimulatorServer(
            at: ListeningAddress(port: 0), clock: { clock.time },
            venue: { start in
                make(
                    choice.syntheticInstruments, SimulatedFeed(RestingMarket(), start: start), start
                )
            })
        return (server, clock)
    }

    /// Lets seconds pass, one after the other, as a server that is alive would.
    private func pass(_ seconds: Int, _ server: SimulatorServer, _ clock: HandClock) throws {
        for _ in 0..<seconds {
            clock.pass(milliseconds: 1_000)
            try server.wake()
        }
    }

    @Test func `requests, its own books and the socket are on one port`() throws {
        let (server, _) = try serve()
        defer { _ = try? server.stop() }
        let client = try WireClient(port: server.address.port)
        let list = try client.get("/v1/spot/public/instruments?instId=BTCUSDT")
        #expect(try JSON(parsing: list.body)["data"]?.items?.count == 1)
        #expect(list.head.contains("Date: ") || list.head.contains("date: "))
        #expect(try client.get("/v1/spot/asset/balance").status == 401)
        #expect(try JSON(parsing: client.get("/_simulator/state").body)["venue"] == "cointr")
        let socket = try WireClient(port: server.address.port)
        try socket.upgrade("/ws")
        try socket.say(#"{"op":"subscribe","channel":"user_data_spot","args":{}}"#)
        #expect(try JSON(parsing: socket.frame().text)["event"] == "error")
    }

    @Test func `pings are control frames, and who answers none of them is closed`() throws {
        let (server, clock) = try serve()
        defer { _ = try? server.stop() }
        let socket = try WireClient(port: server.address.port)
        try socket.upgrade("/ws")
        for _ in 0..<4 {
            try pass(5, server, clock)
            #expect(try socket.frame().opcode == 9)
            try socket.send(WireClient.frame(10, []))
            // The answer is in before the clock goes on.
            try socket.say(#"{"op":"nothing"}"#)
            #expect(try socket.frame().opcode == 1)
        }
        try pass(16, server, clock)
        for _ in 0..<3 { #expect(try socket.frame().opcode == 9) }
        #expect(try socket.frame().opcode == 8)
    }
}

/// A market in which nothing ever happens.
private final class RestingMarket: MarketEventSource {
    func read(into batch: EventBatch) throws(MarketDataError) {}
}
