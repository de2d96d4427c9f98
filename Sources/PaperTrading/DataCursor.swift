internal import Matching
internal import TradingModel

/// Where a run stands in its data: the events at hand, and the first that has not been handled.
struct DataCursor {
    let batch: EventBatch
    var position = 0
    private let readAhead: ReadAhead

    /// - Parameter isSingle: whether events are read one at a time.
    init(_ source: any MarketEventSource, _ venue: MatchingVenue, isSingle: Bool) {
        readAhead = ReadAhead(source, venue)
        batch = EventBatch(capacity: isSingle ? 1 : ReadAhead.block)
    }

    /// Whether all events at hand have been handled.
    var isAtEnd: Bool { position == batch.count }
    /// When the event at hand was received.
    var time: Timestamp { batch.receiveTime(at: position) }
    /// Whether orders are held against bars anywhere.
    var knowsBars: Bool { readAhead.knowsBars }

    /// Reads what comes next; nothing is at hand then where nothing has come.
    mutating func read() throws(MarketDataError) {
        position = 0
        batch.removeAll()
        try readAhead.fill(batch)
    }

    /// The first event behind ``position`` at which more may happen than the event itself: what is due
    /// happens before it, or it is none that stretches are made of.
    func stretchEnd(upTo limit: Timestamp, before due: Timestamp) -> Int {
        let latest = batch.latestTime
        if batch.hasColumnsAlone, latest <= limit, latest < due { return batch.count }
        var end = position
        while end < batch.count, batch.kind(at: end) != .other {
            let time = batch.receiveTime(at: end)
            guard time <= limit, time < due else { break }
            end += 1
        }
        return end
    }
}
