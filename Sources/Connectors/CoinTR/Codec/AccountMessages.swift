package import PlainJSON
package import TradingModel
internal import WireText

/// What an account holds of a currency.
package struct WireBalance: WireValue, Hashable {
    package let currency: String
    package let total: Money
    package let available: Money

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        currency = try fields.need("ccy")
        guard fields.has("availbal") || fields.has("frozenbal") else {
            // Futures: the equity beside it has profits that nobody has yet.
            total =
                try fields.cut(Money.self, "cashbal") ?? fields.cut(Money.self, "totaleq") ?? .zero
            available = try fields.cut(Money.self, "freebal") ?? .zero
            return
        }
        available = try fields.cut(Money.self, "availbal") ?? .zero
        let frozen = try fields.cut(Money.self, "frozenbal") ?? .zero
        total = try fields.cut(Money.self, "bal") ?? available + frozen
    }
}

/// Balances: a list, or an object that holds one under a name.
struct BalanceList: WireValue {
    let elements: [WireBalance]

    init(reading json: JSON) throws {
        guard case .object = json else {
            // Each is a currency, or in older revisions an account with its currencies.
            elements = try listed(json).flatMap { item -> [WireBalance] in
                try Self.inner(item) ?? [WireBalance(reading: item)]
            }
            return
        }
        if let inner = try Self.inner(json) {
            elements = inner
        } else {
            elements = try Fields(json).has("ccy") ? [WireBalance(reading: json)] : []
        }
    }

    private static func inner(_ json: JSON) throws -> [WireBalance]? {
        let fields = try Fields(json)
        if fields.has("baldata") { return try fields.list(WireBalance.self, "baldata") }
        // Of futures the details are positions, not currencies.
        guard !fields.has("ccy"), fields.has("details") else { return nil }
        return try fields.list(WireBalance.self, "details")
    }
}

/// A position of futures, in contracts.
package struct WirePosition: WireValue, Hashable {
    package let instrument: String
    package let net: SignedQuantity
    package let averagePrice: Price?
    package let liquidationPrice: Price?
    package let leverage: String?
    package let isIsolated: Bool

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        instrument = try fields.need("instid").uppercased()
        let size = try fields.cut(SignedQuantity.self, "possz") ?? .zero
        switch try fields.word("posside") {
        case "LONG": net = size.magnitude.signed(.buy)
        case "SHORT": net = size.magnitude.signed(.sell)
        // A net position may say its side by its sign.
        case "NET", nil: net = size
        case let other?: throw BadMessage("`posSide` is `\(other)`, expected LONG or SHORT")
        }
        averagePrice = try Self.price(fields, "avgpx")
        liquidationPrice = try Self.price(fields, "liqpx")
        leverage = try fields.text("lever")
        isIsolated = try fields.word("mgnmode") == "ISOLATED"
    }

    private static func price(_ fields: Fields, _ name: String) throws -> Price? {
        try fields.cut(Price.self, name).flatMap { $0 > .zero ? $0 : nil }
    }
}

/// What an account pays in a market.
package struct WireFees: WireValue, Hashable {
    /// `OTHERS`: all that are not named.
    package let instrument: String
    package let maker: Rate
    package let taker: Rate

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        instrument = try fields.need("instid").uppercased()
        maker = try Self.paid(fields, "maker")
        taker = try Self.paid(fields, "taker")
    }

    /// The venue shows what is paid with either sign; a rebate it does not have.
    private static func paid(_ fields: Fields, _ name: String) throws -> Rate {
        let rate = try fields.needExact(Rate.self, name)
        return rate < .zero ? Rate(attos: -rate.attos) : rate
    }
}

/// How an account counts positions of futures.
package enum PositionMode: WireValue, Hashable {
    /// One in each market.
    case net
    /// A long and a short one in each.
    case longShort
    case other(String)

    package init(reading json: JSON) throws {
        let word = try Fields(json).word("posmode") ?? ""
        self =
            switch word {
            case "NET_MODE", "NET": .net
            case "LONG_SHORT_MODE", "LONG_SHORT": .longShort
            default: .other(word)
            }
    }
}
