import LiveTrading
import PaperTrading
import TradingCore
import TradingModel

/// Log lines with a status line below them on a terminal; log lines alone elsewhere.
final class StatusScreen {
    /// Gets every log line too, where the run has a folder.
    var log: SessionLog?
    private let linesToOutput: Bool
    private let showsStatus = Console.errorIsTerminal
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant
    private var lastEvents = 0
    private var eventsPerSecond = 0

    /// - Parameter linesToOutput: log lines go to standard output, else to standard error.
    init(linesToOutput: Bool) {
        self.linesToOutput = linesToOutput
        start = clock.now
        lastDrawn = start
    }

    /// Real seconds since the beginning.
    var seconds: Double {
        let (seconds, attoseconds) = (clock.now - start).components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// Shows a log line; nil: nothing.
    func show(_ line: String?) {
        guard let line else { return }
        log?.add(line.onSomeLines)
        if showsStatus { Console.clearStatus() }
        if linesToOutput { Console.print(line) } else { Console.warn(line) }
    }

    /// Whether a status line should be drawn: on a terminal, at most five times a second.
    func isDue() -> Bool { showsStatus && clock.now - lastDrawn > .milliseconds(200) }

    /// Draws a status line of any kind; ask ``isDue()`` first.
    func draw(_ line: String) {
        lastDrawn = clock.now
        Console.status(line)
    }

    /// Draws the status line of a run, at most five times a second.
    func update(_ run: borrowing some TradingRun, _ time: Timestamp) {
        guard isDue() else { return }
        let now = clock.now
        let passed = now - lastDrawn
        let events = run.eventCount
        let (seconds, attoseconds) = passed.components
        let span = Double(seconds) + Double(attoseconds) * 1e-18
        eventsPerSecond = Int(Double(events - lastEvents) / span)
        lastEvents = events
        lastDrawn = now
        Console.status(Self.line(run, time, eventsPerSecond))
    }

    func close() {
        if showsStatus { Console.clearStatus() }
    }

    private static func line(
        _ run: borrowing some TradingRun, _ time: Timestamp, _ eventsPerSecond: Int
    ) -> String {
        let state = run.engine.state
        var parts = [UTCTime(time).clock]
        for instrument in state.instruments {
            let price = state.valuation(instrument.id).map { "\($0)" } ?? "–"
            let net = state.positions[instrument.id.index].net
            parts.append("\(instrument.symbol) \(price) pos \(net)")
        }
        let start = run.equity.start
        let currency = run.equity.currency
        parts.append("PnL \((run.equity.equity - start).signed(in: currency)) \(currency)")
        parts.append("\(state.orders.openCount) open, \(run.tally.orders) sent")
        parts.append("\(eventsPerSecond) ev/s")
        return parts.joined(separator: " │ ")
    }
}
