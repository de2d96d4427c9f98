import PaperTrading
import ScriptHost
import TradingModel
import VenueSimulators

/// A market, and what goes wrong with the venue and the line to it.
struct AccountSetting: Sendable, CustomStringConvertible {
    enum Product: String, CaseIterable, Sendable {
        case spot
        case futures
    }

    let product: Product
    /// As `--fault` takes them; empty: none.
    let faults: String
    /// Of the market, in each of the run's.
    var speed: Int64 = 8

    var description: String { "\(product), \(faults.isEmpty ? "no faults" : faults)" }
    var symbol: String { product == .spot ? "coinex:BTC/USDT" : "coinex:BTC/USDT:USDT" }
    var quirksAndPlan: (CoinExQuirks, FaultPlan) {
        get throws {
            var quirks = CoinExQuirks()
            let plan = try FaultPlan(faults, quirks: &quirks)
            return (quirks, plan)
        }
    }

    func simulator(seed: UInt64, start: Timestamp) throws -> FaultySimulator {
        let name = product == .spot ? "sim:BTC/USDT" : "sim:BTC/USDT:USDT"
        let instruments = [
            try SimulatedExchange.instrument(Symbol(name), id: InstrumentID(0))
        ].compactMap(\.self)
        var settings = CoinExSettings()
        settings.seed = seed
        let (quirks, plan) = try quirksAndPlan
        settings.quirks = quirks
        let venue = CoinExSimulator(
            instruments: instruments,
            feed: MarketFeed(
                SimulatedMarket(instruments: instruments, seed: seed), start: start,
                history: 10_000_000_000, speed: speed), settings: settings, start: start)
        return FaultySimulator(venue, plan: plan, seed: seed, start: start)
    }

    /// Every fault that there is, each as often as trading bears, and some together.
    static let all: [String] =
        FaultPlan.names(with: CoinExQuirks.self).map { name in
            shares[name].map { "\(name)=\($0)" } ?? name
        } + [
            "drop=0.01,reply-lost=0.05,cut=0.001",
            "reorder=0.1,duplicate=0.1,modify-new-id,shuffle-channels,reply-late=0.3",
            "push-before-ack,delay=0.2,timeout-after=0.05,unavailable=0.03,half-open=0.0005",
        ]

    private static let shares = [
        "drop": "0.02", "delay": "0.2", "duplicate": "0.2", "reorder": "0.1", "fragment": "0.3",
        "torn-frame": "0.003", "cut": "0.003", "half-open": "0.002", "slow-reads": "0.3",
        "http-502": "0.1", "http-502-after": "0.1", "too-frequent": "0.1",
        "timeout-after": "0.1", "reply-lost": "0.1", "reply-silent": "0.05", "reply-late": "0.3",
        "busy": "0.1", "wrong-checksum": "0.02", "stale-timestamps": "0.2",
    ]
}
