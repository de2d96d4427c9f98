internal import PaperTrading
internal import TradingCore
package import TradingModel

/// CoinEx as its clients see it, API v2 on one port: REST, and WebSockets for spot and futures.
///
/// It speaks as the venue's documentation and captured frames do; where they are silent, the
/// choices stand with the code that makes them.
package final class CoinExSimulator: VenueSimulator {
    let settings: CoinExSimulatorSettings
    let exchange: Exchange
    var sockets: [ConnectionID: CoinExSocket] = [:]
    var outputs: [SimulatorOutput] = []
    var addressBucket: TokenBucket
    /// By key.
    var limits: [String: ClientLimits<CoinExRateGroup>] = [:]
    private var random: SeededDraws
    private var tickCount: Int64 = 0

    /// The rhythm of state, depth and deals pushes, in nanoseconds.
    static let tickNanoseconds: Int64 = 200_000_000
    /// Index pushes come every 25th tick: 5 s.
    static let ticksPerIndex: Int64 = 25
    /// A socket from which nothing comes for this long is closed.
    static let idleNanoseconds: Int64 = 60_000_000_000

    /// - Parameters:
    ///   - instruments: what is traded, each at its ``InstrumentID/index``; named by base and quote.
    ///   - feed: their events.
    package init(
        instruments: [Instrument], feed: SimulatedFeed,
        settings: CoinExSimulatorSettings = CoinExSimulatorSettings(),
        start: Timestamp
    ) {
        self.settings = settings
        random = SeededDraws(seed: settings.seed)
        addressBucket = TokenBucket(rate: CoinExRateGroup.perAddress, at: start)
        exchange = Exchange(
            instruments: instruments, feed: feed, accounts: settings.accounts,
            rules: .coinEx(leverage: settings.leverage),
            fees: { $0.kind == .spot ? settings.spotFees : settings.futuresFees },
            tickSpan: Self.tickNanoseconds, start: start)
        advance(to: start)
    }

    func draw() -> Double { random.next() }

    // MARK: - Time

    var now: Timestamp { exchange.now }

    package var nextDue: Timestamp { exchange.nextDue }

    package func advance(to time: Timestamp) {
        exchange.advance(to: time, tick: tick) { market in
            exchange.accounts.forEach(publish)
            if !market.tape.book.isInMessage { publishTouch(of: market) }
        }
    }

    private func tick() {
        tickCount += 1
        if settings.quirks.staleLists > 0 {
            for account in exchange.accounts { account.recordLists(at: now) }
        }
        publishTimed(isIndexDue: tickCount % Self.ticksPerIndex == 0)
        closeIdleSockets()
    }

    private func closeIdleSockets() {
        for id in sockets.keys.sorted() {
            guard let socket = sockets[id],
                socket.receivedAt.advanced(byNanoseconds: Self.idleNanoseconds) < now
            else { continue }
            sockets[id] = nil
            outputs.append(.close(id))
        }
    }

    // MARK: - Connections

    package func connect(_ connection: ConnectionID, path: String) -> Bool {
        let plain = path.prefix { $0 != "?" }
        let trimmed = plain.hasSuffix("/") ? plain.dropLast() : plain
        let products: [Substring: ExchangeSegment] = ["/v2/spot": .spot, "/v2/futures": .futures]
        guard let product = products[trimmed] else { return false }
        sockets[connection] = CoinExSocket(connection, product, at: now)
        return true
    }

    package func disconnect(_ connection: ConnectionID) { sockets[connection] = nil }

    package func drainOutputs() -> [SimulatorOutput] {
        defer { outputs.removeAll(keepingCapacity: true) }
        return outputs
    }

    package var tally: VenueTally { exchange.numbers.tally }
    package var standing: AccountStanding? { exchange.standing }
    package var unknownOutcomeReply: ServedReply { .json(CoinExRefusal.timedOut.json) }
    package var tooManyRequestsReply: ServedReply { .json(CoinExRefusal.tooFrequent.json) }
}

extension CoinExSimulator {
    /// On the synthetic market, all of whose instruments are traded.
    ///
    /// - Parameters:
    ///   - history: nanoseconds of the market that lie before the start, for candles and deals.
    ///   - speed: how many of the market's seconds pass in one.
    ///   - quietAfter: nanoseconds after which the market stands still; nil: it never does.
    package convenience init(
        seed: UInt64, settings: CoinExSimulatorSettings = CoinExSimulatorSettings(),
        start: Timestamp,
        history: Int64 = 600_000_000_000, speed: Int64 = 1, quietAfter: Int64? = nil
    ) {
        let instruments = SimulatedMarket.instruments
        let source = SimulatedMarket(instruments: instruments, seed: seed)
        self.init(
            instruments: instruments,
            feed: SimulatedFeed(
                source, start: start, history: history, speed: speed, quietAfter: quietAfter),
            settings: settings, start: start)
    }
}
