import Matching
import ModelledRuns
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

/// Everything that a run says of its account, held against books that were kept beside it.
@Suite struct `Account books` {
    private struct Setup {
        let instruments: [Instrument]
        let kinds: [MarketKinds]
        let settings: PaperSettings
        let seed: UInt64
        var depth: [InstrumentID] {
            instruments.map(\.id).filter { kinds[$0.index].contains(.depth) }
        }

        func run(_ feeds: FeedSet, isPlain: Bool = true) -> ModelledRun {
            ModelledRun(
                instruments, RandomMarket(instruments, kinds, count: 800, seed: seed),
                RandomTrader(seed: seed &+ 1, feeds: feeds), settings, depth: depth,
                isPlain: isPlain)
        }
    }

    private static let symbols = [
        ["test:BTC/USDT"], ["test:BTC/USDT:USDT"], ["test:BTC/USD:BTC"],
        ["test:BTC/USDT:USDT", "test:BTC/USDT", "test:BTC/USD:BTC"],
        ["test:BTC/USDT", "other:BTC/USDT", "test:ETH/USDT:USDT"],
    ]
    private static let mixtures: [MarketKinds] = [
        [.trades], [.quotes], [.depth], [.bars], [.trades, .depth], [.trades, .quotes],
        [.quotes, .depth], [.bars, .trades], [.trades, .quotes, .depth, .bars], [.quotes, .bars],
    ]
    private static let latencies: [Latency] = [
        .none, Latency(feed: 0, orderEntry: 30_000_000, response: 20_000_000),
        Latency(feed: 700_000_000, orderEntry: 0, response: 0),
        Latency(feed: 3_000_000_000, orderEntry: 50_000_000, response: 900_000_000),
        Latency(feed: 40_000_000, orderEntry: 2_000_000_000, response: 2_500_000_000),
    ]

    private static func setup(_ seed: UInt64, latency: Latency? = nil) -> Setup {
        var random = Seeded(seed &* 7_919)
        let symbols = random.pick(symbols)
        let instruments = symbols.enumerated().map { id, symbol in
            let isInverse = symbol.hasSuffix(":BTC")
            return instrument(
                symbol, id: id, tick: random.pick(["0.01", "0.5"]),
                lot: isInverse ? "1" : random.pick(["0.001", "0.1"]),
                contractSize: symbol.hasSuffix("USDT:USDT")
                    ? random.pick(["1", "1", "0.01", "0.003"]) : isInverse ? "100" : "1",
                makerFee: random.pick(["-0.0001", "0.0002"]), takerFee: "0.0007",
                spotFee: random.pick([.quote, .received]))
        }
        let kinds = instruments.map { instrument in
            var kinds = random.pick(mixtures)
            if random.bool() { kinds.insert(.tickers) }
            if instrument.kind != .spot || random.bool() { kinds.insert(.funding) }
            return kinds
        }
        var settings = PaperSettings(
            leverage: random.pick([1, 10]), slippage: .ticks(random.int(0...2)),
            latency: latency ?? random.pick(latencies))
        settings.balances = [Currency("USDT"): money("50000"), Currency("BTC"): money("3.7")]
        if random.chance(30) { settings.takerFee = rate("0.00033") }
        return Setup(instruments: instruments, kinds: kinds, settings: settings, seed: seed)
    }

    @Test(arguments: [UInt64](1...150))
    func `agree with engine, account and equity at every input`(seed: UInt64) throws {
        let setup = Self.setup(seed)
        let run = setup.run([.trades, .quotes, .book, .bars, .funding])
        let differences = try run.play().prefix(4)
        #expect(differences.isEmpty, "seed \(seed): \(differences)")
    }

    /// The quick ways: no listener, and a strategy that hears trades alone and may run ahead.
    @Test(arguments: [UInt64](1...60))
    func `are the same whichever way the events go`(seed: UInt64) throws {
        let setup = Self.setup(seed, latency: seed % 2 == 0 ? Latency.none : nil)
        for feeds: FeedSet in [[.trades], [.trades, .book, .quotes]] {
            let plain = setup.run(feeds)
            let quick = setup.run(feeds, isPlain: false)
            let differences = try plain.play().prefix(4)
            #expect(differences.isEmpty, "seed \(seed): \(differences)")
            _ = try quick.play()
            #expect(quick.summary == plain.summary, "seed \(seed)")
        }
    }

    /// A tick is then the least that moves the equity, and fees are finer than that: nothing may be
    /// rounded where peak and deepest fall are looked for.
    @Test(arguments: seeds)
    func `agree tick by tick while a single lot is held`(seed: UInt64) throws {
        var random = Seeded(seed)
        let market = instrument("test:BTC/USDT:USDT", takerFee: "0.00000001230007")
        var ticks = 10_000
        var events: [MarketEvent] = []
        var plan: [Int: [Intent]] = [:]
        var held: Side?
        for step in 1...600 {
            ticks += random.int(-1...1)
            events.append(
                Told.trade(Int64(step), Price(attos: market.tick.attos * Int128(ticks)).description)
            )
            guard random.chance(5) else { continue }
            let side = held?.opposite ?? (random.bool() ? .buy : .sell)
            plan[step] = [Told.market(side, market.lot.description)]
            held = held == nil ? side : nil
        }
        let run = try PlannedRun(
            events, PaperSettings(balances: plenty), on: [market], plan: plan)
        #expect(run.differences == [], "seed \(seed)")
    }

    @Test func `are held against runs that trade`() throws {
        var fills = 0
        for seed: UInt64 in 1...20 {
            let run = Self.setup(seed).run([.trades, .quotes, .book, .bars, .funding])
            _ = try run.play()
            fills += run.fills
        }
        #expect(fills > 500)
    }
}
