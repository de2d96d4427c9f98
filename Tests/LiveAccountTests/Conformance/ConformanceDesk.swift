import AccountSession
import AccountSimulation
import HostileVenues
import PaperTrading
import PlainJSON
import Testing
import TradingCore
import TradingModel
import VenueSessions
import VenueSimulators

/// Our own gate did not let an order pass.
struct RefusedHere: Error, CustomStringConvertible {
    let description: String
}

/// A real session at a venue's simulator, an engine that hears it, and a hand that trades.
final class ConformanceDesk {
    /// What is unlike an ordinary account and run.
    struct Terms {
        var account = VenueAccount.generous
        var key = VenueKey(id: "simulator-key", secret: "simulator-secret")
        /// As `--fault` takes them; one that the venue does not have is left out.
        var fault = ""
        var leverage: Int?
        /// How far the venue's clock is ahead from the start, in nanoseconds.
        var venueAhead: Int64 = 0
        var seed: UInt64 = 1
        /// What the engine believes of an instrument instead of what the venue says.
        var lie: (Instrument) -> Instrument = { $0 }
        /// Instead of those of the markets.
        var symbols: [String]?
        var idPrefix = "mrone"
        /// Where the venue takes numbers.
        var clientNumbers: Range<Int64> = 1..<65_536
        /// Orders of an earlier run, of which only the session knows.
        var restored: [RestoredOrder]?
        /// Whether open orders of others become the run's own.
        var adopts = false
    }

    static let start = Timestamp(nanoseconds: 1_790_000_000_000_000_000)

    let pair: ConformancePair
    let markets: [ConformancePair.Market]
    let market: ToldMarket
    let line: SessionLine
    private var terms: Terms
    private let strategy = AskingStrategy()
    private(set) var engine: Engine?
    private(set) var instruments: [Instrument] = []
    private(set) var books: [OrderBook] = []

    // What was told, in order.
    private(set) var reports: [ExecutionReport] = []
    private(set) var events: [MarketEvent] = []
    private(set) var statuses: [VenueStatus] = []
    private(set) var problems: [VenueProblem] = []
    private(set) var foreignOrders: [ForeignOrder] = []
    private(set) var adopted: [EarlierRun.KnownOrder] = []
    private(set) var positions: [InstrumentID: VenuePosition] = [:]
    /// What no session may cause: an event that no order explains, an error in the log.
    private(set) var errors: [String] = []
    /// The kinds of what was told about the account before it was connected.
    private(set) var beginning: [String] = []

    init(
        _ pair: ConformancePair, in markets: [ConformancePair.Market]? = nil,
        _ change: (inout Terms) -> Void = { _ in }
    ) throws {
        self.pair = pair
        self.markets = markets ?? pair.markets
        var terms = Terms()
        change(&terms)
        self.terms = terms
        market = try ToldMarket(instruments: self.markets.count)
        let simulator = try Self.simulator(pair, self.markets, market, terms)
        line = SessionLine(
            try Self.session(pair, self.markets, terms), to: simulator, seed: terms.seed,
            start: Self.start)
        line.venueAhead = terms.venueAhead
        line.listener = self
    }

    private static func simulator(
        _ pair: ConformancePair, _ markets: [ConformancePair.Market], _ market: ToldMarket,
        _ terms: Terms
    ) throws -> FaultySimulator {
        var settings = SimulatorSettings()
        settings.accounts = [terms.account]
        settings.seed = terms.seed
        settings.faults = [terms.fault]
        let whole = try? pair.simulator.maker(settings)
        settings.faults = []
        let (plan, maker) = try whole ?? pair.simulator.maker(settings)
        let instruments = try markets.enumerated().compactMap { place, market in
            SimulatedExchange.instrument(try Symbol(market.source), id: InstrumentID(place))
        }
        let start = start.advanced(byNanoseconds: terms.venueAhead)
        let venue = maker(instruments, SimulatedFeed(market, start: start), start)
        return FaultySimulator(venue, plan: plan, seed: terms.seed, start: start)
    }

    private static func session(
        _ pair: ConformancePair, _ markets: [ConformancePair.Market], _ terms: Terms
    ) throws -> any VenueSession {
        var plan = VenuePlan(
            symbols: try (terms.symbols ?? markets.map(\.symbol)).map { try Symbol($0) },
            key: terms.key, leverage: terms.leverage,
            isIsolated: terms.leverage.map { _ in true },
            socketBase: "wss://simulator" + pair.connector.socketPath, seed: terms.seed)
        if case .numbers = pair.connector.clientIDs { plan.clientNumbers = terms.clientNumbers }
        plan.restoredOrders = terms.restored ?? []
        plan.adoptsOrders = terms.adopts
        return try pair.connector.makeSession(plan)
    }

    var key: VenueKey { terms.key }

    // MARK: - Time

    var now: Timestamp { line.now }

    /// - Returns: whether it came to what was waited for.
    @discardableResult
    func pass(_ seconds: Double, until isReached: () -> Bool = { false }) -> Bool {
        let end = now.advanced(byNanoseconds: Int64(seconds * 1e9))
        // Nothing that goes on happens a thousand times in a moment.
        var (moment, steps) = (now, 0)
        while !isReached() {
            let due = line.nextDue
            guard due <= end else {
                line.idle(to: end)
                return isReached()
            }
            line.step(to: due)
            steps = now > moment ? 0 : steps + 1
            moment = now
            guard steps < 1_000 else {
                Issue.record("time stands still at \(moment)")
                return false
            }
        }
        return true
    }

    var isConnected: Bool {
        let last = statuses.last { $0.instrument == nil }?.state
        return last == .connected || last == .resynchronised
    }

    /// Begins the session, without waiting for what comes of it.
    func begin() { line.handle(.timer) }

    /// Begins, connects, and wants all feeds.
    func goLive(_ location: SourceLocation = #_sourceLocation) throws {
        begin()
        let isLive = pass(60) { self.isConnected }
        try #require(isLive, "not connected: \(problems)", sourceLocation: location)
        let feeds: FeedSet = [.trades, .quotes, .book, .ticker, .funding]
        let all = instruments.map { ($0.id, feeds) }
        line.handle(.subscribe(Dictionary(uniqueKeysWithValues: all)))
        pass(3)
    }

    /// Lets the run die and another one begin at the same account.
    func restart(_ change: (inout Terms) -> Void) throws {
        change(&terms)
        line.replace(with: try Self.session(pair, markets, terms))
        engine = nil
        (reports, events, statuses, problems, foreignOrders) = ([], [], [], [], [])
        (positions, beginning) = ([:], [])
    }

    /// Runs a session that needs no socket, at the same venue, until it has done what it is for.
    ///
    /// - Returns: what it asked of the venue, and what it said.
    func run(errand: any VenueSession) -> (calls: [HTTPCall], said: [SessionAction]) {
        var session = errand
        var calls: [HTTPCall] = []
        var said: [SessionAction] = []
        var inputs = [SessionInput.timer]
        var wakeAt: Timestamp?
        let end = now.advanced(byNanoseconds: 60_000_000_000)
        var turns = 0
        while now < end {
            turns += 1
            guard turns < 10_000 else {
                Issue.record("the errand finds no end")
                break
            }
            guard !inputs.isEmpty else {
                guard let wake = wakeAt else { break }
                wakeAt = nil
                pass(Double(max(0, wake.nanoseconds - now.nanoseconds)) / 1e9)
                inputs.append(.timer)
                continue
            }
            var actions: [SessionAction] = []
            session.handle(inputs.removeFirst(), at: now, into: &actions)
            for action in actions {
                switch action {
                case .request(let id, let call):
                    calls.append(call)
                    pass(0.01)
                    inputs.append(.response(id, line.answer(call)))
                case .wake(let time): wakeAt = min(time, wakeAt ?? time)
                default: said.append(action)
                }
            }
        }
        return (calls, said)
    }

    // MARK: - Trading

    /// Asks the engine for an order, which goes on its way at once.
    ///
    /// - Throws: ``RefusedHere`` where the engine's own gate refuses it.
    @discardableResult
    func place(
        _ side: Side, _ quantity: String, at price: String? = nil, in index: Int = 0,
        _ change: (inout OrderRequest) throws -> Void = { _ in }
    ) throws -> ClientOrderID {
        var request = OrderRequest(
            instrument: InstrumentID(index), side: side, quantity: try Quantity(quantity),
            price: try price.map { try Price($0) })
        try change(&request)
        let commands = ask(.place(request))
        for case .submit(let order) in commands { return order.id }
        throw RefusedHere(description: "\(commands)")
    }

    func cancel(_ id: ClientOrderID) { ask(.cancel(.order(id))) }

    func amend(_ id: ClientOrderID, price: String? = nil, quantity: String? = nil) throws {
        ask(
            .amend(
                id, price: try price.map { try Price($0) },
                quantity: try quantity.map { try Quantity($0) }))
    }

    @discardableResult
    private func ask(_ intent: Intent) -> [Command] {
        strategy.requests = [.intent(intent)]
        var commands: [Command] = []
        engine?.process(.start(.reload, at: now), into: &commands)
        take(commands)
        return commands
    }

    private func take(_ commands: [Command]) {
        for command in commands {
            if case .log(.error, let text) = command { errors.append(text) }
            line.handle(.command(command))
        }
    }

    func order(_ id: ClientOrderID) -> Order? { engine?.state.orders[id] }

    func net(_ index: Int = 0) -> SignedQuantity { engine?.state.positions[index].net ?? .zero }

    /// What was told of an order, in short.
    func story(_ id: ClientOrderID) -> [String] {
        reports.filter { $0.order == id }.map { report in
            if case .accepted = report.event { "accepted" } else { ActionHash.words(report.event) }
        }
    }

    func fills(_ id: ClientOrderID) -> [Fill] {
        reports.filter { $0.order == id }.compactMap { report in
            if case .fill(let fill) = report.event { fill } else { nil }
        }
    }

    // MARK: - The venue's own books

    func state() throws -> JSON {
        let reply = line.simulator.handle(
            HTTPRequest(method: "GET", path: "/_simulator/state"), at: line.venueNow)
        return try JSON(parsing: reply.body)
    }

    func marketRow(_ index: Int = 0) throws -> JSON {
        try #require(try state()["markets"]?.items?[index])
    }

    /// The account's rows of a kind in a market.
    func rows(_ name: String, _ index: Int = 0) throws -> [JSON] {
        let account = try #require(try state()["accounts"]?.items?.first)
        let market = try marketRow(index)
        return (account[name]?.items ?? []).filter {
            $0["segment"] == market["segment"]
                && ($0["market"] ?? market["market"])
                    == market["market"]
        }
    }

    /// The row of an open order; nil: it is not open.
    func row(_ id: ClientOrderID, _ index: Int = 0, in list: String = "open_orders") throws -> JSON?
    {
        let clientID = wireID(of: id)
        return try rows(list, index).first { $0["client_id"]?.text == clientID }
    }

    /// An order's client id as it is on the wire.
    func wireID(of id: ClientOrderID) -> String {
        guard case .numbers = pair.connector.clientIDs else { return id.text }
        let serial = id.text.split(separator: "-").last.flatMap { Int64($0) } ?? 0
        return String(terms.clientNumbers.lowerBound + serial - 1)
    }

    func tooFrequent() throws -> Int64 {
        try #require(try state()["accounts"]?.items?.first?["too_frequent"]?.integer)
    }
}

extension ConformanceDesk: LineListener {
    func hear(_ action: SessionAction) {
        note(action)
        switch action {
        case .instruments(let list):
            instruments = list
            books = list.map { OrderBook(instrument: $0.id) }
            guard terms.restored == nil else { return }
            var settings = EngineSettings()
            settings.orderIDPrefix = terms.idPrefix
            engine = Engine(
                mode: .live, instruments: list.map(terms.lie), strategy: strategy,
                settings: settings, now: now)
        case .emit(let input): hear(input)
        case .book(let changes):
            for change in changes {
                books[change.instrument.index].apply(change)
                hear(.market(.book(change)))
            }
        case .position(let position): positions[position.instrument] = position
        case .foreignOrder(let order): foreignOrders.append(order)
        case .adopted(let order):
            adopted.append(order)
            hear(.adopt(order, at: now))
        case .problem(let problem): problems.append(problem)
        case .log(.error, let text): errors.append(text)
        default: break
        }
    }

    private func note(_ action: SessionAction) {
        guard statuses.isEmpty else { return }
        switch action {
        case .instruments: beginning.append("instruments")
        case .emit(.balance): beginning.append("balance")
        case .emit(.market): beginning.append("market")
        case .emit(.status): beginning.append("status")
        case .reconciled: beginning.append("reconciled")
        default: break
        }
    }

    private func hear(_ input: EngineInput) {
        switch input {
        case .report(let report): reports.append(report)
        case .market(let event): events.append(event)
        case .status(let status): statuses.append(status)
        default: break
        }
        var commands: [Command] = []
        engine?.process(input, into: &commands)
        take(commands)
    }

    func handledInput(_ session: any VenueSession) {}
    func cameToRest() {}
}

extension ConformanceDesk {
    var quotes: [Quote] {
        events.compactMap { if case .quote(let quote) = $0 { quote } else { nil } }
    }
    var trades: [Trade] {
        events.compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    }
    var tickers: [Ticker] {
        events.compactMap { if case .ticker(let ticker) = $0 { ticker } else { nil } }
    }
    var fundings: [Funding] {
        events.compactMap { if case .funding(let funding) = $0 { funding } else { nil } }
    }
}
