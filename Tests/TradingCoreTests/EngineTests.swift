import Testing
import TradingCore
import TradingModel

/// A strategy that answers each kind of event with what a test prepared, and remembers what it heard.
private final class Listener: Strategy {
    var heard: [String] = []
    var wanted = Subscription(feeds: [.trades, .quotes, .book, .bars])
    /// What to ask for when an event of that name comes, once each.
    var answers: [String: [[StrategyRequest]]] = [:]
    /// What to ask for whenever an event of that name comes.
    var whenever: [String: [StrategyRequest]] = [:]
    /// Whether it does not remember what it hears.
    var isDeaf = false
    private(set) var orders: [Order] = []
    private var output: [StrategyRequest] = []

    private func hear(_ name: String, _ detail: String = "") -> HandlerOutcome {
        if !isDeaf { heard.append(detail.isEmpty ? name : "\(name) \(detail)") }
        if let always = whenever[name] {
            output = always
            return .output
        }
        guard var queue = answers[name], !queue.isEmpty else { return .quiet }
        output = queue.removeFirst()
        answers[name] = queue
        return output.contains { if case .failure = $0 { true } else { false } } ? .failed : .output
    }

    func attach(to state: TradingState) {}
    func subscription(to instrument: InstrumentID) -> Subscription { wanted }
    func onStart(_ reason: StartReason) -> HandlerOutcome { hear("start") }
    func onTrade(_ trade: Trade) -> HandlerOutcome { hear("trade", "\(trade.price)") }
    func onQuote(_ quote: Quote) -> HandlerOutcome {
        hear("quote", "\(quote.bid?.price.description ?? "–")")
    }
    func onBook(_ book: OrderBook) -> HandlerOutcome { hear("book", "\(book.messages)") }
    func onBar(_ bar: Bar) -> HandlerOutcome { hear("bar", "\(bar.close) × \(bar.volume)") }
    func onTicker(_ ticker: Ticker) -> HandlerOutcome { hear("ticker") }
    func onFunding(_ funding: Funding) -> HandlerOutcome { hear("funding") }
    func onOrder(_ order: Order) -> HandlerOutcome {
        orders.append(order)
        let outcome = hear("order", order.state.name)
        return outcome == .quiet && !order.state.isOpen
            ? answer("order \(order.state.name)") : outcome
    }
    private func answer(_ name: String) -> HandlerOutcome {
        guard var queue = answers[name], !queue.isEmpty else { return .quiet }
        output = queue.removeFirst()
        answers[name] = queue
        return .output
    }
    func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome {
        hear("fill", "\(fill.quantity)")
    }
    func onPosition(_ instrument: InstrumentID) -> HandlerOutcome {
        hear("position", "\(instrument.index)")
    }
    func onTimer(_ name: String, late: Int64) -> HandlerOutcome {
        hear("timer", late == 0 ? name : "\(name) late \(Double(late) / 1e9)")
    }
    func onStatus(_ status: VenueStatus) -> HandlerOutcome { hear("status") }
    func onStop(_ reason: String) -> HandlerOutcome { hear("stop") }
    func drainOutput(into requests: inout [StrategyRequest]) {
        requests += output
        output = []
    }
}

private struct Bench {
    let strategy = Listener()
    var engine: Engine
    var commands: [Command] = []
    private let btc = InstrumentID(0)

    init(
        _ subscription: Subscription? = nil, settings: EngineSettings = EngineSettings()
    ) throws {
        if let subscription { strategy.wanted = subscription }
        let instrument = Instrument(
            id: btc, symbol: try Symbol("sim:BTC/USDT:USDT"), tick: try Price("0.1"),
            lot: try Quantity("0.001"), minQuantity: try Quantity("0.001"))
        engine = Engine(
            mode: .paper, instruments: [instrument], strategy: strategy,
            settings: settings, now: Timestamp(nanoseconds: 0))
    }

    static func at(_ seconds: Double) -> Timestamp {
        Timestamp(nanoseconds: Int64(seconds * 1e9))
    }

    mutating func trade(_ price: String, _ quantity: String = "1", at seconds: Double) throws {
        engine.process(
            Trade(
                instrument: btc, price: try Price(price), quantity: try Quantity(quantity),
                taker: .buy, venueTime: Self.at(seconds), receiveTime: Self.at(seconds)),
            into: &commands)
    }

    mutating func report(
        _ order: String, _ event: OrderEvent, of instrument: InstrumentID? = nil,
        at seconds: Double = 1
    ) {
        engine.process(
            .report(
                ExecutionReport(
                    order: ClientOrderID(order), instrument: instrument ?? btc, event: event,
                    venueTime: Self.at(seconds), receiveTime: Self.at(seconds))),
            into: &commands)
    }

    mutating func fill(
        _ order: String, _ quantity: String, id: String, of instrument: InstrumentID? = nil
    ) throws {
        report(
            order,
            .fill(
                Fill(
                    id: id, price: try Price("100"), quantity: try Quantity(quantity),
                    liquidity: .taker, fee: .zero, feeCurrency: Currency("USDT"))),
            of: instrument)
    }

    /// Orders, cancels and the like, without intents and logs.
    var deeds: [String] {
        commands.compactMap { command in
            switch command {
            case .submit(let order):
                "\(order.request.side) \(order.request.quantity)"
                    + (order.request.isReduceOnly ? " reduce" : "")
            case .cancel(let id, _): "cancel \(id)"
            case .amend(let amendment): "amend \(amendment.id)"
            case .refused(let refusal, _): "refused \(refusal.rule.rawValue)"
            case .tradingStopped: "stopped"
            default: nil
            }
        }
    }

    static func buy(_ quantity: String) throws -> StrategyRequest {
        .intent(
            .place(
                OrderRequest(
                    instrument: InstrumentID(0), side: .buy, quantity: try Quantity(quantity))))
    }
}

@Suite struct `The engine` {
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

    @Test func `bars close with the next trade, or a second after their end`() throws {
        var bench = try Bench(
            Subscription(feeds: .bars, barSizes: [.time(nanoseconds: 60_000_000_000)]))
        try bench.trade("100", "1", at: 10)
        try bench.trade("101", "2", at: 59)
        try bench.trade("102", "4", at: 61)
        #expect(bench.strategy.heard == ["bar 101 × 3"])
        bench.engine.process(.time(Bench.at(120.5)), into: &bench.commands)
        #expect(bench.strategy.heard == ["bar 101 × 3"])
        bench.engine.process(.time(Bench.at(121)), into: &bench.commands)
        #expect(bench.strategy.heard == ["bar 101 × 3", "bar 102 × 4"])
        try bench.trade("103", "8", at: 122)
        bench.engine.process(.dataEnded(at: Bench.at(179)), into: &bench.commands)
        #expect(bench.strategy.heard.count == 2, "the bar is still forming")
        bench.engine.process(.dataEnded(at: Bench.at(180)), into: &bench.commands)
        #expect(bench.strategy.heard.last == "bar 103 × 8")
    }

    @Test func `a bar whose volume does not fit stops trading and says why`() throws {
        var bench = try Bench(
            Subscription(feeds: .bars, barSizes: [.time(nanoseconds: 60_000_000_000)]))
        try bench.trade("1", "100000000000000000000", at: 1)
        try bench.trade("1", "100000000000000000000", at: 2)
        let reason =
            "bars:1m of sim:BTC/USDT:USDT: a volume of 100000000000000000000 and "
            + "100000000000000000000 more does not fit a bar"
        #expect(
            bench.commands.contains {
                if case .tradingStopped(reason) = $0 { true } else { false }
            })
    }

    @Test func `a trade that would fill a thousand bars is warned of`() throws {
        var bench = try Bench(
            Subscription(feeds: .bars, barSizes: [.volume(try Quantity("0.001"))]))
        try bench.trade("1", "5000000", at: 1)
        try bench.trade("1", "5000000", at: 2)
        let warnings = bench.commands.filter {
            if case .log(.warn, let text) = $0 { text.contains("bars:0.001v") } else { false }
        }
        #expect(warnings.count == 1)
        #expect(bench.strategy.heard.count == 2)
    }

    @Test func `volume bars split the trade that fills them, count bars do not`() throws {
        var volume = try Bench(
            Subscription(feeds: .bars, barSizes: [.volume(try Quantity("5"))]))
        try volume.trade("100", "3", at: 1)
        try volume.trade("101", "9", at: 2)
        #expect(volume.strategy.heard == ["bar 101 × 5", "bar 101 × 5"])
        var count = try Bench(Subscription(feeds: .bars, barSizes: [.trades(2)]))
        for second in 1...4 { try count.trade("100", "3", at: Double(second)) }
        #expect(count.strategy.heard == ["bar 100 × 6", "bar 100 × 6"])
    }

    @Test func `a target counts what works already and is quiet when it is there`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        let target = StrategyRequest.intent(.target(InstrumentID(0), try SignedQuantity("0.5")))
        bench.strategy.answers["trade"] = [[target], [target], [target]]
        try bench.trade("100", at: 1)
        try bench.trade("100", at: 2)
        #expect(bench.deeds == ["buy 0.5"])
        try bench.fill("mr-1", "0.2", id: "a")
        try bench.trade("100", at: 3)
        #expect(bench.deeds == ["buy 0.5"])
    }

    @Test func `a target below the least order is said once`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        let target = StrategyRequest.intent(.target(InstrumentID(0), try SignedQuantity("0.0004")))
        bench.strategy.answers["trade"] = [[target], [target]]
        try bench.trade("100", at: 1)
        try bench.trade("100", at: 2)
        #expect(bench.deeds == [])
        let warnings = bench.commands.filter { if case .log(.warn, _) = $0 { true } else { false } }
        #expect(warnings.count == 1)
    }

    @Test func `close cancels the instrument's orders and leaves the position once`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        let close = StrategyRequest.intent(.close(InstrumentID(0)))
        bench.strategy.answers["trade"] = [[try Bench.buy("2")], [close], [close]]
        try bench.trade("100", at: 1)
        try bench.fill("mr-1", "1", id: "a")
        try bench.trade("100", at: 2)
        try bench.trade("100", at: 3)
        #expect(bench.deeds == ["buy 2", "cancel mr-1", "sell 1 reduce"])
    }

    @Test func `a fill that is told twice counts once`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        bench.strategy.answers["trade"] = [[try Bench.buy("2")]]
        try bench.trade("100", at: 1)
        try bench.fill("mr-1", "1", id: "a")
        try bench.fill("mr-1", "1", id: "a")
        #expect(bench.engine.state.positions[0].net == (try SignedQuantity("1")))
        #expect(bench.strategy.heard.filter { $0.hasPrefix("fill") } == ["fill 1"])
    }

    @Test func `a fill tells of the position of its order's instrument, whatever the report says`()
        throws
    {
        var bench = try Bench(Subscription(feeds: .trades))
        bench.strategy.answers["trade"] = [[try Bench.buy("2")]]
        try bench.trade("100", at: 1)
        try bench.fill("mr-1", "1", id: "a", of: InstrumentID(7))
        #expect(bench.strategy.heard.suffix(1) == ["position 0"])
    }

    @Test func `a fill after the cancel is in the position all the same, and said`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        bench.strategy.answers["trade"] = [[try Bench.buy("2")]]
        try bench.trade("100", at: 1)
        bench.report("mr-1", .accepted(VenueOrderID("v")))
        bench.report("mr-1", .cancelled)
        try bench.fill("mr-1", "1", id: "late")
        #expect(bench.engine.state.positions[0].net == (try SignedQuantity("1")))
        #expect(
            bench.commands.contains { if case .log(.error, _) = $0 { true } else { false } })
    }

    @Test func `a stop order waits until it is triggered`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        let request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: try Quantity("1"),
            stop: try Price("110"))
        bench.strategy.answers["trade"] = [[.intent(.place(request))]]
        try bench.trade("100", at: 1)
        bench.report("mr-1", .accepted(VenueOrderID("v")))
        bench.report("mr-1", .triggered)
        #expect(
            bench.strategy.heard.filter { $0.hasPrefix("order") }
                == ["order waiting", "order working"])
    }

    @Test func `the third failure within a minute cancels the orders and stops trading`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        let failure = [StrategyRequest.failure("x.lua:1: broken")]
        bench.strategy.answers["trade"] = [
            [try Bench.buy("1")], failure, failure, failure, [try Bench.buy("1")],
        ]
        for second in 1...5 { try bench.trade("100", at: Double(second)) }
        #expect(bench.deeds == ["buy 1", "cancel mr-1", "stopped", "refused not_trading"])
        // Spread over more than a minute they are counted, and trading goes on.
        var slow = try Bench(Subscription(feeds: .trades))
        slow.strategy.answers["trade"] = [failure, failure, failure, [try Bench.buy("1")]]
        for second in [1.0, 40, 63, 64] { try slow.trade("100", at: second) }
        #expect(slow.deeds == ["buy 1"])
    }

    @Test func `failures are counted by handler, and the first is kept`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        bench.strategy.answers["trade"] = [
            [.failure("x.lua:1: first", handler: "on_trade")],
            [.failure("x.lua:2: second", handler: "on_trade")],
            [.fatal("x.lua:3: ended", handler: "on_timer")],
        ]
        for second in [1.0, 100, 200] { try bench.trade("100", at: second) }
        let failures = bench.engine.handlerFailures
        #expect(failures.mapValues(\.count) == ["on_trade": 2, "on_timer": 1])
        #expect(failures["on_trade"]?.first == "x.lua:1: first")
    }

    @Test func `a book makes quotes only when its top changes`() throws {
        var bench = try Bench(Subscription(feeds: [.book, .quotes]))
        func change(_ side: Side, _ price: String, _ quantity: String) throws -> MarketEvent {
            .book(
                BookChange(
                    instrument: InstrumentID(0), kind: .level, side: side, price: try Price(price),
                    quantity: try Quantity(quantity), endsMessage: true, venueTime: Bench.at(1),
                    receiveTime: Bench.at(1)))
        }
        bench.engine.process(try change(.buy, "99", "1"), into: &bench.commands)
        bench.engine.process(try change(.buy, "98", "1"), into: &bench.commands)
        bench.engine.process(try change(.buy, "99.5", "1"), into: &bench.commands)
        #expect(
            bench.strategy.heard == ["book 1", "quote 99", "book 2", "book 3", "quote 99.5"])
    }

    @Test func `stopping cancels the orders first and then tells the strategy`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        bench.strategy.answers["trade"] = [[try Bench.buy("1")]]
        bench.strategy.answers["stop"] = [[.intent(.close(InstrumentID(0)))]]
        try bench.trade("100", at: 1)
        try bench.fill("mr-1", "0.4", id: "a")
        bench.engine.process(.stop(reason: "done", at: Bench.at(2)), into: &bench.commands)
        #expect(bench.deeds == ["buy 1", "cancel mr-1", "sell 0.4 reduce"])
        #expect(!bench.engine.state.isTrading)
    }

    @Test func `an order that the gate refuses is told with the next input, with its reason`()
        throws
    {
        var bench = try Bench(Subscription(feeds: .trades))
        bench.strategy.answers["trade"] = [[try Bench.buy("0.0004"), try Bench.buy("1")]]
        try bench.trade("100", at: 1)
        #expect(bench.strategy.heard == ["trade 100"])
        #expect(bench.engine.nextDeadline == Bench.at(1))
        bench.engine.process(.time(bench.engine.nextDeadline), into: &bench.commands)
        #expect(bench.strategy.heard == ["trade 100", "order rejected"])
        let order = try #require(bench.strategy.orders.last)
        #expect(order.request.quantity == (try Quantity("0.0004")))
        #expect(
            order.reason.description.hasPrefix(
                "below_lot: buy 0.0004 sim:BTC/USDT:USDT is less than"))
        #expect(bench.engine.state.orders[order.id] == nil, "it was never sent")
        #expect(bench.engine.nextDeadline == .distantFuture)
        try bench.trade("100", at: 2)
        #expect(bench.strategy.heard.count == 3, "told once")
    }

    @Test func `an amendment that the gate refuses is told by its order as it stands`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        let limit = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: try Quantity("1"),
            price: try Price("90"))
        let change = Intent.amend(
            ClientOrderID("mr-1"), price: nil, quantity: try Quantity("0.0001"))
        bench.strategy.answers["trade"] = [[.intent(.place(limit))], [.intent(change)]]
        try bench.trade("100", at: 1)
        bench.report("mr-1", .accepted(VenueOrderID("v")))
        try bench.trade("100", at: 2)
        bench.engine.process(.time(Bench.at(2)), into: &bench.commands)
        let told = try #require(bench.strategy.orders.last)
        #expect(told.id == ClientOrderID("mr-1"))
        #expect(told.state.name == "working")
        #expect(told.reason.description.hasPrefix("below_lot: "))
        #expect(bench.engine.state.orders[ClientOrderID("mr-1")]?.reason == "")
    }

    @Test func `answers to refusals come one by one, each after an input`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        let small = try Bench.buy("0.0001")
        bench.strategy.answers["trade"] = [[small]]
        bench.strategy.answers["order rejected"] = Array(repeating: [small], count: 100)
        try bench.trade("100", at: 1)
        for count in 1...5 {
            bench.engine.process(.time(Bench.at(1)), into: &bench.commands)
            #expect(bench.strategy.orders.count == count)
        }
    }

    @Test func `a strategy that is refused without end at one instant is stopped`() throws {
        var bench = try Bench(Subscription(feeds: .trades))
        let small = try Bench.buy("0.0001")
        bench.strategy.answers["trade"] = [[small]]
        bench.strategy.answers["order rejected"] = Array(repeating: [small], count: 100_000)
        try bench.trade("100", at: 1)
        var inputs = 0
        while bench.engine.state.isTrading, inputs < 50_000 {
            bench.engine.process(.time(Bench.at(1)), into: &bench.commands)
            inputs += 1
        }
        #expect(bench.deeds.last == "stopped")
        #expect(inputs == 20_001)
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

    @Test func `the same inputs give the same commands`() throws {
        var runs: [[Command]] = []
        for _ in 0..<2 {
            var bench = try Bench(Subscription(feeds: .trades))
            bench.strategy.answers["trade"] = try (1...50).map { [try Bench.buy("0.00\($0)")] }
            for second in 1...50 { try bench.trade("100", at: Double(second)) }
            runs.append(bench.commands)
        }
        #expect(runs[0] == runs[1])
        #expect(runs[0].count == 100)
    }
}
