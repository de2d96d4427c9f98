internal import AccountSession
internal import TradingModel
public import VenueSessions

extension VenueConnector {
    /// CoinTR Pro, spot and linear perpetuals.
    public static let coinTR = VenueConnector(
        name: CoinTRInstruments.venue, title: "CoinTR Pro", markets: "spot, linear perpetuals",
        requestBase: "https://api.cointr.pro", socketBase: "wss://stream.cointr.pro/ws",
        socketPath: "/ws", spotFee: CoinTRInstruments.spotFee, example: "cointr:BTC/USDT",
        clientIDs: .text(coinTRClientOrderIDRules), abilities: VenueTraits.coinTR.abilities,
        patience: VenueTraits.coinTR.patience, card: .coinTR,
        makeProbe: { TimeProbe(key: $0.map { CoinTRKey($0) }) },
        makeCleaner: { symbols, key, run in
            OrderSweep(key: CoinTRKey(key), symbols: symbols, orders: run)
        },
        makeSweep: { key, cancels, sightings, isMeant in
            OrderSweep(
                key: CoinTRKey(key), cancels: cancels, sightings: sightings, isMeant: isMeant)
        },
        makeSession: { plan throws(InvalidVenuePlan) in CoinTRSession(try CoinTRSettings(plan)) })
}

extension CoinTRKey {
    fileprivate init(_ key: VenueKey) { self.init(id: key.id, secret: key.secret) }
}

extension CoinTRSettings {
    fileprivate init(_ plan: VenuePlan) throws(InvalidVenuePlan) {
        if let symbol = plan.symbols.first(where: { $0.kind == .inverse }) {
            throw InvalidVenuePlan(
                "CoinTR's futures settle in what their prices count, and \(symbol) does not")
        }
        self.init(symbols: plan.symbols, key: plan.key.map { CoinTRKey($0) })
        socketBase = plan.socketBase
        restoredOrders = plan.restoredOrders
        adoptsOrders = plan.adoptsOrders
        seed = plan.seed
        switch (plan.leverage, plan.isIsolated) {
        case (nil, nil): break
        case (let times?, let isIsolated?):
            for symbol in plan.symbols where symbol.kind != .spot {
                leverage[symbol] = LeverageChoice(times: times, isIsolated: isIsolated)
            }
        default:
            throw InvalidVenuePlan(
                "CoinTR sets leverage and margin mode at once: set both venues.cointr.leverage and "
                    + "venues.cointr.margin (cross or isolated), or neither")
        }
    }
}
