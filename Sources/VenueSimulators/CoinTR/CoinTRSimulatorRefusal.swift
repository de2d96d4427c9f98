internal import PlainJSON

/// What the venue does not do; of its codes one is documented, the others are assumed.
package struct CoinTRSimulatorRefusal: WireRefusal, Hashable, Sendable {
    package let code: Int
    package let message: String
    /// Of the HTTP reply.
    package var status = 200
    /// The order that it is about, where that was read.
    package var clientID: String?

    init(_ code: Int, _ message: String = "", status: Int = 200) {
        self.code = code
        self.message = message
        self.status = status
    }

    func about(_ clientID: String) -> Self {
        var refusal = self
        refusal.clientID = clientID
        return refusal
    }

    static let refused = Self(5050)
    static let duplicate = Self(5051, "duplicate clOrdId")
    static let unknownOrder = Self(
        5052, "Order does not exist or was created more than 2 hours earlier from now.")
    static let noPosition = Self(5053, "no position to reduce")
    static let otherConfiguration = Self(5054, "mgnMode or lever differ from the configuration")
    static func invalid(_ field: String) -> Self { Self(4001, "illegal parameter: \(field)") }
    static let unknownInstrument = Self(4002, "unknown instrument")
    static let unknownKey = Self(4010, "unknown api key", status: 401)
    static let mayNot = Self(4010, "no permission", status: 403)
    static let needsSignature = Self(4010, "auth required", status: 401)
    static let badSignature = Self(4011, "signature error", status: 401)
    static let expired = Self(4012, "timestamp out of range", status: 401)
    static let tooFrequent = Self(4290, "too many requests", status: 429)
    static let inside = Self(5000, "internal error")
}

extension CoinTRSimulatorRefusal {
    /// The venue's words for what the exchange refuses: it gives no reasons.
    init(_ refused: Refused) {
        switch refused {
        case .unknownOrder: self = .unknownOrder
        case .noPosition: self = .noPosition
        case .belowMinimum, .priceTooFar, .wouldTake, .notFillable, .noLiquidity, .tooLarge,
            .insufficient, .invalid:
            self = .refused
        }
    }
}
