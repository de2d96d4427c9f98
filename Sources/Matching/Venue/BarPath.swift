internal import TradingModel

/// Where the price is assumed to have been inside a bar, and when.
///
/// It is at the open when the bar opens, at the nearer of high and low after a third of the bar's
/// span, at the other after two thirds and at the close at its end; in straight lines between.
struct BarPath {
    struct Place: Hashable {
        var time: Timestamp
        var price: Price
    }

    /// The open, the two extremes and the close: three legs lie between them.
    let corners: [Place]
    static let legs = 0..<3

    init(_ bar: Bar) {
        let prices = [bar.open] + bar.turns
        let start = min(bar.openTime, bar.closeTime)
        let (span, overflow) = bar.closeTime.nanoseconds
            .subtractingReportingOverflow(start.nanoseconds)
        let whole = overflow ? 0 : span
        let third = whole / 3
        let times = [
            start, start.advanced(byNanoseconds: third),
            start.advanced(byNanoseconds: 2 * third + whole % 3 * 2 / 3), bar.closeTime,
        ]
        corners = zip(times, prices).map { Place(time: $0, price: $1) }
    }

    /// The leg that leads up to a moment; at a corner the one that ends there.
    func leg(at time: Timestamp) -> Int {
        Self.legs.last { corners[$0].time < time } ?? 0
    }

    /// The price at a moment, on a whole tick: rounded towards where it comes from.
    func price(at time: Timestamp, tick: Price) -> Price {
        let leg = leg(at: time)
        let (from, to) = (corners[leg], corners[leg + 1])
        guard time > from.time else { return from.price }
        guard time < to.time else { return to.price }
        let moved = share(
            of: distance(leg), time.since(from.time), of: to.time.since(from.time))
        let step = tick.attos
        if to.price > from.price {
            let exact = Price(attos: from.price.attos + Int128(moved))
            return max(from.price, exact.roundedIfFitting(toMultipleOf: step, .down) ?? exact)
        }
        let exact = Price(attos: from.price.attos - Int128(moved))
        return min(from.price, exact.roundedIfFitting(toMultipleOf: step, .up) ?? exact)
    }

    /// When a leg comes to a price that lies on it, rounded down to the nanosecond.
    func time(of price: Price, on leg: Int) -> Timestamp {
        let (from, to) = (corners[leg], corners[leg + 1])
        let whole = distance(leg)
        guard whole > 0 else { return from.time }
        let passed = min(whole, (price.attos - from.price.attos).magnitude)
        let span = share(of: to.time.since(from.time), passed, of: whole)
        return from.time.advanced(byNanoseconds: Int64(clamping: span))
    }

    private func distance(_ leg: Int) -> UInt128 {
        (corners[leg + 1].price.attos - corners[leg].price.attos).magnitude
    }
}

/// `amount` × `part` ÷ `whole`, rounded down; a part is no more than the whole.
private func share(of amount: UInt128, _ part: UInt128, of whole: UInt128) -> UInt128 {
    let product = amount.multipliedFullWidth(by: part)
    guard product.high > 0 else { return product.low / whole }
    return whole.dividingFullWidth(product).quotient
}

extension Timestamp {
    /// Nanoseconds from an earlier moment to this one.
    fileprivate func since(_ start: Timestamp) -> UInt128 {
        (Int128(nanoseconds) - Int128(start.nanoseconds)).magnitude
    }
}

extension Bar {
    /// Where the price is assumed to go after the open: the nearer extreme, the other, the close.
    ///
    /// At equal distance the extreme away from the close comes first.
    fileprivate var turns: [Price] {
        let up = high.attos - open.attos
        let down = open.attos - low.attos
        let highFirst = up < down || (up == down && close < open)
        return highFirst ? [high, low, close] : [low, high, close]
    }
}
