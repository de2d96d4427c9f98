internal import AccountSession
internal import TradingModel
public import VenueSessions

extension VenueConnector {
    /// Bitunix, futures in one-way mode.
    public static let bitunix = VenueConnector(
        name: BitunixInstruments.venue, title: "Bitunix", markets: "linear perpetuals",
        requestBase: "https://fapi.bitunix.com", socketBase: "wss://fapi.bitunix.com",
        socketPath: "", spotFee: .received, example: "bitunix:BTC/USDT:USDT",
        clientIDs: .text(bitunixClientOrderIDRules),
        abilities: VenueTraits.bitunix.abilities, patience: VenueTraits.bitunix.patience,
        card: .bitunix,
        makeProbe: { TimeProbe(key: $0.map { BitunixKey($0) }) },
        makeCleaner: { symbols, key, run in
            OrderSweep(key: BitunixKey(key), symbols: symbols, orders: run)
        },
        makeSweep: { key, cancels, sightings, isMeant in
            OrderSweep(
                key: BitunixKey(key), cancels: cancels, sightings: sightings, isMeant: isMeant)
        },
        makeSession: { plan throws(InvalidVenuePlan) in BitunixSession(try BitunixSettings(plan)) })
}

extension BitunixKey {
    fileprivate init(_ key: VenueKey) { self.init(apiKey: key.id, secret: key.secret) }
}

extension BitunixSettings {
    fileprivate init(_ plan: VenuePlan) throws(InvalidVenuePlan) {
        if let symbol = plan.symbols.first(where: { $0.kind != .linear }) {
            throw InvalidVenuePlan(
                "Bitunix is traded in linear perpetuals only, such as bitunix:BTC/USDT:USDT, and \(symbol) is not one"
            )
        }
        let currencies = Set(plan.symbols.map(\.settle)).sorted()
        if currencies.count > 1 {
            throw InvalidVenuePlan(
                "a run at Bitunix has one margin currency, and these symbols have "
                    + "\(currencies.map(\.code).joined(separator: " and ")): start a run for each")
        }
        if plan.isIsolated != nil {
            throw InvalidVenuePlan(
                "the margin mode at Bitunix is the account's: set it in the venue's futures settings and leave "
                    + "venues.bitunix.margin out")
        }
        self.init(symbols: plan.symbols, key: plan.key.map { BitunixKey($0) })
        socketBase = plan.socketBase
        restoredOrders = plan.restoredOrders
        adoptsOrders = plan.adoptsOrders
        settledUntil = plan.settledUntil
        seed = plan.seed
        guard let times = plan.leverage else { return }
        for symbol in plan.symbols {
            leverage[symbol] = LeverageChoice(times: times, isIsolated: false)
        }
    }
}
