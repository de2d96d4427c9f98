public import RunFigures
public import TradingCore
public import TradingModel
public import VenueSessions

/// A run whose market is a venue's, and in live mode its account too.
///
/// What it does follows from its calls and their times alone: ``RecordingRun`` records each of them.
/// Inputs come in the order in which they happen; what is to be sent is fetched after each of them.
public protocol VenueRun: TradingRun, SendableMetatype {
    /// Goes on with what earlier runs left: before anything else, where there is such.
    mutating func resume(_ earlier: EarlierRun, at now: Timestamp)
    /// Lets the strategy start; what is reported before it only fills the books and the account.
    mutating func start(at now: Timestamp)
    /// What the venue's session tells.
    mutating func apply(_ input: EngineInput, at now: Timestamp)
    /// All changes of one message about a book, in order.
    mutating func apply(_ changes: [BookChange], at now: Timestamp)
    mutating func apply(_ position: VenuePosition, at now: Timestamp)
    /// The venue has told what became of the account before: called once, ahead of the start.
    mutating func reconciled(at now: Timestamp)
    /// Writes down what a comparison with the venue's lists has shown; what it changes is told apart.
    mutating func record(_ difference: AccountDifference, at now: Timestamp)
    /// Lets no new orders pass for a reason, or with nil lets them pass again; nothing where that is so.
    mutating func pause(_ reason: String?, at now: Timestamp)
    /// Lets time pass: timers fire, what is under way arrives.
    mutating func pass(until now: Timestamp)
    /// Tells the strategy of the end and cancels its orders.
    mutating func windDown(_ reason: String, at now: Timestamp)
    /// Ends trading before the end: no order of the strategy passes any more, and what is open is cancelled.
    mutating func halt(_ reason: String, at now: Timestamp)
    /// Sends what leaves every position at once; nothing where it is on its way already.
    mutating func flatten(at now: Timestamp)
    /// Why no new orders should pass now; nil: they may.
    var obstacle: String? { get }
    /// Whether no position is left that an order could close.
    var isFlat: Bool { get }
    /// Whether no order is open any more, or could be.
    var isWoundDown: Bool { get }
    /// What the venue says is held; empty where the account is simulated.
    var heldAtVenue: [VenuePosition] { get }
    /// What the session should subscribe to, by instrument.
    var wantedFeeds: [FeedSet] { get }
    /// When ``pass(until:)`` should be called at the latest, should nothing happen before.
    var nextDue: Timestamp { get }
    /// What the session is to do, in order; each is handed out once.
    mutating func drainRequests() -> [SessionInput]
    /// Adds one that hears every command after it has been handed out, before those that do already.
    mutating func addListener(_ listener: @escaping (Command, TradingState) -> Void)
    /// Writes down what the latest inputs led to, once what they ask for is on its way.
    mutating func writeDown()
    /// The same when all that has come by now is taken in, with what could wait until then.
    mutating func rest()
}
