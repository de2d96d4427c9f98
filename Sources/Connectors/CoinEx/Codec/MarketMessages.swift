package import AccountSession
package import PlainJSON
package import TradingModel
internal import WireText

extension Segment {
    /// How requests name it.
    package var marketType: String { self == .spot ? "SPOT" : "FUTURES" }
}

/// A market as the market lists describe it.
package struct MarketInfo: WireValue, Hashable {
    package let market: String
    package let base: String
    package let quote: String
    package let basePrecision: Int
    package let quotePrecision: Int
    package let minAmount: Quantity?
    package let tickSize: Price?
    package let makerFee: Rate?
    package let takerFee: Rate?
    /// Inverse futures settle in the base currency.
    package let isInverse: Bool
    package let leverages: [String]
    /// Whether orders over the API are taken; what is not said counts as yes.
    package let isTradable: Bool

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        base = try fields.need("base_ccy")
        quote = try fields.need("quote_ccy")
        basePrecision = Int(try fields.needInt("base_ccy_precision"))
        quotePrecision = Int(try fields.needInt("quote_ccy_precision"))
        minAmount = try fields.exact(Quantity.self, "min_amount")
        tickSize = try fields.exact(Price.self, "tick_size")
        makerFee = try fields.exact(Rate.self, "maker_fee_rate")
        takerFee = try fields.exact(Rate.self, "taker_fee_rate")
        isInverse = try fields.text("contract_type") == "inverse"
        leverages = try fields.texts("leverage")
        isTradable =
            try (fields.text("status") ?? "online") == "online"
            && (fields.flag("is_api_trading_available") ?? true)
            && (fields.flag("is_market_available") ?? true)
    }
}

/// A market's last 24 hours, from REST or a `state.update`.
package struct MarketState: WireValue, Hashable {
    package let market: String
    package let last: Price?
    package let volume: Quantity?
    package let mark: Price?
    package let index: Price?
    package let openInterest: Quantity?
    package let latestFundingRate: Rate?
    package let nextFundingRate: Rate?
    package let latestFundingTime: Timestamp?
    package let nextFundingTime: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        last = try fields.exact(Price.self, "last", "close")
        volume = try fields.cut(Quantity.self, "volume")
        mark = try fields.cut(Price.self, "mark_price")
        index = try fields.cut(Price.self, "index_price", "price")
        openInterest = try fields.cut(Quantity.self, "open_interest_size", "open_interest_volume")
        latestFundingRate = try fields.cut(Rate.self, "latest_funding_rate")
        nextFundingRate = try fields.cut(Rate.self, "next_funding_rate")
        latestFundingTime = try fields.time("latest_funding_time")
        nextFundingTime = try fields.time("next_funding_time")
    }
}

/// The top of book.
package struct BestQuote: WireValue, Hashable {
    package let market: String
    package let updatedAt: Timestamp?
    package let bid: BookLevel?
    package let ask: BookLevel?

    package init(market: String, updatedAt: Timestamp?, bid: BookLevel?, ask: BookLevel?) {
        self.market = market
        self.updatedAt = updatedAt
        self.bid = bid
        self.ask = ask
    }

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        updatedAt = try fields.time("updated_at")
        bid = try Self.level(fields, "best_bid_price", "best_bid_size")
        ask = try Self.level(fields, "best_ask_price", "best_ask_size")
    }

    /// An empty side is sent as size 0.
    private static func level(
        _ fields: Fields, _ price: String, _ size: String
    ) throws -> BookLevel? {
        guard let quantity = try fields.exact(Quantity.self, size), quantity > .zero else {
            return nil
        }
        return BookLevel(price: try fields.needExact(Price.self, price), quantity: quantity)
    }
}

/// One public trade.
package struct PublicDeal: WireValue, Hashable {
    package let id: UInt64
    package let createdAt: Timestamp?
    /// The taker's.
    package let side: Side
    package let price: Price
    package let quantity: Quantity

    package init(id: UInt64, createdAt: Timestamp?, side: Side, price: Price, quantity: Quantity) {
        self.id = id
        self.createdAt = createdAt
        self.side = side
        self.price = price
        self.quantity = quantity
    }

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        let number = try fields.needInt("deal_id")
        guard number >= 0 else { throw BadMessage("`deal_id` is negative") }
        id = UInt64(number)
        createdAt = try fields.time("created_at")
        side = try fields.side()
        price = try fields.needExact(Price.self, "price")
        quantity = try fields.needExact(Quantity.self, "amount")
    }
}

/// A push of public trades, newest first as the venue sends them.
package struct DealsPush: WireValue, Hashable {
    package var market: String
    package var deals: [PublicDeal]

    package init(market: String, deals: [PublicDeal]) {
        self.market = market
        self.deals = deals
    }

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        deals = try fields.list(PublicDeal.self, "deal_list")
    }
}

/// An index price with its sources left out.
package struct IndexPrice: WireValue, Hashable {
    package let market: String
    package let index: Price?
    package let mark: Price?
    package let createdAt: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        index = try fields.cut(Price.self, "index_price", "price")
        mark = try fields.cut(Price.self, "mark_price")
        createdAt = try fields.time("created_at")
    }
}

/// A settlement of the past.
package struct FundingSettlement: WireValue, Hashable {
    package let market: String
    package let time: Timestamp?
    package let rate: Rate

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        time = try fields.time("funding_time")
        rate = try fields.needExact(Rate.self, "actual_funding_rate")
    }
}

/// How much leverage a market allows for which size.
package struct PositionLevels: WireValue, Hashable {
    package struct Level: WireValue, Hashable {
        package let amount: Quantity
        package let leverage: String
        package let maintenanceMarginRate: Rate

        package init(reading json: JSON) throws {
            let fields = try Fields(json)
            amount = try fields.needExact(Quantity.self, "amount")
            leverage = try fields.need("leverage")
            maintenanceMarginRate = try fields.needExact(Rate.self, "maintenance_margin_rate")
        }
    }

    package let market: String
    package let levels: [Level]

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        levels = try fields.list(Level.self, "level")
    }
}

/// The venue's clock.
package struct ServerTime: WireValue, Hashable {
    package let time: Timestamp
    package init(reading json: JSON) throws {
        guard let time = try Fields(json).time("timestamp") else {
            throw BadMessage("`timestamp` is missing")
        }
        self.time = time
    }
}

/// An announced maintenance; the venue's clock decides whether it is on.
package struct Maintenance: WireValue, Hashable {
    package let start: Timestamp?
    package let end: Timestamp?
    package let protectionEnd: Timestamp?
    package let scope: [String]

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        start = try fields.time("started_at", "start_time")
        end = try fields.time("ended_at", "end_time")
        protectionEnd = try fields.time("protect_duration_end")
        if let list = try? fields.texts("scope") {
            scope = list
        } else {
            scope = try fields.text("scope").map { [$0] } ?? []
        }
    }
}
