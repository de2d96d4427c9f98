import PropertyTesting
import ScriptHost
import Testing
import TradingCore
import TradingModel

private let averages = """
    local s = 'sim:BTC/USDT:USDT'
    local fast, slow = ta.ema(3):of(s, 'trades'), ta.ema(8):of(s, 'trades')
    local price, held = ta.value():of(s, 'trades'), ta.value():of(s, 'position')
    """

@Suite struct `A condition that the host watches` {
    @Test(arguments: [
        ("ta.crossover(fast, slow)", "up(f, s)"), ("ta.crossunder(fast, slow)", "down(f, s)"),
        ("ta.crossover(fast, 1000)", "up(f, 1000)"), ("ta.crossunder(1000, fast)", "down(1000, f)"),
        ("ta.above(price, 1050)", "rises(t.price > 1050)"),
        ("ta.below(price, 950)", "rises(t.price < 950)"),
        ("ta.above(fast, slow)", "rises(f > s)"), ("ta.below(slow, fast)", "rises(s < f)"),
    ])
    func `comes true when the same written out does`(condition: String, plain: String) throws {
        let run = try ScriptRun(
            """
            \(averages)
            local a, b, up, down = ta.ema(3), ta.ema(8), ta.crossover(), ta.crossunder()
            local n, called, held = 0, nil, false
            local function rises(holds) local was = held held = holds return holds and not was end
            when(\(condition), function(t) called = n + 1 log.info("called") end)
            function on_trade(t)
              n = n + 1
              local f, s = a(t.price), b(t.price)
              local is_single = not ("\(condition)"):find("slow")
              if not f or not (s or is_single or ("\(condition)"):find("price")) then
                if not ("\(condition)"):find("price") then return end
              end
              local expected = \(plain)
              if expected ~= (called == n) then log.error("not at trade %d", n) end
            end
            """)
        var random = Seeded(5)
        var lines: [String] = []
        for _ in 0..<400 { lines += try run.trade(price: "\(random.int(900...1100))").lines }
        #expect(lines.count > 10)
        #expect(Set(lines) == ["called"])
    }

    @Test func `is called with its event, before the handler, in the order of declaration`() throws
    {
        let run = try ScriptRun(
            """
            \(averages)
            when(ta.above(price, 10), function(trade) log.info("first %s", trade.price) end)
            when(ta.above(price, 5), function(trade) log.info("second %s", trade.qty) end)
            function on_trade(trade) log.info("handler") end
            """)
        #expect(try run.trade(price: "1").lines == ["handler"])
        #expect(try run.trade(price: "11").lines == ["first 11.0", "second 0.25", "handler"])
        #expect(try run.trade(price: "12").lines == ["handler"])
    }

    @Test func `needs no handler, and what it returns is acted on`() throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            \(averages)
            when(ta.above(price, 10), function() return { buy{qty = 1}, sell{qty = 2} } end)
            """)
        #expect(run.strategy.warnings.isEmpty)
        _ = run.start()
        #expect(try run.trade("9").submitted.isEmpty)
        #expect(try run.trade("11").submitted.count == 2)
        #expect(try run.trade("12").submitted.isEmpty)
        #expect(try run.trade("9").submitted.isEmpty)
        #expect(try run.trade("11").submitted.count == 2)
    }

    @Test func `watches the position from the start on`() throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            \(averages)
            when(ta.above(held, 1.5), function(p) log.info("holds %s", p.qty) end)
            function on_start() log.info("start %s", held.value) end
            function on_trade(trade) log.info("%s", held.value) return buy{qty = 1} end
            """)
        #expect(run.start().lines == ["start nil"])
        for expected in [[], ["holds 2.0"], []] {
            let order = try #require(try run.trade("100").submitted.first)
            _ = run.report(order.id, .accepted(VenueOrderID("v\(order.id.text)")))
            let fill = Fill(
                id: "f\(order.id.text)", price: try Price("100"), quantity: try Quantity("1"),
                liquidity: .taker, fee: .zero, feeCurrency: Currency("USDT"))
            #expect(run.report(order.id, .fill(fill)).lines == expected)
        }
        #expect(try run.trade("100").lines == ["3.0"])
    }

    @Test func `stays watched when its function fails, which is told with its line`() throws {
        let run = try ScriptRun(
            """
            \(averages)
            when(ta.above(price, 10), function(trade)
              error("broken")
            end)
            when(ta.above(price, 10), function() return 7 end)
            function on_trade(trade) log.info("handler") end
            """)
        for _ in 0..<2 {
            let requests = try run.trade(price: "11")
            let failures = requests.compactMap { request -> String? in
                guard case .failure(let text, let handler) = request else { return nil }
                #expect(handler == "when")
                return text
            }
            #expect(failures.count == 2)
            #expect(failures[0].contains("broken"))
            #expect(failures[1].contains("when returned a number"))
            #expect(requests.lines == ["handler"])
            try run.trade(price: "9")
        }
    }

    @Test func `ends with a script that breaks its limits`() throws {
        var limits = ScriptLimits()
        limits.instructions = 100_000
        let run = try ScriptRun(
            """
            \(averages)
            when(ta.above(price, 10), function() while true do end end)
            when(ta.above(price, 10), function() log.info("never") end)
            function on_trade(trade) log.info("handler") end
            """, limits: limits)
        let requests = try run.trade(price: "11")
        #expect(requests.lines == [])
        #expect(requests.contains { if case .fatal = $0 { true } else { false } })
        #expect(run.strategy.hasEnded)
        #expect(try run.trade(price: "9").isEmpty)
        #expect(try run.trade(price: "11").isEmpty)
    }

    @Test(arguments: [
        ("when(ta.above(price, 1))", "when was given nil, expected the function"),
        ("when(price, function() end)", "expected a condition"),
        ("when(ta.above(1, 2), function() end)", "which stay as they are"),
        ("ta.above(price)", "watches two values, got 1"),
        ("ta.above(price, 'x')", "the second value is a text"),
        ("ta.above(price, 0/0)", "the second value is"),
        ("ta.crossover(ta.ema(3), slow)", "the first value is ema(3), which follows no feed"),
        ("ta.crossover(price, held)", "which follow different feeds"),
        ("local c = ta.above(price, 1) local x = c.holds", "a condition has no fields"),
        (
            "for i = 1, 1001 do when(ta.above(price, i), function() end) end",
            "more than 1000 conditions are watched"
        ),
    ])
    func `refuses what cannot be watched`(line: String, message: String) {
        let text = loadFailure("subscribe('sim:BTC/USDT:USDT', 'trades') \(averages) \(line)")
        #expect(text.contains(message), "\(text)")
    }

    @Test func `is declared while the script loads`() throws {
        let text = try failure(
            "when(c, function() end)", setUp: averages + " local c = ta.above(price, 1)")
        #expect(text.contains("while the script loads"))
    }
}

@Suite struct `What the host watches, in a reload` {
    private let head = "subscribe('sim:BTC/USDT:USDT', 'trades') \(averages)"

    private func trade(_ price: Int, second: Int) throws -> EngineInput {
        let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000 + Int64(second) * 1_000_000_000)
        return .market(
            .trade(
                Trade(
                    instrument: InstrumentID(0), price: try Price("\(price)"),
                    quantity: try Quantity("1"), taker: .buy, venueTime: time, receiveTime: time)))
    }

    /// Trades under one version, then under another that a rehearsal brings up.
    private func lines(_ first: String, _ second: String, random: inout Seeded) throws -> [String] {
        let old = try LuaStrategy(text: first)
        var engine = Engine(
            mode: .paper, instruments: try ScriptRun.instruments(old.symbols), strategy: old,
            settings: EngineSettings(), now: .distantPast)
        let reloads = StrategyReloads(settings: ReloadSettings())
        var commands: [Command] = []
        let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        reloads.process(.start(.first, at: start), &engine, into: &commands)
        for second in 1...60 {
            let input = try trade(random.int(90...110), second: second)
            reloads.process(input, &engine, into: &commands)
        }
        let material = try #require(reloads.window.material())
        let rehearsal = try Rehearsal(of: try LuaStrategy(text: second), with: material)
        #expect(rehearsal.failure == nil)
        _ = try reloads.swap(in: rehearsal, &engine, into: &commands)
        commands = []
        for second in 61...160 {
            let input = try trade(random.int(90...110), second: second)
            reloads.process(input, &engine, into: &commands)
        }
        return commands.lines
    }

    @Test func `is warm from the rehearsal, as the plain form is`() throws {
        var random = Seeded(11)
        var again = random
        let watched = try lines(
            head + "function on_trade() end",
            head + "when(ta.crossover(fast, slow), function(t) log.info('%s', t.price) end)",
            random: &random)
        let plain = try lines(
            head + "function on_trade() end",
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            local fast, slow, up = ta.ema(3), ta.ema(8), ta.crossover()
            function on_trade(t)
              local f, s = fast(t.price), slow(t.price)
              if s and up(f, s) then log.info('%s', t.price) end
            end
            """, random: &again)
        #expect(watched.count > 5)
        #expect(watched == plain)
    }

    @Test func `a condition that the new version does not declare is watched no more`() throws {
        var random = Seeded(12)
        let found = try lines(
            head + "when(ta.above(price, 100), function() log.info('old') end)",
            head + "when(ta.below(price, 95), function() log.info('new') end)", random: &random)
        #expect(Set(found) == ["new"])
    }
}
