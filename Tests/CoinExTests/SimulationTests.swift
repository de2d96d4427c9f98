import CoinEx
import PropertyTesting
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// An engine, a session and a venue, with a network between them that loses, delays, doubles and
/// reorders; all of it from a seed.
private final class Floor {
    private enum Delivery {
        case response(RequestID, HTTPReply)
        case failed(RequestID, TransportProblem)
        case push(SocketID, String)
    }

    private var session: CoinExSession
    private(set) var venue: FaultyVenue
    private(set) var engine: Engine?
    private let strategy = Asking()
    private var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private var wakeAt: Timestamp?
    private var deliveries: [(at: Timestamp, order: Int, delivery: Delivery)] = []
    private var deliveryCount = 0
    private var sockets: [String: SocketID] = [:]
    /// What the session said is held.
    private(set) var positions: [InstrumentID: SignedQuantity] = [:]
    /// How often it said that it agrees with the venue.
    private(set) var agreements = 0
    private(set) var errors: [String] = []
    private(set) var placements: [String: Int] = [:]
    private(set) var isConnected = false
    var random: Seeded

    init(seed: UInt64) throws {
        var settings = CoinExSettings(
            symbols: [try Symbol("coinex:BTC/USDT"), try Symbol("coinex:BTC/USDT:USDT")],
            key: SessionDesk.key)
        settings.seed = seed
        session = CoinExSession(settings)
        venue = FaultyVenue(seed: seed)
        random = Seeded(seed &+ 1_000)
    }

    // MARK: - Time

    func run(_ seconds: Double) {
        let end = now.advanced(byNanoseconds: Int64(seconds * 1e9))
        while let next = nextTime, next <= end {
            now = max(now, next)
            if let wake = wakeAt, wake <= now {
                wakeAt = nil
                input(.timer)
            } else if let first = deliveries.first {
                deliveries.removeFirst()
                deliver(first.delivery)
            }
        }
        now = end
        input(.timer)
    }

    private var nextTime: Timestamp? {
        [wakeAt, deliveries.first?.at].compactMap(\.self).min()
    }

    private func deliver(_ delivery: Delivery) {
        switch delivery {
        case .response(let id, let reply): input(.response(id, reply))
        case .failed(let id, let problem): input(.failed(id, problem))
        case .push(let socket, let text):
            if sockets.values.contains(socket) { input(.frame(socket, gzip(text), isText: false)) }
        }
    }

    private func schedule(_ delivery: Delivery, within milliseconds: Int) {
        deliveryCount += 1
        let time = now.advanced(byNanoseconds: Int64(random.int(1...milliseconds)) * 1_000_000)
        let place = deliveries.firstIndex { $0.at > time } ?? deliveries.count
        deliveries.insert((time, deliveryCount, delivery), at: place)
    }

    // MARK: - The session

    private func input(_ input: SessionInput) {
        var actions: [SessionAction] = []
        session.handle(input, at: now, into: &actions)
        for action in actions { perform(action) }
    }

    private func perform(_ action: SessionAction) {
        switch action {
        case .request(let id, let call): send(id, call)
        case .open(let socket, let url):
            sockets[String(url.split(separator: "/").last ?? "")] = socket
            input(.opened(socket))
        case .close(let socket): sockets = sockets.filter { $0.value != socket }
        case .send(let socket, let text):
            let id = text.split(separator: "\"id\":").last?.dropLast() ?? "0"
            schedule(
                .push(socket, "{\"id\":\(id),\"code\":0,\"message\":\"OK\"}"), within: 50)
        case .wake(let time): wakeAt = time
        case .emit(let event): tell(event)
        case .instruments(let instruments):
            engine = Engine(
                mode: .live, instruments: instruments, strategy: strategy,
                settings: EngineSettings(), now: now)
        case .position(let position): positions[position.instrument] = position.net
        case .reconciled: agreements += 1
        case .foreignOrder(let order): errors.append("a foreign order: \(order)")
        case .problem(let problem) where problem.isPermanent: errors.append("\(problem)")
        case .log, .problem: break
        }
    }

    private func send(_ id: RequestID, _ call: HTTPCall) {
        let places = ["/order", "/stop-order", "/close-position"]
        if places.contains(where: { call.path.hasSuffix($0) }) {
            placements[call.body, default: 0] += 1
        }
        switch venue.handle(call, now) {
        case .reply(let reply): schedule(.response(id, reply), within: 300)
        case .lost(let problem): schedule(.failed(id, problem), within: 3_000)
        }
        spread()
    }

    /// Pushes go their own ways: lost, twice, late and in any order.
    private func spread() {
        for (product, text) in venue.pushes {
            guard let socket = sockets[product] else { continue }
            if random.chance(venue.faults) { continue }
            schedule(.push(socket, text), within: random.chance(20) ? 2_000 : 100)
            if random.chance(venue.faults) { schedule(.push(socket, text), within: 5_000) }
        }
        venue.pushes = []
    }

    func trade() {
        venue.trade()
        spread()
    }

    func wakeStop() {
        venue.wakeStop()
        spread()
    }

    func reconcile() { input(.reconcile) }

    func cut() {
        guard let product = sockets.keys.sorted().randomElement(using: &random),
            let socket = sockets.removeValue(forKey: product)
        else { return }
        input(.closed(socket, reason: TransportProblem(.reset, "")))
    }

    // MARK: - The engine

    private func tell(_ event: EngineInput) {
        if case .status(let status) = event {
            isConnected = status.state == .connected || status.state == .resynchronised
        }
        var commands: [Command] = []
        engine?.process(event, into: &commands)
        take(commands)
    }

    func ask(_ intent: Intent) {
        strategy.requests = [.intent(intent)]
        var commands: [Command] = []
        engine?.process(.start(.reload, at: now), into: &commands)
        take(commands)
    }

    private func take(_ commands: [Command]) {
        for command in commands {
            if case .log(.error, let text) = command { errors.append(text) }
            input(.command(command))
        }
    }

    func heal() {
        venue.faults = 0
        run(200)
    }
}

private final class Asking: Strategy {
    var requests: [StrategyRequest] = []
    func attach(to state: TradingState) {}
    func subscription(to instrument: InstrumentID) -> Subscription { Subscription() }
    func onStart(_ reason: StartReason) -> HandlerOutcome { .output }
    func onTrade(_ trade: Trade) -> HandlerOutcome { .quiet }
    func onQuote(_ quote: Quote) -> HandlerOutcome { .quiet }
    func onBook(_ book: OrderBook) -> HandlerOutcome { .quiet }
    func onBar(_ bar: Bar) -> HandlerOutcome { .quiet }
    func onTicker(_ ticker: Ticker) -> HandlerOutcome { .quiet }
    func onFunding(_ funding: Funding) -> HandlerOutcome { .quiet }
    func onOrder(_ order: Order) -> HandlerOutcome { .quiet }
    func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome { .quiet }
    func onPosition(_ instrument: InstrumentID) -> HandlerOutcome { .quiet }
    func onTimer(_ name: String) -> HandlerOutcome { .quiet }
    func onStatus(_ status: VenueStatus) -> HandlerOutcome { .quiet }
    func onStop(_ reason: String) -> HandlerOutcome { .quiet }
    func takeOutput(into out: inout [StrategyRequest]) {
        out += requests
        requests = []
    }
}

@Suite struct `CoinEx session on a faulty network` {
    @Test(arguments: Array(1...60) as [UInt64])
    func `ends with the venue's own books, no order doubled and no execution lost`(seed: UInt64)
        throws
    {
        let floor = try Floor(seed: seed)
        floor.run(30)
        for _ in 0..<300 {
            try act(floor)
            floor.run(Double(floor.random.int(1...600)) / 1_000)
        }
        floor.heal()
        let before = floor.agreements
        floor.reconcile()
        floor.run(30)
        #expect(floor.agreements == before + 1)
        #expect(floor.isConnected)
        #expect(floor.errors == [])
        try checkHoldings(floor)
        try checkOrders(floor)
        // Sent again only where the venue said that it did nothing.
        let ids = Dictionary(grouping: floor.venue.orders, by: \.clientID)
        for (id, orders) in ids {
            #expect(orders.count == 1 || floor.venue.changesIDs, "\(id) was doubled")
            #expect(orders.filter(\.isOpen).count <= 1, "\(id) was doubled")
        }
        #expect(Set(floor.venue.stops.map(\.clientID)).count == floor.venue.stops.count)
        #expect(floor.placements.values.max() ?? 0 <= 3)
    }

    private func checkHoldings(_ floor: Floor) throws {
        let state = try #require(floor.engine?.state)
        for (index, product) in ["spot", "futures"].enumerated() {
            let net = thousandths(floor.venue.net(product))
            #expect(state.positions[index].net.description == net)
            let fees = Money(attos: Int128(floor.venue.fees(product)) * attosPerUnit / 1_000_000)
            #expect(state.positions[index].fees == fees)
            if product == "futures" {
                // What the venue says is held is what the executions add up to.
                #expect(floor.positions[InstrumentID(index)]?.description ?? "0" == net)
            }
        }
    }

    private func checkOrders(_ floor: Floor) throws {
        let open = try #require(floor.engine?.state.orders.open)
        #expect(open.map(\.id.text).sorted() == floor.venue.openIDs)
        for order in open {
            let wire = floor.venue.orders.last { $0.clientID == order.id.text && $0.isOpen }
            let stop = floor.venue.stops.last {
                $0.clientID == order.id.text && $0.state == .waiting
            }
            let (filled, amount, price) = try #require(
                wire.map { ($0.filled, $0.amount, $0.price) }
                    ?? stop.map { (0, $0.amount, $0.price) })
            #expect(order.filled.description == thousandths(filled))
            #expect(order.request.quantity.description == thousandths(amount))
            #expect(order.request.price?.description ?? "0" == "\(price)")
            #expect(order.state.name == (wire == nil ? "waiting" : "working"))
        }
    }

    private func act(_ floor: Floor) throws {
        let open = floor.engine?.state.orders.open ?? []
        switch floor.random.int(0...99) {
        case 0..<35 where floor.isConnected: floor.ask(.place(request(floor)))
        case 35..<52 where !open.isEmpty:
            floor.ask(.cancel(.order(floor.random.pick(open).id)))
        case 52..<63 where !open.isEmpty:
            let order = floor.random.pick(open)
            let price: Price? =
                order.request.price == nil ? nil : exact("\(floor.random.int(90...110))")
            let quantity: Quantity? =
                price == nil || floor.random.bool() ? quantity(floor) : nil
            floor.ask(.amend(order.id, price: price, quantity: quantity))
        case 63..<90: floor.trade()
        case 90..<95: floor.wakeStop()
        case 95..<97: floor.reconcile()
        case 97: floor.cut()
        default: break
        }
    }

    private func quantity(_ floor: Floor) -> Quantity {
        exact(thousandths(floor.random.int(2_000...9_999)))
    }

    /// Any kind of order that the venue has, in either product.
    private func request(_ floor: Floor) -> OrderRequest {
        var request = OrderRequest(
            instrument: InstrumentID(floor.random.int(0...1)),
            side: floor.random.bool() ? .buy : .sell, quantity: quantity(floor),
            price: exact("\(floor.random.int(90...110))"))
        let net = floor.engine?.state.positions[1].net ?? .zero
        switch floor.random.int(0...9) {
        case 0, 1: request.timeInForce = .ioc
        case 2, 3: request.isPostOnly = true
        case 4, 5:
            request.stop = request.side == .buy ? exact("105") : exact("95")
            if floor.random.bool() { request.price = nil }
        case 6, 7:
            guard let side = net.side else { break }
            request.instrument = InstrumentID(1)
            request.side = side.opposite
            request.quantity = min(request.quantity, net.magnitude)
            request.isReduceOnly = true
        default: break
        }
        return request
    }
}
