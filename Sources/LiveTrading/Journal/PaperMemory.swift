public import JournalStore
internal import TradingCore
public import TradingModel

extension StrategyMemory {
    /// Reads what the last run of a strategy left on its simulated account.
    ///
    /// - Parameter path: of the account's journal.
    /// - Returns: nil: no run has traded it.
    /// - Throws: ``JournalProblem`` where it cannot be read.
    public static func readPaper(
        of strategy: String, trading symbols: [Symbol], in path: String
    ) throws(JournalProblem) -> StrategyMemory? {
        guard let reader = try reader(of: path),
            let run = try reader.lastRun(of: strategy, trading: symbols),
            let account = try reader.paperAccount(of: run.name)
        else { return nil }
        var orders: [KnownOrder] = []
        for row in try reader.openOrders(of: account) {
            let fills = try reader.fills(of: row)
            let isAwake = row.filled > .zero ? true : try reader.wasTriggered(row)
            orders.append(KnownOrder(row: row, fills: fills, wasTriggered: isAwake))
        }
        var timers: [EarlierRun.KnownTimer] = []
        for timer in try reader.timers(of: run.name) { timers.append(account.onItsBeat(timer)) }
        return StrategyMemory(
            run: run, state: try reader.state(of: run.name),
            timers: timers,
            counters: try reader.counters(of: run.name),
            positions: try reader.lastPositions(of: run.name), orders: orders,
            ordersElsewhere: [], positionsElsewhere: [], settledUntil: [:], paper: account)
    }
}

extension RecordedPaperAccount {
    /// A timer of the embedded exchange, whose time rested: what was told is not told again.
    ///
    /// At a venue time went on: the engine tells once what was missed.
    fileprivate func onItsBeat(_ timer: EarlierRun.KnownTimer) -> EarlierRun.KnownTimer {
        guard marketSeed != nil, let period = timer.period, timer.due <= reached else {
            return timer
        }
        var timer = timer
        let behind = reached.nanoseconds - timer.due.nanoseconds
        timer.due = timer.due.advanced(byNanoseconds: (behind / period + 1) * period)
        return timer
    }
}
