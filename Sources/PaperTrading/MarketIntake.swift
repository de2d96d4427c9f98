internal import TradingCore
internal import TradingModel

/// What a simulated run does with events beside the engine: the venue's matching and the statistics
/// of the data before the engine sees them, the equity as soon as it does.
final class MarketIntake: StretchIntake {
    private let venue: PaperVenue
    private let state: TradingState
    let statistics: InstrumentTable<DataStatistics>
    private(set) var equity: EquityCurve
    private let goesRowByRow: Bool

    init(
        _ venue: PaperVenue, _ state: TradingState, _ equity: EquityCurve, _ plain: PlainWays
    ) {
        self.venue = venue
        self.state = state
        self.equity = equity
        self.equity.countsOut = plain.contains(.countedOut)
        goesRowByRow = plain.contains(.rowByRow)
        statistics = InstrumentTable(state.instruments.map { DataStatistics(of: $0) })
    }

    // MARK: - What the engine sees at once

    /// Whether trades and depth have nothing to do with each other while nothing of ours rests.
    private var takesApart: Bool {
        statistics.count == 1 && !goesRowByRow && !equity.followsMids
    }

    /// Takes the trades and book changes at these places, while ``PaperVenue/isQuiet``.
    func take(_ batch: EventBatch, _ places: Range<Int>, shownTo shown: Int) {
        guard takesApart else {
            precondition(shown <= places.lowerBound, "depth was shown that does not lie apart")
            for place in places {
                if batch.kind(at: place) == .trade {
                    take(batch.trade(at: place))
                } else {
                    let change = batch.change(at: place)
                    take(change)
                    hear(change)
                }
            }
            return
        }
        let trades = batch.tradeRows(at: places)
        venue.processQuietly(batch, trades: trades)
        takeQuietly(batch, trades)
        _ = showDepth(batch, max(shown, places.lowerBound)..<max(shown, places.upperBound))
        statistics[0].add(batch, batch.changeRows(at: places))
        if let last = places.last { statistics[0].see(batch, places.lowerBound, last) }
    }

    func showDepth(_ batch: EventBatch, _ places: Range<Int>) -> Bool {
        guard takesApart else { return false }
        let changes = batch.changeRows(at: places)
        if !changes.isEmpty { venue.processQuietly(batch, changes) }
        return true
    }

    /// The only instrument's trades, while nothing of ours rests.
    private func takeQuietly(_ batch: EventBatch, _ rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        let span = statistics[0].count(batch, rows)
        if let span, equity.mark(0, through: span) { return }
        for row in rows {
            let trade = unsafe batch.tradeColumn[row]
            let priceUnits = statistics[0].priceScale.units(trade.price.attos)
            if span == nil { statistics[0].count(trade, priceUnits: priceUnits) }
            mark(trade, atUnits: priceUnits)
        }
    }

    @inline(__always)
    func take(_ trade: Trade) {
        venue.process(trade)
        let index = trade.instrument.index
        let priceUnits = statistics[index].priceScale.units(trade.price.attos)
        statistics[index].add(trade, priceUnits: priceUnits)
        mark(trade, atUnits: priceUnits)
    }

    @inline(__always)
    private func mark(_ trade: Trade, atUnits priceUnits: Int64?) {
        let index = trade.instrument.index
        if !equity.mark(index, atUnits: priceUnits) {
            equity.settle(index, tradedAt: trade.price, state.positions[index])
        }
    }

    /// ``hear(_:)`` follows once the engine's book has it.
    @inline(__always)
    func take(_ change: BookChange) {
        venue.process(change)
        statistics[change.instrument.index].add(change)
    }

    @inline(__always)
    func hear(_ change: BookChange) {
        if equity.followsMids, change.endsMessage { equity.followMid(change.instrument, state) }
    }

    // MARK: - What the engine sees at any time

    /// Takes an event at the venue: what the engine is to be told of it.
    func take(_ event: MarketEvent) -> MarketEvent {
        statistics[event.instrument.index].take(event)
        guard case .funding(let funding) = event else {
            venue.process(event)
            return event
        }
        return .funding(venue.charge(funding))
    }

    /// The engine has taken this in.
    func hear(_ input: EngineInput) {
        switch input {
        case .market(let event): equity.follow(event, state)
        case .report(let report): hear(report)
        case .position(let correction): equity.settle(correction.instrument, state)
        default: break
        }
    }

    /// The same for a report, without the wrapping.
    func hear(_ report: ExecutionReport) {
        guard case .fill(let fill) = report.event else { return }
        equity.payFee(of: fill, state.instruments[report.instrument.index], state)
        equity.settle(report.instrument, state, or: fill.price)
    }
}
