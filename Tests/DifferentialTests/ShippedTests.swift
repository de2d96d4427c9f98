import DifferentialTesting
import Foundation
import Matching
import PaperTrading
import ScriptHost
import Testing
import TradingModel

/// What is shipped, on the embedded exchange.
@Suite struct `Shipped scripts, the quick ways against plain ones` {
    private static let scripts =
        ["strategies", "examples"].flatMap { folder in
            let files = try? FileManager.default.contentsOfDirectory(atPath: Package.path(folder))
            return (files ?? []).filter { $0.hasSuffix(".lua") }.sorted().map { "\(folder)/\($0)" }
        }

    @Test(arguments: scripts, [false, true])
    func `do the same in every way`(script: String, hasDepth: Bool) throws {
        try check(Package.path(script), hasDepth: hasDepth)
    }

    @Test(arguments: ["trend", "maker", "pairs", "blank"])
    func `and so does what runner new begins with`(template: String) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("differential-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let runner = Process()
        // The program that was built beside the tests.
        runner.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
            .resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("runner")
        runner.arguments = ["new", "fresh", "--template", template]
        runner.currentDirectoryURL = folder
        runner.environment = ["MOONRUNNER_HOME": folder.path]
        runner.standardOutput = FileHandle.nullDevice
        runner.standardInput = FileHandle.nullDevice
        try runner.run()
        runner.waitUntilExit()
        try #require(runner.terminationStatus == 0)
        try check(folder.appendingPathComponent("fresh.lua").path, hasDepth: true)
    }

    /// Two minutes of the exchange's data, with its depth or with trades alone.
    private func check(_ path: String, hasDepth: Bool) throws {
        let symbols = try LuaStrategy(file: path).symbols
        let instruments = try symbols.enumerated().map { index, symbol in
            try #require(SimulatedExchange.instrument(symbol, id: InstrumentID(index)))
        }
        let end = SimulatedExchange.start.advanced(byNanoseconds: 120_000_000_000)
        let trial = Trial(
            name: path, instruments: instruments, depth: hasDepth ? instruments.map(\.id) : [],
            paper: PaperSettings(
                latency: Latency(feed: 0, orderEntry: 5_000_000, response: 5_000_000)),
            moments: [SimulatedExchange.start.advanced(byNanoseconds: 61_234_567_890)],
            makeStrategy: { try LuaStrategy(file: path, seed: 1) },
            makeSource: {
                let market = SimulatedMarket(instruments: instruments, seed: 1, end: end)
                return hasDepth ? market : TradesAlone(market)
            })
        let (problem, outcome) = try trial.check(against: [
            .plainest, [.tradeByTrade, .rowByRow], [.kept, .hearsAll],
        ])
        #expect(problem == nil, "\(path)")
        #expect(!outcome.figures.isEmpty)
    }
}

/// The trades of another source.
private final class TradesAlone: MarketEventSource {
    private let inner: any MarketEventSource
    init(_ inner: any MarketEventSource) { self.inner = inner }

    func read(into batch: EventBatch) throws(MarketDataError) {
        let buffer = EventBatch(capacity: batch.capacity)
        while batch.isEmpty {
            buffer.removeAll()
            try inner.read(into: buffer)
            guard !buffer.isEmpty else { return }
            for place in 0..<buffer.count where buffer.kind(at: place) == .trade {
                batch.append(buffer.trade(at: place))
            }
        }
    }
}

/// The package's folder, found from this file.
enum Package {
    static func path(_ name: String) -> String {
        let folders = #filePath.split(separator: "/").dropLast(3)
        return "/" + folders.joined(separator: "/") + "/" + name
    }
}
