import LiveTrading
import RunFigures
import TradingCore
import TradingModel
import VenueSessions

/// What a person sees of a run at a venue: its log, its state, and how it stands with the venue.
final class VenueScreen: VenueAudience, RecordingAudience {
    let lines: StatusScreen
    /// Called when all is known; it decides whether and when the strategy may start.
    var whenReady: (([ForeignOrder], Timestamp) -> Void)?
    /// What is being waited for, with the time of the next attempt; nil: nothing.
    private var trouble: (problem: VenueProblem, toldAt: Timestamp)?
    /// Of the venues, in words.
    private let titles: String
    private let clock = ContinuousClock()
    private var lastDrawn: ContinuousClock.Instant

    /// - Parameter inputs: what the strategy's indicators hear, such as bars.
    init(_ titles: String, linesToOutput: Bool, inputs: String = "values") {
        self.titles = titles
        lines = StatusScreen(linesToOutput: linesToOutput, inputs: inputs)
        lastDrawn = clock.now
    }

    func log(_ level: LogLevel, _ text: String, at now: Timestamp) {
        guard level != .debug else { return }
        let line = LogLine(now, level.rawValue, text)
        lines.show(level == .error ? line.repeatingExactly : line.repeating)
    }

    func status(_ status: VenueStatus, at now: Timestamp) {
        let isGood = status.state == .connected || status.state == .resynchronised
        if isGood, status.instrument == nil { trouble = nil }
        // A reason that says the state once more is none.
        let reason = status.reason == status.state.rawValue ? "" : ": \(status.reason)"
        let line = LogLine(
            now, isGood ? "info" : "warn", "\(status.venue) \(status.state.rawValue)\(reason)")
        // How the whole venue stands is news each time.
        lines.show(status.instrument == nil ? line : line.repeating)
    }

    func problem(_ problem: VenueProblem, at now: Timestamp) {
        if !problem.isPermanent {
            let next = problem.retryAt.map {
                "; it is tried again in \(Self.secondsLeft(until: $0, now)) s, and so on"
            }
            let text = "\(problem.whatHappened): \(problem.whatToDo)" + (next ?? "")
            lines.show(LogLine(now, "warn", text).repeating)
        }
        if problem.retryAt != nil { trouble = (problem, now) }
    }

    func retries(at time: Timestamp, now: Timestamp) {
        guard var trouble else { return }
        trouble.problem.retryAt = time
        // A status line has the countdown; a log gets a line now and then.
        if !Console.showsStatus,
            now >= trouble.toldAt.advanced(byNanoseconds: Self.retryLinePeriod)
        {
            trouble.toldAt = now
            let left = Self.secondsLeft(until: time, now)
            lines.show(
                LogLine(now, "warn", "\(trouble.problem.whatHappened); tried again in \(left) s"))
        }
        self.trouble = trouble
    }

    /// Of an outage a log says in every ten seconds at most that it goes on.
    private static let retryLinePeriod: Int64 = 10_000_000_000

    private static func secondsLeft(until time: Timestamp, _ now: Timestamp) -> Int64 {
        max(0, (time.nanoseconds - now.nanoseconds + 999_999_999) / 1_000_000_000)
    }

    func mayTrade(_ foreign: [ForeignOrder], at now: Timestamp) { whenReady?(foreign, now) }

    /// Draws what is being waited for, with a countdown; false: nothing is.
    func drawTrouble(at now: Timestamp) -> Bool {
        guard let trouble, let retryAt = trouble.problem.retryAt else { return false }
        guard now < retryAt.advanced(byNanoseconds: Self.attemptTime) else {
            self.trouble = nil
            return false
        }
        guard lines.isDue() else { return true }
        let left = Self.secondsLeft(until: retryAt, now)
        let next = left > 0 ? "again in \(left) s" : "trying again"
        // What changes stands first: a terminal may be too narrow for the rest.
        lines.draw(StatusLine(next, trouble.problem.whatHappened))
        return true
    }

    /// An attempt fails within ten seconds; one of which nothing is heard for longer has succeeded.
    private static let attemptTime: Int64 = 15_000_000_000

    /// Draws the line at the bottom: figures while it trades, a countdown while it cannot.
    func pulse<Run: VenueRun>(_ trading: VenueTrading<Run>, at now: Timestamp) {
        if drawTrouble(at: now) { return }
        switch trading.stage {
        case .connecting:
            if lines.isDue() { lines.draw(StatusLine("connecting to \(titles) …")) }
        case .trading:
            if let run = trading.run { lines.update(run, now) }
        case .windingDown:
            let open = trading.run?.engine.state.orders.openCount ?? 0
            if lines.isDue() {
                lines.draw(StatusLine("waiting for the end of \(counted(open, "order")) …"))
            }
        case .verifying:
            if lines.isDue() { lines.draw(StatusLine("asking \(titles) for its books …")) }
        case .waiting, .ended: break
        }
    }
}
