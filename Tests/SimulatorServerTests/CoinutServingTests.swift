import PlainJSON
import SimulatorServer
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Coinut over sockets` {
    private func serve() throws -> (SimulatorServer, HandClock) {
        let clock = HandClock()
        let choice = SimulatorChoice.coinut
        let (_, make) = try choice.maker(SimulatorSettings())
        let server = try SimulatorServer(
            at: ListeningAddress(port: 0), clock: { clock.time },
            venue: { start in
                let instruments = choice.syntheticInstruments
                let feed = SimulatedFeed(StillMarket(), start: start)
                return make(instruments, feed, start)
            })
        return (server, clock)
    }

    private func handshake(offering protocols: String? = nil) -> String {
        let plain = String(WireClient.handshake("/").dropLast())  // of its empty line
        return plain + (protocols.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? "") + "\r\n"
    }

    @Test func `requests by POST, its own books and sockets are on one port`() throws {
        let (server, _) = try serve()
        defer { _ = try? server.stop() }
        let client = try WireClient(port: server.address.port)
        let body = #"{"request": "inst_list", "sec_type": "SPOT", "nonce": 4}"#
        try client.send(
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        let pairs = try JSON(parsing: client.response().body)
        #expect(pairs["status"] == ["OK"])
        #expect(pairs["SPOT"]?["BTCUSDT"]?.items?.count == 1)
        let state = try JSON(parsing: client.get("/_simulator/state").body)
        #expect(state["venue"] == "coinut")
        #expect(try client.get("/v2/time").status == 404)
        let socket = try WireClient(port: server.address.port)
        try socket.upgrade("/")
        try socket.say(#"{"request":"hb","nonce":3}"#)
        #expect(try JSON(parsing: socket.frame().text)["reply"] == "hb")
    }

    @Test(
        arguments: [
            (nil, nil), ("beta", "beta"), ("gamma, beta", "beta"), ("gamma", nil),
        ] as [(String?, String?)])
    func `the subprotocol beta is spoken where a client offers it`(
        _ offered: String?, _ spoken: String?
    ) throws {
        let (server, _) = try serve()
        defer { _ = try? server.stop() }
        let client = try WireClient(port: server.address.port)
        try client.send(handshake(offering: offered))
        let response = try client.response()
        #expect(response.status == 101)
        let line = response.head.lowercased().split(separator: "\r\n")
            .first { $0.hasPrefix("sec-websocket-protocol:") }
        #expect(line?.split(separator: " ").last.map(String.init) == spoken)
    }

    @Test func `who speaks too often is closed with 1008`() throws {
        let (server, _) = try serve()
        defer { _ = try? server.stop() }
        let socket = try WireClient(port: server.address.port)
        try socket.upgrade("/")
        for nonce in 1...31 { try socket.say(#"{"request":"hb","nonce":\#(nonce)}"#) }
        for _ in 1...30 { #expect(try socket.frame().opcode == 1) }
        let last = try socket.frame()
        #expect(last.opcode == 8)
        #expect(last.closeCode == 1_008)
    }
}

/// A market in which nothing ever happens.
final class StillMarket: MarketEventSource {
    func read(into batch: EventBatch) throws(MarketDataError) {}
}
