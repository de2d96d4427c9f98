import ScriptHost
import Testing
import TradingCore
import TradingModel

/// A handler that is assigned while the strategy runs.
@Suite struct `An exchanged handler` {
    private func lines(_ run: ScriptRun, trades: Int) throws -> [String] {
        var lines: [String] = []
        for _ in 0..<trades { lines += try run.trade().lines }
        return lines
    }

    @Test func `is called from the next event on`() throws {
        let run = try ScriptRun(
            """
            local function after() log.info('after') end
            function on_trade() log.info('before') on_trade = after end
            """)
        #expect(try lines(run, trades: 3) == ["before", "after", "after"])
    }

    @Test func `may be set by another handler, and set back`() throws {
        let run = try ScriptRun(
            """
            local usual = function() log.info('usual') end
            on_trade = usual
            function on_timer(name)
              if name == 'rest' then on_trade = nil else on_trade = usual end
            end
            """)
        #expect(try lines(run, trades: 1) == ["usual"])
        #expect(run.strategy.onTimer("rest", late: 0) == .quiet)
        #expect(try lines(run, trades: 2) == [])
        #expect(run.strategy.onTimer("go", late: 0) == .quiet)
        #expect(try lines(run, trades: 1) == ["usual"])
    }

    @Test func `takes effect even where the one that set it fails`() throws {
        let run = try ScriptRun(
            "function on_trade() on_trade = function() log.info('calm') end error('oh') end")
        #expect(try run.trade().failure?.contains("oh") == true)
        #expect(try lines(run, trades: 1) == ["calm"])
    }

    @Test func `reads back as the global that it is`() throws {
        let run = try ScriptRun(
            """
            local first = function() end
            on_trade = first
            assert(on_trade == first and _ENV.on_trade == first)
            assert(rawget(_ENV, 'on_trade') == first and rawget(_ENV, 'on_quote') == nil)
            function on_trade()
              local own = on_trade
              on_trade = first
              log.info('%s %s', own ~= first, on_trade == first)
              on_trade = nil
              log.info('%s', on_trade)
            end
            """)
        #expect(try lines(run, trades: 1) == ["true true", "nil"])
    }

    @Test func `cannot be set past the host`() throws {
        #expect(
            try failure("rawset(_ENV, 'on_trade', print)").contains("rawset on a read-only table"))
        let run = try ScriptRun(
            "function on_trade() for name in pairs(_ENV) do log.info(name) end end")
        #expect(try run.trade().lines == [])
    }

    @Test(arguments: [
        "function on_fill(f) log.info('filled') end",
        "function on_order(o) log.info('ordered') end",
    ])
    func `may be one that was not there before, where no feed brings its events`(
        handler: String
    ) throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT', 'trades')
            function on_start() \(handler) end
            function on_trade() on_trade = nil return buy{qty = 1} end
            """)
        _ = run.start()
        let order = try #require(try run.trade("50000").submitted.first)
        let fill = Fill(
            id: "f", price: try Price("50000"), quantity: try Quantity("1"), liquidity: .taker,
            fee: .zero, feeCurrency: Currency("USDT"))
        var lines = run.report(order.id, .accepted(VenueOrderID("v"))).lines
        lines += run.report(order.id, .fill(fill)).lines
        #expect(!lines.isEmpty)
        #expect(Set(lines).count == 1)
    }

    @Test func `cannot be one whose feed nobody asked for`() throws {
        let run = try ScriptRun(
            """
            function on_start()
              on_timer = function() end
              on_quote = nil
              on_quote = function() end
            end
            """)
        let text = try #require(run.requests { $0.onStart(.first) }.failure)
        let message = "strategy.lua:4: in on_start: `on_quote` cannot begin now"
        #expect(text.hasPrefix(message), "\(text)")
    }

    @Test func `does not change what the strategy hears of the market`() throws {
        let run = try ScriptRun("function on_trade() end function on_start() on_trade = nil end")
        #expect(run.strategy.subscription(to: InstrumentID(0)).feeds == .trades)
        _ = run.strategy.onStart(.first)
        #expect(run.strategy.subscription(to: InstrumentID(0)).feeds == .trades)
    }

    @Test(arguments: [
        ("on_trade = 5", "the global `on_trade` is a number"),
        ("on_fill = {}", "the global `on_fill` is a table"),
        ("_ENV.on_stop = close()", "the global `on_stop` is an intent"),
        ("on_order = true", "the global `on_order` is true"),
    ])
    func `must be a function`(body: String, message: String) throws {
        let text = try failure(body)
        #expect(text.hasPrefix("strategy.lua:1: in on_trade: \(message)"), "\(text)")
        #expect(loadFailure(body).hasPrefix("strategy.lua:1: "))
    }

    @Test func `of the host is told by its name`() throws {
        let run = try ScriptRun("on_trade = tostring on_xyz = print")
        let text = try #require(try run.trade().failure)
        #expect(text.hasPrefix("strategy.lua: in on_trade: on_trade returned a text"), "\(text)")
        #expect(run.strategy.warnings.map(\.line) == [nil])
    }

    @Test func `begins anew with another version`() throws {
        let text =
            "subscribe('sim:BTC/USDT', 'trades') function on_trade() log.info('declared') end "
            + "function on_start(why) if why.reason == 'first' then on_trade = nil end end"
        let run = try EngineRun(LuaStrategy(text: text))
        _ = run.start()
        #expect(try run.trade("1").lines == [])
        let next = try EngineRun(LuaStrategy(text: text))
        _ = next.process { .start(.reload, at: $0) }
        #expect(try next.trade("1").lines == ["declared"])
    }
}

@Suite struct `Globals that look like handlers` {
    @Test func `are named up to a point, and counted beyond`() throws {
        let strategy = try LuaStrategy(
            text: """
                subscribe('sim:BTC/USDT', 'trades')
                function on_trade() end
                for i = 1, 3000 do _ENV['on_extra' .. i] = function() end end
                """)
        #expect(strategy.warnings.count == 25)
        let first = try #require(strategy.warnings.first)
        #expect(first.message.hasPrefix("`on_extra1` is not a handler; the handlers are on_trade"))
        #expect(first.line == 3)
        #expect(
            strategy.warnings.last?.message
                == "2976 more global functions begin with `on_` and are not handlers")
    }

    @Test func `do not hide one that is nearly a handler`() {
        let text = loadFailure(
            "for i = 1, 100 do _ENV['on_a' .. i] = function() end end function on_trad() end")
        #expect(text.contains("`on_trad` is not a handler and would never be called"), "\(text)")
    }

    @Test func `have long names cut`() throws {
        let strategy = try LuaStrategy(
            text: "_ENV['on_' .. ('x'):rep(100000)] = function() end function on_start() end")
        let message = try #require(strategy.warnings.first?.message)
        #expect(message.hasPrefix("`on_xxx"))
        #expect(message.utf8.count < 400)
    }

    @Test(.timeLimit(.minutes(1))) func `are looked for within the budget of the load`() {
        var limits = ScriptLimits()
        limits.memoryBytes = 256_000_000
        let text = loadFailure(
            "local f = function() end for i = 1, 300000 do _ENV['on_trad' .. i] = f end",
            limits: limits)
        #expect(text != "loaded")
    }
}
