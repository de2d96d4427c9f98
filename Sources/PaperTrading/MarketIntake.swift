internal import TradingCore
internal import TradingModel

/// What a simulated run does with market events before the engine sees them: the venue's matching,
/// the statistics of the data, the equity curve.
final class MarketIntake {
    private let venue: PaperVenue
    private let state: TradingState
    let statistics: InstrumentTable<DataStatistics>
    private(set) var equity: EquityCurve

    init(_ venue: PaperVenue, _ state: TradingState, _ equity: EquityCurve) {
        self.venue = venue
        self.state = state
        self.equity = equity
        statistics = InstrumentTable(state.instruments.map { DataStatistics(of: $0) })
    }

    /// Takes the trades and book changes at these places, while ``PaperVenue/isQuiet``.
    func take(_ batch: EventBatch, _ places: Range<Int>) {
        guard statistics.count == 1 else {
            for place in places {
                if batch.kind(at: place) == .trade {
                    take(batch.trade(at: place))
                } else {
                    take(batch.change(at: place))
                }
            }
            return
        }
        // Nothing of ours rests: trades and depth have nothing to do with each other.
        for row in batch.tradeRows(at: places) { takeQuietly(unsafe batch.tradeColumn[row]) }
        let changes = batch.changeRows(at: places)
        if !changes.isEmpty {
            venue.processQuietly(batch, changes)
            statistics[0].add(batch, changes)
        }
        if let last = places.last { statistics[0].see(batch, places.lowerBound, last) }
    }

    /// The only instrument's trade, while nothing of ours rests.
    @inline(__always)
    private func takeQuietly(_ trade: Trade) {
        venue.processQuietly(trade)
        let priceUnits = statistics[0].priceScale.units(trade.price.attos)
        statistics[0].count(trade, priceUnits: priceUnits)
        if !equity.mark(0, atUnits: priceUnits) {
            equity.settle(0, at: trade.price, state.positions[0])
        }
    }

    @inline(__always)
    func take(_ trade: Trade) {
        venue.process(trade)
        let index = trade.instrument.index
        let priceUnits = statistics[index].priceScale.units(trade.price.attos)
        statistics[index].add(trade, priceUnits: priceUnits)
        if !equity.mark(index, atUnits: priceUnits) {
            equity.settle(index, at: trade.price, state.positions[index])
        }
    }

    @inline(__always)
    func take(_ change: BookChange) {
        venue.process(change)
        statistics[change.instrument.index].add(change)
    }

    func take(_ event: MarketEvent) {
        venue.process(event)
        let index = event.instrument.index
        statistics[index].addOther(event)
        guard case .bar(let bar) = event else { return }
        equity.settle(index, at: bar.close, state.positions[index])
    }

    /// Takes a fill into the equity.
    func settle(_ instrument: InstrumentID) {
        let index = instrument.index
        equity.settle(index, at: state.valuation(instrument), state.positions[index])
    }
}
