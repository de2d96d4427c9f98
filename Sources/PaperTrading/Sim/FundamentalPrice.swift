internal import TradingModel

/// Returns whose volatility comes in clusters: GARCH(1, 1) in steps of 100 ms.
///
/// Source: Bollerslev, "Generalized autoregressive conditional heteroskedasticity", 1986.
struct ClusteredReturns {
    private var random: SeededRandom
    /// The variance of a step in the long run, as a share of the price: 40 % a year.
    static let longRun = 5e-10
    private static let reaction = 0.015
    private static let memory = 0.984_5
    private static let cap = 25 * longRun
    private(set) var variance = Self.longRun

    init(seed: UInt64) {
        // Named after what drives it, so that every instrument that follows BTC sees the same.
        random = SeededRandom(seed: seed, name: "BTC")
    }

    mutating func next() -> Double {
        let move = random.normal() * variance.squareRoot()
        let fresh = (1 - Self.reaction - Self.memory) * Self.longRun
        variance = min(Self.cap, fresh + Self.reaction * move * move + Self.memory * variance)
        return move
    }

    /// The volatility against its long run: 1 is usual.
    var excitement: Double { (variance / Self.longRun).squareRoot() }
}

/// What an instrument is worth, which its book follows: BTC's way times its own deviation from it.
struct FundamentalPrice {
    static let stepNanoseconds: Int64 = 100_000_000
    /// Draws the price back to its anchor by half in about a month.
    private static let pull = 2.7e-8

    private let profile: SimulatedProfile
    private var returns: ClusteredReturns
    private var random: SeededRandom
    private let decay: Double
    private let shock: Double
    private var trend = 1.0
    /// How far it has gone its own way, as a share of the price.
    private(set) var deviation = 0.0
    private(set) var ticks: Double
    private var nextStep: Int64

    init(_ profile: SimulatedProfile, symbol: String, seed: UInt64, start: Timestamp) {
        self.profile = profile
        returns = ClusteredReturns(seed: seed)
        random = SeededRandom(seed: seed, name: symbol + " deviation")
        let steps = profile.deviationHalfLife * 1e9 / Double(Self.stepNanoseconds)
        decay = 0.693_147_180_559_945_3 / steps
        shock = profile.deviation * (2 * decay).squareRoot()
        ticks = profile.anchor
        nextStep = start.nanoseconds + Self.stepNanoseconds
    }

    /// How lively the market is: 0.5 to 2, 1 is usual.
    var activity: Double { min(2, max(0.5, returns.excitement)) }

    mutating func advance(to time: Int64) {
        guard nextStep <= time else { return }
        while nextStep <= time {
            trend *= 1 + profile.beta * returns.next() + Self.pull * (1 - trend)
            // Its own way is as lively as the market.
            deviation += shock * returns.excitement * random.normal() - decay * deviation
            nextStep += Self.stepNanoseconds
        }
        ticks = profile.anchor * trend * (1 + deviation)
    }
}
