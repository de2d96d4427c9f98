internal import TradingModel

/// Events on their way to the strategy, oldest first.
struct LateFeed {
    private var events: [(due: Timestamp, event: MarketEvent)] = []
    private var start = 0

    var nextTime: Timestamp { start < events.count ? events[start].due : .distantFuture }
    /// When the last of them has arrived; distant past: there is none.
    private(set) var lastTime = Timestamp.distantPast

    mutating func add(_ event: MarketEvent, delayedBy delay: Int64) {
        let due = event.receiveTime.advanced(byNanoseconds: delay)
        events.append((due, event.with(receiveTime: due)))
        lastTime = max(lastTime, due)
    }

    mutating func popFirst() -> MarketEvent? {
        guard start < events.count else { return nil }
        let event = events[start].event
        start += 1
        if start > 4_096 {
            events.removeFirst(start)
            start = 0
        }
        return event
    }
}
