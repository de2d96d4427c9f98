import Foundation
import LiveTrading
import PaperTrading
import PlainJSON
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions
import VenueSimulators

/// A strategy that trades live at a simulated venue, with a network between them, in virtual time.
///
/// Everything is what a real run has, but for sockets and clock; all chance comes from one seed.
final class AccountRun {
    private enum Delivery {
        case request(RequestID, HTTPCall)
        case outcome(SessionInput)
        case connect(SocketID, path: String)
        case toVenue(ConnectionID, String)
        case hangUp(ConnectionID)
        case toClient(ConnectionID, SessionInput)
    }

    fileprivate static let start = Timestamp(nanoseconds: 1_790_000_000_000_000_000)
    /// As the transport waits for an answer.
    private static let requestTimeout: Int64 = 10_000_000_000

    /// Hears what the session hears and does.
    private let trace = AccountRun.trace
    let watcher = Watcher()
    let trading: VenueTrading<LiveRun>
    let simulator: FaultySimulator
    private(set) var now = AccountRun.start
    private var session: any VenueSession
    private var wire: Wire<Delivery>
    private var wakeAt = Timestamp.distantFuture
    private var waiting: [SessionInput] = []
    private var isHandling = false
    /// Whether an order is practised behind every message, far oftener than the transport does it.
    private let practises: Bool
    private(set) var practisedOrders = 0
    /// Open or opening connections of the session; one that it closed is heard no more.
    private var sockets: [SocketID: ConnectionID] = [:]
    private var connectionCount = 0
    /// The first that no order of the run may have yet, where a venue takes numbers.
    private var nextNumber = 1 + AccountVenue.blockLength

    init(
        _ setting: AccountSetting, strategy: LuaStrategy, seed: UInt64, practises: Bool = false
    ) throws {
        self.practises = practises
        session = setting.venue.makeSession(try setting.symbols.map { try Symbol($0) }, seed)
        wire = Wire(seed: seed)
        simulator = try setting.simulator(seed: seed, start: Self.start)
        let watcher = watcher
        trading = VenueTrading(asksFirst: true, audience: watcher) { instruments in
            let engine = Engine(
                mode: .live, instruments: instruments, strategy: strategy,
                settings: EngineSettings(), now: Self.start)
            let run = LiveRun(engine: engine, reloads: nil)
            run.listener = { command, _ in watcher.hear(command) }
            run.reportListener = { report, _ in watcher.hear(report) }
            return run
        }
    }

    /// The venue's own books.
    func books() throws -> JSON {
        let reply = simulator.handle(
            HTTPRequest(method: "GET", path: "/_simulator/state"), at: now)
        return try JSON(parsing: reply.body)
    }

    /// Trades for some seconds, ends as after Ctrl-C, and waits for the end.
    ///
    /// - Returns: whether it began and ended in time.
    func trade(seconds: Int64) -> Bool {
        handle(.timer)
        // A venue that refuses every tenth question is known after some rounds.
        guard pass(300, until: { self.trading.stage == .trading }) else { return false }
        _ = pass(seconds, until: { self.trading.stage != .trading })
        trading.stop("interrupted", at: now)
        carryOn()
        return pass(60, until: { self.trading.stage == .ended })
    }

    // MARK: - Time

    /// - Returns: whether it came to what was waited for.
    private func pass(_ seconds: Int64, until isReached: () -> Bool) -> Bool {
        let end = now.advanced(byNanoseconds: seconds * 1_000_000_000)
        while !isReached() {
            let due = min(wire.nextDue, simulator.nextDue, min(wakeAt, trading.nextDue))
            guard due <= end else {
                now = end
                return isReached()
            }
            now = max(now, due)
            step()
        }
        return true
    }

    private func step() {
        simulator.advance(to: now)
        collect()
        while let delivery = wire.takeDue(at: now) { deliver(delivery) }
        if wakeAt <= now {
            wakeAt = .distantFuture
            handle(.timer)
        }
        if trading.nextDue <= now {
            trading.pass(until: now)
            carryOn()
        }
    }

    // MARK: - The session and the engine

    private func handle(_ input: SessionInput) {
        waiting.append(input)
        if let trace { trace(now, "  heard \(input.traced)") }
        guard !isHandling else { return }
        isHandling = true
        var next = 0
        while next < waiting.count {
            var actions: [SessionAction] = []
            session.handle(waiting[next], at: now, into: &actions)
            next += 1
            for action in actions { perform(action) }
            if practises, session.practiceOrder(at: now) != nil { practisedOrders += 1 }
        }
        waiting.removeAll(keepingCapacity: true)
        isHandling = false
        trading.writeDown()
        guard watcher.isAsked, trading.stage == .waiting else { return }
        trading.allow(at: now)
        carryOn()
    }

    private func carryOn() {
        for request in trading.takeRequests() { handle(request) }
        if !isHandling { trading.writeDown() }
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
            wire.send(.toVenue(connection, text), in: "to \(connection.number)", at: now)
        case .close(let socket):
            guard let connection = sockets.removeValue(forKey: socket) else { return }
            wire.send(.hangUp(connection), in: "to \(connection.number)", at: now)
        case .request(let id, let call): wire.send(.request(id, call), at: now)
        case .wake(let time): wakeAt = time
        case .wantsClientNumbers:
            handle(.clientNumbers(nextNumber..<nextNumber + AccountVenue.blockLength))
            nextNumber += AccountVenue.blockLength
        default:
            trading.take(action, at: now)
            carryOn()
        }
    }

    // MARK: - The line

    private func deliver(_ delivery: Delivery) {
        switch delivery {
        case .request(let id, let call): ask(id, call)
        case .outcome(let input): handle(input)
        case .connect(let socket, let path):
            guard let connection = sockets[socket] else { return }
            if simulator.connect(connection, path: path) {
                reply(.opened(socket), on: connection)
            } else {
                reply(.closed(socket, reason: TransportProblem(.refused, path)), on: connection)
            }
        case .toVenue(let connection, let text): simulator.receive(connection, text, at: now)
        case .hangUp(let connection): simulator.disconnect(connection)
        case .toClient(let connection, let input):
            guard let socket = sockets.first(where: { $0.value == connection })?.key else { return }
            if case .closed = input { sockets[socket] = nil }
            handle(input)
        }
        collect()
    }

    private func reply(_ input: SessionInput, on connection: ConnectionID) {
        wire.send(.toClient(connection, input), in: "from \(connection.number)", at: now)
    }

    private func ask(_ id: RequestID, _ call: HTTPCall) {
        let reply = simulator.handle(
            HTTPRequest(
                method: call.method, path: call.path,
                headers: call.headers.map { .init($0.name, $0.value) }, body: Array(call.body.utf8)),
            at: now)
        let whole = SessionInput.response(
            id,
            .init(
                status: reply.status, headers: reply.headers.map { .init($0.name, $0.value) },
                body: reply.body))
        switch reply.delivery {
        case .prompt: wire.send(.outcome(whole), at: now)
        case .held(let wait): wire.send(.outcome(whole), after: wait, at: now)
        case .lost:
            wire.send(.outcome(.failed(id, TransportProblem(.reset, "no answer"))), at: now)
        case .silent:
            wire.send(
                .outcome(.failed(id, TransportProblem(.timeout, "no answer"))),
                after: Self.requestTimeout, at: now)
        }
    }

    /// Sends off what the venue has to say.
    private func collect() {
        for output in simulator.takeOutputs() {
            let connection = output.connection
            guard let socket = sockets.first(where: { $0.value == connection })?.key else {
                continue
            }
            let cut = SessionInput.closed(socket, reason: TransportProblem(.reset, "cut"))
            switch output {
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

/// Hears what a run says.
final class Watcher: VenueAudience {
    /// What no run may say: an event that no order explains, a failed handler, an assertion.
    private(set) var errors: [String] = []
    private(set) var fillIDs: [InstrumentID: [String]] = [:]
    private(set) var losses = 0
    private(set) var isAsked = false

    func log(_ level: LogLevel, _ text: String, at now: Timestamp) {
        if level == .error { errors.append(text) }
    }
    func status(_ status: VenueStatus, at now: Timestamp) {
        if status.state == .lost { losses += 1 }
    }
    func problem(_ problem: VenueProblem, at now: Timestamp) {
        if problem.isPermanent { errors.append(problem.description) }
    }
    func retries(at time: Timestamp, now: Timestamp) {}
    func mayTrade(_ foreign: [ForeignOrder], at now: Timestamp) { isAsked = true }

    func hear(_ command: Command) {
        if case .log(.error, let text) = command { errors.append(text) }
    }
    func hear(_ report: ExecutionReport) {
        if case .fill(let fill) = report.event {
            fillIDs[report.instrument, default: []].append(fill.id)
        }
    }
}

// MARK: - Looking closer
extension AccountRun {
    /// With `LIVE_ACCOUNT_TRACE=1` everything is printed: for one seed and one setting.
    fileprivate static var trace: ((Timestamp, String) -> Void)? {
        guard ProcessInfo.processInfo.environment["LIVE_ACCOUNT_TRACE"] != nil else { return nil }
        return { print("\(($0.nanoseconds - start.nanoseconds) / 1_000_000) ms", $1.prefix(400)) }
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
