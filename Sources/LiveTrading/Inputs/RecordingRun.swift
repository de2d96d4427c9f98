public import RunFigures
public import RunInputs
public import TradingCore
public import TradingModel
public import VenueSessions

/// A run whose every call is recorded before it is made, with what comes of it.
///
/// The calls are all that a run knows of the world, so that ``InputReplay`` makes it again. Whatever is added
/// to ``VenueRun`` has to be recorded here.
public struct RecordingRun<Run: VenueRun>: VenueRun {
    public private(set) var run: Run
    private let recorder: InputRecorder?

    /// - Parameter recorder: nil: nothing is recorded.
    public init(_ run: Run, recorder: InputRecorder?) {
        self.run = run
        self.recorder = recorder
        guard let recorder else { return }
        self.run.addListener { command, _ in recorder.record(command) }
    }

    private mutating func record(_ call: @autoclosure () -> RunCall) {
        guard let recorder, recorder.isRecording else { return }
        run.writeDown()  // what came of the call before stands before this one
        recorder.record(call())
    }

    // MARK: - What it is told

    public mutating func resume(_ earlier: EarlierRun, at now: Timestamp) {
        record(.resume(earlier, at: now))
        run.resume(earlier, at: now)
    }

    public mutating func reconciled(at now: Timestamp) {
        record(.reconciled(at: now))
        run.reconciled(at: now)
    }

    /// Not recorded: nothing that the run does follows from it.
    public mutating func record(_ difference: AccountDifference, at now: Timestamp) {
        run.record(difference, at: now)
    }

    public mutating func replaceLimits(by limits: RunLimits, at place: Timestamp) -> [String] {
        record(.limits(limits, at: place))
        return run.replaceLimits(by: limits, at: place)
    }

    public mutating func start(at now: Timestamp) {
        record(.start(at: now))
        run.start(at: now)
    }

    public mutating func apply(_ input: EngineInput, at now: Timestamp) {
        record(.input(input, at: now))
        run.apply(input, at: now)
    }

    public mutating func apply(_ changes: [BookChange], at now: Timestamp) {
        record(.changes(changes, at: now))
        run.apply(changes, at: now)
    }

    public mutating func apply(_ position: VenuePosition, at now: Timestamp) {
        record(.position(position, at: now))
        run.apply(position, at: now)
    }

    public mutating func pass(until now: Timestamp) {
        record(.pass(until: now))
        run.pass(until: now)
    }

    public mutating func pause(_ reason: String?, at now: Timestamp) {
        guard reason != run.engine.state.pause else { return }
        record(.pause(reason, at: now))
        run.pause(reason, at: now)
    }

    public mutating func windDown(_ reason: String, at now: Timestamp) {
        record(.windDown(reason, at: now))
        run.windDown(reason, at: now)
    }

    public mutating func halt(_ reason: String, at now: Timestamp) {
        record(.halt(reason, at: now))
        run.halt(reason, at: now)
    }

    public mutating func flatten(at now: Timestamp) {
        record(.flatten(at: now))
        run.flatten(at: now)
    }

    public mutating func rehearsalMaterial(at place: Timestamp) -> RehearsalMaterial? {
        record(.rehearse(at: place))
        return run.rehearsalMaterial(at: place)
    }

    public mutating func replaceStrategy(
        by rehearsal: Rehearsal
    ) throws(ReloadRefusal) -> Swap {
        guard let recorder, recorder.isRecording else {
            return try run.replaceStrategy(by: rehearsal)
        }
        run.writeDown()
        var swap: Swap?
        try recorder.record { () throws(ReloadRefusal) in
            let made = try run.replaceStrategy(by: rehearsal)
            swap = made
            return .swap(version: made.version, at: run.engine.state.now)
        }
        guard let swap else { throw ReloadRefusal("it was not made") }
        return swap
    }

    // MARK: - What it answers

    public var engine: Engine { run.engine }
    public var ledger: RunLedger { run.ledger }
    public var books: [OrderBook?] { run.books }
    public var stopReason: String? { run.stopReason }
    public var reloads: StrategyReloads? { run.reloads }
    public var obstacle: String? { run.obstacle }
    public var isFlat: Bool { run.isFlat }
    public var isWoundDown: Bool { run.isWoundDown }
    public var heldAtVenue: [VenuePosition] { run.heldAtVenue }
    public var wantedFeeds: [FeedSet] { run.wantedFeeds }
    public var nextDue: Timestamp { run.nextDue }
    public func fillNotes(of instrument: InstrumentID) -> [String] {
        run.fillNotes(of: instrument)
    }
    public func carry(to rehearsal: Rehearsal) -> CarryStart { run.carry(to: rehearsal) }
    public mutating func drainRequests() -> [SessionInput] { run.drainRequests() }
    public mutating func addListener(_ listener: @escaping (Command, TradingState) -> Void) {
        run.addListener(listener)
    }

    public mutating func writeDown() { run.writeDown() }

    public mutating func rest() {
        run.rest()
        recorder?.rest()
    }
}
