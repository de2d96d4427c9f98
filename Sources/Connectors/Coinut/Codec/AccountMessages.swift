package import PlainJSON
package import TradingModel
internal import WireText

/// The answer to a login.
///
/// The venue also sends the API key and addresses of the account's owner; nothing here keeps them.
package struct LoginReply: WireValue, Hashable {
    package let username: String
    /// Logs in again within an hour after the connection fell; nil: the venue gives none.
    package let session: HiddenText?
    package let usesOneTimePasswords: Bool
    /// Such as `SPOT`.
    package let products: [String]

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        guard try fields.words("status") != nil else { throw BadMessage("`status` is missing") }
        username = try fields.need("username")
        session = try fields.text("session_id").map { HiddenText($0) }
        usesOneTimePasswords = try fields.flag("otp_enabled") ?? false
        products = try fields.texts("products_enabled")
    }
}

/// What an account holds of a currency.
package struct CoinutBalance: Hashable {
    package let currency: String
    package let amount: Money
}

/// An account's currencies, as `user_balance` lists them between fields of other meaning.
///
///     {"nonce": 306254, "status": ["OK"], "BTC": "192.4", "LTC": "6000", "equity": "192.4", …}
package struct BalanceList: WireValue, Hashable {
    /// Those of 0 included, in the order of the message.
    package let balances: [CoinutBalance]
    package let transaction: TransactionNumber?

    /// What is no currency: the envelope, and sums for derivatives.
    private static let others: Set<String> = [
        "nonce", "reply", "status", "trans_id", "msg", "floating_pl", "initial_margin",
        "realized_pl", "maintenance_margin", "equity",
    ]

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        transaction = try fields.number(TransactionNumber.self, "trans_id")
        var balances: [CoinutBalance] = []
        for member in json.members ?? [] where !Self.others.contains(member.key) {
            guard let text = member.value.text, let amount = try Self.amount(text, of: member.key)
            else { continue }
            guard !balances.contains(where: { $0.currency == member.key }) else {
                throw BadMessage("`\(member.key)` stands twice")
            }
            balances.append(CoinutBalance(currency: member.key, amount: amount))
        }
        self.balances = balances
    }

    /// Nil: the text is no decimal, so the field is no currency.
    private static func amount(_ text: String, of currency: String) throws -> Money? {
        do throws(DecimalError) {
            return try Money(text).admitted()
        } catch {
            switch error {
            case .empty, .unexpectedByte, .missingDigits: return nil
            case .tooManyDecimals, .outOfRange, .aboveLargest, .negative:
                throw BadMessage("`\(currency)` (`\(text)`) \(error)")
            }
        }
    }
}
