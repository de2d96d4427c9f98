import ScriptHost
import TradingCore

/// How far the coldest indicator of a strategy is from its first value.
struct WarmingUp {
    let name: String
    let updates: Int
    let needed: Int

    /// Nil: all are warm, or nobody knows what they need.
    ///
    /// An indicator that hears nothing while others do is for later.
    init?(_ indicators: [IndicatorWarmth]) {
        let cold = indicators.filter { !$0.isWarm && ($0.needed ?? 0) > max(1, $0.received) }
        let begun = cold.filter { $0.received > 0 }
        let hasBegun = indicators.contains { $0.received > 0 }
        let left = { (indicator: IndicatorWarmth) in (indicator.needed ?? 0) - indicator.received }
        guard let coldest = (hasBegun ? begun : cold).max(by: { left($0) < left($1) }),
            let needed = coldest.needed
        else { return nil }
        name = coldest.name
        updates = coldest.received
        self.needed = needed
    }
}

extension LuaStrategy {
    /// What its indicators hear, in a word.
    var inputName: String {
        let feeds = subscriptions.values
        if feeds.allSatisfy({ $0.feeds.subtracting(.bars).isEmpty }) { return "bars" }
        if feeds.allSatisfy({ $0.feeds == .trades && $0.barSizes.isEmpty }) { return "trades" }
        return "values"
    }

    /// What a person should know who waits for its first order; nil: nothing warms up.
    var warmUpNote: String? {
        guard let coldest = WarmingUp(indicators) else { return nil }
        let sizes = Set(subscriptions.values.flatMap(\.barSizes))
        let length = inputName == "bars" && sizes.count == 1 ? sizes.first.map { " of \($0)" } : nil
        return "warming up: \(coldest.name) has its first value after \(coldest.needed) "
            + inputName + (length ?? "")
    }
}
