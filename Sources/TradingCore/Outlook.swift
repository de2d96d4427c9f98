import TradingModel

/// What a position comes to when the open orders do what they are there for: what `target` starts
/// from.
///
/// Not the worst that may happen, which is the risk gate's question: here an order counts where it
/// is sure to act or was left to act. Of that which cannot be relied on nothing counts:
///
/// * a stop that has not been triggered asks for nothing yet;
/// * a reduce-only order that rests is an exit that may never be reached, and can do no harm;
/// * an order that rests and is being cancelled was told to go.
///
/// An order that takes liquidity at once is not stopped by a cancel, and counts until its end.
struct Outlook {
    /// What is held at the least and at the most: purchases may or may not pay their fees out of
    /// what they bring.
    struct Held {
        let least: SignedQuantity
        let most: SignedQuantity

        /// What of it comes nearest to `wanted`: no more is asked for than is surely missing.
        func nearest(to wanted: SignedQuantity) -> SignedQuantity {
            min(max(wanted, least), most)
        }
    }

    /// What is held once those orders have filled that take liquidity at once.
    let sure: Held
    /// And once those have filled that rest.
    let expected: Held
    /// Whether buys, or sells, rest that are not counted and may fill all the same.
    let leavesOut: (buys: Bool, sells: Bool)

    func leavesOut(_ side: Side) -> Bool { side == .buy ? leavesOut.buys : leavesOut.sells }
}

extension TradingState {
    /// The outlook of an instrument's position; nil when the orders are more than can be counted.
    func outlook(of instrument: InstrumentID) -> Outlook? {
        var leaving = (buys: CheckedSum(0), sells: CheckedSum(0))
        var soon = CheckedSum(0)
        var resting = CheckedSum(0)
        // What the purchases among them may have to leave to the venue.
        var fees = (soon: CheckedSum(0), resting: CheckedSum(0))
        let facts = instruments[instrument.index]
        var leavesOut = (buys: false, sells: false)
        for serial in orders.openSerials {
            guard let order = orders[serial], order.request.instrument == instrument,
                !order.state.isUntriggeredStop
            else { continue }
            let side = order.request.side
            let takes = takesAtOnce(order)
            switch (order.request.isReduceOnly, takes) {
            case (true, true):
                if side == .buy {
                    leaving.buys.add(order.remaining.attos)
                } else {
                    leaving.sells.add(order.remaining.attos)
                }
            case (false, true):
                soon.add(order.remaining.signed(side).attos)
                fees.soon.add(facts.mostTaken(of: order.remaining, side))
            case (false, false) where !order.state.isCancelling:
                resting.add(order.remaining.signed(side).attos)
                fees.resting.add(facts.mostTaken(of: order.remaining, side))
            case (true, false), (false, false):
                if side == .buy { leavesOut.buys = true } else { leavesOut.sells = true }
            }
        }
        let net = positions[instrument.index].net
        var sure = soon
        sure.add(Self.left(of: net, after: leaving.buys.total, leaving.sells.total))
        guard let resting = resting.total, let feesSoon = fees.soon.total else { return nil }
        var expected = sure
        expected.add(resting)
        fees.resting.add(feesSoon)
        guard let sure = Self.held(sure, less: feesSoon),
            let expected = Self.held(expected, less: fees.resting.total)
        else { return nil }
        return Outlook(sure: sure, expected: expected, leavesOut: leavesOut)
    }

    private static func held(_ most: CheckedSum, less fees: Int128?) -> Outlook.Held? {
        var least = most
        guard let most = most.total, let fees else { return nil }
        least.add(-fees)
        return least.total.map {
            Outlook.Held(least: SignedQuantity(attos: $0), most: SignedQuantity(attos: most))
        }
    }

    /// What reduce-only orders leave of a position, in attos: flat at the least.
    private static func left(of net: SignedQuantity, after buys: Int128?, _ sells: Int128?)
        -> Int128
    {
        // More than can be counted is more than is held.
        if net.attos > 0 { return net.attos - min(net.attos, sells ?? .max) }
        return net.attos + min(-net.attos, buys ?? .max)
    }

    /// Whether an order takes liquidity as soon as the venue has it, as the market stands.
    private func takesAtOnce(_ order: Order) -> Bool {
        let request = order.request
        guard let limit = order.state.priceAskedFor ?? request.price else { return true }
        if request.isPostOnly { return false }
        if request.timeInForce != .gtc { return true }
        // One that rests already takes nothing, unless it has been asked to go elsewhere.
        if order.state.isAcknowledged, order.state.priceAskedFor == nil { return false }
        guard
            let market = touch(request.instrument, for: request.side)
                ?? marks(request.instrument).last
        else { return false }
        return request.side == .buy ? limit >= market : limit <= market
    }

    /// The price at which an order on `side` would meet the book; nil: nothing is shown there.
    func touch(_ instrument: InstrumentID, for side: Side) -> Price? {
        let top = top(instrument)
        return (side == .buy ? top.ask : top.bid)?.price
    }

    /// The most that a unit of `quantity` costs or brings in the book as it is shown: for a buy the
    /// deepest level that it reaches, for a sell the best.
    func touch(_ instrument: InstrumentID, for side: Side, quantity: Quantity) -> Price? {
        guard side == .buy, let book = books[instrument.index] else {
            return touch(instrument, for: side)
        }
        var rest = quantity
        var worst: Price?
        var depth = 0
        while rest > .zero, let level = book.level(.sell, depth) {
            worst = level.price
            rest = level.quantity < rest ? rest - level.quantity : .zero
            depth += 1
        }
        return worst
    }
}

extension Instrument {
    /// The most that the venue takes out of what a fill brings, rounded up, in attos.
    func mostTaken(of quantity: Quantity, _ side: Side) -> Int128 {
        guard takesFeeFromPosition(side) else { return 0 }
        // A fee of more than that is none: then all of it may be gone.
        let fee = Money(attos: quantity.attos).times(max(makerFee, takerFee, .zero), .up)
        return min(fee?.attos ?? quantity.attos, quantity.attos)
    }
}

/// A sum of attos that says when it does not fit.
struct CheckedSum {
    private(set) var total: Int128?

    init(_ first: Int128) { total = first }

    mutating func add(_ attos: Int128) {
        guard let before = total else { return }
        let (sum, overflow) = before.addingReportingOverflow(attos)
        total = overflow || sum == .min ? nil : sum
    }
}
