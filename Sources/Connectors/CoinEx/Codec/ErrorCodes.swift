package import AccountSession
package import VenueSessions

extension VenueRefusal {
    /// Source: the venue's error table, with the classes that CoinEx.Net and ccxt give its codes.
    package var kind: RefusalKind {
        switch code {
        case 3008, 4001: .busy
        case 4123, 4213: .rateLimit
        case 4002, 4003: .unknownOutcome
        case 227, 4010, 4017: .expired
        case 3600: .unknownOrder
        case 3109: .funds
        case 3127, 3606, 3612...3619, 3621, 3622, 3627...3629, 3632...3635, 3639, 4004, 4009:
            .incorrect
        case 3157, 3610, 3620, 3638, 4117, 4159: .marketClosed
        case 4005...4008, 4011, 4018, 4115, 4130, 4158, 4512: .account
        default:
            message.contains("funding fee settlement") ? .busy : .undocumented
        }
    }

    /// What it is for whoever reads of it.
    package var cause: VenueProblem.Cause {
        switch kind {
        case .account:
            switch code {
            case 4005, 4006, 4008: .key
            default: .permission
            }
        case .expired: .clock
        case .busy, .marketClosed: .maintenance
        default: .refused
        }
    }

    /// What to do about it, in words.
    package var advice: String {
        switch code {
        case 3109: "the balance is not enough: lower the quantity or add funds"
        case 3127: "the quantity is below the market's minimum"
        case 3157, 4117: "the market is closed for trading: choose another one or wait"
        case 3610: "a call auction is on: cancelling works again when it is over"
        case 3620: "the other side of the book is too thin for a market order: use a limit price"
        case 3621: "a fill-or-kill order could not fill whole"
        case 3622: "a post-only order would have taken liquidity"
        case 3638:
            "the market is under protection after maintenance: only post-only orders and cancels"
        case 3639 where message.contains("not found"):
            "the venue has no such market: check the symbol's spelling"
        case 4005:
            "the access id is not known: check it, and that the key was not deleted and has not "
                + "expired; a new key works after some ten minutes"
        case 4006, 4008: "the signature is refused: check that the secret belongs to the access id"
        case 4007: "this machine's address is not on the key's list: add it in the venue's settings"
        case 4011, 4115, 4158: "the account is barred: ask the venue's support"
        case 4018: "the account may not trade here: check the key's trading permission"
        case 4130: "the account may not trade futures: open the futures account first"
        case 4159: "the venue takes no orders over its API in this market"
        case 4512: "the sub-account has no permission for this: change it in the main account"
        default: kind.advice
        }
    }

    /// What went wrong on a socket, whose codes end in the same four digits for both segments.
    package static func socketKind(_ code: Int) -> RefusalKind {
        switch (code / 10_000, code % 10_000) {
        case (2...3, 1), (2...3, 2): .incorrect  // an argument, a method
        case (2...3, 1001): .notSignedIn
        case (2...3, 1002): .account  // the signature
        case (2...3, 3001), (2...3, 4001), (2...3, 4002): .busy
        case (2...3, 3002): .rateLimit
        default: .undocumented
        }
    }
}
