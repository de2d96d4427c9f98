public import TradingCore
public import TradingModel
public import VenueSessions

/// One thing that a run at a venue was told, with its time.
///
/// Made again in their order, the calls of a run lead to what they led to: a run knows nothing else of the
/// world.
public enum RunCall: Sendable {
    /// What earlier runs left.
    indirect case resume(EarlierRun, at: Timestamp)
    /// The venue has told what became of the account before.
    case reconciled(at: Timestamp)
    /// Other limits hold from now on.
    indirect case limits(RunLimits, at: Timestamp)
    /// The strategy may start.
    case start(at: Timestamp)
    case input(EngineInput, at: Timestamp)
    /// All changes of one message about a book, in order.
    case changes([BookChange], at: Timestamp)
    case position(VenuePosition, at: Timestamp)
    case pass(until: Timestamp)
    /// No new orders pass for this reason; nil: they pass again.
    case pause(String?, at: Timestamp)
    case windDown(String, at: Timestamp)
    case halt(String, at: Timestamp)
    case flatten(at: Timestamp)
    /// Another version of the strategy began to be rehearsed.
    case rehearse(at: Timestamp)
    /// A rehearsed version took over.
    case swap(version: Int, at: Timestamp)

    public var time: Timestamp {
        switch self {
        case .resume(_, let time), .reconciled(let time), .limits(_, let time), .start(let time),
            .input(_, let time), .changes(_, let time), .position(_, let time),
            .pass(let time), .pause(_, let time), .windDown(_, let time), .halt(_, let time),
            .flatten(let time), .rehearse(let time), .swap(_, let time):
            time
        }
    }
}

/// What came of a call: an intent, what was sent of it, and what was refused, in the order in which the
/// engine wanted it.
public enum RunOutcome: Hashable, Sendable {
    case intent(Intent)
    case submitted(ClientOrderID, OrderRequest)
    case cancelled(ClientOrderID, InstrumentID)
    case amended(ClientOrderID, InstrumentID, price: Price?, quantity: Quantity?)
    case refused(RiskRefusal, Intent)
    case stopped(reason: String)

    /// Nil: it says something to people, and changes nothing.
    public init?(_ command: Command) {
        switch command {
        case .intent(let intent): self = .intent(intent)
        case .submit(let order): self = .submitted(order.id, order.request)
        case .cancel(let id, let instrument): self = .cancelled(id, instrument)
        case .amend(let change):
            self = .amended(
                change.id, change.instrument, price: change.price, quantity: change.quantity)
        case .refused(let refusal, let intent): self = .refused(refusal, intent)
        case .tradingStopped(let reason): self = .stopped(reason: reason)
        case .log, .alert, .plot, .tradingState: return nil
        }
    }
}

/// What a recording is a row of.
public enum RecordedItem: Sendable {
    case call(RunCall)
    case outcome(RunOutcome)
}
