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
        events.append((due, event.received(at: due)))
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

extension MarketEvent {
    /// The same event with another receive time; a bar has none.
    fileprivate func received(at time: Timestamp) -> MarketEvent {
        switch self {
        case .trade(var event):
            event.receiveTime = time
            return .trade(event)
        case .book(var event):
            event.receiveTime = time
            return .book(event)
        case .quote(var event):
            event.receiveTime = time
            return .quote(event)
        case .bar: return self
        case .ticker(var event):
            event.receiveTime = time
            return .ticker(event)
        case .funding(var event):
            event.receiveTime = time
            return .funding(event)
        }
    }
}
