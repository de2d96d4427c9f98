public import TradingModel

/// What the engine hears.
public enum EngineInput: Sendable {
    /// What earlier runs left: before the start, and before any report.
    indirect case resume(EarlierRun, at: Timestamp)
    /// An order of somebody else, as it stands, is the run's own from now on: before the start.
    indirect case adopt(EarlierRun.KnownOrder, at: Timestamp)
    /// The strategy may begin.
    case start(StartReason, at: Timestamp)
    case market(MarketEvent)
    case report(ExecutionReport)
    case balance(Balance, at: Timestamp)
    case status(VenueStatus)
    /// What is really held, where it is not what our fills add up to.
    case position(PositionCorrection)
    /// What the venue says is held: only limits know of it.
    case holding(VenueHolding)
    /// What others have open in the traded instruments, all of it: only limits know of it.
    case foreignOrders([ForeignExposure], at: Timestamp)
    /// Time has passed without an event; fires timers and closes bars.
    case time(Timestamp)
    /// Recorded data has ended: nothing can be added to the open time bars, so they close.
    case dataEnded(at: Timestamp)
    /// End of the run: cancel everything, tell the strategy.
    case stop(reason: String, at: Timestamp)
    /// Another version of the strategy goes on with everything, between two events.
    case reload(StrategyHandover, at: Timestamp)
    /// Trading ends for good, for a reason outside of the strategy: its orders are cancelled.
    case halt(reason: String, at: Timestamp)
    /// No new orders pass for this reason, cancels do; nil: they pass again.
    case pause(reason: String?, at: Timestamp)
    /// Every position is left by a reduce-only market order, trading halted or not.
    case flatten(at: Timestamp)
    /// Other limits hold from now on; who sends them has seen that they can hold for the instruments.
    indirect case limits(RunLimits, at: Timestamp)
}

/// What an account really holds of an instrument, from whoever keeps its books.
public struct PositionCorrection: Hashable, Sendable {
    public var instrument: InstrumentID
    public var net: SignedQuantity
    /// What it was entered at; nil when flat, or where nobody tells.
    public var averagePrice: Price?
    /// Why it is not what our fills add up to.
    public var reason: String
    public var receiveTime: Timestamp
    public init(
        instrument: InstrumentID, net: SignedQuantity, averagePrice: Price?, reason: String,
        receiveTime: Timestamp
    ) {
        self.instrument = instrument
        self.net = net
        self.averagePrice = averagePrice
        self.reason = reason
        self.receiveTime = receiveTime
    }
}

/// What the engine wants done, in order.
public enum Command: Hashable, Sendable {
    /// What a handler returned, before anything is done about it: for the record and its hash.
    case intent(Intent)
    indirect case submit(ApprovedOrder)
    case cancel(ClientOrderID, InstrumentID)
    case amend(ApprovedAmendment)
    /// An intent that was refused; the script hears it through its log and its order handler.
    indirect case refused(RiskRefusal, Intent)
    case log(LogLevel, String)
    case alert(String)
    case plot(String, Double)
    /// Trading has stopped for good; its orders' cancels came before.
    case tradingStopped(reason: String)
    /// From now on only orders of the instrument (nil: of all) pass that reduce, for this reason, or all
    /// do again; that none passes any more is said by ``tradingStopped(reason:)``.
    indirect case tradingState(TradingPermission, InstrumentID?, reason: String)

    /// Whether it says something to people, and is no step of an order's way.
    public var isWord: Bool {
        switch self {
        case .refused, .log, .alert, .tradingStopped, .tradingState: true
        case .intent, .submit, .cancel, .amend, .plot: false
        }
    }
}
