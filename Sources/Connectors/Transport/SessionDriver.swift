public import NIOCore
public import TradingModel
public import VenueSessions

/// Runs a session on one event loop: its actions become sockets and requests, and what comes of
/// them its inputs.
///
/// All of it is called on the loop and calls back on the loop; on the way of a frame stand no
/// thread, no lock and no queue. Close it before letting go of it.
public final class SessionDriver {
    private let loop: any EventLoop
    private let clock: () -> Timestamp
    private let take: (SessionAction, Timestamp) -> Void
    private let rest: () -> Void
    private let dialer: Dialer
    private let requests: Requests
    private let time: MonotonicTime

    private var session: any VenueSession
    private var actions: [SessionAction] = []
    private var sockets: [SocketID: WebSocketConnection] = [:]
    /// Inputs that came while another was handled.
    private var waiting: [(input: SessionInput, time: Timestamp)] = []
    /// Sockets whose end waits to be reported.
    private var untold: Set<SocketID> = []
    private var isHandling = false
    private var isClosed = false

    private var practisedAt = Timestamp.distantPast

    private var wanted: Timestamp?
    private var timer: (task: Scheduled<Void>, due: Timestamp)?

    /// - Parameter now: the time; should it go back, the session sees it stand still until it is past
    ///   what it saw before.
    /// - Parameter take: hears of all that is not about sockets, requests and timers, in order, with
    ///   the time of the input; it may call ``handle(_:)``.
    /// - Parameter rest: called whenever all that came has been handled, and all that it led to is on
    ///   its way.
    public init(
        _ session: any VenueSession, network: NetworkSettings, on loop: any EventLoop,
        now: @escaping () -> Timestamp, take: @escaping (SessionAction, Timestamp) -> Void,
        rest: @escaping () -> Void = {}
    ) {
        let time = MonotonicTime(now)
        let dialer = Dialer(network, on: loop)
        self.session = session
        self.loop = loop
        self.take = take
        self.rest = rest
        self.time = time
        self.dialer = dialer
        clock = now
        requests = Requests(dialer, on: loop, now: now)
    }

    /// Begins the session, with its first timer.
    public func begin() { handle(.timer) }

    /// Passes an input to the session: now, or after the actions at hand when it is called by one.
    public func handle(_ input: SessionInput) {
        loop.preconditionInEventLoop()
        guard !isClosed else { return }
        let now = time.read()
        guard !isHandling else {
            waiting.append((input, now))
            return
        }
        isHandling = true
        session.handle(input, at: now, into: &actions)
        finish(at: now)
    }

    /// Wakes the session if that is overdue: its timer rests while the machine sleeps.
    public func catchUp() {
        guard let wanted, time.read() >= wanted else { return }
        timer?.task.cancel()
        fired()
    }

    /// Ends all sockets and requests; the session hears nothing more.
    ///
    /// - Returns: when all of them are gone; a request that is under way fails.
    public func close() -> EventLoopFuture<Void> {
        loop.preconditionInEventLoop()
        guard !isClosed else { return loop.makeSucceededVoidFuture() }
        isClosed = true
        timer?.task.cancel()
        timer = nil
        waiting = []
        var ends = sockets.keys.sorted { $0.number < $1.number }.compactMap { sockets[$0]?.close() }
        sockets = [:]
        ends += requests.close()
        return EventLoopFuture.andAllComplete(ends, on: loop)
    }

    // MARK: What comes in

    var now: Timestamp { clock() }

    func opened(_ socket: SocketID) { handle(.opened(socket)) }

    func pinged(_ socket: SocketID) { handle(.pinged(socket)) }

    func closed(_ socket: SocketID, _ problem: TransportProblem) {
        sockets[socket] = nil
        if isHandling { untold.insert(socket) }
        handle(.closed(socket, reason: problem))
    }

    /// A message, read where it lies.
    func received(_ frame: Span<UInt8>, isText: Bool, on socket: SocketID) {
        guard !isClosed else { return }
        guard !isHandling else {
            let bytes = unsafe frame.withUnsafeBufferPointer { unsafe Array($0) }
            handle(.frame(socket, bytes, isText: isText))
            return
        }
        let now = time.read()
        isHandling = true
        session.handle(frame: frame, isText: isText, on: socket, at: now, into: &actions)
        finish(at: now)
        practise(at: now)
    }

    /// Carries out the actions at hand, then handles what came meanwhile, first come first.
    private func finish(at now: Timestamp) {
        perform(at: now)
        var next = 0
        while next < waiting.count {
            let (input, time) = waiting[next]
            next += 1
            guard isExpected(input) else { continue }
            session.handle(input, at: time, into: &actions)
            perform(at: time)
        }
        waiting.removeAll(keepingCapacity: true)
        isHandling = false
        rest()
    }

    /// Whether the session still wants to hear it: a socket may have been closed since it came.
    private func isExpected(_ input: SessionInput) -> Bool {
        switch input {
        case .closed(let socket, _): untold.remove(socket) != nil
        case .opened(let socket), .frame(let socket, _, _), .pinged(let socket):
            sockets[socket] != nil
        default: true
        }
    }

    // MARK: What goes out

    private func perform(at now: Timestamp) {
        // Nothing adds to them meanwhile: what comes waits for its turn.
        var taken: [SessionAction] = []
        swap(&taken, &actions)
        perform(taken.span, at: now)
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &actions)
    }

    private func perform(_ actions: Span<SessionAction>, at now: Timestamp) {
        for index in actions.indices {
            guard !isClosed else { return }
            perform(actions[index], at: now)
        }
    }

    private func perform(_ action: SessionAction, at now: Timestamp) {
        switch action {
        case .open(let socket, let url, let terms): open(socket, url, terms)
        case .send(let socket, let text): sockets[socket]?.send(text)
        case .close(let socket): close(socket)
        case .request(let id, let call): request(id, call, at: now)
        case .wake(let time): wake(at: time, now: now)
        case .emit, .book, .instruments, .position, .foreignOrder, .adopted, .difference,
            .reconciled, .log, .problem, .retrying, .wantsClientNumbers:
            take(action, now)
        }
    }

    private func open(_ socket: SocketID, _ url: String, _ terms: SocketTerms) {
        precondition(sockets[socket] == nil, "\(socket) is open: each attempt has its own number")
        do {
            try Subprotocols.check(terms.subprotocols)
            let connection = try WebSocketConnection(
                socket, Endpoint(url), terms, dialer, for: self)
            sockets[socket] = connection
            connection.open(on: loop)
        } catch {
            closed(socket, error)
        }
    }

    private func close(_ socket: SocketID) {
        sockets.removeValue(forKey: socket)?.close()
        untold.remove(socket)
    }

    private func request(_ id: RequestID, _ call: HTTPCall, at now: Timestamp) {
        requests.send(call, at: now) { [self] outcome in
            switch outcome {
            case .success(let reply): handle(.response(id, reply))
            case .failure(let problem): handle(.failed(id, problem))
            }
        }
    }
}

// MARK: Practice
extension SessionDriver {
    /// A hundred times a second costs a few thousandths of the processor; much less often, and what
    /// was practised has left the caches again.
    private static var practicePeriod: Int64 { 10_000_000 }

    /// Makes an order ready and drops it, after a message and when nothing else is to be done.
    ///
    /// An order comes seldom, and without this half of its way is waiting for memory.
    private func practise(at now: Timestamp) {
        guard !isClosed, now >= practisedAt.advanced(byNanoseconds: Self.practicePeriod) else {
            return
        }
        practisedAt = now
        switch session.practiceOrder(at: now) {
        case .request(let call): requests.practise(call)
        case .message(let socket, let text): sockets[socket]?.practise(text)
        case nil: break
        }
    }
}

// MARK: The timer
extension SessionDriver {
    /// A timer that fires too early is cheaper than one that is set anew at each message.
    private func wake(at time: Timestamp, now: Timestamp) {
        wanted = time
        if let timer, timer.due <= time { return }
        timer?.task.cancel()
        schedule(at: time, now: now)
    }

    private func schedule(at time: Timestamp, now: Timestamp) {
        let wait = time.nanoseconds.subtractingReportingOverflow(now.nanoseconds)
        // Past and far future both: an hour later it is seen how much is left.
        let delay =
            wait.overflow ? Self.longestWait : min(max(0, wait.partialValue), Self.longestWait)
        let task = loop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) { [self] in fired() }
        timer = (task, now.advanced(byNanoseconds: delay))
    }

    /// In nanoseconds.
    private static var longestWait: Int64 { 3_600_000_000_000 }

    private func fired() {
        timer = nil
        guard !isClosed, let due = wanted else { return }
        let now = time.read()
        guard now >= due else {
            schedule(at: due, now: now)
            return
        }
        wanted = nil
        handle(.timer)
    }
}

/// A clock that never runs backwards.
private final class MonotonicTime {
    private let clock: () -> Timestamp
    private var last = Timestamp.distantPast

    init(_ clock: @escaping () -> Timestamp) { self.clock = clock }

    func read() -> Timestamp {
        last = max(last, clock())
        return last
    }
}
