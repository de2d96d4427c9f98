public import TradingCore
public import TradingModel

/// One connection of a socket: every attempt to open one gets a number of its own, so that what an
/// old connection still says is never taken for the new one's.
public struct SocketID: Hashable, Sendable, CustomStringConvertible {
    public let number: Int
    public init(_ number: Int) { self.number = number }
    public var description: String { "socket \(number)" }
}

/// One HTTP request; a request that is repeated is another one.
public struct RequestID: Hashable, Sendable, CustomStringConvertible {
    public let number: Int
    public init(_ number: Int) { self.number = number }
    public var description: String { "request \(number)" }
}

/// A header of a request or a reply.
public struct HTTPHeader: Hashable, Sendable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What came back for a request, whatever its status.
public struct HTTPReply: Hashable, Sendable {
    public var status: Int
    public var headers: [HTTPHeader]
    public var body: [UInt8]
    public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of this name, in any case of letters.
    public func header(_ name: String) -> String? {
        headers.first {
            $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name.lowercased()
        }?.value
    }
}

/// Why a request got no reply, or a socket did not open or was cut.
public struct TransportProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case dns
        case refused
        case tls
        case timeout
        case reset
        case proxy
        /// It waited too long for a connection that was free.
        case unsent
        case other
    }

    public var kind: Kind
    /// What the network said, for the log.
    public var text: String
    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// Whether the request cannot have reached the venue: no connection ever stood, or it did
    /// not get its turn.
    public var happenedBeforeSending: Bool {
        switch kind {
        case .dns, .refused, .tls, .proxy, .unsent: true
        case .timeout, .reset, .other: false
        }
    }

    public var description: String {
        // What to do about it is said by whoever knows what was tried.
        let meaning =
            switch kind {
            case .dns: "the host's name has no address"
            case .refused: "the host refuses connections"
            case .tls: "no secure connection, with this certificate and clock"
            case .timeout: "no answer in time"
            case .reset: "the connection was cut"
            case .proxy: "the proxy of HTTPS_PROXY refuses"
            case .unsent: "it was too old to be sent"
            case .other: "the network failed"
            }
        if text.isEmpty { return meaning }
        // It may say the same, with the host's name.
        return text.hasSuffix("has no address") ? text : "\(meaning) (\(text))"
    }
}

/// What a session hears; the time is reported beside it.
public enum SessionInput: Sendable {
    case opened(SocketID)
    /// Closed by the other side, by the network or never opened; said once for each socket that the
    /// session asked to open and did not close itself.
    case closed(SocketID, reason: TransportProblem)
    /// A whole message, fragments put together.
    case frame(SocketID, [UInt8], isText: Bool)
    /// The server's ping, which was answered: the line lives.
    ///
    /// Told where the socket was opened with ``SocketTerms/tellsPings``.
    case pinged(SocketID)
    case response(RequestID, HTTPReply)
    case failed(RequestID, TransportProblem)
    /// Time has passed: asked for by ``SessionAction/wake(at:)``. The first one begins the session.
    case timer
    /// What the engine wants done; those that are not about orders are ignored.
    case command(Command)
    /// Which feeds are wanted from now on, of all instruments: those not named are given up.
    case subscribe([InstrumentID: FeedSet])
    /// Ask the venue anew for everything: open orders, stops, executions, balances, positions.
    ///
    /// As after a connection was lost, with feeds and orders going on;
    /// ``SessionAction/reconciled`` says when all of it was reported.
    case reconcile
    /// More numbers for orders, where a venue's client order ids are numbers: reserved, and used when
    /// those before are used up.
    case clientNumbers(Range<Int64>)
}
