import Matching
import PaperTrading
import RunFigures
import ScriptHost
import TradingCore
import TradingModel

/// Events of a test on their way through the real engine, risk gate and simulated venue.
final class PlayedRun {
    private let source = GivenEvents()
    private let watch: FailureWatch
    private let instruments: [Instrument]
    private var run: SimulatedRun
    private var reading: EventReading
    private let record: Record
    private var isOver = false

    /// Timers that run out between two events at most: some seconds of quick handlers.
    private static let mostQuietSteps = 1_000_000

    /// What one play{} left behind; the run's listeners write it.
    fileprivate final class Record {
        var output = Output()
        var fills: [PlainValue] = []
        var refused: [PlainValue] = []
    }

    /// A run that begins at `start`, before its first event.
    init(_ tested: StrategyUnderTest, balances: [Currency: Money], start: Timestamp) {
        instruments = tested.instruments
        watch = FailureWatch(tested.strategy, askedAtLoad: tested.askedAtLoad)
        reading = EventReading(
            strategy: tested.strategy, instruments: instruments, clock: start)
        let venue = MatchingVenue(
            instruments: instruments, settings: PaperSettings(balances: balances))
        let engine = Engine(
            mode: .backtest, instruments: instruments, strategy: watch,
            settings: EngineSettings(), now: start)
        run = SimulatedRun(
            engine: engine, venue: venue, source: source, feedLatency: 0,
            equity: EquityCurve(
                currency: instruments[0].settle, start: .zero, instruments: instruments,
                held: [:]))
        run.mostQuietSteps = Self.mostQuietSteps
        let record = Record()
        self.record = record
        let instruments = instruments
        run.listener = { command, _ in record.record(command, instruments) }
        run.reportListener = { report, state in
            guard case .fill(let fill) = report.event, let order = state.orders[report.order]
            else { return }
            record.fills.append(fill.plain(of: order, instruments))
        }
    }

    var now: Timestamp { max(run.engine.state.now, reading.clock) }

    /// Lets the events happen, in order, and tells what became of them.
    func play(_ events: [PlainValue]) throws(TestRefusal) -> PlainValue {
        guard !isOver else { throw TestRefusal("the run is over: stop() ended it") }
        record.output = Output()
        record.fills = []
        record.refused = []
        watch.failure = nil
        for event in events {
            switch event["kind"].text {
            case "wait":
                try advance()
                let span = try event.nanoseconds("seconds") ?? 0
                try reading.move(to: now.advanced(byNanoseconds: span))
                try passing { () throws(MarketDataError) in try run.pass(until: reading.clock) }
            case "stop":
                try advance()
                run.finish(event["reason"].text ?? "")
                isOver = true
            default:
                let before = reading.clock
                let market = try reading.marketEvents(event)
                guard market.allSatisfy({ $0.receiveTime >= before }) else {
                    throw TestRefusal("play{} goes forwards in time, and an event goes back")
                }
                source.events += market
            }
        }
        if !isOver { try advance() }
        record.output.failure = watch.failure
        return result()
    }

    private func advance() throws(TestRefusal) {
        try passing { () throws(MarketDataError) in _ = try run.advance(to: .distantFuture) }
    }

    private func passing(_ step: () throws(MarketDataError) -> Void) throws(TestRefusal) {
        do throws(MarketDataError) { try step() } catch { throw TestRefusal("\(error)") }
    }

    private func result() -> PlainValue {
        let state = run.engine.state
        var fields = record.output.plain.fields
        fields["fills"] = .list(record.fills)
        fields["refused"] = .list(record.refused)
        var orders: [PlainValue] = []
        while let order = state.orders[OrderSerial(orders.count + 1)] {
            orders.append(order.plain(instruments))
        }
        fields["orders"] = .list(orders)
        var positions: [String: PlainValue] = [:]
        for (instrument, position) in zip(instruments, state.positions) {
            positions[instrument.symbol.description] = .number(position.net)
        }
        fields["positions"] = .fields(positions)
        if instruments.count == 1 { fields["position"] = .number(state.positions[0].net) }
        var balances: [String: PlainValue] = [:]
        for balance in state.balances.values {
            balances[balance.currency.code] = .number(balance.total)
        }
        fields["balances"] = .fields(balances)
        fields["stopped"] = run.stopReason.map { .text($0) }
        return .fields(fields)
    }
}

extension PlayedRun.Record {
    fileprivate func record(_ command: Command, _ instruments: [Instrument]) {
        switch command {
        case .intent(let intent): output.intents.append(intent.plain(instruments))
        case .log(let level, let text): output.log(level, text)
        case .alert(let text): output.alerts.append(.text(text))
        case .plot(let name, let value): output.plot(name, value)
        case .refused(let refusal, _):
            refused.append(
                .fields([
                    "rule": .text(refusal.rule.rawValue), "detail": .text(refusal.detail),
                ]))
        case .submit, .cancel, .amend, .tradingStopped, .tradingState: break
        }
    }
}

/// Hands out what a test gives, and ends until it gives more.
private final class GivenEvents: MarketEventSource {
    var events: [MarketEvent] = []

    func read(into batch: EventBatch) throws(MarketDataError) {
        let count = min(events.count, batch.capacity - batch.count)
        for event in events.prefix(count) { batch.append(event) }
        events.removeFirst(count)
    }
}
