import Matching
import ModelledRuns
import PaperTrading
import ScriptHost
import Testing
import TradingCore
import TradingModel

/// What runs of the shipped strategies say of their accounts, held against books kept beside them.
@Suite struct `Accounts of shipped strategies` {
    private static let latencies = [
        Latency(feed: 0, orderEntry: 5_000_000, response: 5_000_000),
        Latency(feed: 300_000_000, orderEntry: 40_000_000, response: 700_000_000),
    ]

    @Test(arguments: Shipped.all, latencies)
    func `are right to the last digit`(_ strategy: Shipped, latency: Latency) throws {
        let instruments = try SimulatedExchange.instruments(strategy.symbols)
        let script = try LuaStrategy(
            file: Package.path("strategies/\(strategy.name).lua"),
            parameters: strategy.parameters.sorted { $0.key < $1.key }
                .map { ParameterOverride(name: $0.key, text: $0.value) },
            seed: 3)
        let end = SimulatedExchange.start.advanced(
            byNanoseconds: Int64(min(strategy.minutes, 15)) * 60_000_000_000)
        let run = ModelledRun(
            instruments, SimulatedMarket(instruments: instruments, seed: 3, end: end), script,
            PaperSettings(leverage: 10, latency: latency), depth: instruments.map(\.id))
        let differences = try run.play().prefix(4)
        #expect(differences.isEmpty, "\(differences)")
    }
}
