internal import TradingModel

/// What a simulated Bitunix starts with; none of it changes while it runs.
package struct BitunixSimulatorSettings: Sendable {
    package var accounts: [VenueAccount]
    /// Of the notional: 0.02 % for makers, 0.06 % for takers, as the venue's page has it for everybody.
    package var fees = ExchangeFees(
        maker: Rate(attos: 2 * attosPerUnit / 10_000), taker: Rate(attos: 6 * attosPerUnit / 10_000)
    )
    /// Of a position whose leverage the account has not set.
    package var leverage = 20
    package var quirks = BitunixQuirks()
    /// Decides what quirks do by chance.
    package var seed: UInt64 = 1

    package init(accounts: [VenueAccount] = [.generous]) { self.accounts = accounts }
}

extension SimulatorChoice {
    package static let bitunix = SimulatorChoice(
        name: "bitunix", requestPath: "/api/v1/futures",
        sockets: [
            Place(name: "market data", path: "/public/"), Place(name: "account", path: "/private/"),
        ],
        segments: [.futures], example: "BTC/USDT:USDT", hasInverse: false
    ) { settings throws(InvalidFault) in
        var own = BitunixSimulatorSettings(accounts: settings.accounts)
        own.seed = settings.seed
        let plan = try FaultPlan(settings.faults, quirks: &own.quirks)
        return (
            plan,
            { [own] instruments, feed, start in
                BitunixSimulator(
                    instruments: instruments, feed: feed, settings: own, start: start)
            }
        )
    }
}
