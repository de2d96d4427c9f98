public import TradingModel

/// How a run's strategy may be replaced.
public struct ReloadSettings: Hashable, Sendable {
    /// What a new version is rehearsed on.
    public var window: WindowLimits
    /// Nanoseconds of engine time in which a failing handler brings the old version back.
    public var probation: Int64

    public init(window: WindowLimits = WindowLimits(), probation: Int64 = 60_000_000_000) {
        self.window = window
        self.probation = probation
    }
}

/// A run whose strategy can be replaced between two events.
public protocol ReloadableRun {
    /// Nil: this run cannot.
    var reloads: StrategyReloads? { get }
    /// What another version is rehearsed on, up to now; nil: there is nothing yet.
    ///
    /// - Parameter place: the time that the run has reached.
    mutating func rehearsalMaterial(at place: Timestamp) -> RehearsalMaterial?
    /// See ``StrategyReloads/carry(to:from:)``.
    func carry(to rehearsal: Rehearsal) -> CarryStart
    /// Lets another version of the strategy take over.
    ///
    /// - Throws: ``ReloadRefusal`` when it cannot: the strategy at work goes on.
    mutating func replaceStrategy(by rehearsal: Rehearsal) throws(ReloadRefusal) -> Swap
    /// Lets other limits hold from now on, which have been checked; says what is other.
    mutating func replaceLimits(by limits: RunLimits, at place: Timestamp) -> [String]
}

extension ReloadableRun {
    public mutating func rehearsalMaterial(at place: Timestamp) -> RehearsalMaterial? {
        reloads?.window.material()
    }
}

/// What a swap did.
public struct Swap: Sendable {
    /// The version that took over.
    public let version: Int
    public let time: Timestamp
    /// The old version's data, and what the new one made of it.
    public let before: StrategyState
    public let after: StrategyState
    public let difference: IntentDifference
    /// Inputs and engine time that the new version was rehearsed on.
    public let rehearsedInputs: Int
    public let rehearsedSpan: Int64
    /// Engine time that the version before had heard, its own rehearsal included.
    public let receivedBefore: Int64
    /// What the new version has no value of, and the one before had.
    public let cold: [ColdPart]
    /// Inputs that were left for the swap itself to rehearse.
    public let lastInputs: Int
    /// Why the new version was put away again at once; nil: it trades.
    public internal(set) var rollback: String?
}

/// What happens to versions after a swap.
public enum VersionEvent: Sendable {
    /// A version failed on probation, and the one before trades again.
    case rolledBack(from: Int, to: Int, reason: String, at: Timestamp)
    /// A version has passed its probation.
    case proved(Int)
    /// No version is left that could trade.
    case halted(reason: String)
}

/// Replaces a run's strategy between two events, and puts the old one back when the new one fails.
///
/// Every input of the engine passes through ``process(_:_:into:)``, so that it is kept for
/// rehearsals. What it does follows from the inputs and the swaps alone: a run whose swaps happen
/// at the same places does the same.
public final class StrategyReloads {
    public let window: RehearsalWindow
    /// The version that trades; the first is 1.
    public private(set) var version = 1
    /// Hears of what happens after a swap.
    public var listener: ((VersionEvent) -> Void)?
    /// Takes versions that nobody needs any more: freeing a large one takes time that the engine
    /// does not have.
    public var retire: ((Rehearsal) -> Void)?
    private var lastVersion = 1
    /// Whether the strategy knows that its data is wanted soon.
    private var isNextPrepared = false
    private var standby: Standby? {
        willSet { if let gone = standby?.rehearsal { retire?(gone) } }
    }
    private let settings: ReloadSettings

    /// Whether the strategy has started: what is kept begins behind its `on_start`, so that a
    /// rehearsal finds what the first start made.
    private var hasStarted = false
    /// When the version that trades began to hear; nil: nothing has started.
    private var receivedSince: Timestamp?

    /// The version that was replaced, until the new one has proved itself.
    private struct Standby {
        let rehearsal: Rehearsal
        let state: StrategyState
        let version: Int
        let receivedSince: Timestamp?
    }

    public init(settings: ReloadSettings) {
        self.settings = settings
        window = RehearsalWindow(limits: settings.window)
    }

    /// Whether a failing handler would end the version that trades.
    public var isOnProbation: Bool { standby != nil }

    /// Hands an input to the engine and keeps it.
    public func process(
        _ input: EngineInput, _ engine: inout Engine, into commands: inout [Command]
    ) {
        let before = commands.count
        engine.process(input, into: &commands)
        record(input, engine.state)
        for command in commands[before...] { record(command, engine.state) }
        for order in engine.refusals.pending { keep(.refused(order)) }
        if engine.probation != nil { watchProbation(&engine, into: &commands) }
        beginSegment(engine)
    }

    /// Hands something to the engine without keeping it: what the engine wants done comes first.
    ///
    /// The caller sees that it is kept, by ``keep(_:_:_:)``, before anything else happens.
    ///
    /// - Returns: whether it was kept: where a version is on probation that cannot wait.
    public func processFirst(
        _ intake: EngineIntake, _ engine: inout Engine, into commands: inout [Command]
    ) -> Bool {
        guard engine.probation != nil else {
            engine.process(intake, into: &commands)
            return false
        }
        switch intake {
        case .input(let input): process(input, &engine, into: &commands)
        case .changes(let changes):
            for change in changes { process(.market(.book(change)), &engine, into: &commands) }
        }
        return true
    }

    /// Keeps what the engine has taken in, and what it wanted done.
    public func keep(_ intake: EngineIntake, _ commands: [Command], _ engine: Engine) {
        switch intake {
        case .input(let input): record(input, engine.state)
        case .changes(let changes): for change in changes { keep(.change(change)) }
        }
        for command in commands { record(command, engine.state) }
        for order in engine.refusals.pending { keep(.refused(order)) }
        beginSegment(engine)
    }

    // MARK: - The past

    /// Begins a segment of the past where one is due, at a place that follows from the inputs alone.
    private func beginSegment(_ engine: borrowing Engine) {
        guard hasStarted, window.isSegmentNear(at: engine.state.now) else { return }
        let strategy = engine.strategy as? any ReloadableStrategy
        guard window.isSegmentOver(at: engine.state.now) else {
            if !isNextPrepared { strategy?.prepareState() }
            isNextPrepared = true
            return
        }
        isNextPrepared = false
        // What cannot be saved: a rehearsal begins without it.
        let state = try? strategy?.stateNow()
        window.begin(EngineSnapshot(of: engine, state: state))
    }

    private func record(_ input: EngineInput, _ state: TradingState) {
        switch input {
        case .market(.trade(let trade)): keep(.trade(trade))
        case .market(.book(let change)): keep(.change(change))
        case .market, .report, .balance, .status, .position, .holding, .foreignOrders, .time,
            .dataEnded:
            keep(.input(input))
        case .resume, .adopt: break  // nothing is kept before the start
        case .start:
            hasStarted = true
            receivedSince = state.now
            keep(.input(.time(state.now)))
        // What these did to the strategy at work is no news for another one.
        case .reload, .stop, .halt, .pause, .flatten, .limits: keep(.input(.time(state.now)))
        }
    }

    private func record(_ command: Command, _ state: TradingState) {
        switch command {
        case .intent(let intent): keep(.intent(intent))
        case .submit(let approved): keep(state.orders[approved.id])
        case .cancel(let id, _): keep(state.orders[id])
        case .amend(let amendment): keep(state.orders[amendment.id])
        case .refused, .log, .alert, .plot, .tradingStopped, .tradingState: break
        }
    }

    private func keep(_ order: Order?) {
        if let order { keep(.order(order)) }
    }

    private func keep(_ item: WindowItem) {
        window.append(item)
        standby?.rehearsal.replay(item)
    }

    // MARK: - The swap

    /// A way to carry the data of the version at work over to a rehearsed one; the swap ends it.
    public func carry(to rehearsal: Rehearsal, from engine: borrowing Engine) -> CarryStart {
        guard let old = engine.strategy as? any ReloadableStrategy else { return .notNeeded }
        return old.carry(to: rehearsal.strategy)
    }

    /// Lets a rehearsed version take over, between two events.
    ///
    /// - Throws: ``ReloadRefusal`` when it cannot: the old version goes on as if nothing had been.
    public func swap(
        in rehearsal: Rehearsal, _ engine: inout Engine, into commands: inout [Command]
    ) throws(ReloadRefusal) -> Swap {
        guard let rest = rehearsal.rest(of: window) else {
            throw ReloadRefusal("the market is faster than the rehearsal: the window has moved on")
        }
        window.release()
        rehearsal.replay(rest)
        rehearsal.replay(.input(.time(engine.state.now)))
        if let failure = rehearsal.failure { throw ReloadRefusal(failure) }
        guard let old = engine.strategy as? any ReloadableStrategy else {
            throw ReloadRefusal("the strategy at work cannot be replaced")
        }
        let cold =
            ColdPart.indicators(before: old.indicators, after: rehearsal.strategy.indicators)
            + ColdPart.bars(
                before: engine.bars, after: rehearsal.bars, engine.state.instruments)
        let (before, after) = try carryState(from: old, to: rehearsal)
        standby = Standby(
            rehearsal: Rehearsal(standby: old, from: EngineSnapshot(of: engine, state: before)),
            state: before, version: version, receivedSince: receivedSince)
        let receivedBefore = receivedSince.map {
            engine.state.now.nanoseconds - $0.nanoseconds
        }
        receivedSince = engine.state.now.advanced(byNanoseconds: -rehearsal.span)
        lastVersion += 1
        version = lastVersion
        let handover = rehearsal.handover(
            version: version, probation: settings.probation, isRollback: false)
        var swap = Swap(
            version: version, time: engine.state.now, before: before, after: after,
            difference: rehearsal.difference, rehearsedInputs: rehearsal.inputCount,
            rehearsedSpan: rehearsal.span, receivedBefore: receivedBefore ?? 0, cold: cold,
            lastInputs: rest.count)
        process(.reload(handover, at: engine.state.now), &engine, into: &commands)
        if version != swap.version || !engine.state.isTrading { swap.rollback = lastFailure }
        return swap
    }

    private func carryState(
        from old: any ReloadableStrategy, to rehearsal: Rehearsal
    ) throws(ReloadRefusal) -> (before: StrategyState, after: StrategyState) {
        let new = rehearsal.strategy
        if let carry = rehearsal.carry {
            rehearsal.carry = nil
            return try carry.finish()
        }
        let before = try old.savedState()
        try new.adopt(before)
        return (before, try new.savedState())
    }

    // MARK: - Probation

    /// Why a version was put away last.
    private var lastFailure = ""

    private func watchProbation(_ engine: inout Engine, into commands: inout [Command]) {
        if let failure = engine.probationFailure {
            rollBack(failure, &engine, into: &commands)
        } else if !engine.isOnProbation {
            engine.probation = nil
            standby = nil
            listener?(.proved(version))
        }
    }

    private func rollBack(
        _ failure: String, _ engine: inout Engine, into commands: inout [Command]
    ) {
        engine.probation = nil
        lastFailure = failure
        let failed = version
        guard let standby else {
            return halt(
                "version \(failed), put back after a failure, failed too", &engine, &commands)
        }
        self.standby = nil
        if let other = standby.rehearsal.failure {
            commands.append(.log(.error, other))
            return halt(
                "version \(failed) failed, and so did version \(standby.version), kept in reserve",
                &engine, &commands)
        }
        do {
            try standby.rehearsal.strategy.restore(standby.state)
        } catch {
            return halt(
                "version \(failed) failed, and version \(standby.version) cannot go on: \(error)",
                &engine, &commands)
        }
        version = standby.version
        receivedSince = standby.receivedSince
        commands.append(
            .log(.error, "version \(failed) failed on probation: version \(version) trades again"))
        listener?(
            .rolledBack(from: failed, to: version, reason: failure, at: engine.state.now))
        let handover = standby.rehearsal.handover(
            version: version, probation: settings.probation, isRollback: true)
        process(.reload(handover, at: engine.state.now), &engine, into: &commands)
    }

    private func halt(_ reason: String, _ engine: inout Engine, _ commands: inout [Command]) {
        listener?(.halted(reason: reason))
        process(.halt(reason: reason, at: engine.state.now), &engine, into: &commands)
    }
}
