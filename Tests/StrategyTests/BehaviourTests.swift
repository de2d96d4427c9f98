import Testing
import TradingModel

@Suite struct `EMA cross` {
    private let parameters = ["fast": "2", "slow": "5", "size": "0.01"]

    @Test func `goes long once when the price rises and short when it falls`() throws {
        let market = HandMadeMarket()
        for step in 0..<60 {
            try market.trade(step < 30 ? 100 + Double(step) : 130 - Double(step))
            market.wait(1)
        }
        let run = try StrategyRun(
            "ema_cross", set: parameters, on: [try HandMadeMarket.instrument()], source: market)
        #expect(run.errors == [])
        #expect(run.sent.map(\.side) == [.buy, .sell])
        try #expect(run.sent.map(\.quantity) == [Quantity("0.01"), Quantity("0.02")])
        try #expect(run.positionsAfter.values.first == SignedQuantity("-0.01"))
    }

    @Test func `does nothing while the averages stay within the band`() throws {
        let market = HandMadeMarket()
        for step in 0..<100 { try market.trade(step % 2 == 0 ? 100_000 : 100_000.1) }
        let run = try StrategyRun(
            "ema_cross", set: parameters, on: [try HandMadeMarket.instrument()], source: market)
        #expect(run.sent.isEmpty)
    }

    @Test func `sends a refused order again only after its pause`() throws {
        let market = HandMadeMarket()
        // Ten trades a second for twenty seconds, and an order that the account cannot pay for.
        for step in 0..<200 {
            try market.trade(100_000 + Double(step) * 10)
            market.wait(0.1)
        }
        let run = try StrategyRun(
            "ema_cross", set: parameters.merging(["size": "50", "retry": "5"]) { $1 },
            on: [try HandMadeMarket.instrument()], source: market)
        #expect((2...3).contains(run.refused), "\(run.refused) refusals in 20 seconds")
    }
}

@Suite struct `Market maker` {
    private let parameters = [
        "size": "0.01", "max_position": "0.025", "spread": "1", "volatility": "0", "skew": "2",
        "pause": "0.1",
    ]

    private func run(_ market: HandMadeMarket) throws -> StrategyRun {
        try StrategyRun(
            "market_maker", set: parameters, on: [try HandMadeMarket.instrument()], source: market)
    }

    @Test func `quotes both sides around the mid, post-only`() throws {
        let market = HandMadeMarket()
        try market.book(around: 100_000)
        let run = try run(market)
        #expect(run.errors == [])
        #expect(run.openBefore.map(\.side) == [.buy, .sell])
        try #expect(run.openBefore.map(\.price) == [Price("99990"), Price("100010")])
        #expect(run.openBefore.map(\.isPostOnly) == [true, true])
    }

    @Test func `quotes lower once it is long`() throws {
        let market = HandMadeMarket()
        try market.book(around: 100_000)
        try market.trade(99_989, 0.5, taker: .sell)
        market.wait(1)
        try market.book(around: 100_000.2)
        market.wait(0.5)
        let run = try run(market)
        try #expect(run.positionsBefore.values.first == SignedQuantity("0.01"))
        // Long 0.01 of 0.025 moves the fair price down by 2 × 0.4 = 0.8 basis points, 8.0.
        let sell = try #require(run.openBefore.first { $0.side == .sell })
        try #expect(sell.price == Price("100002.2"))
        #expect(run.positionsAfter.values.first == .zero)
    }

    @Test func `never holds more than its limit, open quotes included`() throws {
        let market = HandMadeMarket()
        for step in 0..<40 {  // sellers all the way down
            let mid = 100_000 - Double(step) * 30
            try market.book(around: mid)
            market.wait(0.3)
            try market.trade(mid - 12, 2, taker: .sell)
            market.wait(0.3)
        }
        let run = try run(market)
        #expect(run.fills > 2)
        try #expect(run.largestExposure.values.first == Quantity("0.025"))
    }

    @Test func `pulls its quotes when the market falls silent`() throws {
        let market = HandMadeMarket()
        try market.book(around: 100_000)
        market.wait(30)
        let other = HandMadeMarket(InstrumentID(1))
        other.wait(30)
        try other.trade(1)  // time passes, but not through news of ours
        market.merge(other)
        let run = try StrategyRun(
            "market_maker", set: parameters,
            on: [
                try HandMadeMarket.instrument(), try HandMadeMarket.instrument("sim:X/USDT", id: 1),
            ], source: market)
        #expect(run.sent.count == 2)
        #expect(run.openBefore.isEmpty)
    }

    @Test func `tries less and less often what is refused again and again`() throws {
        let market = HandMadeMarket()
        for step in 0..<600 {
            try market.book(around: 100_000 + Double(step % 2))
            market.wait(0.1)
        }
        // A quote of 1 BTC is more than the account can pay for.
        let run = try StrategyRun(
            "market_maker", set: parameters.merging(["size": "1", "max_position": "1"]) { $1 },
            on: [try HandMadeMarket.instrument()], source: market)
        #expect((6...14).contains(run.refused), "\(run.refused) refusals in a minute, both sides")
    }

    @Test func `moves its quotes with the mid, both sides, without meeting itself`() throws {
        let market = HandMadeMarket()
        for step in 0..<30 {
            // Up and down again, by less than a quote's distance at a time.
            try market.book(around: 100_000 + Double(step < 15 ? step : 30 - step) * 6)
            market.wait(1)
        }
        let run = try run(market)
        #expect(run.refused == 0)
        #expect(run.sent.count == 2, "amended, not sent anew")
    }
}

@Suite struct `Grid` {
    private let parameters = ["levels": "2", "step": "1", "size": "0.1", "check": "1"]
    private let instrument = Result { try HandMadeMarket.instrument("sim:BTC/USDT") }

    @Test func `sells a lot one step higher than it was bought, then buys again`() throws {
        let market = HandMadeMarket()
        // 1,000 → below the first level at 990 → above 1,000 again.
        for mid in [1_000, 1_000, 1_000, 985, 985, 985, 1_004, 1_004, 1_004] {
            try market.book(around: Double(mid))
            try market.trade(Double(mid), 10)
            market.wait(2)
        }
        let run = try StrategyRun(
            "grid", set: parameters, on: [instrument.get()], source: market)
        #expect(run.errors == [])
        #expect(run.fills == 2)
        let sells = run.sent.filter { $0.side == .sell }
        #expect(sells.map(\.tag) == ["sell1"])
        try #expect(sells.map(\.quantity) == [Quantity("0.1")])
        #expect(run.sent.filter { $0.tag == "buy1" }.count == 2)
        #expect(run.positionsBefore.values.first == .zero)
    }

    @Test func `gives up below the grid and stays out`() throws {
        let market = HandMadeMarket()
        for mid in [1_000, 1_000, 975, 975, 940, 940, 940, 1_000, 1_000] {
            try market.book(around: Double(mid))
            try market.trade(Double(mid), 10)
            market.wait(2)
        }
        let run = try StrategyRun(
            "grid", set: parameters, on: [instrument.get()], source: market)
        #expect(run.alerts.count == 1)
        #expect(run.positionsBefore.values.first == .zero)
        #expect(run.openBefore.isEmpty)
    }
}

@Suite struct `Breakout` {
    private let parameters = ["length": "5", "atr": "5", "risk": "1000", "max_size": "1"]

    @Test func `enters above the channel and leaves by its stop, on bars alone`() throws {
        let market = HandMadeMarket()
        for _ in 0..<10 { try market.bar(open: 100, high: 101, low: 99, close: 100) }
        try market.bar(open: 100, high: 105, low: 100, close: 105)  // the breakout
        try market.bar(open: 105, high: 110, low: 105, close: 110)  // filled at the open
        for step in 0..<10 {
            let open = 110 + Double(step)
            try market.bar(open: open, high: open + 1, low: open, close: open + 1)
        }
        try market.bar(open: 120, high: 120, low: 60, close: 118)  // through the stop
        try market.bar(open: 118, high: 119, low: 117, close: 118)
        let run = try StrategyRun(
            "breakout", set: parameters, on: [try HandMadeMarket.instrument()], source: market)
        #expect(run.errors == [])
        let entry = try #require(run.sent.first)
        #expect(entry.tag == "entry")
        #expect(entry.side == .buy)
        let stops = run.sent.filter { $0.tag == "stop" }
        #expect(stops.count > 1, "the stop trails")
        #expect(stops.allSatisfy { $0.isReduceOnly && $0.side == .sell && $0.stop != nil })
        let levels = stops.compactMap(\.stop)
        #expect(levels == levels.sorted())
        #expect(levels.first != levels.last)
        #expect(run.positionsBefore.values.first == .zero)
    }

    @Test func `stays out while the price keeps to the channel`() throws {
        let market = HandMadeMarket()
        for step in 0..<40 {
            let close = step % 2 == 0 ? 100.5 : 99.5
            try market.bar(open: 100, high: 101, low: 99, close: close)
        }
        let run = try StrategyRun(
            "breakout", set: parameters, on: [try HandMadeMarket.instrument()], source: market)
        #expect(run.sent.isEmpty)
    }
}

@Suite struct `Book imbalance` {
    private let parameters = ["smooth": "3", "hold": "5", "pause": "60"]

    @Test func `takes the ask when bids weigh more, and leaves after its time`() throws {
        let market = HandMadeMarket()
        for step in 0..<20 {
            let isHeavy = step < 5
            try market.book(around: 100_000, bid: isHeavy ? 9 : 5, ask: isHeavy ? 1 : 5)
            market.wait(1)
        }
        let run = try StrategyRun(
            "book_imbalance", set: parameters, on: [try HandMadeMarket.instrument()],
            source: market)
        #expect(run.errors == [])
        #expect(run.sent.map(\.side) == [.buy, .sell])
        #expect(run.sent.first?.timeInForce == .ioc)
        try #expect(run.sent.first?.price == Price("100000.1"))
        #expect(run.sent.last?.isReduceOnly == true)
        #expect(run.positionsBefore.values.first == .zero)
    }

    @Test func `does nothing in an even book`() throws {
        let market = HandMadeMarket()
        for _ in 0..<50 {
            try market.book(around: 100_000)
            market.wait(1)
        }
        let run = try StrategyRun(
            "book_imbalance", set: parameters, on: [try HandMadeMarket.instrument()],
            source: market)
        #expect(run.sent.isEmpty)
    }
}

@Suite struct `Pairs` {
    private func run(a: [Double], b: [Double]) throws -> StrategyRun {
        let market = HandMadeMarket()
        let other = HandMadeMarket(InstrumentID(1))
        for (one, two) in zip(a, b) {
            try market.bar(open: one, high: one, low: one, close: one)
            try other.bar(open: two, high: two, low: two, close: two)
        }
        market.merge(other)
        return try StrategyRun(
            "pairs",
            set: ["window": "20", "enter": "2", "leave": "0.5", "a": "sim:ETH/USDT:USDT"],
            on: [
                try HandMadeMarket.instrument("sim:ETH/USDT:USDT"),
                try HandMadeMarket.instrument(id: 1),
            ], source: market)
    }

    /// Around 2,000 with a small swing, then whatever is given.
    private func swinging(_ then: [Double]) -> [Double] {
        (0..<30).map { $0 % 2 == 0 ? 2_000 : 2_001 } + then
    }

    @Test func `sells the dear one, buys the cheap one, and leaves both at the mean`() throws {
        let a = swinging([2_002.5, 2_002.5, 2_002, 2_000.5, 2_000.5, 2_000.5, 2_000.5])
        let run = try run(a: a, b: a.map { _ in 50_000 })
        #expect(run.errors == [])
        let first = run.sent.prefix(2)
        #expect(first.map(\.side) == [.sell, .buy])
        #expect(first.map(\.instrument) == [InstrumentID(0), InstrumentID(1)])
        try #expect(first.map(\.quantity) == [Quantity("0.499"), Quantity("0.02")])
        #expect(run.sent.count == 4)
        #expect(run.positionsBefore.values.allSatisfy { $0 == .zero })
    }

    @Test func `does not sell a spot leg short`() throws {
        let market = HandMadeMarket()
        let other = HandMadeMarket(InstrumentID(1))
        for price in swinging([2_002.5, 2_002.5, 2_002.5]) {
            try market.bar(open: price, high: price, low: price, close: price)
            try other.bar(open: 50_000, high: 50_000, low: 50_000, close: 50_000)
        }
        market.merge(other)
        let run = try StrategyRun(
            "pairs", set: ["window": "20", "enter": "2"],
            on: [
                try HandMadeMarket.instrument("sim:ETH/USDT"),
                try HandMadeMarket.instrument(id: 1),
            ], source: market)
        #expect(run.sent.isEmpty)
    }
}

@Suite struct `TWAP` {
    private func run(_ parameters: [String: String], trades: Bool) throws -> StrategyRun {
        let market = HandMadeMarket()
        for _ in 0..<140 {
            try market.book(around: 100_000)
            if trades { try market.trade(99_999.9, 20, taker: .sell) }
            market.wait(1)
        }
        return try StrategyRun(
            "twap",
            set: ["total": "0.04", "minutes": "2", "slices": "4"].merging(parameters) { $1 },
            on: [try HandMadeMarket.instrument()], source: market)
    }

    @Test func `buys the whole total in slices and not a lot more`() throws {
        let run = try run([:], trades: false)
        #expect(run.errors == [])
        try #expect(run.positionsBefore.values.first == SignedQuantity("0.04"))
        try #expect(run.largestExposure.values.first == Quantity("0.04"))
        #expect(run.sent.filter { $0.timeInForce == .ioc }.count == 4)
    }

    @Test func `fills at the touch where sellers come to it`() throws {
        let run = try run(["side": "buy"], trades: true)
        try #expect(run.positionsBefore.values.first == SignedQuantity("0.04"))
        #expect(run.sent.allSatisfy { $0.isPostOnly })
    }

    @Test func `buys nothing beyond its limit`() throws {
        let run = try run(["limit": "99000"], trades: false)
        #expect(run.fills == 0)
        #expect(run.positionsAfter.values.first == .zero)
    }
}
