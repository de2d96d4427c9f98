public import TradingCore
public import TradingModel

/// A group of a venue's endpoints that share one limit on the rate of requests.
public struct EndpointGroup: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let name: String
    public init(_ name: String) { self.name = name }
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
    /// Whether it may change an order: the transport never repeats such a request by itself.
    public var isOrder: Bool
    public init(
        method: String, path: String, headers: [HTTPHeader] = [], body: String = "",
        group: EndpointGroup, isOrder: Bool = false
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.group = group
        self.isOrder = isOrder
    }
}

/// Something that a person must know, and mostly do something about.
public struct VenueProblem: Hashable, Sendable, CustomStringConvertible {
    public var whatHappened: String
    public var whatToDo: String
    /// Whether waiting will not help: trading cannot begin, or go on, before somebody acts.
    public var isPermanent: Bool
    public init(_ whatHappened: String, whatToDo: String, isPermanent: Bool) {
        self.whatHappened = whatHappened
        self.whatToDo = whatToDo
        self.isPermanent = isPermanent
    }
    public var description: String { "\(whatHappened): \(whatToDo)" }
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
    public var receiveTime: Timestamp
    public init(
        instrument: InstrumentID, net: SignedQuantity, averagePrice: Price? = nil,
        liquidationPrice: Price? = nil, leverage: String? = nil, isForced: Bool = false,
        receiveTime: Timestamp
    ) {
        self.instrument = instrument
        self.net = net
        self.averagePrice = averagePrice
        self.liquidationPrice = liquidationPrice
        self.leverage = leverage
        self.isForced = isForced
        self.receiveTime = receiveTime
    }
}

/// What a session wants done, in order.
public enum SessionAction: Sendable {
    case open(SocketID, url: String)
    /// A text message.
    case send(SocketID, String)
    /// Drops the connection; nothing more is heard of it.
    case close(SocketID)
    case request(RequestID, HTTPCall)
    /// A ``SessionInput/timer`` at this time or later; it replaces the one asked for before.
    case wake(at: Timestamp)
    case emit(EngineInput)
    /// All instruments that were asked for, with the venue's rules; said once, before any event.
    case instruments([Instrument])
    /// What the venue says is held: after every reconciliation and at every change.
    case position(VenuePosition)
    case log(LogLevel, String)
    case problem(VenueProblem)
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
}
