public import TradingModel

/// What earlier runs of a strategy on an account left, for a run that goes on with it.
public struct EarlierRun: Sendable {
    /// An order that had not ended as far as those runs knew.
    public struct KnownOrder: Hashable, Sendable {
        public var id: ClientOrderID
        /// With what amendments made of it.
        public var request: OrderRequest
        /// Open.
        public var state: OrderState
        /// Σ price × quantity of its fills.
        public var filledNotional: Money
        /// The venue's numbers of the fills that are counted.
        public var fills: [FillID]
        public var createdAt: Timestamp
        public var updatedAt: Timestamp

        public init(
            id: ClientOrderID, request: OrderRequest, state: OrderState, filledNotional: Money,
            fills: [FillID], createdAt: Timestamp, updatedAt: Timestamp
        ) {
            self.id = id
            self.request = request
            self.state = state
            self.filledNotional = filledNotional
            self.fills = fills
            self.createdAt = createdAt
            self.updatedAt = updatedAt
        }
    }

    /// A timer that was set.
    public struct KnownTimer: Hashable, Sendable {
        public var name: String
        /// When it was due first, or next.
        public var due: Timestamp
        /// Nanoseconds; nil: it fires once.
        public var period: Int64?

        public init(name: String, due: Timestamp, period: Int64?) {
            self.name = name
            self.due = due
            self.period = period
        }
    }

    /// What a simulated account is made of beside its positions.
    public struct SimulatedBooks: Hashable, Sendable {
        /// What each currency had before the first order.
        public var opening: [Currency: Money]
        /// The numbers up to which orders and fills have ids of the simulated venue.
        public var orders: Int
        public var fills: Int

        public init(opening: [Currency: Money], orders: Int, fills: Int) {
            self.opening = opening
            self.orders = orders
            self.fills = fills
        }
    }

    /// In the order in which they were made.
    public var orders: [KnownOrder] = []
    /// Of instruments that were traded.
    public var positions: [InstrumentID: Position] = [:]
    public var timers: [KnownTimer] = []
    /// What limits of a loss remember; nil: nothing.
    public var counters: RiskCounters?
    /// Nil: the account is a venue's, which knows what it has.
    public var simulated: SimulatedBooks?

    public init() {}
}

/// What is kept for a strategy until it starts.
struct AwaitingStart: Sendable {
    let timers: [EarlierRun.KnownTimer]
    /// An order as it stood after a report, and the fill, where it was one.
    var reports: [(order: Order, fill: Fill?)] = []
}

/// What a later run will go on with.
extension Engine {
    /// The strategy's own data; see ``ReloadableStrategy/changedState()``.
    public func changedState() -> StateChange {
        (strategy as? any ReloadableStrategy)?.changedState() ?? .none
    }
    /// The same, changed or not, at the end of a run; nil: it cannot be saved, or has none.
    public func savedState() -> StrategyState? {
        try? (strategy as? any ReloadableStrategy)?.savedState()
    }
    /// Changes whenever ``runningTimers`` do otherwise than by a beat.
    public var timerEdits: Int { timers.edits }
    /// The timers that run, the earliest first.
    public var runningTimers: [EarlierRun.KnownTimer] { timers.running }
}

extension Engine {
    /// Goes on with what earlier runs left: before the start, and before any report.
    mutating func goOn(with earlier: EarlierRun) {
        for known in earlier.orders { insert(known) }
        for (instrument, position) in earlier.positions {
            state.positions[instrument.index] = position
        }
        if let counters = earlier.counters { begin(with: counters) }
        awaitingStart = AwaitingStart(timers: earlier.timers)
    }

    /// Makes an order its own that another run, or somebody else, has sent.
    mutating func insert(_ known: EarlierRun.KnownOrder) {
        orderCount += 1
        let serial = OrderSerial(orderCount)
        state.orders.insert(
            Order(
                id: known.id, serial: serial, request: known.request, state: known.state,
                filledNotional: known.filledNotional, createdAt: known.createdAt,
                updatedAt: known.updatedAt))
        for fill in known.fills { state.orders.record(fill, of: serial) }
    }

    /// Keeps what a report made of an order, for the strategy to hear of once it has started.
    mutating func keepForStart(_ report: ExecutionReport, of serial: OrderSerial) {
        guard var order = state.orders[serial] else { return }
        order.isPast = true
        let fill: Fill? = if case .fill(let fill) = report.event { fill } else { nil }
        awaitingStart?.reports.append((order, fill))
    }

    /// Lets the strategy begin; what came before is told behind its start, as it was then.
    mutating func start(_ reason: StartReason, into commands: inout [Command]) {
        let awaiting = awaitingStart.take()
        for timer in awaiting?.timers ?? [] {
            // The clock may have been set back since: a beat is a period away at most.
            let latest = timer.period.map { state.now.advanced(byNanoseconds: $0) }
            timers.set(timer.name, due: min(timer.due, latest ?? timer.due), period: timer.period)
        }
        isTakingOver = reason == .restart
        settle(strategy.onStart(reason), into: &commands)
        isTakingOver = false
        findDeadline()
        guard let awaiting, strategy.hearsOfOrders else { return }
        for report in awaiting.reports {
            settle(strategy.onOrder(report.order), into: &commands)
            guard let fill = report.fill else { continue }
            settle(strategy.onFill(fill, of: report.order), into: &commands)
            settle(strategy.onPosition(report.order.request.instrument), into: &commands)
        }
    }
}
