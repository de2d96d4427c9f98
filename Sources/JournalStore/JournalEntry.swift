public import TradingCore
public import TradingModel

/// What a run writes down as it happens.
///
/// Cheap to make: values as the engine has them. Their texts are made by the thread that writes.
public enum JournalEntry: Equatable, Sendable {
    /// The run's strategy starts: behind what it goes on with.
    case started(at: Timestamp)
    /// An order that an earlier run sent and this one goes on with, as it stands; nothing where the file has it.
    case takenUp(EarlierRun.KnownOrder)
    /// An order that is sent now: before any ``transition(_:)`` of it.
    case submitted(SubmittedOrder)
    /// Something happened to an order; of a fill the execution is kept, too.
    case transition(OrderTransition)
    /// The same of a fill that has moved a position, and what it has made of that: one is never there without
    /// the other.
    indirect case filled(OrderTransition, Position)
    /// An execution that no transition tells of: of an order that is not the run's, for example.
    case execution(OrderExecution)
    /// What a change has made of a position.
    case position(InstrumentID, Position, at: Timestamp)
    /// A settlement of funding that was charged, and what it has made of the position.
    indirect case settlement(Settlement, Position)
    case balance(Balance, at: Timestamp)
    /// What the run is worth, from time to time.
    case equity(Money, Currency, at: Timestamp)
    /// An intent that became no order.
    case refusal(RiskRefusal, Intent, at: Timestamp)
    case reconciliation(Reconciliation)
    /// The strategy's `state` as text: replaces what it was.
    case state(StrategyState, at: Timestamp)
    /// A timer that was set; replaces one of its name.
    ///
    /// - period: nanoseconds; nil: it fires once.
    case timer(name: String, due: Timestamp, period: Int64?)
    /// A timer that has fired for the last time, or was cancelled; nil: all of them.
    case timerCleared(name: String?)
    /// What limits of a loss remember: replaces what it was.
    case counters(RiskCounters, at: Timestamp)
    case alert(String, at: Timestamp)
    /// Another version of the strategy took over.
    case version(StrategyVersion)
    /// The run is over.
    case ended(reason: String, at: Timestamp)
}

/// An order as it is sent.
public struct SubmittedOrder: Hashable, Sendable {
    public let id: ClientOrderID
    /// What was approved: price on the tick, quantity on the lot.
    public let request: OrderRequest
    /// The number of the strategy's version that made it.
    public let version: Int
    public let time: Timestamp

    public init(id: ClientOrderID, request: OrderRequest, version: Int, at time: Timestamp) {
        self.id = id
        self.request = request
        self.version = version
        self.time = time
    }
}

/// A step of an order's way.
public struct OrderTransition: Hashable, Sendable {
    public let order: ClientOrderID
    public let instrument: InstrumentID
    public let side: Side
    public let event: OrderEvent
    public let before: OrderStatus
    public let after: OrderStatus
    public let filled: Quantity
    public let venueID: VenueOrderID?
    public let reason: InternedText
    /// Nil: our own deed.
    public let venueTime: Timestamp?
    public let time: Timestamp

    /// As it was written down.
    init(
        _ event: OrderEvent, of order: ClientOrderID, _ instrument: InstrumentID, _ side: Side,
        before: OrderStatus, after: OrderStatus, filled: Quantity, venueID: VenueOrderID?,
        reason: InternedText, venueTime: Timestamp?, at time: Timestamp
    ) {
        self.order = order
        self.instrument = instrument
        self.side = side
        self.event = event
        self.before = before
        self.after = after
        self.filled = filled
        self.venueID = venueID
        self.reason = reason
        self.venueTime = venueTime
        self.time = time
    }

    /// - Parameter reason: why it was refused, ended or lost sight of; empty: none of these.
    public init(
        _ event: OrderEvent, of order: ClientOrderID, _ instrument: InstrumentID, _ side: Side,
        from before: OrderState, to after: OrderState, venueTime: Timestamp?, at time: Timestamp
    ) {
        self.order = order
        self.instrument = instrument
        self.side = side
        self.event = event
        self.before = OrderStatus(before)
        self.after = OrderStatus(after)
        filled = after.filled
        venueID = after.venueID
        reason = after.reason
        self.venueTime = venueTime
        self.time = time
    }
}

/// Where an order is in its life: the word for an ``OrderState``, as scripts see it.
public enum OrderStatus: String, Hashable, Sendable, CaseIterable {
    case pending
    case waiting
    case working
    case amending
    case cancelling
    case unknown
    case filled
    case cancelled
    case rejected
    case expired

    public init(_ state: OrderState) {
        switch state {
        case .pendingNew, .pendingStop: self = .pending
        case .waiting: self = .waiting
        case .working: self = .working
        case .pendingAmend: self = .amending
        case .pendingCancel: self = .cancelling
        case .unknown: self = .unknown
        case .filled: self = .filled
        case .cancelled: self = .cancelled
        case .rejected: self = .rejected
        case .expired: self = .expired
        }
    }
}

/// An execution, with the order that it is of.
public struct OrderExecution: Hashable, Sendable {
    public let order: ClientOrderID
    public let instrument: InstrumentID
    public let side: Side
    public let fill: Fill
    public let venueTime: Timestamp
    public let time: Timestamp

    public init(
        _ fill: Fill, of order: ClientOrderID, _ instrument: InstrumentID, _ side: Side,
        venueTime: Timestamp, at time: Timestamp
    ) {
        self.fill = fill
        self.order = order
        self.instrument = instrument
        self.side = side
        self.venueTime = venueTime
        self.time = time
    }
}

/// What the venue's own lists said otherwise, and what was made of it.
public struct Reconciliation: Hashable, Sendable {
    /// The kind of what a ``JournalEntry/settlement(_:_:)`` is written as.
    static let settlement = "settlement"

    public let kind: String
    /// What the venue said, as JSON.
    public let evidence: String
    /// Nil: it is about the account.
    public let instrument: InstrumentID?
    public let before: String?
    public let after: String?
    public let time: Timestamp

    public init(
        kind: String, evidence: String, instrument: InstrumentID?, before: String?,
        after: String?, at time: Timestamp
    ) {
        self.kind = kind
        self.evidence = evidence
        self.instrument = instrument
        self.before = before
        self.after = after
        self.time = time
    }
}

/// A settlement of funding that was charged.
public struct Settlement: Hashable, Sendable {
    public let instrument: InstrumentID
    /// When it was settled, by the venue's clock.
    public let settled: Timestamp
    public let rate: Rate
    /// What was received; nil: it follows from the position, the rate and the price.
    public let payment: Money?
    public let time: Timestamp

    public init(
        instrument: InstrumentID, settled: Timestamp, rate: Rate, payment: Money?,
        at time: Timestamp
    ) {
        self.instrument = instrument
        self.settled = settled
        self.rate = rate
        self.payment = payment
        self.time = time
    }

    /// What the venue said, as JSON.
    var evidence: String {
        #"{"settled_ns":"\#(settled.nanoseconds)","rate":"\#(rate)""#
            + (payment.map { #","payment":"\#($0)""# } ?? "") + "}"
    }
}

/// A version of a run's strategy.
public struct StrategyVersion: Hashable, Sendable {
    public struct File: Hashable, Sendable {
        public let path: String
        public let text: String
        public init(_ path: String, _ text: String) {
            self.path = path
            self.text = text
        }
    }

    /// Counted from 1 within the run.
    public let number: Int
    public let hash: String
    public let since: Timestamp
    /// As JSON.
    public let parameters: String
    /// As JSON, without secrets.
    public let settings: String
    public let files: [File]

    public init(
        number: Int, hash: String, since: Timestamp, parameters: String, settings: String,
        files: [File]
    ) {
        self.number = number
        self.hash = hash
        self.since = since
        self.parameters = parameters
        self.settings = settings
        self.files = files
    }
}

/// A run that begins: what its journal needs to know of it.
public struct JournalRun: Sendable {
    /// Of its folder.
    public let name: String
    public let mode: TradingMode
    public let venue: String
    /// The path of its script: a run goes on with what the last one of its strategy left.
    public let strategy: String
    /// The number in its orders' client ids; nil: they have none.
    public let session: UInt64?
    public let started: Timestamp
    /// By their ids: what entries mean with an ``InstrumentID``.
    public let instruments: [Instrument]
    /// Those of them that it trades on this account.
    public let traded: [Instrument]
    /// The one that it begins with.
    public let version: StrategyVersion
    /// What its simulated account begins with; nil: the account is a venue's.
    public let account: PaperBeginning?

    public init(
        name: String, mode: TradingMode, venue: String, strategy: String, session: UInt64?,
        started: Timestamp, instruments: [Instrument], traded: [Instrument]? = nil,
        version: StrategyVersion, account: PaperBeginning? = nil
    ) {
        self.traded = traded ?? instruments
        self.name = name
        self.mode = mode
        self.venue = venue
        self.strategy = strategy
        self.session = session
        self.started = started
        self.instruments = instruments
        self.version = version
        self.account = account
    }
}

/// A simulated account at the beginning of a run.
public struct PaperBeginning: Hashable, Sendable {
    /// What it had before the first order of its life.
    public let opening: [Currency: Money]
    /// Of the embedded exchange's market; nil: the market is a venue's.
    public let marketSeed: UInt64?
    /// The run whose account it is; nil: it begins with this one.
    public let earlier: String?

    public init(opening: [Currency: Money], marketSeed: UInt64?, earlier: String?) {
        self.opening = opening
        self.marketSeed = marketSeed
        self.earlier = earlier
    }
}
