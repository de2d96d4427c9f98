public import TradingModel
public import VenueSessions

/// What a session needs to know before it begins.
public struct CoinExSettings: Sendable {
    /// Where the sockets are; the product's name follows.
    public var socketBase = "wss://socket.coinex.com/v2"
    /// Nil: public data only, nothing can be traded.
    public var key: CoinExKey?
    /// What is traded or watched; the place is the ``InstrumentID``.
    public var symbols: [Symbol]
    /// Set before trading begins; futures that are not named stay as they are.
    public var leverage: [Symbol: Leverage] = [:]
    /// The levels of depth subscriptions: 5, 10, 20 or 50.
    public var depthLevels = 50
    /// The orders of an earlier run that may still be open at the venue.
    public var restoredOrders: [RestoredOrder] = []
    /// All chance of the session: the jitter of its waits.
    public var seed: UInt64 = 1

    public init(symbols: [Symbol], key: CoinExKey? = nil) {
        self.symbols = symbols
        self.key = key
    }

    /// A market's leverage and margin mode, which are one setting.
    public struct Leverage: Hashable, Sendable {
        public var times: Int
        public var isIsolated: Bool
        public init(times: Int, isIsolated: Bool) {
            self.times = times
            self.isIsolated = isIsolated
        }
        var description: String { "\(isIsolated ? "isolated" : "cross") leverage \(times)" }
    }

    /// An order from the journal whose end nobody has heard.
    public struct RestoredOrder: Hashable, Sendable {
        public var id: ClientOrderID
        public var request: OrderRequest
        /// Nil: never acknowledged, so it may not exist.
        public var venueID: VenueOrderID?
        /// Whether a stop order has woken, so that ``venueID`` is no longer the stop's.
        public var wasTriggered: Bool
        /// What is already counted, and the venue's numbers of those fills.
        public var filled: Quantity
        public var fillIDs: [String]
        public init(
            id: ClientOrderID, request: OrderRequest, venueID: VenueOrderID?, wasTriggered: Bool,
            filled: Quantity, fillIDs: [String]
        ) {
            self.id = id
            self.request = request
            self.venueID = venueID
            self.wasTriggered = wasTriggered
            self.filled = filled
            self.fillIDs = fillIDs
        }
    }
}

/// The venue's rules for client order ids: "less than 32 bytes" in one place, "up to 32" in another.
public let coinExClientOrderIDRules = ClientOrderIDRules(maxLength: 31, punctuation: "-_")

/// How long a session waits for what, in nanoseconds.
enum Waits {
    static let second: Int64 = 1_000_000_000
    /// A ping; the venue closes sockets that are silent for a minute or so.
    static let ping = 10 * second
    /// Then a socket is down, however open it looks.
    static let pong = 5 * second
    /// A slow venue acknowledges in one second.
    static let ack = 5 * second
    /// Reconnecting: often enough to be back soon, seldom enough for a venue under load.
    static let reconnectFirst = 1 * second
    static let reconnectLongest = 30 * second
    /// Repeating a question.
    static let retryFirst = second / 2
    static let retryLongest = 10 * second
    /// Questions that fail for a reason that only a person can remove.
    static let retryHopeless = 30 * second
    /// Executions normally come within milliseconds of the order's push; then they are asked for.
    static let deals = 2 * second
    /// Open orders are compared with the venue's list: a lost push is found within this.
    static let audit = 5 * second
    /// Balances and positions likewise.
    static let accountAudit = 30 * second
    /// Pushes that come within this may be of one moment, and in the wrong order; then a list is asked
    /// for that was made behind all of them.
    static let burst = 1 * second
    /// A clock drifts a millisecond in a minute at worst.
    static let clock = 300 * second
    /// An order that was told as ended and whose end nobody saw is looked for: the venue's lists
    /// have been seen to lag behind by half a minute.
    static let watch = 600 * second
    /// An order that could not go for this long would meet another market: it is refused.
    static let oldestOrder = 5 * second
    /// After a 4213 or 429 without a hint.
    static let rateLimit = 1 * second
    /// An account is charged in the seconds after a settlement.
    static let funding = 2 * second
    /// A row of an account's funding is written this much after its settlement at most; they are
    /// two hours apart at least.
    static let fundingSpread = 1_800 * second
    /// A whole book follows a subscription at once.
    static let wholeBook = 10 * second
    /// A book that is wrong again and again is asked for after this, and then less often.
    static let wrongBookFirst = 1 * second
    static let wrongBookLongest = 30 * second
    /// A book that has been right for this long starts anew when it is wrong.
    static let soundBook = 60 * second
}

/// When an order that the venue does not show is gone.
enum Absences {
    /// The venue has it: lists and questions have been seen to lag behind by 10 to 20 s.
    static let standing = AbsenceRule(
        lists: [.open, .byID, .finished], looks: 3, over: 10 * Waits.second,
        notBefore: 20 * Waits.second)
    /// It was sent and nothing came back: the venue refuses requests that are older than 5 s; twice
    /// that again for its own delays.
    static let neverSeen = AbsenceRule(
        lists: [.open, .finished], looks: 4, over: 3 * Waits.second, notBefore: 15 * Waits.second)
}

/// How much a session keeps, and how often it tries.
enum Bounds {
    /// Messages over a socket per second; the venue publishes no limit.
    static let socketMessagesPerSecond = 10
    /// Failures after which a round waits no longer for the cancel of an order that should not be.
    static let removalAttempts = 3
    /// Executions of orders that we do not know yet; beyond it the oldest is let go, and the
    /// order's own list of executions tells it again.
    static let heldDeals = 1_000
    /// Finished orders kept for messages that come late.
    static let finishedOrders = 1_000
    /// Orders refused for their timestamp or the rate limit are signed anew this often.
    static let placeAttempts = 3
    /// Cancels change nothing when repeated.
    static let cancelAttempts = 8
    /// Wrong checksums in a row before a market is subscribed with whole books only.
    static let checksumFailures = 3
    /// How often a feed that is silent or late is asked for anew before its socket is given up, once.
    static let deadFeedAsks = 3
    /// Then the market's own figures stand for what the account was charged.
    static let fundingAttempts = 15
    /// Answers about the account that are asked for again because a push came between; each takes
    /// a tenth of a second, and pushes come seldom when nothing is traded.
    static let overtakenAnswers = 8
    /// Pages of a list: 10,000 rows.
    static let pages = 100
}
