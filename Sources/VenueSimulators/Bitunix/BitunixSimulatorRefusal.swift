internal import PlainJSON

/// An error of the venue's own list: code and text.
package struct BitunixSimulatorRefusal: WireRefusal, Hashable, Sendable {
    package let code: Int
    package let message: String

    init(_ code: Int, _ message: String) {
        self.code = code
        self.message = message
    }

    var json: JSON { ["code": .integer(code), "data": .null, "msg": .text(message)] }
}

extension BitunixSimulatorRefusal {
    // Access.
    static let networkError = Self(1, "Network Error")
    static let networkErrorBefore = Self(10_001, "Network Error")
    static let notFound = Self(404, "Not Found")
    static let mayNot = Self(403, "the key may not do this")
    static let badKey = Self(10_003, "The api-key is invalid")
    static let addressNotAllowed = Self(10_004, "The ip is not in the apikey whitelist")
    static let tooFrequent = Self(10_005, "Too many requests, please try again later")
    /// An old timestamp leads to it, too.
    static let badSignature = Self(10_007, "Sign signature error")
    static let barred = Self(20_011, "Account not allow trade")

    // What was asked.
    static func invalid(_ field: String) -> Self { Self(10_002, "Parameter error: \(field)") }
    static func notAllowed(_ value: String, _ choices: String) -> Self {
        Self(10_008, "Parameter \(value) does not match, alternative value \(choices).")
    }
    static let unknownMarket = Self(20_001, "Market not exists")
    static let badLeverage = Self(20_005, "Invalid leverage")
    static let leverageIsBound = Self(
        20_006, "You can't update leverage or margin mode with open orders")
    static let unknownOrder = Self(20_007, "Order not found")
    static let doneOrder = Self(30_011, "Order status is abnormal")
    static let positionExists = Self(20_009, "Position exists, can't update position mode")
    static let duplicate = Self(30_042, "Client ID duplicate")

    // What the market says.
    static let insufficient = Self(20_003, "Insufficient balance")
    static let tooLarge = Self(30_013, "Trade quantity exceeds the maximum")
    static let tooHigh = Self(30_014, "Price above the maximum buy price")
    static let belowMinimum = Self(30_016, "Quantity below the minimum")
    static let noPosition = Self(30_018, "Reduce only order without a position")
    static let sameDirection = Self(30_019, "Reduce only order in the direction of the position")

    /// The venue's words for what the exchange refuses.
    init(_ refused: Refused) {
        switch refused {
        case .belowMinimum: self = .belowMinimum
        case .priceTooFar: self = .tooHigh
        case .tooLarge: self = .tooLarge
        case .insufficient: self = .insufficient
        case .unknownOrder: self = .unknownOrder
        case .noPosition: self = .noPosition
        // These are orders that end at once, and no refusals.
        case .wouldTake, .notFillable, .noLiquidity: self = .doneOrder
        case .invalid(let field): self = .invalid(field)
        }
    }

    /// What the exchange answers, its refusals in the venue's words.
    static func inVenueWords<Value>(
        _ value: @autoclosure () throws(Refused) -> Value
    ) throws(BitunixSimulatorRefusal) -> Value {
        do { return try value() } catch { throw BitunixSimulatorRefusal(error) }
    }
}
