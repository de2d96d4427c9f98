internal import TradingModel

/// Separates trades that were there before from new ones, by their ids.
///
/// An id is no proof: some files write an order's id or the number of a page. A row is a duplicate
/// where time, price, quantity and taker are those of the row with its id; else it is another trade,
/// and counted as one whose id is not its own. Of the last trades all is remembered; of earlier ones
/// the ids alone, which count where the time lies before all that is remembered.
struct TradeFilter {
    /// What tells a trade from another of the same id.
    private struct Trace: Equatable {
        var id: UInt64
        var venueTime: Timestamp
        var price: Price
        var quantity: Quantity
        var taker: Side?

        init(_ trade: Trade, id: UInt64) {
            self.id = id
            venueTime = trade.venueTime
            price = trade.price
            quantity = trade.quantity
            taker = trade.taker
        }
    }

    private static let limit = 1 << 13  // trades: a resumed download repeats a page of some 1,000
    private var ids = CoveredTradeIDs()
    private var recent: [Trace] = []
    private var oldest = 0
    /// Where the ids of ``recent`` stand in it; made when an id first comes again.
    private var places: [UInt64: [Int]]?
    /// How many trades had the id of another one.
    private(set) var sharedIDs = 0

    /// Whether the trade is a new one.
    mutating func takes(_ trade: Trade) -> Bool {
        guard let id = trade.id else { return true }
        let trace = Trace(trade, id: id)
        if !ids.insert(id), isKnown(trace) { return false }
        remember(trace)
        return true
    }

    /// Whether a trade whose id was there before is the same one.
    private mutating func isKnown(_ trace: Trace) -> Bool {
        if places == nil { index() }
        if let found = places?[trace.id] {
            if found.contains(where: { recent[$0] == trace }) { return true }
        } else if recent.count == Self.limit, trace.venueTime < recent[oldest].venueTime {
            return true
        }
        sharedIDs += 1
        return false
    }

    private mutating func remember(_ trace: Trace) {
        if recent.count < Self.limit {
            recent.append(trace)
            places?[trace.id, default: []].append(recent.count - 1)
            return
        }
        if places != nil {
            let leaving = recent[oldest].id
            places?[leaving]?.removeAll { $0 == oldest }
            if places?[leaving]?.isEmpty == true { places?[leaving] = nil }
            places?[trace.id, default: []].append(oldest)
        }
        recent[oldest] = trace
        oldest = (oldest + 1) % Self.limit
    }

    private mutating func index() {
        var places: [UInt64: [Int]] = [:]
        for (place, trace) in recent.enumerated() { places[trace.id, default: []].append(place) }
        self.places = places
    }

    var notes: [String] {
        guard sharedIDs > 0 else { return [] }
        return [
            grouped(sharedIDs, "trade has", "trades have")
                + " the id of another trade but "
                + (sharedIDs == 1 ? "differs" : "differ")
                + " from it in time, price or quantity: all were handed out"
        ]
    }
}

/// The trade ids met so far, as ranges: a stream without holes is a single one.
struct CoveredTradeIDs {
    private static let limit = 1 << 16  // ranges; the oldest half is forgotten beyond that
    private var ranges: [ClosedRange<UInt64>] = []

    /// Whether `id` is new.
    mutating func insert(_ id: UInt64) -> Bool {
        guard let last = ranges.last else {
            ranges = [id...id]
            return true
        }
        if id > last.upperBound {
            if id == last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...id
            } else {
                if ranges.count == Self.limit { ranges.removeFirst(Self.limit / 2) }
                ranges.append(id...id)
            }
            return true
        }
        return insertEarlier(id)
    }

    private mutating func insertEarlier(_ id: UInt64) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < id { low = middle + 1 } else { high = middle }
        }
        if ranges[low].contains(id) { return false }
        // Files written newest first count down: that must be one range too.
        let meetsLower = low > 0 && ranges[low - 1].upperBound + 1 == id
        let meetsUpper = id + 1 == ranges[low].lowerBound
        if meetsLower, meetsUpper {
            ranges[low] = ranges[low - 1].lowerBound...ranges[low].upperBound
            ranges.remove(at: low - 1)
        } else if meetsUpper {
            ranges[low] = id...ranges[low].upperBound
        } else if meetsLower {
            ranges[low - 1] = ranges[low - 1].lowerBound...id
        } else {
            if ranges.count >= Self.limit {
                ranges.removeFirst(Self.limit / 2)
                low = max(0, low - Self.limit / 2)
            }
            ranges.insert(id...id, at: low)
        }
        return true
    }
}
