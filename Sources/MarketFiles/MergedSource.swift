public import TradingModel

/// Several sources as one stream, in the order in which their events reach us.
///
/// At equal receive times the source that was named first goes first, so that the order of the
/// sources is a decision: name trades before the book they changed, else a queue model sees the
/// same quantity leave twice (recordings from Tardis stamp both alike). A source that goes back in
/// time is not held up: its event comes at once, as early as it still can, with its own time.
///
/// What two files of one symbol both hold is handed out once: trades by their id where the rows
/// agree, bars by size and open time, of which the file named later counts.
public final class MergedSource: MarketEventSource {
    /// What is at hand of one source.
    private struct Head {
        let source: any MarketEventSource
        let batch: EventBatch
        var next = 0
        var ended = false
        /// Whether another file may hold the same records.
        let isWatched: Bool
    }

    private var heads: [Head]
    private var common: CommonRecords
    private var failure: MarketDataError?
    private static let batchSize = 512

    public init(sources: [any MarketEventSource]) {
        let size = sources.count == 1 ? 1 : Self.batchSize
        let common = CommonRecords(sources)
        self.common = common
        heads = sources.enumerated().map { index, source in
            Head(
                source: source, batch: EventBatch(capacity: size),
                isWatched: common.watches(index))
        }
    }

    public func read(into batch: EventBatch) throws(MarketDataError) {
        if heads.count == 1 { return try heads[0].source.read(into: batch) }
        if let failure { throw failure }
        do throws(MarketDataError) {
            while !batch.isFull {
                try fillAll()
                guard let first = earliest() else { break }
                drain(from: first, into: batch)
            }
        } catch {
            failure = error
            if batch.isEmpty { throw error }
        }
    }

    private func fillAll() throws(MarketDataError) {
        for index in heads.indices where heads[index].next == heads[index].batch.count {
            if heads[index].ended { continue }
            heads[index].batch.removeAll()
            heads[index].next = 0
            try heads[index].source.read(into: heads[index].batch)
            heads[index].ended = heads[index].batch.isEmpty
        }
    }

    private func time(_ index: Int) -> Timestamp? {
        let head = heads[index]
        return head.next < head.batch.count ? head.batch.receiveTime(at: head.next) : nil
    }

    /// The source whose next event comes first.
    private func earliest() -> Int? {
        var best: (index: Int, time: Timestamp)?
        for index in heads.indices {
            guard let time = time(index) else { continue }
            if let found = best, found.time <= time { continue }
            best = (index, time)
        }
        return best?.index
    }

    /// Drains the source's events for as long as they come before those of all others.
    private func drain(from index: Int, into batch: EventBatch) {
        var limit = Int64.max  // the last nanosecond at which this source still goes first
        for other in heads.indices where other != index {
            guard let time = time(other) else { continue }
            limit = min(limit, other < index ? time.nanoseconds &- 1 : time.nanoseconds)
        }
        var next = heads[index].next
        let events = heads[index].batch
        let isWatched = heads[index].isWatched
        repeat {
            if !isWatched || !isDouble(events[next], of: index) { batch.append(events[next]) }
            next += 1
        } while !batch.isFull && next < events.count
            && events.receiveTime(at: next).nanoseconds <= limit
        heads[index].next = next
    }

    private func isDouble(_ event: MarketEvent, of index: Int) -> Bool {
        let heads = heads
        return common.leavesOut(event, of: index) { other in
            let head = heads[other]
            return head.next < head.batch.count ? head.batch[head.next] : nil
        }
    }
}
