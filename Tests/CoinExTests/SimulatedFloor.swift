import AccountSession
import CoinEx
import PropertyTesting
import TradingCore
import TradingModel
import VenueSessions

/// An engine, a session and a venue, with a network between them that loses, delays, doubles and
/// reorders; all of it from a seed.
final class Floor {
    private enum Delivery {
        case response(RequestID, HTTPReply)
        case failed(RequestID, TransportProblem)
        case push(SocketID, String)
    }

    private var session: CoinExSession
    private(set) var venue: FaultyVenue
    private(set) var engine: Engine?
    private let strategy = AskingStrategy()
    private var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private var wakeAt: Timestamp?
    private var deliveries: [(at: Timestamp, order: Int, delivery: Delivery)] = []
    private var deliveryCount = 0
    private var sockets: [String: SocketID] = [:]
    /// What the session said is held.
    private(set) var positions: [InstrumentID: SignedQuantity] = [:]
    /// What was told of each order, for a failing test to show.
    private(set) var stories: [String: [String]] = [:]
    /// What was told to be filled of each order.
    private(set) var filled: [String: Quantity] = [:]
    /// How often it said that it agrees with the venue.
    private(set) var agreements = 0
    private(set) var errors: [String] = []
    private(set) var placements: [String: Int] = [:]
    private(set) var isConnected = false
    var random: Seeded
    /// Of all that the session did.
    private(set) var actionHash = ActionHash()
    private let hashes: Bool

    init(seed: UInt64, hashes: Bool = false) throws {
        self.hashes = hashes
        var settings = CoinExSettings(
            symbols: [try Symbol("coinex:BTC/USDT"), try Symbol("coinex:BTC/USDT:USDT")],
            key: SessionDesk.key)
        settings.seed = seed
        session = CoinExSession(settings)
        venue = FaultyVenue(seed: seed)
        random = Seeded(seed &+ 1_000)
    }

    // MARK: - Time

    func run(_ seconds: Double) {
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
        case .push(let socket, let text):
            if sockets.values.contains(socket) { input(.frame(socket, gzip(text), isText: false)) }
        }
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
        case .open(let socket, let url, _):
            sockets[String(url.split(separator: "/").last ?? "")] = socket
            input(.opened(socket))
        case .close(let socket): sockets = sockets.filter { $0.value != socket }
        case .send(let socket, let text):
            let id = text.split(separator: "\"id\":").last?.dropLast() ?? "0"
            schedule(
                .push(socket, "{\"id\":\(id),\"code\":0,\"message\":\"OK\"}"), within: 50)
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
        case .log, .problem, .retrying: break
        }
    }

    private func send(_ id: RequestID, _ call: HTTPCall) {
        let places = ["/order", "/stop-order", "/close-position"]
        if places.contains(where: { call.path.hasSuffix($0) }) {
            placements[call.body, default: 0] += 1
        }
        switch venue.handle(call, now) {
        case .reply(let reply): schedule(.response(id, reply), within: 300)
        case .lost(let problem): schedule(.failed(id, problem), within: 3_000)
        }
        spread()
    }

    /// Pushes go their own ways: lost, twice, late and in any order.
    private func spread() {
        for (product, text) in venue.pushes {
            guard let socket = sockets[product] else { continue }
            if random.chance(venue.faults) { continue }
            schedule(.push(socket, text), within: random.chance(20) ? 2_000 : 100)
            if random.chance(venue.faults) { schedule(.push(socket, text), within: 5_000) }
        }
        venue.pushes = []
    }

    func trade() {
        venue.trade()
        spread()
    }

    func wakeStop() {
        venue.wakeStop()
        spread()
    }

    func reconcile() { input(.reconcile) }

    func cut() {
        guard let product = sockets.keys.sorted().randomElement(using: &random),
            let socket = sockets.removeValue(forKey: product)
        else { return }
        input(.closed(socket, reason: TransportProblem(.reset, "")))
    }

    // MARK: - The engine

    private func tell(_ event: EngineInput) {
        if case .report(let report) = event {
            stories[report.order.text, default: []].append(SessionDesk.words(report.event))
            if case .fill(let fill) = report.event {
                filled[report.order.text, default: .zero] += fill.quantity
            }
        }
        // No market speaks here, so feeds are silent: how a symbol's stand is none of its business.
        if case .status(let status) = event, status.instrument == nil {
            isConnected = status.state == .connected || status.state == .resynchronised
        }
        var commands: [Command] = []
        engine?.process(event, into: &commands)
        take(commands)
    }

    func ask(_ intent: Intent) {
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

    func heal() {
        venue.faults = 0
        run(200)
    }
}
