import SimulatorServer
import Synchronization
import TradingModel
import VenueSimulators

/// A venue that does with its clients what they ask it to do.
final class ObedientVenue: VenueSimulator {
    /// Two messages of this size do not fit into what may wait for a client.
    static let floodBytes = 1 << 20
    private var outputs: [SimulatorOutput] = []
    private var sockets: Set<ConnectionID> = []
    private(set) var now: Timestamp
    private var bell: (ConnectionID, due: Timestamp)?

    init(_ start: Timestamp) { now = start }

    func handle(_ request: HTTPRequest, at time: Timestamp) -> ServedReply {
        for socket in sockets.sorted() {
            outputs.append(.send(socket, Array("push".utf8), isText: true))
        }
        let text =
            "\(request.method) \(request.path) " + String(decoding: request.body, as: UTF8.self)
        let delivery: ServedReply.Delivery =
            switch request.path {
            case "/held": .held(nanoseconds: 1_000_000_000)
            case "/lost": .lost
            case "/silent": .silent
            default: .prompt
            }
        return ServedReply(
            status: request.path.hasPrefix("/teapot") ? 418 : 200,
            headers: [ServedHeader("X-Seen", request.header("X-Sent") ?? "nothing")],
            body: Array(text.utf8), delivery: delivery)
    }

    func connect(_ connection: ConnectionID, path: String) -> Bool {
        guard path == "/v2/spot" else { return false }
        sockets.insert(connection)
        return true
    }

    func receive(_ id: ConnectionID, _ text: String, at time: Timestamp) {
        let bytes = Array(text.utf8)
        switch text {
        case "binary": outputs.append(.send(id, bytes, isText: false))
        case "fragments":
            outputs.append(.sendFragments(id, [[1], [2], [3]], isText: false))
        case "torn":
            outputs.append(.sendTorn(id, [UInt8](repeating: 7, count: 200), isText: false))
        case "cut": outputs.append(.cut(id))
        case "close": outputs.append(.close(id))
        case "pause":
            outputs.append(.pauseReading(id, nanoseconds: 1_000_000_000))
            outputs.append(.send(id, Array("paused".utf8), isText: true))
        case "flood":
            let block = [UInt8](repeating: 9, count: Self.floodBytes)
            for _ in 0..<64 { outputs.append(.send(id, block, isText: false)) }
        case "ring later": bell = (id, now.advanced(byNanoseconds: 1_000_000_000))
        default:
            outputs.append(
                .send(id, Array("heard \(text.count): \(text.prefix(40))".utf8), isText: true))
        }
    }

    func disconnect(_ connection: ConnectionID) { sockets.remove(connection) }

    func advance(to time: Timestamp) {
        now = max(now, time)
        guard let (id, due) = bell, due <= now else { return }
        bell = nil
        outputs.append(.send(id, Array("ring".utf8), isText: true))
    }

    var nextDue: Timestamp { bell?.due ?? .distantFuture }

    func drainOutputs() -> [SimulatorOutput] {
        defer { outputs = [] }
        return outputs
    }

    var tally: VenueTally { VenueTally(orders: 3, fills: 2) }
    var unknownOutcomeReply: ServedReply { ServedReply(status: 200, body: []) }
    var tooManyRequestsReply: ServedReply { ServedReply(status: 429, body: []) }
}

/// A clock that stands still until a test moves it.
final class HandClock: Sendable {
    private let now = Mutex(Timestamp(nanoseconds: 1_700_000_000_000_000_000))
    var time: Timestamp { now.withLock { $0 } }
    func pass(milliseconds: Int64) {
        now.withLock { $0 = $0.advanced(byNanoseconds: milliseconds * 1_000_000) }
    }
}

/// A server over an obedient venue, for one test.
final class Served {
    let clock = HandClock()
    let server: SimulatorServer

    init(identity: ServerIdentity? = nil, limits: ServerLimits = ServerLimits()) throws {
        server = try SimulatorServer(
            at: ListeningAddress(port: 0), identity: identity, limits: limits,
            clock: { [clock] in clock.time }, venue: { ObedientVenue($0) })
    }

    deinit { _ = try? server.stop() }

    var port: Int { server.address.port }
    func client() throws -> WireClient { try WireClient(port: port) }

    func socket() throws -> WireClient {
        let client = try client()
        try client.upgrade()
        return client
    }

    func pass(milliseconds: Int64) throws {
        clock.pass(milliseconds: milliseconds)
        try server.wake()
    }
}
