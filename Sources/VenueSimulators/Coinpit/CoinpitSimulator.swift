internal import PlainJSON
internal import TradingCore
package import TradingModel

/// Coinpit as its clients see it, on one port: REST and Socket.IO with both of its transports.
///
/// Written from a reference of the venue's documentation and of public clients; where those are silent, the choice
/// stands with the code that makes it. Its markets are quanto contracts without an expiry.
package final class CoinpitSimulator: VenueSimulator {
    let settings: CoinpitSimulatorSettings
    let exchange: Exchange
    /// By the account's name.
    let identities: [String: CoinpitIdentity]
    var sockets: [ConnectionID: CoinpitSocket] = [:]
    /// Connections that began with requests, by their `sid`.
    var pollers: [String: CoinpitPoller] = [:]
    var pollerCount = 0
    var outputs: [SimulatorOutput] = []
    /// By the account's name.
    var limits: [String: ClientLimits<String>] = [:]
    /// What orders were sent with, by their numbers.
    var terms: [Int64: CoinpitOrderTerms] = [:]
    /// When stop orders that woke were made, for that is in their ids.
    var stopTimes: [Int64: Timestamp] = [:]
    /// Stops and targets of positions, by their parts.
    var exits: [Int64: CoinpitExit] = [:]
    /// Which part's stop or target an order is that closed it, by its number.
    var exitOrders: [Int64: (CoinpitID.Kind, Int64)] = [:]
    /// Those that have ended, the oldest first.
    var endedExits: [JSON] = []
    /// By market: the book that was told last.
    var published: [CoinpitBook]
    var bands: [Price?]
    var dealsPublished: [Int64]
    private var random: SeededDraws
    private var tickCount: Int64 = 0

    private static let tickNanoseconds: Int64 = 200_000_000

    /// - Parameters:
    ///   - instruments: what is traded, each at its ``InstrumentID/index``: their ticks and quantities are taken,
    ///     and what a contract is worth is the venue's own.
    ///   - feed: their events.
    package init(
        instruments: [Instrument], feed: SimulatedFeed,
        settings: CoinpitSimulatorSettings = CoinpitSimulatorSettings(), start: Timestamp
    ) {
        self.settings = settings
        random = SeededDraws(seed: settings.seed)
        var identities: [String: CoinpitIdentity] = [:]
        for account in settings.accounts {
            let identity = CoinpitIdentity(wif: account.secret)
            if let identity, identity.userID == account.key { identities[account.key] = identity }
        }
        self.identities = identities
        var rules = ExchangeRules(keepsUnfilled: true)
        rules.margin = .stopDistance
        rules.keepsParts = true
        rules.chargesFunding = false
        let contracts = instruments.map { Self.contract($0, settings.terms) }
        exchange = Exchange(
            instruments: contracts, feed: feed, accounts: settings.accounts, rules: rules,
            fees: { _ in ExchangeFees(maker: .zero, taker: .zero) },
            tickSpan: Self.tickNanoseconds, start: start, name: { $0.base.code + "1" })
        published = contracts.map { _ in CoinpitBook() }
        bands = contracts.map { _ in nil }
        dealsPublished = contracts.map { _ in 0 }
        advance(to: start)
    }

    private static func contract(
        _ source: Instrument, _ terms: CoinpitContractTerms
    ) -> Instrument {
        let satoshi = attosPerUnit / 100_000_000
        return Instrument(
            id: source.id, symbol: source.symbol, kind: .quanto, tick: source.tick,
            lot: Quantity(attos: attosPerUnit), minQuantity: Quantity(attos: attosPerUnit),
            contractSize: Quantity(attos: terms.pointValue * satoshi),
            unitFees: UnitFees(
                maker: Money(attos: terms.reward * satoshi),
                taker: Money(attos: terms.commission * satoshi)), keepsReduceOnly: false)
    }

    func draw() -> Double { random.next() }

    /// Whether something that happens by chance happens now.
    func strikes(_ share: Double) -> Bool { share > 0 && draw() < share }

    // MARK: - Time

    var now: Timestamp { exchange.now }

    package var nextDue: Timestamp { exchange.nextDue }

    package func advance(to time: Timestamp) {
        exchange.advance(to: time, tick: tick) { market in
            for account in exchange.accounts {
                account.now = max(account.now, exchange.now)
                wakeExits(of: account, in: market)
                publish(account)
            }
        }
    }

    private func tick() {
        tickCount += 1
        openSockets.forEach(greet)
        if settings.quirks.staleLists > 0 {
            for account in exchange.accounts { account.recordLists(at: now) }
        }
        for market in exchange.markets {
            publishTrades(market)
            publishBook(market)
            if tickCount % 5 == 0 { publishBand(market) }
        }
        if tickCount % 150 == 0 { broadcast("server_time", .milliseconds(now)) }
        if tickCount % 300 == 0 {
            for market in exchange.markets { broadcast("orderbook", wholeBook(market)) }
        }
        dropSilentSockets()
    }

    private func dropSilentSockets() {
        for id in sockets.keys.sorted() {
            guard let socket = sockets[id],
                socket.lastMessageAt.advanced(byNanoseconds: CoinpitSocket.patience) < now
            else { continue }
            drop(id)
        }
        pollers = pollers.filter {
            $0.value.lastMessageAt.advanced(byNanoseconds: CoinpitSocket.patience) >= now
        }
    }

    func drop(_ id: ConnectionID) {
        sockets[id] = nil
        outputs.append(.cut(id))
    }

    package func drainOutputs() -> [SimulatorOutput] {
        defer { outputs.removeAll(keepingCapacity: true) }
        return outputs
    }

    package var tally: VenueTally { exchange.numbers.tally }
    package var standing: AccountStanding? { exchange.standing }
    package var unknownOutcomeReply: ServedReply {
        CoinpitSimulatorRefusal.serverError.reply(at: now)
    }
    package var tooManyRequestsReply: ServedReply {
        CoinpitSimulatorRefusal.tooFrequent.reply(at: now)
    }
}
