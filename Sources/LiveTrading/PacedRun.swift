internal import Glibc
public import PaperTrading
public import TradingModel

/// Plays a simulated run at the pace of a clock: paper trading.
///
/// Only the pace comes from the clock. What the strategy sees, and when by its own time, comes from
/// the data alone, so a seed gives the same run at any speed.
public struct PacedRun {
    /// Simulated seconds for each real one.
    public let speed: Double
    /// Simulated nanoseconds after which the run ends by itself; nil: until it is interrupted.
    public let duration: Int64?

    /// A real sleep is never longer, so that the status line moves: 100 ms.
    private static let longestSleep: Int64 = 100_000_000

    public init(speed: Double, duration: Int64?) {
        self.speed = speed
        self.duration = duration
    }

    /// How a run ended.
    public enum End: Equatable, Sendable {
        case interrupted
        case durationReached
        case dataEnded
        case stopped
    }

    /// Plays until the duration is over, the data ends, trading stops or somebody interrupts.
    ///
    /// - Parameter pulse: called after each step, about ten times a second, with the time reached.
    public func play(
        _ run: inout SimulatedRun, pulse: (borrowing SimulatedRun, Timestamp) -> Void
    ) throws(MarketDataError) -> End {
        guard let first = try run.nextEventTime() else { return .dataEnded }
        let last = duration.map { first.advanced(byNanoseconds: $0) } ?? .distantFuture
        let began = monotonicNanoseconds()
        while !Interrupt.isRaised {
            let elapsed = Double(monotonicNanoseconds() - began) * speed
            let span = elapsed < 9e18 ? Int64(elapsed) : .max
            let target = min(first.advanced(byNanoseconds: span), last)
            let goesOn = try run.advance(to: target)
            pulse(run, target)
            guard goesOn else { return run.stopReason == nil ? .dataEnded : .stopped }
            if target == last { return .durationReached }
            let next = min(try run.nextEventTime() ?? last, last)
            sleep(untilSimulated: next.nanoseconds - first.nanoseconds, began: began)
        }
        return .interrupted
    }

    private func sleep(untilSimulated span: Int64, began: Int64) {
        let real = Double(span) / speed
        let due = real < 9e18 ? Int64(real) : .max
        let now = monotonicNanoseconds() - began
        guard due > now else { return }
        let wait = min(due - now, Self.longestSleep)
        var time = timespec(
            tv_sec: Int(wait / 1_000_000_000), tv_nsec: Int(wait % 1_000_000_000))
        unsafe nanosleep(&time, nil)  // a signal ends it early, which is what we want
    }
}

/// A clock that never goes back, in nanoseconds.
private func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
