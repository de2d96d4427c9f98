public import TradingModel
public import VenueSessions
public import WireText

/// What the headers of a reply tell of the rate limits.
public struct RateNews: Sendable {
    /// Units left in the window of the request's group; nil: not said.
    package var remaining: Int?
    /// The venue asks not to be asked for so long, in nanoseconds; nil: not said.
    package var retryAfter: Int64?
    /// What a person may want to know.
    package var warnings: [String]

    package init(remaining: Int? = nil, retryAfter: Int64? = nil, warnings: [String] = []) {
        self.remaining = remaining
        self.retryAfter = retryAfter
        self.warnings = warnings
    }
}

/// The incoming half of a venue's dialect: its messages become facts and answers.
///
/// Market data go straight to the core's actions, as events; facts of the account to the core. What it
/// says is in ``VenueWords``.
public protocol Dialect: VenueSession {
    var core: AccountCore { get set }
    /// What a reply says.
    ///
    /// - Parameter isStop: whether what it changed is a stop order that waits.
    /// - Throws: ``BadMessage``: as if there were no reply.
    func read(_ reply: HTTPReply, to ask: Ask, isStop: Bool) throws(BadMessage) -> Answer
    func rateNews(in reply: HTTPReply) -> RateNews
    /// A message where it lies.
    mutating func receive(_ frame: Span<UInt8>, isText: Bool, on line: LineID)
}

extension Dialect {
    @inlinable
    public mutating func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        core.begin(at: now, &actions)
        switch input {
        case .frame(let socket, let bytes, let isText):
            if let line = core.line(of: socket) { receive(bytes.span, isText: isText, on: line) }
        case .response(let id, let reply): answered(id, reply)
        default: core.handle(input)
        }
        core.end(&actions)
    }

    @inlinable
    public mutating func handle(
        frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
        into actions: inout [SessionAction]
    ) {
        core.begin(at: now, &actions)
        if let line = core.line(of: socket) { receive(frame, isText: isText, on: line) }
        core.end(&actions)
    }

    @inlinable
    mutating func answered(_ id: RequestID, _ reply: HTTPReply) {
        guard let flight = core.landed(id, reply.status, rateNews(in: reply)) else { return }
        do throws(BadMessage) {
            core.apply(
                try read(reply, to: flight.ask, isStop: core.isAboutStop(flight)), flight)
        } catch {
            core.unreadable(flight, error)
        }
        core.dealt()
    }

    @inlinable
    public func practiceOrder(at now: Timestamp) -> PracticeOrder? { core.practiceOrder(at: now) }
}
