internal import PlainJSON
internal import TradingCore
package import TradingModel

/// Coinut as its clients see it: JSON over WebSockets, and the same requests by HTTP POST.
///
/// Written from the venue's own documentation, its public samples and captured messages; where
/// they are silent or contradict each other, the choice stands with the code that makes it.
package final class CoinutSimulator: VenueSimulator {
    let settings: CoinutSimulatorSettings
    let exchange: Exchange
    let transactions: CoinutTransactions
    let markets: [CoinutMarket]
    var connections: [ConnectionID: CoinutConnection] = [:]
    var outputs: [SimulatorOutput] = []
    var sessions = CoinutSessions()
    /// By user: the last nonce of a signed REST request.
    var restNonces: [String: Int64] = [:]
    /// By order: the nonce of the request that placed it, which its fills carry.
    var orderNonces: [Int64: Int64] = [:]
    /// By user: fills as the history shows them, the oldest first.
    var history: [String: [CoinutFill]] = [:]
    /// Frames that quirks keep back until the next tick.
    private var late: [(ConnectionID, JSON)] = []
    private var random: SeededDraws

    /// The rhythm of figures and of what looks after connections, in nanoseconds.
    private static let tickNanoseconds: Int64 = 200_000_000

    /// - Parameters:
    ///   - instruments: what is traded, each at its ``InstrumentID/index``; all spot.
    ///   - feed: their events.
    package init(
        instruments: [Instrument], feed: SimulatedFeed,
        settings: CoinutSimulatorSettings = CoinutSimulatorSettings(),
        start: Timestamp
    ) {
        self.settings = settings
        random = SeededDraws(seed: settings.seed)
        let transactions = CoinutTransactions(seed: settings.seed)
        self.transactions = transactions
        let rules = ExchangeRules(
            spotFee: .quote, spotFeeDecimals: 8, freezesSpotFee: true, marketRest: .rejected,
            paysByLevel: true, priceBand: Self.priceBand)
        exchange = Exchange(
            instruments: instruments.map(CoinutMarket.instrument), feed: feed,
            accounts: settings.accounts, rules: rules, fees: { _ in settings.fees },
            tickSpan: Self.tickNanoseconds, start: start, nextTradeID: transactions.next)
        markets = exchange.markets.enumerated().map { CoinutMarket($1, place: $0) }
        advance(to: start)
    }

    /// Prices as far from the last one are refused; real books hold absurd ones that are nearer.
    private static let priceBand: Int128 = 10_000

    func market(_ id: Int64) -> CoinutMarket? { markets.first { $0.id == id } }

    func draw() -> Double { random.next() }

    /// Whether something that happens by chance happens now.
    func strikes(_ share: Double) -> Bool { share > 0 && draw() < share }

    // MARK: - Time

    var now: Timestamp { exchange.now }

    package var nextDue: Timestamp { exchange.nextDue }

    package func advance(to time: Timestamp) {
        exchange.advance(to: time, tick: tick) { market in
            for account in exchange.accounts { publish(account) }
            if !market.tape.book.isInMessage,
                let market = markets.first(where: { $0.market === market })
            {
                publish(market)
            }
        }
    }

    private func tick() {
        if settings.quirks.staleLists > 0 {
            for account in exchange.accounts { account.recordLists(at: now) }
        }
        publishFigures()
        let due = late
        late = []
        for (id, message) in due where connections[id] != nil { send(message, to: id) }
        for connection in openConnections
        where connection.receivedAt.advanced(byNanoseconds: CoinutConnection.idleNanoseconds) < now
        {
            outputs.append(.close(connection.id))
            leave(connection)
        }
    }

    // MARK: - Connections

    package func connect(_ connection: ConnectionID, path: String) -> Bool {
        let plain = path.prefix { $0 != "?" }
        guard plain == "/" || plain.isEmpty else { return false }
        connections[connection] = CoinutConnection(connection, at: now)
        return true
    }

    package func disconnect(_ connection: ConnectionID) {
        if let connection = connections[connection] { leave(connection) }
    }

    /// Forgets a connection; its session lives on for a while.
    func leave(_ connection: CoinutConnection) {
        connections[connection.id] = nil
        if let session = connection.sessionID { sessions.drop(session, at: now) }
    }

    var openConnections: [CoinutConnection] {
        connections.keys.sorted().compactMap { connections[$0] }
    }

    package func drainOutputs() -> [SimulatorOutput] {
        defer { outputs.removeAll(keepingCapacity: true) }
        return outputs
    }

    func send(_ message: JSON, to id: ConnectionID) {
        outputs.append(.send(id, message.bytes, isText: true))
    }

    func sendLate(_ message: JSON, to id: ConnectionID) { late.append((id, message)) }

    package var subprotocols: [String] { ["beta"] }
    package var tally: VenueTally { exchange.numbers.tally }
    package var standing: AccountStanding? { exchange.standing }
    package var unknownOutcomeReply: ServedReply {
        Self.reply(CoinutSimulatorRefusal.timedOut.reply(to: nil, nonce: nil))
    }
    package var tooManyRequestsReply: ServedReply {
        Self.reply(CoinutSimulatorRefusal.tooFrequent.reply(to: nil, nonce: nil))
    }
}
