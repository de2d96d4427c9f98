import Foundation
import LiveTrading
import PropertyTesting
import RunFigures
import RunInputs
import ScriptHost
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `A recorded live account` {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    /// Between two of a run's orders some are refused.
    private static let limits: RiskLimits = {
        var limits = RiskLimits()
        limits.maxOrdersPerSecond = 2
        limits.maxOpenOrders = 4
        return limits
    }()

    /// A run that was recorded.
    private final class Recorded {
        let folder: String
        let run: LiveRun
        let setting: AccountSetting
        let seed: UInt64
        private(set) var reloads: [RecordedReload] = []

        init(_ setting: AccountSetting, seed: UInt64, reloads: Int = 0) throws {
            self.setting = setting
            self.seed = seed
            folder = NSTemporaryDirectory() + "moonrunner-\(UUID().uuidString)"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            let kept = StrategyReloads(settings: ReloadSettings(window: WindowLimits(count: 2_000)))
            let account = try AccountRun(
                setting, strategy: try Self.script(setting), seed: seed, limits: limits,
                recording: folder, reloads: kept)
            var made: [RecordedReload] = []
            account.halfway = { [unowned account] in
                for number in 0..<reloads {
                    made.append(try Self.reload(account, kept, setting, version: number + 2))
                }
            }
            _ = account.trade(seconds: 12)
            account.recorder?.finish("over")
            self.reloads = made
            run = try #require(account.trading.run?.run)
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        /// Rehearses another version for some seconds, and lets it take over.
        private static func reload(
            _ account: AccountRun, _ reloads: StrategyReloads, _ setting: AccountSetting,
            version: Int
        ) throws -> RecordedReload {
            let begun = account.now
            let files = [ScriptFile("\(version)", "")]
            let material = try #require(
                account.trading.between { $0.rehearsalMaterial(at: begun) } ?? nil)
            let strategy = try LuaStrategy.version(startingWith: material.strategyState) {
                (state) throws(ScriptError) in
                try script(setting, version: version, state: state)
            }
            let rehearsal = try Rehearsal(of: strategy, with: material)
            account.goOn(seconds: 2)
            let result = try #require(
                account.trading.between { run in
                    Result { () throws(ReloadRefusal) in try run.replaceStrategy(by: rehearsal) }
                })
            let swap = try result.get()
            return RecordedReload(
                version: swap.version, hash: "\(version)", files: files, begun: begun,
                swapped: account.now, stateBefore: swap.before.text, stateAfter: swap.after.text)
        }

        static func script(
            _ setting: AccountSetting, version: Int = 1, state: String? = nil
        ) throws(ScriptError) -> LuaStrategy {
            var values = ["symbol": setting.symbols[0], "pause": "0.1", "seed": "\(version)"]
            if setting.symbols.count > 1 { values["other"] = setting.symbols[1] }
            return try LuaStrategy(
                file: package.appendingPathComponent(`A live account`.allKinds).path,
                parameters: values.sorted { $0.key < $1.key }
                    .map { ParameterOverride(name: $0.key, text: $0.value) }, seed: 1, state: state)
        }

        /// Makes it again, by the same script or another.
        func replay(version: Int = 1) throws -> (
            replay: InputReplay<LiveRun>, stop: InputReplay<LiveRun>.Stop?, end: InputReader.End?
        ) {
            var reader = try InputReader(of: folder)
            var settings = EngineSettings()
            settings.limits = limits
            settings.orderIDPrefix = reader.header.orderIDPrefix
            let kept = StrategyReloads(settings: ReloadSettings(window: WindowLimits(count: 2_000)))
            let again = LiveRun(
                engine: Engine(
                    mode: .live, instruments: reader.header.instruments,
                    strategy: try Self.script(setting, version: version), settings: settings,
                    now: reader.header.begun), reloads: kept)
            let setting = setting
            let replay = InputReplay(again, reloads: reloads) {
                (reload, state) throws(ScriptError) in
                try Self.script(setting, version: reload.version, state: state)
            }
            do throws(InputReplay<LiveRun>.Stop) {
                while let items = reader.next() { for item in items { try replay.play(item) } }
                if case .ended = reader.end {
                    try replay.finish(isWhole: true)
                } else {
                    try replay.finish(isWhole: false)
                }
            } catch {
                return (replay, error, reader.end)
            }
            return (replay, nil, reader.end)
        }
    }

    private static let seeds: ClosedRange<UInt64> = 1...1

    @Test(arguments: AccountSetting.crowded)
    func `does the same again with every intent and refusal, whatever the venue and the line did`(
        setting: AccountSetting
    ) throws {
        for seed in Self.seeds {
            let recorded = try Recorded(setting, seed: seed)
            let (replay, stop, end) = try recorded.replay()
            if let stop { Issue.record("\(stop), seed \(seed)") }
            #expect(end == .ended(reason: "over"))
            let (one, other) = (recorded.run.tally, replay.run.tally)
            #expect(one.intents.count > 10, "nothing was asked for, seed \(seed)")
            #expect(one.intents.hexadecimal == other.intents.hexadecimal, "seed \(seed)")
            #expect(!one.rejected.isEmpty, "nothing was refused, seed \(seed)")
            #expect(one.rejected == other.rejected, "seed \(seed)")
            #expect(
                recorded.run.engine.state.positions == replay.run.engine.state.positions,
                "seed \(seed)")
            #expect(recorded.run.ledger.equity.equity == replay.run.ledger.equity.equity)
        }
    }

    @Test(arguments: AccountSetting.crowded)
    func `does the same again through reloads`(setting: AccountSetting) throws {
        for seed in Self.seeds {
            let recorded = try Recorded(setting, seed: seed, reloads: 2)
            #expect(recorded.reloads.map(\.version) == [2, 3])
            let (replay, stop, _) = try recorded.replay()
            if let stop { Issue.record("\(stop), seed \(seed)") }
            #expect(replay.swapCount == 2)
            #expect(
                recorded.run.tally.intents.hexadecimal == replay.run.tally.intents.hexadecimal)
        }
    }

    @Test func `names the first input where another script does something else`() throws {
        let recorded = try Recorded(AccountSetting.crowded[0], seed: 1)
        guard case .difference(let difference) = try recorded.replay(version: 9).stop else {
            Issue.record("there is no difference")
            return
        }
        #expect(difference.input > 1)
        #expect(difference.recorded != difference.replayed)
    }

    // A process that was killed leaves what it had written.
    @Test(arguments: PropertyTesting.seeds.prefix(4))
    func `cut off anywhere does the same up to there`(seed: UInt64) throws {
        let recorded = try Recorded(AccountSetting.crowded[0], seed: 3, reloads: 1)
        let file = URL(fileURLWithPath: recorded.folder + "/inputs-0001.mri")
        let bytes = try Data(contentsOf: file)
        var random = Seeded(seed)
        try bytes.prefix(random.int(min(70_000, bytes.count)...bytes.count)).write(to: file)
        let (replay, stop, _) = try recorded.replay()
        if let stop { Issue.record("\(stop), seed \(seed)") }
        #expect(replay.inputCount > 0, "seed \(seed)")
    }
}
