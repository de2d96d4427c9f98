import PlainJSON
import SimulatorServer
import Testing
import TradingModel
import VenueSimulators

@Suite struct `CoinEx over sockets` {
    private func serve(_ plan: FaultPlan = FaultPlan()) throws -> (SimulatorServer, HandClock) {
        let clock = HandClock()
        let server = try SimulatorServer(
            at: ListeningAddress(port: 0), clock: { clock.time },
            venue: { start in
                FaultySimulator(
                    CoinExSimulator(seed: 1, start: start, history: 10_000_000_000), plan: plan,
                    seed: 1, start: start)
            })
        return (server, clock)
    }

    @Test func `its REST API, its own books and their index are on one port`() throws {
        let (server, clock) = try serve()
        defer { _ = try? server.stop() }
        let client = try WireClient(port: server.address.port)
        let time = try JSON(parsing: Array(client.get("/v2/time").body.utf8))
        #expect(time["data"]?["timestamp"]?.integer == clock.time.nanoseconds / 1_000_000)
        let index = try client.get("/_simulator/")
        #expect(index.body.contains("/_simulator/state"))
        let state = try JSON(parsing: Array(client.get("/_simulator/state").body.utf8))
        #expect(state["accounts"]?.items?.first?["key"]?.text == "simulator-key")
        #expect(try client.get("/nothing").status == 404)
    }

    @Test func `a request that is asked over a socket is answered there, and pushes come`() throws {
        let (server, clock) = try serve()
        defer { _ = try? server.stop() }
        let socket = try WireClient(port: server.address.port)
        try socket.upgrade("/v2/futures")
        try socket.say(#"{"id":1,"method":"state.subscribe","params":{"market_list":[]}}"#)
        #expect(try socket.frame().opcode == 2)
        clock.pass(milliseconds: 1_000)
        try server.wake()
        #expect(try socket.frame().opcode == 2)
    }

    @Test func `faults of requests reach the wire, and not the state page`() throws {
        var plan = FaultPlan()
        plan.shares[.replyLost] = 1
        let (server, _) = try serve(plan)
        defer { _ = try? server.stop() }
        let client = try WireClient(port: server.address.port)
        #expect(try client.get("/_simulator/state").status == 200)
        try client.send("GET /v2/time HTTP/1.1\r\n\r\n")
        #expect(try client.rest() == [])
    }
}
