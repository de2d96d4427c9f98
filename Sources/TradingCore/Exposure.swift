import TradingModel

/// What the open orders of an instrument may still fill on a side, kept as they change: what the risk
/// gate asks.
package struct Exposure: Sendable {
    /// Of orders that may grow the position, those apart that are being cancelled.
    package internal(set) var growing = Total()
    package private(set) var cancelling = Total()
    package internal(set) var reducing = Total()

    mutating func add(_ stake: Stake) { change(stake) { $0.add($1) } }
    mutating func remove(_ stake: Stake) { change(stake) { $0.remove($1) } }

    /// Where no venue keeps reduce-only orders from turning the position round.
    mutating func countAllAsGrowing() {
        growing.add(reducing)
        reducing = Total()
    }

    private mutating func change(_ stake: Stake, _ body: (inout Total, Quantity) -> Void) {
        switch stake.kind {
        case .growing: body(&growing, stake.remaining)
        case .cancelling: body(&cancelling, stake.remaining)
        case .reducing: body(&reducing, stake.remaining)
        }
    }
}

/// What one order adds to an ``Exposure``.
struct Stake: Hashable, Sendable {
    enum Kind { case growing, cancelling, reducing }

    let kind: Kind
    let isOpen: Bool
    let remaining: Quantity

    @inline(__always)  // an order is large: a call would be passed a copy
    init(_ order: borrowing Order) {
        let isReduceOnly = order.request.isReduceOnly
        kind = isReduceOnly ? .reducing : order.state.isCancelling ? .cancelling : .growing
        isOpen = order.state.isOpen
        remaining = order.remaining
    }
}

/// A sum of quantities that come and go, however large it becomes in between.
package struct Total: Sendable {
    private var low: UInt128 = 0
    private var high = 0

    mutating func add(_ quantity: Quantity) { add(Total(low: quantity.attos.magnitude)) }
    mutating func add(_ other: Total) {
        let (sum, overflow) = low.addingReportingOverflow(other.low)
        (low, high) = (sum, high + other.high + (overflow ? 1 : 0))
    }
    mutating func remove(_ quantity: Quantity) {
        let (rest, overflow) = low.subtractingReportingOverflow(quantity.attos.magnitude)
        (low, high) = (rest, high - (overflow ? 1 : 0))
    }

    /// Nil: more than can be counted.
    package var attos: Int128? {
        high == 0 && low <= Int128.max.magnitude ? Int128(truncatingIfNeeded: low) : nil
    }
}
