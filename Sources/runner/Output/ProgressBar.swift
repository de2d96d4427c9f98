/// How far a long command has come, on a terminal: drawn at most ten times a second.
final class ProgressBar {
    /// The share that is done, from 0 to 1.
    private let share: () -> Double
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant
    private static let width = 30  // columns

    /// - Parameter share: what is done, from 0 to 1; asked for when the bar is drawn.
    init(share: @escaping () -> Double) {
        self.share = share
        start = clock.now
        lastDrawn = start
    }

    /// Called once a batch of events.
    func tick() {
        let now = clock.now
        guard now - lastDrawn > .milliseconds(100) else { return }
        lastDrawn = now
        Console.status(Self.line(share: share(), seconds: (now - start) / .seconds(1)))
    }

    func clear() { Console.clearStatus() }

    /// The figures are worth more than the bar where there is no room for both.
    static func line(share: Double, seconds: Double) -> StatusLine {
        let share = min(1, max(0, share))
        var figures = "\(Int(share * 100)) %  \(span(seconds))"
        // An estimate needs something to go by.
        if share > 0, seconds >= 1 || share >= 0.01 {
            figures += ", \(span(seconds / share - seconds)) left"
        }
        let forms = [width, width / 2, width / 3].map { "\(bar(share, $0)) \(figures)" }
        return StatusLine([StatusLine.Part(forms[0], forms[1], forms[2], figures)])
    }

    private static func bar(_ share: Double, _ width: Int) -> String {
        let filled = Int(share * Double(width))
        return String(repeating: "█", count: filled)
            + String(repeating: "░", count: width - filled)
    }

    /// `4 s`, `2 min 5 s`, `3 h 20 min`.
    private static func span(_ seconds: Double) -> String {
        guard seconds < 1e9 else { return "years" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3_600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3_600) h \(whole / 60 % 60) min"
    }
}
