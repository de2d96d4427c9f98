internal import TradingModel

/// Estimates how much stands in front of our orders at one price.
///
/// Trades eat the queue from the front. When a level shrinks by more than the trades explain, the
/// missing part was cancelled somewhere in the queue: in front of us in the proportion of what is
/// in front to the whole. A trade and the depth update that reflects it tell of the same quantity;
/// whichever comes first counts, the other is only taken note of.
struct LevelQueue {
    let side: Side
    let price: Price
    /// What the level showed when it was last looked at.
    private var shown: Quantity
    /// Whether the level lies behind the depth that the venue shows.
    private var isUnseen: Bool
    /// Traded here, and not yet missing from the level.
    private var unreflected = Quantity.zero
    private var lastTrade = Timestamp.distantPast
    /// Counted as cancelled by the last update; a late trade may explain it after all.
    private var missing = Quantity.zero
    private var lastUpdate = Timestamp.distantPast
    /// Whether a change has come since the last look.
    var isTouched = false

    init(side: Side, price: Price, shown: Quantity, isUnseen: Bool) {
        self.side = side
        self.price = price
        self.shown = shown
        self.isUnseen = isUnseen
    }

    /// A public trade at this price: shortens the queue and says what reaches our orders.
    ///
    /// - Parameter orders: ours at this price, the oldest first.
    mutating func trade(
        _ quantity: Quantity, at time: Timestamp, orders: [PaperOrder]
    ) -> [(order: PaperOrder, quantity: Quantity)] {
        let told = time <= lastUpdate ? min(quantity, missing) : .zero
        if told > .zero { restore(told, orders) }
        unreflected += quantity - told
        lastTrade = max(lastTrade, time)

        var rest = quantity
        var eaten = Quantity.zero  // of others, by this trade
        var fills: [(order: PaperOrder, quantity: Quantity)] = []
        for order in orders {
            if order.ahead > eaten {
                let step = min(rest, order.ahead - eaten)
                eaten += step
                rest -= step
            }
            order.ahead = order.ahead > eaten ? order.ahead - eaten : .zero
            let fill = order.ahead == .zero ? min(rest, order.remaining) : .zero
            guard fill > .zero else { continue }
            fills.append((order, fill))
            rest -= fill
        }
        return fills
    }

    /// Takes back the share of the last cancels that a trade now explains.
    private mutating func restore(_ told: Quantity, _ orders: [PaperOrder]) {
        for order in orders where order.lastCut > .zero {
            let part = share(of: told, order.lastCut, in: missing)
            order.ahead += part
            order.lastCut -= part
        }
        missing -= told
    }

    /// The level's new quantity after a whole venue message.
    ///
    /// - Parameter isOutside: whether the price lies behind the depth that the venue shows; an
    ///   empty level there says nothing.
    mutating func update(
        to new: Quantity, isOutside: Bool, at time: Timestamp, orders: [PaperOrder]
    ) {
        isTouched = false
        if new == .zero, isOutside {
            isUnseen = true
            return
        }
        if isUnseen {
            reappear(with: new, orders)
        } else if new < shown {
            shrink(to: new, at: time, orders)
        }
        shown = new
        // Whatever was traded before this update is in it.
        if time > lastTrade { unreflected = .zero }
    }

    private mutating func reappear(with new: Quantity, _ orders: [PaperOrder]) {
        for order in orders {
            order.ahead = order.isUnseen ? new : min(order.ahead, new)
            order.isUnseen = false
            order.lastCut = .zero
        }
        isUnseen = false
        unreflected = .zero
        missing = .zero
    }

    private mutating func shrink(to new: Quantity, at time: Timestamp, _ orders: [PaperOrder]) {
        let decrease = shown - new
        let explained = min(decrease, unreflected)
        unreflected -= explained
        missing = decrease - explained
        lastUpdate = time
        let whole = shown - explained
        for order in orders {
            let cut = share(of: missing, min(order.ahead, whole), in: whole)
            let kept = order.ahead > cut ? order.ahead - cut : .zero
            let ahead = min(kept, new)
            order.lastCut = order.ahead - ahead
            order.ahead = ahead
        }
    }

    /// `quantity × part ÷ whole`, rounded down: in doubt the queue in front of us stays.
    private func share(of quantity: Quantity, _ part: Quantity, in whole: Quantity) -> Quantity {
        guard whole > .zero, quantity > .zero else { return .zero }
        guard quantity < whole else { return part }
        // Counted in lots the product fits; the quotient of the doubles would not be exact.
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
