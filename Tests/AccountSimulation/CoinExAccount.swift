import CoinEx
import PlainJSON
import TradingModel
import VenueSessions
import VenueSimulators

extension AccountVenue {
    private static let key = CoinExKey(accessID: "simulator-key", secret: "simulator-secret")
    private static let together = [
        "drop=0.01,reply-lost=0.05,cut=0.001",
        "reorder=0.1,duplicate=0.1,modify-new-id,shuffle-channels,reply-late=0.3",
        "push-before-ack,delay=0.2,timeout-after=0.05,unavailable=0.03,half-open=0.0005",
        "stale-lists=0.8,late-executions,drop=0.02,reply-lost=0.05",
        "stale-lists=0.5,sliding-limits,modify-new-id,timeout-after=0.05,cut=0.001",
    ]

    package static let coinEx = AccountVenue(
        connector: .coinEx,
        markets: [
            Market(kind: "spot", symbol: "coinex:BTC/USDT", source: "sim:BTC/USDT"),
            Market(kind: "futures", symbol: "coinex:BTC/USDT:USDT", source: "sim:BTC/USDT:USDT"),
        ],
        faults: lively(
            FaultPlan.names(with: CoinExQuirks.self),
            together: together),
        faultsTogether: together,
        tradesOverHTTP: true, slidingLimits: "sliding-limits", batchFaults: [], hasPostOnly: true,
        tellsAvailable: true,
        makeSession: { symbols, seed in
            var settings = CoinEx.CoinExSettings(
                symbols: symbols,
                key: key)
            settings.seed = seed
            return CoinExSession(settings)
        },
        readFaults: { faults in
            var quirks = CoinExQuirks()
            return try FaultPlan(faults, quirks: &quirks)
        },
        makeSimulator: { setting, feed, instruments, seed, start in
            var settings = CoinExSimulatorSettings()
            settings.seed = seed
            let plan = try FaultPlan(setting.faults, quirks: &settings.quirks)
            let venue = CoinExSimulator(
                instruments: instruments, feed: feed, settings: settings, start: start)
            return FaultySimulator(venue, plan: plan, seed: seed, start: start)
        },
        placeForeign: { simulator, market, number, now in
            let symbol = try Symbol(market.symbol)
            let request = OrderRequest(
                instrument: InstrumentID(0), side: .buy, quantity: try Quantity("0.01"),
                price: try Price("\(20_000 + number)"))
            let segment = CoinExInstruments.segment(of: symbol)
            let terms = try OrderTerms(
                request, market: CoinExInstruments.market(of: symbol), base: symbol.base,
                segment: segment, clientID: "web-\(number)")
            let call = CoinExRequests.place(terms, segment).call(
                key, milliseconds: now.nanoseconds / 1_000_000)
            _ = simulator.handle(call, at: now)
        },
        isForeign: { $0.hasPrefix("web-") })
}
