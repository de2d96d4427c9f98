package import PlainJSON
package import TradingModel
internal import WireText

/// Where the venue says that an order is.
package enum WireStatus: Hashable, Sendable {
    /// Not in the book yet.
    case prepared
    case working
    case partlyFilled
    case filled
    case cancelled
    case partlyCancelled
    /// By the venue itself.
    case cancelledByVenue
    case expired
    /// A word that nobody has described.
    case unknown(String)

    init(_ word: String) {
        self =
            switch word {
            case "INIT": .prepared
            case "NEW": .working
            case "PART_FILLED": .partlyFilled
            case "FILLED": .filled
            case "CANCELED", "CANCELLED": .cancelled
            case "PART_FILLED_CANCELED", "PART_FILLED_CANCELLED": .partlyCancelled
            case "SYSTEM_CANCELED", "SYSTEM_CANCELLED": .cancelledByVenue
            case "EXPIRED": .expired
            default: .unknown(word)
            }
    }
}

/// An own order, from a list or a push, whose names differ.
package struct WireOrder: WireValue, Hashable {
    package let id: String
    package let clientID: String?
    package let market: String
    package let side: Side
    package let isMarketOrder: Bool
    /// Whether what does not fill at once is said not to stay; pushes are known to say something else.
    package let isImmediate: Bool
    package let quantity: Quantity
    /// Nil for market orders, of which histories have the word `market`.
    package let price: Price?
    package let filled: Quantity?
    package let status: WireStatus
    package let isHedged: Bool
    package let createdAt: Timestamp?
    package let updatedAt: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        id = try fields.need("orderId")
        clientID = try fields.text("clientId")
        market = try fields.need("symbol")
        side = try fields.side()
        let effect = try fields.word("effect")
        isMarketOrder = try fields.word("orderType", "type") == "MARKET"
        isImmediate = isMarketOrder || effect == "IOC" || effect == "FOK"
        quantity = try fields.needExact(Quantity.self, "qty")
        let isPriced = try !isMarketOrder && fields.word("price") != "MARKET"
        price =
            try isPriced
            ? fields.exact(Price.self, "price").flatMap { $0 == .zero ? nil : $0 } : nil
        filled = try fields.cut(Quantity.self, "tradeQty", "dealAmount")
        status = WireStatus(try fields.word("status", "orderStatus") ?? "")
        isHedged = try fields.word("positionMode") == "HEDGE"
        createdAt = try fields.moment("ctime")
        updatedAt = try fields.moment("mtime")
    }
}

extension WireOrder: NamedInPage {
    static var listName: String { "orderList" }
}

/// The answer to an order's placement or change.
package struct OrderReference: WireValue, Hashable {
    package let id: String
    package init(reading json: JSON) throws { id = try Fields(json).need("orderId") }
}

/// The answer to a cancel: what will be done, and what will not.
package struct CancelReply: WireValue, Hashable {
    package struct Failure: WireValue, Hashable {
        package let refusal: BitunixRefusal
        package init(reading json: JSON) throws {
            let fields = try Fields(json)
            refusal = BitunixRefusal(
                code: Int(try fields.needInt("errorCode")),
                message: try fields.text("errorMsg") ?? "")
        }
    }

    package let taken: Int
    package let failures: [Failure]

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        taken = try fields.list(NoPayload.self, "successList").count
        failures = try fields.list(Failure.self, "failureList")
    }
}

/// An own execution; several of its fields may be null.
package struct WireTrade: WireValue, Hashable {
    package let id: String
    package let orderID: String
    package let clientID: String?
    package let market: String
    package let side: Side
    package let price: Price
    package let quantity: Quantity
    package let liquidity: Liquidity?
    package let fee: Money?
    package let feeCurrency: String?
    package let createdAt: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        id = try fields.need("tradeId")
        orderID = try fields.need("orderId")
        clientID = try fields.text("clientId")
        market = try fields.need("symbol")
        side = try fields.side()
        price = try fields.needExact(Price.self, "price")
        quantity = try fields.needExact(Quantity.self, "qty")
        liquidity =
            switch try fields.word("roleType") {
            case "MAKER": .maker
            case "TAKER": .taker
            default: nil
            }
        fee = try fields.cut(Money.self, "fee")
        feeCurrency = try fields.text("marginCoin")
        createdAt = try fields.moment("ctime")
    }
}

extension WireTrade: NamedInPage {
    static var listName: String { "tradeList" }
}

/// The futures account of a margin currency.
package struct WireAccount: WireValue, Hashable {
    package let currency: String
    /// What positions would bring or cost now is in what the venue shows as available, and counts as no
    /// money, neither here nor in all.
    package let available: Money
    package let total: Money
    package let isHedged: Bool

    /// An object; the venue's page shows a list of one.
    package init(reading json: JSON) throws {
        let fields = try Fields(json.items?.first ?? json)
        currency = try fields.need("marginCoin")
        let shown = try fields.cut(Money.self, "available") ?? .zero
        let frozen = try fields.cut(Money.self, "frozen") ?? .zero
        let margin = try fields.cut(Money.self, "margin") ?? .zero
        let cross = try fields.cut(Money.self, "crossUnrealizedPNL") ?? .zero
        let isolated = try fields.cut(Money.self, "isolationUnrealizedPNL") ?? .zero
        available = shown - cross
        total = shown + frozen + margin - cross - isolated
        isHedged = try fields.word("positionMode") == "HEDGE"
    }
}

/// What a push tells of the account: that there is news, for what it says leaves out the profit.
package struct WireBalance: WireValue, Hashable {
    package let currency: String
    package let available: Money?
    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        currency = try fields.need("coin")
        available = try fields.cut(Money.self, "available")
    }
}

/// A futures position, from a list or a push.
package struct WirePosition: WireValue, Hashable {
    package let market: String
    /// Of a push that it was closed: none.
    package let net: SignedQuantity
    package let averagePrice: Price?
    package let liquidationPrice: Price?
    package let leverage: String?
    package let isHedged: Bool
    package let id: String
    /// All that it received and paid at settlements; paid is negative.
    package let funding: Money

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.need("symbol")
        id = try fields.text("positionId") ?? ""
        funding = try fields.cut(Money.self, "funding") ?? .zero
        let size = try fields.cut(Quantity.self, "qty") ?? .zero
        let isClosed = try fields.word("event") == "CLOSE"
        net = isClosed ? .zero : size.signed(try fields.side())
        let value = try fields.cut(Money.self, "entryValue")
        averagePrice =
            try fields.cut(Price.self, "avgOpenPrice") ?? value?.divided(by: size, .halfEven)
        // Zero and less: it is never liquidated.
        liquidationPrice = try fields.cut(Money.self, "liqPrice").flatMap {
            $0 > .zero ? Price(attos: $0.attos) : nil
        }
        leverage = try fields.text("leverage")
        isHedged = try fields.word("positionMode") == "HEDGE"
    }
}
