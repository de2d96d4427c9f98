internal import Matching
internal import TradingCore
internal import TradingModel

/// Reads a run's events batch by batch, and where bars decide fills further than that: the venue has
/// to know of a bar when it opens, and the data tells of it when it has ended.
final class ReadAhead {
    private let source: any MarketEventSource
    private let venue: MatchingVenue
    /// What was read beyond the batch at hand.
    private var batches: [EventBatch] = []
    private var spare: [EventBatch] = []
    /// Why nothing more can be read; told when what was read before has been handled.
    private var failure: MarketDataError?
    /// The longest span of a bar so far: one that is longer may be known of too late; -1: no bar.
    private var longest: Int64 = -1

    /// Whether orders are held against bars anywhere.
    var knowsBars: Bool { longest >= 0 }

    /// As far as is looked: 4,096 events are 740 KB.
    ///
    /// A bar that ends further away is met when it comes into sight, with all of its path that lies
    /// behind by then.
    private static let mostBatches = 32

    init(_ source: any MarketEventSource, _ venue: MatchingVenue) {
        self.source = source
        self.venue = venue
    }

    /// How many events are read at once: what is known of bars that come does not depend on how many
    /// are handed out at once.
    static let block = 128  // 23 KB: they stay in the nearest cache
    /// The block that is handed out in parts, and how much of it has been.
    private lazy var parts = EventBatch(capacity: Self.block)
    private var given = 0

    /// Fills an empty batch with what comes next; it stays empty where there is nothing.
    func fill(_ batch: EventBatch) throws(MarketDataError) {
        guard batch.capacity < Self.block else { return try fillWhole(batch) }
        if given == parts.count {
            parts.removeAll()
            given = 0
            try fillWhole(parts)
        }
        while !batch.isFull, given < parts.count {
            batch.append(parts[given])
            given += 1
        }
    }

    private func fillWhole(_ batch: EventBatch) throws(MarketDataError) {
        if !batches.isEmpty {
            let next = batches.removeFirst()
            batch.append(next)
            next.removeAll()
            spare.append(next)
        } else {
            if let failure { throw failure }
            try source.read(into: batch)
            expectBars(of: batch)
        }
        if knowsBars, batch.count > 0 { readOn(behind: batch) }
    }

    /// Reads until every bar has been seen that opens while `batch` lasts.
    private func readOn(behind batch: EventBatch) {
        var end = batch.receiveTime(at: batch.count - 1).advanced(byNanoseconds: longest)
        while failure == nil, batches.count < Self.mostBatches {
            if let last = batches.last, last.receiveTime(at: last.count - 1) > end { return }
            let next = spare.popLast() ?? EventBatch(capacity: batch.capacity)
            do throws(MarketDataError) { try source.read(into: next) } catch { failure = error }
            guard !next.isEmpty else { return spare.append(next) }
            let before = longest
            expectBars(of: next)
            batches.append(next)
            end = end.advanced(byNanoseconds: longest - before)
        }
    }

    private func expectBars(of batch: EventBatch) {
        for place in batch.otherPlaces {
            guard case .bar(let bar) = batch[place], venue.expect(bar) else { continue }
            let (span, overflow) = bar.closeTime.nanoseconds
                .subtractingReportingOverflow(bar.openTime.nanoseconds)
            if !overflow { longest = max(longest, span) }
        }
    }
}

extension EventBatch {
    /// The places of what is no trade and no change of a book.
    fileprivate var otherPlaces: [Int] {
        let places = 0..<count
        guard tradeRows(at: places).count + changeRows(at: places).count < count else { return [] }
        return places.filter { kind(at: $0) == .other }
    }

    /// Takes all events of another batch in.
    fileprivate func append(_ other: EventBatch) {
        for place in 0..<other.count {
            switch other.kind(at: place) {
            case .trade: append(other.trade(at: place))
            case .book: append(other.change(at: place))
            case .other: append(other[place])
            }
        }
    }
}
