internal import TradingModel

/// A level of the public depth, and how many orders are in it.
///
/// The market's stream does not say how many it has at a level: that counts as one.
struct DepthLevel: Equatable {
    var price: Price
    var quantity: Quantity
    var orders = 0
}

/// A market's public depth: its own levels, and the accounts' visible orders among them.
extension Exchange {
    /// The best levels of a side, the best first.
    ///
    /// - Parameter interval: levels are merged to this step, bids down and asks up; zero: not at all.
    func depth(
        _ market: ExchangeMarket, _ side: Side, limit: Int, interval: Price = .zero
    ) -> [DepthLevel] {
        let isMerged = interval > .zero
        var levels = market.tape.levels(side, count: isMerged ? 1_000 : limit).map {
            DepthLevel(price: $0.price, quantity: $0.quantity, orders: 1)
        }
        for order in visibleOrders(market, side) {
            guard let price = order.price else { continue }
            let level = DepthLevel(price: price, quantity: order.remaining, orders: 1)
            Self.add(level, side, to: &levels)
        }
        guard isMerged else { return Array(levels.prefix(limit)) }
        var merged: [DepthLevel] = []
        for level in levels {
            // Never better than what stands there.
            let price = level.price.rounded(
                toMultipleOf: interval.attos, side == .buy ? .down : .up)
            if merged.last?.price == price {
                merged[merged.count - 1].quantity += level.quantity
                merged[merged.count - 1].orders += level.orders
            } else if merged.count == limit {
                break
            } else {
                var level = level
                level.price = price
                merged.append(level)
            }
        }
        return merged
    }

    /// Orders that rest in public; one that would cross the market's other side stays unseen.
    private func visibleOrders(_ market: ExchangeMarket, _ side: Side) -> [ExchangeOrder] {
        let opposite = market.tape.levels(side.opposite, count: 1).first?.price
        return accounts.flatMap(\.open).filter { order in
            guard order.market === market, order.side == side, !order.terms.isHidden,
                order.remaining > .zero, let price = order.price
            else { return false }
            guard let opposite else { return true }
            return side == .buy ? price < opposite : price > opposite
        }
    }

    private static func add(_ level: DepthLevel, _ side: Side, to levels: inout [DepthLevel]) {
        let place =
            levels.firstIndex {
                side == .buy ? $0.price <= level.price : $0.price >= level.price
            } ?? levels.endIndex
        if place < levels.endIndex, levels[place].price == level.price {
            levels[place].quantity += level.quantity
            levels[place].orders += level.orders
        } else {
            levels.insert(level, at: place)
        }
    }
}
