public import TradingModel

/// Trades and book changes in a row between which nothing else can happen: no order arrives, no
/// report, no timer.
///
/// A strategy that hears of no more than these may run ahead over it; what the host does with the
/// events itself follows in one go. Whoever asks in between how things stand calls
/// ``catchUp(through:)`` first, so that nobody can tell the difference.
public final class EventStretch {
    /// Where the events lie; ``position`` and ``end`` are places in it.
    public let batch: EventBatch
    /// By instrument: whether the strategy hears of its trades.
    public let isHeard: InstrumentTable<Bool>
    /// By instrument: whether the strategy hears of its depth.
    public let isBookHeard: InstrumentTable<Bool>
    /// Whether it hears of any depth: else it need only be offered trades.
    public let hearsBooks: Bool
    /// The first event that the strategy has not been offered.
    public private(set) var position = 0
    public private(set) var end = 0
    /// The first event that the host has not taken in.
    private var reached = 0
    private let state: TradingState
    private let take: (Range<Int>) -> Void

    init(
        over batch: EventBatch, feeds: InstrumentTable<FeedSet>, state: TradingState,
        take: @escaping (Range<Int>) -> Void
    ) {
        self.batch = batch
        isHeard = InstrumentTable(feeds.values.map { $0.contains(.trades) })
        isBookHeard = InstrumentTable(feeds.values.map { $0.contains(.book) })
        hearsBooks = isBookHeard.values.contains(true)
        self.state = state
        self.take = take
    }

    /// Sets the stretch to these places.
    public func begin(_ places: Range<Int>) {
        position = places.lowerBound
        reached = places.lowerBound
        end = places.upperBound
    }

    /// Says that the strategy has been offered everything in front of this place.
    public func pass(to place: Int) { position = place }

    /// Whether there is a book of all whose depth is heard: depth without one is not told.
    public var hasAllBooks: Bool {
        (0..<isBookHeard.count).allSatisfy { !isBookHeard[$0] || state.books[$0] != nil }
    }
    /// The depth of an instrument as of the last event that was taken in; nil: none has come.
    public func book(of instrument: InstrumentID) -> OrderBook? { state.books[instrument.index] }

    /// Lets the host take in everything up to and including this place.
    public func catchUp(through place: Int) {
        guard reached <= place else { return }
        let places = reached..<(place + 1)
        reached = place + 1
        take(places)
        state.see(batch, places)
    }
}
