import Foundation
import Testing

/// What becomes of handlers that fail, at the end of a run.
@Suite struct `A handler that fails` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func failing(_ symbol: String) -> String {
        """
        subscribe("\(symbol)", "trades")
        local sent = false
        function on_start() error("no start") end
        function on_trade(t)
          if sent then return end
          sent = true
          return buy { qty = 0.01, price = t.price * 0.9 }
        end
        function on_stop() error("no stop") end
        """
    }

    @Test func `is counted in the summary of a paper run, which goes on`() throws {
        let script = try folder.write("f.lua", Self.failing("sim:BTC/USDT"))
        let call = [script, "--seed", "1", "--duration", "1m", "--speed", "1000"]
        let run = try Runner(call)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("orders      1 sent"), "\(run.output)")
        #expect(
            run.output.contains(
                "failed      on_start 1 time, first at \(script):3\n"
                    + "            on_stop 1 time, first at \(script):9\n"), "\(run.output)")
        let failed = try Runner(call + ["--json"]).json()["failed_handlers"] as? [String: Int]
        #expect(failed == ["on_start": 1, "on_stop": 1])
    }

    @Test func `is counted in a backtest`() throws {
        let script = try folder.write("f.lua", Self.failing("sim:BTC/USDT"))
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let run = try Runner(["backtest", script, "--data", data, "--json"])
        let failed = try run.json()["failed_handlers"] as? [String: Int]
        #expect(failed == ["on_start": 1, "on_stop": 1])
        let quiet = try folder.write("q.lua", `The backtest command`.quiet)
        let clean = try Runner(["backtest", quiet, "--data", data, "--json"])
        #expect(try clean.json()["failed_handlers"] as? [String: Int] == [:])
    }

    @Test func `at the start of a live run ends it before any order`() throws {
        let venue = try LiveVenue()
        let script = try venue.folder.write("f.lua", Self.failing("coinex:BTC/USDT:USDT"))
        let run = try Runner(
            venue.arguments(script) + ["--duration", "20s", "--json"], environment: LiveVenue.key)
        #expect(run.code == 1, "\(run.errors)")
        #expect(
            run.errors.contains("error: on_start failed, so nothing was traded; the log above"),
            "\(run.errors)")
        #expect(run.errors.contains("no start"), "\(run.errors)")
        #expect(try run.json()["failed_handlers"] as? [String: Int] == ["on_start": 1])
        #expect(try venue.rows("taken").isEmpty)
    }

    @Test func `that ends the strategy is told once where both streams are one reader's`() throws {
        let script = try folder.write(
            "e.lua",
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_trade() while true do end end
            """)
        let run = try Runner([script, "--seed", "1", "--duration", "1m", "--json"])
        #expect(run.code == 3)
        #expect(run.errors.components(separatedBy: "without end, or too much work?").count == 2)
        #expect(run.errors.contains("error: trading stopped; the log above"), "\(run.errors)")
    }
}
