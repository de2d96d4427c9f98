import Foundation
import Testing

/// What a trader sees of the limits: in settings, in a backtest, while a strategy trades.
@Suite struct `The limits of a run` {
    private let folder: TemporaryFolder
    private let home: String

    init() throws {
        folder = try TemporaryFolder()
        home = folder.url.appendingPathComponent("home").path
    }

    @Test func `are on a page that is made of their table`() throws {
        let page = try String(
            contentsOf: Runner.package.appendingPathComponent("docs/risk.md"), encoding: .utf8)
        let made = try Runner(["api", "--risk"])
        #expect(made.output == page, "write it again: runner api --risk > docs/risk.md")
    }

    @Test func `are all in the page of settings and in the example`() throws {
        let names = try Runner(["api", "--risk"]).output.split(separator: "`risk.").dropFirst()
            .compactMap { $0.split(separator: ":").first }
        #expect(names.count >= 17)
        for file in ["docs/settings.md", "examples/runner.yaml"] {
            let text = try String(
                contentsOf: Runner.package.appendingPathComponent(file), encoding: .utf8)
            for name in names where !text.contains(name) {
                Issue.record("\(file) has no \(name)")
            }
        }
    }

    @Test(arguments: [
        ("max_daily_loss=0", "an amount above 0"), ("max_drawdown=-1", "an amount from 0"),
        ("max_leverage=0", "a number above 0 and at most 1000"),
        ("max_data_age=fast", "a time such as 5s"), ("max_data_age=2d", "a time such as 5s"),
        ("no_self_trade=yes", "true or false"), ("last_price_band=0", "a share above 0"),
        ("max_consecutive_rejects=0", "a whole number of at least 1"),
        ("max_dialy_loss=5", "did you mean `risk.max_daily_loss`?"),
    ])
    func `are refused where they are none`(limit: String, expected: String) throws {
        let script = try folder.write("s.lua", `The backtest command`.quiet)
        expectOneMessage(
            try Runner([script, "--risk", limit]), code: 2, containing: ["--risk", expected])
    }

    @Test func `of the whole run are none of a symbol`() throws {
        let script = try folder.write("s.lua", `The backtest command`.quiet)
        let settings = try folder.write(
            "r.yaml",
            "risk:\n  symbols:\n    \"sim:BTC/USDT\":\n      max_daily_loss: 5\n      max_drawdwn: 1\n"
        )
        expectOneMessage(
            try Runner([script, "--settings", settings]), code: 2,
            containing: [
                "r.yaml:4: max_daily_loss is a limit of the whole run",
                "write `risk.max_daily_loss`",
                "r.yaml:5: there is no setting",
            ])
    }

    @Test func `over several currencies are refused before anything is traded`() throws {
        let script = try folder.write(
            "s.lua",
            "subscribe(\"sim:BTC/USDT:USDT\", \"trades\")\nsubscribe(\"sim:BTC/USD:BTC\", \"trades\")\n"
                + "function on_trade(t) end\n")
        expectOneMessage(
            try Runner([script, "--risk", "max_daily_loss=5", "--duration", "1s"]), code: 2,
            containing: ["risk.max_daily_loss is one amount", "settle in BTC and USDT"])
    }

    @Test func `stop a backtest at the day's loss, and tell the script why`() throws {
        let script = try folder.write(
            "s.lua",
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_trade(t)
              log.info("%s at %s", trading_state(), t.price)
              return target(1)
            end
            function on_stop() log.info("at the end %s", trading_state()) end
            """)
        let rows = [100, 100, 96, 91, 90, 89].enumerated().map {
            "\(1_700_000_000_000_000 + $0.offset * 1_000_000),\($0.element),1,buy,\($0.offset)"
        }
        let data = try folder.write(
            "t.csv", "timestamp,price,amount,side,id\n" + rows.joined(separator: "\n") + "\n")
        let run = try Runner([
            "backtest", script, "--data", data, "--risk", "max_daily_loss=10", "--fees",
            "taker=0,maker=0", "--latency", "0",
        ])
        #expect(run.code == 3, "\(run.errors)")
        #expect(
            run.errors.contains(
                "max_daily_loss: 10 USDT have been lost since 00:00 UTC, the limit is 10"),
            "\(run.errors)")
        #expect(run.errors.contains("active at 91"))
        #expect(!run.errors.contains("active at 90"))
        #expect(run.errors.contains("at the end halted"))
    }

    // MARK: - Read again

    private func start(_ settings: String) throws -> (run: LiveRunner, settings: URL) {
        let script = try folder.write(
            "s.lua",
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_trade(t) return buy { qty = 0.01, price = t.price - 100 } end
            """)
        let file = folder.url.appendingPathComponent("r.yaml")
        try Data(settings.utf8).write(to: file)
        // Without a terminal, wherever the tests are started; its process may be another one than what is waited for.
        let run = try LiveRunner(
            program: "/usr/bin/setsid",
            [
                "/bin/sh", "-c", "echo \"process $$.\"; exec \"$0\" \"$@\"", Runner.program.path,
                script,
                "--seed", "1", "--speed", "5", "--duration", "10m", "--settings", file.path,
            ], home: home)
        try run.wait(for: "session s-")
        return (run, file)
    }

    private func send(_ signal: Int32, _ run: LiveRunner) throws {
        let text = try #require(run.text.components(separatedBy: "process ").dropFirst().first)
        let process = try #require(Int32(text.prefix { $0.isNumber }))
        _ = Foundation.kill(process, signal)
    }

    private func command(_ arguments: [String]) throws -> Runner {
        try Runner(arguments, environment: ["MOONRUNNER_HOME": home])
    }

    @Test func `are read again by command and by SIGHUP`() throws {
        let (run, file) = try start("risk:\n  max_position: 0.02\n  max_open_orders: 50\n")
        try run.wait(for: "max_position: ")
        try Data(
            "risk:\n  max_position: 0.04\n  max_open_orders: none\nscript:\n  memory: 32MB\n".utf8
        ).write(to: file)
        let answer = try command(["reload", "--limits"])
        #expect(answer.code == 0, "\(answer.errors)")
        #expect(
            answer.output == "limits: max_position 0.02 → 0.04\nlimits: max_open_orders 50 → none\n"
                + "only limits are read again: script.memory as in the file from the next start on\n"
        )
        try run.wait(for: "limits: max_position 0.02 → 0.04, max_open_orders 50 → none")
        try run.wait(for: "the limit is 0.04")
        try Data("risk: {max_position: 0.05, max_open_orders: 7}\n".utf8).write(to: file)
        try send(SIGHUP, run)
        try run.wait(for: "limits: max_position 0.04 → 0.05, max_open_orders none → 7")
        try send(SIGTERM, run)
        _ = run.waitForEnd()
        #expect(run.text.contains("intents "), "it ends with its summary: \(run.text)")
    }

    @Test func `are not loosened by a bad file`() throws {
        let (run, file) = try start("risk: {max_position: 0.02, max_order_quantity: 1}\n")
        try run.wait(for: "max_position: ")
        try Data("risk:\n  max_position: 5\n  max_ordr_quantity: 2\n  max_leverage: -1\n".utf8)
            .write(to: file)
        let answer = try command(["reload", "--limits"])
        #expect(answer.code == 1)
        for part in [
            "limits not changed, those that hold stay: 3 problems",
            "r.yaml:3: there is no setting `risk.max_ordr_quantity`", "r.yaml:4: ",
            "`risk.max_order_quantity` is 1 and is not in the settings any more: write `none`",
        ] {
            #expect(answer.output.contains(part), "\(answer.output)")
        }
        try FileManager.default.removeItem(at: file)
        try send(SIGHUP, run)
        try run.wait(for: "cannot read the settings file")
        #expect(try command(["reload", "--limits", "--confirm"]).code == 2)
        try send(SIGTERM, run)
        _ = run.waitForEnd()
        #expect(run.text.contains("intents "), "it ends with its summary: \(run.text)")
        #expect(!run.text.contains("limits: "))
    }
}
