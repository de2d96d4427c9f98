package import PlainJSON
package import TradingModel
internal import WireText

/// What kind of order it is; the last two the venue makes for each part of a position.
package enum WireOrderType: String, Hashable, Sendable {
    case limit = "LMT"
    case market = "MKT"
    case stopLimit = "SLM"
    case stopMarket = "STM"
    /// Cancelled, it closes its part of the position at once.
    case protection = "STP"
    case target = "TGT"

    /// Whether it belongs to a position, and was sent by nobody.
    var isOfPosition: Bool { self == .protection || self == .target }
}

package enum WireStatus: Hashable, Sendable {
    case open
    /// Filled, wholly or before a cancel.
    case closed
    /// Nothing of it was filled.
    case cancelled
    case unknown(String)

    init(_ word: String) {
        self =
            switch word {
            case "open": .open
            case "closed", "filled": .closed
            case "cancelled", "cancel": .cancelled
            default: .unknown(word)
            }
    }
}

/// An order, from a reply, a list or an event.
package struct WireOrder: WireValue, Hashable {
    package let uuid: OrderUUID
    package let clientID: String?
    package let contract: String
    package let side: Side
    /// Nil: a word that nobody has described.
    package let type: WireOrderType?
    package let quantity: Quantity
    package let filled: Quantity
    package let cancelled: Quantity
    /// Nil: it has none, or the word `NONE`.
    package let price: Price?
    package let averagePrice: Price?
    package let status: WireStatus
    package let isTriggered: Bool
    package let reason: String?
    /// When it was created, or the last thing happened to it, whichever is later.
    package let time: Timestamp?
    /// The partner of one that belongs to a position.
    package let partner: String?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        let id = try fields.need("uuid")
        guard let uuid = OrderUUID(id) else { throw BadMessage("`uuid` is `\(id)`") }
        self.uuid = uuid
        clientID = try fields.text("clientid")
        contract = try fields.need("instrument")
        side = try fields.side()
        type = WireOrderType(rawValue: try fields.need("orderType"))
        quantity = Quantity(contracts: try fields.needInt("quantity"))
        filled = Quantity(contracts: try fields.int("filled") ?? 0)
        cancelled = Quantity(contracts: try fields.int("cancelled") ?? 0)
        price = try fields.number(Price.self, "price")
        averagePrice = try fields.cut(Price.self, "averagePrice").flatMap {
            $0 == .zero ? nil : $0
        }
        status = WireStatus(try fields.text("status") ?? "")
        isTriggered = try fields.flag("triggered") ?? false
        reason = try fields.text("reason")
        let times = try [fields.microseconds("entryTime"), fields.microseconds("eventTime")]
        time = times.compactMap { $0 }.max()
        partner = try fields.text("oco")
    }

    /// Whether somebody sent it: all others belong to positions, and a kind that nobody described may.
    package var wasSent: Bool { type.map { !$0.isOfPosition } ?? false }
}

/// Orders in any of the forms that the venue wraps them in: a list, `{"result":[…]}`, or an event with its name.
package struct WireOrders: WireValue {
    package let orders: [WireOrder]

    package init(reading json: JSON) throws {
        orders = try unwrapped(json).map { try WireOrder(reading: $0) }
    }
}

/// The ids in the answer to a cancel.
package struct WireIDs: WireValue {
    package let ids: [String]
    package init(reading json: JSON) throws {
        ids = try unwrapped(json).map { item in
            guard let text = item.text else { throw BadMessage("an id is not a text") }
            return text
        }
    }
}

private func unwrapped(_ json: JSON) throws -> [JSON] {
    if let result = json["result"] { return try listed(result) }
    if let items = json.items, items.count == 2, items[0].text != nil,
        let result = items[1]["result"]
    {
        return try listed(result)
    }
    return try listed(json)
}

/// An own execution, of an order of a position too.
package struct WireExecution: WireValue, Hashable {
    package let id: String
    package let orderID: String
    package let contract: String
    package let type: WireOrderType?
    package let side: Side
    package let price: Price
    package let quantity: Quantity
    package let liquidity: Liquidity?
    /// In bitcoin.
    package let fee: Money?
    package let time: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        id = try fields.need("executionid")
        orderID = try fields.need("orderid")
        contract = try fields.need("instrument")
        type = WireOrderType(rawValue: try fields.text("orderType") ?? "")
        side = try fields.side()
        price = try fields.needExact(Price.self, "price")
        quantity = Quantity(contracts: try fields.needInt("quantity"))
        liquidity =
            switch try fields.text("liquidity") {
            case "commission": .taker
            case "reward": .maker
            default: nil
            }
        fee = try fields.satoshi("commission")
        time = try fields.microseconds("eventTime")
    }
}

package struct WireExecutions: WireValue {
    package let executions: [WireExecution]
    package init(reading json: JSON) throws {
        executions = try unwrapped(json).map { try WireExecution(reading: $0) }
    }
}

package struct WirePosition: Hashable {
    package let contract: String
    package let net: SignedQuantity
    package let averagePrice: Price?

    init(_ member: JSONMember) throws {
        let fields = try Fields(member.value)
        contract = try fields.text("instrument") ?? member.key
        net = SignedQuantity(attos: Int128(try fields.contracts("quantity") ?? 0) * attosPerUnit)
        averagePrice = try fields.cut(Price.self, "averagePrice")
    }
}

/// The whole account; several of its parts may be missing.
package struct WireAccount: WireValue, Hashable {
    package let orders: [WireOrder]
    /// Those that are not flat.
    package let positions: [WirePosition]
    /// What lies on the margin address and what trading has made of it since the last settlement, in bitcoin.
    package let total: Money
    package let available: Money

    /// As it is, or within an event's `account` or `userDetails`.
    package init(reading json: JSON) throws {
        let inner = json["account"] ?? json["userDetails"] ?? json
        let fields = try Fields(inner)
        orders = try keyed(inner["orders"]).flatMap { member in
            try keyed(member.value).map { try WireOrder(reading: $0.value) }
        }
        positions = try keyed(inner["positions"]).map { try WirePosition($0) }
            .filter { $0.net != .zero }
        let made = try inner["pnl"].flatMap { $0 == .null ? nil : try Fields($0).satoshi("pnl") }
        total = (try fields.satoshi("accountMargin") ?? .zero) + (made ?? .zero)
        available = try fields.satoshi("margin") ?? .zero
    }
}

/// What the venue says where it does not do what was asked, in the status of HTTP and in words.
package struct CoinpitRefusal: Error, Hashable, CustomStringConvertible {
    package let status: Int
    package let message: String
    package var description: String { "\(message) (HTTP status \(status))" }

    package init(status: Int, message: String) {
        self.status = status
        self.message = message
    }

    /// `{"error":text}`, `{"error":{"message":text}}`, `{"error":{"error":text}}`, or nothing that can be read.
    package init(status: Int, _ body: [UInt8]) {
        let json = (try? readJSON(AnyValue.self, body))?.json
        self.init(status: status, message: Self.text(json?["error"]) ?? "no reason is given")
    }

    package static func text(_ error: JSON?) -> String? {
        error?.text ?? error?["message"]?.text ?? error?["error"]?.text
    }
}
