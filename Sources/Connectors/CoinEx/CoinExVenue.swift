internal import AccountSession
internal import TradingModel
public import VenueSessions

extension VenueConnector {
    /// CoinEx, spot and futures.
    public static let coinEx = VenueConnector(
        name: CoinExInstruments.venue, title: "CoinEx",
        markets: "spot, linear and inverse perpetuals", requestBase: "https://api.coinex.com",
        socketBase: "wss://socket.coinex.com/v2", socketPath: "/v2",
        spotFee: CoinExInstruments.spotFee, example: "coinex:BTC/USDT",
        clientIDs: .text(coinExClientOrderIDRules),
        abilities: VenueTraits.coinEx.abilities, patience: VenueTraits.coinEx.patience,
        card: .coinEx,
        makeProbe: { TimeProbe(key: $0.map { CoinExKey($0) }) },
        makeCleaner: { symbols, key, run in
            OrderSweep(key: CoinExKey(key), symbols: symbols, orders: run)
        },
        makeSweep: { key, cancels, sightings, isMeant in
            OrderSweep(
                key: CoinExKey(key), cancels: cancels, sightings: sightings, isMeant: isMeant)
        },
        makeSession: { plan throws(InvalidVenuePlan) in CoinExSession(try CoinExSettings(plan)) })
}

extension CoinExKey {
    fileprivate init(_ key: VenueKey) { self.init(accessID: key.id, secret: key.secret) }
}

extension CoinExSettings {
    fileprivate init(_ plan: VenuePlan) throws(InvalidVenuePlan) {
        self.init(symbols: plan.symbols, key: plan.key.map { CoinExKey($0) })
        socketBase = plan.socketBase
        restoredOrders = plan.restoredOrders
        adoptsOrders = plan.adoptsOrders
        settledUntil = plan.settledUntil
        seed = plan.seed
        switch (plan.leverage, plan.isIsolated) {
        case (nil, nil): break
        case (let times?, let isIsolated?):
            for symbol in plan.symbols where symbol.kind != .spot {
                leverage[symbol] = Leverage(times: times, isIsolated: isIsolated)
            }
        default:
            throw InvalidVenuePlan(
                "CoinEx sets leverage and margin mode at once: set both venues.coinex.leverage and "
                    + "venues.coinex.margin (cross or isolated), or neither")
        }
    }
}
