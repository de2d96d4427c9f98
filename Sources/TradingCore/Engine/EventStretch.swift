public import TradingModel

/// Who takes in the events of a stretch before the engine does.
public protocol StretchIntake: AnyObject {
    /// - Parameter shown: of the events in front of this place the depth has been taken in already.
    func apply(_ batch: EventBatch, _ places: Range<Int>, shownTo shown: Int)
    /// Takes in their depth alone, before all else; false: it does not lie apart from the rest.
    func showDepth(_ batch: EventBatch, _ places: Range<Int>) -> Bool
}

/// Trades and book changes in a row between which nothing else can happen: no order arrives, no
/// report, no timer.
///
/// A strategy that hears of no more than these may run ahead over it; what the host does with the
/// events itself follows in one go. Whoever asks in between how things stand calls
/// ``catchUp(through:)`` first, so that nobody can tell the difference.
@safe public final class EventStretch {
    /// Where the events lie; ``position`` and ``end`` are places in it.
    public let batch: EventBatch
    /// By instrument: whether the strategy hears of its trades.
    public let isTradeWanted: InstrumentTable<Bool>
    /// By instrument: whether the strategy hears of its depth.
    public let isBookWanted: InstrumentTable<Bool>
    /// Whether it hears of any depth: else it need only be offered trades.
    public let wantsBooks: Bool
    /// The first event that the strategy has not been offered.
    public private(set) var position = 0
    public private(set) var end = 0
    /// The first event that the host has not taken in.
    private var reached = 0
    /// The first event whose depth it has not taken in.
    private var shown = 0
    private let state: TradingState
    private let intake: any StretchIntake
    /// By instrument: the book whose depth is heard, which ``state`` keeps.
    private let wantedBooks: InstrumentTable<Unmanaged<OrderBook>?>

    init(
        over batch: EventBatch, feeds: InstrumentTable<FeedSet>, state: TradingState,
        intake: any StretchIntake
    ) {
        self.batch = batch
        isTradeWanted = InstrumentTable(feeds.values.map { $0.contains(.trades) })
        isBookWanted = InstrumentTable(feeds.values.map { $0.contains(.book) })
        wantsBooks = isBookWanted.values.contains(true)
        unsafe wantedBooks = InstrumentTable(feeds.values.map { _ in nil })
        self.state = state
        self.intake = intake
    }

    /// Sets the stretch to these places.
    public func begin(_ places: Range<Int>) {
        position = places.lowerBound
        reached = places.lowerBound
        shown = places.lowerBound
        end = places.upperBound
        for index in 0..<isBookWanted.count where isBookWanted[index] {
            unsafe wantedBooks[index] = state.books[index].map { unsafe .passUnretained($0) }
        }
    }

    /// Says that the strategy has been offered everything in front of this place.
    public func pass(to place: Int) { position = place }

    /// Whether there is a book of all whose depth is heard: depth without one is not told.
    public var hasAllBooks: Bool {
        (0..<isBookWanted.count).allSatisfy { !isBookWanted[$0] || state.books[$0] != nil }
    }
    /// The depth of an instrument through this place, whose events are not taken in by that; nil: none
    /// has come.
    public func book(of instrument: InstrumentID, through place: Int) -> OrderBook? {
        showDepth(through: place)
        return state.books[instrument.index]
    }

    /// The top of the same depth, told apart because a strategy may ask for it at each event; nil: none has come.
    public func top(of instrument: InstrumentID, through place: Int) -> Quote? {
        showDepth(through: place)
        // Where the depth is wanted, who refers to the book need not be counted.
        guard let book = unsafe wantedBooks[instrument.index] else {
            return state.books[instrument.index]?.top
        }
        return unsafe book._withUnsafeGuaranteedRef { $0.top }
    }

    private func showDepth(through place: Int) {
        guard shown <= place else { return }
        if intake.showDepth(batch, shown..<(place + 1)) {
            shown = place + 1
        } else {
            catchUp(through: place)
        }
    }

    /// Lets the host take in everything up to and including this place.
    public func catchUp(through place: Int) {
        guard reached <= place else { return }
        let places = reached..<(place + 1)
        reached = place + 1
        intake.apply(batch, places, shownTo: shown)
        shown = max(shown, reached)
        state.observe(batch, places)
    }
}
