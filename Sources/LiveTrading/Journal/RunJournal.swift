public import JournalStore
internal import PlainJSON
public import RunFigures
internal import TradingCore
public import TradingModel

/// Writes down in its account's journal what happens to a live run.
///
/// It hears what the engine has taken in and what it wants done, in the order in which that happened, when
/// the orders have left already. What it hears is handed to the journal's own thread.
public final class RunJournal {
    private let journal: Journal
    /// Orders that have not ended, as the journal has them.
    private var open: [ClientOrderID: OrderState] = [:]
    private var held: [SignedQuantity]
    /// Nothing is known of what the run is worth before it starts.
    private var nextEquity = Timestamp.distantFuture

    /// What the run is worth is written this often, in nanoseconds.
    private static let equityPeriod: Int64 = 60_000_000_000

    /// - Parameter instruments: how many the run trades.
    public init(_ journal: Journal, instruments: Int) {
        self.journal = journal
        held = Array(repeating: .zero, count: instruments)
    }

    /// Why no new orders may be sent now; nil: they may.
    var obstacle: String? {
        guard !journal.mayTakeOrders else { return nil }
        if case .failing(let reason) = journal.condition {
            return "the journal cannot be written: \(reason)"
        }
        return "the journal's disk is too slow"
    }

    // MARK: - What has happened

    func record(_ intake: EngineIntake, _ state: TradingState, _ ledger: RunLedger) {
        guard case .input(let input) = intake else { return }
        switch input {
        case .report(let report): record(report, state)
        case .balance(let balance, let time): journal.put(.balance(balance, at: time))
        case .position(let correction): record(correction, state)
        case .market(.funding(let funding)): recordPosition(funding.instrument, state)
        case .time(let now): recordEquity(ledger, at: now)
        case .market, .status, .holding, .start, .dataEnded, .stop, .reload, .halt, .pause,
            .flatten:
            break
        }
    }

    func record(_ command: Command, _ state: TradingState) {
        switch command {
        case .submit(let approved):
            let order = state.orders[approved.id]
            open[approved.id] = OrderState(of: approved.request)
            journal.put(
                .submitted(
                    SubmittedOrder(
                        id: approved.id, request: approved.request, version: order?.version ?? 1,
                        at: order?.createdAt ?? state.now)))
        case .cancel(let id, _): record(.cancelRequested, of: id, state)
        case .amend(let change):
            record(
                .amendRequested(price: change.price, quantity: change.quantity), of: change.id,
                state)
        case .refused(let refusal, let intent):
            journal.put(.refusal(refusal, intent, at: state.now))
        case .alert(let text): journal.put(.alert(text, at: state.now))
        case .intent, .log, .plot, .tradingStopped: break
        }
    }

    // MARK: - Orders

    private func record(_ event: OrderEvent, of id: ClientOrderID, _ state: TradingState) {
        guard let order = state.orders[id] else { return }
        record(event, of: order, venueTime: nil, at: state.now)
    }

    private func record(
        _ event: OrderEvent, of order: Order, venueTime: Timestamp?, at time: Timestamp
    ) {
        let before = open[order.id] ?? order.state
        open[order.id] = order.state.isOpen ? order.state : nil
        journal.put(
            .transition(
                OrderTransition(
                    event, of: order.id, order.request.instrument, order.request.side,
                    from: before, to: order.state, venueTime: venueTime, at: time)))
    }

    private func record(_ report: ExecutionReport, _ state: TradingState) {
        guard let order = state.orders[report.order] else {
            return journal.reconcile(
                "report of an order that is not known",
                ["order": .text(report.order.text), "event": .text("\(report.event)")],
                report.instrument, at: report.receiveTime)
        }
        record(report.event, of: order, venueTime: report.venueTime, at: report.receiveTime)
        if case .fill = report.event { recordPosition(report.instrument, state) }
    }

    // MARK: - The account

    private func recordPosition(_ instrument: InstrumentID, _ state: TradingState) {
        let position = state.positions[instrument.index]
        held[instrument.index] = position.net
        journal.put(.position(instrument, position, at: state.now))
    }

    private func record(_ correction: PositionCorrection, _ state: TradingState) {
        journal.reconcile(
            "position", ["reason": .text(correction.reason)], correction.instrument,
            from: "\(held[correction.instrument.index])", to: "\(correction.net)",
            at: correction.receiveTime)
        recordPosition(correction.instrument, state)
    }

    /// What is held at the venue before the start.
    func begin(with correction: PositionCorrection, _ state: TradingState) {
        record(correction, state)
    }

    private func recordEquity(_ ledger: RunLedger, at now: Timestamp) {
        if now >= nextEquity { recordWorth(ledger, at: now) }
    }

    /// What the run is worth now: at its start and at its end, whatever the time.
    public func recordWorth(_ ledger: RunLedger, at now: Timestamp) {
        nextEquity = now.advanced(byNanoseconds: Self.equityPeriod)
        journal.put(.equity(ledger.equity.equity, ledger.equity.currency, at: now))
    }
}

extension Journal {
    fileprivate func reconcile(
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
