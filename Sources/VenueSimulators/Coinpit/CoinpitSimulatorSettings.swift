internal import Cryptography
internal import TradingModel

/// What a simulated Coinpit starts with; none of it changes while it runs.
package struct CoinpitSimulatorSettings: Sendable {
    /// The secret of each is its private key in wallet import format, and its key the address of that.
    package var accounts: [VenueAccount]
    package var terms = CoinpitContractTerms()
    package var quirks = CoinpitQuirks()
    /// Decides what quirks do by chance.
    package var seed: UInt64 = 1

    package init(accounts: [VenueAccount] = [CoinpitSimulatorSettings.usualAccount]) {
        self.accounts = accounts
    }

    /// An account of the network for tests, whose private key is the digest of a text.
    package static let usualAccount: VenueAccount = {
        var account = VenueAccount.generous
        let scalar = SHA256.digest(of: Array("moonrunner's simulated Coinpit".utf8))
        account.secret = CoinpitIdentity.text(version: 0xef, scalar + [1])
        account.key = CoinpitIdentity(wif: account.secret)?.userID ?? ""
        account.spot = [:]
        account.futures = [Currency("BTC"): Money(attos: 20 * attosPerUnit)]
        return account
    }()
}

/// The terms of the contract: those of the venue's samples, with points as many times larger as bitcoin is dearer
/// by now, and a tenth of their worth.
package struct CoinpitContractTerms: Hashable, Sendable {
    /// What a contract pays for each point of the price, in satoshi.
    package var pointValue: Int128 = 1_000
    /// In satoshi for each contract.
    package var commission: Int128 = 1_000
    package var reward: Int128 = -250
    /// In points: of orders that do not say.
    package var stop: Int128 = 200
    package var target: Int128 = 300
    package var cushion: Int128 = 100
    package var crossMarginStop: Int128 = 1_500
    package var leastStop: Int128 = 20

    package init() {}
}

extension SimulatorChoice {
    package static let coinpit = SimulatorChoice(
        name: "coinpit", requestPath: "/api/v1",
        sockets: [Place(name: "Socket.IO", path: "/socket.io/")], segments: [.futures],
        example: "BTC/USD:BTC", hasOnlyInverse: true,
        usualAccount: CoinpitSimulatorSettings.usualAccount
    ) { settings throws(InvalidFault) in
        let isUsual = settings.accounts.map(\.key) == [VenueAccount.generous.key]
        var own = CoinpitSimulatorSettings()
        if !isUsual { own.accounts = settings.accounts }
        own.seed = settings.seed
        let plan = try FaultPlan(settings.faults, quirks: &own.quirks)
        return (
            plan,
            { [own] instruments, feed, start in
                CoinpitSimulator(
                    instruments: instruments, feed: feed, settings: own, start: start)
            }
        )
    }
}
