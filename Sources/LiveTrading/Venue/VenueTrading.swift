internal import RunFigures
public import TradingCore
public import TradingModel
public import VenueSessions

/// Brings a strategy to its venues and away from them again: to one, or to several as one run.
///
///     connecting ─reconciled→ waiting ─allowed→ trading ─end→ windingDown ─flat→ verifying → ended
///                                └──────────────────────declined─────────────────────────────┘
///
/// Holds no socket and no clock: what the sessions say and the time come in, what each session is to
/// do is fetched with ``drainRequests(of:)`` after each call. A venue that is lost takes nothing from the
/// others: only the beginning waits for all of them, and the end asks each for its books.
public final class VenueTrading<Run: VenueRun> {
    public enum Stage: Equatable, Sendable {
        /// The sessions are connecting and learning what their venues know of the accounts.
        case connecting
        /// All is known, and nobody has said yet that it may trade.
        case waiting
        case trading
        /// Cancels are on their way, or orders from `on_stop`.
        case windingDown
        /// No order is open, or it took too long; the account's books are fetched once more.
        case verifying
        case ended
    }

    public private(set) var stage = Stage.connecting
    public private(set) var end: End?
    /// Whether the strategy ever started.
    public private(set) var hasTraded = false
    /// Made once the instruments are known.
    public internal(set) var run: Run?
    /// Open orders of the traded instruments that are not this run's.
    public var foreignOrders: [ForeignOrder] { lines.flatMap(\.rounds.foreign) }

    /// Orders of others that are the run's own since it connected.
    public private(set) var adoptedOrders: [EarlierRun.KnownOrder] = []

    /// Called when a venue's numbers for orders are nearly used up; ``add(clientNumbers:at:)`` brings more.
    public var onWantedNumbers: ((_ venue: Int) -> Void)?
    private let makeRun: ([Instrument]) -> Run
    let asksFirst: Bool
    let adoptsHoldings: Bool
    let audience: any VenueAudience
    /// One for each venue, in the order in which the run's symbols name them first.
    let lines: [VenueLine]
    /// What belongs to which line.
    private let accounts: RunAccounts
    /// What sessions said while others did not know their instruments yet.
    private var untold: [(venue: Int, action: SessionAction)] = []
    /// What limits know of orders of others.
    var knownExposures: [ForeignExposure] = []
    private var planned: End?
    /// What closes positions at the end; nil: they stay.
    private var closing: PositionClosing?
    private let connectPatience: Int64?
    private var deadline = Timestamp.distantFuture
    private var verifyingSince = Timestamp.distantFuture
    /// The books agree, but for orders whose end nobody has said yet.
    private var awaitsLastOrders = false
    /// Whether the venue has shown on another connection that no order of the run is open.
    public private(set) var isProvenEmpty = false

    let windDownPatience: Int64
    /// Some requests, also where a few of them fail and are asked again.
    static var verifyPatience: Int64 { 15_000_000_000 }
    /// What was on its way when the venue showed its lists has come by then.
    private static var stopOrdersPatience: Int64 { 2_000_000_000 }

    /// - Parameters:
    ///   - symbols: all that is traded, by the run's numbers; where they are at one venue they need not be said.
    ///   - asksFirst: whether ``VenueAudience/mayTrade()`` decides before the strategy starts.
    ///   - connectPatience: nanoseconds from the first failure after which it gives up when it has
    ///     not connected yet, 0: at once; nil: never. Once it has traded it never gives up.
    ///   - patience: how long the venue may take to tell what became of the last orders.
    ///   - reconcilePeriod: nanoseconds after which the venue is asked for all of the account again; nil:
    ///     only where a connection was lost.
    ///   - adoptsHoldings: whether the coins that the account has become the run's spot positions.
    ///   - makeRun: called once, with the venues' rules of all instruments.
    public init(
        _ symbols: [Symbol] = [], asksFirst: Bool, audience: any VenueAudience,
        connectPatience: Int64? = nil,
        patience: VenuePatience = .usual, reconcilePeriod: Int64? = nil,
        adoptsHoldings: Bool = false, makeRun: @escaping ([Instrument]) -> Run
    ) {
        self.asksFirst = asksFirst
        self.audience = audience
        self.connectPatience = connectPatience
        windDownPatience = patience.windDown
        self.adoptsHoldings = adoptsHoldings
        accounts = RunAccounts(of: symbols, isShared: symbols.isEmpty)
        lines = VenueLine.all(of: symbols, reconcilePeriod: asksFirst ? reconcilePeriod : nil)
        self.makeRun = makeRun
    }

    /// How many venues there are: each has a session, which is called by its place.
    public var venueCount: Int { lines.count }

    /// What the session of a venue is to do, in order; each is handed out once.
    public func drainRequests(of venue: Int = 0) -> [SessionInput] {
        for request in run?.drainRequests() ?? [] {
            lines[request.instrument.map { accounts[$0] } ?? 0].add(request)
        }
        return lines[venue].drainRequests()
    }

    /// The client ids of orders that are open, or may be.
    public var openOrderIDs: [ClientOrderID] { run?.engine.state.orders.open.map(\.id) ?? [] }

    /// Writes down what the latest calls led to: called when what they ask for is on its way.
    public func rest() { run?.rest() }

    /// When ``pass(until:)`` should be called at the latest, should nothing happen before.
    public var nextDue: Timestamp {
        var due = min(run?.nextDue ?? .distantFuture, deadline)
        for line in lines { due = min(due, line.connectDeadline, line.rounds.next) }
        return closesNow ? min(due, closing?.nextTry ?? .distantFuture) : due
    }

    /// Whether nothing but positions is left to be closed.
    private var closesNow: Bool { stage == .windingDown && run?.isWoundDown == true }

    // MARK: - The sessions

    /// What the session of a venue says, but for what the transport carries out itself.
    public func apply(_ action: SessionAction, from venue: Int = 0, at now: Timestamp) {
        let line = lines[venue]
        if run == nil, line.instruments != nil, action.isOfRun {
            return untold.append((venue, action))
        }
        switch line.inRun(action) {
        case .instruments(let instruments): learn(instruments, line, at: now)
        case .emit(let input): apply(input, line, at: now)
        case .book(let changes): run?.apply(changes, at: now)
        case .position(let position): run?.apply(position, at: now)
        case .foreignOrder(let order): apply(order, line, at: now)
        case .adopted(let order):
            adoptedOrders.append(order)
            run?.apply(.adopt(order, at: now), at: now)
        case .difference(let difference): record(difference, at: now)
        case .reconciled:
            // One that comes in the same moment was asked for before the end.
            if stage == .verifying, now > verifyingSince { agreed(line) }
            endRound(line, at: now)
        case .log(let level, let text): audience.log(level, line.named(text), at: now)
        case .problem(let problem): apply(problem, line, at: now)
        case .retrying(let time): audience.retries(at: time, now: now)
        case .wantsClientNumbers: onWantedNumbers?(venue)
        case .open, .send, .close, .request, .wake: break
        }
        check(at: now)
    }

    /// Makes the run once the rules of all instruments are known, and lets it hear what was said meanwhile.
    private func learn(_ instruments: [Instrument], _ line: VenueLine, at now: Timestamp) {
        line.instruments = instruments
        let known = lines.compactMap(\.instruments)
        guard known.count == lines.count else { return }
        run = makeRun(known.joined().sorted { $0.id < $1.id })
        let held = untold
        untold = []
        for (venue, action) in held { apply(action, from: venue, at: now) }
    }

    private func apply(_ input: EngineInput, _ line: VenueLine, at now: Timestamp) {
        if case .status(let status) = input {
            audience.status(status, at: now)
            if stage == .connecting, status.instrument == nil {
                line.isConnected = false
                if status.state == .connected || status.state == .resynchronised {
                    return connected(line, input, at: now)
                }
            }
        }
        run?.apply(input, at: now)
    }

    /// The strategy may start once every venue is there.
    private func connected(_ line: VenueLine, _ status: EngineInput, at now: Timestamp) {
        line.connected(status)
        guard lines.allSatisfy(\.isConnected) else { return }
        stage = .waiting
        run?.reconciled(at: now)
        guard asksFirst else { return allow(at: now) }
        audience.mayTrade(foreignOrders, at: now)
    }

    private func apply(_ said: VenueProblem, _ line: VenueLine, at now: Timestamp) {
        var problem = said
        problem.whatHappened = line.named(problem.whatHappened)
        audience.problem(problem, at: now)
        guard problem.isPermanent else { return tolerate(problem, line, at: now) }
        switch stage {
        case .connecting, .waiting:
            planned = .failed(problem)
            finish()
        case .trading: windDown(.failed(problem), at: now)
        case .windingDown, .verifying, .ended: break
        }
    }

    /// Waits for what may mend itself, at the start for a while only.
    private func tolerate(_ problem: VenueProblem, _ line: VenueLine, at now: Timestamp) {
        guard stage == .connecting, problem.retryAt != nil, let connectPatience else { return }
        line.tolerate(problem, until: now.advanced(byNanoseconds: connectPatience))
    }

    /// Gives up where a venue could not be reached in time.
    private func abandon(at now: Timestamp) {
        guard let failure = lines.lazy.compactMap({ $0.failure(at: now) }).first else { return }
        planned = .failed(failure)
        finish()
    }

    // MARK: - From outside

    /// Lets the strategy start, once all is known.
    public func allow(at now: Timestamp) {
        guard stage == .waiting, run != nil else { return }
        stage = .trading
        hasTraded = true
        subscribe()
        startRounds(at: now)
        run?.start(at: now)
        if asksFirst, let failure = run?.engine.handlerFailures["on_start"] {
            // What it was to set up is not there, and money is real: not one order goes out.
            planned = .brokeAtStart(reason: failure.first)
            return finish()
        }
        for line in lines {
            guard let status = line.heldStatus.take() else { continue }
            run?.apply(status.received(at: now), at: now)
        }
        check(at: now)
    }

    /// More numbers for a venue's orders, that are reserved.
    public func add(clientNumbers: Range<Int64>, at venue: Int = 0) {
        lines[venue].add(.clientNumbers(clientNumbers))
    }

    /// Ends before it began.
    public func decline() {
        guard stage == .waiting || stage == .connecting else { return }
        planned = .declined
        finish()
    }

    /// Lets time pass.
    public func pass(until now: Timestamp) {
        let obstacle = run?.obstacle
        run?.pause(obstacle, at: now)
        run?.pass(until: now)
        check(at: now)
    }

    /// Ends trading: the strategy is told, its orders are cancelled.
    public func stop(_ reason: String, at now: Timestamp) {
        switch stage {
        case .connecting, .waiting:
            planned = .finished(reason: reason)
            finish()
        case .trading: windDown(.finished(reason: reason), at: now)
        case .windingDown, .verifying, .ended: break
        }
        check(at: now)
    }

    /// The venue has shown that no order of this run is open: what has not been told is soon given up.
    public func nothingIsOpen(at now: Timestamp) {
        guard stage == .windingDown || stage == .verifying else { return }
        isProvenEmpty = true
        deadline = min(deadline, now.advanced(byNanoseconds: Self.stopOrdersPatience))
        check(at: now)
    }

    /// Does what belongs between two events: a reload looks at the run.
    public func between<Result>(_ body: (inout Run) -> Result) -> Result? {
        guard stage == .trading, var run = run.take() else { return nil }
        run.writeDown()
        let result = body(&run)
        self.run = run
        subscribe()
        return result
    }

    private func subscribe() {
        guard let wanted = run?.wantedFeeds else { return }
        for line in lines { line.subscribe(wanted) }
    }

    // MARK: - The end

    /// Ends trading for good: nothing that the strategy asks for leaves any more, what is open is cancelled,
    /// and where it is asked for every position is closed.
    public func kill(_ reason: String, flattens: Bool, at now: Timestamp) {
        switch stage {
        case .connecting, .waiting:
            planned = .stopped(reason: reason)
            finish()
        case .trading, .windingDown:
            closing = flattens ? PositionClosing(from: now, patience: windDownPatience) : nil
            run?.halt(reason, at: now)
            planned = .stopped(reason: reason)
            if stage == .trading { windDown(.stopped(reason: reason), at: now) }
        case .verifying: planned = .stopped(reason: reason)
        case .ended: break
        }
    }

    private func check(at now: Timestamp) {
        if stage == .connecting { abandon(at: now) }
        if stage == .trading, let reason = run?.stopReason {
            windDown(.stopped(reason: reason), at: now)
        }
        if stage == .trading {
            for line in lines where line.rounds.begins(at: now) { line.add(.reconcile) }
        }
        if stage == .windingDown, run?.isWoundDown ?? true || now >= deadline {
            guard !closesPositions(at: now) else { return }
            verify(at: now)
        }
        if stage == .verifying, awaitsLastOrders, run?.isWoundDown ?? true { askForBooks(at: now) }
        if stage == .verifying, now >= deadline { finish() }
    }

    private func windDown(_ end: End, at now: Timestamp) {
        planned = end
        stage = .windingDown
        for line in lines { line.rounds.stop() }
        deadline = now.advanced(byNanoseconds: windDownPatience)
        run?.windDown(end.reason, at: now)
        announceEnd(end, at: now)
        check(at: now)
    }

    /// Whether it is not over yet, because positions are to be closed first.
    private func closesPositions(at now: Timestamp) -> Bool {
        guard let run, !run.isFlat, let end = closing?.end, now < end else { return false }
        if now >= deadline { deadline = end }
        if closesNow, closing?.isDue(at: now) == true { self.run?.flatten(at: now) }
        return true
    }

    private func verify(at now: Timestamp) {
        guard asksFirst else { return finish() }  // a simulated account knows itself
        stage = .verifying
        deadline = now.advanced(byNanoseconds: Self.verifyPatience)
        askForBooks(at: now)
    }

    private func askForBooks(at now: Timestamp) {
        verifyingSince = now
        awaitsLastOrders = false
        for line in lines { line.askForBooks() }
    }

    /// The books are fetched: what is left of the time is for orders that are open all the same.
    ///
    /// Answers about them were lost, and their end makes the books worth another look.
    private func agreed(_ line: VenueLine) {
        line.hasAgreed = true
        guard lines.allSatisfy(\.hasAgreed) else { return }
        awaitsLastOrders = !(run?.isWoundDown ?? true)
        if !awaitsLastOrders { finish() }
    }

    private func finish() {
        stage = .ended
        deadline = .distantFuture
        for line in lines { line.forgetDeadline() }
        end = planned
    }
}
