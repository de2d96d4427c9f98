internal import TradingModel

/// Events that were read but not handed out yet, with what was counted on the way.
struct EventQueue {
    private var events: [MarketEvent] = []
    private var next = 0
    private var tradeFilter = TradeFilter()
    private var lastReceiveTime = Timestamp(nanoseconds: .min)
    private(set) var outOfOrder = 0
    private(set) var duplicates = 0

    var count: Int { events.count - next }

    mutating func append(_ event: MarketEvent) { events.append(event) }

    /// Appends a trade, unless it was there before.
    mutating func append(_ trade: Trade) {
        guard tradeFilter.takes(trade) else {
            duplicates += 1
            return
        }
        events.append(.trade(trade))
    }

    /// What should be known of the trades' ids.
    var notes: [String] { tradeFilter.notes }

    mutating func countDuplicate() { duplicates += 1 }

    /// Counts a record whose time lies before the one that precedes it in the file.
    mutating func observeOrder(of receiveTime: Timestamp) {
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
