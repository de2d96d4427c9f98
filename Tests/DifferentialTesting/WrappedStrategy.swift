import TradingCore
import TradingModel

/// A strategy that is called in another way than the program would call it.
final class WrappedStrategy: Strategy {
    private let inner: any Strategy
    private let ways: Ways
    private let fault: PlantedFault?

    init(_ inner: any Strategy, _ ways: Ways, _ fault: PlantedFault?) {
        self.inner = inner
        self.ways = ways
        self.fault = fault
    }

    func onEvents(of stretch: EventStretch) -> HandlerOutcome {
        guard ways.contains(.tradeByTrade) else {
            let outcome = inner.onEvents(of: stretch)
            if fault == .quietIsTheEnd, outcome == .quiet { stretch.pass(to: stretch.end) }
            return outcome
        }
        return inner.offerEach(of: stretch)
    }

    var hearsOfOrders: Bool { ways.contains(.hearsAll) || inner.hearsOfOrders }

    func attach(to state: TradingState) { inner.attach(to: state) }
    func subscription(to instrument: InstrumentID) -> Subscription {
        inner.subscription(to: instrument)
    }
    func needs(of instrument: InstrumentID) -> FeedSet { inner.needs(of: instrument) }
    func onStart(_ reason: StartReason) -> HandlerOutcome { inner.onStart(reason) }
    func onTrade(_ trade: Trade) -> HandlerOutcome { inner.onTrade(trade) }
    func onQuote(_ quote: Quote) -> HandlerOutcome { inner.onQuote(quote) }
    func onBook(_ book: OrderBook) -> HandlerOutcome { inner.onBook(book) }
    func onBar(_ bar: Bar) -> HandlerOutcome { inner.onBar(bar) }
    func onTicker(_ ticker: Ticker) -> HandlerOutcome { inner.onTicker(ticker) }
    func onFunding(_ funding: Funding) -> HandlerOutcome { inner.onFunding(funding) }
    func onOrder(_ order: Order) -> HandlerOutcome { inner.onOrder(order) }
    func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome { inner.onFill(fill, of: order) }
    func onPosition(_ instrument: InstrumentID) -> HandlerOutcome { inner.onPosition(instrument) }
    func onTimer(_ name: String, late: Int64) -> HandlerOutcome { inner.onTimer(name, late: late) }
    func onStatus(_ status: VenueStatus) -> HandlerOutcome { inner.onStatus(status) }
    func onStop(_ reason: String) -> HandlerOutcome { inner.onStop(reason) }
    func drainOutput(into requests: inout [StrategyRequest]) { inner.drainOutput(into: &requests) }
}

/// A fault put in on purpose, to show that it would be found.
package enum PlantedFault: Hashable, Sendable {
    /// A stretch counts as heard to its end when the strategy answered and asked for nothing, as
    /// `return {}` does: it then hears one trade of each batch.
    case quietIsTheEnd
}
