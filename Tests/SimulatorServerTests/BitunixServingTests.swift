import PlainJSON
import SimulatorServer
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Bitunix over sockets` {
    private func serve() throws -> SimulatorServer {
        let clock = HandClock()
        let choice = SimulatorChoice.bitunix
        let (_, make) = try choice.maker(SimulatorSettings())
        return try SimulatorServer(
            at: ListeningAddress(port: 0), clock: { clock.time },
            venue: { start in
                make(choice.syntheticInstruments, SimulatedFeed(StillMarket(), start: start), start)
            })
    }

    @Test func `requests, its own books and both sockets are on one port`() throws {
        let server = try serve()
        defer { _ = try? server.stop() }
        let client = try WireClient(port: server.address.port)
        let response = try client.get("/api/v1/futures/market/trading_pairs")
        #expect(try JSON(parsing: response.body)["data"]?.items?.first?["symbol"] == "BTCUSDT")
        #expect(response.head.contains("Date: ") && response.head.contains(" GMT"))
        let state = try JSON(parsing: client.get("/_simulator/state").body)
        #expect(state["venue"] == "bitunix")
        for path in ["/public/", "/private/"] {
            let socket = try WireClient(port: server.address.port)
            try socket.upgrade(path)
            try socket.say(#"{"op":"ping","ping":3}"#)
            #expect(try JSON(parsing: socket.frame().text)["op"] == "connect")
            #expect(try JSON(parsing: socket.frame().text)["pong"] == 3)
        }
    }

    @Test func `who speaks too often is cut off without a word`() throws {
        let server = try serve()
        defer { _ = try? server.stop() }
        let socket = try WireClient(port: server.address.port)
        try socket.upgrade("/public/")
        for _ in 1...6 { try socket.say(#"{"op":"ping","ping":3}"#) }
        for _ in 1...6 { #expect(try socket.frame().opcode == 1) }
        #expect(throws: (any Error).self) { try socket.frame() }
    }
}
