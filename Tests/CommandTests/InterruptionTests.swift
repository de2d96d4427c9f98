import Foundation
import Testing

@Suite struct `Ctrl-C in a long command` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A script that is slow makes a little data last.
    private func slowBacktest() throws -> [String] {
        let rows = (0..<200_000).map { "\(1_700_000_000_000 + $0 * 10),100.\($0 % 10),1,buy,\($0)" }
        let data = try folder.write(
            "trades.csv",
            (["timestamp,price,amount,side,id"] + rows).joined(separator: "\n") + "\n")
        let script = try folder.write(
            "slow.lua",
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_trade(t)
              local sum = 0
              for i = 1, 20000 do sum = sum + i end
            end
            function on_start() log.info("begun") end
            function on_stop(why) log.info("stopping: %s", why.reason) end
            """)
        return ["backtest", script, "--data", data]
    }

    @Test func `in a backtest prints the summary of what was read`() throws {
        let terminal = try Terminal(try slowBacktest())
        try terminal.wait { $0.bottom.firstMatch(of: /░ [0-9]+ %  .* left/) != nil }
        #expect(terminal.bottom.count < 80, "\(terminal.bottom)")
        terminal.pressControlC()
        #expect(try terminal.waitForEnd() == 1)
        let text = terminal.lines.joined(separator: "\n")
        let said = try #require(
            text.firstMatch(of: /\nend         interrupted after ([0-9]+) % of the data\n/),
            "\(text)")
        #expect(Int(said.1).map { (0..<100).contains($0) } == true)
        #expect(text.contains("stopping: interrupted"), "\(text)")
        #expect(text.contains("\nequity"), "\(text)")
        #expect(text.contains("\nerror: interrupted: "), "\(text)")
        // Nothing of the bar is left.
        #expect(!text.contains("█"), "\(text)")
    }

    @Test func `in a backtest is told in the JSON too`() throws {
        let kept = folder.url.appendingPathComponent("summary").path
        let terminal = try Terminal(
            try slowBacktest() + ["--json"], redirection: ">'\(kept)'")
        try terminal.wait(for: "begun")
        terminal.pressControlC()
        #expect(try terminal.waitForEnd() == 1)
        #expect(terminal.text.contains("interrupted: the figures are"), "\(terminal.text)")
        let fields = try Runner(code: 1, output: folder.text("summary"), errors: "").json()
        let share = try #require(fields["interrupted_at"] as? Double)
        #expect((0..<1).contains(share))
    }

    @Test func `in a replay says how much of the session was played`() throws {
        let script = try folder.write(
            "slow.lua",
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_trade(t)
              local sum = 0
              for i = 1, 20000 do sum = sum + i end
            end
            """)
        let home = folder.url.appendingPathComponent("home").path
        let environment = ["MOONRUNNER_HOME": home]
        let first = try Runner(
            [script, "--seed", "1", "--speed", "1000000", "--duration", "3h"],
            environment: environment)
        #expect(first.code == 0, "\(first.errors)")
        let session = try #require(
            try FileManager.default.contentsOfDirectory(atPath: home + "/sessions").first)
        let terminal = try Terminal(["replay", session], environment: environment)
        try terminal.wait { $0.bottom.contains(" left") }
        terminal.pressControlC()
        #expect(try terminal.waitForEnd() == 1)
        let text = terminal.lines.joined(separator: "\n")
        #expect(text.contains("\nend         interrupted after "), "\(text)")
        #expect(text.contains(" % of the session\n"), "\(text)")
        #expect(!text.contains("the same"), "\(text)")
    }

    @Test func `between two tests prints what the first ones gave`() throws {
        _ = try folder.write(
            "slow_test.lua",
            """
            for i = 1, 2000 do
              test("number " .. i, function()
                local sum = 0
                for i = 1, 200000 do sum = sum + i end
                expect(sum).above(0)
              end)
            end
            """)
        _ = try folder.write(
            "other_test.lua", "test(\"other\", function() expect(1).equals(1) end)")
        let terminal = try Terminal(["test", folder.url.path])
        try terminal.wait(for: "other")
        terminal.pressControlC()
        let code = try terminal.waitForEnd()
        let text = terminal.lines.joined(separator: "\n")
        #expect(code == 1, "\(text.suffix(500))")
        #expect(text.contains(" passed, interrupted in "), "\(text.suffix(500))")
    }
}
