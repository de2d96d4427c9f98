public import RunFigures
internal import Threads
public import TradingModel

/// Plays a simulated run at the pace of a clock: paper trading.
///
/// Only the pace comes from the clock, and it rests while the process stands still. What the strategy sees, and when by its own time, comes from
/// the data alone, so a seed gives the same run at any speed.
public struct PacedRun {
    /// Simulated seconds for each real one.
    public let speed: Double
    /// Simulated nanoseconds after which the run ends by itself; nil: until it is interrupted.
    public let duration: Int64?
    /// Replaces the strategy while it runs; nil: nothing does.
    public let reloader: Reloader?
    /// Asked after each step whether somebody ends it for good.
    private let isKilled: () -> KillRequest?

    /// A real sleep is never longer, so that the status line moves: 100 ms.
    private static let longestSleep: Int64 = 100_000_000
    /// A step should take no longer, so that an interrupt or a reload need not wait: 2 ms.
    private static let longestStep: Int64 = 2_000_000

    public init(
        speed: Double, duration: Int64?, reloader: Reloader? = nil,
        isKilled: @escaping () -> KillRequest? = { nil }
    ) {
        self.isKilled = isKilled
        self.speed = speed
        self.duration = duration
        self.reloader = reloader
    }

    /// How a run ended.
    public enum End: Equatable, Sendable {
        case interrupted
        case durationReached
        case dataEnded
        case stopped
        case killed(reason: String)
    }

    /// Plays until the duration is over, the data ends, trading stops or somebody interrupts.
    ///
    /// - Parameter pulse: called after each step, some ten times a second at least, with the time
    ///   reached.
    /// - Returns: how it ended, and the time that it had reached.
    public func play<Run: SteppedRun>(
        _ run: inout Run, pulse: (borrowing Run, Timestamp) -> Void
    ) throws(MarketDataError) -> (end: End, reached: Timestamp) {
        guard let first = try run.nextEventTime() else { return (.dataEnded, .distantPast) }
        let last = duration.map { first.advanced(byNanoseconds: $0) } ?? .distantFuture
        var running = RunningTime()
        let bell = reloader?.bell ?? Doorbell()
        var step = Step()
        var reached = first
        while !Interrupt.isRaised {
            running.advance()
            let due = min(first.advanced(byNanoseconds: simulated(running.elapsed)), last)
            let target = min(due, reached.advanced(byNanoseconds: step.span))
            let started = monotonicNanoseconds()
            let goesOn = try run.advance(to: target)
            let ended = monotonicNanoseconds()
            step.adapt(took: ended - started, aim: Self.longestStep)
            reached = max(reached, target)
            pulse(run, target)
            guard goesOn else { return (run.stopReason == nil ? .dataEnded : .stopped, reached) }
            if let kill = isKilled() { return (.killed(reason: kill.reason), reached) }
            if target == last { return (.durationReached, reached) }
            if let outcome = reloader?.between(&run, at: target) {
                let events = run.eventCount
                let gap = monotonicNanoseconds() - ended
                reached = min(target.advanced(byNanoseconds: simulated(gap)), last)
                let goesOn = try run.advance(to: reached)
                reloader?.finish(outcome, gap: gap, queued: run.eventCount - events)
                guard goesOn else {
                    return (run.stopReason == nil ? .dataEnded : .stopped, reached)
                }
                continue
            }
            guard target == due else { continue }
            let next = min(try run.nextEventTime() ?? last, last)
            running.advance()
            sleep(
                untilSimulated: next.nanoseconds - first.nanoseconds, at: running.elapsed, bell)
        }
        return (.interrupted, reached)
    }

    /// How much simulated time passes in a real one.
    private func simulated(_ nanoseconds: Int64) -> Int64 {
        let span = Double(nanoseconds) * speed
        return span < 9e18 ? Int64(span) : .max
    }

    /// - Parameter now: what has passed of the real time that counts, in nanoseconds.
    private func sleep(untilSimulated span: Int64, at now: Int64, _ bell: Doorbell) {
        let real = Double(span) / speed
        let due = real < 9e18 ? Int64(real) : .max
        guard due > now else { return }
        // A signal ends it early, and so does a ring.
        bell.wait(nanoseconds: min(due - now, Self.longestSleep))
    }
}

/// How much simulated time is handled at once: as much as fits into a short real time.
private struct Step {
    /// In nanoseconds of simulated time.
    private(set) var span: Int64 = 1_000_000_000

    mutating func adapt(took real: Int64, aim: Int64) {
        if real > aim {
            span = max(span / 2, 1_000_000)
        } else if real < aim / 4 {
            span = min(span * 2, 1 << 60)
        }
    }
}
