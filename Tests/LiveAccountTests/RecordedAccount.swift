import AccountSimulation
import Foundation
import LiveTrading
import PropertyTesting
import RunInputs
import ScriptHost
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// A run that was recorded.
final class RecordedAccount {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    /// Between two of a run's orders some are refused.
    private static let limits: RiskLimits = {
        var limits = RiskLimits()
        limits.maxOrdersPerSecond = 2
        limits.maxOpenOrders = 4
        return limits
    }()

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
            setting, strategy: try Self.script(setting), seed: seed, limits: Self.limits,
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
        var values = [
            "symbol": setting.symbols[0], "pause": "0.1", "seed": "\(version)",
            "size": setting.venue.size.description,
        ]
        if setting.symbols.count > 1 { values["other"] = setting.symbols[1] }
        return try LuaStrategy(
            file: package.appendingPathComponent(`A live account`.allKinds).path,
            parameters: values.sorted { $0.key < $1.key }
                .map { ParameterOverride(name: $0.key, text: $0.value) }, seed: 1, state: state)
    }

    /// Makes it again, by the same script or another.
    ///
    /// - Parameter watch: gathers what it did; nil: nothing does.
    func replay(version: Int = 1, _ watch: DeedsWatch? = nil) throws -> (
        replay: InputReplay<LiveRun>, stop: InputReplay<LiveRun>.Stop?, end: InputReader.End?
    ) {
        var reader = try InputReader(of: folder)
        var settings = EngineSettings()
        settings.limits = Self.limits
        settings.orderIDPrefix = reader.header.orderIDPrefix
        let kept = StrategyReloads(settings: ReloadSettings(window: WindowLimits(count: 2_000)))
        let again = LiveRun(
            engine: Engine(
                mode: .live, instruments: reader.header.instruments,
                strategy: try Self.script(setting, version: version), settings: settings,
                now: reader.header.begun), reloads: kept)
        if let watch {
            again.listener = { watch.add($0, $1) }
            again.reportListener = { watch.add($0, $1) }
        }
        let setting = setting
        let replay = InputReplay(again, reloads: reloads) {
            (reload, state) throws(ScriptError) in
            try Self.script(setting, version: reload.version, state: state)
        }
        if let watch {
            replay.whenCalled = { call, _ in watch.add(call) }
            replay.whenSettled = { _, _, _ in watch.settle(again.engine.state) }
        }
        do throws(InputReplay<LiveRun>.Stop) {
            while let items = reader.next() { for item in items { try replay.play(item) } }
            try replay.finish(isWhole: reader.isWhole)
        } catch {
            return (replay, error, reader.end)
        }
        return (replay, nil, reader.end)
    }
}
