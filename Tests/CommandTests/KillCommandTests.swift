import Foundation
import Testing

@Suite struct `runner kill` {
    /// Three orders far from the market, then a position.
    private static let keeper = """
        subscribe("coinex:BTC/USDT:USDT", "quotes")
        local sent = 0
        function on_quote(q)
          if sent == 4 or not q.bid then return end
          sent = sent + 1
          if sent == 4 then return buy{qty = 0.01} end
          return buy{qty = 0.001, price = q.bid * (0.9 - sent / 100)}
        end
        function on_order(o) log.info("%s is %s", o.id, o.state) end
        """

    private func kill(
        _ venue: LiveVenue, _ arguments: String..., environment: [String: String] = LiveVenue.key
    ) throws -> Runner {
        try Runner(
            ["kill"] + arguments,
            environment: environment.merging(["MOONRUNNER_HOME": venue.home]) { $1 })
    }

    private func holding(_ venue: LiveVenue, _ more: String...) throws -> LiveRunner {
        let run = try LiveRunner(
            venue.arguments(try venue.folder.write("keeper.lua", Self.keeper)) + more,
            home: venue.home, environment: LiveVenue.key)
        try run.wait(for: "is working", times: 3)
        try run.wait(for: "position 0.01")
        return run
    }

    @Test func `ends a run, shows that nothing is open, and keeps the account halted`() throws {
        let venue = try LiveVenue()
        let run = try holding(venue)
        let kill = try kill(venue, "--base-url", venue.base)
        #expect(kill.code == 3, "\(kill.errors)")
        #expect(kill.output.contains("showed twice that no order of this program is open"))
        #expect(run.waitForEnd() == 3)
        #expect(run.text.contains("killed: runner kill"), "\(run.text)")
        #expect(try venue.rows("open_orders").isEmpty)
        #expect(try venue.rows("positions").count == 1)
        let again = try Runner(
            venue.arguments(venue.folder.url.appendingPathComponent("keeper.lua").path),
            environment: LiveVenue.key.merging(["MOONRUNNER_HOME": venue.home]) { $1 })
        expectOneMessage(
            again, code: 3, containing: ["halted", "runner kill", "runner resume coinex"])
        let resume = try Runner(
            ["resume", "coinex"],
            environment: LiveVenue.key.merging(["MOONRUNNER_HOME": venue.home]) { $1 })
        #expect(resume.code == 0)
        #expect(resume.output.contains("it may be traded again"))
        let next = try venue.start(try venue.folder.write("keeper.lua", Self.keeper))
        try next.wait(for: "is working")
    }

    @Test func `closes the positions of a run that the system has killed`() throws {
        let venue = try LiveVenue()
        let run = try holding(venue)
        run.kill()
        let kill = try kill(venue, "coinex", "--flatten", "--json", "--base-url", venue.base)
        #expect(kill.code == 3, "\(kill.errors)")
        let facts = try kill.json()
        #expect((facts["cancelled"] as? [String])?.count == 3)
        #expect(facts["no_open_orders"] as? Bool == true)
        #expect((facts["positions"] as? [String: String]) == ["coinex:BTC/USDT:USDT": "0"])
        #expect(try venue.rows("open_orders").isEmpty)
        #expect(try venue.rows("positions").isEmpty)
    }

    @Test func `ends a process that hangs, and cancels its orders itself`() throws {
        let venue = try LiveVenue()
        let run = try holding(venue)
        run.suspend()
        let kill = try kill(venue, "--flatten", "--base-url", venue.base)
        #expect(kill.code == 3, "\(kill.errors)")
        #expect(kill.errors.contains("hangs"), "\(kill.errors)")
        #expect(try venue.rows("open_orders").isEmpty)
        #expect(try venue.rows("positions").isEmpty)
    }

    @Test func `needs no key where the run lives: that proves it and says so`() throws {
        let venue = try LiveVenue()
        let run = try holding(venue)
        let kill = try kill(venue, "--flatten", environment: [:])
        #expect(kill.code == 3, "\(kill.errors)")
        #expect(kill.output.contains("no order of this program is open"), "\(kill.output)")
        #expect(kill.output.contains("position coinex:BTC/USDT:USDT: 0"), "\(kill.output)")
        #expect(run.waitForEnd() == 3)
        #expect(try venue.rows("positions").isEmpty)
    }

    @Test func `proves it at a venue that fails half of the calls`() throws {
        let venue = try LiveVenue("--fault", "unavailable=0.3,reply-lost=0.2")
        let run = try LiveRunner(
            venue.arguments(try venue.folder.write("keeper.lua", Self.keeper)),
            home: venue.home, environment: LiveVenue.key)
        try run.wait(for: "position 0.01")
        run.kill()
        let kill = try kill(venue, "coinex", "--flatten", "--base-url", venue.base)
        #expect(kill.code == 3, "\(kill.errors)")
        #expect(try venue.rows("open_orders").isEmpty)
        #expect(try venue.rows("positions").isEmpty)
    }

    @Test func `is what SIGUSR1 does, too`() throws {
        let venue = try LiveVenue()
        let run = try holding(venue)
        run.send(SIGUSR1)
        #expect(run.waitForEnd() == 3)
        #expect(run.text.contains("killed: SIGUSR1"), "\(run.text)")
        #expect(try venue.rows("open_orders").isEmpty)
    }

    @Test func `ends a run on the embedded exchange`() throws {
        let folder = try TemporaryFolder()
        let home = folder.url.appendingPathComponent("home").path
        let script = try folder.write("s.lua", #"subscribe("sim:BTC/USDT", "trades")"#)
        let run = try LiveRunner([script], home: home)
        try run.wait(for: "session ")
        let kill = try Runner(["kill"], environment: ["MOONRUNNER_HOME": home])
        #expect(kill.code == 3, "\(kill.errors)")
        #expect(run.waitForEnd() == 3)
    }

    @Test func `says what is wrong with a call, and stops where the key is refused`() throws {
        let venue = try LiveVenue()
        expectOneMessage(
            try kill(venue), code: 2, containing: ["no session runs", "runner kill coinex"])
        expectOneMessage(try kill(venue, "nothing"), code: 2, containing: ["no session nothing"])
        expectOneMessage(
            try kill(venue, "coinx"), code: 2, containing: ["did you mean the venue `coinex`?"])
        expectOneMessage(
            try kill(venue, "coinex", environment: [:]), code: 2, containing: ["COINEX_API_KEY"])
        let wrong = try kill(
            venue, "coinex", "--base-url", venue.base,
            environment: ["COINEX_API_KEY": "simulator-key", "COINEX_API_SECRET": "wrong"])
        #expect(wrong.code == 1)
        #expect(wrong.errors.contains("the venue refuses the key"), "\(wrong.errors)")
        #expect(wrong.output.contains("STILL BE OPEN"), "\(wrong.output)")
    }
}
