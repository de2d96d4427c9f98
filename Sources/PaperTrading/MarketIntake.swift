internal import Matching
internal import RunFigures
internal import TradingCore
public import TradingModel

/// What a simulated run does with events beside the engine: the venue's matching, and what is counted
/// of the data.
final class MarketIntake: StretchIntake {
    private let venue: MatchingVenue
    private let ledger: RunLedger
    private let goesRowByRow: Bool
    /// See ``SimulatedRun/marketListener``.
    fileprivate var listener: ((MarketEvent) -> Void)?

    init(_ venue: MatchingVenue, _ ledger: RunLedger, goesRowByRow: Bool) {
        self.venue = venue
        self.ledger = ledger
        self.goesRowByRow = goesRowByRow
    }

    // MARK: - What the engine sees at once

    /// Whether trades and depth have nothing to do with each other while nothing of ours rests.
    private var takesApart: Bool { !goesRowByRow && ledger.recordsStretches }

    /// Takes the trades and book changes at these places, while ``MatchingVenue/isQuiet``.
    func apply(_ batch: EventBatch, _ places: Range<Int>, shownTo shown: Int) {
        guard takesApart else {
            precondition(shown <= places.lowerBound, "depth was shown that does not lie apart")
            for place in places {
                if batch.kind(at: place) == .trade {
                    apply(batch.trade(at: place))
                } else {
                    let change = batch.change(at: place)
                    apply(change)
                    ledger.recordMid(after: change)
                }
            }
            return
        }
        ledger.record(batch, places)
        venue.processQuietly(batch, trades: batch.tradeRows(at: places))
        _ = showDepth(batch, max(shown, places.lowerBound)..<max(shown, places.upperBound))
    }

    func showDepth(_ batch: EventBatch, _ places: Range<Int>) -> Bool {
        guard takesApart else { return false }
        let changes = batch.changeRows(at: places)
        if !changes.isEmpty { venue.processQuietly(batch, changes) }
        return true
    }

    @inline(__always)
    func apply(_ trade: Trade) {
        venue.process(trade)
        ledger.record(trade)
    }

    /// ``RunLedger/recordMid(after:)`` follows once the engine's book has it.
    @inline(__always)
    func apply(_ change: BookChange) {
        venue.process(change)
        ledger.observe(change)
    }

    // MARK: - What the engine sees at any time

    /// Takes an event at the venue: what the engine is to be told of it.
    func apply(_ event: MarketEvent) -> MarketEvent {
        ledger.observe(event)
        guard case .funding(let funding) = event else {
            venue.process(event)
            listener?(event)
            return event
        }
        let charged = MarketEvent.funding(venue.charge(funding))
        listener?(charged)
        return charged
    }
}

extension SimulatedRun {
    /// Hears every market event once the venue has it, funding with what was charged: of a run that keeps
    /// what a reload needs, which goes event by event.
    public var marketListener: ((MarketEvent) -> Void)? {
        get { intake.listener }
        nonmutating set { intake.listener = newValue }
    }
}
