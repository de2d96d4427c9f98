import ScriptHost
import StrategyTesting
import Testing

@Suite struct `A strategy under test` {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder([
            "dip.lua": Scripts.dip,
            "bad.lua": "subscribe(\"sim:BTC/USDT\", \"trades\")\n"
                + "function on_trade(t)\n  return t.prise\nend\n",
            "late.lua": "subscribe(\"sim:BTC/USDT\", \"trades\")\nfunction on_quote(q) end\n"
                + "function on_trade(t) return buy { qty = 1, price = t.price } end\n",
        ])
    }

    private func passes(_ body: String) throws {
        let failure = try folder.failure(of: "local s = strategy(\"dip.lua\")\n" + body)
        #expect(failure == nil, "\(failure?.description ?? "")")
    }

    @Test func `gives what its handler returned`() throws {
        try passes(
            """
            expect(s.on_trade(trade { price = 60001 })).is_nil()
            expect(s.intents).equals({})
            local intent = s.on_trade(trade { price = 59999 })
            expect(intent).equals(target("sim:BTC/USDT:USDT", 0.01))
            expect(intent).is_a("target")
            expect(intent.kind).equals("target")
            expect(s.intents).equals { target(0.01) }
            expect(s.on_book(book { bids = { { 99, 1 }, { 98, 2.5 } } })).equals {
              buy { qty = 1, price = 99 }, buy { qty = "2.5", price = "98" },
            }
            expect(s.on_stop()).equals(close())
            """)
    }

    @Test(arguments: [
        ("false", 0), ("nil", 0), ("{}", 0), ("{false, close(), nil, close()}", 2),
        ("{nil, close()}", 1), ("table.pack(close(), nil)", 1),
    ])
    func `may answer with what a condition leaves`(returned: String, count: Int) throws {
        try folder.write(
            "answers.lua",
            "subscribe(\"sim:BTC/USDT\", \"trades\")\n"
                + "function on_trade(t) return \(returned) end\n")
        let failure = try folder.failure(
            of: "local s = strategy(\"answers.lua\")\ns.on_trade(trade {})\n"
                + "expect(#s.intents).equals(\(count))")
        #expect(failure == nil, "\(failure?.description ?? "")")
    }

    @Test(arguments: [
        ("{close(), 5}", "entry 2 of the list that on_trade returned is a number"),
        ("{{close()}}", "lists within a list are not taken"),
        ("true", "on_trade returned true"), ("close(), 1", "on_trade returned two values"),
    ])
    func `fails at an answer that is none`(returned: String, message: String) throws {
        try folder.write(
            "answers.lua",
            "subscribe(\"sim:BTC/USDT\", \"trades\")\n"
                + "function on_trade(t) return \(returned) end\n")
        let failure = try folder.failure(
            of: "local s = strategy(\"answers.lua\")\ns.on_trade(trade {})")
        #expect(failure?.message.contains(message) == true, "\(failure?.description ?? "none")")
    }

    @Test func `has the handlers that it assigns while it runs`() throws {
        try folder.write(
            "turns.lua",
            """
            subscribe("sim:BTC/USDT", "trades")
            local function second() on_fill = nil return close() end
            function on_trade()
              on_trade = second
              on_fill = function(f) log.info("filled %s", f.qty) end
            end
            """)
        let failure = try folder.failure(
            of: """
                local s = strategy("turns.lua")
                expect(function() s.on_fill(fill {}) end).raises("has no handler `on_fill`")
                expect(s.on_trade(trade {})).is_nil()
                s.on_fill(fill {})
                expect(s.logs[1].text).equals("filled 1.0")
                expect(s.on_trade(trade {})).equals(close())
                expect(function() s.on_fill(fill {}) end).raises("has no handler `on_fill`")
                """)
        #expect(failure == nil, "\(failure?.description ?? "")")
    }

    @Test func `is given nothing that is not UTF-8 text`() throws {
        let failure = try folder.failure(
            of: "local s = strategy(\"dip.lua\")\ns.on_timer(\"\\xff\")")
        #expect(failure?.message.contains("not UTF-8 text") == true)
    }

    @Test func `amends and cancels the orders that the test made`() throws {
        try passes(
            """
            local mine = order { price = 5, qty = 2 }
            expect(s.on_order(mine)).equals { amend(mine, { price = 1 }), cancel(mine) }
            expect(s.logs[1].text).equals("test-1 working 1")
            mine.state = "filled"
            s.on_order(mine)
            expect(s.logs[1].text).equals("test-1 filled 0")
            """)
    }

    @Test func `sees the account that the test made`() throws {
        try passes(
            """
            s.account { position = { qty = -0.5, price = 61000 }, orders = { order {}, order {} } }
            s.on_position()
            expect(s.logs[1].text).equals("-0.5 61000.0")
            s.on_start("reload")
            expect(s.logs[1].text).equals("reload 2")
            s.account { position = 0, orders = {} }
            s.on_position()
            expect(s.logs[1].text).equals("0.0 flat")
            s.on_start()
            expect(s.logs[1].text).equals("first 0")
            s.account { position = 1 }
            expect(s.on_trade(trade { price = 1 })).is_nil()
            """)
    }

    @Test func `sees balances and the market that the test made`() throws {
        try folder.write(
            "asks.lua",
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_timer()
              local total, free = balance("USDT")
              local b = book()
              log.info("%s %s %s %s %s", total, free, quote() and quote().ask or "none",
                b and b:volume("buy") or "none", position().unrealised_pnl or "none")
            end

            """)
        let body = """
            local s = strategy("asks.lua")
            s.on_timer("x")
            expect(s.logs[1].text).equals("0.0 0.0 none none 0.0")
            s.account { balances = { USDT = { total = 100, available = 40 } }, position = { qty = 2, price = 10 } }
            s.market { quote { bid = 11, ask = 12 }, trade { price = 13 } }
            s.on_timer("x")
            expect(s.logs[1].text).equals("100.0 40.0 12.0 none 6.0")
            s.market(book { bids = { { 9, 1 }, { 8, 2 } }, asks = { { 14, 1 } } })
            s.on_timer("x")
            expect(s.logs[1].text).equals("100.0 40.0 14.0 3.0 6.0")
            s.market(quote { bid = 20, ask = 21 })
            s.on_timer("x")
            expect(s.logs[1].text).equals("100.0 40.0 21.0 1.0 6.0")
            """
        let failure = try folder.failure(of: body)
        #expect(failure == nil, "\(failure?.description ?? "")")
    }

    @Test func `has taken a fill in when it hears of it`() throws {
        try passes(
            """
            s.account { position = 1 }
            s.on_fill(fill { qty = 0.5, side = "sell" })
            expect(s.logs[1].text).equals("sell 0.5 0.5")
            """)
    }

    @Test func `hears its timers when time passes, in order`() throws {
        try passes(
            """
            local start = s.now
            expect(s.timers).equals { minute = 60 }
            s.advance(59)
            expect(s.logs).equals({})
            s.advance(1)
            expect(#s.logs).equals(1)
            s.advance(150)
            expect(#s.logs).equals(2)
            expect(s.logs[2].text).contains("minute at")
            expect(s.now - start).equals(210)
            expect(s.timers.minute).equals(30)
            """)
    }

    @Test func `keeps state, which a test can look at and give`() throws {
        try passes(
            """
            s.on_trade(trade { price = 1 })
            expect(s.state).equals { entries = 1 }
            local again = strategy("dip.lua", { size = 2 }, { state = { entries = 7, list = { 1, "x" } } })
            expect(again.on_trade(trade { price = 1 })).equals(target(2))
            expect(again.state).equals { entries = 8, list = { 1, "x" } }
            """)
    }

    @Test func `shows logs, alerts and plots of the last call, those of loading first`() throws {
        try passes(
            """
            expect(s.logs).equals { { level = "info", text = "loaded" } }
            s.on_ticker(ticker { last = 5 })
            expect(s.alerts).equals { "5.0" }
            expect(s.logs).equals({})
            s.on_funding(funding { rate = 0.0002 })
            expect(s.plots).equals { { name = "rate", value = 0.0002 } }
            expect(s.alerts).equals({})
            """)
    }

    @Test func `that fails makes the test fail, with both lines`() throws {
        let failure = try #require(
            try folder.failure(of: "local s = strategy(\"bad.lua\")\ns.on_trade(trade {})"))
        #expect(failure.line == 3)
        #expect(failure.message.contains("bad.lua:3: in on_trade: unknown field `prise`"))
        #expect(failure.message.contains("3 | return t.prise"))
        let body = """
            local s = strategy("bad.lua")
            expect(function() s.on_trade(trade {}) end).raises("did you mean `price`")
            expect(function() s.on_quote(quote {}) end).raises("has no handler `on_quote`")
            """
        #expect(try folder.failure(of: body) == nil)
    }

    @Test func `is refused an event that it would never hear`() throws {
        let failure = try folder.failure(of: "strategy(\"late.lua\").on_quote(quote {})")
        #expect(failure?.message.contains("does not subscribe to `quotes`") == true)
    }

    @Test(arguments: [
        ("strategy(\"none.lua\")", "No such file"), ("strategy(5)", "takes a file"),
        ("strategy(\"dip.lua\", { sise = 1 })", "did you mean `size`?"),
        ("strategy(\"dip.lua\", { size = \"x\" })", "`size` is a number"),
        ("strategy(\"dip.lua\", { 1 })", "parameters have names"),
        ("strategy(\"dip.lua\", { size = {} })", "no number, text, true or false"),
        ("strategy(\"dip.lua\", {}, { sate = {} })", "did you mean `state`?"),
        ("strategy(\"dip.lua\", {}, { state = { f = print } })", "plain data only"),
        (
            "strategy(\"dip.lua\", {}, { instruments = { x = {} } })",
            "which the strategy does not have"
        ),
        ("expect(1).equals(1) strategy(\"some_test.lua\")", "cannot be loaded"),
    ])
    func `that cannot be loaded says why`(call: String, part: String) throws {
        let failure = try #require(try folder.failure(of: call))
        #expect(failure.message.contains(part), "\(failure.message)")
        #expect(failure.line == 2)
    }

    @Test func `does not outlive its test`() throws {
        let result = try folder.run(
            """
            local kept
            test("keeps", function() kept = strategy("dip.lua") end)
            test("uses", function() expect(kept.on_trade(trade {})).is_nil() end)

            """)
        #expect(result.tests[0].failure == nil)
        #expect(result.tests[1].failure?.message.contains("a test that is over") == true)
    }

    @Test func `begins with the state that the test gives, whatever is in it`() throws {
        try folder.write(
            "kept.lua",
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            local function shown(v)
              if type(v) == "string" then return #v .. ":" .. table.concat({ v:byte(1, -1) }, " ") end
              return math.type(v) .. " " .. string.format("%q", v)
            end
            function on_trade()
              log.info(tostring(state.none ~= state.none))
              for _, name in ipairs { "least", "most", "up", "down", "zero", "bytes" } do
                log.info(shown(state[name]))
              end
              log.info("%s %s %s %s", state[true], state[0.5], state[-3], state["\\xff"])
              log.info("%s %s", state.far[1000], state.deep.er[1].x)
            end

            """)
        let failure = try folder.failure(
            of: #"""
                local s = strategy("kept.lua", {}, { state = {
                  none = 0 / 0, least = math.mininteger, most = math.maxinteger, up = 1 / 0,
                  down = -1 / 0, zero = -0.0, bytes = "a\0\xff\n\"\\\x80", [true] = 1, [0.5] = 2,
                  [-3] = 3, ["\xff"] = 4, far = { [1000] = 5 }, deep = { er = { { x = 6 } } } } })
                s.on_trade(trade { price = 1 })
                local texts = {}
                for i, line in ipairs(s.logs) do texts[i] = line.text end
                expect(texts).equals { "true", "integer 0x8000000000000000",
                  "integer 9223372036854775807", "float 1e9999", "float -1e9999", "float -0x0p+0",
                  "7:97 0 255 10 34 92 128", "1 2 3 4", "5 6" }
                """#)
        #expect(failure == nil, "\(failure?.description ?? "")")
    }

    @Test func `is told where a list that it is given has a hole`() throws {
        let failure = try folder.failure(
            of: "strategy(\"dip.lua\", {}, { state = { list = { 1, 2, nil, 4 } } })")
        #expect(
            failure?.message.contains("there is nothing at place 3, and something at 4") == true,
            "\(failure?.description ?? "")")
    }
}
