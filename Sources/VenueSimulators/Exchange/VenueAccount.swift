package import TradingModel

/// One account that a simulated venue starts with: its key, what it may do, and its money.
package struct VenueAccount: Sendable {
    /// What a client says of itself: a key's id, or a user's name.
    package var key: String
    /// What it signs with.
    package var secret: String
    package var spot: [Currency: Money]
    package var futures: [Currency: Money]
    /// A key without the right to trade reads everything, and its orders are refused.
    package var canTrade = true
    /// The venue has barred the user.
    package var isBarred = false
    /// The key's whitelist holds the client's address.
    package var isAddressAllowed = true
    /// Rows kept of each kind of history, at least.
    package var keptRows = 1_000_000

    package init(
        key: String, secret: String, spot: [Currency: Money] = [:],
        futures: [Currency: Money] = [:]
    ) {
        self.key = key
        self.secret = secret
        self.spot = spot
        self.futures = futures
    }

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
        "`\(found)` is not an account, expected KEY:SECRET:BALANCES such as "
            + "`my-key:my-secret:USDT=10000,BTC=0.5,futures/USDT=5000`: spot money by currency, "
            + "and behind `futures/` that of the futures account"
    }
}

extension VenueAccount {
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
