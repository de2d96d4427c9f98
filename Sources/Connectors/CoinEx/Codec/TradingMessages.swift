package import PlainJSON
package import TradingModel
internal import WireText

/// An own order, from any reply or push; names differ by age and segment.
package struct WireOrder: WireValue, Hashable {
    package let id: Int64
    package let stopID: Int64?
    package let market: String
    package let type: String
    package let side: Side
    package let amount: Quantity
    /// Nil for market orders, which carry price 0.
    package let price: Price?
    package let unfilled: Quantity?
    /// In base currency, whatever the unit of ``amount``.
    package let filled: Quantity?
    package let filledValue: Money?
    /// The unit of a spot order's ``amount``; nil where the message does not say.
    package let unit: String?
    package let clientID: String?
    package let makerFee: Rate?
    package let takerFee: Rate?
    package let createdAt: Timestamp?
    package let updatedAt: Timestamp?
    /// Only the answers to questions for an order's status have it.
    package let status: Status?
    /// Set for an isolated margin market's order, which is not ours.
    package let marginMarket: String?

    package enum Status: String, Hashable {
        case open
        case partFilled = "part_filled"
        case filled
        case partCanceled = "part_canceled"
        case canceled
    }

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        id = try fields.needInt("order_id")
        stopID = try fields.int("stop_id").flatMap { $0 == 0 ? nil : $0 }
        market = try fields.market()
        type = try fields.need("type")
        side = try fields.side()
        amount = try fields.needExact(Quantity.self, "amount")
        price = try fields.exact(Price.self, "price").flatMap { $0 == .zero ? nil : $0 }
        unfilled = try fields.cut(Quantity.self, "unfilled_amount", "unfill_amount")
        filled = try fields.cut(Quantity.self, "filled_amount", "fill_amount")
        filledValue = try fields.cut(Money.self, "filled_value", "fill_value")
        unit = try fields.text("ccy")
        clientID = try fields.text("client_id")
        makerFee = try fields.exact(Rate.self, "maker_fee_rate")
        takerFee = try fields.exact(Rate.self, "taker_fee_rate")
        createdAt = try fields.time("created_at")
        updatedAt = try fields.time("updated_at")
        status = try fields.text("status").flatMap(Status.init(rawValue:))
        marginMarket = try fields.text("margin_market")
    }

    /// Whether an order that has left the book filled whole.
    ///
    /// A spot market order to buy may count its amount in quote currency, which cannot be held
    /// against a filled amount in base currency: it is complete when anything was filled.
    package func isComplete(countsInQuote: Bool) -> Bool {
        if countsInQuote { return (filledValue ?? .zero) > .zero }
        if let unfilled { return unfilled == .zero }
        return (filled ?? .zero) >= amount
    }
}

/// What happened to an order, from an `order.update`.
package struct OrderPush: WireValue, Hashable {
    package enum Event: Hashable {
        case put
        case update
        case modify
        /// It left the book: filled or cancelled, the amounts say which.
        case finish
        /// Not documented: the amounts say what happened.
        case other(String)
    }

    package let event: Event
    package let order: WireOrder

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        event =
            switch try fields.need("event") {
            case "put": .put
            case "update": .update
            case "modify": .modify
            case "finish": .finish
            case let other: .other(other)
            }
        order = try fields.decode(WireOrder.self, "order")
    }
}

/// A stop order, from a reply or a push.
package struct WireStop: WireValue, Hashable {
    package let id: Int64
    package let market: String
    package let side: Side
    package let amount: Quantity
    package let price: Price?
    package let triggerPrice: Price
    /// Whether it waits for a higher price; nil where the message does not say it readably.
    package let waitsForHigher: Bool?
    package let clientID: String?
    package let status: String?
    package let updatedAt: Timestamp?
    package let marginMarket: String?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        id = try fields.needInt("stop_id")
        market = try fields.market()
        side = try fields.side()
        amount = try fields.needExact(Quantity.self, "amount")
        price = try fields.exact(Price.self, "price").flatMap { $0 == .zero ? nil : $0 }
        triggerPrice = try fields.needExact(Price.self, "trigger_price")
        waitsForHigher =
            switch try fields.text("trigger_direction") {
            case "higher": true
            case "lower": false
            default: nil  // `higer` and nothing at all have been seen
            }
        clientID = try fields.text("client_id")
        status = try fields.text("status")
        updatedAt = try fields.time("updated_at")
        marginMarket = try fields.text("margin_market")
    }
}

/// What happened to a stop order, from a `stop.update`.
package struct StopPush: WireValue, Hashable {
    package enum Event: Hashable {
        case put
        case active
        case cancel
        case other(String)
    }

    package let event: Event
    package let stop: WireStop

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        event =
            switch try fields.need("event") {
            case "put", "1": .put
            case "active", "2": .active
            case "cancel", "3": .cancel
            case let other: .other(other)
            }
        stop = try fields.decode(WireStop.self, "stop")
    }
}

/// The answer to a stop order's placement or change.
package struct StopReference: WireValue, Hashable {
    package let id: Int64
    package init(reading json: JSON) throws { id = try Fields(json).needInt("stop_id") }
}

/// An own execution, from a push or a list.
package struct WireDeal: WireValue, Hashable {
    package let id: Int64
    package let orderID: Int64
    package let market: String
    /// Our own side.
    package let side: Side
    package let price: Price
    package let quantity: Quantity
    package let clientID: String?
    /// These three are missing in some lists.
    package let liquidity: Liquidity?
    package let fee: Money?
    package let feeCurrency: String?
    package let createdAt: Timestamp?
    package let marginMarket: String?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        id = try fields.needInt("deal_id")
        orderID = try fields.needInt("order_id")
        market = try fields.market()
        side = try fields.side()
        price = try fields.needExact(Price.self, "price")
        quantity = try fields.needExact(Quantity.self, "amount")
        clientID = try fields.text("client_id")
        liquidity = try fields.text("role").flatMap(Liquidity.init(rawValue:))
        fee = try fields.cut(Money.self, "fee")
        feeCurrency = try fields.text("fee_ccy")
        createdAt = try fields.time("created_at")
        marginMarket = try fields.text("margin_market")
    }
}

/// What an account holds of a currency.
package struct WireBalance: WireValue, Hashable {
    package let currency: String
    package let available: Money
    package let frozen: Money
    /// Bound by positions: futures only.
    package let margin: Money
    package let updatedAt: Timestamp?
    /// Not nil for an isolated margin account, which is another account.
    package let marginMarket: String?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        currency = try fields.need("ccy")
        available = try fields.cut(Money.self, "available") ?? .zero
        frozen = try fields.cut(Money.self, "frozen") ?? .zero
        margin = try fields.cut(Money.self, "margin") ?? .zero
        updatedAt = try fields.time("updated_at")
        marginMarket = try fields.text("margin_market")
    }

    package var total: Money { available + frozen + margin }
}

/// A futures position.
package struct WirePosition: WireValue, Hashable {
    package let market: String
    package let net: SignedQuantity
    package let entryPrice: Price?
    package let liquidationPrice: Price?
    package let leverage: String?
    package let marginMode: String?
    package let updatedAt: Timestamp?

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        let size = try fields.needExact(Quantity.self, "open_interest")
        switch try fields.need("side") {
        case "long": net = size.signed(.buy)
        case "short": net = size.signed(.sell)
        case let other: throw BadMessage("`side` is `\(other)`, expected long or short")
        }
        entryPrice = try fields.cut(Price.self, "avg_entry_price")
        liquidationPrice =
            try fields.cut(Price.self, "liq_price").flatMap { $0 == .zero ? nil : $0 }
        leverage = try fields.text("leverage")
        marginMode = try fields.text("margin_mode")
        updatedAt = try fields.time("updated_at")
    }
}

/// What happened to a position, from a `position.update`.
package struct PositionPush: WireValue, Hashable {
    package let event: String
    package let position: WirePosition

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        event = try fields.need("event")
        position = try fields.decode(WirePosition.self, "position")
    }

    /// Whether the venue did it by itself.
    package var isForced: Bool { ["sys_close", "adl", "liq"].contains(event) }
}
