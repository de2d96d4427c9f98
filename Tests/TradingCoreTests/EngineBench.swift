import Testing
import TradingCore
import TradingModel

/// A strategy that answers each kind of event with what a test prepared, and remembers what it heard.

final class Listener: Strategy {
    var heard: [String] = []
    var wanted = Subscription(feeds: [.trades, .quotes, .book, .bars])
    /// What to ask for when an event of that name comes, once each.
    var answers: [String: [[StrategyRequest]]] = [:]
    /// What to ask for whenever an event of that name comes.
    var whenever: [String: [StrategyRequest]] = [:]
    /// Whether it does not remember what it hears.
    var isDeaf = false
    private(set) var orders: [Order] = []
    private var output: [StrategyRequest] = []

    private func hear(_ name: String, _ detail: String = "") -> HandlerOutcome {
        if !isDeaf { heard.append(detail.isEmpty ? name : "\(name) \(detail)") }
        if let always = whenever[name] {
            output = always
            return .output
        }
        guard var queue = answers[name], !queue.isEmpty else { return .quiet }
        output = queue.removeFirst()
        answers[name] = queue
        return output.contains { if case .failure = $0 { true } else { false } } ? .failed : .output
    }

    func attach(to state: TradingState) {}
    func subscription(to instrument: InstrumentID) -> Subscription { wanted }
    func onStart(_ reason: StartReason) -> HandlerOutcome { hear("start") }
    func onTrade(_ trade: Trade) -> HandlerOutcome { hear("trade", "\(trade.price)") }
    func onQuote(_ quote: Quote) -> HandlerOutcome {
        hear("quote", "\(quote.bid?.price.description ?? "–")")
    }
    func onBook(_ book: OrderBook) -> HandlerOutcome { hear("book", "\(book.messages)") }
    func onBar(_ bar: Bar) -> HandlerOutcome { hear("bar", "\(bar.close) × \(bar.volume)") }
    func onTicker(_ ticker: Ticker) -> HandlerOutcome { hear("ticker") }
    func onFunding(_ funding: Funding) -> HandlerOutcome { hear("funding") }
    func onOrder(_ order: Order) -> HandlerOutcome {
        orders.append(order)
        let outcome = hear("order", order.state.name)
        return outcome == .quiet && !order.state.isOpen
            ? answer("order \(order.state.name)") : outcome
    }
    private func answer(_ name: String) -> HandlerOutcome {
        guard var queue = answers[name], !queue.isEmpty else { return .quiet }
        output = queue.removeFirst()
        answers[name] = queue
        return .output
    }
    func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome {
        hear("fill", "\(fill.quantity)")
    }
    func onPosition(_ instrument: InstrumentID) -> HandlerOutcome {
        hear("position", "\(instrument.index)")
    }
    func onTimer(_ name: String, late: Int64) -> HandlerOutcome {
        hear("timer", late == 0 ? name : "\(name) late \(Double(late) / 1e9)")
    }
    func onStatus(_ status: VenueStatus) -> HandlerOutcome { hear("status") }
    func onStop(_ reason: String) -> HandlerOutcome { hear("stop") }
    func drainOutput(into requests: inout [StrategyRequest]) {
        requests += output
        output = []
    }
}

struct Bench {
    let strategy = Listener()
    var engine: Engine
    var commands: [Command] = []
    private let btc = InstrumentID(0)

    init(
        _ subscription: Subscription? = nil, settings: EngineSettings = EngineSettings()
    ) throws {
        if let subscription { strategy.wanted = subscription }
        let instrument = Instrument(
            id: btc, symbol: try Symbol("sim:BTC/USDT:USDT"), tick: try Price("0.1"),
            lot: try Quantity("0.001"), minQuantity: try Quantity("0.001"))
        engine = Engine(
            mode: .paper, instruments: [instrument], strategy: strategy,
            settings: settings, now: Timestamp(nanoseconds: 0))
    }

    static func at(_ seconds: Double) -> Timestamp {
        Timestamp(nanoseconds: Int64(seconds * 1e9))
    }

    mutating func trade(_ price: String, _ quantity: String = "1", at seconds: Double) throws {
        engine.process(
            Trade(
                instrument: btc, price: try Price(price), quantity: try Quantity(quantity),
                taker: .buy, venueTime: Self.at(seconds), receiveTime: Self.at(seconds)),
            into: &commands)
    }

    mutating func report(
        _ order: String, _ event: OrderEvent, of instrument: InstrumentID? = nil,
        at seconds: Double = 1
    ) {
        engine.process(
            .report(
                ExecutionReport(
                    order: ClientOrderID(order), instrument: instrument ?? btc, event: event,
                    venueTime: Self.at(seconds), receiveTime: Self.at(seconds))),
            into: &commands)
    }

    mutating func fill(
        _ order: String, _ quantity: String, id: String, of instrument: InstrumentID? = nil
    ) throws {
        report(
            order,
            .fill(
                Fill(
                    id: id, price: try Price("100"), quantity: try Quantity(quantity),
                    liquidity: .taker, fee: .zero, feeCurrency: Currency("USDT"))),
            of: instrument)
    }

    /// Orders, cancels and the like, without intents and logs.
    var deeds: [String] {
        commands.compactMap { command in
            switch command {
            case .submit(let order):
                "\(order.request.side) \(order.request.quantity)"
                    + (order.request.isReduceOnly ? " reduce" : "")
            case .cancel(let id, _): "cancel \(id)"
            case .amend(let amendment): "amend \(amendment.id)"
            case .refused(let refusal, _): "refused \(refusal.rule.rawValue)"
            case .tradingStopped: "stopped"
            default: nil
            }
        }
    }

    static func buy(_ quantity: String) throws -> StrategyRequest {
        .intent(
            .place(
                OrderRequest(
                    instrument: InstrumentID(0), side: .buy, quantity: try Quantity(quantity))))
    }
}
