public import RunInputs
public import SessionGap
public import TradingCore
public import TradingModel

/// Gathers what a session sent and what came of it, beside an ``InputReplay`` that makes it again.
public final class DeedsWatch {
    /// What the recording has of an instrument that an order can meet.
    public struct Market: Sendable {
        public fileprivate(set) var trades = 0
        public fileprivate(set) var quotes = 0
        public fileprivate(set) var changes = 0
        public var isEmpty: Bool { trades + quotes + changes == 0 }
    }

    public let deeds: SessionDeeds
    /// By instrument.
    public private(set) var markets: [Market]
    /// How often the connection was lost, or silent.
    public private(set) var losses = 0
    /// An instrument that was ordered and of whose market nothing was told; nil: there is none.
    public var unseen: InstrumentID? {
        deeds.orders.map(\.instrument).first { markets[$0].isEmpty }
    }
    private let isLive: Bool
    private var callTime = Timestamp.distantPast
    private var hasStarted = false
    /// By instrument: the payments of funding that are counted; nil: none of the session's own yet.
    private var funding: [Money]?

    public init(_ header: RecordingHeader) {
        deeds = SessionDeeds(instruments: header.instruments)
        markets = header.instruments.map { _ in Market() }
        isLive = header.isLive
    }

    /// Adds a call that is about to be made.
    public func add(_ call: RunCall) {
        callTime = max(callTime, call.time)
        switch call {
        case .start: hasStarted = true
        case .input(.status(let status), _) where hasStarted:
            if status.state == .lost || status.state == .stale { losses += 1 }
        default: break  // what is no news of the session as a whole
        }
        // The simulated venue of a paper run says itself what it has.
        if isLive { for event in call.marketEvents { add(event) } }
    }

    /// Adds what the venue has of the market from now on.
    public func add(_ event: MarketEvent) {
        deeds.countMarketEvents()
        let instrument = event.instrument
        switch event {
        case .trade: markets[instrument].trades += 1
        case .quote: markets[instrument].quotes += 1
        case .book: markets[instrument].changes += 1
        case .funding(let charged):
            if !isLive, let payment = charged.payment {
                deeds.add(funding: payment, of: instrument)
            }
        case .bar, .ticker: break
        }
    }

    public func add(_ command: Command, _ state: TradingState) {
        // With real money what a call led to leaves behind it; a simulated venue has its own time.
        let time = isLive ? max(callTime, state.now) : state.now
        switch command {
        case .submit(let order): deeds.submit(order.id, order.request, at: time)
        case .cancel(let id, _): deeds.cancel(id, at: time)
        case .amend(let change):
            deeds.amend(change.id, price: change.price, quantity: change.quantity, at: time)
        case .intent, .refused, .log, .alert, .plot, .tradingStopped, .tradingState: break
        }
    }

    public func add(_ report: ExecutionReport, _ state: TradingState) {
        deeds.add(report, ofEarlier: state.orders[report.order]?.request)
    }

    /// Finds what a call changed that is nobody's order: positions from before, corrections, funding.
    public func settle(_ state: TradingState) {
        guard hasStarted, isLive else { return }
        for instrument in state.instruments {
            let position = state.positions[instrument.id]
            let price = state.valuation(instrument.id) ?? position.averagePrice ?? .zero
            deeds.explain(position.net, of: instrument.id, at: price, state.now)
        }
        let paid = state.positions.map(\.funding)
        if let before = funding {
            for instrument in state.instruments {
                deeds.add(
                    funding: paid[instrument.id] - before[instrument.id], of: instrument.id)
            }
        }
        funding = paid
    }
}

extension RunCall {
    /// What it tells of the market.
    public var marketEvents: [MarketEvent] {
        switch self {
        case .input(.market(let event), _): [event]
        case .changes(let changes, _): changes.map { .book($0) }
        default: []  // what is none of the market's
        }
    }
}
