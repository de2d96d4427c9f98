import LiveTrading
import RunFigures
import TradingCore
import TradingModel

/// Log lines with a status line below them on a terminal; log lines alone elsewhere.
final class StatusScreen {
    private let printer: LogPrinter
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant
    private var lastEvents = 0
    /// How the strategy's inputs are called, such as bars; nil: it has no status line.
    private let inputs: String

    /// - Parameters:
    ///   - linesToOutput: log lines go to standard output, else to standard error.
    ///   - inputs: what indicators hear, such as bars.
    init(linesToOutput: Bool, inputs: String = "values") {
        printer = LogPrinter(toOutput: linesToOutput, isPaced: true)
        self.inputs = inputs
        start = clock.now
        lastDrawn = start
    }

    /// Real seconds since the beginning.
    var seconds: Double { (clock.now - start) / .seconds(1) }

    /// Shows a log line; nil: nothing.
    func show(_ line: LogLine?) { printer.show(line) }

    /// Gets every line whole, where the run has a folder.
    var log: RunLog? {
        get { printer.file }
        set { printer.file = newValue }
    }

    /// Shows text that is no line of the log.
    func show(_ text: String) { printer.show(text) }

    /// Whether a status line should be drawn: on a terminal, at most five times a second.
    func isDue() -> Bool {
        printer.pulse()
        return Console.showsStatus && clock.now - lastDrawn > .milliseconds(200)
    }

    /// Draws a status line of any kind; ask ``isDue()`` first.
    func draw(_ line: StatusLine) {
        lastDrawn = clock.now
        Console.status(line)
    }

    /// Draws the status line of a run, at most five times a second.
    func update(_ run: borrowing some TradingRun, _ time: Timestamp) {
        guard isDue() else { return }
        let span = (clock.now - lastDrawn) / .seconds(1)
        let events = run.eventCount
        let eventsPerSecond = Int(Double(events - lastEvents) / span)
        lastEvents = events
        draw(StatusLine(of: run, at: time, eventsPerSecond, inputs))
    }

    /// Leaves the bottom of the terminal, for a question or what comes after the run.
    func clear() { Console.clearStatus() }

    /// Ends the log: what was held back is shown, and the status line goes.
    func close() {
        clear()
        printer.close()
    }
}

extension StatusLine {
    /// The state of a run, its money first.
    fileprivate init(
        of run: borrowing some TradingRun, at time: Timestamp, _ eventsPerSecond: Int,
        _ inputs: String
    ) {
        let state = run.engine.state
        let currency = run.equity.currency
        let made = (run.equity.equity - run.equity.start).signed(in: currency)
        let open = "\(state.orders.openCount) open"
        let sent = "\(open), \(run.tally.orders) sent"
        var parts = [Part("PnL \(made) \(currency)"), Part(sent, sent, open)]
        if let narrowed = Part(narrowed: state) { parts.insert(narrowed, at: 0) }
        // Once it trades, what is cold is no reason to wait.
        if run.tally.orders == 0, let warmth = WarmingUp(run.engine.indicators) {
            parts.append(Part("warming up: \(warmth.updates) of \(warmth.needed) \(inputs)"))
        }
        let clock = UTCTime(time).clock
        parts.append(Part("\(clock) UTC", clock))
        let venues = Set(state.instruments.map(\.symbol.venue))
        for instrument in state.instruments {
            let price = state.valuation(instrument.id).map { "\($0)" } ?? "–"
            let figures = "\(price) pos \(state.positions[instrument.id.index].net)"
            let symbol = instrument.symbol.description
            let long = "\(symbol) \(figures)"
            let name = venues.count > 1 ? symbol : instrument.symbol.withoutVenue
            parts.append(Part(long, long, "\(name) \(figures)"))
        }
        parts.append(Part("\(eventsPerSecond) ev/s", ""))
        self.init(parts)
    }
}

extension StatusLine.Part {
    /// Which orders do not pass, and why; nil: all that are within the limits do.
    fileprivate init?(narrowed state: TradingState) {
        let narrowest = state.instruments.max {
            state.permission(of: $0.id) < state.permission(of: $1.id)
        }
        guard let narrowest, let reason = state.permissionReason(of: narrowest.id) else {
            return nil
        }
        let permission = state.permission(of: narrowest.id).rawValue.uppercased()
        self.init(
            "\(permission): \(reason.detail)", "\(permission): \(reason.rule.rawValue)", permission)
    }
}

extension Symbol {
    /// `BTC/USDT:USDT`.
    fileprivate var withoutVenue: String { String(description.dropFirst(venue.count + 1)) }
}
