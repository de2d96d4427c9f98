import ScriptHost

/// The limits of a script as settings name them: `script.memory` and so on.
extension ScriptLimits {
    /// The defaults of trading, where an account waits for the callback to end.
    static var trading: ScriptLimits {
        var limits = ScriptLimits()
        limits.time = 50_000_000
        limits.loadTime = 1_000_000_000
        return limits
    }

    /// The same limits for a backtest, where nothing waits: time is there only to end what hangs,
    /// so far beyond the limit of instructions that no honest machine's pace decides.
    var backtesting: ScriptLimits {
        var limits = self
        limits.time = max(time ?? 0, 1_000_000_000)
        return limits
    }

    /// Times by name; given without a unit they are milliseconds.
    static var times: [String: WritableKeyPath<ScriptLimits, Int64?>] {
        ["time": \.time, "load_time": \.loadTime, "hard_limit": \.hardLimit]
    }

    /// Counts by name, with what may be set.
    static var counts: [String: (path: WritableKeyPath<ScriptLimits, Int>, range: ClosedRange<Int>)]
    {
        [
            "memory": (\.memoryBytes, 1_000_000...64_000_000_000),
            "instructions": (\.instructions, 1_000...Int.max),
            "intents": (\.perCallback.intents, quota),
            "log_lines": (\.perCallback.logLines, quota),
            "plots": (\.perCallback.plots, quota),
            "timers": (\.perCallback.timers, quota),
            "intents_per_second": (\.perSecond.intents, quota),
            "log_lines_per_second": (\.perSecond.logLines, quota),
            "plots_per_second": (\.perSecond.plots, quota),
            "timers_per_second": (\.perSecond.timers, quota),
            "timer_beats_per_second": (\.timerBeatsPerSecond, quota),
            "orders_kept": (\.ordersKept, 1...1_000_000),
            "coroutines": (\.coroutines, quota),
            "subscriptions": (\.subscriptions, quota),
        ]
    }

    private static let quota = 0...1_000_000_000

    static var settingNames: [String] { times.keys.sorted() + counts.keys.sorted() }
}
