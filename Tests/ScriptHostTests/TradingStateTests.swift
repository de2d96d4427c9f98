import Testing
import TradingCore
import TradingModel

@Suite struct `The trading state, as a script sees it` {
    private func run(_ script: String, _ set: (inout RiskLimits) throws -> Void) throws -> EngineRun
    {
        let run = try EngineRun(script)
        _ = run.start()
        var limits = RunLimits()
        try set(&limits.general)
        _ = run.process { .limits(limits, at: $0) }
        return run
    }

    @Test func `is asked for, and told with the reason of what was refused`() throws {
        let run = try run(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            function on_trade(t)
              log.info('%s %s', trading_state(), trading_state('sim:BTC/USDT:USDT'))
              return buy{qty = 1, price = 10}
            end
            function on_order(o) if o.state == 'rejected' then log.info(o.reason) end end
            """
        ) { $0.maxConsecutiveRejects = 1 }
        let sent = try #require(try run.trade("10").submitted.first)
        #expect(run.report(sent.id, .rejected(reason: "no funds")).lines == ["no funds"])
        #expect(try run.trade("10").lines == ["reducing reducing"])
        #expect(
            try run.trade("10").lines == [
                "max_consecutive_rejects: buy 1 sim:BTC/USDT:USDT does not reduce the position, and the "
                    + "venue has refused 1 order in a row, the limit is 1: only orders that reduce pass",
                "reducing reducing",
            ])
    }

    @Test func `is that of each symbol, and without one where the fewest orders pass`() throws {
        let run = try run(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            subscribe('sim:ETH/USDT:USDT', 'trades')
            function on_trade(t)
              log.info('%s %s %s', trading_state(), trading_state('sim:BTC/USDT:USDT'),
                trading_state('sim:ETH/USDT:USDT'))
            end
            function on_stop() log.info(trading_state()) end
            """
        ) { $0.maxDataAge = 5_000_000_000 }
        #expect(try run.trade("10").lines == ["reducing active reducing"])
        _ = run.process { .halt(reason: "test", at: $0) }
        #expect(run.process { .stop(reason: "done", at: $0) }.lines == ["halted"])
    }

    @Test func `is refused for what there is not, and before the start`() throws {
        let run = try run(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            function on_trade(t) trading_state('sim:BTC/USDT') end
            """
        ) { _ in }
        #expect(
            try run.trade("10").lines.first?.contains(
                "`sim:BTC/USDT` given to trading_state is not subscribed") == true)
        #expect(throws: (any Error).self) {
            try EngineRun("subscribe('sim:BTC/USDT', 'trades') trading_state()")
        }
    }

    @Test func `tells with its numbers why a day's loss has stopped it`() throws {
        let run = try run(
            """
            subscribe('sim:BTC/USDT:USDT', 'trades')
            function on_trade(t) log.info(trading_state()) return buy{qty = 1} end
            function on_order(o) if o.state == 'rejected' then log.info(o.reason) end end
            """
        ) { $0.maxDailyLoss = try Money("5") }
        let sent = try #require(try run.trade("100").submitted.first)
        let fill = Fill(
            id: "1", price: try Price("100"), quantity: try Quantity("1"), liquidity: .taker,
            fee: .zero, feeCurrency: Currency("USDT"))
        _ = run.report(sent.id, .fill(fill))
        let commands = try run.trade("95")
        #expect(commands.lines == ["halted"])
        #expect(
            commands.contains(
                .tradingStopped(
                    reason: "max_daily_loss: 5 USDT have been lost since 00:00 UTC, the limit is 5")
            ))
        #expect(
            try run.trade("96").lines == [
                "max_daily_loss: 5 USDT have been lost since 00:00 UTC, the limit is 5: trading has been "
                    + "stopped for this run", "halted",
            ])
    }
}
