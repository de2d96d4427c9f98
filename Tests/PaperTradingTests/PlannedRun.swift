import Matching
import ModelledRuns
import PaperTrading
import RunFigures
import TestInstruments
import TradingCore
import TradingModel

/// Events by hand, and what a strategy asks for when it hears the n-th of them.
final class PlannedRun {
    let modelled: ModelledRun
    private let strategy: Planned
    private let source: GivenEvents
    /// What run and model disagreed in.
    private(set) var differences: [String] = []

    var engine: Engine { modelled.run.engine }
    var equity: String { modelled.run.equity.equity.description }
    var maxDrawdown: String { modelled.run.equity.maxDrawdown.description }
    /// What was heard of the market, such as `trade 100 at 5 s`.
    var heard: [String] { strategy.heard }
    /// Position, of the engine and of the account.
    var positions: (Position, Position) {
        (engine.state.positions[0], modelled.run.venue.account.positions[0])
    }

    /// Plays the events to their end.
    init(
        _ events: [MarketEvent],
        _ settings: PaperSettings = PaperSettings(balances: plenty, leverage: 10),
        on instruments: [Instrument] = [perpetual],
        depth: [InstrumentID] = [], timers: [Int64] = [], plan: [Int: [Intent]]
    ) throws {
        let hasBars = events.contains { if case .bar = $0 { true } else { false } }
        strategy = Planned(plan, timers, hearsBars: hasBars)
        source = GivenEvents(events)
        modelled = ModelledRun(
            instruments, source, strategy, settings, depth: depth,
            ownsBooks: depth.isEmpty)
        differences = try modelled.play()
    }

    private final class Planned: Strategy {
        private let plan: [Int: [Intent]]
        private let timers: [Int64]
        private let hearsBars: Bool
        private var requests: [StrategyRequest] = []
        private var state: TradingState?
        private(set) var heard: [String] = []
        private var count = 0

        init(_ plan: [Int: [Intent]], _ timers: [Int64], hearsBars: Bool) {
            self.hearsBars = hearsBars
            self.plan = plan
            self.timers = timers
        }

        private func hear(_ what: String) -> HandlerOutcome {
            count += 1
            note(what)
            requests += (plan[count] ?? []).map { .intent($0) }
            return .output
        }
        private func note(_ what: String) {
            let seconds = Double(state?.now.nanoseconds ?? 0) / 1e9
            heard.append("\(what) at \(seconds) s")
        }

        func attach(to state: TradingState) { self.state = state }
        func subscription(to instrument: InstrumentID) -> Subscription {
            Subscription(
                feeds: [.trades, .quotes, .book, .bars, .ticker, .funding],
                barSizes: hearsBars ? [.time(nanoseconds: 60_000_000_000)] : [])
        }
        func onStart(_ reason: StartReason) -> HandlerOutcome {
            for timer in timers { requests.append(.after(nanoseconds: timer, name: "\(timer)")) }
            return .output
        }
        func onTrade(_ trade: Trade) -> HandlerOutcome { hear("trade \(trade.price)") }
        func onQuote(_ quote: Quote) -> HandlerOutcome { hear("quote") }
        func onBook(_ book: OrderBook) -> HandlerOutcome { hear("book") }
        func onBar(_ bar: Bar) -> HandlerOutcome { hear("bar \(bar.close)") }
        func onTicker(_ ticker: Ticker) -> HandlerOutcome { hear("ticker") }
        func onFunding(_ funding: Funding) -> HandlerOutcome { hear("funding") }
        func onOrder(_ order: Order) -> HandlerOutcome { .quiet }
        func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome {
            note("fill \(fill.price)")
            return .quiet
        }
        func onPosition(_ instrument: InstrumentID) -> HandlerOutcome { .quiet }
        func onTimer(_ name: String, late: Int64) -> HandlerOutcome {
            note("timer")
            return .quiet
        }
        func onStatus(_ status: VenueStatus) -> HandlerOutcome { .quiet }
        func onStop(_ reason: String) -> HandlerOutcome {
            note("stop")
            return .quiet
        }
        func drainOutput(into requests: inout [StrategyRequest]) {
            requests += self.requests
            self.requests = []
        }
    }
}

/// Hands out events by hand.
final class GivenEvents: MarketEventSource {
    private var events: [MarketEvent]
    init(_ events: [MarketEvent]) { self.events = events }
    func read(into batch: EventBatch) throws(MarketDataError) {
        while !batch.isFull, !events.isEmpty { batch.append(events.removeFirst()) }
    }
}
