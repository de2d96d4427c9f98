package import TradingModel

/// A contract's book, kept from a whole one and the changes behind it, which carry no number.
package struct DepthKeeper {
    package private(set) var isWhole = false
    private var bids: [WireLevel] = []
    private var asks: [WireLevel] = []

    package init() {}

    /// Best first.
    package func levels(_ side: Side) -> [WireLevel] { side == .buy ? bids : asks }

    /// Replaces all of it; false: nothing changed.
    package mutating func replace(by book: WireBook) -> Bool {
        let before = (isWhole, bids, asks)
        bids = book.bids.filter { $0.quantity > .zero }.sorted { $0.price > $1.price }
        asks = book.asks.filter { $0.quantity > .zero }.sorted { $0.price < $1.price }
        isWhole = true
        return before != (isWhole, bids, asks)
    }

    package mutating func forget() { self = DepthKeeper() }

    /// Applies the changes of a whole book.
    ///
    /// - Returns: what is wrong behind them; nil: the best prices are those that the venue tells.
    package mutating func apply(_ change: WireBookChange) -> String? {
        for level in change.bids { Self.put(level, into: &bids) { $0 > $1 } }
        for level in change.asks { Self.put(level, into: &asks) { $0 < $1 } }
        guard change.tellsBest else { return nil }
        let own = (bids.first?.price, asks.first?.price)
        if own == (change.bestBid, change.bestAsk) { return nil }
        let text = { (price: Price?) in price?.description ?? "none" }
        return "it has \(text(own.0)) and \(text(own.1)) as best prices, and the venue tells "
            + "\(text(change.bestBid)) and \(text(change.bestAsk))"
    }

    private static func put(
        _ level: WireLevel, into levels: inout [WireLevel], _ isBetter: (Price, Price) -> Bool
    ) {
        let place = levels.firstIndex { !isBetter($0.price, level.price) } ?? levels.endIndex
        let isThere = place < levels.endIndex && levels[place].price == level.price
        switch (isThere, level.quantity > .zero) {
        case (true, true): levels[place] = level
        case (true, false): levels.remove(at: place)
        case (false, true): levels.insert(level, at: place)
        case (false, false): break
        }
    }
}
