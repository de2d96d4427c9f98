internal import TradingModel
public import VenueSessions

/// A socket of a session; several segments may share one.
public struct LineID: Hashable, Sendable {
    @usableFromInline let number: Int
    @usableFromInline init(_ number: Int) { self.number = number }
}

/// A socket and what has been agreed over it.
struct Line {
    enum Stage: Hashable {
        /// Not open; the next attempt is on the agenda.
        case down
        case opening
        case signing
        /// Waiting for the private channels' acknowledgements.
        case subscribing
        /// Asking for all that pushes may have missed.
        case reconciling
        /// Waiting for the public channels' acknowledgements.
        case joining
        case live
    }

    enum Request: Hashable, CustomStringConvertible {
        /// Nothing was asked: the venue says by itself that it listens.
        case greeting
        case ping
        case sign
        case privateChannel(String)
        case publicChannel(String)
        case leaving(String)
        /// What the account asks over the line.
        case ask(Flight)

        var description: String {
            switch self {
            case .greeting: "greeting"
            case .ping: "ping"
            case .sign: "sign"
            case .privateChannel(let name): "privateChannel(\"\(name)\")"
            case .publicChannel(let name): "publicChannel(\"\(name)\")"
            case .leaving(let name): "leaving(\"\(name)\")"
            case .ask: "a question or an order"
            }
        }
    }

    /// As messages name it.
    let name: String
    let segments: [Segment]
    var tellsAccount = true
    var hasFeeds = true
    /// Its messages share one limit.
    let group: EndpointGroup
    var stage = Stage.down
    var socket: SocketID?
    var backoff: Backoff
    var nextID: Int64 = 1
    /// What was asked and not yet answered.
    var requests: [Int64: Request] = [:]
    /// Messages that wait for the limit on messages.
    var queue: [String] = []
    /// The markets subscribed by channel.
    var subscribed: [FeedChannel: [InstrumentID]] = [:]
    var lastReceipt = Timestamp.distantPast
    /// Why the socket was lost last; empty while it never was.
    var reason = ""

    var isSignedIn: Bool {
        switch stage {
        case .down, .opening, .signing: false
        case .subscribing, .reconciling, .joining, .live: true
        }
    }
}

extension EndpointGroup {
    /// All messages of a line share one limit, those of the account too.
    package static func line(of segments: [Segment]) -> EndpointGroup {
        EndpointGroup("\(segments.map(\.rawValue).joined(separator: " and ")) socket")
    }
}

/// What a message that has no number can be the answer to, where it says which.
package enum LineStep: Hashable, Sendable {
    case greeting
    case signature
    case ping

    var request: Line.Request {
        switch self {
        case .greeting: .greeting
        case .signature: .sign
        case .ping: .ping
        }
    }
}

/// The lines of the segments in use, changed where they lie.
@usableFromInline
struct Lines {
    private var all: [Line]
    /// The sockets of all and what they are for, read at every frame.
    @usableFromInline var sockets: [SocketID?]
    @usableFromInline let firsts: [Segment]
    private let spot: LineID?
    private let futures: LineID?

    init(of segments: [Segment], _ plan: VenueTraits.Lines, _ pace: Pace, seed: UInt64) {
        let groups: [[Segment]] =
            switch plan {
            case .perSegment: segments.map { [$0] }
            case .shared: segments.isEmpty ? [] : [segments]
            case .split: segments.flatMap { [[$0], [$0]] }
            }
        all = groups.enumerated().map { index, segments in
            let part = plan == .split ? [" account", " market data"][index % 2] : ""
            let name = segments.map(\.rawValue).joined(separator: " and ") + part
            var line = Line(
                name: name, segments: segments, group: EndpointGroup("\(name) socket"),
                backoff: Backoff(
                    first: pace.reconnectFirst, longest: pace.reconnectLongest,
                    seed: seed &+ UInt64(index) &+ 1))
            if plan == .split {
                (line.tellsAccount, line.hasFeeds) = (index % 2 == 0, index % 2 == 1)
            }
            return line
        }
        sockets = all.map { _ in nil }
        firsts = groups.map { $0[0] }
        func line(of segment: Segment) -> LineID? {
            groups.firstIndex { $0.contains(segment) }.map { LineID($0) }
        }
        spot = line(of: .spot)
        futures = line(of: .futures)
    }

    var ids: [LineID] { all.indices.map { LineID($0) } }

    subscript(line: LineID) -> Line {
        _read { yield all[line.number] }
        _modify {
            yield &all[line.number]
            sockets[line.number] = all[line.number].socket
        }
    }

    /// The line that a segment in use speaks over.
    func id(of segment: Segment) -> LineID {
        let line =
            switch segment {
            case .spot: spot
            case .futures: futures
            }
        guard let line else { preconditionFailure("\(segment) is not in use") }
        return line
    }

    subscript(of segment: Segment) -> Line {
        _read { yield all[id(of: segment).number] }
    }

    /// The line that a segment's market data come over.
    func feeds(of segment: Segment) -> LineID {
        let line = id(of: segment)
        return self[line].hasFeeds ? line : LineID(line.number + 1)
    }

    /// Whether an ask that was sent then or later is under way over any of them.
    func isAsking(_ ask: Ask, since time: Timestamp = .distantPast) -> Bool {
        all.contains { line in
            line.requests.values.contains { request in
                if case .ask(let flight) = request {
                    flight.ask == ask && flight.sentAt >= time
                } else {
                    false
                }
            }
        }
    }

    /// The line that speaks over this socket; nil: it is an old one.
    @inlinable
    func id(of socket: SocketID) -> LineID? {
        for number in sockets.indices where sockets[number] == socket { return LineID(number) }
        return nil
    }
}

extension AccountCore {
    /// The line that speaks over this socket; nil: it is an old one, whose last words count no more.
    @inlinable
    public func line(of socket: SocketID) -> LineID? { lines.id(of: socket) }

    /// What speaks over a line; the first of them where several do.
    @inlinable
    public func segment(of line: LineID) -> Segment { lines.firsts[line.number] }
}
