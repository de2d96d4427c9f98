package import PlainJSON
package import TradingModel
internal import WireText

/// The fees that an account pays in a market.
package struct FeeRates: WireValue, Hashable {
    package let market: String
    package let maker: Rate
    package let taker: Rate

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        maker = try fields.needExact(Rate.self, "maker_rate", "maker_fee_rate")
        taker = try fields.needExact(Rate.self, "taker_rate", "taker_fee_rate")
    }
}

/// The leverage and margin mode of a market, as set.
package struct LeverageSetting: WireValue, Hashable {
    package let marginMode: String
    package let leverage: String

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        marginMode = try fields.need("margin_mode")
        leverage = try fields.need("leverage")
    }
}

/// A change of a balance in the past.
package struct WireTransaction: WireValue, Hashable {
    package let currency: String
    package let change: Money
    package let balance: Money
    package let type: String
    package let createdAt: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        currency = try fields.need("ccy")
        change = try fields.needExact(Money.self, "change")
        balance = try fields.needExact(Money.self, "balance")
        type = try fields.need("type")
        createdAt = try fields.time("created_at")
    }
}

/// What an open position paid or received at a settlement of funding.
package struct WireFunding: WireValue, Hashable {
    package let market: String
    package let rate: Rate
    /// The price that the position was valued at.
    package let price: Price
    package let size: Quantity
    /// The side that made the position; nil where the venue does not say.
    package let side: Side?
    package let createdAt: Timestamp

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        rate = try fields.needExact(Rate.self, "funding_rate")
        guard let price = try fields.cut(Price.self, "settle_price"),
            let time = try fields.time("created_at")
        else { throw BadMessage("`settle_price` or `created_at` is missing") }
        self.price = price
        createdAt = time
        size = try fields.needExact(Quantity.self, "open_interest")
        side = try fields.text("side").flatMap { ["long": .buy, "short": .sell][$0] }
    }
}
