public import JournalStore
internal import PlainJSON
public import RunFigures
public import TradingCore
public import TradingModel
internal import VenueSessions

/// Writes down in its account's journal what happens to a run there.
///
/// Of a run on several accounts each journal has its own orders, executions and positions; what is of the run
/// as a whole, such as the strategy's data and timers, is kept in one of them.
///
/// It hears what the engine has taken in and what it wants done, in the order in which that happened, when
/// the orders have left already. What it hears is handed to the journal's own thread.
public final class RunJournal {
    private let journal: Journal
    /// Nil: it is the only one, and has all.
    private let scope: Scope?
    /// Orders that have not ended, as the journal has them.
    private var open: [ClientOrderID: OrderState] = [:]
    private var held: [SignedQuantity]
    /// Nothing is known of what the run is worth before it starts.
    private var nextEquity = Timestamp.distantFuture
    /// What is written when the strategy starts, and not at all where it never does; nil: it has started.
    private var beforeStart: [JournalEntry]? = []
    private var timers = KeptTimers()
    private var counters: RiskCounters?
    private var nextCounters = Timestamp.distantPast
    /// Changes of the strategy's data are written from this time on.
    private var nextState = Timestamp.distantPast
    /// Whether its data is so little that it is also written before that: behind each report, and whenever the run
    /// comes to rest.
    private var isStateShort = true
    private var hasNewReport = false
    /// Of when the last data was that is too much to be written at each change.
    private var lastLarge: Timestamp?

    /// How many seconds of the run pass in each real one: what is written at each change costs real time.
    public var speed = 1.0

    /// What the run is worth is written this often, in nanoseconds.
    private static let equityPeriod: Int64 = 60_000_000_000

    /// - Parameters:
    ///   - instruments: how many the run trades.
    ///   - scope: nil: it is the only one, and has all.
    public init(_ journal: Journal, instruments: Int, of scope: Scope? = nil) {
        self.journal = journal
        self.scope = scope
        held = Array(repeating: .zero, count: instruments)
    }

    private func isOwn(_ instrument: InstrumentID) -> Bool {
        scope.map { $0.accounts[instrument] == $0.place } ?? true
    }

    /// Whether it keeps what is of the run as a whole.
    private var keepsWhole: Bool { scope?.keepsWhole ?? true }

    /// Why no new orders may be sent now; nil: they may.
    var obstacle: String? {
        guard scope?.isSimulated != true, !journal.mayTakeOrders else { return nil }
        if case .failing(let reason) = journal.condition {
            return "the journal cannot be written: \(reason)"
        }
        return "the journal's disk is too slow"
    }

    // MARK: - What has happened

    /// Adds an entry: to the journal once the strategy has started.
    ///
    /// What the venue tells before that is of the earlier run, and told again to the next one, should this
    /// one end now: the strategy has not heard of it.
    private func put(_ entry: JournalEntry) {
        if beforeStart == nil {
            journal.put(entry)
        } else {
            beforeStart?.append(entry)
        }
    }

    private func recordStart(at time: Timestamp) {
        guard let entries = beforeStart.take() else { return }
        for entry in entries { journal.put(entry) }
        journal.put(.started(at: time))
    }

    func record(_ intake: EngineIntake, _ state: TradingState, _ ledger: RunLedger) {
        guard case .input(let input) = intake else { return }
        switch input {
        case .report(let report): if isOwn(report.instrument) { record(report, state) }
        case .balance(let balance, let time):
            if balance.account == scope?.place ?? balance.account {
                put(.balance(balance, at: time))
            }
        case .position(let correction):
            if isOwn(correction.instrument) { record(correction, state) }
        case .market(.funding(let funding)):
            if isOwn(funding.instrument) { record(funding, state) }
        case .time(let now): recordEquity(ledger, at: now)
        case .resume(let earlier, let time): record(earlier, at: time)
        case .adopt(let order, _):
            guard isOwn(order.request.instrument) else { return }
            open[order.id] = order.state
            put(.takenUp(order))
        case .start(_, let time): recordStart(at: time)
        case .market, .status, .holding, .foreignOrders, .dataEnded, .stop, .reload, .halt, .pause,
            .flatten, .limits:
            break
        }
    }

    /// Writes an order down before it leaves: a run that is killed in that moment has an order that is known.
    public func submit(_ approved: ApprovedOrder, _ state: TradingState) {
        guard isOwn(approved.request.instrument) else { return }
        recordStart(at: state.now)  // an order of `on_start` leaves before the start is recorded
        let order = state.orders[approved.id]
        open[approved.id] = OrderState(of: approved.request)
        put(
            .submitted(
                SubmittedOrder(
                    id: approved.id, request: approved.request, version: order?.version ?? 1,
                    at: order?.createdAt ?? state.now)))
    }

    public func record(_ command: Command, _ state: TradingState) {
        switch command {
        case .cancel(let id, let instrument):
            if isOwn(instrument) { record(.cancelRequested, of: id, state) }
        case .amend(let change):
            guard isOwn(change.instrument) else { return }
            record(
                .amendRequested(price: change.price, quantity: change.quantity), of: change.id,
                state)
        case .refused(let refusal, let intent):
            guard intent.instrument(state).map(isOwn) ?? keepsWhole else { return }
            put(.refusal(refusal, intent, at: state.now))
        case .alert(let text): if keepsWhole { put(.alert(text, at: state.now)) }
        case .tradingState(let permission, let instrument, let reason):
            guard instrument.map(isOwn) ?? keepsWhole else { return }
            let symbol = instrument.map { state.instruments[$0].symbol }
            put(.alert(permission.inWords(of: symbol, reason), at: state.now))
        case .tradingStopped(let reason):
            guard keepsWhole else { return }
            put(.alert(TradingPermission.halted.inWords(of: nil, reason), at: state.now))
        // An order is written down before it leaves.
        case .submit, .intent, .log, .plot: break
        }
    }

    // MARK: - Orders

    private func record(_ event: OrderEvent, of id: ClientOrderID, _ state: TradingState) {
        guard let order = state.orders[id] else { return }
        record(event, of: order, venueTime: nil, at: state.now)
    }

    private func record(
        _ event: OrderEvent, of order: Order, venueTime: Timestamp?, at time: Timestamp,
        making position: Position? = nil
    ) {
        let before = open[order.id] ?? order.state
        open[order.id] = order.state.isOpen ? order.state : nil
        let transition = OrderTransition(
            event, of: order.id, order.request.instrument, order.request.side, from: before,
            to: order.state, venueTime: venueTime, at: time)
        put(position.map { .filled(transition, $0) } ?? .transition(transition))
    }

    private func record(_ report: ExecutionReport, _ state: TradingState) {
        hasNewReport = true
        guard let order = state.orders[report.order] else {
            return reconcile(
                "report of an order that is not known",
                ["order": .text(report.order.text), "event": .text("\(report.event)")],
                report.instrument, at: report.receiveTime)
        }
        var position: Position?
        if case .fill = report.event {
            let instrument = order.request.instrument.index
            position = state.positions[instrument]
            held[instrument] = state.positions[instrument].net
        }
        record(
            report.event, of: order, venueTime: report.venueTime, at: report.receiveTime,
            making: position)
    }

    // MARK: - The account

    private func recordPosition(_ instrument: InstrumentID, _ state: TradingState) {
        let position = state.positions[instrument.index]
        held[instrument.index] = position.net
        put(.position(instrument, position, at: state.now))
    }

    /// With what it made of the position: a later run must know the one exactly where it knows the other.
    private func record(_ funding: Funding, _ state: TradingState) {
        let position = state.positions[funding.instrument.index]
        // Of what is not held the market's rate is news, and nothing is charged.
        guard position.net != .zero || funding.payment ?? .zero != .zero else { return }
        put(
            .settlement(
                Settlement(
                    instrument: funding.instrument, settled: funding.venueTime, rate: funding.rate,
                    payment: funding.payment, at: state.now), position))
    }

    private func record(_ correction: PositionCorrection, _ state: TradingState) {
        reconcile(
            "position", ["reason": .text(correction.reason)], correction.instrument,
            from: "\(held[correction.instrument.index])", to: "\(correction.net)",
            at: correction.receiveTime)
        recordPosition(correction.instrument, state)
    }

    /// What is held at the venue before the start.
    func begin(with correction: PositionCorrection, _ state: TradingState) {
        guard isOwn(correction.instrument) else { return }
        record(correction, state)
    }

    func recordEquity(_ ledger: RunLedger, at now: Timestamp) {
        if now >= nextEquity { recordWorth(ledger, at: now) }
    }

    /// What the run is worth now: at its start and at its end, whatever the time.
    public func recordWorth(_ ledger: RunLedger, at now: Timestamp) {
        guard keepsWhole else { return }
        nextEquity = now.advanced(byNanoseconds: Self.equityPeriod)
        put(.equity(ledger.equity.equity, ledger.equity.currency, at: now))
    }
}

extension RunJournal {
    /// What a journal is of, where a run has several accounts.
    public struct Scope {
        let accounts: RunAccounts
        /// Of its account.
        let place: Int
        /// Whether it has what is of the run as a whole.
        let keepsWhole: Bool
        /// Whether nobody's money hangs on it: then orders pass that it cannot keep.
        let isSimulated: Bool

        public init(_ accounts: RunAccounts, place: Int, keepsWhole: Bool, isSimulated: Bool) {
            self.accounts = accounts
            self.place = place
            self.keepsWhole = keepsWhole
            self.isSimulated = isSimulated
        }
    }

    /// What a comparison with the venue's lists has shown.
    func record(_ difference: AccountDifference, at time: Timestamp) {
        guard isOwn(difference.instrument) else { return }
        reconcile(
            difference.kind.rawValue,
            JSON.pairs(difference.evidence.map { ($0.name, .text($0.value)) }),
            difference.instrument, at: time)
    }

    private func reconcile(
        _ kind: String, _ evidence: JSON, _ instrument: InstrumentID, from before: String? = nil,
        to after: String? = nil, at time: Timestamp
    ) {
        put(
            .reconciliation(
                Reconciliation(
                    kind: kind, evidence: evidence.line, instrument: instrument, before: before,
                    after: after, at: time)))
    }
}

// MARK: - What the next run goes on with

extension RunJournal {
    /// What an earlier run left is this one's from its start on.
    private func record(_ earlier: EarlierRun, at time: Timestamp) {
        for order in earlier.orders where isOwn(order.request.instrument) {
            open[order.id] = order.state
            put(.takenUp(order))
        }
        for (instrument, position) in earlier.positions.sorted(by: { $0.key < $1.key })
        where isOwn(instrument) {
            held[instrument.index] = position.net
            put(.position(instrument, position, at: time))
        }
        if keepsWhole, let counters = earlier.counters { put(.counters(counters, at: time)) }
    }

    /// The data that a strategy begins with.
    public func keep(_ state: StrategyState, at time: Timestamp) {
        if keepsWhole { put(.state(state, at: time)) }
    }

    /// Writes the strategy's timers and its own data where they have changed.
    ///
    /// Small data at once, where it costs no more than a few hundredths of the time: of events that come quicker, those
    /// that follow a report and the last before a rest have theirs written too, if it is short. What is too much for
    /// that as it was kept for a reload last, every two minutes or so.
    ///
    /// - Parameter isAtRest: all that has come by now is taken in.
    public func keep(_ engine: borrowing Engine, _ window: RehearsalWindow?, isAtRest: Bool) {
        guard keepsWhole, beforeStart == nil, engine.state.isTrading else { return }
        for entry in timers.entries(for: engine) { put(entry) }
        let now = engine.state.now
        keepCounters(engine, at: now)
        let isUrgent = isAtRest || hasNewReport
        hasNewReport = false
        guard now >= nextState || isUrgent && isStateShort else { return }
        switch engine.changedState() {
        case .none:
            // Finding that out costs some microseconds, and beyond the pace of life events come as quickly.
            if speed > 1 { nextState = now.advanced(byNanoseconds: paced(Self.idleStatePeriod)) }
        case .changed(let state):
            isStateShort = state.text.utf8.count <= Self.shortState
            nextState = now.advanced(
                byNanoseconds: paced(
                    Int64(state.text.utf8.count) * Self.stateNanosecondsPerByte))
            put(.state(state, at: now))
        case .tooMuch:
            isStateShort = false
            nextState = now.advanced(byNanoseconds: paced(Self.largeStatePeriod))
            guard let (state, time) = window?.lastState, time != lastLarge else { return }
            lastLarge = time
            put(.state(state, at: time))
        }
    }

    private func paced(_ nanoseconds: Int64) -> Int64 {
        guard speed > 1 else { return nanoseconds }
        return Int64(min(Double(nanoseconds) * speed, 1e17))  // three years, in ns
    }

    /// A new day at once, a new peak within a second.
    private func keepCounters(_ engine: borrowing Engine, at now: Timestamp) {
        guard let found = engine.riskCounters, found != counters,
            now >= nextCounters || found.day != counters?.day
        else { return }
        counters = found
        nextCounters = now.advanced(byNanoseconds: Self.counterPeriod)
        put(.counters(found, at: now))
    }

    /// Writes the strategy's data as the run leaves it.
    public func keepLast(_ engine: borrowing Engine) {
        guard keepsWhole, beforeStart == nil else { return }
        if let counters = engine.riskCounters { put(.counters(counters, at: engine.state.now)) }
        if let state = engine.savedState() { put(.state(state, at: engine.state.now)) }
    }

    /// Writing a byte takes some 5 ns.
    private static let stateNanosecondsPerByte: Int64 = 250
    /// As text, in bytes: some 5 µs.
    private static let shortState = 1_024
    private static let counterPeriod: Int64 = 1_000_000_000
    private static let largeStatePeriod: Int64 = 1_000_000_000
    private static let idleStatePeriod: Int64 = 250_000
}

extension Intent {
    /// What it is about; nil: it does not say, such as a cancel of all.
    fileprivate func instrument(_ state: TradingState) -> InstrumentID? {
        switch self {
        case .place(let request): request.instrument
        case .target(let instrument, _), .close(let instrument): instrument
        case .amend(let id, _, _), .cancel(.order(let id)):
            state.orders[id]?.request.instrument
        case .cancel(.matching(let instrument, _)): instrument
        }
    }
}
