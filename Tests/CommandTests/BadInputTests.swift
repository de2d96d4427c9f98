import Foundation
import Testing

/// Each mistake gives one clear message on standard error, the right exit code, and nothing else.
@Suite struct `Bad input` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func backtest(
        _ script: String = `The backtest command`.quiet, data: String, _ more: [String] = []
    ) throws -> Runner {
        let path = try folder.write("script.lua", script)
        return try Runner(["backtest", path, "--data", data, "--json"] + more)
    }

    @Test(.enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)))
    func `a truncated gzip names the file`() throws {
        let whole = try Data(
            contentsOf: URL(
                fileURLWithPath: SharedData.path("book/binance_spot_btcusdt_20240808.ws.gz")))
        let path = try folder.write("cut.ws.gz", whole.prefix(whole.count / 2))
        expectOneMessage(
            try backtest(data: path), code: 1, containing: ["cut.ws.gz", "is cut off"])
    }

    @Test func `a CSV with a swapped column names file and line`() throws {
        let path = try folder.write(
            "swapped.csv",
            """
            timestamp,price,amount,side,id
            1700000000000,buy,0.5,50000.1,1

            """)
        expectOneMessage(
            try backtest(data: path), code: 1, containing: ["swapped.csv:2"])
    }

    @Test func `a bad line in the middle is counted with --skip-bad`() throws {
        let path = try folder.write(
            "bad.csv", `The backtest command`.trades + "1700000002000,x,1,buy,3\n")
        expectOneMessage(try backtest(data: path), code: 1, containing: ["bad.csv:4"])
        let run = try backtest(data: path, ["--skip-bad"])
        #expect(run.code == 0, "\(run.errors)")
        let data = try #require(try run.json()["data"] as? [String: Any])
        let facts = try #require(data.values.first as? [String: Any])
        #expect(facts["skipped"] as? Int == 1)
        #expect(facts["trades"] as? Int == 2)
    }

    @Test func `a syntax error names the script's line`() throws {
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let run = try backtest(
            "subscribe(\"sim:BTC/USDT\", \"trades\"\nlocal x = = 1\n", data: data)
        expectOneMessage(run, code: 2, containing: ["script.lua:2"])
    }

    @Test func `an endless loop in a handler is stopped by the instruction limit`() throws {
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let run = try backtest(
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_trade(trade) while true do end end
            """, data: data)
        #expect(run.errors.contains("script.lua:2"), "\(run.errors)")
        #expect(run.errors.contains("on_trade"), "\(run.errors)")
        #expect(run.errors.contains("instructions"), "\(run.errors)")
    }

    @Test func `a misspelt parameter gives the nearest name`() throws {
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let run = try backtest(
            "local p = params{fast = 50}\n" + `The backtest command`.quiet, data: data,
            ["--set", "fsat=20"])
        expectOneMessage(run, code: 2, containing: ["fsat", "fast"])
    }

    @Test func `a symbol that does not exist lists those that do`() throws {
        let script = try folder.write(
            "script.lua",
            "subscribe(\"sim:BTC/USDX\", \"trades\")\nfunction on_trade(t) end\n")
        expectOneMessage(
            try Runner([script, "--duration", "1s"]), code: 2,
            containing: ["sim:BTC/USDX", "sim:BTC/USDT"])
    }

    @Test func `a venue that does not exist says so`() throws {
        let script = try folder.write(
            "script.lua",
            "subscribe(\"simm:BTC/USDT\", \"trades\")\nfunction on_trade(t) end\n")
        expectOneMessage(
            try Runner([script, "--duration", "1s"]), code: 2, containing: ["simm", "sim"])
    }

    @Test func `files that are not there, not data or empty say what they are`() throws {
        expectOneMessage(
            try backtest(data: "/nowhere/trades.csv"), code: 1, containing: ["/nowhere/trades.csv"])
        let empty = try folder.write("empty.csv", "")
        expectOneMessage(try backtest(data: empty), code: 1, containing: ["empty"])
        let noise = try folder.write("noise.bin", Data((0..<4_096).map { UInt8($0 * 7 % 251) }))
        expectOneMessage(try backtest(data: noise), code: 1, containing: ["noise.bin"])
        expectOneMessage(try backtest(data: folder.url.path), code: 1, containing: ["folder"])
    }

    @Test func `data without the feed that the script wants is refused`() throws {
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let run = try backtest(
            "subscribe(\"sim:BTC/USDT\", \"book\")\nfunction on_book(b) end\n", data: data)
        expectOneMessage(run, code: 2, containing: ["book", "trades"])
    }

    @Test(arguments: [
        (["--leverage", "lots"], "leverage"), (["--fees", "taker=much"], "paper.fees.taker"),
        (["--fees", "takr=0.1%"], "taker"), (["--balance", "USDT"], "--balance"),
        (["--latency", "fast"], "latency"), (["--risk", "max_positon=1"], "max_position"),
        (["--instrument", "tck=0.1"], "tick"), (["--instrument", "tick=0"], "tick"),
        (["--settings", "/nowhere.yaml"], "/nowhere.yaml"),
    ])
    func `a wrong flag names itself and what was expected`(
        flags: [String], part: String
    ) throws {
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        expectOneMessage(try backtest(data: data, flags), code: 2, containing: [part])
    }

    @Test func `all problems of a settings file come at once, with their lines`() throws {
        _ = try folder.write(
            "runner.yaml",
            """
            paper:
              leverage: 0
              fees: {taker: lots}
            risk:
              max_positon: 1

            """)
        let script = try folder.write("script.lua", `The backtest command`.quiet)
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let run = try Runner(["backtest", script, "--data", data], in: folder.url)
        expectOneMessage(
            run, code: 2,
            containing: [
                "runner.yaml:2", "runner.yaml:3", "runner.yaml:5",
                "did you mean `risk.max_position`",
            ])
    }

    @Test(arguments: [
        ("risk: 5", "`risk` is not a single value", "`risk.max_position`"),
        ("paper: 1", "`paper` is not a single value", "`paper.leverage`"),
        ("paper: {fees: 1%}", "`paper.fees` is not a single value", "`paper.fees.maker`"),
        ("paper: {balances: 5}", "`paper.balances` is not a single value", "`paper.balances.USDT`"),
        ("paper: {leverage: {of: 5}}", "`paper.leverage` is one value", "`paper.leverage.of`"),
        ("script: 3", "`script` is not a single value", "`script.memory`"),
        ("venues: {coinex: 3}", "`venues.coinex` is not a single value", "base_url"),
        ("venues: {coinx: {leverage: 3}}", "`venues.coinx.leverage`", "`venues.coinex`?"),
        ("risk: {symbols: {\"sim:BTC/USDT\": {max_positon: 3}}}", "max_positon", "max_position`?"),
        ("- 5", "expected settings such as `paper:`", "found a list"),
        ("- 5\n- 6", "s.yaml:1: ", "found a list"), ("risk: [1, 2]", "`risk`", "a list"),
    ])
    func `a value in the wrong place of the settings says what may stand there`(
        text: String, what: String, instead: String
    ) throws {
        let settings = try folder.write("s.yaml", text + "\n")
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        expectOneMessage(
            try backtest(data: data, ["--settings", settings]), code: 2,
            containing: ["s.yaml:1", what, instead])
    }

    @Test(arguments: [
        ("paper:\n  leverage: 5\n  leverage: 7", ":3: ", "`leverage` stands here twice", "line 2"),
        ("paper: *here", ":1: ", "`*here` names nothing", ""),
        ("paper:\n\tleverage: 5", ":2: ", "not valid YAML", "cannot start any token"),
        ("paper: {leverage: 5", ":2: ", "not valid YAML", "did not find"),
        ("paper: {}\n---\nrisk: {}", ":3: ", "a second document begins", ""),
        ("? [a, b]\n: 5", ":1: ", "a name must be a single value", ""),
        (String(repeating: "a: {", count: 70), ":1: ", "too deep", ""),
        (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
                + zip("bcdefg", "abcdef").map { name, before in
                    "\(name): &\(name) ["
                        + (0..<10).map { _ in "*\(before)" }.joined(separator: ", ")
                        + "]\n"
                }.joined(), ":5: ", "too much", "100000 values"
        ),
    ])
    func `a settings file that is not YAML is told with its line`(
        text: String, line: String, what: String, more: String
    ) throws {
        let settings = try folder.write("s.yaml", text + "\n")
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        expectOneMessage(
            try backtest(data: data, ["--settings", settings]), code: 2,
            containing: ["s.yaml" + line, what] + (more.isEmpty ? [] : [more]))
    }

    @Test func `settings may stand for each other by anchors, quoted or in blocks`() throws {
        let settings = try folder.write(
            "s.yaml",
            """
            # The same balance twice.
            paper:
              leverage: &some 5
              balances: {USDT: "1000", 'USDC': *some}
            risk:
              max_position:
            ...

            """)
        let data = try folder.write("trades.csv", `The backtest command`.trades)
        let run = try backtest(data: data, ["--settings", settings, "--json"])
        #expect(run.code == 0, "\(run.errors)")
    }

    @Test func `a venue that does not exist is told with those that do`() throws {
        let script = try folder.write(
            "script.lua",
            "subscribe(\"binance:BTC/USDT\", \"trades\")\nfunction on_trade(t) end\n")
        expectOneMessage(
            try Runner([script]), code: 2,
            containing: [
                "there is no venue `binance`; there are: sim, coinex, coinut, bitunix, cointr\n"
            ])
    }

    @Test func `a misspelt command gives the nearest one`() throws {
        expectOneMessage(
            try Runner(["backtst", "x.lua"]), code: 2, containing: ["backtst", "`backtest`"])
    }

    @Test func `unknown flags and a missing script are usage errors`() throws {
        #expect(try Runner(["backtest"]).code == 2)
        #expect(try Runner(["backtest", "x.lua", "--dta", "y"]).code == 2)
        expectOneMessage(
            try Runner(["nothing_here.lua"]), code: 2, containing: ["nothing_here.lua"])
    }
}
