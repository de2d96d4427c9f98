internal import Bars
import TradingModel

/// A strategy that is ready to go on, with what it has set up so far.
///
/// `@unchecked`: whoever makes one gives it away and keeps nothing of it, so that one thread at a
/// time holds the strategy.
public struct StrategyHandover: @unchecked Sendable {
    public let strategy: any ReloadableStrategy
    public let version: Int
    /// Nanoseconds of engine time in which a failing handler ends this version.
    public let probation: Int64
    /// Whether the version before comes back, and not a new one.
    public let isRollback: Bool
    let timers: TimerQueue
    let bars: [[BarBuilder]]
}

/// The time in which a new version has to prove itself.
struct Probation {
    let end: Timestamp
    /// The first failure; nil: none yet.
    var failure: String?
}

extension Engine {
    /// Why the version that is on probation failed; nil: it did not.
    var probationFailure: String? { probation?.failure }
    /// Whether a failure now would be one of the probation.
    var isOnProbation: Bool { probation.map { state.now < $0.end } ?? false }

    /// Notes the first failure of a version on probation; its owner decides what follows.
    mutating func fail(_ text: String) {
        if probation?.failure == nil { probation?.failure = text }
    }

    /// Lets another strategy go on from here: orders, positions and books stay as they are.
    mutating func apply(_ handover: StrategyHandover, into commands: inout [Command]) {
        let before = (timers: timers.names, feeds: feeds.values)
        strategy = handover.strategy
        strategy.attach(to: state)
        version = handover.version
        failures = []
        probation = Probation(end: state.now.advanced(byNanoseconds: handover.probation))
        subscribe(handover.bars)
        timers.replace(by: handover.timers)
        findDeadline()
        handover.strategy.isRehearsing = false
        handover.strategy.isRolledBack = handover.isRollback
        isTakingOver = true
        settle(strategy.onStart(.reload), into: &commands)
        isTakingOver = false
        handover.strategy.isRolledBack = false
        let kept = timers.names
        for name in before.timers where !kept.contains(name) {
            commands.append(
                .log(.info, "timer `\(name)` is not set by version \(version): cancelled"))
        }
        for (instrument, old) in zip(state.instruments, before.feeds)
        where old != [] && feeds[instrument.id.index] == [] {
            commands.append(
                .log(.info, "version \(version) wants nothing of \(instrument.symbol) any more"))
        }
    }

    /// Asks the strategy what it wants; bars that are being gathered go on where they are.
    private mutating func subscribe(_ rehearsed: [[BarBuilder]]) {
        let wanted = state.instruments.map { strategy.subscription(to: $0.id) }
        feeds = InstrumentTable(wanted.map(\.feeds))
        bars = zip(state.instruments, wanted).map { instrument, subscription in
            let index = instrument.id.index
            return subscription.barSizes.map { size in
                bars[index].first { $0.size == size }
                    ?? rehearsed[index].first { $0.size == size }
                    ?? BarBuilder(instrument: instrument.id, size: size)
            }
        }
    }
}

/// An engine's knowledge at one instant, to begin a rehearsal with.
///
/// `@unchecked`: nothing changes it once it is made; a rehearsal copies what it changes.
public final class EngineSnapshot: @unchecked Sendable {
    let state: TradingState
    let bars: [[BarBuilder]]
    let timers: TimerQueue
    /// Refused orders that the strategy has not heard of.
    let refused: [Order]
    let maxTimersPerSecond: Int
    let skipsMissedBeats: Bool
    /// The strategy's own data; nil where it could not be saved.
    let strategyState: StrategyState?

    init(of engine: borrowing Engine, state strategyState: StrategyState?) {
        state = engine.state.copy()
        bars = engine.bars
        timers = engine.timers
        refused = engine.refusals.pending
        maxTimersPerSecond = engine.settings.maxTimersPerSecond
        skipsMissedBeats = engine.settings.skipsMissedBeats
        self.strategyState = strategyState
    }
}

extension Engine {
    /// An engine that goes on from a snapshot, with a strategy of its own and nobody to trade with.
    init(from snapshot: EngineSnapshot, strategy: any Strategy, settings: EngineSettings) {
        var settings = settings
        settings.sharedBooks = nil
        settings.riskFigures = nil
        settings.maxTimersPerSecond = snapshot.maxTimersPerSecond
        settings.skipsMissedBeats = snapshot.skipsMissedBeats
        self.init(
            resuming: snapshot.state.copy(), strategy: strategy, settings: settings)
        bars = zip(bars, snapshot.bars).map { wanted, gathered in
            wanted.map { builder in gathered.first { $0.size == builder.size } ?? builder }
        }
        findDeadline()
    }

    /// Fires the timers of a snapshot too.
    mutating func resume(_ timers: TimerQueue) {
        self.timers = timers
        findDeadline()
    }
}

extension TradingState {
    /// The same knowledge, books included, that nobody else changes.
    func copy() -> TradingState {
        let copy = TradingState(
            mode: mode, instruments: instruments, now: now,
            finalOrdersKept: orders.finalOrdersKept, hasAccountAtEachVenue: accounts.count > 1)
        copy.books = books.map { $0?.copy() }
        for index in instruments.indices { copy.marksTable[index] = marksTable[index] }
        copy.positions = positions
        copy.venueWords = venueWords
        copy.foreignExposures = foreignExposures
        copy.balanceList = balanceList
        copy.orders.copyAll(of: orders)
        copy.otherFees = otherFees
        copy.isTrading = isTrading
        copy.haltedBy = haltedBy
        copy.caution = caution
        return copy
    }
}
