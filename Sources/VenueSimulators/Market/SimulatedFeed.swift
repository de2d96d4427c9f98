package import TradingModel

/// A market's events on the simulator's clock.
///
/// A source has its own dates: its first event is moved to `history` before the start, and what
/// comes after the start may run faster than it was recorded.
package final class SimulatedFeed {
    /// Why the source ended early; nil while it has not.
    package private(set) var failure: MarketDataError?
    private let source: any MarketEventSource
    private let start: Timestamp
    private let history: Int64
    private let speed: Int64
    /// From here on nothing happens any more.
    private let quietFrom: Timestamp
    private let batch = EventBatch(capacity: 128)
    private var place = 0
    private var origin: Int64?
    private var hasEnded = false

    /// - Parameters:
    ///   - history: nanoseconds of the source that lie before the start.
    ///   - speed: how many seconds of the source pass in one after the start; positive.
    ///   - quietAfter: nanoseconds from the start after which it stands still; nil: it never does.
    package init(
        _ source: any MarketEventSource, start: Timestamp, history: Int64 = 0, speed: Int64 = 1,
        quietAfter: Int64? = nil
    ) {
        precondition(history >= 0 && speed > 0, "history is not negative, speed is positive")
        self.source = source
        self.start = start
        self.history = history
        self.speed = speed
        quietFrom = quietAfter.map { start.advanced(byNanoseconds: $0) } ?? .distantFuture
    }

    /// When the next event happens; nil: the source has ended, or is quiet.
    package var nextTime: Timestamp? {
        guard fill() else { return nil }
        let time = moved(batch.receiveTime(at: place))
        // A message is of one time: none is cut in two.
        return time < quietFrom ? time : nil
    }

    /// Whether nothing will happen any more.
    package var isOver: Bool { nextTime == nil }

    /// The next event, its times moved; nil: the source has ended.
    package func next() -> MarketEvent? {
        guard let time = nextTime else { return nil }
        let event = batch[place]
        place += 1
        return event.with(venueTime: time, receiveTime: time)
    }

    private func fill() -> Bool {
        guard place == batch.count else { return true }
        guard !hasEnded else { return false }
        batch.removeAll()
        place = 0
        do {
            try source.read(into: batch)
        } catch {
            failure = error
        }
        hasEnded = batch.isEmpty
        if origin == nil, !batch.isEmpty { origin = batch.receiveTime(at: 0).nanoseconds }
        return !hasEnded
    }

    private func moved(_ time: Timestamp) -> Timestamp {
        let elapsed = time.nanoseconds - (origin ?? time.nanoseconds) - history
        return start.advanced(byNanoseconds: elapsed > 0 ? elapsed / speed : elapsed)
    }
}
