import Foundation
import Testing

@Suite struct `A run at two venues over sockets` {
    private func holding(
        _ pair: VenuePair, _ more: [String] = ["--live", "--yes"]
    ) throws -> LiveRunner {
        let run = try pair.start(VenuePair.keeper, more)
        for symbol in VenuePair.symbols { try run.wait(for: "\(symbol) is working", times: 2) }
        try run.wait(for: "all is held")
        return run
    }

    private func end(_ run: LiveRunner) throws {
        try run.wait(for: "session ")
        run.interrupt()
        #expect(run.waitForEnd() == 0, "\(run.text)")
    }

    /// That a replay makes the session's intents again.
    ///
    /// - Parameter isRestart: whether it had none, for all is held since the run before it.
    private func expectReplay(
        _ pair: VenuePair, of run: LiveRunner, isRestart: Bool = false
    ) throws {
        let replay = try pair.call(["replay", try run.session()])
        #expect(replay.code == 0, "\(replay.errors)")
        #expect(replay.errors.contains("the same: "), "\(replay.errors)")
        #expect(
            replay.errors.contains("with 0 intents") == isRestart, "\(replay.errors)")
    }

    @Test func `shows both accounts, trades both, leaves nothing open, and replays`() throws {
        let pair = try VenuePair()
        let run = try holding(pair)
        #expect(run.text.contains("LIVE at CoinEx, \(pair.first.base), key simu…"), "\(run.text)")
        #expect(run.text.contains("LIVE at CoinTR Pro, \(pair.second.base), key simu…"))
        for place in pair.places {
            #expect(try place.rows("open_orders").count == 2)
            #expect(try place.rows("positions").count == 1)
        }
        try end(run)
        for place in pair.places {
            #expect(try place.rows("open_orders").isEmpty)
            let fills = try pair.call(["journal", "fills", place.name, "--json"])
            #expect(
                try fills.rows().compactMap { $0["trade_id"] as? String }
                    == place.rows("fills").map { "\($0["trade_id"] ?? "")" })
            let symbols = try fills.rows().compactMap { $0["instrument"] as? String }
            #expect(symbols.allSatisfy { $0.hasPrefix(place.name) }, "\(symbols)")
        }
        try expectReplay(pair, of: run)
    }

    @Test func `goes on at the one while the other is gone, and agrees with it once it is back`()
        throws
    {
        let pair = try VenuePair()
        let run = try holding(pair)
        pair.second.stop()
        try run.wait(for: "told: cointr is lost")
        let beats = run.text.components(separatedBy: "beat 2").count
        try run.wait(for: "beat 2", times: beats + 5)
        #expect(!run.text.contains("told: coinex is lost"), "\(run.text)")
        #expect(try pair.first.rows("open_orders").count == 2)
        try pair.second.start()
        try run.wait(for: "told: cointr is resynchronised")
        try end(run)
        for place in pair.places { #expect(try place.rows("open_orders").isEmpty) }
        try expectReplay(pair, of: run)
    }

    @Test func `goes on with both accounts after kill -9, and with its state once`() throws {
        let pair = try VenuePair()
        let first = try holding(pair)
        try first.wait(for: "beat", times: 3)
        first.kill()
        let again = try pair.start()
        try again.wait(for: "start: restart, fills 2, orders 4, positions 0.01 0.01")
        for place in pair.places {
            let taken = try place.rows("taken").compactMap { $0["client_id"] as? String }
            #expect(Set(taken).count == taken.count && taken.count == 3, "\(taken)")
        }
        try end(again)
        for place in pair.places { #expect(try place.rows("open_orders").isEmpty) }
        try expectReplay(pair, of: again, isRestart: true)
    }

    @Test func `is killed on both accounts, with what each venue shows`() throws {
        let pair = try VenuePair()
        let run = try holding(pair)
        let kill = try pair.call(["kill", "--flatten"])
        #expect(kill.code == 3, "\(kill.errors)")
        #expect(run.waitForEnd() == 3)
        for (place, title) in zip(pair.places, ["CoinEx", "CoinTR Pro"]) {
            #expect(
                kill.output.contains(
                    "\(title) showed twice that no order of this program is open"),
                "\(kill.output)")
            #expect(kill.output.contains("runner resume \(place.name)"))
            #expect(try place.rows("open_orders").isEmpty)
            #expect(try place.rows("positions").isEmpty)
        }
        _ = try pair.call(["resume", "coinex"])
        let script = pair.folder.url.appendingPathComponent("keeper.lua").path
        let again = try pair.call(pair.arguments(script, ["--live", "--yes"]))
        expectOneMessage(
            again, code: 3, containing: ["CoinTR Pro was halted", "runner resume cointr"])
    }

    @Test func `is killed on both accounts when it is dead already`() throws {
        let pair = try VenuePair()
        let run = try holding(pair)
        run.kill()
        let kill = try pair.call(["kill", try run.session(), "--flatten", "--json"])
        #expect(kill.code == 3, "\(kill.errors)")
        let venues = try #require(try kill.json()["venues"] as? [[String: Any]])
        #expect(venues.compactMap { $0["venue"] as? String } == ["coinex", "cointr"])
        for venue in venues {
            #expect((venue["cancelled"] as? [String])?.count == 2)
            #expect(venue["no_open_orders"] as? Bool == true)
        }
        for place in pair.places {
            #expect(try place.rows("open_orders").isEmpty)
            #expect(try place.rows("positions").isEmpty)
        }
    }

    @Test func `trades one with real money and the other on paper, and goes on so`() throws {
        let pair = try VenuePair()
        let flags = ["--live", "coinex", "--yes"]
        let first = try holding(pair, flags)
        #expect(first.text.contains("LIVE at CoinEx"), "\(first.text)")
        #expect(first.text.contains("paper at CoinTR Pro"), "\(first.text)")
        try first.wait(for: "beat", times: 3)
        first.kill()
        let again = try pair.start(VenuePair.keeper, flags)
        try again.wait(for: "start: restart, fills 2, orders 4, positions 0.01 0.01")
        try end(again)
        #expect(try pair.first.rows("taken").count == 3)
        #expect(try pair.first.rows("open_orders").isEmpty)
        #expect(try pair.second.rows("taken").isEmpty)
        try expectReplay(pair, of: again, isRestart: true)
    }

    @Test func `says what a run before it left where it trades no real money any more`() throws {
        let pair = try VenuePair()
        let first = try holding(pair)
        try first.wait(for: "beat", times: 3)
        first.kill()
        let again = try pair.start(VenuePair.keeper, ["--live", "coinex", "--yes"])
        try again.wait(for: "start: restart")
        #expect(
            again.text.contains(
                "it traded real money at CoinTR Pro too, and this run does not: what it left there "
                    + "stays open; to close that: runner kill cointr --flatten"), "\(again.text)")
        try end(again)
        #expect(try pair.second.rows("open_orders").count == 2)
    }

    @Test func `trades both on paper, each account with its own money, and goes on so`() throws {
        let pair = try VenuePair()
        let first = try holding(pair, [])
        try first.wait(for: "beat", times: 3)
        try end(first)
        try expectReplay(pair, of: first)
        let again = try pair.start(VenuePair.keeper, [])
        try again.wait(for: "start: restart, fills 2, orders 0, positions 0.01 0.01")
        try end(again)
        for place in pair.places { #expect(try place.rows("taken").isEmpty) }
        try expectReplay(pair, of: again, isRestart: true)
    }

    @Test func `keeps any other run from either of its accounts`() throws {
        let pair = try VenuePair()
        let run = try holding(pair)
        let other = try pair.folder.write(
            "other.lua", "subscribe('cointr:BTC/USDT:USDT', 'trades') function on_trade() end")
        let second = try pair.call(pair.arguments(other, ["--live", "--yes"]))
        expectOneMessage(
            second, code: 2, containing: ["another run trades this account", try run.session()])
        try end(run)
    }

    @Test func `never holds more on both together than the one limit`() throws {
        let pair = try VenuePair()
        let script = """
            local symbols = {"coinex:BTC/USDT:USDT", "cointr:BTC/USDT:USDT"}
            for _, s in ipairs(symbols) do subscribe(s, "quotes") end
            local refused = 0
            every(0.1, "act")
            function on_timer()
              local list = {}
              for _, s in ipairs(symbols) do
                if quote(s) and quote(s).mid then list[#list + 1] = buy{symbol = s, qty = 0.01} end
              end
              return list
            end
            function on_order(o)
              if o.state ~= "rejected" then return end
              refused = refused + 1
              if refused == 10 then log.info("the limit holds: %s", o.reason) end
            end
            """
        let run = try LiveRunner(
            [
                try pair.folder.write("buyer.lua", script), "--live", "--yes", "--risk",
                "max_position=1", "--risk", "max_order_notional=100000", "--risk",
                "max_account_notional=5000",
            ], home: pair.home, environment: pair.environment)
        try run.wait(for: "the limit holds: max_account_notional")
        try end(run)
        var worth = 0.0
        for place in pair.places {
            let fills = try place.rows("fills")
            #expect(!fills.isEmpty)
            for fill in fills {
                let price = try #require((fill["price"] as? String).flatMap(Double.init))
                let quantity = try #require((fill["quantity"] as? String).flatMap(Double.init))
                worth += price * quantity
            }
        }
        #expect(worth <= 5_000 * 1.01, "\(worth)")
    }
}

@Suite struct `A call for several venues` {
    private let folder: TemporaryFolder
    private let script: String

    init() throws {
        folder = try TemporaryFolder()
        script = try folder.write(
            "two.lua",
            "subscribe('coinex:BTC/USDT', 'trades') subscribe('cointr:BTC/USDT', 'trades') "
                + "function on_trade() end")
    }

    private func call(
        _ more: String..., keys: [String] = ["COINEX", "COINTR"],
        set settings: [String: String] = [:]
    ) throws -> Runner {
        var environment = settings
        environment["MOONRUNNER_HOME"] = folder.url.path
        for name in keys {
            environment["\(name)_API_KEY"] = "k-\(name)"
            environment["\(name)_API_SECRET"] = "s-\(name)"
        }
        return try Runner(
            [script] + more + [
                "--risk", "max_position=1", "--risk", "max_order_notional=100", "--connect-timeout",
                "0",
            ], environment: environment)
    }

    @Test func `names the venue that there is not, and the nearest one`() throws {
        expectOneMessage(
            try call("--live", "nosuch", "--yes"), code: 2,
            containing: ["there is no venue `nosuch`", "coinex"])
        expectOneMessage(
            try call("--live", "coinx", "--yes"), code: 2, containing: ["did you mean `coinex`?"])
    }

    @Test func `names a venue that the script has no symbol of`() throws {
        expectOneMessage(
            try call("--live", "coinut", "--yes"), code: 2,
            containing: [
                "--live coinut: the script has no symbol of Coinut", "coinex, cointr",
            ])
    }

    @Test func `says which keys are missing, and how to do without them`() throws {
        expectOneMessage(
            try call("--live", "--yes", keys: ["COINEX"]), code: 2,
            containing: [
                "live trading at CoinTR Pro needs a key", "COINTR_API_KEY",
                "to trade on paper there: --live coinex",
            ])
    }

    @Test func `takes no address for several venues, and says where each has its own`() throws {
        expectOneMessage(
            try call("--live", "--yes", "--base-url", "https://127.0.0.1:1"), code: 2,
            containing: [
                "--base-url is of one venue", "venues.coinex.base_url", "venues.cointr.base_url",
            ])
    }

    @Test func `keeps the embedded exchange apart`() throws {
        let mixed = try folder.write(
            "mixed.lua",
            "subscribe('sim:BTC/USDT', 'trades') subscribe('coinex:BTC/USDT', 'trades') "
                + "function on_trade() end")
        expectOneMessage(
            try Runner([mixed], environment: ["MOONRUNNER_HOME": folder.url.path]), code: 2,
            containing: ["sim is the embedded exchange", "in a run of its own"])
    }

    @Test func `says which venue cannot be reached, and trades nothing`() throws {
        let pair = try VenuePair()
        pair.second.stop()
        let script = try pair.folder.write("keeper.lua", VenuePair.keeper)
        let run = try pair.call(
            pair.arguments(script, ["--live", "--yes", "--connect-timeout", "0"]))
        #expect(run.code == 1, "\(run.errors)")
        #expect(run.errors.contains("cointr: "), "\(run.errors)")
        #expect(try pair.first.rows("taken").isEmpty)
    }

    @Test func `says what a venue's limit is of, and that one of no traded venue limits nothing`()
        throws
    {
        expectOneMessage(
            try call(
                "--live", "--yes", set: ["MOONRUNNER__RISK__VENUES__COINEX__MAX_DAILY_LOSS": "5"]),
            code: 2,
            containing: ["max_daily_loss is a limit of the whole run, no venue has one"])
        expectOneMessage(
            try call(
                "--live", "--yes", set: ["MOONRUNNER__RISK__VENUES__BITUNIX__MAX_POSITION": "5"]),
            code: 2,
            containing: ["a limit of bitunix limits nothing"])
    }
}
