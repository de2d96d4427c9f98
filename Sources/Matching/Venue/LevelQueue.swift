internal import TradingModel

/// Estimates how much stands in front of one of our orders at its price.
///
/// Trades eat the queue from the front. When a level shrinks by more than the trades explain, the
/// missing part was cancelled somewhere in the queue: in front of us in the proportion of what is
/// in front to the whole. A trade and the depth update that reflects it tell of the same quantity;
/// whichever comes first counts, the other is only taken note of.
///
/// Each order has its own, so that none changes what another gets but by what it fills.
struct LevelQueue {
    let price: Price
    /// What others had resting in front of it, less what is gone since.
    private(set) var ahead: Quantity
    /// What has reached the order and is less than a lot: the next trade adds to it.
    private var carried = Quantity.zero
    /// What the level showed when it was last looked at.
    private var shown: Quantity
    /// Whether the level has lain behind the depth that the venue shows since the order joined, so
    /// that `ahead` is not known.
    private(set) var isUnknown: Bool
    /// Whether the level lies behind the depth that the venue shows now.
    private var isUnseen: Bool
    /// Traded here, and not yet missing from the level.
    private var unreflected = Quantity.zero
    private var lastTrade = Timestamp.distantPast
    /// Counted as cancelled by the last update; a late trade may explain it after all.
    private var missing = Quantity.zero
    /// What the last update took off `ahead` as cancelled.
    private var lastCut = Quantity.zero
    private var lastUpdate = Timestamp.distantPast

    init(price: Price, shown: Quantity, isUnseen: Bool) {
        self.price = price
        ahead = shown
        self.shown = shown
        self.isUnseen = isUnseen
        isUnknown = isUnseen
    }

    // MARK: - Trades

    /// A public trade at this price, which may be in the level already.
    mutating func record(_ quantity: Quantity, at time: Timestamp) {
        let known = time <= lastUpdate ? min(quantity, missing) : .zero
        if known > .zero, lastCut > .zero {
            let part = share(of: known, lastCut, in: missing)
            ahead += part
            lastCut -= part
        }
        missing -= known
        unreflected = unreflected.plusAtMost(quantity - known)
        lastTrade = max(lastTrade, time)
    }

    /// Lets a trade eat what is in front, and says what of it reaches the order.
    ///
    /// - Parameters:
    ///   - rest: what is left of the trade; less what is in front of this order alone.
    ///   - eaten: what the trade has eaten of others so far.
    /// - Returns: with what earlier trades left over; nil: nothing reaches the order.
    mutating func pass(_ rest: inout Quantity, eaten: inout Quantity) -> Quantity? {
        if ahead > eaten {
            let step = min(rest, ahead - eaten)
            eaten += step
            rest -= step
        }
        ahead = ahead > eaten ? ahead - eaten : .zero
        guard ahead == .zero, rest > .zero else { return nil }
        return rest.plusAtMost(carried)
    }

    /// Keeps what is less than a lot for the next trade.
    mutating func carry(_ quantity: Quantity) { carried = quantity }

    // MARK: - Depth

    /// The level's new quantity after a whole venue message.
    ///
    /// - Parameter isOutside: whether the price lies behind the depth that the venue shows; an
    ///   empty level there says nothing.
    mutating func update(to new: Quantity, isOutside: Bool, at time: Timestamp) {
        if new == .zero, isOutside {
            isUnseen = true
            return
        }
        if isUnseen {
            reappear(with: new)
        } else if new < shown {
            shrink(to: new, at: time)
        }
        shown = new
        // Whatever was traded before this update is in it.
        if time > lastTrade { unreflected = .zero }
    }

    private mutating func reappear(with new: Quantity) {
        ahead = isUnknown ? new : min(ahead, new)
        isUnknown = false
        isUnseen = false
        lastCut = .zero
        unreflected = .zero
        missing = .zero
    }

    private mutating func shrink(to new: Quantity, at time: Timestamp) {
        let decrease = shown - new
        let explained = min(decrease, unreflected)
        unreflected -= explained
        missing = decrease - explained
        lastUpdate = time
        let whole = shown - explained
        let cut = share(of: missing, min(ahead, whole), in: whole)
        let left = min(ahead > cut ? ahead - cut : .zero, new)
        lastCut = ahead - left
        ahead = left
    }

    /// `quantity × part ÷ whole`, rounded down: in doubt the queue in front of us stays.
    private func share(of quantity: Quantity, _ part: Quantity, in whole: Quantity) -> Quantity {
        guard whole > .zero, quantity > .zero else { return .zero }
        guard quantity < whole else { return part }
        return part.scaled(by: quantity, over: whole)
    }
}

extension Quantity {
    /// `self × numerator ÷ denominator`, rounded down; the numerator is not the larger one.
    func scaled(by numerator: Quantity, over denominator: Quantity) -> Quantity {
        let product = attos.magnitude.multipliedFullWidth(by: numerator.attos.magnitude)
        let quotient = denominator.attos.magnitude.dividingFullWidth(product).quotient
        return Quantity(attos: Int128(quotient))
    }
}
