package import TradingModel

/// One WebSocket connection to a simulator, numbered by the shell that accepted it.
package struct ConnectionID: Hashable, Comparable, Sendable {
    package let number: Int
    package init(_ number: Int) { self.number = number }
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// A whole request as it came over the wire.
package struct HTTPRequest: Hashable, Sendable {
    package var method: String
    /// The path with its query, as sent: signatures cover these bytes.
    package var path: String
    /// In the order sent; names compare without case.
    package var headers: [ServedHeader]
    package var body: [UInt8]

    package init(
        method: String, path: String, headers: [ServedHeader] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// The first header of this name.
    package func header(_ name: String) -> String? {
        headers.value(of: name)
    }
}

package struct ServedHeader: Hashable, Sendable {
    package var name: String
    package var value: String
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [ServedHeader] {
    /// Of the first header of this name, in any case of letters.
    fileprivate func value(of name: String) -> String? {
        first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// What the shell sends back, and how.
package struct ServedReply: Hashable, Sendable {
    /// How the reply leaves: faults make it something else than whole and at once.
    package enum Delivery: Hashable, Sendable {
        /// At once, before the outputs that the same request queued.
        case prompt
        /// Not before this many nanoseconds have passed; outputs go out meanwhile.
        case held(nanoseconds: Int64)
        /// Never: the shell closes the TCP connection without a byte.
        case lost
        /// Never, and the connection stays open and silent.
        case silent
    }

    package var status: Int
    package var headers: [ServedHeader]
    package var body: [UInt8]
    package var delivery: Delivery

    package init(
        status: Int, headers: [ServedHeader] = [], body: [UInt8], delivery: Delivery = .prompt
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.delivery = delivery
    }

    package func header(_ name: String) -> String? {
        headers.value(of: name)
    }
}

/// What a simulator wants its shell to do with a WebSocket connection, in order.
package enum SimulatorOutput: Hashable, Sendable {
    /// Sends one whole frame: text, or binary.
    case send(ConnectionID, [UInt8], isText: Bool)
    /// A control frame that the client has to answer.
    case ping(ConnectionID)
    /// Closes with a close frame.
    case close(ConnectionID)
    /// Closes with the code for somebody who breaks the rules, 1008.
    case expel(ConnectionID)
    /// One message in several frames, the later ones continuations.
    case sendFragments(ConnectionID, [[UInt8]], isText: Bool)
    /// Sends the first half of the frame's bytes, then cuts the TCP connection.
    case sendTorn(ConnectionID, [UInt8], isText: Bool)
    /// Cuts the TCP connection without a close frame.
    case cut(ConnectionID)
    /// Stops reading from the socket for this long, as a busy server does.
    case pauseReading(ConnectionID, nanoseconds: Int64)

    package var connection: ConnectionID {
        switch self {
        case .send(let id, _, _), .ping(let id), .close(let id), .expel(let id),
            .sendFragments(let id, _, _),
            .sendTorn(let id, _, _), .cut(let id), .pauseReading(let id, _):
            id
        }
    }
}

/// A venue's server without its sockets: requests and frames in, replies and frames out.
///
/// It has no clock and no randomness but its seed: the same calls give the same bytes. The shell
/// calls ``advance(to:)`` with its clock before each of the others and whenever ``nextDue`` comes,
/// sends the reply of ``handle(_:at:)``, and then drains ``drainOutputs()``.
package protocol VenueSimulator: AnyObject {
    func handle(_ request: HTTPRequest, at time: Timestamp) -> ServedReply
    /// A WebSocket handshake on this path; false: there is no such path, answer 404.
    func connect(_ connection: ConnectionID, path: String) -> Bool
    /// WebSocket subprotocols that are spoken where a client offers them; most venues have none.
    var subprotocols: [String] { get }
    /// A whole text message.
    func receive(_ connection: ConnectionID, _ text: String, at time: Timestamp)
    /// The client answered a ping, or sent a pong by itself.
    func receivePong(_ connection: ConnectionID, at time: Timestamp)
    /// The connection is gone, whoever ended it.
    func disconnect(_ connection: ConnectionID)
    func advance(to time: Timestamp)
    /// When ``advance(to:)`` has something to do next.
    var nextDue: Timestamp { get }
    /// What has been queued since the last call, in order.
    func drainOutputs() -> [SimulatorOutput]
    /// What has been traded here so far.
    var tally: VenueTally { get }
    /// What its first account has at this instant; nil: it has none.
    var standing: AccountStanding? { get }
    /// The venue's own words for "a request timed out inside": its outcome is not known.
    var unknownOutcomeReply: ServedReply { get }
    /// The venue's own words for "too many requests".
    var tooManyRequestsReply: ServedReply { get }
}

extension VenueSimulator {
    package var subprotocols: [String] { [] }
    package var standing: AccountStanding? { nil }
    package func receivePong(_ connection: ConnectionID, at time: Timestamp) {}
}

/// What has been traded at a simulator, by all its accounts.
package struct VenueTally: Hashable, Sendable {
    /// Orders that were taken, stop orders among them.
    package var orders: Int
    package var fills: Int

    package init(orders: Int, fills: Int) {
        self.orders = orders
        self.fills = fills
    }
}
