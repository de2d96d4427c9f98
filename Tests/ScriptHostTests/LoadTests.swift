import Glibc
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// A folder with `files` for the length of `body`.
private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
    var template = Array("/tmp/moonrunner-test-XXXXXX".utf8CString)
    let folder: String? = unsafe template.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress, let made = unsafe mkdtemp(start) else { return nil }
        return unsafe String(cString: made)
    }
    let root = try #require(folder)
    for (name, text) in files {
        if name.contains("/") { unsafe mkdir("\(root)/\(name.prefix { $0 != "/" })", 0o700) }
        write(text, to: "\(root)/\(name)")
    }
    defer { unsafe system("rm -r \(root)") }
    try body(root)
}

private func write(_ text: String, to path: String) {
    guard let file = unsafe fopen(path, "w") else { preconditionFailure("cannot write \(path)") }
    unsafe fputs(text, file)
    unsafe fclose(file)
}

@Suite struct `Loading` {
    @Test func `finds symbols, feeds and handlers`() throws {
        let strategy = try LuaStrategy(
            text: """
                subscribe('sim:BTC/USDT', 'trades', 'bars:1m', 'bars:100t', 'bars:10.5v')
                subscribe('sim:ETH/USDT', 'book', 'bars:4h')
                subscribe('sim:BTC/USDT', 'bars:1m')
                function on_bar() end
                """)
        #expect(strategy.symbols.map(\.description) == ["sim:BTC/USDT", "sim:ETH/USDT"])
        let bitcoin = strategy.subscriptions[strategy.symbols[0]]
        #expect(bitcoin?.feeds == [.trades, .bars])
        #expect(
            bitcoin?.barSizes == [
                .time(nanoseconds: 60_000_000_000), .trades(100), .volume(try Quantity("10.5")),
            ])
        strategy.attach(
            to: TradingState(
                mode: .paper, instruments: try ScriptRun.instruments(strategy.symbols),
                now: .distantPast))
        #expect(strategy.subscription(to: InstrumentID(0)).feeds == .bars)
        #expect(strategy.subscription(to: InstrumentID(1)).feeds == .bars)
        #expect(strategy.warnings.isEmpty)
    }

    @Test(arguments: [
        ("x = = 1", "strategy.lua:1: unexpected symbol near '='\n  1 | x = = 1"),
        ("\n\nlocal x = nil + 1", "strategy.lua:3: attempt to perform arithmetic on a nil value"),
        ("subscribe('sim:BTC', 'trades')", "`sim:BTC` is not a symbol"),
        ("subscribe('sim:BTC/USDT', 'trade')", "unknown feed `trade`: did you mean `trades`?"),
        ("subscribe('sim:BTC/USDT', 'bars:1w')", "`bars:1w` is not a bar size"),
        ("subscribe('sim:BTC/USDT')", "subscribe needs a feed"),
        ("subscribe(nil, 'trades')", "the symbol given to subscribe is nil"),
        (
            "function on_trad() end",
            "`on_trad` is not a handler and would never be called: did you mean"
        ),
        ("on_trade = 1", "the global `on_trade` is a number, expected the handler function"),
        ("error{}", "error() was given a table"),
        ("position('sim:BTC/USDT')", "position needs a symbol, and the script has none"),
        ("params{a = print}", "parameter `a` is a function"),
        ("params{} params{}", "params may be called once"),
        (
            "params{a = {default = 5, max = 4}}",
            "the default of parameter `a` is 5, expected at most 4"
        ),
        ("params{a = {defualt = 5}}", "unknown field `defualt` of parameter `a`: did you mean"),
        ("local p = params{fast = 1} local x = p.fsat", "unknown parameter `params.fsat`: did you"),
        ("local p = params{fast = 1} p.fast = 2", "`params` is read-only"),
    ])
    func `a mistake names its line`(text: String, message: String) {
        #expect(loadFailure(text).contains(message), "\(loadFailure(text))")
    }

    @Test func `warns of handlers that are never called`() throws {
        let strategy = try LuaStrategy(
            text: "subscribe('sim:BTC/USDT', 'trades') function on_bar() end function on_xyz() end")
        let texts = strategy.warnings.map(\.description)
        #expect(texts.contains { $0.contains("on_bar is never called: no symbol subscribes") })
        #expect(
            texts.contains { $0.contains("`on_xyz` is not a handler; the handlers are on_trade") })
        let silent = try LuaStrategy(text: "")
        #expect(
            silent.warnings.map(\.message) == [
                "the script has no handler, such as on_trade: it does nothing"
            ])
    }

    @Test func `what is asked for while loading comes with the start`() throws {
        let run = try ScriptRun("every(2.5, 'tick') log.info('loaded')")
        #expect(
            run.requests { $0.onStart(.first) } == [
                .every(nanoseconds: 2_500_000_000, name: "tick"), .log(.info, "loaded"),
            ])
    }

    @Test func `check reports an error or the warnings`() throws {
        try withFolder(["a.lua": "local x = = 2", "b.lua": "function on_bar() end"]) { folder in
            let errors = StrategyCheck.findings(file: "\(folder)/a.lua")
            #expect(errors.map(\.severity) == [.error])
            #expect(errors[0].file == "\(folder)/a.lua")
            #expect(errors[0].line == 1)
            #expect(StrategyCheck.findings(file: "\(folder)/b.lua").map(\.severity) == [.warning])
            let missing = StrategyCheck.findings(file: "\(folder)/c.lua")
            #expect(missing[0].message.contains("No such file or directory"))
        }
    }

    @Test func `a module that failed fails again with its own error`() throws {
        let files = [
            "main.lua": """
            times = 0
            for _ = 1, 2 do log.info('%s', select(2, pcall(require, 'fails'))) end
            for _ = 1, 2 do log.info('%s', select(2, pcall(require, 'syntax'))) end
            for _ = 1, 2 do log.info('%s', select(2, pcall(require, 'outer'))) end
            for _ = 1, 2 do log.info('%s', type(select(2, pcall(require, 'object')))) end
            for _ = 1, 2 do log.info('%s', select(2, pcall(require, 'nowhere'))) end
            """,
            "fails.lua": "times = times + 1 error('inside ' .. times)",
            "syntax.lua": "\n\nx = = 1", "outer.lua": "return require 'fails'",
            "object.lua": "error{code = 7}",
        ]
        try withFolder(files) { folder in
            let lines = try startLines(LuaStrategy(file: "\(folder)/main.lua"))
            #expect(lines.count == 10)
            for index in [0, 2, 4, 6, 8] { #expect(lines[index] == lines[index + 1]) }
            #expect(lines[0] == "fails.lua:1: inside 1")
            #expect(lines[2].hasPrefix("syntax.lua:3: unexpected"))
            #expect(lines[4] == lines[0])
            #expect(lines[6] == "table")
            #expect(lines[8].contains("there is no file nowhere.lua"))
        }
    }

    @Test func `a module may return anything, and may not yield`() throws {
        let files = [
            "main.lua": """
            runs = 0
            log.info('%s %s', require 'none', require 'none')
            log.info('%s %s', require 'no', require 'no')
            log.info('%d', runs)
            log.info('%s', coroutine.wrap(function() return require 'value' end)())
            local waits = coroutine.create(function() return require 'waits' end)
            log.info('%s', select(2, coroutine.resume(waits)))
            log.info('%s', select(2, pcall(require, 'waits')))
            """,
            "none.lua": "runs = runs + 1", "no.lua": "runs = runs + 1 return false",
            "value.lua": "return 'value'", "waits.lua": "coroutine.yield(1)",
        ]
        try withFolder(files) { folder in
            let lines = try startLines(LuaStrategy(file: "\(folder)/main.lua"))
            #expect(lines[..<4] == ["true true", "false false", "2", "value"])
            #expect(lines[4].hasPrefix("waits.lua:1: yield across a function of the host"))
            #expect(lines[4].contains("a module that is required"))
            #expect(lines[5] == lines[4])
        }
    }

    /// What a script says while it loads.
    private func startLines(_ strategy: LuaStrategy) throws -> [String] {
        strategy.attach(
            to: TradingState(
                mode: .paper, instruments: try ScriptRun.instruments(strategy.symbols),
                now: .distantPast))
        var requests: [StrategyRequest] = []
        if strategy.onStart(.first) != .quiet { strategy.drainOutput(into: &requests) }
        return requests.lines
    }

    @Test func `require loads once, from the folder only`() throws {
        let files = [
            "main.lua": "n = 0 local u = require 'lib.util' assert(u == require 'lib.util') "
                + "log.info('%d %s', n, u.name)",
            "lib/util.lua": "n = n + 1 return {name = ...}",
            "loop.lua": "require 'loop'", "broken.lua": "require 'bad'", "bad.lua": "\nx = = 1",
            "out.lua": "require '..secret'", "missing.lua": "require 'nothing'",
            "link.lua": "require 'passwd'",
        ]
        try withFolder(files) { folder in
            let strategy = try LuaStrategy(file: "\(folder)/main.lua")
            #expect(strategy.files == ["\(folder)/main.lua", "\(folder)/lib/util.lua"])
            unsafe symlink("/etc/passwd", "\(folder)/passwd.lua")
            for (name, message) in [
                ("loop", "`loop` requires itself"), ("broken", "\(folder)/bad.lua:2: unexpected"),
                ("out", "a name has letters"), ("missing", "there is no file"),
                ("link", "leads out of the script's folder"),
            ] {
                #expect {
                    _ = try LuaStrategy(file: "\(folder)/\(name).lua")
                } throws: { error in
                    "\(error)".contains(message)
                }
            }
        }
    }
}

@Suite struct `Parameters` {
    private static let script = """
        local p = params{fast = 50, size = 0.01, on = true, name = 'x', mode = {'a', 'b'},
          slow = {default = 200, min = 100, max = 300, help = 'of the slow average'}}
        log.info('%s %s %s %s %s %s', p.fast, p.size, p.on, p.name, p.mode, p.slow)
        """

    private func run(_ overrides: String...) throws -> [String] {
        let run = try ScriptRun(
            Self.script, parameters: overrides.compactMap(ParameterOverride.init))
        return run.requests { $0.onStart(.first) }.lines
    }

    @Test func `have their defaults, or what is given`() throws {
        #expect(try run() == ["50 0.01 true x a 200"])
        #expect(
            try run("fast=20", "size=2", "on=off", "name=y=z", "mode=b", "slow=250")
                == ["20 2.0 false y=z b 250"])
    }

    @Test func `are listed with types and bounds`() throws {
        let strategy = try LuaStrategy(text: Self.script)
        #expect(strategy.parameters.map(\.name) == ["fast", "mode", "name", "on", "size", "slow"])
        let slow = try #require(strategy.parameters.last)
        #expect(slow.minimum == 100 && slow.maximum == 300 && slow.help == "of the slow average")
        #expect(strategy.parameters[1].choices == [.text("a"), .text("b")])
    }

    @Test(arguments: [
        (
            "fsat=20",
            "--set fsat=20: no parameter `fsat`; did you mean `fast`?\nThe script has: fast (50), "
        ),
        (
            "fast=2.5",
            "--set fast=2.5: `fast` is a whole number (50 in the script), and `2.5` is not"
        ),
        ("size=nan", "`size` is a number (0.01 in the script)"),
        ("on=maybe", "`on` is true or false"),
        ("mode=c", "--set mode=c: `mode` is c, expected one of a, b"),
        ("slow=301", "--set slow=301: `slow` is 301, expected at most 300"),
        ("slow=5", "expected at least 100"),
    ])
    func `refuse what does not fit`(override: String, message: String) {
        let overrides = [ParameterOverride(override)].compactMap { $0 }
        #expect(loadFailure(Self.script, parameters: overrides).hasPrefix("--set"))
        #expect(loadFailure(Self.script, parameters: overrides).contains(message))
    }

    @Test func `are refused where the script has none`() {
        #expect(
            loadFailure("", parameters: [ParameterOverride(name: "a", text: "1")])
                == "--set a=1: no parameter `a`\nThe script declares no parameters.")
    }
}
