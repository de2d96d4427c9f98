import LiveTrading
import Synchronization
import TradingModel

/// Observes when somebody sets the system's date while a run goes on.
///
/// The run's own clock does not follow: its timers and waits go on as before. Lines of the log bear the
/// new date.
final class DateWatch {
    private let clock: RunClock
    private let screen: StatusScreen
    private var reported: Int64 = 0

    /// In nanoseconds; what a time server mends within a second is not worth a line.
    private static let worthTelling: Int64 = 1_000_000_000

    init(_ clock: RunClock, _ screen: StatusScreen) {
        self.clock = clock
        self.screen = screen
    }

    func check(at now: Timestamp) {
        let drift = clock.drift
        LogLine.dateShift.store(drift, ordering: .relaxed)
        let step = drift - reported
        guard step.magnitude >= UInt64(Self.worthTelling) else { return }
        reported = drift
        let seconds = (step.magnitude + 500_000_000) / 1_000_000_000
        screen.show(
            LogLine(
                now, "warn",
                "this machine's date was set \(step > 0 ? "forward" : "back") by \(seconds) s: timers "
                    + "and waits go on by a clock of their own, and so does now(); these lines bear "
                    + "the new date"))
    }
}
