import ScriptHost
import Testing
import TradingCore
import TradingModel

@Suite struct `A strategy that breaks its budget` {
    @Test func `ends, its orders are cancelled first, and no handler of it runs again`() throws {
        let run = try EngineRun(
            """
            subscribe('sim:BTC/USDT', 'trades')
            local n = 0
            function on_trade()
              n = n + 1
              if n == 1 then return buy{qty = 1, price = 10} end
              while true do end
            end
            function on_stop() log.info('still here') end
            """)
        _ = run.start()
        let order = try #require(try run.trade("100").submitted.first).id
        _ = run.report(order, .accepted(VenueOrderID("v1")))
        let commands = try run.trade("101")
        guard case .log(.error, let text) = commands.first else {
            Issue.record("expected the error first, got \(commands)")
            return
        }
        #expect(text.contains("strategy.lua:6: in on_trade: ran more than 3000000 Lua instruct"))
        #expect(commands.dropFirst().first == .cancel(order, InstrumentID(0)))
        guard case .tradingStopped(let reason) = commands.last else {
            Issue.record("expected trading to stop, got \(commands)")
            return
        }
        #expect(reason.contains("the strategy cannot go on") && reason.contains("on_trade"))
        #expect(try run.trade("102") == [])
        #expect(run.process { .stop(reason: "done", at: $0) }.lines == [])
    }

    @Test func `says which limit of memory it was, and where`() throws {
        var limits = ScriptLimits()
        limits.memoryBytes = 4_000_000
        let run = try ScriptRun(
            "local kept\nfunction on_trade()\n for i = 1, 10000 do kept = {kept} end\nend",
            limits: limits)
        var text: String?
        for _ in 0..<20 where text == nil { text = try run.trade().fatal }
        #expect(
            text?.hasPrefix(
                "strategy.lua:3: in on_trade: used more than the 4 MB of memory that a script may "
                    + "have (script.memory)") == true, "\(text ?? "no end")")
    }

    @Test func `is told apart from one that fails`() throws {
        let run = try ScriptRun("function on_trade() error('no') end")
        for _ in 0..<3 {
            let requests = try run.trade()
            #expect(requests.failure?.contains("no") == true)
            #expect(requests.fatal == nil)
        }
        #expect(!run.strategy.hasEnded)
    }

    @Test func `is ended by processor time where nothing is counted`() throws {
        var limits = ScriptLimits()
        limits.instructions = .max
        limits.time = 20_000_000
        let run = try ScriptRun("function on_trade() while true do end end", limits: limits)
        #expect(try run.trade().fatal?.contains("ran for more than 20 ms") == true)
    }
}

@Suite struct `Quotas within a second` {
    private static func limits(_ most: Int) -> ScriptLimits {
        var limits = ScriptLimits()
        limits.perSecond = ScriptQuota(intents: most, logLines: most, plots: most, timers: most)
        return limits
    }

    @Test func `log lines beyond it are dropped, and a line says how many`() throws {
        let run = try ScriptRun(
            "function on_trade() for i = 1, 2 do log.info(i) end end", limits: Self.limits(3))
        #expect(try run.trade().lines == ["1", "2"])
        #expect(
            try run.trade().lines == [
                "1",
                "more than 3 log lines within a second (script.log_lines_per_second): the rest of "
                    + "them is dropped, 1 so far",
            ])
        #expect(try run.trade() == [])
    }

    @Test func `each second begins anew`() throws {
        let run = try EngineRun(
            LuaStrategy(
                text: """
                    subscribe('sim:BTC/USDT', 'trades')
                    function on_trade() for i = 1, 5 do log.info(i) end end
                    """, limits: Self.limits(3)))
        for dropped in [1, 3] {
            let lines = try run.trade("100").lines
            #expect(lines.prefix(3) == ["1", "2", "3"])
            #expect(lines.last?.hasSuffix("is dropped, \(dropped) so far") == true)
            #expect(lines.count == 4)
        }
    }

    @Test func `plots beyond it are dropped`() throws {
        let run = try ScriptRun(
            "function on_trade() for i = 1, 5 do plot('x', i) end end", limits: Self.limits(3))
        let requests = try run.trade()
        #expect(requests.prefix(3) == [.plot("x", 1), .plot("x", 2), .plot("x", 3)])
        #expect(requests.count == 4)
        #expect(requests.lines.first?.contains("more than 3 plots within a second") == true)
    }

    @Test func `intents beyond it fail the handler, and none of them is acted on`() throws {
        let run = try ScriptRun(
            "function on_trade() log.info('a') return {close(), close()} end",
            limits: Self.limits(3))
        #expect(try run.trade().intents.count == 2)
        let requests = try run.trade()
        #expect(requests.intents.isEmpty)
        #expect(requests.lines == ["a"])
        #expect(
            requests.failure?.contains("on_trade returned more than 3 intents within a second")
                == true)
    }

    @Test func `timers beyond it are an error`() throws {
        let run = try ScriptRun(
            "function on_trade() after(1, 'a') after(1, 'b') end", limits: Self.limits(3))
        #expect(try run.trade().failure == nil)
        #expect(try run.trade().failure?.contains("more than 3 timers within a second") == true)
    }

    @Test func `what draws nothing counts for its own callback only`() throws {
        var limits = ScriptLimits()
        limits.perCallback.plots = 2
        let run = try ScriptRun("function on_trade() plot('x', nil) end", limits: limits)
        for _ in 0..<5 { #expect(try run.trade().failure == nil) }
    }
}
