internal import AccountSession
internal import TradingModel
public import VenueSessions

extension VenueConnector {
    /// Coinut, spot.
    public static let coinut = VenueConnector(
        name: CoinutInstruments.venue, title: "Coinut", markets: "spot",
        requestBase: "https://api.coinut.com", socketBase: "wss://wsapi.coinut.com",
        socketPath: "", spotFee: .quote, example: "coinut:LTC/BTC", clientIDs: .numbers(.bits24),
        abilities: VenueTraits.coinut.abilities, patience: VenueTraits.coinut.patience,
        card: .coinut,
        makeProbe: { CoinutProbe(key: $0.map { CoinutKey($0) }) },
        makeCleaner: { symbols, key, run in
            OrderSweep(key: CoinutKey(key), symbols: symbols, orders: run)
        },
        makeSweep: { key, cancels, sightings, isMeant in
            OrderSweep(
                key: CoinutKey(key), cancels: cancels, sightings: sightings, isMeant: isMeant)
        },
        makeSession: { plan throws(InvalidVenuePlan) in CoinutSession(try CoinutSettings(plan)) })
}

extension CoinutKey {
    /// The id of a key is the name of its account's user.
    fileprivate init(_ key: VenueKey) { self.init(username: key.id, key: key.secret) }
}

extension CoinutSettings {
    fileprivate init(_ plan: VenuePlan) throws(InvalidVenuePlan) {
        if let symbol = plan.symbols.first(where: { $0.kind != .spot }) {
            throw InvalidVenuePlan("Coinut trades spot only, and \(symbol) is not")
        }
        if plan.leverage != nil || plan.isIsolated != nil {
            throw InvalidVenuePlan(
                "Coinut has neither leverage nor margin: leave venues.coinut.leverage and "
                    + "venues.coinut.margin out")
        }
        self.init(
            symbols: plan.symbols, access: plan.key.map { .key(CoinutKey($0)) },
            clientNumbers: plan.clientNumbers ?? 0..<0)
        socketBase = plan.socketBase
        restoredOrders = plan.restoredOrders
        adoptsOrders = plan.adoptsOrders
        seed = plan.seed
    }
}
