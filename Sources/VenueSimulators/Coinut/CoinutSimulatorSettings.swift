internal import TradingModel

/// What a simulated Coinut starts with; none of it changes while it runs.
package struct CoinutSimulatorSettings: Sendable {
    /// How a user without a key logs in.
    package struct Password: Sendable {
        package var text: String
        /// The one-time password that is asked for besides; nil: none is.
        package var otp: String?

        package init(_ text: String, otp: String? = nil) {
            self.text = text
            self.otp = otp
        }
    }

    /// An account's key is the user's name, its secret the API key.
    package var accounts: [VenueAccount]
    /// By user name; who has none logs in with the API key as the password.
    package var passwords: [String: Password] = [:]
    /// Of the notional, always in the quote currency: a maker pays nothing, a taker 0.1 %.
    package var fees = ExchangeFees(maker: .zero, taker: Rate(attos: attosPerUnit / 1_000))
    /// Whether nonces and client order ids keep to the documented range, and REST nonces ascend;
    /// the venue's own samples do neither, and are served otherwise.
    package var isStrict = false
    package var quirks = CoinutQuirks()
    /// Decides transaction numbers, sessions, and what quirks do by chance.
    package var seed: UInt64 = 1

    package init(accounts: [VenueAccount] = [.generous]) { self.accounts = accounts }
}

extension SimulatorChoice {
    package static let coinut = SimulatorChoice(
        name: "coinut", requestPath: "/", sockets: [Place(name: "all", path: "/")],
        segments: [.spot], example: "BTC/USDT"
    ) { settings throws(InvalidFault) in
        var own = CoinutSimulatorSettings(accounts: settings.accounts)
        own.seed = settings.seed
        own.isStrict = settings.isStrict
        let plan = try FaultPlan(settings.faults, quirks: &own.quirks)
        return (
            plan,
            { [own] instruments, feed, start in
                CoinutSimulator(
                    instruments: instruments, feed: feed, settings: own, start: start)
            }
        )
    }
}
