internal import TradingModel

/// A venue's open orders by their ids.
///
/// No dictionary: its hash costs more than all that a cancel does beside it, and most ids are numbered, so that
/// the number alone spreads them evenly.
struct OpenOrders {
    /// Each bucket's first order, which leads to the others; their number is a power of two.
    private var buckets: [PaperOrder?] = Array(repeating: nil, count: 16)
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    private func bucket(of id: ClientOrderID) -> Int {
        Int(truncatingIfNeeded: id.parts.spread) & (buckets.count - 1)
    }

    subscript(id: ClientOrderID) -> PaperOrder? {
        var next = buckets[bucket(of: id)]
        while let order = next, order.id != id { next = order.nextInBucket }
        return next
    }

    /// Adds an order, of whose id there is none.
    mutating func insert(_ order: PaperOrder) {
        if count == buckets.count { grow() }
        let bucket = bucket(of: order.id)
        order.nextInBucket = buckets[bucket]
        buckets[bucket] = order
        count += 1
    }

    /// Removes an order that is in it.
    mutating func remove(_ order: PaperOrder) {
        let bucket = bucket(of: order.id)
        count -= 1
        defer { order.nextInBucket = nil }
        guard var before = buckets[bucket], before !== order else {
            buckets[bucket] = order.nextInBucket
            return
        }
        while let next = before.nextInBucket, next !== order { before = next }
        before.nextInBucket = order.nextInBucket
    }

    private mutating func grow() {
        let old = buckets
        buckets = Array(repeating: nil, count: 2 * old.count)
        count = 0
        for var next in old {
            while let order = next {
                next = order.nextInBucket
                insert(order)
            }
        }
    }
}
