internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// The numbers of a venue's instruments: its session counts its own from 0, the run those of all venues.
struct InstrumentNumbers {
    /// By the session's number.
    private let inRun: [InstrumentID]
    /// By the run's number; meaningless for those of other venues.
    private let inSession: [InstrumentID]
    /// The place of the venue's account.
    private let account: Int
    /// Whether both count alike: nothing need be looked at then.
    private let areSame: Bool

    /// - Parameter inRun: by the session's number; empty: both count alike.
    init(_ inRun: [InstrumentID], account: Int) {
        self.inRun = inRun
        self.account = account
        areSame = account == 0 && inRun.indices.allSatisfy { inRun[$0].index == $0 }
        var inSession = (0...(inRun.map(\.index).max() ?? 0)).map { InstrumentID($0) }
        for (place, number) in inRun.enumerated() { inSession[number.index] = InstrumentID(place) }
        self.inSession = inSession
    }

    /// What a session says, in the run's numbers.
    func inRun(_ action: SessionAction) -> SessionAction {
        guard !areSame else { return action }
        switch action {
        case .emit(let input): return .emit(inRun(input))
        case .book(let changes):
            return .book(changes.map { changed($0) { $0.instrument = inRun[$0.instrument.index] } })
        case .instruments(let list):
            return .instruments(list.map { $0.numbered(inRun[$0.id.index]) })
        case .position(let position):
            return .position(changed(position) { $0.instrument = inRun[$0.instrument.index] })
        case .foreignOrder(let order):
            return .foreignOrder(changed(order) { $0.instrument = inRun[$0.instrument.index] })
        case .adopted(let order): return .adopted(inRun(order))
        case .difference(let difference):
            return .difference(changed(difference) { $0.instrument = inRun[$0.instrument.index] })
        case .open, .send, .close, .request, .wake, .reconciled, .log, .problem, .retrying,
            .wantsClientNumbers:
            return action
        }
    }

    private func inRun(_ input: EngineInput) -> EngineInput {
        switch input {
        case .market(let event): .market(inRun(event))
        case .report(let report):
            .report(changed(report) { $0.instrument = inRun[$0.instrument.index] })
        case .balance(let balance, let time):
            .balance(changed(balance) { $0.account = account }, at: time)
        case .status(let status):
            .status(changed(status) { $0.instrument = $0.instrument.map { inRun[$0.index] } })
        case .position(let held):
            .position(changed(held) { $0.instrument = inRun[$0.instrument.index] })
        case .holding(let held):
            .holding(changed(held) { $0.instrument = inRun[$0.instrument.index] })
        case .adopt(let order, let time): .adopt(inRun(order), at: time)
        case .foreignOrders, .time, .resume, .start, .dataEnded, .stop, .reload, .halt, .pause,
            .flatten, .limits:
            input
        }
    }

    private func inRun(_ event: MarketEvent) -> MarketEvent {
        let number = inRun[event.instrument.index]
        return switch event {
        case .trade(let trade): .trade(changed(trade) { $0.instrument = number })
        case .book(let change): .book(changed(change) { $0.instrument = number })
        case .quote(let quote): .quote(changed(quote) { $0.instrument = number })
        case .bar(let bar): .bar(changed(bar) { $0.instrument = number })
        case .ticker(let ticker): .ticker(changed(ticker) { $0.instrument = number })
        case .funding(let funding): .funding(changed(funding) { $0.instrument = number })
        }
    }

    private func inRun(_ order: EarlierRun.KnownOrder) -> EarlierRun.KnownOrder {
        changed(order) { $0.request.instrument = inRun[$0.request.instrument.index] }
    }

    /// What a session is to do, in its own numbers.
    func inSession(_ input: SessionInput) -> SessionInput {
        guard !areSame else { return input }
        switch input {
        case .command(.submit(let order)):
            return .command(.submit(order.numbered(inSession[order.request.instrument.index])))
        case .command(.amend(let change)):
            return .command(.amend(change.numbered(inSession[change.instrument.index])))
        case .command(.cancel(let id, let instrument)):
            return .command(.cancel(id, inSession[instrument.index]))
        case .subscribe(let feeds):
            let own = inRun.filter { feeds[$0] != nil }
            return .subscribe(
                Dictionary(uniqueKeysWithValues: own.map { (inSession[$0.index], feeds[$0] ?? []) })
            )
        case .opened, .closed, .frame, .pinged, .response, .failed, .timer, .command, .reconcile,
            .clientNumbers:
            return input
        }
    }
}

private func changed<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
    var value = value
    change(&value)
    return value
}

extension SessionAction {
    /// Whether it changes what a run knows: it waits for the run to be made.
    var isOfRun: Bool {
        switch self {
        case .emit, .book, .position, .foreignOrder, .adopted, .difference, .reconciled: true
        case .instruments, .open, .send, .close, .request, .wake, .log, .problem, .retrying,
            .wantsClientNumbers:
            false
        }
    }
}

extension SessionInput {
    /// Whose order it is about; nil: it is about none.
    var instrument: InstrumentID? {
        switch self {
        case .command(.submit(let order)): order.request.instrument
        case .command(.amend(let change)): change.instrument
        case .command(.cancel(_, let instrument)): instrument
        default: nil
        }
    }
}
