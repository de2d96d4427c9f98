import LiveTrading
import TradingModel

/// Prints a log: short lines on a terminal, whole ones elsewhere, and what comes again only counted.
final class LogPrinter {
    /// Gets every line whole, where the run has a folder.
    var file: RunLog?
    private let toOutput: Bool
    private let isTerminal: Bool
    private let start: ContinuousClock.Instant?
    private var fold = LineFold()
    private var saidDate = ""

    /// - Parameters:
    ///   - toOutput: to standard output, else to standard error.
    ///   - isPaced: whether its run goes by a clock: else only counts decide what is shown, so that
    ///     the same run gives the same log.
    init(toOutput: Bool, isPaced: Bool) {
        self.toOutput = toOutput
        isTerminal = toOutput ? Console.outputIsTerminal : Console.errorIsTerminal
        start = isPaced ? .now : nil
    }

    /// In nanoseconds.
    private var now: Int64 { start.map { Int64((.now - $0) / .nanoseconds(1)) } ?? 0 }

    /// Shows a log line; nil: nothing.
    func show(_ line: LogLine?) {
        guard let line else { return }
        file?.add(line.full().onSomeLines)
        if let shown = fold.add(line, at: now) { show(shown) }
    }

    /// Shows text that is no line of the log.
    func show(_ text: String) {
        file?.add(text.onSomeLines)
        put(text)
    }

    private func put(_ text: String) {
        if toOutput { Console.print(text) } else { Console.warn(text) }
    }

    /// Shows what was held back for long.
    func pulse() { fold.drainDue(at: now).forEach(show) }

    /// Shows all that was held back.
    func close() { fold.drainRest().forEach(show) }

    private func show(_ shown: LineFold.Shown) {
        guard isTerminal else { return put(shown.line.full(shown.note)) }
        printDate(of: shown.line.time)
        let columns = Console.columns(ofOutput: toOutput)
        put(shown.line.short(shown.note, columns: columns))
    }

    /// Lines on a terminal have no room for it: it is said at the beginning and when it changes.
    private func printDate(of time: Timestamp) {
        let date = UTCTime(time).date
        guard date != saidDate else { return }
        saidDate = date
        put("\(date), times are UTC")
    }
}
