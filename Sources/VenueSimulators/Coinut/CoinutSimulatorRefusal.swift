internal import PlainJSON

/// A request that is not carried out: a word in `status`, and sometimes a text in `msg`.
///
/// An order that is refused is no such thing: it is answered with `status` OK and `reasons`.
struct CoinutSimulatorRefusal: WireRefusal, Hashable {
    let word: String
    var message: String?

    init(_ word: String, _ message: String? = nil) {
        self.word = word
        self.message = message
    }

    // The documentation names none of these words but the nonce's: the others are assumed.
    static let badNonce = Self("INVALID_NONCE")
    static let badSignature = Self("INVALID_SIGNATURE")
    static let needsLogin = Self("LOGIN_REQUIRED")
    static let badLogin = Self("INVALID_LOGIN")
    static let unknownOrder = Self("INVALID_ORDER_ID")
    static let tooFrequent = Self("TOO_MANY_REQUESTS")
    static let timedOut = Self("SYSTEM_ERROR")

    static func invalid(_ field: String) -> Self {
        Self("INVALID_REQUEST", "\(field) is missing or not allowed")
    }

    /// The whole answer, as far as the request could be read.
    func reply(to name: String?, nonce: Int64?) -> JSON {
        var reply: JSON = nonce.map { ["nonce": .integer($0)] } ?? [:]
        if let name { reply = reply.adding(["reply": .text(name)]) }
        reply = reply.adding(["status": [.text(word)]])
        return message.map { reply.adding(["msg": .text($0)]) } ?? reply
    }
}

/// Why an order was refused: a word in `reasons`.
enum CoinutReason: String, Error {
    case unknownInstrument = "INVALID_INSTRUMENT"
    case clientID = "INVALID_CLIENT_ORD_ID"
    case quantity = "INVALID_QUANTITY"
    case price = "INVALID_PRICE"
    case balance = "NOT_ENOUGH_BALANCE"
    case liquidity = "NOT_ENOUGH_LIQUIDITY"
    case disabled = "TRADE_DISABLED"
    case unknown = "UNKNOWN_ERROR"

    init(_ refused: Refused) {
        switch refused {
        case .belowMinimum: self = .quantity
        case .priceTooFar: self = .price
        case .insufficient: self = .balance
        case .noLiquidity, .notFillable, .wouldTake, .tooLarge: self = .liquidity
        case .unknownOrder, .noPosition, .invalid: self = .unknown
        }
    }

    func word(_ quirks: CoinutQuirks) -> String {
        self == .liquidity && quirks.misspeltLiquidity ? "NOT_ENOUGH_LIQUIDTY" : rawValue
    }
}
