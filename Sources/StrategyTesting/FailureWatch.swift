import ScriptHost
import TradingCore
import TradingModel

/// A strategy under test on its way into an engine.
///
/// It keeps the first failure of a handler, which the engine only logs, and brings what the script
/// asked for while it loaded, which the test has looked at already.
final class FailureWatch: ForwardingStrategy {
    let strategy: any Strategy
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
}
