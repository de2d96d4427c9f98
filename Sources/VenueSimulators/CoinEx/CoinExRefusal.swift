internal import PlainJSON

/// An error of the venue's own list: code and text as it sends them.
package struct CoinExRefusal: WireRefusal, Hashable, Sendable {
    package let code: Int
    package let message: String

    init(_ code: Int, _ message: String) {
        self.code = code
        self.message = message
    }

    var json: JSON {
        ["code": .integer(code), "data": [:], "message": .text(message)]
    }
}

extension CoinExRefusal {
    // Access.
    static let badKey = Self(4005, "invalid access id")
    static let badSignature = Self(4006, "signature error")
    static let addressNotAllowed = Self(4007, "ip not allow visit")
    static let malformedSignature = Self(4008, "signature format error")
    static let wrongMethod = Self(4009, "request method error")
    static let expired = Self(4010, "request expired")
    static let barred = Self(4011, "user prohibited from accessing")
    static let mayNotTrade = Self(4115, "user prohibited from trading")
    static let tooFrequent = Self(4213, "requests are too frequent")
    static let timedOut = Self(4002, "service timeout")
    static let busy = Self(3008, "service too busy")
    static let unavailable = Self(4001, "service unavailable")

    // What was asked.
    static func invalid(_ field: String) -> Self { Self(4004, "invalid argument: \(field)") }
    static func unknownMarket(_ name: String) -> Self { Self(3639, "market \(name) not found") }
    static let belowMinimum = Self(3127, "amount below the minimum of the market")
    static let priceTooFar = Self(3606, "price too far from the latest price")
    static let notFound = Self(3600, "Order not found")

    // What the market says.
    static let noLiquidity = Self(3620, "market order refused: opposite book too thin")
    static let notFillable = Self(3621, "fok order could not be filled completely")
    static let wouldTake = Self(3622, "maker_only order would be filled at once")
    static let tooLarge = Self(3627, "depth too low for the amount")
    static let insufficient = Self(3109, "balance not enough")
    static let noPosition = Self(3600, "position not found")
}

extension CoinExRefusal {
    /// The venue's words for what the exchange refuses.
    init(_ refused: Refused) {
        switch refused {
        case .belowMinimum: self = .belowMinimum
        case .priceTooFar: self = .priceTooFar
        case .wouldTake: self = .wouldTake
        case .notFillable: self = .notFillable
        case .noLiquidity: self = .noLiquidity
        case .tooLarge: self = .tooLarge
        case .insufficient: self = .insufficient
        case .unknownOrder: self = .notFound
        case .noPosition: self = .noPosition
        case .invalid(let field): self = .invalid(field)
        }
    }

    /// What the exchange answers, its refusals in the venue's words.
    static func inVenueWords<Value>(
        _ value: @autoclosure () throws(Refused) -> Value
    ) throws(CoinExRefusal) -> Value {
        do { return try value() } catch { throw CoinExRefusal(error) }
    }
}

/// A refusal on a socket; futures codes begin with 3, spot codes with 2.
struct CoinExSocketRefusal: Error {
    let number: Int
    let message: String

    func code(for product: ExchangeSegment) -> Int {
        number + (product == .spot ? 20_000 : 30_000)
    }

    static let invalidArgument = Self(number: 1, message: "invalid argument")
    static let unknownMethod = Self(number: 2, message: "method not found")
    static let needsSignature = Self(number: 1_001, message: "require auth")
    static let badSignature = Self(number: 1_002, message: "auth failed")
    static let tooFrequent = Self(number: 3_002, message: "requests are too frequent")
}
