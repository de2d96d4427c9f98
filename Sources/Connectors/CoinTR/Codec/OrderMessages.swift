package import PlainJSON
package import TradingModel
internal import WireText

/// How the venue says that an order stands.
package enum OrderState: Hashable, Sendable {
    /// The gateway has it.
    case accepted
    /// The money is bound, and the book does not have it: nothing is pushed of it.
    case submitting
    case submitted
    case partlyFilled
    case canceling
    case canceled
    case filled
    case stopped
    case triggered
    case expired
    /// A word that nobody has described.
    case other(String)

    /// - Parameter word: in capitals and with low lines.
    package init(_ word: String) {
        self =
            switch word {
            case "ACCEPTED": .accepted
            case "SUBMITTING": .submitting
            case "SUBMITTED": .submitted
            case "PARTIAL_FILLED": .partlyFilled
            case "CANCELING": .canceling
            case "CANCELED": .canceled
            case "FILLED": .filled
            case "STOPPED": .stopped
            case "TRIGGERED": .triggered
            case "EXPIRED": .expired
            default: .other(word)
            }
    }
}

/// An order as lists and pushes show it; sizes in base currency, or of futures in contracts.
package struct WireOrder: WireValue, Hashable {
    package let instrument: String?
    package let id: String
    package let clientID: String?
    package let side: Side
    package let state: OrderState
    /// Nil: a market order.
    package let price: Price?
    /// Nil: a market purchase of spot, which is for an amount of money.
    package let size: Quantity?
    package let filled: Quantity?
    /// Whether what does not fill at once is not kept.
    package let cannotRest: Bool
    package let isPostOnly: Bool
    package let createdAt: Timestamp?
    package let updatedAt: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        instrument = try fields.text("instid")?.uppercased()
        id = try fields.need("ordid")
        clientID = try fields.text("clordid")
        side = try fields.side()
        state = OrderState(try fields.word("state") ?? "")
        let type = try fields.word("ordtype")
        let lifetime = try fields.word("timeinforce")
        let isMarket = type == "MARKET"
        price =
            isMarket ? nil : try fields.cut(Price.self, "px").flatMap { $0 > .zero ? $0 : nil }
        let size = try fields.size("sz", "baseqty")
        self.size = size.flatMap { $0 > .zero ? $0 : nil }
        filled = try fields.size("accfillsz")
        cannotRest = isMarket || lifetime == "IOC" || lifetime == "FOK"
        isPostOnly = try fields.word("flags")?.contains("POST_ONLY") ?? false
        createdAt = try fields.time("ctime")
        updatedAt = try fields.time("utime")
    }
}

/// The answer to an order or a cancel.
package struct OrderReference: WireValue, Hashable {
    /// Nil where the venue was asked not to wait.
    package let id: String?
    package let clientID: String?
    package let state: OrderState?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        id = try fields.text("ordid")
        clientID = try fields.text("clordid")
        state = try fields.word("state").map { OrderState($0) }
    }
}

/// An own execution, from a push or a list.
package struct WireFill: WireValue, Hashable {
    package let instrument: String?
    /// Of the trade: where an account trades with itself, both its orders have the same.
    package let id: String
    package let orderID: String
    /// Our own side.
    package let side: Side
    package let price: Price
    package let size: Quantity
    package let liquidity: Liquidity?
    /// What was paid.
    package let fee: Money?
    /// Only lists of spot have it.
    package let feeCurrency: String?
    package let time: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        instrument = try fields.text("instid")?.uppercased()
        id = try fields.need("tradeid")
        orderID = try fields.need("ordid")
        side = try fields.side()
        price = try fields.needExact(Price.self, "px")
        guard let size = try fields.size("sz"), size > .zero else {
            throw BadMessage("`sz` is missing, or zero")
        }
        self.size = size
        liquidity = try fields.text("role").flatMap { Liquidity(rawValue: $0.lowercased()) }
        fee = try fields.cut(Money.self, "fee")
        feeCurrency = try fields.text("feeccy")
        time = try fields.time("mtime")
    }
}
