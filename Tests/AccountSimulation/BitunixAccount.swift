import Bitunix
import TradingModel
import VenueSessions
import VenueSimulators

extension AccountVenue {
    private static let key = BitunixKey(apiKey: "simulator-key", secret: "simulator-secret")
    private static let together = [
        "drop=0.01,reply-lost=0.05,cut=0.001",
        "reorder=0.1,duplicate=0.1,shuffle-channels,prepared-orders,reply-late=0.3",
        "delay=0.2,timeout-after=0.05,network-error=0.03,half-open=0.0005,slow-cancels",
        "stale-lists=0.8,late-executions,drop=0.02,reply-lost=0.05,silent-cancels=0.2",
        "lost-updates=0.2,sliding-limits,listed-pushes,timeout-after=0.05,cut=0.001",
    ]

    package static let bitunix = AccountVenue(
        connector: .bitunix,
        markets: [
            Market(
                kind: "futures", symbol: "bitunix:BTC/USDT:USDT", source: "sim:BTC/USDT:USDT")
        ],
        // An account in hedge mode is not traded with.
        faults: lively(
            FaultPlan.names(with: BitunixQuirks.self).filter { $0 != "hedge-mode" },
            together: together),
        faultsTogether: together, tradesOverHTTP: true, slidingLimits: "sliding-limits",
        batchFaults: [], hasPostOnly: true, tellsAvailable: true,
        makeSession: { symbols, seed in
            var settings = Bitunix.BitunixSettings(symbols: symbols, key: key)
            settings.seed = seed
            return BitunixSession(settings)
        },
        readFaults: { faults in
            var quirks = BitunixQuirks()
            return try FaultPlan(faults, quirks: &quirks)
        },
        makeSimulator: { setting, feed, instruments, seed, start in
            var settings = BitunixSimulatorSettings()
            settings.seed = seed
            let plan = try FaultPlan(setting.faults, quirks: &settings.quirks)
            let venue = BitunixSimulator(
                instruments: instruments, feed: feed, settings: settings, start: start)
            return FaultySimulator(venue, plan: plan, seed: seed, start: start)
        },
        placeForeign: { simulator, market, number, now in
            let symbol = try Symbol(market.symbol)
            let request = OrderRequest(
                instrument: InstrumentID(0), side: .buy, quantity: try Quantity("0.01"),
                price: try Price("\(20 + number)"))
            let terms = OrderTerms(
                request, market: BitunixInstruments.market(of: symbol),
                clientID: "web-\(number)-\(symbol.base)")
            let call = BitunixRequests.place(terms).call(
                key,
                nonce: wireNonce(
                    seed: UInt64(number), nanoseconds: now.nanoseconds, text: terms.clientID),
                milliseconds: now.nanoseconds / 1_000_000)
            _ = simulator.handle(call, at: now)
        },
        isForeign: { $0.hasPrefix("web-") })
}
