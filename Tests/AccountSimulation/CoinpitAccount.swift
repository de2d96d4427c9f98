import Coinpit
import PlainJSON
import TradingModel
import VenueSessions
import VenueSimulators

extension AccountVenue {
    private static let account = CoinpitSimulatorSettings.usualAccount
    private static let key: CoinpitKey = {
        guard let key = try? CoinpitKey(wif: account.secret) else {
            preconditionFailure("the simulator's own key is one")
        }
        return key
    }()
    private static let together = [
        "drop=0.01,reply-lost=0.05,cut=0.001",
        "reorder=0.1,duplicate=0.1,wrapped-replies,sparse-account,reply-late=0.3",
        "delay=0.2,timeout-after=0.05,stale-clock=0.03,half-open=0.0005,flat-books",
        "stale-lists=0.8,late-executions,drop=0.02,reply-lost=0.05,silent-ends",
        "lost-updates=0.2,lost-diffs=0.05,sliding-limits,timeout-after=0.05,cut=0.001",
    ]

    package static let coinpit = AccountVenue(
        connector: .coinpit,
        markets: [
            Market(
                kind: "futures", symbol: "coinpit:BTC/USD:BTC", source: "sim:BTC/USD:BTC",
                name: CoinpitContracts.perpetual)
        ],
        faults: lively(FaultPlan.names(with: CoinpitQuirks.self), together: together),
        faultsTogether: together, tradesOverHTTP: true, slidingLimits: "sliding-limits",
        batchFaults: [], hasPostOnly: true, tellsAvailable: true,
        makeSession: { symbols, seed in
            var settings = CoinpitSettings(symbols: symbols, key: key)
            settings.seed = seed
            return CoinpitSession(settings)
        },
        readFaults: { faults in
            var quirks = CoinpitQuirks()
            return try FaultPlan(faults, quirks: &quirks)
        },
        makeSimulator: { setting, feed, instruments, seed, start in
            var settings = CoinpitSimulatorSettings()
            settings.seed = seed
            let plan = try FaultPlan(setting.faults, quirks: &settings.quirks)
            let venue = CoinpitSimulator(
                instruments: instruments, feed: feed, settings: settings, start: start)
            return FaultySimulator(venue, plan: plan, seed: seed, start: start)
        },
        placeForeign: { simulator, market, number, now in
            let symbol = try Symbol(market.symbol)
            let request = OrderRequest(
                instrument: InstrumentID(0), side: .buy, quantity: try Quantity("1"),
                price: try Price("\(20 + number)"))
            let terms = OrderTerms(
                request, contract: CoinpitContracts.name(of: symbol), userID: key.userID,
                clientID: "web-\(number)")
            // The handshake of that program is long done; the venue's key does not change.
            let shake = simulator.handle(
                CoinpitRequests.handshake(key.publicKey).call(nil, nonce: 0), at: now)
            guard let told = shake.body.serverKey, let secret = key.secret(with: told) else {
                return
            }
            let call = CoinpitRequests.place(terms).call(
                secret, nonce: now.nanoseconds / 1_000_000)
            _ = simulator.handle(call, at: now)
        },
        isForeign: { $0.hasPrefix("web-") },
        key: VenueKey(id: account.key, secret: account.secret), size: Quantity(attos: attosPerUnit))
}

extension [UInt8] {
    /// What a handshake tells; nil: it was struck by a fault.
    fileprivate var serverKey: String? {
        (try? JSON(parsing: self))?["serverPublicKey"]?.text
    }
}
