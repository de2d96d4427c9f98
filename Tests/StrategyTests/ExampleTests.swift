import Foundation
import PaperTrading
import ScriptHost
import Testing
import TradingModel

@Suite struct `Examples and documentation` {
    private static let examples = scripts(in: "examples")
    private static let strategies = scripts(in: "strategies")

    private static func scripts(in folder: String) -> [String] {
        let files = try? FileManager.default.contentsOfDirectory(atPath: Package.path(folder))
        return (files ?? []).filter { $0.hasSuffix(".lua") }.sorted().map { "\(folder)/\($0)" }
    }

    @Test(arguments: examples) func `run for a minute without a failure`(_ file: String) throws {
        let strategy = try LuaStrategy(file: Package.path(file))
        let instruments = try SimulatedExchange.instruments(strategy.symbols.map(\.description))
        let end = SimulatedExchange.start.advanced(byNanoseconds: 60_000_000_000)
        let run = try StrategyRun(
            strategy, on: instruments,
            source: SimulatedMarket(instruments: instruments, seed: 1, end: end))
        #expect(run.errors == [])
        #expect(run.refused == 0)
    }

    @Test(arguments: examples + strategies)
    func `have nothing that runner check finds`(_ file: String) {
        #expect(StrategyCheck.findings(file: Package.path(file)) == [])
    }

    @Test func `begin with a script that loads`() throws {
        let page = "README.md"
        let text = try String(contentsOfFile: Package.path(page), encoding: .utf8)
        let blocks = text.components(separatedBy: "```lua\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        #expect(!blocks.isEmpty)
        for block in blocks {
            let strategy = try LuaStrategy(text: block, name: page)
            #expect(strategy.warnings == [])
        }
    }
}
