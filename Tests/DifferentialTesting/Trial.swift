package import Matching
import PropertyTesting
package import ScriptHost
package import TradingCore
package import TradingModel

/// A strategy on a market, to be run in one way and another.
package struct Trial: Sendable {
    package let name: String
    /// What the strategy's text is, for a report; empty where it lies in a file.
    package let script: String
    package let instruments: [Instrument]
    /// The instruments whose depth will come.
    package let depth: [InstrumentID]
    package let paper: PaperSettings
    package let limits: RiskLimits
    package let maxFailuresPerMinute: Int
    /// Moments at which equity and drawdown are looked at.
    package let moments: [Timestamp]
    package let makeStrategy: @Sendable () throws -> LuaStrategy
    package let makeSource: @Sendable () throws -> any MarketEventSource

    package init(
        name: String, script: String = "", instruments: [Instrument], depth: [InstrumentID],
        paper: PaperSettings, limits: RiskLimits = RiskLimits(), maxFailuresPerMinute: Int = 3,
        moments: [Timestamp] = [], makeStrategy: @escaping @Sendable () throws -> LuaStrategy,
        makeSource: @escaping @Sendable () throws -> any MarketEventSource
    ) {
        self.name = name
        self.script = script
        self.instruments = instruments
        self.depth = depth
        self.paper = paper
        self.limits = limits
        self.maxFailuresPerMinute = maxFailuresPerMinute
        self.moments = moments
        self.makeStrategy = makeStrategy
        self.makeSource = makeSource
    }
}

/// A generated trial, with the data that it was given.
package struct GeneratedTrial: Sendable {
    package let seed: UInt64
    package let trial: Trial
    package let events: [MarketEvent]

    /// The trial of a seed: script, market, account and limits follow from it.
    package init(seed: UInt64) {
        var random = Seeded(seed &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        let hearsTradesAlone = random.chance(55)
        let instruments = RandomSetting.instruments(&random)
        let kinds = instruments.map { instrument in
            RandomSetting.kinds(of: instrument, hearsTradesAlone, &random)
        }
        let count = random.pick([40, 150, 300, 300, 600])
        let market = RandomMarket(
            Array(zip(instruments, kinds)).map { ($0, $1) }, count: count,
            random: Seeded(random.next()))
        var script = RandomScript(
            symbols: instruments.map(\.symbol.description), kinds: kinds,
            hearsTradesAlone: hearsTradesAlone, random: Seeded(random.next()))
        let depth = zip(instruments, kinds).filter { $1.contains(.depth) }.map(\.0.id)
        self.init(
            seed: seed, script: script.text(), instruments: instruments, depth: depth,
            events: market.events, random: random)
    }

    private init(
        seed: UInt64, script: String, instruments: [Instrument], depth: [InstrumentID],
        events: [MarketEvent], random: Seeded
    ) {
        var random = random
        self.seed = seed
        self.events = events
        let moments = (0..<3).map { _ in events[random.int(0...(events.count - 1))].receiveTime }
        let luaSeed = random.next() % 1_000
        trial = Trial(
            name: "seed \(seed)", script: script, instruments: instruments, depth: depth,
            paper: RandomSetting.paper(instruments, &random), limits: RandomSetting.limits(&random),
            maxFailuresPerMinute: random.chance(25) ? 3 : 10_000, moments: moments.sorted(),
            makeStrategy: { try LuaStrategy(text: script, seed: luaSeed) },
            makeSource: { ListedSource(events) })
    }

    private init(_ other: Self, events: [MarketEvent]) {
        seed = other.seed
        self.events = events
        let trial = other.trial
        self.trial = Trial(
            name: trial.name, script: trial.script, instruments: trial.instruments,
            depth: trial.depth, paper: trial.paper, limits: trial.limits,
            maxFailuresPerMinute: trial.maxFailuresPerMinute, moments: trial.moments,
            makeStrategy: trial.makeStrategy, makeSource: { ListedSource(events) })
    }

    /// The same with other data: for finding the least that shows a difference.
    package func with(_ events: [MarketEvent]) -> Self { Self(self, events: events) }
}

/// Events that are there already.
package final class ListedSource: MarketEventSource {
    private let events: [MarketEvent]
    private var given = 0

    package init(_ events: [MarketEvent]) { self.events = events }

    package func read(into batch: EventBatch) throws(MarketDataError) {
        while !batch.isFull, given < events.count {
            batch.append(events[given])
            given += 1
        }
    }
}

/// The first events of another source.
package final class ShortSource: MarketEventSource {
    private let inner: any MarketEventSource
    private var left: Int
    private let buffer = EventBatch(capacity: 128)
    private var next = 0

    package init(_ inner: any MarketEventSource, first count: Int) {
        self.inner = inner
        left = count
    }

    package func read(into batch: EventBatch) throws(MarketDataError) {
        while !batch.isFull, left > 0 {
            if next == buffer.count {
                next = 0
                buffer.removeAll()
                try inner.read(into: buffer)
                guard !buffer.isEmpty else { return }
            }
            batch.append(buffer[next])
            next += 1
            left -= 1
        }
    }
}

/// Hands out what another source has as events that have no column.
final class WholeSource: MarketEventSource {
    private let inner: any MarketEventSource

    init(_ inner: any MarketEventSource) { self.inner = inner }

    func read(into batch: EventBatch) throws(MarketDataError) {
        let buffer = EventBatch(capacity: batch.capacity)
        try inner.read(into: buffer)
        for place in 0..<buffer.count { batch.appendWhole(buffer[place]) }
    }
}

extension GeneratedTrial {
    /// A generated script for data that is there already.
    ///
    /// - Parameter feeds: what the data holds, as a script would subscribe to it.
    package static func script(seed: UInt64, symbol: Symbol, feeds: [String]) -> String {
        var kinds: DataKinds = []
        var bars: String?
        for feed in feeds {
            switch feed {
            case "trades": kinds.insert(.trades)
            case "quotes": kinds.insert(.quotes)
            case "book": kinds.insert(.depth)
            default:
                kinds.insert(.bars)
                bars = feed
            }
        }
        var script = RandomScript(
            symbols: [symbol.description], kinds: [kinds],
            hearsTradesAlone: kinds.contains(.trades) && seed % 3 != 0, random: Seeded(seed))
        script.barFeed = bars
        return script.text()
    }
}
