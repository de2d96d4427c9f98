package import AccountSession
internal import VenueSessions

extension BitunixRefusal {
    /// What it means for what was asked; nil: a signature is refused, which an old timestamp leads to, too.
    ///
    /// Source: the venue's error tables, with what public clients have seen.
    package var kind: RefusalKind? {
        switch code {
        // "Network Error" of either number: whether an order was placed then nobody knows.
        case 1, 500, 10_001: .unknownOutcome
        case 10_005, 10_006, 110_041: .rateLimit
        case 10_007, 100_005: nil
        case 100_008: .expired
        case 10_013, 20_007, 30_011: .unknownOrder
        case 20_003, 20_004: .funds
        case 30_042: .duplicateID
        case 20_012, 20_015, 30_040: .marketClosed
        case 403, 10_003, 10_004, 10_016, 20_011, 20_013, 20_014, 40_001...40_008, 100_004, 110_033:
            .account
        case 2, 404, 10_002, 10_008, 10_058, 70_003, 20_001, 20_002, 20_005, 20_006,
            20_008...20_010,
            20_016, 30_001...30_010, 30_012...30_039, 30_041:
            .incorrect
        default: .undocumented
        }
    }

    private func cause(_ kind: RefusalKind) -> VenueProblem.Cause {
        switch kind {
        case .account:
            switch code {
            case 10_003, 10_007, 100_004, 100_005: .key
            default: .permission
            }
        case .expired: .clock
        case .marketClosed, .unknownOutcome: .maintenance
        default: .refused
        }
    }

    private func advice(_ kind: RefusalKind) -> String {
        switch code {
        case 403, 110_033:
            "the key may not do this: give it the right to trade futures in the venue's settings"
        case 10_003, 100_004: "the key is not known: check it, and that it was not deleted"
        case 10_004:
            "this machine's address is not on the key's list: add it in the venue's settings"
        case 10_007, 100_005: "the signature is refused: check that the secret belongs to the key"
        case 20_001: "the venue has no such market: check the symbol's spelling"
        case 20_002: "the position would be larger than the market allows"
        case 20_003, 20_004: "the balance is not enough: lower the quantity or add funds"
        case 20_006, 20_009: "close the market's positions and orders first"
        case 20_011, 20_013, 20_014: "the account may not trade: ask the venue's support"
        case 20_012, 20_015, 30_040: "the market takes no orders over the API: choose another one"
        case 30_001...30_003: "the order would be liquidated at once: lower the leverage"
        case 30_013, 30_039: "the quantity is above the market's maximum for such an order"
        case 30_014: "the price is above what the market allows for a buy"
        case 30_015: "the price is below what the market allows for a sell"
        case 30_016, 30_017, 20_008: "the quantity is below the market's minimum"
        case 30_018: "there is no position that the reduce-only order would reduce"
        case 30_019: "the reduce-only order would add to the position"
        default: kind.advice
        }
    }

    /// - Parameter ofOldTime: whether our clock may be wrong, so that a refused signature is one of its time.
    package func inOurWords(ofOldTime: Bool) -> Refusal {
        let kind = kind ?? (ofOldTime ? .expired : .account)
        return Refusal(
            kind, description,
            advice: kind == .expired ? kind.advice : advice(kind), cause: cause(kind))
    }
}
