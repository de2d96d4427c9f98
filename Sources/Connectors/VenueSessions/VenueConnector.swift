public import TradingModel

/// An account's key at a venue: written down nowhere, shown to nobody.
public struct VenueKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    public let id: String
    public let secret: String

    public init(id: String, secret: String) {
        self.id = id
        self.secret = secret
    }

    public var description: String { "•••" }
    public var debugDescription: String { "•••" }
}

/// How a run's orders are told from all others, by their client order ids.
public struct RunOrders: Hashable, Sendable {
    /// How they begin, where they are text.
    public var idPrefix: String
    /// Those that were reserved for the run, at a venue whose ids are numbers; else none.
    public var numbers: [Range<Int64>]
    /// Those of earlier runs that it goes on with, as they are on the wire.
    public var takenUp: Set<String> = []

    /// Whether every order is meant, whoever sent it.
    private var isEverything = false

    public init(idPrefix: String, numbers: [Range<Int64>]) {
        self.idPrefix = idPrefix
        self.numbers = numbers
    }

    /// The orders of everybody.
    public static var all: RunOrders {
        var orders = RunOrders(idPrefix: "", numbers: [])
        orders.isEverything = true
        return orders
    }

    /// Whether an order is one of them, by the id that whoever sent it gave it.
    public func include(_ clientID: String?) -> Bool {
        guard !isEverything else { return true }
        guard let clientID else { return false }
        if clientID.hasPrefix(idPrefix) || takenUp.contains(clientID) { return true }
        return Int64(clientID).map { number in numbers.contains { $0.contains(number) } } ?? false
    }
}

/// What a session of a venue begins with.
public struct VenuePlan: Sendable {
    public var symbols: [Symbol]
    /// Nil: public data only.
    public var key: VenueKey?
    /// Of the perpetuals; nil: as the account has it.
    public var leverage: Int?
    public var isIsolated: Bool?
    /// What was reserved for the ids of the run's orders, at a venue whose ids are numbers; else nil.
    public var clientNumbers: Range<Int64>?
    /// The orders of earlier runs that may still be open, and are the run's own again.
    public var restoredOrders: [RestoredOrder]
    /// Up to when the settlements of funding are known, by the venue's clock, which earlier runs went through.
    ///
    /// What an account's list has behind that is new; nothing is asked of symbols that are not named.
    public var settledUntil: [Symbol: Timestamp]
    /// Whether open orders of others in the traded instruments become the run's own when it connects first.
    public var adoptsOrders = false
    /// Where its sockets are.
    public var socketBase: String
    /// All chance of the session.
    public var seed: UInt64

    /// An account's list has the rows of one settlement within this, in nanoseconds; the next one is two
    /// hours later at least.
    public static var settlementSpread: Int64 { 1_800_000_000_000 }

    /// A session does not know what another one on the account asked just before it began, and the venue counts both:
    /// so long it waits, in nanoseconds.
    public static var requestRest: Int64 { SlidingWindow.length }

    public init(
        symbols: [Symbol], key: VenueKey?, leverage: Int? = nil, isIsolated: Bool? = nil,
        clientNumbers: Range<Int64>? = nil, restoredOrders: [RestoredOrder] = [],
        settledUntil: [Symbol: Timestamp] = [:], socketBase: String, seed: UInt64
    ) {
        self.symbols = symbols
        self.key = key
        self.leverage = leverage
        self.isIsolated = isIsolated
        self.clientNumbers = clientNumbers
        self.restoredOrders = restoredOrders
        self.settledUntil = settledUntil
        self.socketBase = socketBase
        self.seed = seed
    }
}

/// What is wanted cannot be had at the venue: said before anything is connected.
public struct InvalidVenuePlan: Error, Hashable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// What can be done at a venue through its connector.
public struct VenueAbilities: Hashable, Sendable {
    /// As scripts subscribe to them.
    public var feeds: [String]
    /// Order types, times in force and flags.
    public var orders: [String]
    /// Whether orders with real money can be sent.
    public var isLive: Bool
    /// Levels a side of the books that are subscribed; nil: all that there are.
    public var depthLevels: Int?

    public init(feeds: [String], orders: [String], isLive: Bool, depthLevels: Int?) {
        self.feeds = feeds
        self.orders = orders
        self.isLive = isLive
        self.depthLevels = depthLevels
    }
}

/// How long a run waits for what a venue's session needs its time for, in nanoseconds.
public struct VenuePatience: Hashable, Sendable {
    /// The venue's word about a position and the fills that it counts overtake one another: within
    /// this both are reported anew, whatever was lost on the way.
    public var position: Int64
    /// The same where the venue says that it changed the position by itself.
    public var forcedPosition: Int64
    /// Cancels are answered, and orders whose status was unknown are known.
    public var windDown: Int64

    public init(position: Int64, forcedPosition: Int64 = 5_000_000_000, windDown: Int64) {
        self.position = position
        self.forcedPosition = forcedPosition
        self.windDown = windDown
    }

    /// Of a venue whose positions are asked for every half a minute and whose doubts end within twenty
    /// seconds.
    public static let usual = VenuePatience(
        position: 60_000_000_000, windDown: 30_000_000_000)
}

/// A venue that can be connected to: the one value that its target exports.
public struct VenueConnector: Sendable {
    /// As symbols begin with it.
    public let name: String
    public let title: String
    /// What it trades, for people.
    public let markets: String
    /// Where its requests go, and where its sockets are.
    public let requestBase: String
    public let socketBase: String
    /// What follows a simulator's address in that of its sockets.
    public let socketPath: String
    /// What the fees of its spot markets are taken out of, for backtests.
    public let spotFee: SpotFee
    /// A market that it surely has, to try it with.
    public let example: String
    public let clientIDs: ClientIDUse
    public let abilities: VenueAbilities
    public let patience: VenuePatience
    public let card: ConformanceCard
    /// Asks it how it is, and with a key whether that works.
    public let makeProbe: @Sendable (VenueKey?) -> any VenueProbe
    /// What cancels the orders of a run.
    public let makeCleaner: @Sendable ([Symbol], VenueKey, RunOrders) -> any VenueSession
    /// What looks through an account's open orders; cancels, where it is told to, those whose client
    /// order id is meant.
    public let makeSweep:
        @Sendable (
            VenueKey, _ cancels: Bool, OpenOrderSightings, @escaping @Sendable (String?) -> Bool
        ) -> any VenueSession
    public let makeSession: @Sendable (VenuePlan) throws(InvalidVenuePlan) -> any VenueSession

    public init(
        name: String, title: String, markets: String, requestBase: String, socketBase: String,
        socketPath: String, spotFee: SpotFee, example: String, clientIDs: ClientIDUse,
        abilities: VenueAbilities, patience: VenuePatience, card: ConformanceCard,
        makeProbe: @escaping @Sendable (VenueKey?) -> any VenueProbe,
        makeCleaner: @escaping @Sendable ([Symbol], VenueKey, RunOrders) -> any VenueSession,
        makeSweep:
            @escaping @Sendable (
                VenueKey, Bool, OpenOrderSightings, @escaping @Sendable (String?) -> Bool
            ) -> any VenueSession,
        makeSession:
            @escaping @Sendable (VenuePlan) throws(InvalidVenuePlan) -> any VenueSession
    ) {
        self.name = name
        self.title = title
        self.markets = markets
        self.requestBase = requestBase
        self.socketBase = socketBase
        self.socketPath = socketPath
        self.spotFee = spotFee
        self.example = example
        self.clientIDs = clientIDs
        self.abilities = abilities
        self.patience = patience
        self.card = card
        self.makeProbe = makeProbe
        self.makeCleaner = makeCleaner
        self.makeSweep = makeSweep
        self.makeSession = makeSession
    }
}
