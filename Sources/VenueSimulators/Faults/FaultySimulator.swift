package import TradingModel

/// A simulator behind a bad line: a plan's faults, in an order that a seed determines.
///
/// It stands between the venue and the shell and knows nothing of the venue's messages, so that
/// the venue's books stay right whatever happens on the wire.
package final class FaultySimulator: VenueSimulator {
    private typealias Fault = FaultPlan.Fault

    private struct Held {
        var due: Timestamp
        var output: SimulatorOutput
    }

    /// What has become of one socket.
    private struct Line {
        /// Waiting messages, in order: none overtakes another but by `reorder`.
        var held: [Held] = []
        /// Waits for the next message, to go behind it; without one it goes when it is due.
        var overtaken: Held?
        var isDead = false
        var isCut = false
    }

    /// How long `delay` and `reply-late` hold something back, at most.
    private static let longestDelay: Int64 = 500_000_000
    /// How long an overtaken message waits for one to follow it.
    private static let longestOvertaking: Int64 = 1_000_000_000
    private static let readingPause: Int64 = 2_000_000_000

    private let venue: any VenueSimulator
    private let plan: FaultPlan
    private var draws: SeededDraws
    private var lines: [ConnectionID: Line] = [:]
    private var ready: [SimulatorOutput] = []
    private var now: Timestamp
    /// How often each fault has struck, for the curious and for tests.
    package private(set) var strikes: [FaultPlan.Fault: Int] = [:]

    package init(_ venue: any VenueSimulator, plan: FaultPlan, seed: UInt64, start: Timestamp) {
        self.venue = venue
        self.plan = plan
        draws = SeededDraws(seed: seed)
        now = start
    }

    private func strikes(_ fault: FaultPlan.Fault) -> Bool {
        guard let share = plan.shares[fault], share > 0, draws.next() < share else { return false }
        strikes[fault, default: 0] += 1
        return true
    }

    package var subprotocols: [String] { venue.subprotocols }
    package var tally: VenueTally { venue.tally }
    package var standing: AccountStanding? { venue.standing }
    package var unknownOutcomeReply: ServedReply { venue.unknownOutcomeReply }
    package var tooManyRequestsReply: ServedReply { venue.tooManyRequestsReply }

    // MARK: - Requests

    package func handle(_ request: HTTPRequest, at time: Timestamp) -> ServedReply {
        now = max(now, time)
        // What tells the truth about the venue's books has a line of its own.
        if request.path.hasPrefix("/_simulator/") { return venue.handle(request, at: time) }
        if strikes(.badGateway) { return Self.gateway(502, "Bad Gateway") }
        if strikes(.tooManyRequests) { return Self.gateway(429, "Too Many Requests") }
        if strikes(.tooFrequent) { return venue.tooManyRequestsReply }
        var reply = venue.handle(request, at: time)
        if strikes(.badGatewayAfter) { return Self.gateway(502, "Bad Gateway") }
        if strikes(.timeoutAfter) { return venue.unknownOutcomeReply }
        if strikes(.replyLost) {
            reply.delivery = .lost
        } else if strikes(.replySilent) {
            reply.delivery = .silent
        } else if strikes(.replyLate) {
            reply.delivery = .held(nanoseconds: Self.longestDelay)
        }
        return reply
    }

    private static func gateway(_ status: Int, _ text: String) -> ServedReply {
        ServedReply(
            status: status, headers: [ServedHeader("Content-Type", "text/html")],
            body: Array("<html><body><h1>\(status) \(text)</h1></body></html>".utf8))
    }

    // MARK: - Connections

    package func connect(_ connection: ConnectionID, path: String) -> Bool {
        guard venue.connect(connection, path: path) else { return false }
        lines[connection] = Line()
        return true
    }

    package func receive(_ connection: ConnectionID, _ text: String, at time: Timestamp) {
        now = max(now, time)
        guard let line = lines[connection], !line.isDead, !line.isCut else { return }
        if strikes(.slowReads) {
            ready.append(.pauseReading(connection, nanoseconds: Self.readingPause))
        }
        venue.receive(connection, text, at: time)
    }

    package func receivePong(_ connection: ConnectionID, at time: Timestamp) {
        now = max(now, time)
        guard let line = lines[connection], !line.isDead, !line.isCut else { return }
        venue.receivePong(connection, at: time)
    }

    package func disconnect(_ connection: ConnectionID) {
        lines[connection] = nil
        venue.disconnect(connection)
    }

    // MARK: - Time

    package func advance(to time: Timestamp) {
        venue.advance(to: time)
        now = max(now, time)
    }

    package var nextDue: Timestamp {
        lines.values.reduce(venue.nextDue) { due, line in
            let held = line.held.first?.due ?? .distantFuture
            return min(due, held, line.overtaken?.due ?? .distantFuture)
        }
    }

    package func drainOutputs() -> [SimulatorOutput] {
        for output in venue.drainOutputs() { pass(output) }
        for connection in lines.keys.sorted() { release(connection) }
        defer { ready.removeAll(keepingCapacity: true) }
        return ready
    }

    private func pass(_ output: SimulatorOutput) {
        let connection = output.connection
        guard var line = lines[connection], !line.isCut else { return }
        defer { lines[connection] = line }
        if line.isDead { return }
        if strikes(.halfOpen) {
            line = Line(isDead: true)
        } else if strikes(.cut) {
            cut(&line, .cut(connection))
        } else if case .send(_, let bytes, let isText) = output, strikes(.tornFrame) {
            cut(&line, .sendTorn(connection, bytes, isText: isText))
        } else if !strikes(.drop) {
            enqueue(output, on: &line)
            if strikes(.duplicate) { enqueue(output, on: &line) }
        }
    }

    /// Ends a line; what waits on it is lost, as on a real one.
    private func cut(_ line: inout Line, _ last: SimulatorOutput) {
        line = Line(isCut: true)
        ready.append(last)
        venue.disconnect(last.connection)
    }

    private func enqueue(_ output: SimulatorOutput, on line: inout Line) {
        var output = output
        if case .send(let id, let bytes, let isText) = output, bytes.count > 1, strikes(.fragment) {
            let middle = bytes.count / 2
            output = .sendFragments(
                id, [Array(bytes[..<middle]), Array(bytes[middle...])], isText: isText)
        }
        if line.overtaken == nil, strikes(.reorder) {
            let due = now.advanced(byNanoseconds: Self.longestOvertaking)
            line.overtaken = Held(due: due, output: output)
            return
        }
        keep(output, on: &line)
        keepOvertaken(on: &line)
    }

    private func keepOvertaken(on line: inout Line) {
        guard let overtaken = line.overtaken else { return }
        line.overtaken = nil
        keep(overtaken.output, on: &line)
    }

    private func keep(_ output: SimulatorOutput, on line: inout Line) {
        var due = line.held.last?.due ?? now
        if strikes(.delay) {
            let wait = Int64(draws.next() * Double(Self.longestDelay))
            due = max(due, now.advanced(byNanoseconds: wait))
        }
        line.held.append(Held(due: due, output: output))
    }

    private func release(_ connection: ConnectionID) {
        guard var line = lines[connection] else { return }
        if let overtaken = line.overtaken, overtaken.due <= now { keepOvertaken(on: &line) }
        let count = line.held.prefix { $0.due <= now }.count
        ready += line.held.prefix(count).map(\.output)
        line.held.removeFirst(count)
        lines[connection] = line
    }
}
