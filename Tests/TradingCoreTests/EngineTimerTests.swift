import Testing
import TradingCore
import TradingModel

@Suite struct `Timers of the engine` {
    @Test func `timers fire at their time and before the event that tells it`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        bench.strategy.answers["start"] = [
            [
                .after(nanoseconds: 1_500_000_000, name: "once"),
                .every(nanoseconds: 1_000_000_000, name: "tick"),
            ]
        ]
        bench.engine.process(.start(.first, at: Bench.at(0)), into: &bench.commands)
        try bench.trade("100", at: 2)
        #expect(
            bench.strategy.heard == [
                "start", "timer tick", "timer once", "timer tick", "trade 100",
            ])
        #expect(bench.engine.nextDeadline == Bench.at(3))
    }

    @Test func `in simulated time every beat is told at its time`() throws {
        var bench = try Bench(Subscription(feeds: []))
        bench.strategy.answers["start"] = [[.every(nanoseconds: 1_000_000_000, name: "tick")]]
        bench.engine.process(.start(.first, at: Bench.at(0)), into: &bench.commands)
        bench.engine.process(.time(Bench.at(60)), into: &bench.commands)
        #expect(bench.strategy.heard == ["start"] + Array(repeating: "timer tick", count: 60))
    }

    @Test func `where time passes by itself missed beats are one call that knows how late it is`()
        throws
    {
        var settings = EngineSettings()
        settings.skipsMissedBeats = true
        var bench = try Bench(Subscription(feeds: []), settings: settings)
        bench.strategy.answers["start"] = [
            [
                .every(nanoseconds: 1_000_000_000, name: "tick"),
                .after(nanoseconds: 30_000_000_000, name: "once"),
            ]
        ]
        bench.engine.process(.start(.first, at: Bench.at(0)), into: &bench.commands)
        bench.engine.process(.time(Bench.at(1)), into: &bench.commands)
        bench.engine.process(.time(Bench.at(60.5)), into: &bench.commands)
        #expect(
            bench.strategy.heard == [
                "start", "timer tick", "timer tick late 58.5", "timer once late 30.5",
            ])
        #expect(bench.engine.state.now == Bench.at(60.5))
        #expect(bench.engine.nextDeadline == Bench.at(61), "the beat is kept")
    }

    @Test(arguments: [0.4, 1, 7.3, 59.9, 3_600, 86_400.5])
    func `a pause of any length costs each timer one call at most`(pause: Double) throws {
        var settings = EngineSettings()
        settings.skipsMissedBeats = true
        var bench = try Bench(Subscription(feeds: .trades), settings: settings)
        bench.strategy.answers["start"] = [
            (1...20).map { .every(nanoseconds: $0 * 370_000_000, name: "t\($0)") }
        ]
        bench.engine.process(.start(.first, at: Bench.at(0)), into: &bench.commands)
        bench.engine.process(.time(Bench.at(5)), into: &bench.commands)
        bench.strategy.heard = []
        try bench.trade("100", at: 5 + pause)
        let timers = bench.strategy.heard.filter { $0.hasPrefix("timer") }
        let names = Set(timers.compactMap { $0.split(separator: " ").dropFirst().first })
        #expect(timers.count == names.count)
        #expect(bench.strategy.heard.last == "trade 100")
        #expect(bench.engine.nextDeadline > Bench.at(5 + pause))
    }

    @Test func `timers rest once trading has ended, whatever is set then`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        bench.strategy.answers["start"] = [[.every(nanoseconds: 1_000_000_000, name: "tick")]]
        bench.strategy.answers["stop"] = [[.after(nanoseconds: 1_000_000_000, name: "later")]]
        bench.engine.process(.start(.first, at: Bench.at(0)), into: &bench.commands)
        bench.engine.process(.stop(reason: "enough", at: Bench.at(1.5)), into: &bench.commands)
        bench.engine.process(.time(Bench.at(10)), into: &bench.commands)
        #expect(bench.strategy.heard == ["start", "timer tick", "stop"])
        #expect(bench.engine.nextDeadline == .distantFuture)
    }

    @Test func `a timer that fell behind does not fire in a burst`() throws {
        var bench = try Bench(Subscription(feeds: []))
        bench.strategy.answers["start"] = [[.every(nanoseconds: 1_000_000_000, name: "tick")]]
        bench.engine.process(.start(.first, at: Bench.at(0)), into: &bench.commands)
        bench.strategy.heard = []
        bench.engine.process(.time(Bench.at(1)), into: &bench.commands)
        #expect(bench.strategy.heard == ["timer tick"])
    }

    @Test func `timers that leave no time for anything else stop trading`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        bench.strategy.answers["start"] = [
            (1...20).map { .every(nanoseconds: 1, name: "t\($0)") }
        ]
        bench.engine.process(.start(.first, at: Bench.at(0)), into: &bench.commands)
        bench.engine.process(.time(Bench.at(1)), into: &bench.commands)
        #expect(bench.deeds == ["stopped"])
        #expect(bench.strategy.heard.count == 1 + 10_000)
        guard case .tradingStopped(let reason)? = bench.commands.last else { return }
        #expect(
            reason == "more than 10000 timers ran out within a second "
                + "(script.timer_beats_per_second); 20 were set, the last was `t1`: choose longer "
                + "times")
    }

    @Test func `a timer that sets itself again ends by a limit when much time passes at once`()
        throws
    {
        var bench = try Bench(Subscription(feeds: .trades))
        let again = [StrategyRequest.after(nanoseconds: 0, name: "again")]
        bench.strategy.answers["start"] = [again]
        bench.strategy.whenever = ["timer": again]
        bench.engine.process(.start(.first, at: Bench.at(0)), into: &bench.commands)
        bench.strategy.isDeaf = true
        bench.engine.process(.time(Bench.at(1e9)), into: &bench.commands)
        #expect(bench.deeds == ["stopped"])
        #expect(bench.engine.nextDeadline == .distantFuture)
    }
}
