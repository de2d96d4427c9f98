import JournalStore
import LiveTrading
import ScriptHost
import TradingCore
import TradingModel

/// What earlier runs of a strategy left on all the accounts that it trades.
///
/// Each account knows its own orders and positions; what is of the strategy as a whole (its data, its
/// timers, what limits of a loss remember) one of them has.
struct RunMemory {
    private let all: [StrategyMemory]
    /// The one that has what is of the strategy as a whole, as the latest run left it.
    private let whole: StrategyMemory

    /// Nil: there is nothing to go on with.
    init?(_ memories: [StrategyMemory]) {
        let latest = memories.sorted { $0.run.started > $1.run.started }
        guard let first = latest.first else { return nil }
        all = memories
        whole = latest.first(where: \.hasWhole) ?? first
    }

    /// The run that left it.
    var name: String { whole.run.name }
    var state: RecordedState? { whole.state }

    /// What an engine begins with.
    func earlierRun(_ instruments: [Instrument]) -> EarlierRun {
        guard all.count > 1 else { return whole.earlierRun(instruments) }
        var earlier = EarlierRun()
        for memory in all {
            let own = memory.earlierRun(instruments)
            earlier.orders += own.orders
            earlier.positions.merge(own.positions) { _, new in new }
        }
        earlier.orders.sort { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        earlier.timers = whole.timers
        earlier.counters = whole.counters
        return earlier
    }

    /// The script as it begins: with the data that its last run kept.
    func begin(_ script: LuaStrategy, _ origin: ScriptOrigin) throws(RunFailure) -> LuaStrategy {
        guard let state else { return script }
        return try origin.load(with: state.state, trading: script.symbols)
    }
}

extension StrategyMemory {
    /// Whether it has what only one account of a run keeps.
    fileprivate var hasWhole: Bool { state != nil || !timers.isEmpty || counters != nil }
}
