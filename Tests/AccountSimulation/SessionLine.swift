package import TradingModel
package import VenueSessions
package import VenueSimulators

/// Hears what a session on a line wants done beside its requests and sockets.
package protocol LineListener: AnyObject {
    func hear(_ action: SessionAction)
    /// The session has handled one input.
    func handledInput(_ session: any VenueSession)
    /// All that was known so far is handled.
    func cameToRest()
}

/// A session and a simulated venue with a network between them, in virtual time.
///
/// Both are as in a real run, but for sockets and clock; all chance comes from one seed.
package final class SessionLine {
    private enum Delivery {
        case request(RequestID, HTTPCall)
        case outcome(SessionInput)
        case connect(SocketID, path: String)
        case toVenue(ConnectionID, String)
        case pong(ConnectionID)
        case hangUp(ConnectionID)
        case toClient(ConnectionID, SessionInput)
    }

    /// What is wrong with the network.
    package enum Trouble {
        case none
        /// Nothing that the session sends arrives.
        case deaf
        /// Nothing that the venue says arrives.
        case mute
        /// No connection can be made.
        case down
    }

    /// As the transport waits for an answer.
    private static let requestTimeout: Int64 = 10_000_000_000

    package let simulator: FaultySimulator
    package weak var listener: (any LineListener)?
    /// Hears what the session hears and does.
    package var trace: ((Timestamp, String) -> Void)?
    package private(set) var now: Timestamp
    package var trouble = Trouble.none
    /// How far the venue's clock is ahead of the session's, in nanoseconds; it never goes back.
    package var venueAhead: Int64 = 0
    /// Requests and messages that were sent, and the requests among them that may change an order.
    package private(set) var sentCount = 0
    package private(set) var orderRequestCount = 0
    private var session: any VenueSession
    private var wire: Wire<Delivery>
    private var wakeAt = Timestamp.distantFuture
    private var waiting: [SessionInput] = []
    package private(set) var isHandling = false
    /// Whether nothing that the session wants is done any more.
    private var isDead = false
    /// Open or opening connections of the session; one that it closed is heard no more.
    private var sockets: [SocketID: ConnectionID] = [:]
    private var connectionCount = 0

    package init(
        _ session: any VenueSession, to simulator: FaultySimulator, seed: UInt64, start: Timestamp
    ) {
        self.session = session
        self.simulator = simulator
        now = start
        wire = Wire(seed: seed)
    }

    /// Puts another session in the place of one that died.
    package func replace(with session: any VenueSession) {
        for connection in sockets.values { simulator.disconnect(connection) }
        self.session = session
        isDead = false
        sockets = [:]
        // What is under way to the dead one is heard by nobody.
        wire.removeAll()
        wakeAt = .distantFuture
    }

    /// Lets all arrive that a session sent before it died; nobody hears the answers.
    package func deliverSent() {
        for delivery in wire.removeAll() {
            switch delivery {
            case .request(_, let call): _ = served(call)
            case .toVenue(let connection, let text):
                simulator.receive(connection, text, at: venueNow)
            case .outcome, .connect, .pong, .hangUp, .toClient: break
            }
        }
        _ = simulator.drainOutputs()
        waiting.removeAll()
        isDead = true
    }

    /// Sets this machine's clock, while nothing is under way; the venue's goes on.
    package func setClock(ahead nanoseconds: Int64) {
        precondition(isDead, "a run's clock is one that nobody sets")
        now = now.advanced(byNanoseconds: nanoseconds)
        venueAhead -= nanoseconds
    }

    /// Cuts all connections.
    package func cut() {
        for (socket, connection) in sockets.sorted(by: { $0.value < $1.value }) {
            simulator.disconnect(connection)
            sockets[socket] = nil
            handle(.closed(socket, reason: TransportProblem(.reset, "cut")))
        }
    }

    // MARK: - Time

    package var venueNow: Timestamp { now.advanced(byNanoseconds: venueAhead) }

    /// When something happens next.
    package var nextDue: Timestamp {
        let venue = simulator.nextDue
        let venueDue =
            venue == .distantFuture ? venue : venue.advanced(byNanoseconds: -venueAhead)
        return min(wire.nextDue, venueDue, wakeAt)
    }

    /// Lets time go on to when something happens, and that happen.
    package func step(to due: Timestamp) {
        now = max(now, due)
        simulator.advance(to: venueNow)
        collect()
        while let delivery = wire.popDue(at: now) { deliver(delivery) }
        if wakeAt <= now {
            wakeAt = .distantFuture
            handle(.timer)
        }
    }

    /// Time passes without anything happening.
    package func idle(to end: Timestamp) { now = max(now, end) }

    // MARK: - The session

    package func handle(_ input: SessionInput) {
        waiting.append(input)
        if let trace { trace(now, "  heard \(input.traced)") }
        guard !isHandling else { return }
        isHandling = true
        var next = 0
        while next < waiting.count {
            var actions: [SessionAction] = []
            session.handle(waiting[next], at: now, into: &actions)
            next += 1
            for action in actions where !isDead { perform(action) }
            listener?.handledInput(session)
        }
        waiting.removeAll(keepingCapacity: true)
        isHandling = false
        listener?.cameToRest()
    }

    private func perform(_ action: SessionAction) {
        if let trace { trace(now, "\(action)") }
        switch action {
        case .open(let socket, let url, _):
            let path = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(3)
            wire.send(.connect(socket, path: "/" + path.joined(separator: "/")), at: now)
            connectionCount += 1
            sockets[socket] = ConnectionID(connectionCount)
        case .send(let socket, let text):
            guard let connection = sockets[socket] else { return }
            sentCount += 1
            wire.send(.toVenue(connection, text), in: "to \(connection.number)", at: now)
        case .close(let socket):
            guard let connection = sockets.removeValue(forKey: socket) else { return }
            wire.send(.hangUp(connection), in: "to \(connection.number)", at: now)
        case .request(let id, let call):
            sentCount += 1
            if call.isOrder { orderRequestCount += 1 }
            wire.send(.request(id, call), at: now)
        case .wake(let time): wakeAt = time
        default: listener?.hear(action)
        }
    }

    // MARK: - The network

    private func deliver(_ delivery: Delivery) {
        switch delivery {
        case .request(let id, let call): ask(id, call)
        case .outcome(let input): handle(input)
        case .connect(let socket, let path):
            guard let connection = sockets[socket] else { return }
            if trouble != .down, simulator.connect(connection, path: path) {
                reply(.opened(socket), on: connection)
            } else {
                reply(.closed(socket, reason: TransportProblem(.refused, path)), on: connection)
            }
        case .toVenue(let connection, let text):
            if trouble == .deaf { return }
            simulator.receive(connection, text, at: venueNow)
        case .pong(let connection):
            if trouble == .deaf { return }
            simulator.receivePong(connection, at: venueNow)
        case .hangUp(let connection): simulator.disconnect(connection)
        case .toClient(let connection, let input):
            guard let socket = sockets.first(where: { $0.value == connection })?.key else { return }
            if case .closed = input { sockets[socket] = nil }
            if case .pinged = input {
                wire.send(.pong(connection), in: "to \(connection.number)", at: now)
            }
            handle(input)
        }
        collect()
    }

    private func reply(_ input: SessionInput, on connection: ConnectionID) {
        wire.send(.toClient(connection, input), in: "from \(connection.number)", at: now)
    }

    private func ask(_ id: RequestID, _ call: HTTPCall) {
        switch trouble {
        case .none, .mute: break
        case .deaf: return fail(id, .timeout, after: Self.requestTimeout)
        case .down: return fail(id, .refused)
        }
        let reply = served(call)
        let whole = SessionInput.response(id, .init(reply))
        if trouble == .mute { return fail(id, .reset) }
        switch reply.delivery {
        case .prompt: wire.send(.outcome(whole), at: now)
        case .held(let wait): wire.send(.outcome(whole), after: wait, at: now)
        case .lost: fail(id, .reset)
        case .silent: fail(id, .timeout, after: Self.requestTimeout)
        }
    }

    private func served(_ call: HTTPCall) -> VenueSimulators.ServedReply {
        simulator.handle(call, at: venueNow)
    }

    /// What the venue answers to somebody else's request, on a line where nothing is wrong.
    package func answer(_ call: HTTPCall) -> VenueSessions.HTTPReply { .init(served(call)) }

    private func fail(_ id: RequestID, _ kind: TransportProblem.Kind, after wait: Int64 = 0) {
        wire.send(
            .outcome(.failed(id, TransportProblem(kind, "no answer"))), after: wait, at: now)
    }

    /// Sends off what the venue has to say.
    private func collect() {
        for output in simulator.drainOutputs() {
            let connection = output.connection
            guard let socket = sockets.first(where: { $0.value == connection })?.key else {
                continue
            }
            let cut = SessionInput.closed(socket, reason: TransportProblem(.reset, "cut"))
            switch output {
            case .send where trouble == .mute, .sendFragments where trouble == .mute,
                .ping where trouble == .mute:
                break
            case .ping: reply(.pinged(socket), on: connection)
            case .send(_, let bytes, let isText):
                reply(.frame(socket, bytes, isText: isText), on: connection)
            case .sendFragments(_, let parts, let isText):
                reply(.frame(socket, parts.flatMap { $0 }, isText: isText), on: connection)
            case .sendTorn, .cut, .close, .expel: reply(cut, on: connection)
            case .pauseReading(_, let wait):
                wire.hold(
                    "to \(connection.number)", until: now.advanced(byNanoseconds: wait))
            }
        }
    }
}

extension FaultySimulator {
    /// A session's request, as it comes over the wire.
    func handle(_ call: HTTPCall, at time: Timestamp) -> VenueSimulators.ServedReply {
        handle(
            HTTPRequest(
                method: call.method, path: call.path,
                headers: call.headers.map { .init($0.name, $0.value) }, body: Array(call.body.utf8)),
            at: time)
    }
}

extension SessionInput {
    /// Messages as texts.
    fileprivate var traced: String {
        if case .frame(let socket, let bytes, true) = self {
            return "\(socket) \(String(decoding: bytes, as: UTF8.self))"
        }
        return "\(self)"
    }
}

extension VenueSessions.HTTPReply {
    fileprivate init(_ reply: VenueSimulators.ServedReply) {
        self.init(
            status: reply.status, headers: reply.headers.map { .init($0.name, $0.value) },
            body: reply.body)
    }
}
