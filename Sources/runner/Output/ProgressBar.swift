import MarketFiles

/// A backtest's progress on the terminal, drawn at most ten times a second.
final class ProgressBar {
    private let data: BacktestData
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant
    private var batches = 0
    private static let width = 30

    init(_ data: BacktestData) {
        self.data = data
        start = clock.now
        lastDrawn = start
    }

    /// Called once a batch: looks at the clock only every 64th time.
    func tick() {
        batches += 1
        guard batches % 64 == 0 else { return }
        let now = clock.now
        guard now - lastDrawn > .milliseconds(100) else { return }
        lastDrawn = now
        let sources = data.files.flatMap { $0.map(\.source) }
        let share = sources.map(\.progress).reduce(0, +) / Double(max(1, sources.count))
        let filled = Int(share * Double(Self.width))
        let bar =
            String(repeating: "█", count: filled)
            + String(repeating: "░", count: Self.width - filled)
        let (seconds, _) = (now - start).components
        Console.status(StatusLine("\(bar) \(Int(share * 100)) %  \(seconds) s"))
    }

    func clear() { Console.clearStatus() }
}
