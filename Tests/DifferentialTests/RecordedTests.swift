import DifferentialTesting
import Foundation
import MarketFiles
import Matching
import RunFigures
import ScriptHost
import Testing
import TradingModel

/// Where the recorded market data lies, beside the package; tests that need it are skipped without.
private enum RecordedData {
    static let root = Package.path("../shared/data")
    static let comment: Comment = "the recorded market data (../shared/data) is not here"

    /// Files of market data, found by their place.
    static let files: [String] = ["trades", "book", "ohlcv"].flatMap { folder in
        let names = try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")
        return (names ?? []).filter { $0.hasSuffix(".gz") }.sorted().map { "\(folder)/\($0)" }
    }
    static var isThere: Bool { !files.isEmpty }
}

@Suite struct `Recorded data, the quick ways against plain ones` {
    /// More of each file for a longer search: `DIFFERENTIAL_EVENTS=1000000`.
    private static let eventCount =
        ProcessInfo.processInfo.environment["DIFFERENTIAL_EVENTS"].flatMap { Int($0) } ?? 4_000

    @Test(.enabled(if: RecordedData.isThere, RecordedData.comment), arguments: RecordedData.files)
    func `gives the same in every way`(file: String) throws {
        let path = "\(RecordedData.root)/\(file)"
        // Some venues' own formats are not read.
        guard let facts = try? MarketFile.inspect(path: path, skipBadLines: true) else { return }
        let symbol = try Symbol(
            file.contains("usdm") || file.contains("perp") ? "sim:X/USDT:USDT" : "sim:X/USDT")
        let instrument = Instrument(
            id: InstrumentID(0), symbol: symbol, tick: facts.tick, lot: facts.lot,
            makerFee: Rate(attos: attosPerUnit / 5_000), takerFee: Rate(attos: attosPerUnit / 2_000)
        )
        let options = MarketFileOptions(skipBadLines: true, symbol: facts.symbols.first)
        for seed in 1...3 as ClosedRange<UInt64> {
            let script = GeneratedTrial.script(
                seed: seed, symbol: symbol, feeds: facts.feeds.map(\.description))
            let trial = Trial(
                name: file, script: script, instruments: [instrument],
                depth: facts.feeds.contains(.book) ? [instrument.id] : [],
                paper: PaperSettings(
                    balances: [Currency("USDT"): Money(attos: 1_000_000 * attosPerUnit)],
                    latency: Latency(feed: 0, orderEntry: seed == 1 ? 0 : 5_000_000, response: 0)),
                maxFailuresPerMinute: 10_000,
                makeStrategy: { try LuaStrategy(text: script, seed: seed) },
                makeSource: {
                    ShortSource(
                        try MarketFile.open(path: path, instrument: instrument, options: options),
                        first: Self.eventCount)
                })
            let (problem, _) = try trial.check(against: [.plainest, [.tradeByTrade, .rowByRow]])
            #expect(problem == nil, "\(file), seed \(seed)\n\(script)")
        }
    }
}
