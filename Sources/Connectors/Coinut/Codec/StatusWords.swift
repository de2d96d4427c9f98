package import VenueSessions

/// A word in which the venue says how a request went, or why an order was rejected.
package struct StatusWord: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package static let fine = StatusWord("OK")

    /// Takes a word with its misspellings: the venue's own list has `LIQUIDTY`, and blanks have been
    /// seen in place of underscores.
    package init(_ text: String) {
        let joined = String(text.map { $0 == " " ? "_" : $0 })
        self.text = joined == "NOT_ENOUGH_LIQUIDTY" ? "NOT_ENOUGH_LIQUIDITY" : joined
    }

    package var description: String { text }

    package var kind: CoinutRefusalClass {
        switch text {
        case "UNKNOWN_ERROR": .unknownOutcome
        case "INVALID_INSTRUMENT", "INST_EXPIRED", "INVALID_PRICE", "INVALID_QUANTITY": .incorrect
        case "INVALID_CLIENT_ORD_ID": .clientNumber
        case "NOT_ENOUGH_BALANCE": .funds
        case "NOT_ENOUGH_LIQUIDITY": .liquidity
        case "TRADE_DISABLED": .marketClosed
        case "INVALID_ORDER_ID": .unknownOrder
        case "INVALID_NONCE": .nonce
        default: CoinutAssumptions.kinds[text] ?? .undocumented
        }
    }
}

/// What a refusal means for what we do next.
package enum CoinutRefusalClass: Hashable, Sendable {
    /// Not carried out, because we ask too often.
    case rateLimit
    /// Whether it was carried out is not known: ask first.
    case unknownOutcome
    /// Not carried out: the nonce was used before. The same request may go once more with another.
    case nonce
    /// The number is not taken; an order that has it may be there already, so ask first.
    case clientNumber
    /// The order is not there, or no longer: it may have filled just now.
    case unknownOrder
    /// The request breaks a rule: only a corrected one can succeed.
    case incorrect
    /// Funds are missing.
    case funds
    /// A market order, or what is left of it, meets nobody.
    case liquidity
    /// The instrument or the account does not trade for the time being.
    case marketClosed
    /// The key, the login or the account: a person must act.
    case account
    /// A word that nobody has described.
    case undocumented

    /// What it is for whoever reads of it.
    package var cause: VenueProblem.Cause {
        switch self {
        case .account: .key
        case .marketClosed: .maintenance
        default: .refused
        }
    }

    /// What to do about it, in words.
    package var advice: String {
        switch self {
        case .rateLimit: "too many requests: ask less often"
        case .unknownOutcome: "whether it was carried out is not known: it is being asked for"
        case .nonce: "the request's number was used before: another program may trade the account"
        case .clientNumber: "the order's number is not taken: it is being asked for"
        case .unknownOrder: "the venue has no such open order"
        case .incorrect: "the venue refuses the instrument, the price or the quantity"
        case .funds: "the balance is not enough: lower the quantity or add funds"
        case .liquidity: "nobody is there to trade with: use a limit price"
        case .marketClosed: "the market does not trade now: try again later"
        case .account: "the login is refused: check the user name, the key and this machine's clock"
        case .undocumented: "the venue gives no documented reason"
        }
    }
}

/// A request that was not carried out.
package struct CoinutRefusal: Error, Hashable, CustomStringConvertible {
    /// What kind of reply it stands in; nil: the venue does not say.
    package let reply: String?
    /// Not empty, and the first of them is not `OK`.
    package let words: [StatusWord]
    /// The venue's own explanation.
    package let message: String?
    /// The order that it is about, where the venue names it.
    package let order: OrderNumber?

    package var kind: CoinutRefusalClass { words.first?.kind ?? .undocumented }

    package var description: String {
        words.map(\.text).joined(separator: ", ") + (message.map { " (\($0))" } ?? "")
    }
}
