import Testing
import TradingCore
import TradingModel

private func buy(_ price: String = "99") throws -> StrategyRequest {
    .intent(
        .place(
            OrderRequest(
                instrument: InstrumentID(0), side: .buy, quantity: try Quantity("1"),
                price: try Price(price))))
}

@Suite struct `A reload` {
    @Test func `rehearses what came before and carries the data of the old version`() throws {
        var desk = try ReloadDesk(VersionedStrategy())
        try desk.trade(times: 10)
        let new = VersionedStrategy()
        let swap = try desk.reload(new)
        #expect(swap.version == 2)
        // The first input opens the window and is not in it.
        #expect(new.trades == 10)
        #expect(new.count == 10)
        #expect(swap.before == StrategyState(text: "10", shape: 1))
        try desk.trade(times: 3)
        #expect(new.count == 13)
        #expect(new.starts.map(\.isRehearsal) == [true, false])
        #expect(new.starts.allSatisfy { $0.reason == .reload && !$0.isRollback })
    }

    @Test func `loses no event and tells none twice, whenever it catches up`() throws {
        let old = VersionedStrategy()
        var desk = try ReloadDesk(old)
        try desk.trade(times: 10)
        let new = VersionedStrategy()
        let rehearsal = try desk.rehearse(new)
        try desk.trade(times: 7)
        #expect(new.trades == 10)
        rehearsal.replay(try #require(desk.reloads.window.chunks(from: rehearsal.position)))
        #expect(new.trades == 17)
        try desk.trade(times: 5)
        try desk.swap(in: rehearsal)
        #expect(new.trades == 22)
        #expect(new.count == 22)
        try desk.trade()
        #expect(new.count == 23)
    }

    @Test func `acts on nothing that the rehearsal asks for, and on all after it`() throws {
        var desk = try ReloadDesk(VersionedStrategy())
        try desk.trade(times: 4)
        let new = VersionedStrategy()
        let request = try buy()
        new.atTrade = { _, _ in [request] }
        new.atStart = { _ in [request] }
        _ = desk.takeCommands()
        let swap = try desk.reload(new)
        #expect(desk.submitted.count == 1)  // of the true start
        #expect(swap.difference.new.count == 5)
        #expect(swap.difference.same == 0)
        try desk.trade()
        #expect(desk.submitted.count == 2)
    }

    @Test func `counts what both versions asked for at the same time as the same`() throws {
        let request = try buy()
        let old = VersionedStrategy()
        old.atTrade = { strategy, _ in strategy.trades % 2 == 0 ? [request] : [] }
        var desk = try ReloadDesk(old)
        try desk.trade(times: 12)
        let new = VersionedStrategy()
        new.atTrade = { strategy, _ in strategy.trades % 3 == 0 ? [request] : [] }
        let difference = try desk.reload(new).difference
        #expect(difference.same == 2)  // the 6th and the 12th
        #expect(difference.gone.count == 4)
        #expect(difference.new.count == 2)
        #expect(difference.gone.map(\.time) == difference.gone.map(\.time).sorted())
        #expect(!difference.isCut)
    }

    @Test func `shows a rehearsal the real orders as they were`() throws {
        let request = try buy()
        let old = VersionedStrategy()
        old.atTrade = { strategy, _ in strategy.trades == 3 ? [request] : [] }
        var desk = try ReloadDesk(old)
        try desk.trade(times: 3)
        let id = try #require(desk.submitted.first?.id)
        desk.report(id, .accepted(VenueOrderID("V1")))
        try desk.trade(times: 2)
        let new = VersionedStrategy()
        var seen: [Int] = []
        new.atTrade = { strategy, _ in
            seen.append(strategy.openOrders)
            return []
        }
        try desk.reload(new)
        #expect(seen == [0, 0, 0, 1, 1])
        #expect(!desk.lines.contains { $0.contains("not ours") }, "\(desk.lines)")
    }

    @Test func `tells a rehearsal of the orders that our own gate refused`() throws {
        let request = try buy("0.0000001")
        let old = VersionedStrategy()
        old.atTrade = { strategy, _ in strategy.trades == 3 ? [request] : [] }
        var desk = try ReloadDesk(old)
        try desk.trade(times: 5)
        #expect(old.orders.map(\.state.name) == ["rejected"])
        let new = VersionedStrategy()
        try desk.reload(new)
        #expect(new.orders == old.orders)
    }

    @Test func `begins its rehearsal behind the first start, with what that made`() throws {
        let old = VersionedStrategy()
        old.atStart = { strategy in
            strategy.count = 1_000
            return []
        }
        var desk = try ReloadDesk(old, beforeStart: [.time(Timestamp(nanoseconds: 1))])
        try desk.trade(times: 2)
        let new = VersionedStrategy()
        var counts: [Int] = []
        new.atTrade = { strategy, _ in
            counts.append(strategy.count)
            return []
        }
        try desk.reload(new)
        #expect(counts == [1_001, 1_002])
    }

    @Test func `is refused when its timers leave no time for anything else`() throws {
        var desk = try ReloadDesk(VersionedStrategy())
        try desk.trade(times: 3)
        let new = VersionedStrategy()
        new.atStart = { _ in (1...20).map { .every(nanoseconds: 1, name: "t\($0)") } }
        #expect {
            try desk.reload(new)
        } throws: {
            "\($0)".hasPrefix("more than 10000 timers ran out within a second")
        }
        #expect(desk.engine.state.isTrading)
    }

    @Test func `names what is colder than it was, and how long the old version had heard`() throws {
        let old = VersionedStrategy()
        var desk = try ReloadDesk(old)
        try desk.trade(times: 100)
        old.indicators = [
            IndicatorWarmth(name: "ema(60)", received: 100, lastWithout: 59),
            IndicatorWarmth(name: "ema(60)", received: 50, lastWithout: 50),
            IndicatorWarmth(name: "sma(5)", received: 100, lastWithout: 4),
            IndicatorWarmth(name: "rsi(14)", received: 100, lastWithout: 14),
        ]
        let new = VersionedStrategy()
        new.barSizes = [.time(nanoseconds: 3_600_000_000_000)]
        new.indicators = [
            IndicatorWarmth(name: "ema(60)", received: 44, lastWithout: 44),
            IndicatorWarmth(name: "ema(60)", received: 44, lastWithout: 44),
            IndicatorWarmth(name: "sma(5)", received: 44, lastWithout: 4),
            IndicatorWarmth(name: "wma(70)", received: 44, lastWithout: 44),
        ]
        let swap = try desk.reload(new)
        #expect(
            swap.cold.map(\.description) == [
                "ema(60) 44 of 60 inputs", "wma(70) 44 inputs",
                "bars:1h of sim:BTC/USDT:USDT are new",
            ])
        #expect(swap.receivedBefore == 100_000_000_000)
        let same = VersionedStrategy()
        same.barSizes = new.barSizes
        #expect(try desk.reload(same).cold == [])
    }

    @Test func `leaves orders with their owner, and they tell who made them`() throws {
        let request = try buy()
        let old = VersionedStrategy()
        old.atTrade = { strategy, _ in strategy.trades == 1 ? [request] : [] }
        var desk = try ReloadDesk(old)
        try desk.trade(times: 2)
        let new = VersionedStrategy()
        new.atTrade = { strategy, _ in strategy.trades == 3 ? [request] : [] }
        try desk.reload(new)
        try desk.trade()
        #expect(desk.engine.state.orders.open.map(\.version) == [1, 2])
    }

    @Test func `cancels timers that are not set again, with a line, and keeps the beat of others`()
        throws
    {
        let second: Int64 = 1_000_000_000
        let old = VersionedStrategy()
        old.atStart = { _ in
            [
                .every(nanoseconds: 10 * second, name: "kept"),
                .every(nanoseconds: 10 * second, name: "gone"),
                .after(nanoseconds: 3600 * second, name: "late"),
            ]
        }
        var desk = try ReloadDesk(old)
        try desk.trade(times: 14)
        let new = VersionedStrategy()
        new.atStart = { _ in
            [
                .every(nanoseconds: 10 * second, name: "kept"),
                .every(nanoseconds: 60 * second, name: "new"),
            ]
        }
        try desk.reload(new)
        #expect(desk.lines.filter { $0.contains("cancelled") }.count == 2, "\(desk.lines)")
        #expect(desk.lines.contains("timer `gone` is not set by version 2: cancelled"))
        let before = new.timers.count
        desk.pass(seconds: 6)  // 20 s after the start: on the old beat, not 10 s after the swap
        #expect(new.timers.dropFirst(before) == ["kept"])
    }

    @Test func `goes on gathering a bar that was open, and starts new sizes from the window`()
        throws
    {
        let minute = BarSize.time(nanoseconds: 60_000_000_000)
        let old = VersionedStrategy()
        old.barSizes = [minute]
        var desk = try ReloadDesk(
            old, window: WindowLimits(span: 8_000_000_000, count: 200_000))
        try desk.trade(times: 50)
        let new = VersionedStrategy()
        new.barSizes = [minute, .trades(5)]
        try desk.reload(new)
        let rehearsed = new.bars.count
        try desk.trade(times: 60)
        let minutes = new.bars.dropFirst(rehearsed).filter { $0.size == minute }
        // The epoch second of the start is 20 s into its minute: trades 1 to 39 make the first bar.
        #expect(minutes.first?.tradeCount == 60)
        #expect(new.bars.contains { $0.size == .trades(5) })
    }

    @Test func `is refused when the rehearsal fails, and the old version goes on`() throws {
        let old = VersionedStrategy()
        var desk = try ReloadDesk(old)
        try desk.trade(times: 5)
        let bad = VersionedStrategy()
        bad.atTrade = { strategy, _ in strategy.trades == 2 ? [.failure("bad.lua:3: oh")] : [] }
        let rehearsal = try desk.rehearse(bad)
        #expect(rehearsal.failure == "bad.lua:3: oh")
        #expect(throws: ReloadRefusal("bad.lua:3: oh")) { try desk.swap(in: rehearsal) }
        try desk.trade()
        #expect(old.count == 6)
        #expect(desk.reloads.version == 1)
    }

    @Test func `is refused when the new version cannot take the data over`() throws {
        let old = VersionedStrategy(shape: 2)
        var desk = try ReloadDesk(old)
        try desk.trade(times: 5)
        #expect(throws: ReloadRefusal.self) { try desk.reload(VersionedStrategy(shape: 1)) }
        try desk.trade()
        #expect(old.count == 6)
    }

    @Test func `keeps no more than the window's limits and a segment`() throws {
        var desk = try ReloadDesk(
            VersionedStrategy(), window: WindowLimits(span: 80_000_000_000, count: 200_000))
        try desk.trade(times: 1_000)
        #expect((80...92).contains(desk.reloads.window.count), "\(desk.reloads.window.count)")
        let new = VersionedStrategy()
        try desk.reload(new)
        #expect(new.count == 1_000)
        #expect((80...92).contains(new.trades))

        var counted = try ReloadDesk(
            VersionedStrategy(), window: WindowLimits(span: .max / 4, count: 800))
        try counted.trade(times: 5_000)
        #expect((800...901).contains(counted.reloads.window.count))
    }

    @Test func `may be slower than the window is long, and is refused when it is far slower`()
        throws
    {
        var desk = try ReloadDesk(
            VersionedStrategy(), window: WindowLimits(span: 8_000_000_000, count: 100))
        try desk.trade(times: 20)
        let slow = VersionedStrategy()
        let rehearsal = try desk.rehearse(slow)
        try desk.trade(times: 300)
        #expect((8...9).contains(desk.reloads.window.count))
        try desk.swap(in: rehearsal)
        #expect(slow.count == 320)
        #expect(slow.trades >= 308)

        let slower = try desk.rehearse(VersionedStrategy())
        try desk.trade(times: 600)
        #expect(throws: ReloadRefusal.self) { try desk.swap(in: slower) }
    }
}

@Suite struct `A version on probation` {
    private func failing(at trade: Int) -> VersionedStrategy {
        let strategy = VersionedStrategy()
        strategy.atTrade = { strategy, _ in
            !strategy.isRehearsing && strategy.trades == trade ? [.failure("new.lua:7: bad")] : []
        }
        return strategy
    }

    @Test(arguments: [1, 3])
    func `gives way to the old one, with its data, when it fails`(maxFailures: Int) throws {
        let old = VersionedStrategy()
        var desk = try ReloadDesk(old, maxFailuresPerMinute: maxFailures)
        var events: [String] = []
        desk.reloads.listener = { event in
            if case .rolledBack(let from, let to, let reason, _) = event {
                events.append("\(from) \(to) \(reason)")
            }
        }
        try desk.trade(times: 5)
        try desk.reload(failing(at: 15))
        try desk.trade(times: 10)
        #expect(events == ["2 1 new.lua:7: bad"])
        #expect(desk.reloads.version == 1)
        #expect(old.count == 5)  // its own data of the swap, whatever it heard in reserve
        #expect(old.trades == 15)  // it is warm
        let start = try #require(old.starts.last)
        #expect(start.isRollback && start.reason == .reload)
        try desk.trade()
        #expect(old.count == 6)
        #expect(desk.stopReason == nil)
    }

    @Test func `gives way at once when its start fails`() throws {
        let old = VersionedStrategy()
        var desk = try ReloadDesk(old)
        try desk.trade(times: 5)
        let new = VersionedStrategy()
        new.atStart = { $0.isRehearsing ? [] : [.failure("new.lua:1: no start")] }
        let swap = try desk.reload(new)
        #expect(swap.rollback == "new.lua:1: no start")
        try desk.trade()
        #expect(old.count == 6)
    }

    @Test func `is followed by a stop when the old one fails too`() throws {
        let request = try buy()
        let old = VersionedStrategy()
        old.atTrade = { strategy, _ in
            if strategy.trades == 1 { return [request] }
            return strategy.isRehearsing || strategy.trades != 17
                ? [] : [.failure("old.lua:2: too")]
        }
        var desk = try ReloadDesk(old)
        try desk.trade(times: 5)
        try desk.reload(failing(at: 15))
        try desk.trade(times: 12)
        #expect(desk.stopReason?.contains("version 1") == true, "\(desk.stopReason ?? "-")")
        #expect(!desk.engine.state.isTrading)
        #expect(
            desk.commands.contains { if case .cancel = $0 { true } else { false } }, "orders go")
    }

    @Test func `is followed by a stop when the old one failed in reserve`() throws {
        let old = VersionedStrategy()
        old.atTrade = { strategy, _ in strategy.trades == 10 ? [.failure("old.lua:2: too")] : [] }
        var desk = try ReloadDesk(old)
        try desk.trade(times: 5)
        try desk.reload(failing(at: 15))
        try desk.trade(times: 10)
        #expect(desk.stopReason?.contains("in reserve") == true)
    }

    @Test func `lets the old one go when it has proved itself`() throws {
        let old = VersionedStrategy()
        var desk = try ReloadDesk(old)
        var retired: [ObjectIdentifier] = []
        desk.reloads.retire = { retired.append(ObjectIdentifier($0.strategy)) }
        try desk.trade(times: 5)
        try desk.reload(VersionedStrategy())
        #expect(desk.reloads.isOnProbation)
        try desk.trade(times: 58)
        #expect(retired.isEmpty)
        try desk.trade(times: 3)
        #expect(retired == [ObjectIdentifier(old)])
        #expect(!desk.reloads.isOnProbation)
    }

    @Test func `has proved itself after a minute: then failures count as ever`() throws {
        var desk = try ReloadDesk(VersionedStrategy())
        try desk.trade(times: 5)
        let new = VersionedStrategy()
        new.atTrade = { strategy, _ in strategy.trades >= 70 ? [.failure("new.lua:7: bad")] : [] }
        try desk.reload(new)
        try desk.trade(times: 66)
        #expect(desk.reloads.version == 2)
        #expect(desk.stopReason == nil)
        try desk.trade(times: 2)
        #expect(desk.stopReason?.contains("3 handlers failed") == true)
    }
}
