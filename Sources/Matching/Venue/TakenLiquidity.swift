internal import TradingModel

/// What our orders took from levels that the recorded book still shows.
///
/// The recording never knew us, so it goes on showing what we took. Until the level has been empty
/// once, what we took stays subtracted from whatever it shows: a refresh to more than before is
/// new liquidity only in its excess.
struct TakenLiquidity {
    /// By price, ascending, so that a change of another level is passed over quickly.
    private var bids: [BookLevel] = []
    private var asks: [BookLevel] = []
    /// Levels that the message under way has emptied; it may fill them again before it ends.
    private var emptied: [(side: Side, price: Price)] = []
    /// The message under way is a snapshot: any level may be gone.
    private var isSnapshot = false

    var isEmpty: Bool { bids.isEmpty && asks.isEmpty }

    func quantity(_ side: Side, at price: Price) -> Quantity {
        let levels = side == .buy ? bids : asks
        let index = Self.place(of: price, in: levels)
        return index < levels.count && levels[index].price == price
            ? levels[index].quantity : .zero
    }

    mutating func add(_ quantity: Quantity, _ side: Side, at price: Price) {
        if side == .buy {
            Self.add(quantity, price, &bids)
        } else {
            Self.add(quantity, price, &asks)
        }
    }

    /// Learns of a change of the recorded book.
    mutating func observe(_ change: BookChange) {
        if change.kind == .clear {
            isSnapshot = true
        } else if change.quantity == .zero, quantity(change.side, at: change.price) > .zero {
            emptied.append((change.side, change.price))
        }
    }

    /// Forgets what the message that has ended left empty.
    mutating func forgetEmptied(unless isShown: (Side, Price) -> Bool) {
        if isSnapshot {
            forget(unless: isShown)
        } else {
            for (side, price) in emptied where !isShown(side, price) { remove(side, price) }
        }
        emptied.removeAll(keepingCapacity: true)
        isSnapshot = false
    }

    /// Whether a message has emptied anything that counts here.
    var hasNews: Bool { isSnapshot || !emptied.isEmpty }

    /// Forgets the levels that `isShown` no longer finds.
    mutating func forget(unless isShown: (Side, Price) -> Bool) {
        bids.removeAll { !isShown(.buy, $0.price) }
        asks.removeAll { !isShown(.sell, $0.price) }
    }

    private mutating func remove(_ side: Side, _ price: Price) {
        if side == .buy {
            bids.removeAll { $0.price == price }
        } else {
            asks.removeAll { $0.price == price }
        }
    }

    private static func add(_ quantity: Quantity, _ price: Price, _ levels: inout [BookLevel]) {
        let index = place(of: price, in: levels)
        if index < levels.count, levels[index].price == price {
            levels[index].quantity = levels[index].quantity.plusAtMost(quantity)
        } else {
            levels.insert(BookLevel(price: price, quantity: quantity), at: index)
        }
    }

    /// Where a price stands or would stand.
    private static func place(of price: Price, in levels: [BookLevel]) -> Int {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].price < price { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension PaperMarket {
    /// One level's part of an order that takes liquidity.
    struct Walk {
        var fills: [BookLevel] = []
        /// What the market does not give up to the limit.
        var rest: Quantity
        /// How deep it went; nil: nowhere.
        var worst: Price? { fills.last?.price }
    }

    /// What an order could take now, level by level, the best first.
    ///
    /// - Parameter limit: nil: at any price.
    func walk(_ side: Side, _ quantity: Quantity, limit: Price?) -> Walk {
        switch detail {
        case .depth: walkDepth(side, quantity, limit: limit)
        case .trades: walkLast(side, quantity, limit: limit)
        case .bars, .nothing: Walk(rest: quantity)
        }
    }

    private func walkDepth(_ side: Side, _ quantity: Quantity, limit: Price?) -> Walk {
        var walk = Walk(rest: quantity)
        var depth = 0
        while walk.rest > .zero, let level = level(side.opposite, depth) {
            depth += 1
            if let limit, side == .buy ? level.price > limit : level.price < limit { break }
            let free = liquidity == .endless ? quantity : available(side.opposite, level)
            guard free > .zero else { continue }
            let fill = free >= walk.rest ? walk.rest : free.wholeLots(of: instrument.lot)
            guard fill > .zero else { continue }
            walk.fills.append(BookLevel(price: level.price, quantity: fill))
            walk.rest -= fill
        }
        return walk
    }

    /// Only trades are known: the whole quantity at the last price, made worse by the slippage.
    private func walkLast(_ side: Side, _ quantity: Quantity, limit: Price?) -> Walk {
        guard let last, quantity > .zero else { return Walk(rest: quantity) }
        if let limit, side == .buy ? last > limit : last < limit { return Walk(rest: quantity) }
        let slipped = slipped(last, side)
        let price = limit.map { side == .buy ? min($0, slipped) : max($0, slipped) } ?? slipped
        return Walk(fills: [BookLevel(price: price, quantity: quantity)], rest: .zero)
    }

    /// Notes what we took: the recorded book goes on showing it.
    func remember(_ level: BookLevel, takenBy side: Side) {
        guard detail == .depth, liquidity == .shown else { return }
        taken.add(level.quantity, side.opposite, at: level.price)
    }

    /// What a level still gives, less what we took from it.
    func available(_ side: Side, _ level: BookLevel) -> Quantity {
        let gone = taken.isEmpty ? .zero : taken.quantity(side, at: level.price)
        return level.quantity > gone ? level.quantity - gone : .zero
    }
}
