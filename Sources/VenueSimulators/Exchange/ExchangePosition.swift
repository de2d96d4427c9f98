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
    /// What made it, the oldest first, where the venue keeps that apart.
    var parts: [ExchangePart] = []

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
        if !parts.isEmpty { return parts.reduce(.zero) { $0 + margin(of: $1) } }
        let divisor = Int128(leverage)
        let initial = Money(attos: (core.entryValue.attos + divisor - 1) / divisor)
        return size == .zero ? .zero : initial + extraMargin
    }

    /// What a part loses until its stop, and what closing it costs.
    func margin(of part: ExchangePart) -> Money {
        let loss = market.value(part.quantity, at: part.marginPoints, .up) ?? .tooMuch
        let fee = market.instrument.unitFees?.taker.times(Rate(attos: part.quantity.attos), .up)
        return loss + (fee ?? .zero)
    }

    /// Closes the part that is named, and then the oldest.
    mutating func closeParts(_ quantity: Quantity, first: Int64?) {
        var rest = quantity
        let order = parts.indices.sorted { one, other in
            (parts[one].id == first ? 0 : 1, one) < (parts[other].id == first ? 0 : 1, other)
        }
        for place in order where rest > .zero {
            let closed = min(rest, parts[place].quantity)
            parts[place].quantity -= closed
            rest -= closed
        }
        parts.removeAll { $0.quantity == .zero }
    }

    /// What was closed cost what its own parts cost, and not the average.
    mutating func countParts() {
        let entry = parts.reduce(Money.zero) {
            $0 + (market.value($1.quantity, at: $1.price, .halfEven) ?? .zero)
        }
        // A higher cost of what is left is a higher profit of what was closed, of a long.
        let difference = entry - core.entryValue
        core = Position(
            of: market.instrument, net: core.net, entryValue: entry,
            realisedPnL: core.realisedPnL + (side == .buy ? difference : -difference),
            fees: core.fees, funding: core.funding)
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

/// What one fill has added to a position.
struct ExchangePart {
    let id: Int64
    /// Of the order that it filled.
    let orderID: Int64
    let price: Price
    var quantity: Quantity
    let marginPoints: Price
    let openedAt: Timestamp
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
