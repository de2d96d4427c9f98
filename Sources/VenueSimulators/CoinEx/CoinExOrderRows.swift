internal import PlainJSON
internal import TradingModel

/// CoinEx's words.
extension ExchangeOrderKind {
    init?(coinEx word: String) {
        if word == "maker_only" {
            self = .postOnly
            return
        }
        guard word != Self.postOnly.rawValue else { return nil }
        self.init(rawValue: word)
    }

    var coinExWord: String { self == .postOnly ? "maker_only" : rawValue }
}

extension SelfTradeRule {
    /// Cancel taker, cancel maker, both.
    init?(coinEx word: String) {
        switch word {
        case "ct": self = .taker
        case "cm": self = .maker
        case "both": self = .both
        default: return nil
        }
    }
}

extension TriggerPrice {
    init?(coinEx word: String) {
        switch word {
        case "latest_price": self = .latest
        case "mark_price": self = .mark
        case "index_price": self = .index
        default: return nil
        }
    }

    var coinExWord: String {
        switch self {
        case .latest: "latest_price"
        case .mark: "mark_price"
        case .index: "index_price"
        }
    }
}

extension OrderView.Status {
    var coinExWord: String {
        switch self {
        case .open: "open"
        case .partlyFilled: "part_filled"
        case .filled: "filled"
        case .cancelled: "canceled"
        case .partlyCancelled: "part_canceled"
        }
    }
}

extension OrderView {
    /// Live replies tell a maker rate of 0 for market orders.
    private var makerRate: Rate { terms.kind == .market ? .zero : market.fees.maker }

    /// The order as REST replies show it.
    func row(_ quirks: CoinExQuirks) -> JSON {
        var row: JSON = [
            "order_id": .integer(id), "market": .text(market.name),
            "market_type": .text(market.segment.marketType),
        ]
        if market.segment == .spot { row = row.adding(["ccy": .text(currency.code)]) }
        row = row.adding([
            "side": .text(side.description), "type": .text(terms.kind.coinExWord),
            "amount": .text(amount.description),
            "price": .text((price ?? .zero).description),
            "unfilled_amount": .text(unfilled.description),
            "filled_amount": .text(filled.description),
            "filled_value": .text(filledValue.description), "client_id": .text(terms.clientID),
        ])
        row = row.adding(
            market.segment == .spot
                ? [
                    "base_fee": .text(baseFee.description), "quote_fee": .text(fee.description),
                    "discount_fee": "0",
                ] : ["fee": .text(fee.description), "fee_ccy": .text(market.settle.code)])
        let isShort = quirks.shortFillNames && market.segment == .spot
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
        if market.segment == .futures {
            row = row.adding(["realized_pnl": .text(realised.description)])
        }
        return row.adding([
            "created_at": .milliseconds(createdAt), "updated_at": .milliseconds(updatedAt),
        ])
    }

    /// The order in `order.update`: other names, and no status.
    var push: JSON {
        let isSpot = market.segment == .spot
        var row: JSON = ["order_id": .integer(id)]
        if !isSpot { row = row.adding(["stop_id": .integer(terms.stopID)]) }
        row = row.adding(["market": .text(market.name)])
        if isSpot { row = row.adding(["margin_market": ""]) }
        row = row.adding([
            "type": .text(terms.kind.coinExWord), "side": .text(side.description),
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

extension ExchangeExecution {
    /// The row of `user-deals` and `order-deals`.
    var row: JSON {
        let row: JSON = [
            "deal_id": .integer(id), "created_at": .milliseconds(time),
            "market": .text(market.name), "side": .text(side.description),
            "order_id": .integer(orderID),
        ]
        let isSpot = market.segment == .spot
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
            market.segment == .spot
                ? ["margin_market": ""] : ["position_id": .integer(positionID)]
        ).adding([
            "price": .text(price.description), "amount": .text(quantity.description),
            "role": .text(liquidity.rawValue), "fee": .text(fee.description),
            "fee_ccy": .text(feeCurrency.code),
        ])
    }
}

extension ExchangeStop {
    private var head: JSON {
        ["stop_id": .integer(id), "market": .text(terms.market.name)]
    }

    private var tail: JSON {
        let isSpot = terms.market.segment == .spot
        let trigger: JSON = [
            "trigger_price": .text(trigger.description),
            "trigger_direction": .text(isHigher ? "higher" : "lower"),
        ]
        return trigger.adding(isSpot ? [:] : ["trigger_price_type": .text(kind.coinExWord)])
    }

    private var figures: JSON {
        [
            "side": .text(terms.side.description), "type": .text(terms.kind.coinExWord),
            "amount": .text(terms.amount.description),
            "price": .text((terms.price ?? .zero).description),
        ]
    }

    private var times: JSON {
        ["created_at": .milliseconds(createdAt), "updated_at": .milliseconds(updatedAt)]
    }

    var row: JSON {
        let market = terms.market
        var row = head.adding(["market_type": .text(market.segment.marketType)])
        if market.segment == .spot {
            let currency = terms.isCountedInQuote ? market.quote : market.base
            row = row.adding(["ccy": .text(currency.code)])
        }
        return row.adding(figures).adding(["client_id": .text(terms.clientID)])
            .adding(tail).adding(times)
    }

    func push(status: String) -> JSON {
        let market = terms.market
        return head.adding(market.segment == .spot ? ["margin_market": ""] : [:])
            .adding(figures).adding(tail).adding([
                "taker_fee_rate": .text(market.fees.taker.description),
                "maker_fee_rate": .text(market.fees.maker.description),
                "status": .text(status), "client_id": .text(terms.clientID),
            ]).adding(times)
    }
}
