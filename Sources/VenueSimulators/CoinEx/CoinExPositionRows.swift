internal import PlainJSON
internal import TradingCore
internal import TradingModel

extension PositionExit {
    fileprivate var row: JSON {
        [
            "id": .integer(id), "price": .text(price.description), "type": .text(kind.coinExWord),
            "amount": .text((amount ?? .zero).description), "is_all": .bool(amount == nil),
            "created_at": .milliseconds(createdAt),
        ]
    }
}

extension FundingPaid {
    var row: JSON {
        [
            "position_id": .integer(positionID), "market": .text(market.name),
            "market_type": "FUTURES", "side": .text(side == .buy ? "long" : "short"),
            "margin_mode": .text(isCross ? "cross" : "isolated"),
            "open_interest": .text(size.description),
            "settle_price": .text((mark ?? .zero).description),
            "funding_rate": .text(rate.description),
            "funding_value": .text(received.description), "created_at": .milliseconds(time),
        ]
    }
}

extension LedgerEntry {
    var row: JSON {
        [
            "balance": .text(balance.description), "ccy": .text(currency.code),
            "change": .text(change.description), "created_at": .milliseconds(time),
            "type": "trade",
        ]
    }
}

extension ExchangePosition {
    /// The position margin over the position's value; zero without a position.
    private var marginRate: Rate {
        guard core.entryValue > .zero,
            let price = margin.divided(by: Quantity(attos: core.entryValue.attos), .halfEven)
        else { return .zero }
        return Rate(attos: price.attos)
    }

    /// The entry price moved against the position by `1 − rate` for a long, `1 + rate` for a short.
    ///
    /// For linear contracts, as the venue documents it; the inverse ones take it the same way.
    private func bankrupt(_ price: Price, keeping rate: Rate) -> Price {
        let part = Money(attos: price.attos).times(marginRate, .halfEven) ?? .zero
        let edge = side == .buy ? price.attos - part.attos : price.attos + part.attos
        let divisor = side == .buy ? attosPerUnit - rate.attos : attosPerUnit + rate.attos
        let moved = Money(attos: max(0, edge)).divided(by: Quantity(attos: divisor), .halfEven)
        return moved ?? .zero
    }

    /// What REST rows and pushes have in common.
    private var figures: JSON {
        let entry = core.averagePrice ?? .zero
        return [
            "side": .text(side == .buy ? "long" : "short"),
            "margin_mode": .text(isCross ? "cross" : "isolated"),
            "open_interest": .text(size.description),
            "close_avbl": .text((size - min(size, closing)).description),
            "ath_position_amount": .text(largest.description),
            "unrealized_pnl": .text(unrealised().description),
            "realized_pnl": .text(realised.description),
            "avg_entry_price": .text(entry.description),
            "cml_position_value": .text(cumulativeValue.description),
            "max_position_value": .text(largestValue.description),
            "take_profit_price": .text(takeProfit?.price.description ?? ""),
            "stop_loss_price": .text(stopLoss?.price.description ?? ""),
            "take_profit_type": .text(takeProfit?.kind.coinExWord ?? ""),
            "stop_loss_type": .text(stopLoss?.kind.coinExWord ?? ""),
            "leverage": .text(String(leverage)), "margin_avbl": .text(margin.description),
            "ath_margin_size": .text(largestMargin.description),
            "position_margin_rate": .text(marginRate.description),
            "maintenance_margin_rate": .text(ExchangeRules.coinExMaintenanceRate.description),
            "maintenance_margin_value": .text(
                (core.entryValue.times(ExchangeRules.coinExMaintenanceRate, .halfEven) ?? .zero)
                    .description),
            "liq_price": .text(
                bankrupt(entry, keeping: ExchangeRules.coinExMaintenanceRate).description),
            "bkr_price": .text(bankrupt(entry, keeping: .zero).description), "adl_level": 1,
            "settle_price": .text(entry.description),
        ]
    }

    private var head: JSON { ["position_id": .integer(id), "market": .text(market.name)] }

    private var times: JSON {
        ["created_at": .milliseconds(createdAt), "updated_at": .milliseconds(updatedAt)]
    }

    /// The row of `pending-position`.
    var row: JSON {
        head.adding(["market_type": "FUTURES"]).adding(figures)
            .adding(["settle_value": .text(core.entryValue.description)]).adding(times)
    }

    /// The reply of calls that set a stop-loss or take-profit.
    var rowWithExits: JSON {
        row.adding([
            "stop_loss_list": .array(stopLoss.map { [$0.row] } ?? []),
            "take_profit_list": .array(takeProfit.map { [$0.row] } ?? []),
        ])
    }

    /// The position in `position.update`.
    var push: JSON {
        head.adding(figures)
            .adding([
                "settle_val": .text(core.entryValue.description),
                "first_filled_price": .text(firstPrice.description),
                "latest_filled_price": .text(latestPrice.description),
            ]).adding(times)
    }
}
