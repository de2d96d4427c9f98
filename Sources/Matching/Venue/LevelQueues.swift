internal import TradingModel

/// The queues of our resting orders on one side: the best price last, of one price the oldest order.
///
/// What happens at a price costs nothing to orders elsewhere.
struct LevelQueues {
    /// All bits set for sells: a price with it is a number that is larger where the price is better.
    private let flip: Int128
    private var entries: [Entry] = []
    /// Prices at which the level has changed since the last look.
    private var touched: [Price] = []
    private var isAllTouched = false

    /// An order, whose ``PaperOrder/queue`` goes with it, and the price with ``flip``.
    private struct Entry {
        let rank: Int128
        let order: PaperOrder
        /// Whether a change has come since the last look.
        var isTouched = false
    }

    init(_ side: Side) { flip = side == .buy ? 0 : -1 }

    /// The best price at which an order of ours rests.
    var best: Price? { entries.last.map { Price(attos: $0.rank ^ flip) } }

    /// Where the orders of a price stand, or would.
    private func places(at price: Price) -> Range<Int> {
        let wanted = price.attos ^ flip
        var start = entries.endIndex
        if start > 0, entries[start - 1].rank > wanted {
            var low = 0
            while low < start {
                let middle = (low + start) / 2
                if entries[middle].rank > wanted { start = middle } else { low = middle + 1 }
            }
        }
        let end = start
        while start > 0, entries[start - 1].rank == wanted { start -= 1 }
        return start..<end
    }

    mutating func insert(_ order: PaperOrder, at price: Price) {
        let entry = Entry(rank: price.attos ^ flip, order: order)
        let place = places(at: price).lowerBound
        // Behind all is where most go, and the cheapest place.
        if place == entries.endIndex {
            entries.append(entry)
        } else {
            entries.insert(entry, at: place)
        }
    }

    mutating func remove(_ order: PaperOrder, at price: Price) {
        guard let place = places(at: price).first(where: { entries[$0].order === order }) else {
            return
        }
        if place == entries.endIndex - 1 { entries.removeLast() } else { entries.remove(at: place) }
    }

    /// The oldest order at a price that joined behind the place `last` and arrived by `time`.
    func next(at price: Price, after last: Int, arrivedBy time: Timestamp) -> PaperOrder? {
        for place in places(at: price).reversed() {
            let order = entries[place].order
            if order.arrivedAt <= time, let joined = order.place, joined > last { return order }
        }
        return nil
    }

    /// Adds the orders whose prices meet `price`, or lie beyond it: the best first.
    func add(meeting price: Price, beyond: Bool, to orders: inout [PaperOrder]) {
        let wanted = price.attos ^ flip
        for entry in entries.reversed() {
            guard entry.rank > wanted || (!beyond && entry.rank == wanted) else { return }
            orders.append(entry.order)
        }
    }

    // MARK: - Depth

    mutating func touch(_ price: Price) {
        let places = places(at: price)
        guard !places.isEmpty else { return }
        for place in places { entries[place].isTouched = true }
        if !touched.contains(price) { touched.append(price) }
    }

    mutating func touchAll() {
        for place in entries.indices { entries[place].isTouched = true }
        isAllTouched = !entries.isEmpty
    }

    /// Looks at the touched levels, but for orders that came later than `received`: those stay so.
    mutating func update(received: Timestamp, _ body: (PaperOrder) -> Void) {
        if isAllTouched {
            isAllTouched = update(entries.indices, received, body)
            if !isAllTouched { touched.removeAll(keepingCapacity: true) }
        } else {
            for place in touched.indices.reversed()
            where !update(places(at: touched[place]), received, body) {
                touched.remove(at: place)
            }
        }
    }

    /// Whether one that is touched came later.
    private mutating func update(
        _ places: Range<Int>, _ received: Timestamp, _ body: (PaperOrder) -> Void
    ) -> Bool {
        var isLater = false
        for place in places where entries[place].isTouched {
            let order = entries[place].order
            if order.arrivedAt <= received {
                entries[place].isTouched = false
                body(order)
            } else {
                isLater = true
            }
        }
        return isLater
    }
}
