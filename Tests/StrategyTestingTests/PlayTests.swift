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
}
