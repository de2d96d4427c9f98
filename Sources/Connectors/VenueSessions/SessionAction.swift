public import TradingCore
public import TradingModel

/// A group of a venue's endpoints that share one limit on the rate of requests.
public struct EndpointGroup: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let name: String
    public init(_ name: String) { self.name = name }
    public static func < (left: Self, right: Self) -> Bool { left.name < right.name }
    public var description: String { name }
}

/// One of the hosts that a venue's requests go to, by the name that its connector gives it; where it
/// is, the settings of the network say.
public struct RequestHost: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let name: String
    public init(_ name: String) { self.name = name }
    /// The one that most venues have alone.
    public static var main: Self { Self("main") }
    public static func < (left: Self, right: Self) -> Bool { left.name < right.name }
    public var description: String { name }
}

/// A request as it goes on the wire: what was signed is sent, byte for byte.
public struct HTTPCall: Hashable, Sendable {
    public var method: String
    /// With the query, from the root of the host: `/v2/spot/market?market=BTCUSDT`.
    public var path: String
    public var headers: [HTTPHeader]
    /// Empty: none.
    public var body: String
    public var group: EndpointGroup
    public var host: RequestHost
    /// Whether it may change an order: such requests go before all others that wait.
    public var isOrder: Bool
    /// Within how many nanoseconds from being asked for it must leave; nil: as long as its reply is
    /// waited for.
    ///
    /// Past it the venue would refuse it for its age, or act on what nobody waits for.
    public var sendWithin: Int64?
    public init(
        method: String, path: String, headers: [HTTPHeader] = [], body: String = "",
        group: EndpointGroup, host: RequestHost = .main, isOrder: Bool = false,
        sendWithin: Int64? = nil
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.group = group
        self.host = host
        self.isOrder = isOrder
        self.sendWithin = sendWithin
    }
}

/// What the venue says is held in an instrument, to be held against our own books.
public struct VenuePosition: Hashable, Sendable {
    public var instrument: InstrumentID
    public var net: SignedQuantity
    /// Nil when flat.
    public var averagePrice: Price?
    public var liquidationPrice: Price?
    public var leverage: String?
    /// Whether the venue changed it by itself: liquidation, deleveraging, settlement.
    public var isForced: Bool
    /// When it became so, by the venue's clock: executions after that are not in it; nil: not told.
    public var venueTime: Timestamp?
    public var receiveTime: Timestamp
    public init(
        instrument: InstrumentID, net: SignedQuantity, averagePrice: Price? = nil,
        liquidationPrice: Price? = nil, leverage: String? = nil, isForced: Bool = false,
        venueTime: Timestamp? = nil, receiveTime: Timestamp
    ) {
        self.instrument = instrument
        self.net = net
        self.averagePrice = averagePrice
        self.liquidationPrice = liquidationPrice
        self.leverage = leverage
        self.isForced = isForced
        self.venueTime = venueTime
        self.receiveTime = receiveTime
    }
}

/// An open order, or a stop order that waits, in a traded instrument, which this run did not send.
public struct ForeignOrder: Hashable, Sendable {
    public var instrument: InstrumentID
    public var side: Side
    public var quantity: Quantity
    /// What is not filled yet.
    public var remaining: Quantity
    /// Nil: a market order.
    public var price: Price?
    /// The price at which it wakes; nil: it is no stop order, or has woken.
    public var stop: Price?
    public var venueID: VenueOrderID
    /// The id that whoever sent it gave it.
    public var clientID: ClientOrderID?
    public init(
        instrument: InstrumentID, side: Side, quantity: Quantity, remaining: Quantity,
        price: Price? = nil, stop: Price? = nil, venueID: VenueOrderID,
        clientID: ClientOrderID? = nil
    ) {
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.remaining = remaining
        self.price = price
        self.stop = stop
        self.venueID = venueID
        self.clientID = clientID
    }
}

/// What is wanted of a socket beside its address.
public struct SocketTerms: Hashable, Sendable {
    /// The subprotocols that are offered, the one liked best first: the server must choose one of them.
    ///
    /// Empty: none is offered, and the server may choose none.
    public var subprotocols: [String]
    /// Whether the server's pings are reported, by ``SessionInput/pinged(_:)``.
    public var tellsPings: Bool
    public init(subprotocols: [String] = [], tellsPings: Bool = false) {
        self.subprotocols = subprotocols
        self.tellsPings = tellsPings
    }
}

/// What a session wants done, in order.
public enum SessionAction: Sendable {
    case open(SocketID, url: String, SocketTerms = SocketTerms())
    /// A text message.
    case send(SocketID, String)
    /// Drops the connection; nothing more is heard of it.
    case close(SocketID)
    case request(RequestID, HTTPCall)
    /// A ``SessionInput/timer`` at this time or later; it replaces the one asked for before.
    case wake(at: Timestamp)
    case emit(EngineInput)
    /// All changes of one message about a book, in order; the last one ends the message.
    case book([BookChange])
    /// All instruments that were asked for, with the venue's rules; said once, before any event.
    case instruments([Instrument])
    /// What the venue says is held: in every reconciliation and at every change.
    case position(VenuePosition)
    /// An open order that is not of this run; told once in every reconciliation.
    case foreignOrder(ForeignOrder)
    /// An order of somebody else that is the run's own from now on, as it stands: see
    /// ``VenuePlan/adoptsOrders``.
    indirect case adopted(EarlierRun.KnownOrder)
    /// What a list of the venue showed to be otherwise than was known.
    indirect case difference(AccountDifference)
    /// All that was asked since the connection or the latest ``SessionInput/reconcile`` has been
    /// answered, and everything that it led to was reported before this.
    ///
    /// Comes before the status of a connection, first or again.
    case reconciled
    case log(LogLevel, String)
    case problem(VenueProblem)
    /// What was wrong is so still, and this is when it is tried again: told with every attempt
    /// that fails, while a ``problem(_:)`` is said once.
    case retrying(at: Timestamp)
    /// The numbers for orders will soon be used up: ``SessionInput/clientNumbers(_:)`` brings more. Said
    /// again when half of those that were left are used.
    case wantsClientNumbers
}

/// A venue's side of trading as a state machine without I/O: inputs in, actions out.
///
/// Time comes with each input and never runs backwards; randomness comes from a seed. The same
/// inputs give the same actions.
public protocol VenueSession {
    mutating func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction])
    /// The same for a message, read where it lies.
    mutating func handle(
        frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
        into actions: inout [SessionAction])
    /// An order as the venue would take it, signed, which is never sent.
    ///
    /// Made ready now and then and dropped, so that a real one finds its way in the processor's
    /// caches. Nil: orders cannot be sent now.
    func practiceOrder(at now: Timestamp) -> PracticeOrder?
}

extension VenueSession {
    public func practiceOrder(at now: Timestamp) -> PracticeOrder? { nil }
}

/// An order that is made ready and dropped, by the way on which a real one would leave.
public enum PracticeOrder: Sendable {
    case request(HTTPCall)
    case message(SocketID, String)
}
