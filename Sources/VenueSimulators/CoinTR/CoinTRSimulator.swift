internal import PlainJSON
internal import TradingCore
package import TradingModel

/// CoinTR Pro as its clients see it: REST, and one WebSocket for spot, futures and accounts.
///
/// Written from the venue's pages; where they are silent or contradict each other, the choice stands with
/// the code that makes it.
package final class CoinTRSimulator: VenueSimulator {
    let settings: CoinTRSimulatorSettings
    let exchange: Exchange
    var sockets: [ConnectionID: CoinTRSocket] = [:]
    var outputs: [SimulatorOutput] = []
    /// By key.
    var limits: [String: ClientLimits<CoinTRLimit>] = [:]
    /// By key: what became of orders, and which of them wait in front of the book.
    var records: [String: CoinTRRecord] = [:]
    private var random: SeededDraws
    private var tickCount: Int64 = 0

    /// The rhythm of public pushes, in nanoseconds: the shortest that a client can ask for is thrice that.
    private static let tickNanoseconds: Int64 = 100_000_000
    /// Figures come once a second.
    private static let ticksPerSecond: Int64 = 10
    /// Ids are beyond what a binary floating-point number holds.
    private static let firstOrderID: Int64 = 9_100_000_000_000_000

    /// - Parameters:
    ///   - instruments: what is traded, each at its ``InstrumentID/index``; none is inverse.
    ///   - feed: their events.
    package init(
        instruments: [Instrument], feed: SimulatedFeed,
        settings: CoinTRSimulatorSettings = CoinTRSimulatorSettings(), start: Timestamp
    ) {
        self.settings = settings
        random = SeededDraws(seed: settings.seed)
        exchange = Exchange(
            instruments: instruments, feed: feed, accounts: settings.accounts,
            rules: ExchangeRules(
                leverages: Array(1...Self.mostLeverage), leverage: settings.leverage,
                chargesFunding: settings.quirks.funding),
            fees: { $0.kind == .spot ? settings.spotFees : settings.futuresFees },
            tickSpan: Self.tickNanoseconds, start: start, firstOrderID: Self.firstOrderID)
        for account in settings.accounts {
            records[account.key] = CoinTRRecord(isLongShort: settings.quirks.longShort)
        }
        advance(to: start)
    }

    static let mostLeverage = 125
    /// What a server that is alive lets pass at once at most, in nanoseconds.
    private static let longestStep: Int64 = 10_000_000_000

    func draw() -> Double { random.next() }
    /// Whether something that happens by chance happens now.
    func strikes(_ share: Double) -> Bool { share > 0 && draw() < share }

    // MARK: - Time

    var now: Timestamp { exchange.now }

    package var nextDue: Timestamp { exchange.nextDue }

    package func advance(to time: Timestamp) {
        // A clock that was set says nothing of who is silent.
        let step = time.nanoseconds - now.nanoseconds
        if step > Self.longestStep {
            for socket in sockets.values { socket.wait(nanoseconds: step) }
        }
        exchange.advance(to: time, tick: tick) { _ in exchange.accounts.forEach(publish) }
    }

    private func tick() {
        tickCount += 1
        if settings.quirks.staleLists > 0 {
            for account in exchange.accounts { account.recordLists(at: now) }
        }
        for key in records.keys.sorted() { records[key]?.forgetOld(at: now) }
        publishFeeds(isSecond: tickCount % Self.ticksPerSecond == 0)
        keepAlive()
    }

    /// A ping every few seconds, and no mercy for who does not answer.
    private func keepAlive() {
        guard !settings.quirks.unpinged else { return }
        for socket in openSockets {
            if socket.pongAt.advanced(byNanoseconds: CoinTRSocket.patience) < now {
                sockets[socket.id] = nil
                outputs.append(.close(socket.id))
            } else if socket.pingedAt.advanced(byNanoseconds: CoinTRSocket.pingSpan) <= now {
                socket.pingedAt = now
                outputs.append(.ping(socket.id))
            }
        }
    }

    // MARK: - Connections

    package func connect(_ connection: ConnectionID, path: String) -> Bool {
        guard path.prefix(while: { $0 != "?" }) == "/ws" else { return false }
        sockets[connection] = CoinTRSocket(connection, at: now)
        return true
    }

    package func disconnect(_ connection: ConnectionID) { sockets[connection] = nil }

    package func receivePong(_ connection: ConnectionID, at time: Timestamp) {
        advance(to: time)
        sockets[connection]?.pongAt = now
    }

    var openSockets: [CoinTRSocket] { sockets.keys.sorted().compactMap { sockets[$0] } }

    package func drainOutputs() -> [SimulatorOutput] {
        defer { outputs.removeAll(keepingCapacity: true) }
        return outputs
    }

    package var tally: VenueTally { exchange.numbers.tally }
    package var standing: AccountStanding? { exchange.standing }
    package var unknownOutcomeReply: ServedReply { reply(to: .inside) }
    package var tooManyRequestsReply: ServedReply { reply(to: .tooFrequent) }
}

/// What the venue remembers of an account's orders beside its books.
struct CoinTRRecord {
    struct Ended {
        let order: OrderView
        let state: String
        let time: Timestamp
    }

    /// The oldest first; those without fills are forgotten after two hours.
    private(set) var ended: [Ended] = []
    /// Orders that wait in front of the book, and until when.
    private(set) var silent: [Int64: Timestamp] = [:]
    /// Those that a client cancels just now.
    var cancelling: Set<Int64> = []
    var isLongShort: Bool

    /// How long ended orders are found by ids, from when they were made, in nanoseconds.
    static let memory: Int64 = 7_200_000_000_000
    /// How long an id of an order that has ended keeps others out, in nanoseconds.
    static let idLife: Int64 = 60_000_000_000
    /// How long an order waits in front of the book, where it does, in nanoseconds.
    static let silence: Int64 = 3_000_000_000

    init(isLongShort: Bool) { self.isLongShort = isLongShort }

    mutating func record(_ order: OrderView, _ state: String, at time: Timestamp) {
        ended.append(Ended(order: order, state: state, time: time))
    }

    mutating func silence(_ id: Int64, at time: Timestamp) {
        silent[id] = time.advanced(byNanoseconds: Self.silence)
    }

    func isSilent(_ id: Int64, at time: Timestamp) -> Bool {
        silent[id].map { time < $0 } ?? false
    }

    mutating func forgetOld(at time: Timestamp) {
        if !silent.isEmpty { silent = silent.filter { time < $0.value } }
        let keeps = { (entry: Ended) in
            entry.order.filled > .zero
                || time < entry.order.createdAt.advanced(byNanoseconds: Self.memory)
        }
        if let first = ended.first, !keeps(first) { ended.removeAll { !keeps($0) } }
    }

    /// Whether an id was used by an order that ended just now.
    func hasJustUsed(_ clientID: String, at time: Timestamp) -> Bool {
        ended.reversed().prefix { time < $0.time.advanced(byNanoseconds: Self.idLife) }
            .contains { $0.order.terms.clientID == clientID }
    }
}

/// All requests of a key share one limit.
enum CoinTRLimit: Hashable {
    case requests
    /// A second; none is documented.
    static let rate: Int64 = 20
}
