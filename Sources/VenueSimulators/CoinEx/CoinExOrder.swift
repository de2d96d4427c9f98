internal import PlainJSON
internal import TradingModel

/// How an order meets the book, in the venue's words.
enum CoinExOrderType: String {
    case limit
    case market
    case makerOnly = "maker_only"
    case ioc
    case fok

    var hasPrice: Bool { self != .market }
    /// Whether what it cannot fill at once stays in the book.
    var rests: Bool { self == .limit || self == .makerOnly }
}

/// What is done when an order meets one of the same account.
enum CoinExSelfTrade: String {
    /// Cancel taker.
    case ct
    /// Cancel maker.
    case cm
    case both
}

/// What a client asked for, read and checked for its form.
struct CoinExTerms {
    var market: CoinExMarket
    var side: Side
    var type: CoinExOrderType
    /// In base currency, or in contracts; of ``isCountedInQuote`` in quote currency.
    var amount: Money
    var isCountedInQuote = false
    var price: Price?
    var clientID = ""
    var isHidden = false
    var selfTrade: CoinExSelfTrade?
    var isReduceOnly = false
    /// The stop order that it comes from; 0: none.
    var stopID: Int64 = 0

    var quantity: Quantity { Quantity(attos: amount.attos) }
}

/// An order at the venue, open or finished.
final class CoinExOrder {
    /// Changes only where an edit gives a new one.
    var id: Int64
    let terms: CoinExTerms
    let createdAt: Timestamp
    var updatedAt: Timestamp
    /// The terms that an edit can change.
    var amount: Money
    var price: Price?
    var filled = Quantity.zero
    var filledValue = Money.zero
    var baseFee = Money.zero
    /// In quote currency (spot), in the settle currency (futures).
    var fee = Money.zero
    var lastFilled = Quantity.zero
    var lastPrice = Price.zero
    var realised = Money.zero
    var isOpen = true
    /// A push has told of it.
    var isKnown = false
    /// Its name at the matching; a market order has several, one after another.
    var child: ClientOrderID?
    /// Why the matching refused it or an edit of it.
    var refusal: String?

    init(id: Int64, terms: CoinExTerms, at time: Timestamp) {
        self.id = id
        self.terms = terms
        amount = terms.amount
        price = terms.price
        createdAt = time
        updatedAt = time
    }

    var market: CoinExMarket { terms.market }
    var side: Side { terms.side }
    /// What is left of ``amount``, in its own unit.
    var unfilled: Money {
        amount - (terms.isCountedInQuote ? filledValue : Money(attos: filled.attos))
    }
    var isComplete: Bool { unfilled <= .zero }
    /// What still can fill, in base currency or contracts.
    var remaining: Quantity { Quantity(attos: max(0, amount.attos - filled.attos)) }

    var status: String {
        if isOpen { return filled == .zero ? "open" : "part_filled" }
        if isComplete || terms.isCountedInQuote && filled > .zero { return "filled" }
        return filled == .zero ? "canceled" : "part_canceled"
    }

    /// The amount's currency as spot replies tell it.
    var currency: Currency { terms.isCountedInQuote ? market.quote : market.base }
    /// Live replies tell a maker rate of 0 for market orders.
    var makerRate: Rate { terms.type == .market ? .zero : market.fees.maker }
}

extension CoinExOrder {
    /// The order as REST replies show it.
    func row(_ quirks: CoinExQuirks) -> JSON {
        var row: JSON = [
            "order_id": .integer(id), "market": .text(market.name),
            "market_type": .text(market.product.marketType),
        ]
        if market.product == .spot { row = row.adding(["ccy": .text(currency.code)]) }
        row = row.adding([
            "side": .text(side.description), "type": .text(terms.type.rawValue),
            "amount": .text(amount.description),
            "price": .text((price ?? .zero).description),
            "unfilled_amount": .text(unfilled.description),
            "filled_amount": .text(filled.description),
            "filled_value": .text(filledValue.description), "client_id": .text(terms.clientID),
        ])
        row = row.adding(
            market.product == .spot
                ? [
                    "base_fee": .text(baseFee.description), "quote_fee": .text(fee.description),
                    "discount_fee": "0",
                ] : ["fee": .text(fee.description), "fee_ccy": .text(market.settle.code)])
        let isShort = quirks.shortFillNames && market.product == .spot
        row = row.adding([
            "maker_fee_rate": .text(makerRate.description),
            "taker_fee_rate": .text(market.fees.taker.description),
        ]).adding(
            .object([
                JSONMember(
                    key: isShort ? "last_fill_amount" : "last_filled_amount",
                    value: .text(lastFilled.description)),
                JSONMember(
                    key: isShort ? "last_fill_price" : "last_filled_price",
                    value: .text(lastPrice.description)),
            ]))
        if market.product == .futures {
            row = row.adding(["realized_pnl": .text(realised.description)])
        }
        return row.adding([
            "created_at": .milliseconds(createdAt), "updated_at": .milliseconds(updatedAt),
        ])
    }

    /// The order in `order.update`: other names, and no status.
    var push: JSON {
        let isSpot = market.product == .spot
        var row: JSON = ["order_id": .integer(id)]
        if !isSpot { row = row.adding(["stop_id": .integer(terms.stopID)]) }
        row = row.adding(["market": .text(market.name)])
        if isSpot { row = row.adding(["margin_market": ""]) }
        row = row.adding([
            "type": .text(terms.type.rawValue), "side": .text(side.description),
            "amount": .text(amount.description), "price": .text((price ?? .zero).description),
            "unfilled_amount": .text(unfilled.description),
            "filled_amount": .text(filled.description),
            "filled_value": .text(filledValue.description),
            "taker_fee_rate": .text(market.fees.taker.description),
            "maker_fee_rate": .text(makerRate.description),
        ])
        row = row.adding(
            isSpot
                ? [
                    "base_ccy_fee": .text(baseFee.description),
                    "quote_ccy_fee": .text(fee.description), "discount_ccy_fee": "0",
                ] : ["fee": .text(fee.description), "fee_ccy": .text(market.settle.code)])
        return row.adding([
            "last_filled_amount": .text(lastFilled.description),
            "last_filled_price": .text(lastPrice.description),
            "client_id": .text(terms.clientID), "created_at": .milliseconds(createdAt),
            "updated_at": .milliseconds(updatedAt),
        ])
    }
}

/// One of an account's executions.
struct CoinExDeal {
    let id: Int64
    let time: Timestamp
    let market: CoinExMarket
    let side: Side
    let orderID: Int64
    let clientID: String
    let price: Price
    let quantity: Quantity
    let liquidity: Liquidity
    let fee: Money
    let feeCurrency: Currency
    let positionID: Int64
    let realised: Money

    /// The row of `user-deals` and `order-deals`.
    var row: JSON {
        let row: JSON = [
            "deal_id": .integer(id), "created_at": .milliseconds(time),
            "market": .text(market.name), "side": .text(side.description),
            "order_id": .integer(orderID),
        ]
        let isSpot = market.product == .spot
        return row.adding(
            isSpot ? ["margin_market": ""] : ["position_id": .integer(positionID)]
        ).adding([
            "price": .text(price.description), "amount": .text(quantity.description),
            "role": .text(liquidity.rawValue), "fee": .text(fee.description),
            "fee_ccy": .text(feeCurrency.code),
        ]).adding(isSpot ? [:] : ["realized_pnl": .text(realised.description)])
    }

    /// The deal in `user_deals.update`.
    var push: JSON {
        let row: JSON = [
            "deal_id": .integer(id), "created_at": .milliseconds(time),
            "market": .text(market.name), "side": .text(side.description),
            "order_id": .integer(orderID), "client_id": .text(clientID),
        ]
        return row.adding(
            market.product == .spot
                ? ["margin_market": ""] : ["position_id": .integer(positionID)]
        ).adding([
            "price": .text(price.description), "amount": .text(quantity.description),
            "role": .text(liquidity.rawValue), "fee": .text(fee.description),
            "fee_ccy": .text(feeCurrency.code),
        ])
    }
}

/// An order that waits for a price.
struct CoinExStop {
    let id: Int64
    var terms: CoinExTerms
    var trigger: Price
    var kind: CoinExTriggerPrice
    var isHigher: Bool
    let createdAt: Timestamp
    var updatedAt: Timestamp

    func isMet(by price: Price) -> Bool { isHigher ? price >= trigger : price <= trigger }

    private var head: JSON {
        ["stop_id": .integer(id), "market": .text(terms.market.name)]
    }

    private var tail: JSON {
        let isSpot = terms.market.product == .spot
        let trigger: JSON = [
            "trigger_price": .text(trigger.description),
            "trigger_direction": .text(isHigher ? "higher" : "lower"),
        ]
        return trigger.adding(isSpot ? [:] : ["trigger_price_type": .text(kind.rawValue)])
    }

    private var figures: JSON {
        [
            "side": .text(terms.side.description), "type": .text(terms.type.rawValue),
            "amount": .text(terms.amount.description),
            "price": .text((terms.price ?? .zero).description),
        ]
    }

    private var times: JSON {
        ["created_at": .milliseconds(createdAt), "updated_at": .milliseconds(updatedAt)]
    }

    var row: JSON {
        let market = terms.market
        var row = head.adding(["market_type": .text(market.product.marketType)])
        if market.product == .spot {
            let currency = terms.isCountedInQuote ? market.quote : market.base
            row = row.adding(["ccy": .text(currency.code)])
        }
        return row.adding(figures).adding(["client_id": .text(terms.clientID)])
            .adding(tail).adding(times)
    }

    func push(status: String) -> JSON {
        let market = terms.market
        return head.adding(market.product == .spot ? ["margin_market": ""] : [:])
            .adding(figures).adding(tail).adding([
                "taker_fee_rate": .text(market.fees.taker.description),
                "maker_fee_rate": .text(market.fees.maker.description),
                "status": .text(status), "client_id": .text(terms.clientID),
            ]).adding(times)
    }
}

/// Which price wakes a stop.
enum CoinExTriggerPrice: String {
    case latest = "latest_price"
    case mark = "mark_price"
    case index = "index_price"

    func price(in market: CoinExMarket) -> Price? {
        switch self {
        case .latest: market.tape.last ?? market.tape.mark
        case .mark: market.tape.mark
        case .index: market.index
        }
    }
}
