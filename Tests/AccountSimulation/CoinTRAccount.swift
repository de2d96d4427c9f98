import CoinTR
import TradingModel
import VenueSessions
import VenueSimulators

extension AccountVenue {
    private static let key = CoinTRKey(id: "simulator-key", secret: "simulator-secret")
    private static let together = [
        "drop=0.01,reply-lost=0.05,cut=0.0005",
        "reorder=0.1,duplicate=0.1,shuffle-channels,reply-late=0.3,random-codes",
        "submitting=0.2,delay=0.2,timeout-after=0.05,unavailable=0.03,half-open=0.0003",
        "stale-lists=0.8,late-executions,drop=0.02,reply-lost=0.05",
        "early-replies,submitting=0.1,sliding-limits,tidy-words,cut=0.0005",
    ]
    /// What no session can trade with, and what it refuses at the start: of funding no message tells.
    private static let unbearable = ["raw-keys", "long-short", "funding"]

    package static let coinTR = AccountVenue(
        connector: .coinTR,
        markets: [
            Market(kind: "spot", symbol: "cointr:BTC/USDT", source: "sim:BTC/USDT"),
            Market(kind: "futures", symbol: "cointr:BTC/USDT:USDT", source: "sim:BTC/USDT:USDT"),
        ],
        faults: lively(
            FaultPlan.names(with: CoinTRQuirks.self).filter { !unbearable.contains($0) },
            // Few messages are said over the socket.
            rarely: ["submitting": "0.2", "unavailable": "0.1", "slow-reads": "0.9"],
            together: together),
        faultsTogether: together,
        tradesOverHTTP: true, slidingLimits: "sliding-limits", batchFaults: [], hasPostOnly: true,
        tellsAvailable: true,
        makeSession: { symbols, seed in
            var settings = CoinTR.CoinTRSettings(symbols: symbols, key: key)
            settings.seed = seed
            return CoinTRSession(settings)
        },
        readFaults: { faults in
            var quirks = CoinTRQuirks()
            return try FaultPlan(faults, quirks: &quirks)
        },
        makeSimulator: { setting, feed, instruments, seed, start in
            var settings = CoinTRSimulatorSettings()
            settings.seed = seed
            let plan = try FaultPlan(setting.faults, quirks: &settings.quirks)
            let venue = CoinTRSimulator(
                instruments: instruments, feed: feed, settings: settings, start: start)
            return FaultySimulator(venue, plan: plan, seed: seed, start: start)
        },
        placeForeign: { simulator, market, number, now in
            let symbol = try Symbol(market.symbol)
            let segment = CoinTRInstruments.segment(of: symbol)
            // A hundredth of a coin, or so many contracts that the venue takes them.
            let size = try Quantity(symbol.kind == .spot ? "0.01" : "100")
            // A client id is one of the whole account.
            let clientID = "web-\(symbol.kind == .spot ? "s" : "f")-\(number)"
            let terms = OrderTerms(
                name: CoinTRInstruments.name(of: symbol), clientID: clientID, side: .buy,
                size: size, price: try Price("\(20_000 + number)"))
            let call = CoinTRRequests.place(terms, segment).call(
                key, milliseconds: now.nanoseconds / 1_000_000)
            _ = simulator.handle(call, at: now)
        },
        isForeign: { $0.hasPrefix("web-") })
}
