public import TradingCore
public import TradingModel

/// What is counted about a run of any kind: the data that came, what the account is worth, orders,
/// fills, refusals, and the hash over what the strategy asked for.
///
/// Every run counts here and nowhere else, each thing once: data as it comes, by `observe`; what the
/// engine has taken in and what it wants done, as soon as it does, by `record`. What the ledger holds
/// follows from that alone. It is a reference: who keeps it sees the run go on.
public final class RunLedger {
    public private(set) var tally = Tally()
    public private(set) var equity: EquityCurve
    private let data: InstrumentTable<DataStatistics>
    private let state: TradingState

    /// - Parameters:
    ///   - state: of the run's engine, which has not started.
    ///   - equity: as it stands before the first input.
    public init(of state: TradingState, _ equity: EquityCurve) {
        self.state = state
        self.equity = equity
        data = InstrumentTable(state.instruments.map { DataStatistics(of: $0) })
    }

    /// For an account whose balances are known once the run starts: see ``beginEquity(isRestart:)``.
    public convenience init(of state: TradingState) {
        let instruments = state.instruments
        self.init(
            of: state,
            EquityCurve(
                currency: instruments[0].settle, start: .zero, instruments: instruments, held: [:]))
    }

    /// What the data held so far, by instrument.
    public var statistics: [DataStatistics] { data.values }

    /// The account is worth what its balances and its positions say now; what is made from here on is added.
    ///
    /// What positions have made before is in the balances already.
    ///
    /// - Parameter isRestart: whether the run goes on with another, which held what is held.
    public func beginEquity(isRestart: Bool) {
        let currency = equity.currency
        var start = state.balances[currency]?.total ?? .zero
        var held: [Currency: Money] = [:]
        for (other, balance) in state.balances where other != currency {
            held[other] = balance.total
        }
        for (instrument, position) in zip(state.instruments, state.positions) {
            if instrument.kind == .spot, let coins = held[instrument.symbol.base] {
                held[instrument.symbol.base] =
                    coins.minus(Money(attos: position.net.attos)) ?? coins
            }
            guard instrument.settle == currency, let made = position.broughtIn else { continue }
            start = start.minus(made) ?? start
        }
        let countsOut = equity.countsOut
        equity = EquityCurve(
            currency: currency, start: start, instruments: state.instruments, held: held)
        equity.countsOut = countsOut
        equity.begin(with: state)
        for instrument in state.instruments { equity.settle(instrument.id, state) }
        equity.beginExtremes(knowsHoldings: isRestart)
    }

    // MARK: - The data

    /// An event of the data: where it comes to the run, whenever the engine may learn of it.
    public func observe(_ event: MarketEvent) { data[event.instrument.index].add(event) }

    public func observe(_ change: BookChange) { data[change.instrument.index].add(change) }

    // MARK: - What the engine knows

    /// The engine has taken this in as it came: data in it is observed too.
    public func record(_ intake: EngineIntake) {
        switch intake {
        case .input(let input):
            if case .market(let event) = input { observe(event) }
            record(input)
        case .changes(let changes):
            for change in changes { observe(change) }
            if let last = changes.last { recordMid(after: last) }
        }
    }

    /// The engine has taken this in; its data was observed before, or is none of the market's.
    public func record(_ input: EngineInput) {
        switch input {
        case .market(let event): equity.follow(event, state)
        case .report(let report): record(report)
        case .position(let correction): equity.settle(correction.instrument, state)
        case .resume, .adopt, .balance, .status, .holding, .foreignOrders, .start, .stop, .time,
            .dataEnded, .reload, .halt, .pause, .flatten, .limits:
            break
        }
    }

    /// The same for a report, without the wrapping.
    public func record(_ report: ExecutionReport) {
        switch report.event {
        case .fill(let fill):
            tally.add(fill, of: report, state)
            equity.payFee(of: fill, state.instruments[report.instrument.index], state)
            equity.settle(report.instrument, state, or: fill.price)
        case .rejected(let reason): tally.reject(reason.description)
        default: break
        }
    }

    /// The engine's book has this change.
    @inline(__always)
    public func recordMid(after change: BookChange) {
        if equity.followsMids, change.endsMessage { equity.followMid(change.instrument, state) }
    }

    /// Something that the engine wants done, once it is.
    public func record(_ command: Command) {
        switch command {
        case .submit: tally.orders += 1
        case .intent(let intent): tally.intents.add(intent, state.instruments)
        case .refused(let refusal, _): tally.reject(refusal.rule.rawValue)
        case .cancel, .amend, .tradingStopped, .tradingState, .log, .alert, .plot: break
        }
    }

    // MARK: - Data that the engine takes in as it comes

    /// A trade, observed and recorded in one: it moves no position, so it is all the same whether the
    /// engine has it already.
    @inline(__always)
    public func record(_ trade: Trade) {
        let index = trade.instrument.index
        let priceUnits = data[index].priceScale.units(trade.price.attos)
        data[index].add(trade, priceUnits: priceUnits)
        mark(trade, atUnits: priceUnits)
    }

    @inline(__always)
    private func mark(_ trade: Trade, atUnits priceUnits: Int64?) {
        let index = trade.instrument.index
        if !equity.mark(index, atUnits: priceUnits) {
            equity.settle(index, tradedAt: trade.price, state.positions[index])
        }
    }

    /// Whether trades and depth have nothing to do with each other: a stretch of both may be recorded
    /// column by column.
    public var recordsStretches: Bool { data.count == 1 && !equity.followsMids }

    /// Trades and changes of depth at these places of a batch, observed and recorded in one go: the
    /// same as one after the other.
    ///
    /// Only where it ``recordsStretches``, and while no report comes in between.
    public func record(_ batch: EventBatch, _ places: Range<Int>) {
        precondition(recordsStretches, "trades and depth are recorded event by event")
        guard let last = places.last else { return }
        recordTrades(batch, batch.tradeRows(at: places))
        data[0].add(batch, batch.changeRows(at: places))
        data[0].observe(batch, places.lowerBound, last)
    }

    private func recordTrades(_ batch: EventBatch, _ rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        let span = data[0].count(batch, rows)
        if let span, equity.mark(0, through: span) { return }
        for row in rows {
            let trade = unsafe batch.tradeColumn[row]
            let priceUnits = data[0].priceScale.units(trade.price.attos)
            if span == nil { data[0].count(trade, priceUnits: priceUnits) }
            mark(trade, atUnits: priceUnits)
        }
    }
}
