import Testing
import TradingModel

@Suite struct `Cross venue` {
    private let parameters = [
        "quote": "one:BTC/USDT:USDT", "hedge": "two:BTC/USDT:USDT", "size": "0.01",
        "max_position": "0.02", "edge": "10", "pause": "0.1", "retry": "1",
    ]
    private let quoted = HandMadeMarket()
    private let liquid = HandMadeMarket(InstrumentID(1))

    /// Both books, the liquid one around its own price.
    private func books(_ mid: Double, hedge: Double? = nil, spread: Double = 60) throws {
        try quoted.book(around: mid, spread: spread)
        try liquid.book(around: hedge ?? mid)
        liquid.wait(quoted.time - liquid.time)
    }

    private func wait(_ seconds: Double) {
        quoted.wait(seconds)
        liquid.wait(seconds)
    }

    private func run(_ more: [String: String] = [:]) throws -> StrategyRun {
        quoted.merge(liquid)
        return try StrategyRun(
            "cross_venue", set: parameters.merging(more) { $1 },
            on: [
                try HandMadeMarket.instrument("one:BTC/USDT:USDT"),
                try HandMadeMarket.instrument("two:BTC/USDT:USDT", id: 1),
            ], source: quoted)
    }

    @Test func `quotes where a fill could be sold on the other venue with the edge`() throws {
        try books(10_000)
        wait(2)
        try books(10_000)
        let run = try run()
        #expect(run.errors == [])
        #expect(run.openBefore.map(\.side) == [.buy, .sell])
        // The other venue bids 9,999.9 and asks 10,000.1; ten basis points off are 9,989.9 and 10,010.1.
        try #expect(run.openBefore.map(\.price) == [Price("9989.9"), Price("10010.2")])
        #expect(run.openBefore.allSatisfy { $0.isPostOnly && $0.instrument == InstrumentID(0) })
    }

    @Test func `hedges what fills on the other venue at once, and both legs are closed at the end`()
        throws
    {
        try books(10_000)
        wait(1)
        try quoted.trade(9_980, 5, taker: .sell)
        wait(1)
        try books(10_000)
        wait(1)
        let run = try run()
        #expect(run.errors == [])
        let hedge = try #require(run.sent.first { $0.instrument == InstrumentID(1) })
        #expect(hedge.side == .sell)
        #expect(hedge.price == nil)
        try #expect(hedge.quantity == Quantity("0.01"))
        let held = run.positionsBefore
        try #expect(held[Symbol("one:BTC/USDT:USDT")] == SignedQuantity("0.01"))
        try #expect(held[Symbol("two:BTC/USDT:USDT")] == SignedQuantity("-0.01"))
        #expect(run.positionsAfter.values.allSatisfy { $0 == .zero })
    }

    @Test func `never holds more than its limit, and each leg is hedged`() throws {
        for step in 0..<12 {
            let mid = 10_000 - Double(step) * 20
            try books(mid)
            wait(0.5)
            try quoted.trade(mid - 25, 5, taker: .sell)
            wait(0.5)
        }
        try books(9_700)
        wait(2)
        try books(9_700)
        let run = try run()
        #expect(run.fills > 3)
        try #expect(run.largestExposure[Symbol("one:BTC/USDT:USDT")] == Quantity("0.02"))
        try #expect(run.positionsBefore[Symbol("one:BTC/USDT:USDT")] == SignedQuantity("0.02"))
        try #expect(run.positionsBefore[Symbol("two:BTC/USDT:USDT")] == SignedQuantity("-0.02"))
    }

    @Test func `pulls its quotes when the venue that hedges falls silent`() throws {
        try books(10_000)
        for _ in 0..<20 {
            quoted.wait(1)
            try quoted.book(around: 10_000, spread: 60)
        }
        let run = try run(["stale": "5"])
        #expect(run.sent.count == 2)
        #expect(run.openBefore.isEmpty)
    }

    @Test func `leaves the quote that the other venue's price has run away from`() throws {
        try books(10_000)
        wait(1)
        try books(10_000, hedge: 9_900)
        wait(1)
        try books(10_000, hedge: 9_900)
        wait(1)
        try books(10_000, hedge: 9_900)
        let run = try run()
        #expect(run.errors == [])
        try #expect(run.openBefore.first { $0.side == .buy }?.price == Price("9890"))
        #expect(run.fills == 0)
    }
}
