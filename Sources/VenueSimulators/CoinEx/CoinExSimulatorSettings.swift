internal import TradingModel

/// What a simulated CoinEx starts with; none of it changes while it runs.
package struct CoinExSimulatorSettings: Sendable {
    package typealias Account = VenueAccount
    package typealias Fees = ExchangeFees

    package var accounts: [Account]
    package var spotFees = Fees(maker: .basisPoints(20), taker: .basisPoints(20))
    package var futuresFees = Fees(maker: .basisPoints(3), taker: .basisPoints(5))
    /// Of a position whose leverage the account has not set.
    package var leverage = 10
    /// Whether REST takes HMAC signatures alone, as the documentation has it; else also the older
    /// ones, a bare SHA-256 over text and secret, which the venue is known to take, too.
    package var isStrict = false
    package var quirks = CoinExQuirks()
    /// Decides what quirks do by chance.
    package var seed: UInt64 = 1

    package init(accounts: [Account] = [.generous]) { self.accounts = accounts }
}

extension Rate {
    fileprivate static func basisPoints(_ count: Int128) -> Rate {
        Rate(attos: count * attosPerUnit / 10_000)
    }
}

extension SimulatorChoice {
    package static let coinEx = SimulatorChoice(
        name: "coinex", requestPath: "/v2",
        sockets: [
            Place(name: "spot", path: "/v2/spot"), Place(name: "futures", path: "/v2/futures"),
        ],
        segments: [.spot, .futures], example: "BTC/USDT:USDT"
    ) { settings throws(InvalidFault) in
        var own = CoinExSimulatorSettings(accounts: settings.accounts)
        own.seed = settings.seed
        own.isStrict = settings.isStrict
        let plan = try FaultPlan(settings.faults, quirks: &own.quirks)
        return (
            plan,
            { [own] instruments, feed, start in
                CoinExSimulator(
                    instruments: instruments, feed: feed, settings: own, start: start)
            }
        )
    }
}
