import TradingModel

/// Counts timers that run out, so that a script cannot live in them alone.
///
/// By seconds of engine time, as quotas are, and within one input: after a long time without one,
/// what is due is caught up with in one go, and nobody can interrupt that.
struct TimerCount: Sendable {
    /// Why one is too many.
    enum Excess: Hashable, Sendable {
        case inSecond(limit: Int)
        case inOneInput(limit: Int)
    }

    /// Timers that run out within one input: some seconds of the quickest handlers.
    static let mostInOneInput = 1_000_000

    private var second = Int64.min
    private var inSecond = 0
    private var inInput = 0

    /// An input begins.
    mutating func begin() { inInput = 0 }

    /// Counts one; nil: it may run.
    mutating func add(at due: Timestamp, atMost limit: Int) -> Excess? {
        let now = due.nanoseconds / 1_000_000_000
        if now != second {
            second = now
            inSecond = 0
        }
        inSecond += 1
        inInput += 1
        if inSecond > limit { return .inSecond(limit: limit) }
        return inInput > Self.mostInOneInput ? .inOneInput(limit: Self.mostInOneInput) : nil
    }
}

extension Engine {
    /// Ends a strategy whose timers leave no time for anything else.
    mutating func endTimers(
        _ excess: TimerCount.Excess, last name: String, into commands: inout [Command]
    ) {
        let count = timers.count
        timers = TimerQueue()
        let text =
            switch excess {
            case .inSecond(let limit):
                "more than \(counted(limit, "timer")) ran out within a second "
                    + "(script.timer_beats_per_second)"
            case .inOneInput(let limit):
                "more than \(limit) timers ran out before anything else came"
            }
        let reason = "\(text); \(count) were set, the last was `\(name)`: choose longer times"
        guard !isOnProbation else { return fail(reason) }
        stopTrading(reason, into: &commands)
    }
}
