import LedgerFigures
import PropertyTesting
import RunFigures
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `A ledger` {
    /// Trades and depth with odd prices and endless quantities, and a position that is now this, now
    /// that, valued at the last price, at a mark or at the middle of the book.
    @Test(arguments: seeds)
    func `counts stretches of a batch as it counts their events one by one`(seed: UInt64) {
        let market = LedgerMarket(seed: seed)
        for round in 1...150 {
            market.playBatch()
            if market.random.chance(40) { market.movePosition() }
            if market.random.chance(market.hasMarks ? 10 : 0) { market.mark() }
            let (quick, plain) = (market.quick.figures, market.plain.figures)
            #expect(quick == plain, "seed \(seed), round \(round)")
            guard quick == plain else { return }
        }
        #expect(market.stretches > 100, "seed \(seed)")
        #expect(market.quick.equity.maxDrawdown > .zero, "seed \(seed)")
    }

    @Test func `counts an event of the data where it comes, and values it where it is known`() {
        let market = LedgerMarket(seed: 1)
        let ledger = market.quick
        ledger.observe(Told.trade(0, "100"))
        #expect(ledger.statistics[0].trades == 1)
        #expect(ledger.equity.equity == money("1000"))
        ledger.record(Told.trade(0, "100").input)
        #expect(ledger.statistics[0].trades == 1)
    }

    @Test func `observes what the engine takes in as it comes, once`() {
        let ledger = LedgerMarket(seed: 1).quick
        ledger.record(EngineIntake.input(Told.trade(0, "100").input))
        ledger.record(
            EngineIntake.changes(
                Told.book(1, "99", "101").compactMap { event in
                    if case .book(let change) = event { change } else { nil }
                }))
        #expect(ledger.statistics[0].events == 4)
        #expect(ledger.statistics[0].bookUpdates == 1)
    }
}

/// An account whose balances have what an earlier run made there.
@Suite struct `A ledger of a run that goes on` {
    private func ledger(
        _ market: Instrument, _ position: Position, _ balances: [(String, String)],
        at price: String?
    ) -> RunLedger {
        var engine = Engine(
            mode: .live, instruments: [market], strategy: Quiet(), settings: EngineSettings(),
            now: .distantPast)
        let ledger = RunLedger(of: engine.state)
        var earlier = EarlierRun()
        earlier.positions[market.id] = position
        var inputs: [EngineInput] = [.resume(earlier, at: Told.time(0))]
        for (currency, total) in balances {
            let balance = Balance(
                currency: Currency(currency), total: money(total), available: money(total))
            inputs.append(.balance(balance, at: Told.time(0)))
        }
        if let price { inputs.append(Told.trade(0, price).input) }
        var commands: [Command] = []
        for input in inputs {
            engine.process(input, into: &commands)
            ledger.record(EngineIntake.input(input))
        }
        ledger.beginEquity(isRestart: true)
        return ledger
    }

    @Test func `counts what the run before it has realised once: in the balance`() {
        let market = instrument("test:BTC/USDT:USDT", tick: "0.5")
        let position = Position(
            of: market, net: SignedQuantity(attos: -2 * attosPerUnit), entryValue: money("200"),
            realisedPnL: money("75"), fees: money("3"), funding: money("-1"))
        let ledger = ledger(market, position, [("USDT", "1071")], at: "90")
        #expect(ledger.equity.equity == money("1091"))
        #expect(ledger.equity.start == money("1091"))
        #expect(ledger.equity.maxDrawdown == .zero)
        ledger.record(Told.trade(1, "95").input)
        #expect(ledger.equity.equity == money("1081"))
        #expect(ledger.equity.maxDrawdown == money("10"))
    }

    @Test func `loses nothing by the first price of what it goes on with`() {
        let market = instrument("test:BTC/USDT:USDT", tick: "0.5")
        let position = Position(
            of: market, net: SignedQuantity(attos: 2 * attosPerUnit), entryValue: money("200"),
            realisedPnL: money("75"), fees: money("3"), funding: money("-1"))
        let ledger = ledger(market, position, [("USDT", "1071")], at: nil)
        #expect(ledger.equity.equity == money("1071"))
        ledger.record(Told.trade(1, "60").input)
        #expect(ledger.equity.equity == money("991"))
        #expect(ledger.equity.start == money("991"))
        #expect(ledger.equity.maxDrawdown == .zero)
        ledger.record(Told.trade(2, "50").input)
        #expect(ledger.equity.maxDrawdown == money("20"))
    }

    @Test(arguments: ["2", "-2"])
    func `counts coins that a position has once: with the balance of them`(net: String) {
        let market = instrument("test:BTC/USDT", tick: "0.5")
        let position = Position(
            of: market, net: SignedQuantity(attos: money(net).attos), entryValue: money("180"),
            realisedPnL: money("40"), fees: money("2"), funding: .zero)
        let ledger = ledger(market, position, [("USDT", "858"), ("BTC", "5")], at: "100")
        #expect(ledger.equity.equity == money("1358"))
        ledger.record(Told.trade(1, "101").input)
        #expect(ledger.equity.equity == money("1363"))
    }
}

extension MarketEvent {
    fileprivate var input: EngineInput { .market(self) }
}

/// One instrument's data at random, and two ledgers over one engine: one that records stretches where
/// it may, one that records everything by itself.
private final class LedgerMarket {
    var random: Seeded
    let quick: RunLedger
    let plain: RunLedger
    let hasMarks: Bool
    private(set) var stretches = 0
    private var engine: Engine
    private let market: Instrument
    private let batch = EventBatch(capacity: 64)
    private var ticks = 20_000
    private var clock: Int64 = 0

    init(seed: UInt64) {
        random = Seeded(seed)
        hasMarks = random.chance(40)
        market = instrument("test:BTC/USDT:USDT", tick: "0.5")
        engine = Engine(
            mode: .backtest, instruments: [market], strategy: Quiet(), settings: EngineSettings(),
            now: .distantPast)
        var equity = { [market] in
            EquityCurve(
                currency: market.settle, start: money("1000"), instruments: [market], held: [:])
        }
        quick = RunLedger(of: engine.state, equity())
        let counted = equity
        equity = {
            var equity = counted()
            equity.countsOut = true
            return equity
        }
        plain = RunLedger(of: engine.state, equity())
        if random.chance(30) { movePosition() }
    }

    private var time: Timestamp { Timestamp(nanoseconds: clock) }

    func playBatch() {
        batch.removeAll()
        for _ in 0..<random.int(1...64) {
            clock += Int64(random.int(0...3))
            ticks = max(10, ticks + random.int(-30...30))
            if random.chance(60) { batch.append(trade()) } else { batch.append(change()) }
        }
        let recordsStretches = quick.recordsStretches
        if recordsStretches { recordStretches() }
        for place in 0..<batch.count {
            let event = batch[place]
            engine.observe(event)
            if !recordsStretches { recordQuickly(event) }
            plain.observe(event)
            plain.record(.market(event))
        }
    }

    private func recordStretches() {
        var place = 0
        while place < batch.count {
            let end = min(batch.count, place + random.int(1...64))
            quick.record(batch, place..<end)
            stretches += 1
            place = end
        }
    }

    private func recordQuickly(_ event: MarketEvent) {
        switch event {
        case .trade(let trade): quick.record(trade)
        case .book(let change):
            quick.observe(change)
            quick.recordMid(after: change)
        default:
            quick.observe(event)
            quick.record(.market(event))
        }
    }

    func movePosition() {
        let lots = random.chance(20) ? 0 : random.int(-5_000...5_000)
        let odd: Int128 = random.chance(5) ? 7 : 0
        let net = SignedQuantity(attos: Int128(lots) * market.lot.attos + odd)
        take(
            .position(
                PositionCorrection(
                    instrument: market.id, net: net, averagePrice: price(isOdd: false),
                    reason: "test", receiveTime: time)))
    }

    func mark() {
        take(
            .market(
                .ticker(
                    Ticker(
                        instrument: market.id, mark: price(isOdd: random.bool()), venueTime: time,
                        receiveTime: time))))
    }

    private func take(_ input: EngineInput) {
        var commands: [Command] = []
        engine.process(input, into: &commands)
        for ledger in [quick, plain] { ledger.record(EngineIntake.input(input)) }
    }

    private func price(isOdd: Bool) -> Price {
        Price(attos: Int128(ticks) * market.tick.attos + (isOdd ? market.tick.attos / 7 : 0))
    }

    private func trade() -> Trade {
        let lots = random.chance(2) ? 1 << 60 : random.int(1...9_000)
        let odd: Int128 = random.chance(2) ? 3 : 0
        return Trade(
            instrument: market.id, price: price(isOdd: random.chance(1)),
            quantity: Quantity(attos: Int128(lots) * market.lot.attos + odd),
            taker: random.chance(5) ? nil : random.bool() ? .buy : .sell, venueTime: time,
            receiveTime: time)
    }

    private func change() -> BookChange {
        let side: Side = random.bool() ? .buy : .sell
        ticks += side == .buy ? -1 : 1
        return BookChange(
            instrument: market.id, kind: random.chance(5) ? .clear : .level, side: side,
            price: price(isOdd: false), quantity: quantity(random.chance(30) ? "0" : "3"),
            endsMessage: random.chance(60), venueTime: time, receiveTime: time)
    }
}

/// Asks for nothing.
private final class Quiet: Strategy {
    func attach(to state: TradingState) {}
    func subscription(to instrument: InstrumentID) -> Subscription { Subscription() }
    func onStart(_ reason: StartReason) -> HandlerOutcome { .quiet }
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
    func drainOutput(into requests: inout [StrategyRequest]) {}
}
