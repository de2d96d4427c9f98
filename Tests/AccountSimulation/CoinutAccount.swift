import Coinut
import PlainJSON
import TradingModel
import VenueSessions
import VenueSimulators

extension AccountVenue {
    private static let key = CoinutKey(username: "simulator-key", key: "simulator-secret")
    /// Those of the run's orders begin at 1, as the test counts them.
    private static let foreignNumbers: Int64 = 9_000_000
    private static let together = [
        "drop=0.01,cut=0.0003",
        "reorder=0.1,duplicate=0.1,late-acceptances,early-updates",
        "delay=0.2,lost-updates=0.01,plain-prices,misspelt-liquidity,half-open=0.00003",
        "stale-lists=0.8,late-executions,drop=0.02",
        "stale-lists=0.5,trade-disabled=0.05,cut=0.0003",
    ]

    package static let coinut = AccountVenue(
        connector: .coinut,
        markets: [
            Market(kind: "spot", symbol: "coinut:BTC/USDT", source: "sim:BTC/USDT"),
            Market(kind: "spot", symbol: "coinut:ETH/USDT", source: "sim:ETH/USDT"),
        ],
        // What open orders bind is taken off where the venue says how much is there in all: a venue
        // that says less is believed, and shown as having less.
        faults: lively(
            FaultPlan.names(with: CoinutQuirks.self).filter { $0 != "available-balances" },
            // Each level that changes is a message of its own.
            rarely: ["half-open": "0.0001", "cut": "0.0005", "torn-frame": "0.0005"],
            together: together),
        faultsTogether: together,
        tradesOverHTTP: false, slidingLimits: "",
        batchFaults: [
            "cut-batches=0.3", "reorder=0.1,duplicate=0.1,drop=0.01", "trade-disabled=0.2",
            "late-acceptances,cut=0.0002,cut-batches=0.1",
        ], hasPostOnly: false, tellsAvailable: false,
        makeSession: { symbols, seed in
            var settings = Coinut.CoinutSettings(
                symbols: symbols, access: .key(key), clientNumbers: 1..<1 + blockLength)
            settings.seed = seed
            return CoinutSession(settings)
        },
        readFaults: { faults in
            var quirks = CoinutQuirks()
            return try FaultPlan(faults, quirks: &quirks)
        },
        makeSimulator: { setting, feed, instruments, seed, start in
            var settings = CoinutSimulatorSettings()
            settings.seed = seed
            let plan = try FaultPlan(setting.faults, quirks: &settings.quirks)
            let venue = CoinutSimulator(
                instruments: instruments, feed: feed, settings: settings, start: start)
            return FaultySimulator(venue, plan: plan, seed: seed, start: start)
        },
        placeForeign: { simulator, market, number, now in
            let ask = { (request: CoinutRequest) throws -> JSON in
                guard let call = request.call(key) else { throw Unaskable() }
                return try JSON(parsing: simulator.handle(call, at: now).body)
            }
            let symbol = try Symbol(market.symbol)
            let nonce = Nonce(Int64(100 + number))
            // A fault may strike the question, too.
            guard
                let list = try? ask(CoinutRequests.instruments(nonce)),
                let row = list["SPOT"]?[symbol.base.code + symbol.quote.code]?.items?.first,
                let instrument = row["inst_id"]?.integer
            else { return }
            let order = try CoinutOrder(
                instrument: InstrumentNumber(instrument), side: .buy,
                quantity: try Quantity("0.01"), price: try Price("\(20 + number)"),
                client: ClientNumber(foreignNumbers + Int64(number)))
            _ = try? ask(CoinutRequests.place(order, nonce))
        },
        isForeign: { Int64($0).map { $0 >= foreignNumbers } ?? true })
}

/// A request that cannot be made without a key.
private struct Unaskable: Error {}
