internal import TradingCore
internal import TradingModel

/// An open position, or one that has been closed.
struct ExchangePosition {
    let id: Int64
    let market: ExchangeMarket
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
    var stopLoss: PositionExit?
    var takeProfit: PositionExit?

    init(
        id: Int64, _ market: ExchangeMarket, _ side: Side, leverage: Int, isCross: Bool,
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

    /// Fees and funding included.
    var realised: Money { core.realisedPnL - core.fees + core.funding }

    func unrealised() -> Money {
        market.tape.mark.flatMap { core.unrealisedPnL(at: $0) } ?? .zero
    }

    mutating func recordPeaks() {
        largest = max(largest, size)
        largestMargin = max(largestMargin, margin)
        largestValue = max(largestValue, core.entryValue)
    }
}

/// A take-profit or stop-loss on a position.
struct PositionExit {
    let id: Int64
    var kind: TriggerPrice
    var price: Price
    /// Nil: the whole position.
    var amount: Quantity?
    let createdAt: Timestamp
}
