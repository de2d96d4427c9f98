package import TradingModel

/// What went wrong while bars were gathered.
package enum BarTrouble: Equatable, Sendable {
    /// One trade would have filled so many volume bars that it made a single one.
    case manyBars(Trade, count: Int128)
    /// A trade whose venue stamp is not believed.
    case stamp(Trade)
    /// The volume of a bar is larger than a quantity can be.
    case volume(Quantity, Quantity)

    /// Whether what is told of bars from here on would be wrong.
    package var isFatal: Bool { if case .volume = self { true } else { false } }

    /// What is wrong and what to do, for people.
    package func text(_ size: BarSize, of symbol: Symbol) -> String {
        let bars = "bars:\(size) of \(symbol): "
        switch self {
        case .manyBars(let trade, let count):
            return bars
                + "a trade of \(trade.quantity) would fill \(count) of them, more than "
                + "\(BarBuilder.mostBarsOfTrade): such a trade makes a single bar; "
                + "choose a larger size"
        case .stamp(let trade):
            return bars
                + "the venue stamped a trade with \(UTCTime(trade.venueTime).iso) that arrived at "
                + "\(UTCTime(trade.receiveTime).iso): such a stamp is not believed, the trade "
                + "counts at its arrival"
        case .volume(let before, let more):
            return bars + "a volume of \(before) and \(more) more does not fit a bar"
        }
    }
}
