import Testing
import TradingCore
import TradingModel

@Suite struct `The engine` {
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
