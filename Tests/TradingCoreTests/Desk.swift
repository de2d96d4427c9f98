import Testing
import TradingCore
import TradingModel

/// An engine with a strategy that asks for what a test tells it to, and the venue's side by hand.
struct Desk {
    var engine: Engine
    private let strategy = ToldStrategy()
    var state: TradingState { engine.state }
    private var fills = 0
    private(set) var now = Timestamp(nanoseconds: 1_000_000_000)

    init(
        _ instruments: [Instrument], limits: RiskLimits = RiskLimits(), ordersKept: Int = 1_000,
        asking figures: RiskFigures? = nil
    ) {
        var settings = EngineSettings()
        settings.limits = limits
        settings.finalOrdersKept = ordersKept
        settings.riskFigures = figures
        self.init(instruments, settings: settings)
    }

    init(_ instruments: [Instrument], settings: EngineSettings) {
        engine = Engine(
            mode: .paper, instruments: instruments, strategy: strategy, settings: settings,
            now: now)
    }

    /// Sends an intent through the engine and returns the commands that came of it.
    @discardableResult
    mutating func ask(_ intent: Intent) -> [Command] {
        strategy.requests = [.intent(intent)]
        var commands: [Command] = []
        engine.process(.start(.first, at: now), into: &commands)
        return commands.filter { if case .intent = $0 { false } else { true } }
    }

    @discardableResult
    mutating func place(_ request: OrderRequest) throws -> ClientOrderID {
        guard case .submit(let order)? = ask(.place(request)).first else {
            throw Refused(request: request)
        }
        return order.id
    }
    struct Refused: Error { let request: OrderRequest }

    mutating func report(_ order: ClientOrderID, _ event: OrderEvent) {
        var commands: [Command] = []
        let instrument = state.orders[order]?.request.instrument ?? InstrumentID(0)
        engine.process(
            .report(
                ExecutionReport(
                    order: order, instrument: instrument, event: event, venueTime: now,
                    receiveTime: now)), into: &commands)
    }

    mutating func accept(_ order: ClientOrderID) {
        report(order, .accepted(VenueOrderID(order.text)))
    }

    mutating func fill(_ order: ClientOrderID, _ quantity: Quantity, at price: Price) {
        fills += 1
        report(
            order,
            .fill(
                Fill(
                    id: "\(fills)", price: price, quantity: quantity, liquidity: .taker, fee: .zero,
                    feeCurrency: Currency("USDT"))))
    }

    /// A position, bought or sold at 100.
    mutating func hold(_ text: String, id: Int = 0) throws {
        let net = try SignedQuantity(text)
        let side = try #require(net.side)
        let order = try place(
            OrderRequest(instrument: InstrumentID(id), side: side, quantity: net.magnitude))
        fill(order, net.magnitude, at: try Price("100"))
    }

    mutating func quote(bid: String?, ask: String?) throws {
        let one = try Quantity("1")
        let quote = Quote(
            instrument: InstrumentID(0),
            bid: try bid.map { BookLevel(price: try Price($0), quantity: one) },
            ask: try ask.map { BookLevel(price: try Price($0), quantity: one) },
            venueTime: now, receiveTime: now)
        var commands: [Command] = []
        engine.process(.quote(quote), into: &commands)
    }

    mutating func trade(at price: String) throws {
        let trade = Trade(
            instrument: InstrumentID(0), price: try Price(price), quantity: try Quantity("1"),
            taker: nil, venueTime: now, receiveTime: now)
        var commands: [Command] = []
        engine.process(.trade(trade), into: &commands)
    }

    mutating func pass(nanoseconds: Int64) {
        now = now.advanced(byNanoseconds: nanoseconds)
        var commands: [Command] = []
        engine.process(.time(now), into: &commands)
    }

    mutating func stop() {
        var commands: [Command] = []
        engine.process(.stop(reason: "test", at: now), into: &commands)
    }
}

private final class ToldStrategy: Strategy {
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
    func onTimer(_ name: String, late: Int64) -> HandlerOutcome { .quiet }
    func onStatus(_ status: VenueStatus) -> HandlerOutcome { .quiet }
    func onStop(_ reason: String) -> HandlerOutcome { .quiet }
    func drainOutput(into requests: inout [StrategyRequest]) {
        requests += self.requests
        self.requests = []
    }
}
