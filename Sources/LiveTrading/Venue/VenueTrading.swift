internal import RunFigures
public import TradingCore
public import TradingModel
public import VenueSessions

/// Brings a strategy to a venue and away from it again.
///
///     connecting ─reconciled→ waiting ─allowed→ trading ─end→ windingDown ─flat→ verifying → ended
///                                └──────────────────────declined─────────────────────────────┘
///
/// Holds no socket and no clock: what the session says and the time come in, what the session is to
/// do is fetched with ``drainRequests()`` after each call.
public final class VenueTrading<Run: VenueRun> {
    public enum Stage: Equatable, Sendable {
        /// The session is connecting and learning what the venue knows of the account.
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
    public var foreignOrders: [ForeignOrder] { rounds.foreign }

    /// Orders of others that are the run's own since it connected.
    public private(set) var adoptedOrders: [EarlierRun.KnownOrder] = []

    /// Called when numbers for orders are nearly used up; ``add(clientNumbers:)`` brings more.
    public var onWantedNumbers: (() -> Void)?
    private let makeRun: ([Instrument]) -> Run
    private let asksFirst: Bool
    let adoptsHoldings: Bool
    let audience: any VenueAudience
    private var requests: [SessionInput] = []
    private var heldStatus: EngineInput?
    var rounds: AccountRounds
    /// What the session was asked for, by instrument.
    private var subscribed: [FeedSet] = []
    private var planned: End?
    /// What closes positions at the end; nil: they stay.
    private var closing: PositionClosing?
    /// What keeps it from connecting, and how long that is tolerated.
    private var trouble: VenueProblem?
    private let connectPatience: Int64?
    private var connectDeadline = Timestamp.distantFuture
    private var deadline = Timestamp.distantFuture
    private var verifyingSince = Timestamp.distantFuture
    /// The books agree, but for orders whose end nobody has said yet.
    private var awaitsLastOrders = false
    /// Whether the venue has shown on another connection that no order of the run is open.
    public private(set) var isProvenEmpty = false

    private let windDownPatience: Int64
    /// Some requests, also where a few of them fail and are asked again.
    private static var verifyPatience: Int64 { 15_000_000_000 }
    /// What was on its way when the venue showed its lists has come by then.
    private static var stopOrdersPatience: Int64 { 2_000_000_000 }

    /// - Parameters:
    ///   - asksFirst: whether ``VenueAudience/mayTrade()`` decides before the strategy starts.
    ///   - connectPatience: nanoseconds from the first failure after which it gives up when it has
    ///     not connected yet, 0: at once; nil: never. Once it has traded it never gives up.
    ///   - patience: how long the venue may take to tell what became of the last orders.
    ///   - reconcilePeriod: nanoseconds after which the venue is asked for all of the account again; nil:
    ///     only where a connection was lost.
    ///   - adoptsHoldings: whether the coins that the account has become the run's spot positions.
    ///   - makeRun: called once, with the venue's rules of all instruments.
    public init(
        asksFirst: Bool, audience: any VenueAudience, connectPatience: Int64? = nil,
        patience: VenuePatience = .usual, reconcilePeriod: Int64? = nil,
        adoptsHoldings: Bool = false, makeRun: @escaping ([Instrument]) -> Run
    ) {
        self.asksFirst = asksFirst
        self.audience = audience
        self.connectPatience = connectPatience
        windDownPatience = patience.windDown
        self.adoptsHoldings = adoptsHoldings
        rounds = AccountRounds(period: asksFirst ? reconcilePeriod : nil)
        self.makeRun = makeRun
    }

    /// What the session is to do, in order; each is handed out once.
    public func drainRequests() -> [SessionInput] {
        let fromRun = run?.drainRequests() ?? []
        guard !requests.isEmpty else { return fromRun }
        defer { requests.removeAll(keepingCapacity: true) }
        return requests + fromRun
    }

    /// The client ids of orders that are open, or may be.
    public var openOrderIDs: [ClientOrderID] { run?.engine.state.orders.open.map(\.id) ?? [] }

    /// Writes down what the latest calls led to: called when what they ask for is on its way.
    public func rest() { run?.rest() }

    /// When ``pass(until:)`` should be called at the latest, should nothing happen before.
    public var nextDue: Timestamp {
        min(
            run?.nextDue ?? .distantFuture, deadline, connectDeadline, rounds.next,
            closesNow ? closing?.nextTry ?? .distantFuture : .distantFuture)
    }

    /// Whether nothing but positions is left to be closed.
    private var closesNow: Bool { stage == .windingDown && run?.isWoundDown == true }

    // MARK: - The session

    /// What the session says, but for what the transport carries out itself.
    public func apply(_ action: SessionAction, at now: Timestamp) {
        switch action {
        case .instruments(let instruments): run = makeRun(instruments)
        case .emit(let input): apply(input, at: now)
        case .book(let changes): run?.apply(changes, at: now)
        case .position(let position): run?.apply(position, at: now)
        case .foreignOrder(let order): apply(order, at: now)
        case .adopted(let order):
            adoptedOrders.append(order)
            run?.apply(.adopt(order, at: now), at: now)
        case .difference(let difference): record(difference, at: now)
        case .reconciled:
            // One that comes in the same moment was asked for before the end.
            if stage == .verifying, now > verifyingSince { agreed() }
            endRound(at: now)
        case .log(let level, let text): audience.log(level, text, at: now)
        case .problem(let problem): apply(problem, at: now)
        case .retrying(let time): audience.retries(at: time, now: now)
        case .wantsClientNumbers: onWantedNumbers?()
        case .open, .send, .close, .request, .wake: break
        }
        check(at: now)
    }

    private func apply(_ input: EngineInput, at now: Timestamp) {
        if case .status(let status) = input {
            audience.status(status, at: now)
            if stage == .connecting, status.state == .connected, status.instrument == nil {
                heldStatus = input
                return connected(at: now)
            }
        }
        run?.apply(input, at: now)
    }

    private func connected(at now: Timestamp) {
        stage = .waiting
        run?.reconciled(at: now)
        connectDeadline = .distantFuture
        guard asksFirst else { return allow(at: now) }
        audience.mayTrade(foreignOrders, at: now)
    }

    private func apply(_ problem: VenueProblem, at now: Timestamp) {
        audience.problem(problem, at: now)
        guard problem.isPermanent else { return tolerate(problem, at: now) }
        switch stage {
        case .connecting, .waiting:
            planned = .failed(problem)
            finish()
        case .trading: windDown(.failed(problem), at: now)
        case .windingDown, .verifying, .ended: break
        }
    }

    /// Waits for what may mend itself, at the start for a while only.
    private func tolerate(_ problem: VenueProblem, at now: Timestamp) {
        guard stage == .connecting, problem.retryAt != nil, let connectPatience else { return }
        trouble = problem
        connectDeadline = min(connectDeadline, now.advanced(byNanoseconds: connectPatience))
    }

    private func abandon() {
        guard var trouble else { return }
        trouble.retryAt = nil  // nobody tries it any more
        planned = .failed(trouble)
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
        if let heldStatus { run?.apply(heldStatus.received(at: now), at: now) }
        heldStatus = nil
        check(at: now)
    }

    /// More numbers for orders, that are reserved.
    public func add(clientNumbers: Range<Int64>) {
        requests.append(.clientNumbers(clientNumbers))
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

    /// Says which orders may be left; true: there are such, and somebody should ask for their end once
    /// more, past this session.
    public func isAskedAgain(at now: Timestamp) -> Bool {
        guard asksFirst, stage == .windingDown || stage == .verifying, let run else { return false }
        let state = run.engine.state
        let open = state.orders.open
        guard !open.isEmpty else {
            audience.log(
                .warn, "no order of this run is known to be open; waiting for \(run.venue)'s books",
                at: now)
            return false
        }
        let names = open.map { $0.inShort(state.instruments) }.joined(separator: ", ")
        audience.log(
            .warn,
            "asking \(run.venue) once more for the end of \(counted(open.count, "order")): \(names); "
                + "stopping it again leaves them", at: now)
        return true
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

    /// Asks for the feeds that the strategy needs; those of a version before it go on, for it may
    /// come back.
    private func subscribe() {
        guard var wanted = run?.wantedFeeds else { return }
        for (place, had) in subscribed.enumerated() { wanted[place].formUnion(had) }
        guard wanted != subscribed else { return }
        subscribed = wanted
        var feeds: [InstrumentID: FeedSet] = [:]
        for (place, feed) in wanted.enumerated() { feeds[InstrumentID(place)] = feed }
        requests.append(.subscribe(feeds))
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
        if stage == .connecting, now >= connectDeadline { abandon() }
        if stage == .trading, let reason = run?.stopReason {
            windDown(.stopped(reason: reason), at: now)
        }
        if stage == .trading, rounds.begins(at: now) { requests.append(.reconcile) }
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
        rounds.stop()
        deadline = now.advanced(byNanoseconds: windDownPatience)
        run?.windDown(end.reason, at: now)
        announceEnd(end, at: now)
        check(at: now)
    }

    /// Says what is done now, and for how long at most.
    private func announceEnd(_ end: End, at now: Timestamp) {
        guard asksFirst, let run else { return }
        let open = run.engine.state.orders.openCount
        let seconds = (windDownPatience + Self.verifyPatience) / 1_000_000_000
        let what = open == 0 ? "" : "cancelling \(counted(open, "order")) and "
        audience.log(
            .info,
            "stopping (\(end.reason)): \(what)asking \(run.venue) for its books, \(seconds) s at most; "
                + "Ctrl-C asks once more and names what is left, one more gives up", at: now)
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
        rounds.forget()
        requests.append(.reconcile)
    }

    /// The books are fetched: what is left of the time is for orders that are open all the same.
    ///
    /// Answers about them were lost, and their end makes the books worth another look.
    private func agreed() {
        awaitsLastOrders = !(run?.isWoundDown ?? true)
        if !awaitsLastOrders { finish() }
    }

    private func finish() {
        stage = .ended
        deadline = .distantFuture
        connectDeadline = .distantFuture
        end = planned
    }
}

extension VenueRun {
    /// As symbols name it.
    fileprivate var venue: String { engine.state.instruments[0].symbol.venue }
}

/// `1 order`, `2 orders`.
private func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)" + (count == 1 ? "" : "s")
}
