internal import NIOCore
internal import TradingModel
internal import VenueSessions

/// Requests to one host of a venue over connections that are kept; none is ever sent twice.
///
/// Each connection carries one request at a time. A request takes one that is free, else a new one,
/// and beyond the limit waits for the first that gets free: what changes orders before what only asks.
/// What has waited too long is not sent any more.
final class RequestPool {
    /// A request on its way, told once.
    struct Pending {
        let call: HTTPCall
        /// When its reply is waited for no longer.
        let deadline: NIODeadline
        /// From then on it is not sent.
        let expiry: NIODeadline
        /// The same by the session's clock, which goes on while the machine sleeps; nil: none is set.
        let staleAt: Timestamp?
        let tell: (Requests.Outcome) -> Void

        func isTooOld(at time: NIODeadline, _ now: Timestamp) -> Bool {
            time >= expiry || staleAt.map { now >= $0 } ?? false
        }

        var unsent: TransportProblem {
            TransportProblem(.unsent, "all connections were busy, or none stood in time")
        }
    }

    /// A session has some ten questions at once when it connects; orders seldom meet one another.
    private static let mostForQuestions = 8
    /// Those that only orders and cancels take, however silent the venue is to questions.
    private static let mostConnections = mostForQuestions + 2
    /// Beyond what a session asks regularly, so that an order finds one that is open, and short of
    /// the minute after which servers close theirs: a request that meets that is of unknown status.
    private static let longestIdle = TimeAmount.seconds(45)

    private let dialer: Dialer
    private let loop: any EventLoop
    private let now: () -> Timestamp
    private let base: Result<Endpoint, TransportProblem>
    /// All of them, by their own numbers.
    private var connections: [Int: RequestConnection] = [:]
    /// Those that are free, the one used last at the end.
    private var free: [RequestConnection] = []
    /// Those that wait for a connection, first come first.
    private var waitingOrders: [Pending] = []
    private var waitingQuestions: [Pending] = []
    private var expiry: (task: Scheduled<Void>, at: NIODeadline)?
    private var count = 0
    private var isClosed = false
    private var sweep: Scheduled<Void>?
    /// Held so that making it is work that counts.
    private var practised: ByteBuffer?

    /// - Parameter base: scheme, host and port; one that cannot be used fails each request.
    init(
        _ base: String, _ dialer: Dialer, on loop: any EventLoop, now: @escaping () -> Timestamp
    ) {
        self.dialer = dialer
        self.loop = loop
        self.now = now
        self.base = Self.endpoint(base)
    }

    private static func endpoint(_ text: String) -> Result<Endpoint, TransportProblem> {
        do throws(TransportProblem) {
            let base = try Endpoint(text)
            guard base.path == "/" else {
                throw TransportProblem(.other, "the base of requests has a path: leave it away")
            }
            return .success(base)
        } catch {
            return .failure(error)
        }
    }

    /// Sends a call; its reply or problem is reported later, once.
    ///
    /// - Parameter asked: when it was asked for, by the session's clock.
    func send(
        _ call: HTTPCall, at asked: Timestamp, then tell: @escaping (Requests.Outcome) -> Void
    ) {
        do throws(TransportProblem) {
            try RequestText.check(call)
            let base = try base.get()
            let now = NIODeadline.now()
            let deadline = now + dialer.settings.waits.request
            let pending = Pending(
                call: call, deadline: deadline,
                expiry: call.sendWithin.map { min(deadline, now + .nanoseconds($0)) } ?? deadline,
                staleAt: call.sendWithin.map { asked.advanced(byNanoseconds: $0) }, tell: tell)
            if hasRoom(for: call) { dispatch(pending, to: base) } else { wait(pending) }
        } catch {
            tell(.failure(error))
        }
    }

    /// Whether it has waited too long to be sent.
    func isTooOld(_ pending: Pending) -> Bool { pending.isTooOld(at: .now(), now()) }

    /// Whether it must let an order go first that waits for a connection.
    func yields(_ pending: Pending) -> Bool { !pending.call.isOrder && !waitingOrders.isEmpty }

    /// Whether a connection is free for it, or may be opened.
    private func hasRoom(for call: HTTPCall) -> Bool {
        guard !free.isEmpty || connections.count < Self.mostConnections else { return false }
        return call.isOrder || connections.values.count { $0.isAsking } < Self.mostForQuestions
    }

    private func dispatch(_ pending: Pending, to base: Endpoint) {
        if let connection = popFree() {
            connection.send(pending)
        } else {
            open(to: base, for: pending)
        }
    }

    /// Makes a call ready as ``send(_:at:then:)`` does, and sends nothing.
    func practise(_ call: HTTPCall) {
        guard case .success(let base) = base, (try? RequestText.check(call)) != nil else { return }
        practised = RequestText.buffer(call, to: base, ByteBufferAllocator())
    }

    /// Ends all connections; what is under way is not told any more.
    func close() -> EventLoopFuture<Void> {
        isClosed = true
        waitingOrders = []
        waitingQuestions = []
        expiry?.task.cancel()
        free = []
        sweep?.cancel()
        let ends = connections.keys.sorted().compactMap { connections[$0]?.close() }
        connections = [:]
        return EventLoopFuture.andAllComplete(ends, on: loop)
    }

    private func open(to base: Endpoint, for pending: Pending) {
        count += 1
        let connection = RequestConnection(count, base, dialer, now: now, for: self)
        connections[count] = connection
        connection.open(for: pending, on: loop)
    }

    private func popFree() -> RequestConnection? {
        while let connection = free.popLast() {
            if NIODeadline.now() - connection.freeSince < Self.longestIdle { return connection }
            leave(connection)
        }
        return nil
    }

    // MARK: What connections tell

    /// A connection is done with its request and can carry another.
    func isFree(_ connection: RequestConnection) {
        guard !isClosed else { return }
        free.append(connection)
        dispatchWaiting()
        if sweep == nil, !free.isEmpty { scheduleSweep() }
    }

    /// A connection is gone; another takes its place where requests wait for one.
    func ended(_ connection: RequestConnection) {
        guard connections.removeValue(forKey: connection.number) != nil else { return }
        free.removeAll { $0 === connection }
        dispatchWaiting()
    }

    // MARK: Waiting

    private func wait(_ pending: Pending) {
        if pending.call.isOrder {
            waitingOrders.append(pending)
        } else {
            waitingQuestions.append(pending)
        }
        scheduleExpiry()
    }

    /// A question whose connection an order takes goes with the next one.
    func putBack(_ pending: Pending) {
        waitingQuestions.insert(pending, at: 0)
        scheduleExpiry()
    }

    /// Sends what waits and may go now.
    private func dispatchWaiting() {
        guard !isClosed, case .success(let base) = base else { return }
        guard !(waitingOrders.isEmpty && waitingQuestions.isEmpty) else { return }
        let late = removeLate()
        while let pending = popWaiting() { dispatch(pending, to: base) }
        for pending in late { pending.tell(.failure(pending.unsent)) }
    }

    private func popWaiting() -> Pending? {
        if let first = waitingOrders.first, hasRoom(for: first.call) {
            return waitingOrders.removeFirst()
        }
        if let first = waitingQuestions.first, hasRoom(for: first.call) {
            return waitingQuestions.removeFirst()
        }
        return nil
    }

    private func scheduleExpiry() {
        let next = (waitingOrders + waitingQuestions).map(\.expiry).min()
        guard let next, next < expiry?.at ?? .distantFuture else { return }
        expiry?.task.cancel()
        let task: Scheduled<Void> = loop.assumeIsolated().scheduleTask(deadline: next) {
            [weak self] in
            self?.expire()
        }
        expiry = (task, next)
    }

    /// Ends those that have waited too long.
    private func expire() {
        expiry = nil
        let late = removeLate()
        scheduleExpiry()
        for pending in late { pending.tell(.failure(pending.unsent)) }
    }

    /// Removes those that have waited too long, all by one time: none is removed and not answered.
    private func removeLate() -> [Pending] {
        let (time, now) = (NIODeadline.now(), now())
        let late = (waitingOrders + waitingQuestions).filter { $0.isTooOld(at: time, now) }
        guard !late.isEmpty else { return [] }
        waitingOrders.removeAll { $0.isTooOld(at: time, now) }
        waitingQuestions.removeAll { $0.isTooOld(at: time, now) }
        return late
    }

    // MARK: Idle ones

    private func scheduleSweep() {
        sweep = loop.assumeIsolated().scheduleTask(in: Self.longestIdle) { [weak self] in
            self?.closeIdle()
        }
    }

    private func closeIdle() {
        sweep = nil
        let now = NIODeadline.now()
        for connection in free where now - connection.freeSince >= Self.longestIdle {
            leave(connection)
        }
        if !free.isEmpty { scheduleSweep() }
    }

    private func leave(_ connection: RequestConnection) {
        ended(connection)
        _ = connection.close()
    }
}
