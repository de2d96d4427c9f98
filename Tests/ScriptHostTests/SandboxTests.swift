import ScriptHost
import Testing
import TradingCore
import TradingModel

@Suite struct `The sandbox` {
    @Test(arguments: [
        "io", "debug", "package", "load", "loadstring", "loadfile", "dofile", "_G",
    ])
    func `withholds what reaches outside`(name: String) throws {
        #expect(try failure("return \(name)").contains("`\(name)` is not offered to strategies"))
    }

    @Test(arguments: [
        ("string.dump", "use require"), ("os.execute", "use log and alert"),
        ("os.getenv", "by params{…}"), ("os.remove", "`state` outlives a reload"),
        ("math.randomseed", "the session's seed"), ("os.exit", "error(text) ends a callback"),
        ("math.pow", "x ^ y"), ("table.getn", "#list"), ("os.tmpname", "strategies have no files"),
    ])
    func `withholds it in libraries too, and says what to use`(
        name: String, instead: String
    ) throws {
        let text = try failure("return \(name)")
        #expect(text.contains("`\(name)` is not offered to strategies: "), "\(text)")
        #expect(text.contains(instead), "\(text)")
        let findings = StrategyCheck.findings(
            text: "subscribe('sim:BTC/USDT', 'trades') function on_trade() return \(name) end")
        #expect(findings.map(\.code) == ["unknown-function"])
        #expect(findings.first?.suggestion?.contains(instead) == true)
    }

    @Test(arguments: [
        ("string.format()", "bad argument #1 to 'format' (string expected, got no value)"),
        ("('%d'):format('x')", "bad argument #1 to 'format' (number expected, got string)"),
        ("string.format('%d', 'x')", "bad argument #2 to 'format' (number expected, got string)"),
        ("('x'):rep({})", "bad argument #1 to 'rep' (number expected, got table)"),
        ("string.upper()", "bad argument #1 to 'upper'"), ("string.byte({})", "#1 to 'byte'"),
        ("string.pack('i4', {})", "bad argument #2 to 'pack'"),
        ("utf8.codepoint('x', 5)", "bad argument #3 to 'codepoint' (out of bounds)"),
        ("utf8.char('x')", "bad argument #1 to 'char'"), ("tonumber({}, 5)", "to 'tonumber'"),
        ("select(0)", "bad argument #1 to 'select'"), ("math.floor({})", "#1 to 'floor'"),
        ("table.concat({{}})", "in table for 'concat'"), ("table.sort(1)", "#1 to 'sort'"),
        ("table.insert(1, 2)", "bad argument #1 to 'insert'"), ("rawlen(1)", "to 'rawlen'"),
        ("local f = string.len f({})", "bad argument #1 to 'f'"),
        ("local _, text = pcall(string.rep) error(text)", "bad argument #1 to 'string.rep'"),
        ("local _, text = pcall(rawget) error(text)", "bad argument #1 to 'rawget'"),
    ])
    func `names the function in errors of the libraries`(body: String, message: String) throws {
        let text = try failure(body)
        #expect(text.contains(message), "\(text)")
        #expect(text.hasPrefix("strategy.lua:1: in on_trade: "))
    }

    @Test(arguments: [
        ("math.random(1, 2, 3)", "math.random takes no number, one or two, got 3"),
        ("os.date('*t', 0/0)", "os.date was given NaN, expected seconds since 1970"),
        ("os.date('%Y', math.huge)", "os.date was given inf, expected seconds since 1970"),
        ("os.date('%Y', -1e300)", "os.date was given -1e+300"),
        ("os.date('%Y', math.maxinteger)", "expected seconds since 1970"),
        ("os.date('a\\0%')", "os.date does not know the conversion"),
        ("os.time{year = 2^40, month = 1, day = 1}", "field `year` is out of range"),
        ("os.time{year = math.maxinteger, month = 1, day = 1}", "field `year` is out of range"),
    ])
    func `refuses numbers that mean nothing`(body: String, message: String) throws {
        let text = try failure(body)
        #expect(text.contains(message), "\(text)")
    }

    @Test func `knows dates as far as numbers go`() throws {
        let lines = try logged(
            """
            log.info('%s %s', os.date('*t', 9e14).year, os.date('%Y-%m-%d', -1e15))
            log.info('%s %s', os.date('%H:%M:%S', -0.5), os.date('!%H:%M:%S', 1.9))
            log.info(os.time{year = 100000000, month = 1, day = 1})
            log.info('%s', #os.date('a\0b'))
            """)
        #expect(
            lines == [
                "28521834 -31686769-06-29", "23:59:59 00:00:01", "3155633032824000", "3",
            ])
    }

    @Test func `refuses compiled chunks`() {
        #expect(loadFailure("\u{1b}Lua").contains("attempt to load a binary chunk"))
    }

    @Test func `names unknown globals and the nearest known`() throws {
        #expect(
            try failure("return tagret(1)")
                == "strategy.lua:1: in on_trade: unknown global `tagret`: did you mean `target`?")
        #expect(try failure("if foo then end").contains("unknown global `foo`: it was never"))
        #expect(try logged("x = nil log.info(tostring(x))") == ["nil"])
        #expect(try logged("count = count + 1 log.info(count)", setUp: "count = 1") == ["2"])
    }

    @Test(arguments: [
        ("buy = 1", "`buy` belongs to Moonrunner"), ("state = {}", "`state` itself cannot be"),
        ("string.rep = nil", "`string` is read-only"), ("log.x = 1", "`log` is read-only"),
        ("rawset(math, 'pi', 3)", "rawset on a read-only table"),
        ("rawset(_ENV, 'buy', 3)", "rawset on a read-only table"),
        ("setmetatable(string, {})", "cannot change a protected metatable"),
        ("setmetatable({}, {__gc=true})", "`__gc` is not offered"),
        ("getmetatable('').__index = {}", "attempt to index a string value"),
        ("collectgarbage('stop')", "collectgarbage(\"stop\") is not offered"),
        ("('x'):rep(2^30)", "string.rep would make more than 16 MB"),
        ("string.format('%p', {})", "%p would show an address"),
        ("require('x')", "require works while the script loads"),
        ("subscribe('sim:BTC/USDT', 'trades')", "subscribe works while the script loads"),
        ("params{a=1}", "params works while the script loads"),
    ])
    func `keeps its own functions from the script`(body: String, message: String) throws {
        let text = try failure(body)
        #expect(text.contains(message), "\(text)")
    }

    @Test func `offers what is harmless`() throws {
        let lines = try logged(
            """
            log.info('%s %s', ('abc'):upper(), table.concat({1, 2}, '-'))
            log.info('%s %s', select('#', pcall(error, 'x')), utf8.len('äö'))
            log.info('%d %s', os.time(), os.date('%H:%M:%S'))
            log.info('%d %s', os.time{year=2020, month=1, day=1, hour=0}, os.date('*t', 0).year)
            log.info('%s', xpcall(error, function(m) return m .. '!' end, 'y'))
            log.info('%s %s', rawlen({1}), rawget({a = 5}, 'a'))
            print('a', 1, nil)
            """)
        #expect(
            lines == [
                "ABC 1-2", "2 2", "1700000000 22:13:20", "1577836800 1970", "false", "1 5",
                "a\t1\tnil",
            ])
    }
}

@Suite struct `Limits of a callback` {
    private static let small = {
        var limits = ScriptLimits()
        limits.instructions = 100_000
        limits.memoryBytes = 8_000_000
        limits.perCallback = ScriptQuota(intents: 3, logLines: 3, plots: 3, timers: 3)
        return limits
    }()

    /// Little memory, and instructions enough to use it up.
    private static let narrow = {
        var limits = ScriptLimits()
        limits.memoryBytes = 8_000_000
        limits.instructions = 100_000_000
        return limits
    }()

    @Test(arguments: [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local function f() while true do pcall(f) end end f()",
        "xpcall(function() while true do end end, function() while true do end end)",
        "local t <close> = setmetatable({}, {__close = function() while true do end end}) "
            + "while true do end",
        "local x = setmetatable({}, {__index = function() while true do end end})[1]",
        "table.sort({3, 2, 1}, function() while true do end end)",
        "repeat local ok = xpcall(error, function() while true do end end) until false",
    ])
    func `an endless loop ends, and the strategy with it`(body: String) throws {
        let run = try ScriptRun(
            "local n = 0 function on_trade() n = n + 1 if n == 2 then return close() end \(body) end",
            limits: Self.small)
        let first = try #require(try run.trade().fatal)
        #expect(first.contains("ran more than 100000 Lua instructions"), "\(first)")
        #expect(run.strategy.hasEnded)
        #expect(try run.trade() == [])
    }

    @Test func `a load that never ends is stopped`() {
        #expect(
            loadFailure("while true do end", limits: Self.small).contains(
                "strategy.lua:1: ran more than 1000000 Lua"))
    }

    @Test func `what stays below the limit never fails, however late`() throws {
        let run = try ScriptRun(
            "function on_trade() local n = 0 for i = 1, 1000000 do n = n + i end log.info(n) end")
        #expect(try run.trade().lines == ["500000500000"])
    }

    @Test func `memory has a cap, and beyond it the strategy ends`() throws {
        let run = try ScriptRun(
            """
            local n = 0
            function on_trade()
              local s = 'x'
              while true do s = s .. s end
            end
            """, limits: Self.narrow)
        let text = try #require(try run.trade().fatal)
        #expect(text.contains("strategy.lua:4: in on_trade: used more than the 8 MB of memory"))
        #expect(try run.trade() == [])
    }

    @Test func `a script that catches its memory error goes on`() throws {
        let run = try ScriptRun(
            """
            function on_trade()
              local ok, message = pcall(function() local s = 'x' while true do s = s .. s end end)
              log.info('%s %s', ok, message)
            end
            """, limits: Self.narrow)
        for _ in 0..<3 { #expect(try run.trade().lines == ["false not enough memory"]) }
    }

    @Test func `too little memory to begin with is an error`() {
        var limits = ScriptLimits()
        limits.memoryBytes = 10_000
        let text = loadFailure("", limits: limits)
        #expect(text.contains("more memory than the limit"))
    }

    @Test(arguments: [
        ("for i = 1, 4 do log.info(i) end", "more than 3 log lines in one callback"),
        ("for i = 1, 4 do alert('x') end", "more than 3 log lines and alerts in one callback"),
        ("for i = 1, 4 do plot('x', i) end", "more than 3 plots in one callback"),
        ("for i = 1, 4 do after(1, 'x') end", "more than 3 timers in one callback"),
        ("return {close(), close(), close(), close()}", "4 intents, more than the 3"),
    ])
    func `quotas are for each callback`(body: String, message: String) throws {
        let run = try ScriptRun("function on_trade() \(body) end", limits: Self.small)
        for _ in 0..<2 {
            let text = try #require(try run.trade().failure)
            #expect(text.contains(message))
        }
    }
}

@Suite struct `The same on every run` {
    @Test func `pairs and next walk in one order`() throws {
        let lines = try logged(
            """
            local t = {[true]=1, b=1, a=1, [2.5]=1, [-1]=1, 'x', 'y', [10]=1, [false]=1}
            local keys = {}
            for k in pairs(t) do keys[#keys + 1] = tostring(k) end
            log.info(table.concat(keys, ' '))
            keys = {}
            local k = next(t)
            while k ~= nil do keys[#keys + 1] = tostring(k) k = next(t, k) end
            log.info(table.concat(keys, ' '))
            for k in pairs(t) do t[k] = nil end
            log.info(tostring(next(t)))
            """)
        let order = "1 2 10 -1 2.5 a b false true"
        #expect(lines == [order, order, "nil"])
        #expect(
            try failure("for k in pairs{[{}]=1} do end").contains("pairs met an object (a table"))
    }

    @Test func `pairs walks lists, views and read-only tables`() throws {
        let lines = try logged(
            """
            local n = 0
            for i, v in pairs{10, 20, 30} do n = n + i * v end
            local names = {}
            for name in pairs(trade) do names[#names + 1] = name end
            local found
            for name in pairs(os) do found = (found or '') .. name .. ' ' end
            log.info('%d %s %s', n, table.concat(names, ','), found)
            """)
        #expect(lines == ["140 id,price,qty,received,side,symbol,time,time_ns clock date time "])
    }

    @Test func `text shows counters, not addresses`() throws {
        let body = "local a, b = {}, print log.info('%s %s %s', a, b, a)"
        #expect(try logged(body) == ["table: 1 function: 2 table: 1"])
    }

    @Test func `random numbers come from the seed`() throws {
        let body =
            "for i = 1, 5 do log.info('%d %d %.6f', math.random(6), math.random(-3, 3), "
            + "math.random()) end"
        #expect(try logged(body, seed: 1) == logged(body, seed: 1))
        #expect(try logged(body, seed: 1) != logged(body, seed: 2))
    }

    @Test func `sorting is stable, and refuses an order that is none`() throws {
        let lines = try logged(
            """
            local t = {}
            for i = 1, 300 do t[i] = {key = i % 3, place = i} end
            table.sort(t, function(a, b) return a.key < b.key end)
            local stable = true
            for i = 2, #t do
              if t[i].key == t[i-1].key and t[i].place < t[i-1].place then stable = false end
            end
            log.info('%s %d', stable, t[1].place)
            """)
        #expect(lines == ["true 3"])
        #expect(
            try failure("table.sort({1, 2, 3}, function() return true end)")
                .contains("invalid order function"))
    }
}
