internal import PlainJSON
internal import TradingCore
package import TradingModel

/// Bitunix's futures API as its clients see it, on one port: REST, a socket for market data and one for the
/// account.
///
/// Written from a reference of the venue's documentation, of public clients and of captured frames; where
/// those are silent, the choice stands with the code that makes it. The spot API, which pushes nothing, is
/// not simulated.
package final class BitunixSimulator: VenueSimulator {
    let settings: BitunixSimulatorSettings
    let exchange: Exchange
    var sockets: [ConnectionID: BitunixSocket] = [:]
    var outputs: [SimulatorOutput] = []
    var addressLimits = ClientLimits<BitunixRateGroup>()
    /// By key.
    var limits: [String: ClientLimits<BitunixRateGroup>] = [:]
    var nonces: [String: Set<String>] = [:]
    /// By key: the client ids of all orders that were ever taken.
    var clientIDs: [String: Set<String>] = [:]
    /// Cancels that were taken and have not had their effect.
    var cancels: [(due: Timestamp, account: ExchangeAccount, order: ExchangeOrder)] = []
    private var random: SeededDraws
    private var tickCount: Int64 = 0

    /// Half of the rhythm of depth pushes, 310 ms; figures come with every third.
    private static let tickNanoseconds: Int64 = 155_000_000

    /// - Parameters:
    ///   - instruments: what is traded, each at its ``InstrumentID/index``; all linear perpetuals.
    ///   - feed: their events.
    package init(
        instruments: [Instrument], feed: SimulatedFeed,
        settings: BitunixSimulatorSettings = BitunixSimulatorSettings(), start: Timestamp
    ) {
        self.settings = settings
        random = SeededDraws(seed: settings.seed)
        let rules = ExchangeRules(
            leverages: Array(Self.leverages), leverage: settings.leverage, keepsUnfilled: true)
        exchange = Exchange(
            instruments: instruments, feed: feed, accounts: settings.accounts, rules: rules,
            fees: { _ in settings.fees }, tickSpan: Self.tickNanoseconds, start: start)
        advance(to: start)
    }

    static let leverages = 1...125

    func draw() -> Double { random.next() }

    /// Whether something that happens by chance happens now.
    func strikes(_ share: Double) -> Bool { share > 0 && draw() < share }

    // MARK: - Time

    var now: Timestamp { exchange.now }

    package var nextDue: Timestamp { exchange.nextDue }

    package func advance(to time: Timestamp) {
        exchange.advance(to: time, tick: tick) { _ in exchange.accounts.forEach(publish) }
    }

    private func tick() {
        tickCount += 1
        openSockets.forEach(greet)
        if settings.quirks.staleLists > 0 {
            for account in exchange.accounts { account.recordLists(at: now) }
        }
        carryOutCancels()
        publishTimed(hasDepth: tickCount % 2 == 0, hasFigures: tickCount % 3 == 0)
        dropSilentSockets()
    }

    private func carryOutCancels() {
        guard !cancels.isEmpty else { return }
        let due = cancels.filter { $0.due <= now }
        cancels.removeAll { $0.due <= now }
        for entry in due { entry.account.cancel(entry.order) }
        exchange.accounts.forEach(publish)
    }

    /// Without a close frame, however busy they are.
    private func dropSilentSockets() {
        for id in sockets.keys.sorted() {
            guard let socket = sockets[id],
                socket.pingedAt.advanced(byNanoseconds: BitunixSocket.lifeWithoutPing) < now
            else { continue }
            drop(id)
        }
    }

    func drop(_ id: ConnectionID) {
        sockets[id] = nil
        outputs.append(.cut(id))
    }

    // MARK: - Connections

    package func connect(_ connection: ConnectionID, path: String) -> Bool {
        let plain = path.prefix { $0 != "?" }
        switch plain.hasSuffix("/") ? plain.dropLast() : plain {
        case "/public": sockets[connection] = BitunixSocket(connection, isPrivate: false, at: now)
        case "/private": sockets[connection] = BitunixSocket(connection, isPrivate: true, at: now)
        default: return false
        }
        return true
    }

    /// The first that a connection hears, as soon as it can hear.
    func greet(_ socket: BitunixSocket) {
        guard !socket.isGreeted else { return }
        socket.isGreeted = true
        send(["op": "connect", "data": ["result": true]], to: socket.id)
    }

    package func disconnect(_ connection: ConnectionID) { sockets[connection] = nil }

    var openSockets: [BitunixSocket] { sockets.keys.sorted().compactMap { sockets[$0] } }

    func send(_ message: JSON, to id: ConnectionID) {
        outputs.append(.send(id, message.bytes, isText: true))
    }

    package func drainOutputs() -> [SimulatorOutput] {
        defer { outputs.removeAll(keepingCapacity: true) }
        return outputs
    }

    package var tally: VenueTally { exchange.numbers.tally }
    package var standing: AccountStanding? { exchange.standing }
    package var unknownOutcomeReply: ServedReply {
        .bitunix(BitunixSimulatorRefusal.networkError.json, at: now)
    }
    package var tooManyRequestsReply: ServedReply {
        .bitunix(BitunixSimulatorRefusal.tooFrequent.json, at: now)
    }
}
