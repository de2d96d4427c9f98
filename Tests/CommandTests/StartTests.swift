import Foundation
import Testing

/// What is said, and refused, before a strategy trades.
@Suite struct `The start of a run` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// An order that is built and never returned: `check` finds it, and it runs all the same.
    private static func dropping(_ symbol: String) -> String {
        """
        subscribe("\(symbol)", "trades")
        function on_trade(t)
          if t.price < 0 then buy { qty = 1 } end
        end
        """
    }

    private static func quiet(_ symbol: String) -> String {
        "subscribe(\"\(symbol)\", \"trades\")\nfunction on_trade() end\n"
    }

    private func script(_ text: String) throws -> String { try folder.write("s.lua", text) }

    private func paper(_ text: String, _ more: String...) throws -> Runner {
        try Runner(
            [try script(text), "--seed", "1", "--duration", "1s", "--speed", "1000"] + more,
            in: folder.url)
    }

    private func live(
        _ text: String, _ more: [String] = LiveVenue.limits + ["--yes"],
        environment: [String: String] = LiveVenue.key
    ) throws -> Runner {
        try Runner(
            [
                try script(text), "--live", "--base-url", "http://127.0.0.1:1",
                "--connect-timeout", "0",
            ] + more, in: folder.url, environment: environment)
    }

    // MARK: - Mistakes in the script

    @Test func `on paper says what check finds, and then trades`() throws {
        let run = try paper(Self.dropping("sim:BTC/USDT"))
        #expect(run.code == 0, "\(run.errors)")
        let finding = try #require(run.errors.range(of: "s.lua:3:23: error: "), "\(run.errors)")
        let start = try #require(run.errors.range(of: "paper trading"), "\(run.errors)")
        #expect(finding.lowerBound < start.lowerBound)
        #expect(run.errors.contains("1 error in "), "\(run.errors)")
    }

    @Test func `in a backtest says it too`() throws {
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let run = try Runner([
            "backtest", try script(Self.dropping("sim:BTC/USDT")), "--data", data,
        ])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("[unreturned-intent]"), "\(run.errors)")
    }

    @Test func `says nothing of a script without mistakes, nor of what is silenced`() throws {
        #expect(!(try paper(Self.quiet("sim:BTC/USDT")).errors.contains("s.lua:")))
        let silenced = Self.dropping("sim:BTC/USDT").replacingOccurrences(
            of: "end\nend", with: "end -- check: ignore\nend")
        #expect(!(try paper(silenced).errors.contains("s.lua:")))
    }

    @Test func `with real money is refused where check finds an error`() throws {
        expectOneMessage(
            try live(Self.dropping("coinex:BTC/USDT")), code: 2,
            containing: ["s.lua:3:23: error: ", "[unreturned-intent]"])
    }

    // MARK: - What has no effect

    private static let foreignLimit = """
        risk:
          symbols:
            "sim:BTC/USDC": {max_position: 1}
            "coinex:BTC/USDC": {max_position: 1}

        """

    @Test func `says which limit is of a symbol that is not traded`() throws {
        _ = try folder.write("runner.yaml", Self.foreignLimit)
        let run = try paper(Self.quiet("sim:BTC/USDT"))
        #expect(run.code == 0, "\(run.errors)")
        #expect(
            run.errors.contains(
                "runner.yaml:3: a limit of sim:BTC/USDC limits nothing: this run trades "
                    + "sim:BTC/USDT\n"), "\(run.errors)")
        expectOneMessage(
            try live(Self.quiet("coinex:BTC/USDT")), code: 2,
            containing: ["runner.yaml:4: a limit of coinex:BTC/USDC limits nothing"])
    }

    @Test(arguments: [("usdt=100", "did you mean `USDT`?"), ("DOGE=7", "holds BTC, USDT")])
    func `says which balance no instrument uses`(balance: String, hint: String) throws {
        let run = try paper(Self.quiet("sim:BTC/USDT"), "--balance", balance)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("--balance: a balance of"), "\(run.errors)")
        #expect(run.errors.contains(hint), "\(run.errors)")
    }

    @Test(arguments: [
        ["--leverage", "20"], ["--fees", "maker=1%"], ["--latency", "1s"], ["--slippage", "1bp"],
        ["--liquidity", "endless"], ["--balance", "USDT=7"],
    ])
    func `refuses with real money what only a simulated account has`(flag: [String]) throws {
        let run = try live(
            Self.quiet("coinex:BTC/USDT:USDT"), LiveVenue.limits + ["--yes"] + flag)
        expectOneMessage(
            run, code: 2, containing: ["\(flag[0]) has no effect with --live: ", "CoinEx"])
    }

    @Test func `lets a settings file hold what is for paper alone`() throws {
        _ = try folder.write("runner.yaml", "paper: {leverage: 5, balances: {USDT: 7}}\n")
        let run = try live(Self.quiet("coinex:BTC/USDT:USDT"))
        #expect(run.code == 1, "\(run.errors)")
        #expect(run.errors.contains("refuses connections"), "\(run.errors)")
        #expect(!run.errors.contains("no effect"), "\(run.errors)")
    }

    @Test(arguments: [
        (["--leverage", "5"], "--leverage has no effect: only spot"),
        (["--slippage", "1bp"], "--slippage has no effect: the book is known"),
    ])
    func `says on paper which flag does nothing`(flags: [String], message: String) throws {
        let path = try script(Self.quiet("sim:BTC/USDT"))
        let run = try Runner([path, "--duration", "1s", "--speed", "1000"] + flags)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
    }

    @Test(arguments: [
        (["--base-url", "http://127.0.0.1:1"], "--base-url has no effect: a backtest reads files"),
        (["--liquidity", "endless"], "--liquidity has no effect: the data has no book"),
    ])
    func `says in a backtest which flag does nothing`(flags: [String], message: String) throws {
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let path = try script(Self.quiet("sim:BTC/USDT"))
        let run = try Runner(["backtest", path, "--data", data, "--json"] + flags)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
    }

    @Test(arguments: ["--instrument", "--file-symbol"])
    func `refuses facts about data that is not there`(flag: String) throws {
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let path = try script(Self.quiet("sim:BTC/USDT"))
        expectOneMessage(
            try Runner(["backtest", path, "--data", data, flag, "sim:ETH/USDT=tick=1"]), code: 2,
            containing: ["\(flag): there is no data of sim:ETH/USDT, only of sim:BTC/USDT"])
    }

    @Test func `says of a recorded market that no seed decides it`() throws {
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let run = try Runner([
            "simulate-venue", "coinex", "--port", "0", "--duration", "0.1s", "--seed", "3",
            "--data", "coinex:BTC/USDT=\(data)",
        ])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("--seed has no effect"), "\(run.errors)")
    }

    // MARK: - What it takes

    @Test func `of a backtest of 1,000 trades takes at most 16 MB of memory`() throws {
        let trades = (0..<1_000).map {
            "\(1_767_225_600_000 + $0 * 100),\(100 + $0 % 20),1,\($0 % 2 == 0 ? "buy" : "sell")"
        }
        let data = try folder.write(
            "trades.csv", "timestamp,price,amount,side\n" + trades.joined(separator: "\n") + "\n")
        // What a process took before it became the runner is counted too: a small one starts it. And so is what lies
        // around the code that runs, as far as the system has it in memory: nobody has run this copy yet.
        let program = folder.url.appendingPathComponent("runner").path
        try FileManager.default.copyItem(atPath: Runner.program.path, toPath: program)
        let measured = Process()
        measured.executableURL = try Tool.find("python3")
        measured.arguments = [
            "-ISc",
            """
            import posix, sys
            program = posix.open(sys.argv[1], posix.O_RDONLY)
            posix.fsync(program)
            posix.posix_fadvise(program, 0, 0, posix.POSIX_FADV_DONTNEED)
            posix.close(program)
            quiet = (posix.POSIX_SPAWN_OPEN, 1, "/dev/null", posix.O_WRONLY, 0)
            child = posix.posix_spawn(sys.argv[1], sys.argv[1:], {}, file_actions=[quiet])
            _, status, usage = posix.wait4(child, 0)
            print(status, usage.ru_maxrss)
            """,
            program, "backtest", "strategies/ema_cross.lua", "--data", data, "--json",
        ]
        measured.currentDirectoryURL = Runner.package
        let output = try folder.newFile("measured")
        measured.standardOutput = output
        try measured.run()
        measured.waitUntilExit()
        let figures = try folder.text("measured").split(whereSeparator: \.isWhitespace)
        try #require(figures.count == 2 && figures[0] == "0", "\(figures)")
        let memory = try #require(Int(figures[1])) * 1_024
        #expect(memory <= 16_000_000, "scripts/start_order makes the order of its code anew")
    }

    // MARK: - All at once

    @Test func `tells everything that keeps real money from being traded`() throws {
        _ = try folder.write("runner.yaml", Self.foreignLimit + "papr: 1\n")
        let run = try live(
            Self.dropping("coinex:BTC/USDT"), ["--leverage", "3", "--duration", "soon"],
            environment: [:])
        expectOneMessage(
            run, code: 2,
            containing: [
                "did you mean `paper`?", "--duration is `soon`", "needs a key",
                "standard input is not a terminal", "these are not set: risk.max_position",
                "a limit of coinex:BTC/USDC limits nothing", "--leverage has no effect",
                "[unreturned-intent]",
            ])
    }

    @Test func `tells of --yes without --live that --live is missing`() throws {
        for symbol in ["sim:BTC/USDT", "coinex:BTC/USDT"] {
            expectOneMessage(
                try Runner([try script(Self.quiet(symbol)), "--yes"]), code: 2,
                containing: ["--yes confirms --live, and --live is not given"])
        }
    }

    @Test(arguments: ["http://example.com", "http://127.0.0.1:99999", "http://192.0.2.1:8080/v2"])
    func `refuses an address that is never connected to, at once`(address: String) throws {
        let path = try script(Self.quiet("coinex:BTC/USDT"))
        let out = folder.url.appendingPathComponent("out").path
        for call in [
            [path], [path, "--live", "--yes"] + LiveVenue.limits, ["venues", "coinex"],
            ["record", "coinex:BTC/USDT", "--out", out],
        ] {
            expectOneMessage(
                try Runner(call + ["--base-url", address], environment: LiveVenue.key), code: 2,
                containing: ["--base-url: `venues.coinex.base_url` is `\(address)`"])
        }
        _ = try folder.write("runner.yaml", "venues: {coinex: {base_url: \"\(address)\"}}\n")
        expectOneMessage(
            try Runner([path], in: folder.url), code: 2, containing: ["runner.yaml:1", address])
    }
}
