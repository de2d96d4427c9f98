internal import PlainJSON
internal import TradingModel

/// An error in the venue's form: a status of HTTP, and a text.
struct CoinpitSimulatorRefusal: Error, Hashable, Sendable {
    let status: Int
    let message: String

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    init(_ refused: Refused) {
        self =
            switch refused {
            case .insufficient: Self(422, "Insufficient margin")
            case .unknownOrder: .unknownOrder
            case .wouldTake: .invalid("postOnly order would match")
            case .noPosition: .invalid("no position")
            case .invalid(let field): .invalid(field)
            case .belowMinimum: .invalid("quantity must be a positive integer")
            case .priceTooFar, .notFillable, .noLiquidity, .tooLarge:
                .invalid("the market does not give that")
            }
    }

    var json: JSON { ["error": .text(message)] }

    static func invalid(_ what: String) -> Self { Self(422, what) }
    static let notFound = Self(404, "no such resource")
    static let wrongMethod = Self(405, "method not allowed")
    static let unknownOrder = Self(404, "no such order")
    static let unregistered = Self(401, "unregistered public key")
    static let tooFrequent = Self(429, "rate limit exceeded")
    static let serverError = Self(500, "the request timed out")

    func reply(at time: Timestamp) -> ServedReply { .coinpit(json, status: status, at: time) }
}

extension ServedReply {
    /// All replies tell the venue's clock.
    static func coinpit(_ body: JSON, status: Int = 200, at time: Timestamp) -> ServedReply {
        var reply = ServedReply.json(body, [.coinpitTime(time)])
        reply.status = status
        return reply
    }
}

extension ServedHeader {
    static func coinpitTime(_ time: Timestamp) -> ServedHeader {
        ServedHeader("Server-Time", String(time.nanoseconds / 1_000_000))
    }
}
