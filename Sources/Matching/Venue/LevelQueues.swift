internal import TradingModel

/// The queues of our resting orders on one side: the best price last, of one price the oldest order.
///
/// What happens at a price costs nothing to orders elsewhere.
struct LevelQueues {
    /// All bits set for sells: a price with it is a number that is larger where the price is better.
    private let flip: Int128
    private var queues: [LevelQueue] = []
    /// Prices at which the level has changed since the last look.
    private var touched: [Price] = []
    private var isAllTouched = false

    init(_ side: Side) { flip = side == .buy ? 0 : -1 }

    /// The best price at which an order of ours rests.
    var best: Price? { queues.last?.price }

    @inline(__always) private func rank(_ place: Int) -> Int128 { queues[place].price.attos ^ flip }

    /// Where the queues of a price stand, or would.
    private func places(at price: Price) -> Range<Int> {
        let wanted = price.attos ^ flip
        var start = queues.endIndex
        if start > 0, rank(start - 1) > wanted {
            var low = 0
            while low < start {
                let middle = (low + start) / 2
                if rank(middle) > wanted { start = middle } else { low = middle + 1 }
            }
        }
        let end = start
        while start > 0, rank(start - 1) == wanted { start -= 1 }
        return start..<end
    }

    mutating func insert(_ queue: LevelQueue) {
        let place = places(at: queue.price).lowerBound
        // Behind all is where most go, and the cheapest place.
        if place == queues.endIndex {
            queues.append(queue)
        } else {
            queues.insert(queue, at: place)
        }
    }

    mutating func remove(_ order: PaperOrder, at price: Price) {
        guard let place = places(at: price).first(where: { queues[$0].order === order }) else {
            return
        }
        if place == queues.endIndex - 1 { queues.removeLast() } else { queues.remove(at: place) }
    }

    /// Changes an order's queue where it lies.
    mutating func change<Result>(
        _ order: PaperOrder, at price: Price, _ body: (inout LevelQueue) -> Result
    ) -> Result? {
        guard let place = places(at: price).first(where: { queues[$0].order === order }) else {
            return nil
        }
        return body(&queues[place])
    }

    /// Changes the queue at a place that ``next(at:after:arrivedBy:)`` gave.
    mutating func change<Result>(at place: Int, _ body: (inout LevelQueue) -> Result) -> Result {
        body(&queues[place])
    }

    /// The oldest order at a price that joined behind the place `last` and arrived by `time`, and where its
    /// queue lies until one comes or goes.
    func next(
        at price: Price, after last: Int, arrivedBy time: Timestamp
    ) -> (order: PaperOrder, place: Int)? {
        guard best != nil else { return nil }
        for place in places(at: price).reversed() {
            let order = queues[place].order
            if order.arrivedAt <= time, let joined = order.place, joined > last {
                return (order, place)
            }
        }
        return nil
    }

    /// Adds the orders whose prices meet `price`, or lie beyond it: the best first.
    func add(meeting price: Price, beyond: Bool, to orders: inout [PaperOrder]) {
        let wanted = price.attos ^ flip
        for place in queues.indices.reversed() {
            guard rank(place) > wanted || (!beyond && rank(place) == wanted) else { return }
            orders.append(queues[place].order)
        }
    }

    // MARK: - Depth

    mutating func touch(_ price: Price) {
        guard !queues.isEmpty else { return }
        let places = places(at: price)
        guard !places.isEmpty else { return }
        for place in places { queues[place].isTouched = true }
        if !touched.contains(price) { touched.append(price) }
    }

    mutating func touchAll() {
        for place in queues.indices { queues[place].isTouched = true }
        isAllTouched = !queues.isEmpty
    }

    /// Looks at the touched levels, but for orders that came later than `received`: those stay so.
    mutating func update(received: Timestamp, _ body: (inout LevelQueue) -> Void) {
        if isAllTouched {
            isAllTouched = update(queues.indices, received, body)
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
        _ places: Range<Int>, _ received: Timestamp, _ body: (inout LevelQueue) -> Void
    ) -> Bool {
        var isLater = false
        for place in places where queues[place].isTouched {
            if queues[place].order.arrivedAt <= received {
                body(&queues[place])
            } else {
                isLater = true
            }
        }
        return isLater
    }
}
