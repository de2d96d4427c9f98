import ScriptHost
import TradingCore
import TradingModel

/// A strategy under test on its way into an engine.
///
/// It keeps the first failure of a handler, which the engine only logs, and brings what the script
/// asked for while it loaded, which the test has looked at already.
final class FailureWatch: Strategy {
    private let strategy: LuaStrategy
    private var askedAtLoad: [StrategyRequest]
    var failure: String?

    init(_ strategy: LuaStrategy, askedAtLoad: [StrategyRequest]) {
        self.strategy = strategy
        self.askedAtLoad = askedAtLoad
    }

    func onStart(_ reason: StartReason) -> HandlerOutcome {
        let outcome = strategy.onStart(reason)
        return outcome == .quiet && !askedAtLoad.isEmpty ? .output : outcome
    }

    func drainOutput(into requests: inout [StrategyRequest]) {
        requests += askedAtLoad
        askedAtLoad = []
        let first = requests.count
        strategy.drainOutput(into: &requests)
        for request in requests[first...] {
            switch request {
            case .failure(let text, _), .fatal(let text, _): failure = failure ?? text
            default: break
            }
        }
    }

    func attach(to state: TradingState) { strategy.attach(to: state) }
    func subscription(to instrument: InstrumentID) -> Subscription {
        strategy.subscription(to: instrument)
    }
    func onTrade(_ trade: Trade) -> HandlerOutcome { strategy.onTrade(trade) }
    func onQuote(_ quote: Quote) -> HandlerOutcome { strategy.onQuote(quote) }
    func onBook(_ book: OrderBook) -> HandlerOutcome { strategy.onBook(book) }
    func onBar(_ bar: Bar) -> HandlerOutcome { strategy.onBar(bar) }
    func onTicker(_ ticker: Ticker) -> HandlerOutcome { strategy.onTicker(ticker) }
    func onFunding(_ funding: Funding) -> HandlerOutcome { strategy.onFunding(funding) }
    func onOrder(_ order: Order) -> HandlerOutcome { strategy.onOrder(order) }
    func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome {
        strategy.onFill(fill, of: order)
    }
    func onPosition(_ instrument: InstrumentID) -> HandlerOutcome {
        strategy.onPosition(instrument)
    }
    func onTimer(_ name: String, late: Int64) -> HandlerOutcome {
        strategy.onTimer(name, late: late)
    }
    func onStatus(_ status: VenueStatus) -> HandlerOutcome { strategy.onStatus(status) }
    func onStop(_ reason: String) -> HandlerOutcome { strategy.onStop(reason) }
}
