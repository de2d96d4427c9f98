package import PropertyTesting
package import TradingCore
package import TradingModel
internal import VenueSessions

/// An engine, a venue's session and a hostile venue, with a network between them that loses, delays,
/// doubles and reorders; all of it from a seed.
package final class Floor<Wire: HostileWire> {
    private enum Delivery {
        case response(RequestID, HTTPReply)
        case failed(RequestID, TransportProblem)
        case message(SocketID, String)
        case ping(SocketID)
    }

    private var session: any VenueSession
    package private(set) var wire: Wire
    package private(set) var venue: HostileVenue
    package private(set) var engine: Engine?
    private let strategy = AskingStrategy()
    private var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private var wakeAt: Timestamp?
    private var deliveries: [(at: Timestamp, order: Int, delivery: Delivery)] = []
    private var deliveryCount = 0
    private var sockets: [String: SocketID] = [:]
    /// What the session said is held.
    package private(set) var positions: [InstrumentID: SignedQuantity] = [:]
    /// What was told of each order, for a failing test to show.
    package private(set) var stories: [String: [String]] = [:]
    /// What was told to be filled of each order.
    package private(set) var filled: [String: Quantity] = [:]
    /// How often it said that it agrees with the venue.
    package private(set) var agreements = 0
    package private(set) var errors: [String] = []
    package private(set) var placements: [String: Int] = [:]
    package private(set) var isConnected = false
    package var random: Seeded
    /// Of all that the session did.
    package private(set) var actionHash = ActionHash()
    private let hashes: Bool

    package init(seed: UInt64, hashes: Bool = false) {
        let wire = Wire()
        self.wire = wire
        self.hashes = hashes
        session = wire.session(seed: seed)
        venue = HostileVenue(seed: seed, positionSegments: wire.positionSegments)
        random = Seeded(seed &+ 1_000)
    }

    // MARK: - Time

    package func run(_ seconds: Double) {
        let end = now.advanced(byNanoseconds: Int64(seconds * 1e9))
        while let next = nextTime, next <= end {
            now = max(now, next)
            if let wake = wakeAt, wake <= now {
                wakeAt = nil
                input(.timer)
            } else if let first = deliveries.first {
                deliveries.removeFirst()
                deliver(first.delivery)
            }
        }
        now = end
        input(.timer)
    }

    private var nextTime: Timestamp? {
        [wakeAt, deliveries.first?.at].compactMap(\.self).min()
    }

    private func deliver(_ delivery: Delivery) {
        switch delivery {
        case .response(let id, let reply): input(.response(id, reply))
        case .failed(let id, let problem): input(.failed(id, problem))
        case .message(let socket, let text):
            guard sockets.values.contains(socket) else { return }
            let frame = wire.frame(text)
            input(.frame(socket, frame.bytes, isText: frame.isText))
        case .ping(let socket):
            guard sockets.values.contains(socket) else { return }
            input(.pinged(socket))
            ping(socket)
        }
    }

    /// A venue that pings does so in a rhythm of its own.
    private func ping(_ socket: SocketID) {
        let time = now.advanced(byNanoseconds: 5_000_000_000)
        let place = deliveries.firstIndex { $0.at > time } ?? deliveries.count
        deliveries.insert((time, 0, .ping(socket)), at: place)
    }

    private func schedule(_ delivery: Delivery, within milliseconds: Int) {
        deliveryCount += 1
        let time = now.advanced(byNanoseconds: Int64(random.int(1...milliseconds)) * 1_000_000)
        let place = deliveries.firstIndex { $0.at > time } ?? deliveries.count
        deliveries.insert((time, deliveryCount, delivery), at: place)
    }

    // MARK: - The session

    private func input(_ input: SessionInput) {
        var actions: [SessionAction] = []
        session.handle(input, at: now, into: &actions)
        for action in actions {
            if hashes { actionHash.add(action, at: now) }
            perform(action)
        }
    }

    private func perform(_ action: SessionAction) {
        switch action {
        case .request(let id, let call): send(id, call)
        case .open(let socket, let url, let terms):
            sockets[wire.line(url)] = socket
            input(.opened(socket))
            if terms.tellsPings { ping(socket) }
        case .close(let socket): sockets = sockets.filter { $0.value != socket }
        case .send(let socket, let text): send(text, over: socket)
        case .wake(let time): wakeAt = time
        case .emit(let event): tell(event)
        case .book(let changes): for change in changes { tell(.market(.book(change))) }
        case .instruments(let instruments):
            engine = Engine(
                mode: .live, instruments: instruments, strategy: strategy,
                settings: EngineSettings(), now: now)
        case .position(let position): positions[position.instrument] = position.net
        case .reconciled: agreements += 1
        case .foreignOrder(let order): errors.append("a foreign order: \(order)")
        case .problem(let problem) where problem.isPermanent: errors.append("\(problem)")
        case .adopted(let order): errors.append("an adopted order: \(order.id)")
        case .log, .problem, .retrying, .difference, .wantsClientNumbers: break
        }
    }

    private func send(_ id: RequestID, _ call: HTTPCall) {
        if let placement = wire.placement(in: call) { placements[placement, default: 0] += 1 }
        switch wire.answer(call, &venue, at: now) {
        case .reply(let reply): schedule(.response(id, reply), within: 300)
        case .lost(let problem): schedule(.failed(id, problem), within: 3_000)
        }
        spread()
    }

    private func send(_ text: String, over socket: SocketID) {
        guard let line = sockets.first(where: { $0.value == socket })?.key else { return }
        for placement in wire.placements(in: text) { placements[placement, default: 0] += 1 }
        for answer in wire.hear(text, on: line, &venue, at: now) {
            switch answer {
            case .back(let text, let milliseconds):
                schedule(.message(socket, text), within: milliseconds)
            case .cut: cut(line)
            }
        }
        spread()
    }

    /// What is told goes its own ways: lost, twice, late and in any order.
    private func spread() {
        for change in venue.takeChanges() {
            guard let (line, text) = wire.push(change), let socket = sockets[line] else { continue }
            if random.chance(venue.faults) { continue }
            schedule(.message(socket, text), within: random.chance(20) ? 2_000 : 100)
            if random.chance(venue.faults) { schedule(.message(socket, text), within: 5_000) }
        }
    }

    package func trade() {
        venue.trade()
        spread()
    }

    package func wakeStop() {
        venue.wakeStop()
        spread()
    }

    package func reconcile() { input(.reconcile) }

    /// Cuts any line.
    package func cut() {
        guard let line = sockets.keys.sorted().randomElement(using: &random) else { return }
        cut(line)
    }

    private func cut(_ line: String) {
        guard let socket = sockets.removeValue(forKey: line) else { return }
        input(.closed(socket, reason: TransportProblem(.reset, "")))
    }

    // MARK: - The engine

    private func tell(_ event: EngineInput) {
        if case .report(let report) = event {
            let id = wire.clientID(report.order)
            stories[id, default: []].append(ActionHash.words(report.event))
            if case .fill(let fill) = report.event { filled[id, default: .zero] += fill.quantity }
        }
        // No market speaks here, so feeds are silent: how a symbol's stand is none of its business.
        if case .status(let status) = event, status.instrument == nil {
            isConnected = status.state == .connected || status.state == .resynchronised
        }
        var commands: [Command] = []
        engine?.process(event, into: &commands)
        take(commands)
    }

    package func ask(_ intent: Intent) {
        strategy.requests = [.intent(intent)]
        var commands: [Command] = []
        engine?.process(.start(.reload, at: now), into: &commands)
        take(commands)
    }

    private func take(_ commands: [Command]) {
        for command in commands {
            if case .log(.error, let text) = command { errors.append(text) }
            input(.command(command))
        }
    }

    /// From now on nothing fails.
    package func heal() {
        venue.faults = 0
        run(200)
    }
}
