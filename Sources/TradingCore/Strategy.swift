public import TradingModel

/// Which market events of an instrument a strategy wants; those without a handler cost nothing.
public struct FeedSet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let trades = FeedSet(rawValue: 1)
    public static let quotes = FeedSet(rawValue: 2)
    public static let book = FeedSet(rawValue: 4)
    public static let bars = FeedSet(rawValue: 8)
    public static let ticker = FeedSet(rawValue: 16)
    public static let funding = FeedSet(rawValue: 32)
}

/// What one instrument's subscription asks for.
public struct Subscription: Hashable, Sendable {
    public var feeds: FeedSet
    /// The bar sizes wanted, in the order of their declaration.
    public var barSizes: [BarSize]
    public init(feeds: FeedSet = [], barSizes: [BarSize] = []) {
        self.feeds = feeds
        self.barSizes = barSizes
    }
}

/// Why a strategy starts.
public enum StartReason: String, Hashable, Sendable {
    case first
    /// It goes on with what earlier runs left.
    case restart
    case reload
}

/// What a handler call left behind.
public enum HandlerOutcome: UInt8, Hashable, Sendable {
    /// Nothing to fetch.
    case quiet
    /// ``Strategy/drainOutput(into:)`` has something.
    case output
    /// It failed: the output holds the failure, and no intent of this call.
    case failed
}

/// How loud a log line is.
public enum LogLevel: String, Hashable, Sendable, CaseIterable {
    case debug
    case info
    case warn
    case error
}

/// What a strategy asks of its host.
public enum StrategyRequest: Hashable, Sendable {
    case intent(Intent)
    case log(LogLevel, String)
    case alert(String)
    case plot(String, Double)
    /// Calls the timer handler once, this many nanoseconds from now; replaces a timer of the name.
    case after(nanoseconds: Int64, name: String)
    /// Calls the timer handler again and again; replaces a timer of the name.
    case every(nanoseconds: Int64, name: String)
    case cancelTimer(name: String)
    /// The handler failed: the message names file, line and handler.
    case failure(String, handler: String? = nil)
    /// The script cannot go on at all: trading must stop.
    case fatal(String, handler: String? = nil)
}

/// A trading program as the engine knows it: a script, or a fake in a test.
///
/// A call delivers one event and says whether there is anything to fetch; the engine then drains
/// the requests. The strategy reads the engine's state through the ``TradingState`` that it was
/// given by ``attach(to:)``; it never changes it.
public protocol Strategy: AnyObject {
    /// Gives the strategy what it may read, before ``onStart(_:)``; instruments are final then.
    func attach(to state: TradingState)
    /// What it wants to hear of an instrument; asked once, after ``attach(to:)``.
    func subscription(to instrument: InstrumentID) -> Subscription
    /// What must be kept of an instrument: what it hears, and what it only looks up.
    ///
    /// That is what ``subscription(to:)`` says, unless the strategy says otherwise.
    func needs(of instrument: InstrumentID) -> FeedSet

    func onStart(_ reason: StartReason) -> HandlerOutcome
    func onTrade(_ trade: Trade) -> HandlerOutcome
    /// Runs over the events of a stretch that it hears of, up to and including the first that it answers.
    ///
    /// Says with ``EventStretch/pass(to:)`` how far it came. There is an implementation that calls
    /// ``onTrade(_:)`` and ``onBook(_:)`` for each: ``offerEach(of:)``.
    func onEvents(of stretch: EventStretch) -> HandlerOutcome
    func onQuote(_ quote: Quote) -> HandlerOutcome
    /// The book changed as a whole: called at the end of a venue's message.
    func onBook(_ book: OrderBook) -> HandlerOutcome
    func onBar(_ bar: Bar) -> HandlerOutcome
    func onTicker(_ ticker: Ticker) -> HandlerOutcome
    func onFunding(_ funding: Funding) -> HandlerOutcome
    /// Whether ``onOrder(_:)`` and ``onFill(_:of:)`` lead anywhere; true by default.
    var hearsOfOrders: Bool { get }
    /// Every change of an own order.
    func onOrder(_ order: Order) -> HandlerOutcome
    func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome
    func onPosition(_ instrument: InstrumentID) -> HandlerOutcome
    /// - Parameter late: nanoseconds since it was due.
    func onTimer(_ name: String, late: Int64) -> HandlerOutcome
    func onStatus(_ status: VenueStatus) -> HandlerOutcome
    func onStop(_ reason: String) -> HandlerOutcome

    /// Moves what the last call asked for to the end of `requests`, in order.
    func drainOutput(into requests: inout [StrategyRequest])
}

extension Strategy {
    public var hearsOfOrders: Bool { true }
    public func needs(of instrument: InstrumentID) -> FeedSet { subscription(to: instrument).feeds }

    public func onEvents(of stretch: EventStretch) -> HandlerOutcome { offerEach(of: stretch) }

    /// Calls a handler for each event of a stretch, up to and including the first that is answered.
    public func offerEach(of stretch: EventStretch) -> HandlerOutcome {
        for place in stretch.position..<stretch.end {
            let outcome = offer(place, of: stretch)
            if outcome != .quiet {
                stretch.pass(to: place + 1)
                return outcome
            }
        }
        stretch.pass(to: stretch.end)
        return .quiet
    }

    private func offer(_ place: Int, of stretch: EventStretch) -> HandlerOutcome {
        let batch = stretch.batch
        guard batch.kind(at: place) == .book else {
            let trade = batch.trade(at: place)
            guard stretch.isTradeWanted[trade.instrument.index] else { return .quiet }
            stretch.catchUp(through: place)
            return onTrade(trade)
        }
        let change = batch.change(at: place)
        guard change.endsMessage, stretch.isBookWanted[change.instrument.index] else {
            return .quiet
        }
        stretch.catchUp(through: place)
        return stretch.book(of: change.instrument, through: place).map { onBook($0) } ?? .quiet
    }
}
