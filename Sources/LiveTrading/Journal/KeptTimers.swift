import JournalStore
import TradingCore
import TradingModel

/// The timers of a strategy as its run's journal has them.
struct KeptTimers {
    private var timers: [String: EarlierRun.KnownTimer] = [:]
    private var edits = -1

    /// What has to be written for the journal to have those that run now.
    mutating func entries(for engine: borrowing Engine) -> [JournalEntry] {
        guard engine.timerEdits != edits else { return [] }
        edits = engine.timerEdits
        let running = engine.runningTimers
        let names = Set(running.map(\.name))
        var entries: [JournalEntry] = []
        for name in timers.keys.sorted() where !names.contains(name) {
            timers[name] = nil
            entries.append(.timerCleared(name: name))
        }
        for timer in running where !isKept(timer) {
            timers[timer.name] = timer
            entries.append(.timer(name: timer.name, due: timer.due, period: timer.period))
        }
        return entries
    }

    /// Whether it fires when the one that is kept does: what repeats is due each period behind its first time.
    private func isKept(_ timer: EarlierRun.KnownTimer) -> Bool {
        guard let kept = timers[timer.name], kept.period == timer.period else { return false }
        guard let period = timer.period else { return kept.due == timer.due }
        return (timer.due.nanoseconds - kept.due.nanoseconds) % period == 0
    }
}
