internal import PaperTrading
internal import TradingCore
package import TradingModel

/// CoinEx as its clients see it, API v2 on one port: REST, and WebSockets for spot and futures.
///
/// Its market is a stream of events, synthetic or recorded, that knows nothing of the accounts;
/// their orders fill against it as paper orders do, and rest in the public depth beside it. It
/// speaks as the venue's documentation and captured frames do; where they are silent, the choices
/// stand with the code that makes them.
package final class CoinExSimulator: VenueSimulator {
    let settings: CoinExSettings
    let feed: MarketFeed
    /// By instrument.
    let markets: [CoinExMarket]
    let accounts: [CoinExAccount]
    var sockets: [ConnectionID: CoinExSocket] = [:]
    var outputs: [SimulatorOutput] = []
    var now: Timestamp
    var addressBucket: TokenBucket
    private let numbers: CoinExNumbers
    private(set) var random: SeededDraws
    private var nextTick: Timestamp
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
        instruments: [Instrument], feed: MarketFeed, settings: CoinExSettings = CoinExSettings(),
        start: Timestamp
    ) {
        self.settings = settings
        self.feed = feed
        now = start
        nextTick = start.advanced(byNanoseconds: Self.tickNanoseconds)
        random = SeededDraws(seed: settings.seed)
        addressBucket = TokenBucket(rate: CoinExRateGroup.perAddress, at: start)
        let markets = instruments.map { CoinExMarket($0, settings: settings, start: start) }
        self.markets = markets
        let numbers = CoinExNumbers()
        self.numbers = numbers
        accounts = settings.accounts.map {
            CoinExAccount(
                $0, markets: markets, leverage: settings.leverage, numbers: numbers, at: start)
        }
        advance(to: start)
    }

    func market(_ name: String, _ product: CoinExProduct) -> CoinExMarket? {
        markets.first { $0.name == name && $0.product == product }
    }

    func markets(of product: CoinExProduct) -> [CoinExMarket] {
        markets.filter { $0.product == product }
    }

    func draw() -> Double { random.next() }

    // MARK: - Time

    package var nextDue: Timestamp { min(nextTick, feed.nextTime ?? .distantFuture) }

    package func advance(to time: Timestamp) {
        while true {
            let event = feed.nextTime ?? .distantFuture
            if event <= time, event <= nextTick || isInMessage {
                takeEvent()
            } else if nextTick <= time {
                now = max(now, nextTick)
                tick()
                nextTick = nextTick.advanced(byNanoseconds: Self.tickNanoseconds)
            } else if isInMessage, event != .distantFuture {
                takeEvent()  // orders meet whole messages only
            } else {
                break
            }
        }
        now = max(now, time)
        for account in accounts { account.now = now }
    }

    private var isInMessage: Bool { markets.contains { $0.tape.book.isInMessage } }

    private func takeEvent() {
        guard let event = feed.next() else { return }
        now = max(now, event.receiveTime)
        let market = markets[event.instrument.index]
        market.tape.take(event)
        var printed: MarketTape.Deal?
        if case .trade = event { printed = market.tape.deals.last }
        for account in accounts {
            account.take(event, printed: printed)
            account.wakeStops(in: market)
            publish(account)
        }
        if !market.tape.book.isInMessage { publishTouch(of: market) }
    }

    private func tick() {
        tickCount += 1
        noteLists()
        publishTimed(isIndexDue: tickCount % Self.ticksPerIndex == 0)
        closeIdleSockets()
    }

    private func closeIdleSockets() {
        for id in sockets.keys.sorted() {
            guard let socket = sockets[id],
                socket.heardAt.advanced(byNanoseconds: Self.idleNanoseconds) < now
            else { continue }
            sockets[id] = nil
            outputs.append(.close(id))
        }
    }

    // MARK: - Connections

    package func connect(_ connection: ConnectionID, path: String) -> Bool {
        let plain = path.prefix { $0 != "?" }
        let trimmed = plain.hasSuffix("/") ? plain.dropLast() : plain
        let products: [Substring: CoinExProduct] = ["/v2/spot": .spot, "/v2/futures": .futures]
        guard let product = products[trimmed] else { return false }
        sockets[connection] = CoinExSocket(connection, product, at: now)
        return true
    }

    package func disconnect(_ connection: ConnectionID) { sockets[connection] = nil }

    package func takeOutputs() -> [SimulatorOutput] {
        defer { outputs.removeAll(keepingCapacity: true) }
        return outputs
    }

    package var tally: VenueTally { numbers.tally }
    package var unknownOutcomeReply: HTTPReply { reply(CoinExRefusal.timedOut.json) }
    package var tooManyRequestsReply: HTTPReply { reply(CoinExRefusal.tooFrequent.json) }
}

extension CoinExSimulator {
    /// On the synthetic market, all of whose instruments are traded.
    ///
    /// - Parameters:
    ///   - history: nanoseconds of the market that lie before the start, for candles and deals.
    ///   - speed: how many of the market's seconds pass in one.
    ///   - quietAfter: nanoseconds after which the market stands still; nil: it never does.
    package convenience init(
        seed: UInt64, settings: CoinExSettings = CoinExSettings(), start: Timestamp,
        history: Int64 = 600_000_000_000, speed: Int64 = 1, quietAfter: Int64? = nil
    ) {
        let instruments = SimulatedMarket.instruments
        let source = SimulatedMarket(instruments: instruments, seed: seed)
        self.init(
            instruments: instruments,
            feed: MarketFeed(
                source, start: start, history: history, speed: speed, quietAfter: quietAfter),
            settings: settings, start: start)
    }
}
