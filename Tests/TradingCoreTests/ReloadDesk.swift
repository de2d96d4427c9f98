import Testing
import TradingCore
import TradingModel

/// A strategy whose every handler is told by a test, with a number as its data.
final class VersionedStrategy: ReloadableStrategy {
    let shape: Int64
    var count = 0
    var isRehearsing = false
    var isRolledBack = false
    /// What it does at a trade, beside counting it.
    var atTrade: (VersionedStrategy, Trade) -> [StrategyRequest] = { _, _ in [] }
    var atStart: (VersionedStrategy) -> [StrategyRequest] = { _ in [] }
    private(set) var starts: [(reason: StartReason, isRehearsal: Bool, isRollback: Bool)] = []
    private(set) var timers: [String] = []
    private(set) var trades = 0
    private(set) var bars: [Bar] = []
    private var requests: [StrategyRequest] = []
    private var state: TradingState?
    private(set) var orders: [Order] = []
    var indicators: [IndicatorWarmth] = []
    var barSizes: [BarSize] = []

    init(shape: Int64 = 1) { self.shape = shape }

    var openOrders: Int { state?.orders.openCount ?? 0 }

    func savedState() throws(ReloadRefusal) -> StrategyState {
        StrategyState(text: "\(count)", shape: shape)
    }
    func adopt(_ state: StrategyState) throws(ReloadRefusal) {
        guard state.shape <= shape else { throw ReloadRefusal("a newer shape") }
        try restore(state)
    }
    func restore(_ state: StrategyState) throws(ReloadRefusal) { count = Int(state.text) ?? -1 }

    private func answer(_ requests: [StrategyRequest]) -> HandlerOutcome {
        self.requests = requests
        if requests.contains(where: { if case .failure = $0 { true } else { false } }) {
            return .failed
        }
        return requests.isEmpty ? .quiet : .output
    }
    func drainOutput(into requests: inout [StrategyRequest]) {
        requests += self.requests
        self.requests = []
    }

    func attach(to state: TradingState) { self.state = state }
    func subscription(to instrument: InstrumentID) -> Subscription {
        Subscription(feeds: barSizes.isEmpty ? .trades : [.trades, .bars], barSizes: barSizes)
    }
    func onStart(_ reason: StartReason) -> HandlerOutcome {
        starts.append((reason, isRehearsing, isRolledBack))
        return answer(atStart(self))
    }
    func onTrade(_ trade: Trade) -> HandlerOutcome {
        count += 1
        trades += 1
        return answer(atTrade(self, trade))
    }
    func onBar(_ bar: Bar) -> HandlerOutcome {
        bars.append(bar)
        return .quiet
    }
    func onTimer(_ name: String, late: Int64) -> HandlerOutcome {
        timers.append(name)
        return .quiet
    }
    func onQuote(_ quote: Quote) -> HandlerOutcome { .quiet }
    func onBook(_ book: OrderBook) -> HandlerOutcome { .quiet }
    func onTicker(_ ticker: Ticker) -> HandlerOutcome { .quiet }
    func onFunding(_ funding: Funding) -> HandlerOutcome { .quiet }
    func onOrder(_ order: Order) -> HandlerOutcome {
        orders.append(order)
        return .quiet
    }
    func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome { .quiet }
    func onPosition(_ instrument: InstrumentID) -> HandlerOutcome { .quiet }
    func onStatus(_ status: VenueStatus) -> HandlerOutcome { .quiet }
    func onStop(_ reason: String) -> HandlerOutcome { .quiet }
}

/// A running engine whose strategy can be replaced, with a trade a second.
struct ReloadDesk {
    var engine: Engine
    let reloads: StrategyReloads
    private(set) var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private(set) var commands: [Command] = []

    init(
        _ strategy: VersionedStrategy, window: WindowLimits = WindowLimits(),
        maxFailuresPerMinute: Int = 3, beforeStart: [EngineInput] = []
    ) throws {
        var settings = EngineSettings()
        settings.maxFailuresPerMinute = maxFailuresPerMinute
        engine = Engine(
            mode: .paper, instruments: [try .linear()], strategy: strategy,
            settings: settings, now: .distantPast)
        reloads = StrategyReloads(settings: ReloadSettings(window: window))
        for input in beforeStart { process(input) }
        process(.start(.first, at: now))
    }

    mutating func process(_ input: EngineInput) {
        reloads.process(input, &engine, into: &commands)
    }

    /// One trade a second, at prices that differ.
    mutating func trade(times: Int = 1) throws {
        for _ in 0..<times {
            now = now.advanced(byNanoseconds: 1_000_000_000)
            process(
                .market(
                    .trade(
                        Trade(
                            instrument: InstrumentID(0), price: try Price("100"),
                            quantity: try Quantity("1"), taker: .buy, venueTime: now,
                            receiveTime: now))))
        }
    }

    mutating func pass(seconds: Int64) {
        now = now.advanced(byNanoseconds: seconds * 1_000_000_000)
        process(.time(now))
    }

    mutating func report(_ order: ClientOrderID, _ event: OrderEvent) {
        process(
            .report(
                ExecutionReport(
                    order: order, instrument: InstrumentID(0), event: event, venueTime: now,
                    receiveTime: now)))
    }

    func rehearse(_ strategy: VersionedStrategy) throws -> Rehearsal {
        let material = try #require(reloads.window.material())
        return try Rehearsal(of: strategy, with: material)
    }

    @discardableResult
    mutating func swap(in rehearsal: Rehearsal) throws -> Swap {
        try reloads.swap(in: rehearsal, &engine, into: &commands)
    }

    @discardableResult
    mutating func reload(_ strategy: VersionedStrategy) throws -> Swap {
        try swap(in: try rehearse(strategy))
    }

    mutating func takeCommands() -> [Command] {
        defer { commands = [] }
        return commands
    }

    var lines: [String] {
        commands.compactMap { if case .log(_, let text) = $0 { text } else { nil } }
    }
    var submitted: [ApprovedOrder] {
        commands.compactMap { if case .submit(let order) = $0 { order } else { nil } }
    }
    var stopReason: String? {
        for case .tradingStopped(let reason) in commands { return reason }
        return nil
    }
}
