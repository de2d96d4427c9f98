internal import TradingModel

/// What the positions of a market were charged at settlements: each shows a sum, and no list the charges.
struct PositionCharges {
    /// The market's own figures of its latest settlement.
    struct Settlement {
        var time: Timestamp
        var rate: Rate
        var mark: Price
    }

    private struct Sum {
        var shown: Money
        var reported: Money
    }

    var settlement: Settlement?
    /// By position.
    private var sums: [String: Sum] = [:]

    /// - Parameter isKnown: whether what a new position shows has been told before.
    mutating func record(_ id: String, _ shown: Money, isKnown: Bool) {
        let reported = sums[id]?.reported ?? (isKnown ? shown : .zero)
        sums[id] = Sum(shown: shown, reported: reported)
    }

    /// Takes what has not been told.
    mutating func drain() -> (Settlement, Money)? {
        let charge = sums.values.reduce(.zero) { $0 + $1.shown - $1.reported }
        guard let settlement, charge != .zero else { return nil }
        sums = sums.mapValues { Sum(shown: $0.shown, reported: $0.shown) }
        return (settlement, charge)
    }
}
