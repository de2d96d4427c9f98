public import TradingModel

/// A strategy that stands before another one, which hears and answers all that it does not itself.
public protocol ForwardingStrategy: Strategy {
    var strategy: any Strategy { get }
}

extension ForwardingStrategy {
    public func attach(to state: TradingState) { strategy.attach(to: state) }
    public func subscription(to instrument: InstrumentID) -> Subscription {
        strategy.subscription(to: instrument)
    }
    public func needs(of instrument: InstrumentID) -> FeedSet { strategy.needs(of: instrument) }
    public func onStart(_ reason: StartReason) -> HandlerOutcome { strategy.onStart(reason) }
    public func onTrade(_ trade: Trade) -> HandlerOutcome { strategy.onTrade(trade) }
    public func onQuote(_ quote: Quote) -> HandlerOutcome { strategy.onQuote(quote) }
    public func onBook(_ book: OrderBook) -> HandlerOutcome { strategy.onBook(book) }
    public func onBar(_ bar: Bar) -> HandlerOutcome { strategy.onBar(bar) }
    public func onTicker(_ ticker: Ticker) -> HandlerOutcome { strategy.onTicker(ticker) }
    public func onFunding(_ funding: Funding) -> HandlerOutcome { strategy.onFunding(funding) }
    public var hearsOfOrders: Bool { strategy.hearsOfOrders }
    public func onOrder(_ order: Order) -> HandlerOutcome { strategy.onOrder(order) }
    public func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome {
        strategy.onFill(fill, of: order)
    }
    public func onPosition(_ instrument: InstrumentID) -> HandlerOutcome {
        strategy.onPosition(instrument)
    }
    public func onTimer(_ name: String, late: Int64) -> HandlerOutcome {
        strategy.onTimer(name, late: late)
    }
    public func onStatus(_ status: VenueStatus) -> HandlerOutcome { strategy.onStatus(status) }
    public func onStop(_ reason: String) -> HandlerOutcome { strategy.onStop(reason) }
    public func drainOutput(into requests: inout [StrategyRequest]) {
        strategy.drainOutput(into: &requests)
    }
}
