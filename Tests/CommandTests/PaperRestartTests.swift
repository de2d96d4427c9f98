import Foundation
import Testing

@Suite struct `A paper run that is started again` {
    private let folder: TemporaryFolder
    private let home: String

    init() throws {
        folder = try TemporaryFolder()
        home = folder.url.appendingPathComponent("home").path
    }

    private static func keeper(_ symbol: String) -> String {
        KeptRun.script(
            symbol,
            onStart: """
                local tags = {}
                for _, o in ipairs(orders()) do tags[#tags + 1] = o.tag .. " " .. o.id end
                log.info("start: %s, fills %d, orders %s, position %s", why.reason, state.fills,
                         table.concat(tags, ", "), tostring(position("\(symbol)").qty))
                """)
    }

    private func script(_ symbol: String = "sim:BTC/USDT:USDT") throws -> String {
        try folder.write("keeper.lua", Self.keeper(symbol))
    }

    private func start(_ arguments: [String]) throws -> LiveRunner {
        try LiveRunner(arguments, home: home)
    }

    private func runner(_ arguments: [String]) throws -> Runner {
        try Runner(arguments, environment: ["MOONRUNNER_HOME": home])
    }

    private func holding(_ arguments: [String]) throws -> LiveRunner {
        let run = try start(arguments)
        try run.wait(for: "is working", times: 3)
        try run.wait(for: "position 0.01")
        try run.wait(for: "all is kept")
        return run
    }

    /// Buys and sells at market, and never minds a refusal.
    private static let restless = """
        subscribe("sim:BTC/USDT:USDT", "quotes")
        state.n = 0
        function on_quote(q)
          state.n = state.n + 1
          if state.n % 20 == 0 then return buy{qty = 0.01} end
          if state.n % 20 == 10 then return sell{qty = 0.01} end
        end
        """

    @Test func `that was killed replays up to its last mark, with the limits that were read again`()
        throws
    {
        let script = try folder.write("restless.lua", Self.restless)
        let settings = try folder.write("own.yaml", "risk:\n  max_position: 100\n")
        let run = try start([script, "--speed", "60", "--settings", settings])
        try run.wait(for: "position -0.01")
        _ = try folder.write("own.yaml", "risk:\n  max_position: 0.005\n")
        run.send(SIGHUP)
        try run.wait(for: "limits: max_position 100 → 0.005")
        let record = "\(home)/sessions/\(try run.session())/session.jsonl"
        try run.wait(until: {
            let text = try String(contentsOfFile: record, encoding: .utf8)
            let behind = text.firstRange(of: "\"limits\"").map { text[$0.upperBound...] }
            return behind?.ranges(of: "\"mark\"").count ?? 0 > 1
        })
        run.kill()
        let replay = try runner(["replay", try run.session()])
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.errors.contains("the session has no end"), "\(replay.errors)")
        #expect(replay.output.contains("limits: max_position 100 → 0.005"))
        #expect(replay.output.contains("the limit is 0.005"))
        // What another market led to is not the same, and it is said where.
        let text = try String(contentsOfFile: record, encoding: .utf8)
        let seed = try #require(text.firstMatch(of: #/"seed":"(\d+)"/#))
        let other = text.replacing("\"seed\":\"\(seed.1)\"", with: "\"seed\":\"\(seed.1)1\"")
        try other.write(toFile: record, atomically: true, encoding: .utf8)
        let wrong = try runner(["replay", try run.session()])
        #expect(wrong.code == 1)
        #expect(wrong.errors.contains("not the same between 2026-01-01T00:00:0"), "\(wrong.errors)")
    }

    private static let restarted =
        "start: restart, fills 1, orders t1 mr-1, t2 mr-2, t3 mr-3, position 0.01"

    @Test func `goes on with its orders, its position, its state and its timers`() throws {
        let script = try script()
        try holding([script]).kill()
        let again = try start([script])
        try again.wait(for: Self.restarted)
        #expect(again.text.contains("which was killed: 3 orders, 1 timer, its `state`"))
        #expect(again.text.contains("(--fresh begins anew)"))
        #expect(again.text.contains("whose market goes on at 2026-01-01T00:00:0"))
        again.interrupt()
        #expect(again.waitForEnd() == 0, "\(again.text)")
        // What was ended in good order has no orders left, and goes on as well.
        let third = try start([script])
        try third.wait(for: "start: restart, fills 1, orders , position 0.01")
        third.interrupt()
        #expect(third.waitForEnd() == 0, "\(third.text)")
    }

    @Test func `has the money that it had, to the last digit`() throws {
        let script = try script()
        func summary(_ more: String...) throws -> [String: Any] {
            let run = try runner(
                [script, "--speed", "1000", "--duration", "1m", "--json"] + more)
            #expect(run.code == 0, "\(run.errors)")
            return try run.json()
        }
        func balance(_ summary: [String: Any]) throws -> String {
            let balances = try #require(summary["balances"] as? [String: [String: String]])
            return try #require(balances["USDT"]?["total"])
        }
        let first = try summary()
        let second = try summary()
        #expect(try balance(first) == balance(second))
        #expect(first["fees"] as? String == second["fees"] as? String)
        #expect(try balance(second) != "10000")
        // Of what was paid before nothing is counted again.
        func figure(_ name: String) throws -> Double {
            let text = try #require(second[name] as? String)
            return try #require(Double(text))
        }
        let total = try balance(second)
        let made = try figure("equity") - figure("unrealised_pnl")
        #expect(abs(made - (Double(total) ?? 0)) < 1e-9)
    }

    @Test(arguments: [["--fresh"], ["--seed", "3"]])
    func `begins anew where it is told to, and says what it leaves`(flags: [String]) throws {
        let script = try script()
        try holding([script]).kill()
        let again = try start([script] + flags)
        try again.wait(for: "start: first, fills 0, orders , position 0")
        #expect(again.text.contains("begins anew, by \(flags[0]): of keeper-"), "\(again.text)")
        #expect(again.text.contains("it leaves 3 orders, 1 timer, its `state`"), "\(again.text)")
        again.kill()
        // From then on it is that account which goes on, and the orders of the other are gone.
        let next = try start([script])
        try next.wait(for: "start: restart")
        #expect(!next.text.contains("mr-4"), "\(next.text)")
        next.kill()
        let orders = try runner(["journal", "orders", "--paper", script, "--json"])
        let left = try orders.rows().filter {
            $0["reason"] as? String == "its paper account was left"
        }
        #expect(left.count == 3, "\(orders.output)")
    }

    @Test func `runs again as a session, with what it went on with`() throws {
        let script = try script()
        try holding([script]).kill()
        let again = try start([script, "--speed", "20"])
        try again.wait(for: Self.restarted)
        let session = try again.session()
        again.interrupt()
        #expect(again.waitForEnd() == 0, "\(again.text)")
        let replay = try runner(["replay", session])
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.errors.contains("the same: "), "\(replay.errors)")
        #expect(replay.output.contains(Self.restarted), "\(replay.output)")
        #expect(replay.output.contains("order t1 mr-1 is cancelled"), "\(replay.output)")
    }

    @Test func `leaves an account alone that another run trades, and says so`() throws {
        let script = try script()
        let first = try holding([script])
        let second = try start([script])
        try second.wait(for: "start: first")
        #expect(second.text.contains("trades this strategy's paper account"), "\(second.text)")
        second.interrupt()
        #expect(second.waitForEnd() == 0, "\(second.text)")
        first.kill()
        try start([script]).wait(for: Self.restarted)
    }

    @Test func `has an account for each strategy and its symbols`() throws {
        let script = try script()
        try holding([script]).kill()
        let other = try folder.write("other.lua", Self.keeper("sim:BTC/USDT:USDT"))
        let next = try start([other])
        try next.wait(for: "start: first")
        #expect(!next.text.contains("goes on with"), "\(next.text)")
        let spot = try start([try self.script("sim:ETH/USDT")])
        try spot.wait(for: "start: first")
        next.kill()
        spot.kill()
        try start([try self.script()]).wait(for: Self.restarted)
        let journals = try runner(["journal"])
        #expect(journals.code == 2)
        #expect(journals.errors.contains("3 paper accounts have journals"), "\(journals.errors)")
        let fills = try runner(["journal", "fills", "--paper", other, "--json"])
        #expect(try fills.rows().count <= 1, "\(fills.errors)")
    }

    @Test func `goes on over a venue's data too, and is the same again`() throws {
        let venue = try LiveVenue()
        let script = try script("coinex:BTC/USDT:USDT")
        try holding([script] + venue.address).kill()
        let again = try start([script] + venue.address)
        try again.wait(for: Self.restarted)
        #expect(again.text.contains("which was killed: 3 orders, 1 timer, its `state`"))
        try again.wait(for: "\nsession keeper-")
        let session = try again.session()
        again.interrupt()
        #expect(again.waitForEnd() == 0, "\(again.text)")
        #expect(again.text.contains("order t3 mr-3 is cancelled"), "\(again.text)")
        let replay = try runner(["replay", session])
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.errors.contains("the same: "), "\(replay.errors)")
        let gap = try runner(["gap", session])
        expectOneMessage(gap, code: 2, containing: ["went on with the paper account of keeper-"])
    }

    @Test func `goes on after an end in good order over a venue's data, with new order ids`() throws
    {
        let venue = try LiveVenue()
        let script = try folder.write(
            "spot.lua",
            """
            subscribe("coinex:BTC/USDT", "quotes")
            local sent = false
            function on_quote(q)
              if sent or not q.ask then return end
              sent = true
              return buy{qty = 0.01}
            end
            function on_fill(f) log.info("it is filled") end
            """)
        for _ in 1...3 {
            let run = try start([script] + venue.address)
            try run.wait(for: "it is filled")
            run.interrupt()
            #expect(run.waitForEnd() == 0, "\(run.text)")
        }
        let fills = try runner(["journal", "fills", "--paper", script, "--json"])
        let rows = try fills.rows()
        // Each of them may fill in parts.
        #expect(Set(rows.compactMap { $0["client_id"] as? String }) == ["mr-1", "mr2-1", "mr3-1"])
        #expect(Set(rows.compactMap { $0["trade_id"] as? String }).count == rows.count)
    }
}
