internal import TradingModel

/// What a simulated CoinTR starts with; none of it changes while it runs.
package struct CoinTRSimulatorSettings: Sendable {
    package var accounts: [VenueAccount]
    package var spotFees = ExchangeFees(maker: .basisPoints(8), taker: .basisPoints(9))
    package var futuresFees = ExchangeFees(maker: .basisPoints(2), taker: .basisPoints(6))
    /// Of a market whose leverage the account has not set.
    package var leverage = 20
    package var quirks = CoinTRQuirks()
    /// Decides what quirks do by chance.
    package var seed: UInt64 = 1

    package init(accounts: [VenueAccount] = [.generous]) { self.accounts = accounts }
}

extension Rate {
    fileprivate static func basisPoints(_ count: Int128) -> Rate {
        Rate(attos: count * attosPerUnit / 10_000)
    }
}

extension SimulatorChoice {
    package static let coinTR = SimulatorChoice(
        name: "cointr", requestPath: "/v1", sockets: [Place(name: "all", path: "/ws")],
        segments: [.spot, .futures], example: "BTC/USDT:USDT", hasInverse: false
    ) { settings throws(InvalidFault) in
        var own = CoinTRSimulatorSettings(accounts: settings.accounts)
        own.seed = settings.seed
        let plan = try FaultPlan(settings.faults, quirks: &own.quirks)
        return (
            plan,
            { [own] instruments, feed, start in
                CoinTRSimulator(
                    instruments: instruments, feed: feed, settings: own, start: start)
            }
        )
    }
}
