package import RunFigures
import TradingModel

extension RunLedger {
    /// All that it holds, line by line: runs that were counted alike agree in it.
    package var figures: [String] {
        [
            "equity \(equity.equity) \(equity.currency), from \(equity.start)",
            "drawdown \(equity.maxDrawdown), follows mids: \(equity.followsMids)",
            "problems: \(equity.problem ?? "none"), \(tally.problem ?? "none")",
            "orders \(tally.orders), fills \(tally.fills)",
            "intents \(tally.intents.count) \(tally.intents.hexadecimal)",
            "refused \(tally.rejected.sorted { $0.key < $1.key })",
        ]
            + tally.traded.sorted { $0.key < $1.key }.map { instrument, traded in
                "traded \(instrument) \(traded.bought) \(traded.sold) "
                    + "\(traded.fees.sorted { $0.key < $1.key })"
            }
            + statistics.map { "\($0)" }
    }
}
