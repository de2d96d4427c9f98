package import TradingCore
package import TradingModel

/// A strategy that asks for what it is told to ask for, when it is started.
package final class AskingStrategy: Strategy {
    package init() {}
    package func attach(to state: TradingState) {}
    package func subscription(to instrument: InstrumentID) -> Subscription { Subscription() }
    package var requests: [StrategyRequest] = []
    package func onStart(_ reason: StartReason) -> HandlerOutcome { .output }
    package func onTrade(_ trade: Trade) -> HandlerOutcome { .quiet }
    package func onQuote(_ quote: Quote) -> HandlerOutcome { .quiet }
    package func onBook(_ book: OrderBook) -> HandlerOutcome { .quiet }
    package func onBar(_ bar: Bar) -> HandlerOutcome { .quiet }
    package func onTicker(_ ticker: Ticker) -> HandlerOutcome { .quiet }
    package func onFunding(_ funding: Funding) -> HandlerOutcome { .quiet }
    package func onOrder(_ order: Order) -> HandlerOutcome { .quiet }
    package func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome { .quiet }
    package func onPosition(_ instrument: InstrumentID) -> HandlerOutcome { .quiet }
    package func onTimer(_ name: String, late: Int64) -> HandlerOutcome { .quiet }
    package func onStatus(_ status: VenueStatus) -> HandlerOutcome { .quiet }
    package func onStop(_ reason: String) -> HandlerOutcome { .quiet }
    package func drainOutput(into out: inout [StrategyRequest]) {
        out += requests
        requests = []
    }
}
