internal import PlainJSON
internal import TradingCore
internal import TradingModel

/// The money of one account in one product.
struct CoinExWallet {
    struct Holding {
        /// All of it, what orders and positions bind included.
        var total = Money.zero
        /// Set aside for open orders.
        var frozen = Money.zero
        /// Bound by positions; spot has none.
        var margin = Money.zero

        var available: Money { total - frozen - margin }
    }

    private var holdings: [Currency: Holding]
    /// Since ``takeChanges()``.
    private var changed: Set<Currency> = []

    init(_ start: [Currency: Money]) {
        holdings = start.mapValues { Holding(total: $0) }
    }

    subscript(currency: Currency) -> Holding {
        get { holdings[currency] ?? Holding() }
        set {
            holdings[currency] = newValue
            changed.insert(currency)
        }
    }

    /// The currencies that hold or held something, in the order of their codes.
    var currencies: [Currency] { holdings.keys.sorted() }

    var isChanged: Bool { !changed.isEmpty }

    mutating func takeChanges() -> [Currency] {
        defer { changed.removeAll() }
        return changed.sorted()
    }
}

/// An open position, or one that has been closed.
struct CoinExPosition {
    let id: Int64
    let market: CoinExMarket
    let createdAt: Timestamp
    var updatedAt: Timestamp
    /// What it cost and brought in, to the last digit.
    var core: Position
    var leverage: Int
    var isCross: Bool
    /// Added by hand beyond what the leverage asks for.
    var extraMargin = Money.zero
    /// What open orders already close of it.
    var closing = Quantity.zero
    /// Long or short: what it was opened as.
    let side: Side
    var largest = Quantity.zero
    var largestMargin = Money.zero
    var cumulativeValue = Money.zero
    var largestValue = Money.zero
    var firstPrice = Price.zero
    var latestPrice = Price.zero
    var stopLoss: CoinExExit?
    var takeProfit: CoinExExit?

    init(
        id: Int64, _ market: CoinExMarket, _ side: Side, leverage: Int, isCross: Bool,
        at time: Timestamp
    ) {
        self.id = id
        self.market = market
        self.side = side
        self.leverage = leverage
        self.isCross = isCross
        createdAt = time
        updatedAt = time
        core = Position(of: market.instrument)
    }

    var size: Quantity { core.net.magnitude }

    /// The entry value ÷ leverage, rounded up, and what was added by hand.
    var margin: Money {
        let divisor = Int128(leverage)
        let initial = Money(attos: (core.entryValue.attos + divisor - 1) / divisor)
        return size == .zero ? .zero : initial + extraMargin
    }

    /// Fees and funding included, as the venue tells it.
    var realised: Money { core.realisedPnL - core.fees + core.funding }

    func unrealised() -> Money {
        market.tape.mark.flatMap { core.unrealisedPnL(at: $0) } ?? .zero
    }

    mutating func notePeaks() {
        largest = max(largest, size)
        largestMargin = max(largestMargin, margin)
        largestValue = max(largestValue, core.entryValue)
    }
}

/// A take-profit or stop-loss on a position.
struct CoinExExit {
    let id: Int64
    var kind: CoinExTriggerPrice
    var price: Price
    /// Nil: the whole position.
    var amount: Quantity?
    let createdAt: Timestamp

    var row: JSON {
        [
            "id": .integer(id), "price": .text(price.description), "type": .text(kind.rawValue),
            "amount": .text((amount ?? .zero).description), "is_all": .bool(amount == nil),
            "created_at": .milliseconds(createdAt),
        ]
    }
}

extension CoinExPosition {
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
            "take_profit_type": .text(takeProfit?.kind.rawValue ?? ""),
            "stop_loss_type": .text(stopLoss?.kind.rawValue ?? ""),
            "leverage": .text(String(leverage)), "margin_avbl": .text(margin.description),
            "ath_margin_size": .text(largestMargin.description),
            "position_margin_rate": .text(marginRate.description),
            "maintenance_margin_rate": .text(CoinExMarket.maintenanceRate.description),
            "maintenance_margin_value": .text(
                (core.entryValue.times(CoinExMarket.maintenanceRate, .halfEven) ?? .zero)
                    .description),
            "liq_price": .text(
                bankrupt(entry, keeping: CoinExMarket.maintenanceRate).description),
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
