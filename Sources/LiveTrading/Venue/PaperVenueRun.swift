public import PaperTrading
public import RunFigures
public import TradingCore
public import TradingModel
public import VenueSessions

/// A strategy on a simulated account over a venue's own market data, as it comes.
public struct PaperVenueRun: VenueRun {
    private var run: SimulatedRun
    private let feed: LiveFeed
    private var hasStarted = false

    public var engine: Engine { run.engine }
    /// What each currency of the account had before its first order.
    public var opening: [Currency: Money] { run.opening }
    public var ledger: RunLedger { run.ledger }
    public var books: [OrderBook?] { run.books }
    public var stopReason: String? { run.stopReason }
    public var reloads: StrategyReloads? { run.reloads }
    public private(set) var isWoundDown = false
    public func fillNotes(of instrument: InstrumentID) -> [String] {
        run.fillNotes(of: instrument)
    }
    public var queue: (ClientOrderID) -> (ahead: Quantity?, price: Price)? { run.queue }
    public var heldAtVenue: [VenuePosition] { [] }
    /// Orders fill against trades and depth, whatever of it the strategy hears.
    public var wantedFeeds: [FeedSet] {
        run.engine.neededFeeds.map { $0.union([.trades, .book]) }
    }
    public var nextDue: Timestamp { hasStarted ? run.nextDeadline : .distantFuture }

    /// Writes down what happens, for the next run; nil: nothing does.
    public var journal: RunJournal? {
        didSet { run.chronicle = journal }
    }

    /// - Parameter run: one that reads from `feed`.
    public init(_ run: SimulatedRun, feed: LiveFeed) {
        self.run = run
        self.run.endsWithSource = false
        self.feed = feed
    }

    public mutating func start(at now: Timestamp) {
        hasStarted = true
        reading { run throws(MarketDataError) in try run.begin(at: now) }
    }

    public mutating func apply(_ input: EngineInput, at now: Timestamp) {
        switch input {
        case .market(let event):
            feed.append(event)
            guard hasStarted else { return }
            reading { run throws(MarketDataError) in _ = try run.advance(to: now) }
        case .status:
            if hasStarted { run.apply(input, at: now) }
        default: break  // the account is simulated: what the venue's holds is not its business
        }
    }

    public mutating func apply(_ changes: [BookChange], at now: Timestamp) {
        for change in changes { feed.append(.book(change)) }
        guard hasStarted else { return }
        reading { run throws(MarketDataError) in _ = try run.advance(to: now) }
    }

    public mutating func apply(_ position: VenuePosition, at now: Timestamp) {}

    public mutating func resume(_ earlier: EarlierRun, at now: Timestamp) {
        reading { run throws(MarketDataError) in try run.resume(earlier, at: now) }
    }
    public mutating func reconciled(at now: Timestamp) {}
    public mutating func record(_ difference: AccountDifference, at now: Timestamp) {}

    public mutating func pass(until now: Timestamp) {
        guard hasStarted else { return }
        reading { run throws(MarketDataError) in try run.pass(until: now) }
    }

    /// Simulated orders pass whatever is wrong with the world.
    public mutating func pause(_ reason: String?, at now: Timestamp) {}
    public var obstacle: String? { nil }

    public mutating func windDown(_ reason: String, at now: Timestamp) {
        guard !isWoundDown else { return }
        isWoundDown = true
        if hasStarted { run.finish(reason) }
    }

    /// Ends at once: see ``windDown(_:at:)``.
    public mutating func halt(_ reason: String, at now: Timestamp) {}
    /// Nobody is owed anything: the account is simulated.
    public mutating func flatten(at now: Timestamp) {}
    public var isFlat: Bool { true }

    public func carry(to rehearsal: Rehearsal) -> CarryStart { run.carry(to: rehearsal) }

    public mutating func replaceStrategy(by rehearsal: Rehearsal) throws(ReloadRefusal) -> Swap {
        try run.replaceStrategy(by: rehearsal)
    }

    public mutating func replaceLimits(by limits: RunLimits, at place: Timestamp) -> [String] {
        run.replaceLimits(by: limits, at: place)
    }

    public mutating func addListener(_ listener: @escaping (Command, TradingState) -> Void) {
        let others = run.listener
        run.listener = { command, state in
            listener(command, state)
            others?(command, state)
        }
    }

    public mutating func drainRequests() -> [SessionInput] { [] }
    public mutating func writeDown() {}
    public mutating func rest() {}

    /// A ``LiveFeed`` never fails: what cannot be read never reaches it.
    private mutating func reading(_ body: (inout SimulatedRun) throws(MarketDataError) -> Void) {
        do { try body(&run) } catch { preconditionFailure("a live feed does not fail: \(error)") }
    }
}

extension RunJournal: RunChronicle {
    public func willStart(_ ledger: RunLedger, at time: Timestamp) { recordWorth(ledger, at: time) }

    public func record(_ input: EngineInput, _ state: TradingState, _ ledger: RunLedger) {
        record(.input(input), state, ledger)
        recordEquity(ledger, at: state.now)
    }
}

/// Market events as they come, for a run that pulls them.
public final class LiveFeed: MarketEventSource {
    private var events: [MarketEvent] = []
    private var next = 0

    public init() {}

    func append(_ event: MarketEvent) { events.append(event) }

    public func read(into batch: EventBatch) throws(MarketDataError) {
        while next < events.count, !batch.isFull {
            batch.append(events[next])
            next += 1
        }
        guard next == events.count else { return }
        events.removeAll(keepingCapacity: true)
        next = 0
    }
}
