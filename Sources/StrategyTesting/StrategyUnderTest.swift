import PaperTrading
import ScriptHost
import TradingCore
import TradingModel

/// A strategy that a test has loaded, with the account and the market that the test made up.
///
/// The test either calls its handlers itself, and then nothing else is called, or plays events
/// through the engine and a simulated venue, which then call them.
final class StrategyUnderTest {
    let strategy: LuaStrategy
    let instruments: [Instrument]
    let state: TradingState
    var reading: EventReading
    private var timers = TimerQueue()
    var orders: [String: OrderSerial] = [:]
    private(set) var askedAtLoad: [StrategyRequest] = []
    private var fillCount = 0
    /// What the account starts with when it plays.
    var startBalances: [Currency: Money] = [:]
    /// The first call of the test that only makes sense without an engine.
    private var called: String?
    var played: PlayedRun?

    /// Timers that run out in one call of advance() at most.
    private static let mostTimers = 100_000

    init(_ strategy: LuaStrategy, instruments: [Instrument]) {
        self.strategy = strategy
        self.instruments = instruments
        let start = SimulatedExchange.start
        state = TradingState(mode: .backtest, instruments: instruments, now: start)
        reading = EventReading(strategy: strategy, instruments: instruments, clock: start)
        strategy.attach(to: state)
    }

    /// What the script asked for while it loaded: its timers run from then on.
    func drainLoadOutput() -> Output {
        strategy.drainOutput(into: &askedAtLoad)
        return perform(askedAtLoad)
    }

    // MARK: - Calling handlers

    func deliver(_ handler: String, _ event: PlainValue) throws(TestRefusal) -> Output {
        try begin(handler)
        try requireFeed(handler, event)
        let outcome = try call(handler, event)
        return outcome == .quiet ? Output() : drainOutput()
    }

    private func call(
        _ handler: String, _ event: PlainValue
    ) throws(TestRefusal) -> HandlerOutcome {
        switch handler {
        case "on_start":
            guard let reason = StartReason(rawValue: event.text ?? "") else {
                throw TestRefusal("on_start takes \"first\" or \"reload\"")
            }
            return strategy.onStart(reason)
        case "on_stop": return strategy.onStop(event.text ?? "")
        case "on_timer": return strategy.onTimer(event.text ?? "", late: 0)
        case "on_position":
            var named = PlainValue.none
            if event.text != nil { named = .fields(["symbol": event]) }
            return strategy.onPosition(try reading.instrument(named).id)
        case "on_order": return strategy.onOrder(try stageOrder(event))
        case "on_fill": return try callFill(event)
        case "on_status":
            let status = try reading.status(event)
            state.stage(now: status.receiveTime)
            return strategy.onStatus(status)
        default: return try callMarket(event)
        }
    }

    private func callMarket(_ event: PlainValue) throws(TestRefusal) -> HandlerOutcome {
        let events = try reading.marketEvents(event)
        try fitting { () throws(DecimalError) in
            for event in events { try state.stage(event) }
        }
        switch events[0] {
        case .trade(let trade): return strategy.onTrade(trade)
        case .quote(let quote): return strategy.onQuote(quote)
        case .bar(let bar): return strategy.onBar(bar)
        case .ticker(let ticker): return strategy.onTicker(ticker)
        case .funding(let funding): return strategy.onFunding(funding)
        case .book(let change):
            guard let book = state.books[change.instrument.index] else { return .quiet }
            return strategy.onBook(book)
        }
    }

    /// The position has taken the execution in when the handler hears of it, as in a run.
    private func callFill(_ event: PlainValue) throws(TestRefusal) -> HandlerOutcome {
        fillCount += 1
        let fill = try reading.fill(event, number: fillCount)
        var order = event["order"]
        if order.isNone {
            order = .fields([
                "id": .text("order-of-fill-\(fillCount)"), "symbol": event["symbol"],
                "side": event["side"], "qty": event["qty"], "filled": event["qty"],
                "state": .text("filled"), "average_price": event["price"],
            ])
        }
        let staged = try stageOrder(order)
        guard staged.request.side == event.side("side"),
            staged.request.instrument == (try reading.instrument(event).id)
        else { throw TestRefusal("the fill{} and its order are not of one side and symbol") }
        try fitting { () throws(DecimalError) in try state.stage(fill, of: staged) }
        return strategy.onFill(fill, of: staged)
    }

    /// Refuses a call that could not happen in a run: the script would never hear of the event.
    private func requireFeed(_ handler: String, _ event: PlainValue) throws(TestRefusal) {
        let feeds: [String: (feeds: FeedSet, name: String)] = [
            "on_trade": (.trades, "trades"), "on_quote": ([.quotes, .book], "quotes"),
            "on_book": (.book, "book"), "on_ticker": (.ticker, "ticker"),
            "on_funding": (.funding, "funding"),
        ]
        guard let wanted = feeds[handler] else { return }
        let symbol = try reading.instrument(event).symbol
        let subscribed = strategy.subscriptions[symbol]?.feeds ?? []
        guard subscribed.isDisjoint(with: wanted.feeds) else { return }
        throw TestRefusal(
            "\(handler) would never be called: the strategy does not subscribe to "
                + "`\(wanted.name)` of \(symbol)")
    }

    // MARK: - Time

    func advance(nanoseconds: Int64) throws(TestRefusal) -> Output {
        try begin("advance()")
        let end = state.now.advanced(byNanoseconds: nanoseconds)
        guard end <= .last else { throw TestRefusal(EventReading.tooLate) }
        var output = Output()
        var count = 0
        while timers.next <= end, output.failure == nil {
            let due = timers.next
            state.stage(now: due)
            guard let (name, _) = timers.popDue(at: due) else { break }
            count += 1
            guard count <= Self.mostTimers else {
                throw TestRefusal("advance(): more than \(Self.mostTimers) timers ran out")
            }
            guard strategy.onTimer(name, late: 0) != .quiet else { continue }
            output.append(drainOutput())
        }
        state.stage(now: end)
        reading.clock = end
        return output
    }

    /// Drains what the last call asked for; timers are set.
    private func drainOutput() -> Output {
        var requests: [StrategyRequest] = []
        strategy.drainOutput(into: &requests)
        return perform(requests)
    }

    private func perform(_ requests: [StrategyRequest]) -> Output {
        var output = Output()
        for request in requests {
            switch request {
            case .intent(let intent): output.intents.append(intent.plain(instruments))
            case .log(let level, let text): output.log(level, text)
            case .alert(let text): output.alerts.append(.text(text))
            case .plot(let name, let value): output.plot(name, value)
            case .after(let delay, let name):
                timers.set(name, due: due(after: delay), period: nil)
            case .every(let period, let name):
                timers.set(name, due: due(after: period), period: max(period, 1_000_000))
            case .cancelTimer(let name): timers.cancel(name)
            case .failure(let text, _), .fatal(let text, _): output.failure = output.failure ?? text
            }
        }
        return output
    }

    /// A millisecond at least, as the engine has it.
    private func due(after delay: Int64) -> Timestamp {
        state.now.advanced(byNanoseconds: max(delay, 1_000_000))
    }

    // MARK: - Playing, and looking

    func play(_ events: PlainValue) throws(TestRefusal) -> PlainValue {
        if let called {
            throw TestRefusal(
                "play{} is for a strategy whose handlers the engine calls, and this test used "
                    + "\(called) before: load another, strategy(…), to play")
        }
        // Recorded times may lie before the time at which tests begin.
        let given = try events.list.first.flatMap { (event) throws(TestRefusal) in
            try event.time("time")
        }
        let start = given ?? reading.clock
        let run = played ?? PlayedRun(self, balances: startBalances, start: start)
        played = run
        return try run.play(events.list)
    }

    /// Notes a call that only makes sense without an engine.
    func begin(_ what: String) throws(TestRefusal) {
        guard played == nil else {
            throw TestRefusal(
                "\(what) is for a strategy that the test calls itself, and this one plays: its "
                    + "handlers are called by the engine; load another, strategy(…), for that")
        }
        called = called ?? what
    }

    func value(_ name: String) throws(TestRefusal) -> PlainValue {
        switch name {
        case "now": return .seconds(played?.now ?? state.now)
        case "state":
            do throws(ScriptError) { return .constructor(try strategy.stateText()) } catch {
                throw TestRefusal(error.message)
            }
        default:
            guard played == nil else {
                throw TestRefusal("timers are not to be seen while the engine plays")
            }
            var left: [String: PlainValue] = [:]
            for timer in timers.running {
                left[timer.name] = .number(
                    Double(timer.due.nanoseconds - state.now.nanoseconds) / 1e9)
            }
            return .fields(left)
        }
    }
}

extension Output {
    fileprivate mutating func append(_ other: Output) {
        intents += other.intents
        logs += other.logs
        alerts += other.alerts
        plots += other.plots
        failure = failure ?? other.failure
    }
}
