import ScriptHost
import Testing
import TradingCore
import TradingModel

/// Texts of scripts are bytes: a zero is one like others, and not all of them are UTF-8.
@Suite struct `Texts as bytes` {
    @Test(arguments: [
        #"return buy{qty = 1, tag = "a\0b"}"#, #"return buy{qty = 1, tag = "\xff"}"#,
        #"return cancel{tag = "a\0"}"#, #"orders{tag = "a\0"}"#, #"orders{tag = "\xc0\x80"}"#,
    ])
    func `a tag that no venue could keep is refused where it is given`(body: String) throws {
        let text = try failure(body)
        let message = "must have 1 to 63 bytes of UTF-8 text, none of them zero"
        #expect(text.contains(message), "\(text)")
    }

    @Test(arguments: [
        (#"after(1, "\xff")"#, "the name given to after is not UTF-8 text"),
        (#"every(1, "\xed\xa0\x80")"#, "the name given to every is not UTF-8 text"),
        (#"plot("\xfe", 1)"#, "the name given to plot is not UTF-8 text"),
        (#"balance("USDT\0")"#, "the currency given to balance has a zero byte in it"),
        (#"balance("\xff")"#, "the currency given to balance is not UTF-8 text"),
        (#"position("sim:BTC/USDT:USDT\0x")"#, #"`sim:BTC/USDT:USDT\0x` given to position is not"#),
        (#"return buy{qty = 1, ["tif\0"] = "ioc"}"#, "unknown field `tif` in buy{}"),
        (#"return close()["kind\0"]"#, "unknown field `kind` of an intent"),
        (#"error("a\0b")"#, #"a\x00b"#),
        (#"return buy{qty = 1, tif = "ioc\0"}"#, "`tif` in buy{} must be"),
        (#"string.format("\0%p", {})"#, "%p would show an address"),
        (#"string.format("%s\0%p", 1, {})"#, "%p would show an address"),
        (#"collectgarbage("count\0")"#, "is not offered to strategies"),
        (#"local x = _ENV["io\0"]"#, #"unknown global `io\0`"#),
    ])
    func `end nowhere before their end`(body: String, message: String) throws {
        let text = try failure(body)
        #expect(text.contains(message), "\(text)")
    }

    @Test(arguments: [
        (#"subscribe("sim:BTC/USDT\0", "trades")"#, "the symbol given to subscribe has a zero"),
        (#"subscribe("sim:BTC/USDT", "trades\0")"#, "the feed given to subscribe has a zero byte"),
        (#"subscribe("sim:B\xff/USDT", "trades")"#, "the symbol given to subscribe is not UTF-8"),
        (#"require("a\0b")"#, "the name given to require has a zero byte"),
        (#"params{a = "\xff"}"#, "the default of parameter `a` is not UTF-8 text"),
        (#"params{a = {"x", "\xff"}}"#, "a choice of parameter `a` is not UTF-8 text"),
        (#"params{a = {default = 1, help = "\xff"}}"#, "the help of parameter `a` is not UTF-8"),
        (#"params{["a\0"] = 1}"#, "the name of a parameter has a zero byte"),
        (#"params{a = {default = 1, zzz = 1, aaa = 1}}"#, "unknown field `aaa` of parameter `a`"),
    ])
    func `are looked at while the script loads as well`(text: String, message: String) {
        #expect(loadFailure(text).contains(message), "\(loadFailure(text))")
    }

    @Test func `timers and plots are told apart by every byte`() throws {
        let run = try ScriptRun(
            #"function on_trade() after(1, "a\0b") plot("é", 1) plot("e\u{301}", 2) end"#)
        let requests = try run.trade()
        #expect(requests.contains(.after(nanoseconds: 1_000_000_000, name: "a\0b")))
        let names = requests.compactMap { request -> [UInt8]? in
            if case .plot(let name, _) = request { Array(name.utf8) } else { nil }
        }
        #expect(names == [Array("é".utf8), Array("e\u{301}".utf8)])
    }

    @Test func `tags are compared byte by byte`() throws {
        let run = try EngineRun(
            #"""
            subscribe('sim:BTC/USDT', 'trades')
            local sent = false
            function on_trade()
              if sent then log.info('%d %d', #orders{tag = "é"}, #orders{tag = "e\u{301}"}) return end
              sent = true
              return buy{qty = 1, price = 1, tag = "é"}
            end
            """#)
        _ = run.start()
        _ = try run.trade("50000")
        #expect(try run.trade("50000").lines == ["1 0"])
    }

    @Test func `long names are cut in messages`() throws {
        for body in [
            "local x = _ENV[('x'):rep(5000)]", "local x = math[('x'):rep(5000)]",
            "local x = trade[('x'):rep(5000)]", "position(('x'):rep(5000))",
            "return buy{[('x'):rep(5000)] = 1}", "orders{[('x'):rep(5000)] = 1}",
        ] {
            let text = try failure(body)
            #expect(text.contains("xxx…"), "\(text.prefix(200))")
            #expect(text.utf8.count < 400)
        }
    }
}

@Suite struct `The nearest name` {
    private static let many =
        "for i = 1, 120000 do _ENV['value' .. i] = i end"

    @Test func `is looked for among the API's names whatever the script has`() throws {
        var limits = ScriptLimits()
        limits.loadTime = nil
        let run = try ScriptRun(
            "\(Self.many) function on_trade() return tagret(1) end", limits: limits)
        #expect(try run.trade().failure?.contains("did you mean `target`?") == true)
    }

    @Test func `costs what it takes`() throws {
        let run = try ScriptRun(
            "\(Self.many) function on_trade() while true do pcall(function() return valve1 end) end end"
        )
        #expect(try run.trade().fatal != nil)
    }

    @Test func `is the same on every run`() throws {
        for _ in 0..<3 {
            let text = try failure(
                "return colunt", setUp: "for i = 1, 500 do _ENV['count' .. i] = i end count = 1")
            #expect(text.hasSuffix("unknown global `colunt`: did you mean `count`?"), "\(text)")
        }
    }
}
