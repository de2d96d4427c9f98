package import TradingModel

/// What a simulated CoinEx starts with; none of it changes while it runs.
package struct CoinExSettings: Sendable {
    /// One account: its key, what it may do, and its money.
    package struct Account: Sendable {
        package var key: String
        package var secret: String
        package var spot: [Currency: Money]
        package var futures: [Currency: Money]
        /// A key without the right to trade reads everything and is refused with 4115.
        package var canTrade = true
        /// The venue has barred the user: 4011.
        package var isBarred = false
        /// The key's whitelist holds our address; otherwise 4007.
        package var isAddressAllowed = true

        package init(
            key: String, secret: String, spot: [Currency: Money] = [:],
            futures: [Currency: Money] = [:]
        ) {
            self.key = key
            self.secret = secret
            self.spot = spot
            self.futures = futures
        }
    }

    /// What makers and takers pay as a share of the notional.
    package struct Fees: Hashable, Sendable {
        package var maker: Rate
        package var taker: Rate
        package init(maker: Rate, taker: Rate) {
            self.maker = maker
            self.taker = taker
        }
    }

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

extension CoinExSettings.Account {
    /// What `simulate-venue` gives to who asks for nothing.
    package static var generous: Self {
        var account = Self(key: "simulator-key", secret: "simulator-secret")
        for (code, units) in [("USDT", 1_000_000), ("BTC", 20), ("ETH", 500), ("CET", 10_000)] {
            account.spot[Currency(code)] = Money(attos: Int128(units) * attosPerUnit)
        }
        account.spot[Currency("PEPE")] = Money(attos: 1_000_000_000_000 * attosPerUnit)
        account.futures[Currency("USDT")] = Money(attos: 1_000_000 * attosPerUnit)
        account.futures[Currency("BTC")] = Money(attos: 20 * attosPerUnit)
        return account
    }
}

/// A text after `--account` that is no account.
package struct InvalidAccount: Error, Hashable, CustomStringConvertible {
    package let found: String

    package var description: String {
        "`\(found)` is no account, expected KEY:SECRET:BALANCES such as "
            + "`my-key:my-secret:USDT=10000,BTC=0.5,futures/USDT=5000`: spot money by currency, "
            + "and behind `futures/` that of the futures account"
    }
}

extension CoinExSettings.Account {
    /// Reads what `--account` says: `KEY:SECRET:USDT=10000,BTC=0.5,futures/USDT=5000`.
    package init(_ text: String) throws(InvalidAccount) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        // Whatever may be part of the secret is not repeated in a message.
        let shown = (parts.first ?? "") + ":•••" + (parts.count == 3 ? ":" + parts[2] : "")
        let invalid = InvalidAccount(found: shown)
        guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty else { throw invalid }
        self.init(key: parts[0], secret: parts[1])
        for item in parts[2].split(separator: ",") {
            let pair = item.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, let amount = try? Money(String(pair[1])).admitted(),
                amount >= .zero
            else {
                throw invalid
            }
            let place = pair[0].split(separator: "/", omittingEmptySubsequences: false)
            guard let code = place.last, !code.isEmpty, place.count == 1 || place.count == 2,
                place.count == 1 || place[0] == "futures"
            else { throw invalid }
            if place.count == 2 {
                futures[Currency(String(code))] = amount
            } else {
                spot[Currency(String(code))] = amount
            }
        }
    }
}

extension Rate {
    fileprivate static func basisPoints(_ count: Int128) -> Rate {
        Rate(attos: count * attosPerUnit / 10_000)
    }
}
