internal import NIOCore
internal import TradingModel
internal import VenueSimulators

/// The simulator on its event loop: everything that touches it goes through here.
///
/// It belongs to one loop and never leaves it, so that the simulator sees one call after another.
final class ServerLoop {
    private struct Timer {
        let due: Timestamp
        let action: () -> Void
    }

    /// A timer fires no sooner, since an event loop's own clock is no finer: 100 µs.
    private static let shortestWait: Int64 = 100_000
    /// A timer waits no longer, so that a clock that is set forward is noticed: 1 s.
    private static let longestWait: Int64 = 1_000_000_000

    let limits: ServerLimits
    private let loop: any EventLoop
    private let venue: any VenueSimulator
    private let clock: @Sendable () -> Timestamp
    private var sockets: [ConnectionID: SocketHandler] = [:]
    /// The next first; at equal times the older one.
    private var timers: [Timer] = []
    private var alarm: Scheduled<Void>?
    private var isClosed = false
    private var connectionCount = 0
    private var counts = ServedCounts()

    init(
        _ venue: any VenueSimulator, on loop: any EventLoop, limits: ServerLimits,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.venue = venue
        self.loop = loop
        self.limits = limits
        self.clock = clock
        schedule()
    }

    var served: ServedCounts {
        var served = counts
        let tally = venue.tally
        served.orders = tally.orders
        served.fills = tally.fills
        return served
    }

    // MARK: - Connections

    /// Counts a connection in; false: there are too many.
    func open(_ channel: any Channel) -> Bool {
        guard connectionCount < limits.connections else { return false }
        connectionCount += 1
        let closed = channel.closeFuture.assumeIsolated()
        closed.whenComplete { [weak self] _ in self?.connectionCount -= 1 }
        return true
    }

    // MARK: - Calls

    /// Asks the venue; `deliver` gets the reply before the pushes that it caused go out.
    func answer(_ request: HTTPRequest, _ deliver: (ServedReply) -> Void) {
        counts.requests += 1
        let now = clock()
        venue.advance(to: now)
        deliver(venue.handle(request, at: now))
        settle()
    }

    /// A handshake: the new socket's number, or nil where the venue has no such path.
    func connect(path: String) -> ConnectionID? {
        venue.advance(to: clock())
        let id = ConnectionID(counts.sockets + 1)
        defer { settle() }
        guard venue.connect(id, path: path) else { return nil }
        counts.sockets += 1
        return id
    }

    /// The first of the offered subprotocols that the venue speaks; nil: none.
    func subprotocol(of offered: [Substring]) -> String? {
        offered.map { String($0) }.first { venue.subprotocols.contains($0) }
    }

    func attach(_ socket: SocketHandler) { sockets[socket.id] = socket }

    func receive(_ id: ConnectionID, _ text: String) {
        let now = clock()
        venue.advance(to: now)
        venue.receive(id, text, at: now)
        settle()
    }

    func receivePong(_ id: ConnectionID) {
        let now = clock()
        venue.advance(to: now)
        venue.receivePong(id, at: now)
        settle()
    }

    func disconnect(_ id: ConnectionID) {
        sockets[id] = nil
        venue.advance(to: clock())
        venue.disconnect(id)
        settle()
    }

    // MARK: - Time

    /// Runs `action` after a time by the server's clock.
    func after(nanoseconds: Int64, _ action: @escaping () -> Void) {
        let due = clock().advanced(byNanoseconds: nanoseconds)
        let place = timers.firstIndex { $0.due > due } ?? timers.endIndex
        timers.insert(Timer(due: due, action: action), at: place)
        schedule()
    }

    /// Does what is due.
    func wake() {
        let now = clock()
        venue.advance(to: now)
        let due = timers.prefix { $0.due <= now }
        timers.removeFirst(due.count)
        for timer in due { timer.action() }
        settle()
    }

    private func settle() {
        for output in venue.drainOutputs() { sockets[output.connection]?.perform(output) }
        schedule()
    }

    private func schedule() {
        alarm?.cancel()
        guard !isClosed else { return }
        let due = min(venue.nextDue, timers.first?.due ?? .distantFuture)
        let wait = due.nanoseconds.subtractingReportingOverflow(clock().nanoseconds)
        let span = wait.overflow ? Self.longestWait : wait.partialValue
        let bounded = min(max(span, Self.shortestWait), Self.longestWait)
        alarm = loop.assumeIsolated().scheduleTask(in: .nanoseconds(bounded)) { [weak self] in
            self?.wake()
        }
    }

    /// Closes all sockets and stops the clockwork.
    func close() {
        isClosed = true
        alarm?.cancel()
        for id in sockets.keys.sorted() { sockets[id]?.goAway() }
    }
}

/// What a server has seen.
package struct ServedCounts: Hashable, Sendable {
    package var requests = 0
    package var sockets = 0
    package var orders = 0
    package var fills = 0
}
