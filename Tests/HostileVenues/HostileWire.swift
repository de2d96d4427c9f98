package import TradingModel
package import VenueSessions

/// A venue's words for ``HostileVenue``: how its connector asks, and what the venue answers and tells.
///
/// Draws no chance: what comes late, twice or never is drawn by ``Floor``, what fails by the venue.
package protocol HostileWire {
    init()
    /// What is traded, one of each segment, in the order of the segments.
    var symbols: [Symbol] { get }
    /// The segments with a position.
    var positionSegments: Set<Int> { get }
    /// What orders are tried, each as often as it stands here.
    var wishes: [HostileWish] { get }
    /// How often the same order may be sent where the venue says that it did nothing.
    var mostPlacements: Int { get }
    func session(seed: UInt64) -> any VenueSession

    /// The name of a line by the address that the session opens.
    func line(_ url: String) -> String
    /// What a request leads to.
    mutating func answer(
        _ call: HTTPCall, _ venue: inout HostileVenue, at now: Timestamp
    ) -> HostileReply
    /// What the venue answers to a message on a line.
    mutating func hear(
        _ text: String, on line: String, _ venue: inout HostileVenue, at now: Timestamp
    ) -> [HostileMessage]
    /// The message that tells a change, and the line that it goes over; nil: the venue does not tell it.
    func push(_ change: HostileChange) -> (line: String, text: String)?
    /// What tells one try to place an order from another; nil: it is none.
    func placement(in call: HTTPCall) -> String?
    /// The same of a message, which may place several.
    func placements(in text: String) -> [String]
    /// A message as it travels.
    func frame(_ text: String) -> (bytes: [UInt8], isText: Bool)
    /// How the venue spells an order's client id.
    func clientID(_ id: ClientOrderID) -> String
}

extension HostileWire {
    package func placements(in text: String) -> [String] { [] }
    package func clientID(_ id: ClientOrderID) -> String { id.text }
}

/// A kind of order that a simulation tries.
package enum HostileWish: Sendable {
    case limit
    case market
    case immediate
    case postOnly
    /// A stop order; with a price or at the market.
    case stop
    /// One that only reduces the position of the last segment.
    case reducing
}

/// What becomes of a request.
package enum HostileReply {
    case reply(HTTPReply)
    case lost(TransportProblem)
}

/// What a message on a line leads to.
package enum HostileMessage {
    /// A message back, after at most so many milliseconds.
    case back(String, within: Int)
    /// The line is cut.
    case cut
}
