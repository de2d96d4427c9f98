import Matching
import PaperTrading
import Testing
import TradingModel

/// A shipped strategy on the embedded exchange, and what it must keep to.
struct Shipped: Sendable, CustomTestStringConvertible {
    let name: String
    let symbols: [String]
    /// Simulated minutes: long enough for its first orders.
    let minutes: Int
    let parameters: [String: String]
    /// The most that it may hold of a symbol, its open orders included.
    let limit: [String: String]
    /// Whether it leaves its position when it is stopped.
    let endsFlat: Bool

    var testDescription: String { name }

    static let all = [
        Shipped(
            name: "ema_cross", symbols: ["sim:BTC/USDT:USDT"], minutes: 10, parameters: [:],
            limit: ["sim:BTC/USDT:USDT": "0.01"], endsFlat: false),
        Shipped(
            name: "market_maker", symbols: ["sim:BTC/USDT:USDT"], minutes: 10, parameters: [:],
            limit: ["sim:BTC/USDT:USDT": "0.05"], endsFlat: true),
        Shipped(
            name: "grid", symbols: ["sim:BTC/USDT"], minutes: 20, parameters: [:],
            limit: ["sim:BTC/USDT": "0.012"], endsFlat: false),
        Shipped(
            name: "breakout", symbols: ["sim:BTC/USDT:USDT"], minutes: 90, parameters: [:],
            limit: ["sim:BTC/USDT:USDT": "0.05"], endsFlat: true),
        Shipped(
            name: "book_imbalance", symbols: ["sim:BTC/USDT:USDT"], minutes: 10, parameters: [:],
            limit: ["sim:BTC/USDT:USDT": "0.01"], endsFlat: true),
        Shipped(
            name: "pairs", symbols: ["sim:ETH/USDT", "sim:BTC/USDT:USDT"], minutes: 30,
            parameters: ["bars": "5s", "window": "30", "enter": "2", "leave": "0.5"],
            limit: ["sim:ETH/USDT": "0.5", "sim:BTC/USDT:USDT": "0.02"], endsFlat: true),
        Shipped(
            name: "cross_venue", symbols: ["sim:BTC/USDT", "sim:BTC/USDT:USDT"], minutes: 10,
            parameters: ["edge": "0.2"],
            limit: ["sim:BTC/USDT": "0.05", "sim:BTC/USDT:USDT": "0.05"], endsFlat: true),
        Shipped(
            name: "twap", symbols: ["sim:BTC/USDT:USDT"], minutes: 15,
            parameters: ["minutes": "10"], limit: ["sim:BTC/USDT:USDT": "0.1"], endsFlat: false),
    ]

    func run(seed: UInt64, sharesBooks: Bool = true) throws -> StrategyRun {
        let instruments = try SimulatedExchange.instruments(symbols)
        let end = SimulatedExchange.start.advanced(byNanoseconds: Int64(minutes) * 60_000_000_000)
        return try StrategyRun(
            name, set: parameters, on: instruments,
            source: SimulatedMarket(instruments: instruments, seed: seed, end: end),
            seed: seed,
            latency: Latency(feed: 0, orderEntry: 5_000_000, response: 5_000_000),
            sharesBooks: sharesBooks)
    }
}

extension SimulatedExchange {
    /// The instruments of these symbols, in their order.
    static func instruments(_ symbols: [String]) throws -> [Instrument] {
        try symbols.enumerated().map { index, text in
            try #require(instrument(try Symbol(text), id: InstrumentID(index)))
        }
    }
}

@Suite struct `Shipped strategies on the embedded exchange` {
    private static let seeds: [UInt64] = [1, 2]

    @Test(arguments: Shipped.all, seeds)
    func `trade without a failure, without spam and within their limits`(
        _ strategy: Shipped, seed: UInt64
    ) throws {
        let run = try strategy.run(seed: seed)
        #expect(run.errors == [])
        #expect(run.stopReason == nil)
        #expect(!run.sent.isEmpty, "no order in \(strategy.minutes) minutes")
        #expect(run.refusedShare < 0.05, "\(run.refused) of \(run.sent.count) refused")
        for (symbol, text) in strategy.limit {
            let limit = try Quantity(text)
            let most = run.largestExposure[try Symbol(symbol)] ?? .zero
            #expect(most <= limit, "\(symbol): \(most) at most, the limit is \(limit)")
        }
        if strategy.endsFlat {
            for (symbol, position) in run.positionsAfter {
                #expect(position == .zero, "\(symbol) is held after the end")
            }
        }
    }

    @Test(arguments: Shipped.all)
    func `give the same intents for the same seed and others for another`(
        _ strategy: Shipped
    ) throws {
        let first = try strategy.run(seed: Self.seeds[0]).intentsHash
        let again = try strategy.run(seed: Self.seeds[0]).intentsHash
        let other = try strategy.run(seed: Self.seeds[1]).intentsHash
        #expect(again == first)
        // TWAP asks for whatever the touch is, so even it differs.
        #expect(other != first)
    }

    @Test(arguments: Shipped.all.filter { ["market_maker", "book_imbalance"].contains($0.name) })
    func `give the same intents whether the engine keeps its own books or shares the venue's`(
        _ strategy: Shipped
    ) throws {
        let shared = try strategy.run(seed: Self.seeds[0], sharesBooks: true).intentsHash
        let own = try strategy.run(seed: Self.seeds[0], sharesBooks: false).intentsHash
        #expect(own == shared)
    }
}
