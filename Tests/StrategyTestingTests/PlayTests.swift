import PropertyTesting
import ScriptHost
import StrategyTesting
import Testing

@Suite struct `A strategy that plays` {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder([
            "dip.lua": Scripts.dip,
            "rests.lua": """
            subscribe("sim:BTC/USDT:USDT", "quotes", "bars:1m")
            function on_start() return buy { qty = 0.01, price = 59000, tag = "bid" } end
            function on_bar(b) log.info("%s %s", b.open, b.close) end
            function on_stop(why) log.info(why.reason) end

            """,
            "wild.lua": """
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_trade(t) return buy { qty = 0.0001 } end

            """,
            "bad.lua": "subscribe(\"sim:BTC/USDT\", \"trades\")\n"
                + "function on_trade(t)\n  return t.prise\nend\n",
        ])
    }

    private func passes(_ body: String) throws {
        let failure = try folder.failure(of: body)
        #expect(failure == nil, "\(failure?.description ?? "")")
    }

    @Test func `gets orders, fills, a position and balances from the engine`() throws {
        try passes(
            """
            local s = strategy("dip.lua")
            s.account { balances = { USDT = 5000 } }
            local result = s.play {
              quote { bid = 60000, ask = 60001 }, trade { price = 60000 }, trade { price = 59990 },
            }
            expect(result.intents[1]).equals(target(0.01))
            expect(#result.orders).equals(1)
            expect(result.orders[1]).contains { side = "buy", qty = 0.01, state = "filled" }
            expect(#result.fills).equals(1)
            expect(result.fills[1]).contains { price = 60001, liquidity = "taker" }
            expect(result.position).equals(0.01)
            expect(result.positions).equals { ["sim:BTC/USDT:USDT"] = 0.01 }
            expect(result.balances.USDT).below(5000).above(4999)
            expect(result.stopped).is_nil()
            """)
    }

    @Test func `goes on where the last play ended`() throws {
        try passes(
            """
            local s = strategy("rests.lua")
            local first = s.play { quote { bid = 60000, ask = 60001 } }
            expect(first.orders[1]).contains { state = "working", tag = "bid" }
            expect(first.position).equals(0)
            local second = s.play { quote { bid = 58990, ask = 58995 } }
            expect(second.intents).equals({})
            expect(second.orders[1].state).equals("filled")
            expect(second.position).equals(0.01)
            """)
    }

    @Test func `hears timers, closes bars from trades and ends, as time passes`() throws {
        try passes(
            """
            local s = strategy("rests.lua")
            local start = s.now
            local result = s.play {
              trade { price = 60000 }, trade { price = 60010 }, wait(60), trade { price = 60020 },
              stop("enough"),
            }
            expect(result.logs).equals {
              { level = "info", text = "60000.0 60010.0" },  -- the second bar is still forming
              { level = "info", text = "enough" },
            }
            expect(result.orders[1].state).equals("cancelled")
            expect(s.now - start).above(60)
            expect(function() s.play { trade {} } end).raises("the run is over")
            local t = strategy("dip.lua")
            expect(#t.play({ trade { price = 60001 }, wait(180) }).logs).equals(6)
            """)
    }

    @Test func `is told what the risk gate refuses`() throws {
        try passes(
            """
            local s = strategy("wild.lua")
            local result = s.play { trade { price = 60000 } }
            expect(#result.refused).equals(1)
            expect(result.refused[1].rule).is_a("string")
            expect(result.orders).equals({})
            """)
    }

    @Test func `fails the test when a handler fails, and stops trading as a run does`() throws {
        let failure = try #require(
            try folder.failure(of: "local s = strategy(\"bad.lua\")\ns.play { trade {} }"))
        #expect(failure.line == 3)
        #expect(failure.message.contains("bad.lua:3: in on_trade"))
    }

    @Test(arguments: [
        ("s.on_trade(trade {}) s.play { trade {} }", "used on_trade before"),
        ("s.play { trade {} } s.on_trade(trade {})", "this one plays"),
        ("s.play { trade {} } s.advance(1)", "this one plays"),
        ("s.play { trade {} } s.account { balances = { USDT = 1 } }", "before the first play{}"),
        ("s.account { position = 1 } s.play { trade {} }", "account{} with a position"),
        ("s.play { order {} }", "expected a market event"),
        ("s.play { trade {}, trade { time = s.now } }", "forwards in time"),
        ("s.play { trade { time = s.now + 5 }, trade { time = s.now + 1 } }", "forwards in time"),
    ])
    func `is not mixed with calls of the test itself`(calls: String, part: String) throws {
        let failure = try #require(
            try folder.failure(of: "local s = strategy(\"dip.lua\")\n\(calls)"))
        #expect(failure.message.contains(part), "\(failure.message)")
    }

    @Test func `hears of an order that the gate refuses, with a view that can be used`() throws {
        try folder.write(
            "small.lua",
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_trade(t) return buy { qty = 0.00001, price = t.price, tag = "small" } end
            function on_order(o)
              local kept = o:copy()
              log.info("%s %s %s %s %s", o.state, kept.qty, kept.price, o.tag, o.reason)
            end

            """)
        try passes(
            """
            local s = strategy("small.lua")
            local result = s.play { trade { price = 90000 }, wait(1) }
            expect(#result.refused).equals(1)
            expect(result.orders).equals({})
            expect(#s.logs).equals(1)
            expect(s.logs[1].text).contains("rejected 1e-05 90000.0 small min_notional: buy 0.00001")
            """)
    }

    @Test func `ends by its limits when each refusal is answered by the same order`() throws {
        try folder.write(
            "stubborn.lua",
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_trade(t) return buy { qty = 0.00001, price = 90000 } end
            function on_order(o) return buy { qty = o.qty, price = o.price } end

            """)
        try passes(
            """
            local s = strategy("stubborn.lua")
            local ok, problem = pcall(s.play, { trade { price = 90000 }, wait(0.5) })
            expect(ok).equals(false)
            expect(problem).contains("more than 10000 intents within a second")
            """)
    }

    @Test func `ends with a word when a quick timer runs through a long quiet time`() throws {
        try folder.write(
            "quick.lua",
            """
            subscribe("sim:BTC/USDT", "trades")
            function on_start() after(0, "again") end
            function on_timer() after(0, "again") end

            """)
        try passes(
            """
            local s = strategy("quick.lua")
            local result = s.play { trade { price = 1 }, wait(1e8) }
            expect(result.stopped).contains("more than 1000000 timers ran out between two events")
            """)
    }

    @Test(arguments: [
        ("trade { price = 1, time = 7289654400 }", "`time` is not a moment from 1970 to 2200"),
        ("trade { price = 1, time = 9223372036 }", "`time` is not a moment from 1970 to 2200"),
        ("trade { price = 1, time = -1 }", "`time` is not a moment from 1970 to 2200"),
        ("trade { price = 1, time = 7289654399 }, trade { price = 1 }", "behind the year 2200"),
        ("trade { price = 1 }, wait(6e9)", "behind the year 2200"),
        (
            "trade { price = 1, qty = 1e19 }",
            "`qty` is too large: the largest is 1000000000000000000"
        ),
        ("trade { price = 1e16 }", "`price` is too large: the largest is 1000000000000000"),
    ])
    func `takes no time and no amount beyond the last`(events: String, says: String) throws {
        let failure = try folder.failure(of: "strategy(\"wild.lua\").play { \(events) }")
        #expect(failure?.message.contains(says) == true, "\(failure?.description ?? "it passed")")
    }

    /// Whatever numbers a test gives and a script asks for, there is an answer: never a trap.
    @Test(arguments: seeds)
    func `answers to any numbers`(seed: UInt64) throws {
        var random = Seeded(seed)
        let amounts = [
            "1e18", "1e15", "999999999999999999", "1e12", "1.5", "0.001", "1e-18", "0",
            "\"123456789.123456789123456789\"", "1e17", "5e14",
        ]
        let symbols = ["sim:BTC/USDT", "sim:BTC/USDT:USDT", "sim:BTC/USD:BTC"]
        func act() -> String {
            let (a, b) = (random.pick(amounts), random.pick(amounts))
            return random.pick([
                "buy { qty = \(a) }", "sell { qty = \(a) }", "target(\(a))", "target(-\(b))",
                "buy { qty = \(a), price = \(b) }", "sell { qty = \(a), price = \(b) }",
                "sell { qty = \(a), stop = \(b) }", "close()", "cancel {}",
            ])
        }
        func event() -> String {
            let (a, b) = (random.pick(amounts), random.pick(amounts))
            return random.pick([
                "trade { price = \(a), qty = \(b) }", "quote { bid = \(a), bid_qty = \(b) }",
                "book { asks = { { \(a), \(b) } } }", "ticker { mark = \(a), volume = \(b) }",
                "bar { close = \(a), volume = \(b) }", "funding { rate = 0.5, mark = \(a) }",
                "wait(61)",
            ])
        }
        for round in 0..<20 {
            let symbol = random.pick(symbols)
            try folder.write(
                "any.lua",
                acting(on: symbol, amended: random.pick(amounts)) { act() })
            let plays = (0..<8).map { _ in "pcall(s.play, { \(event()), \(event()) })" }
            let facts =
                "contract_size = \(random.pick(["1", "1e9", "1e-9", "1e18"])), "
                + "taker_fee = \(random.pick(["0.001", "1", "1000"]))"
            let result = try folder.run(
                """
                test("it", function()
                  local s = strategy("any.lua", {}, { instruments = { ["\(symbol)"] = { \(facts) } } })
                  s.account { balances = { USDT = \(random.pick(amounts)), BTC = 1e18 } }
                  \(plays.joined(separator: "\n  "))
                end)
                """)
            #expect(result.failure == nil, "\(seed) \(round)")
        }
    }

    /// A strategy of eight calls that `act` gives, at whatever happens.
    private func acting(
        on symbol: String, amended: String, _ act: () -> String
    ) -> String {
        """
        subscribe("\(symbol)", "trades", "quotes", "book", "ticker", "funding", "bars:1m")
        local count = 0
        local function act(a, b)
          count = count + 1
          local p = position()
          local _ = { p.average_price, p.unrealised_pnl, p.realised_pnl, p.fees }
          if count < 40 then return { a(), b() } end
        end
        function on_trade() return act(function() return \(act()) end, function() return \(act()) end) end
        function on_quote() return act(function() return \(act()) end, function() return \(act()) end) end
        function on_bar() return act(function() return \(act()) end, function() return \(act()) end) end
        function on_fill() return act(function() return \(act()) end, function() return \(act()) end) end
        function on_order(o)
          if o.state == "working" then return amend(o, { qty = \(amended) }) end
        end

        """
    }
}
