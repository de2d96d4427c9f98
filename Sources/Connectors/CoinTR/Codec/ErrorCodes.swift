package import AccountSession
package import VenueSessions

/// What is assumed of the venue's codes, of which its pages show one: 5050, an order refused without a
/// reason.
private enum AssumedCode: String {
    case refused = "5050"
    case duplicate = "5051"
    case unknownOrder = "5052"
    case noPosition = "5053"
    case otherLeverage = "5054"
    case malformed = "4001"
    case unknownInstrument = "4002"
    case unknownKey = "4010"
    case badSignature = "4011"
    case expired = "4012"
    case tooFrequent = "4290"
    case inside = "5000"
}

extension CoinTRRefusal {
    /// What it means for what was asked.
    package var kind: RefusalKind {
        switch AssumedCode(rawValue: code) {
        case .refused, .noPosition, .otherLeverage, .malformed, .unknownInstrument: .incorrect
        case .duplicate: .duplicateID
        case .unknownOrder: .unknownOrder
        case .unknownKey, .badSignature: .account
        case .expired: .expired
        case .tooFrequent: .rateLimit
        case .inside: .unknownOutcome
        // The one text that is documented, whatever its code.
        case nil: message.contains("does not exist") ? .unknownOrder : .undocumented
        }
    }

    /// What it means for an order that was just sent.
    ///
    /// Only what names the order was surely said about it; what else the codes mean nobody has written
    /// down.
    package var kindForOrder: RefusalKind {
        switch kind {
        case .account, .expired, .rateLimit, .duplicateID, .unknownOutcome: kind
        default: clientID == nil ? .unknownOutcome : .incorrect
        }
    }

    /// What it means for a cancel: whatever was said, the order is asked for before anything is believed.
    package var kindForCancel: RefusalKind {
        switch kind {
        case .account, .expired, .rateLimit, .unknownOrder: kind
        default: .unknownOutcome
        }
    }

    /// What it is for whoever reads of it.
    package var cause: VenueProblem.Cause {
        switch kind {
        case .account: .key
        case .expired: .clock
        case .unknownOutcome, .rateLimit: .maintenance
        default: .refused
        }
    }

    /// What to do about it, in words; nil: what its kind says.
    package var advice: String? {
        switch AssumedCode(rawValue: code) {
        case .refused:
            "the venue does not say why: the balance is not enough, or the price, the quantity or a "
                + "rule of the market forbids it"
        case .noPosition: "the venue shows no position that the reduce-only order would reduce"
        case .otherLeverage: "the market's leverage or margin mode is another one"
        case .unknownInstrument: "the venue has no such market: check the symbol's spelling"
        case .unknownKey: "the key is not known: check it, and that it was not deleted"
        case .badSignature: "the signature is refused: check that the secret belongs to the key"
        default: nil
        }
    }
}

extension Refusal {
    /// - Parameters:
    ///   - status: of the HTTP reply that said it: 401 and 403 are about the key whatever the code.
    ///   - kind: what it means for what was asked.
    package init(_ refusal: CoinTRRefusal, status: Int, as kind: RefusalKind) {
        let isBarred = status == 403
        let isAboutKey = isBarred || status == 401 && kind != .expired
        self.init(
            isAboutKey ? .account : kind, refusal.description,
            advice: isBarred
                ? "the key may not do this: check its permissions and its list of addresses"
                : refusal.advice,
            cause: isBarred ? .permission : isAboutKey ? .key : refusal.cause)
    }
}
