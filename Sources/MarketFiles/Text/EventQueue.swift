internal import TradingModel

/// Events that were read but not handed out yet, with what was counted on the way.
struct EventQueue {
    private var events: [MarketEvent] = []
    private var next = 0
    private var tradeIDs = SeenTradeIDs()
    private var lastReceiveTime = Timestamp(nanoseconds: .min)
    private(set) var outOfOrder = 0
    private(set) var duplicates = 0

    var count: Int { events.count - next }

    mutating func append(_ event: MarketEvent) { events.append(event) }

    /// Appends a trade, unless its id was seen before.
    mutating func append(_ trade: Trade) {
        if let id = trade.id, !tradeIDs.insert(id) {
            duplicates += 1
            return
        }
        events.append(.trade(trade))
    }

    mutating func countDuplicate() { duplicates += 1 }

    /// Counts a record whose time lies before the one that precedes it in the file.
    mutating func noteOrder(of receiveTime: Timestamp) {
        if receiveTime < lastReceiveTime { outOfOrder += 1 }
        lastReceiveTime = receiveTime
    }

    /// Moves events to the end of `batch`, as many as fit.
    mutating func move(to batch: EventBatch) {
        let moved = min(count, batch.capacity - batch.count)
        for index in next..<next + moved { batch.append(events[index]) }
        next += moved
        if next == events.count {
            events.removeAll(keepingCapacity: true)
            next = 0
        }
    }
}

/// The trade ids met so far, as ranges: a stream without holes is a single one.
struct SeenTradeIDs {
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
