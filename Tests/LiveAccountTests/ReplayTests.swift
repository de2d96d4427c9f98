import AccountSimulation
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
    private static let seeds: ClosedRange<UInt64> = 1...1

    @Test(arguments: AccountSetting.crowded)
    func `does the same again with every intent and refusal, whatever the venue and the line did`(
        setting: AccountSetting
    ) throws {
        for seed in Self.seeds {
            let recorded = try RecordedAccount(setting, seed: seed)
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
            let recorded = try RecordedAccount(setting, seed: seed, reloads: 2)
            #expect(recorded.reloads.map(\.version) == [2, 3])
            let (replay, stop, _) = try recorded.replay()
            if let stop { Issue.record("\(stop), seed \(seed)") }
            #expect(replay.swapCount == 2)
            #expect(
                recorded.run.tally.intents.hexadecimal == replay.run.tally.intents.hexadecimal)
        }
    }

    @Test func `names the first input where another script does something else`() throws {
        let recorded = try RecordedAccount(AccountSetting.crowded[0], seed: 1)
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
        let recorded = try RecordedAccount(AccountSetting.crowded[0], seed: 3, reloads: 1)
        let file = URL(fileURLWithPath: recorded.folder + "/inputs-0001.mri")
        let bytes = try Data(contentsOf: file)
        var random = Seeded(seed)
        try bytes.prefix(random.int(min(70_000, bytes.count)...bytes.count)).write(to: file)
        let (replay, stop, _) = try recorded.replay()
        if let stop { Issue.record("\(stop), seed \(seed)") }
        #expect(replay.inputCount > 0, "seed \(seed)")
    }
}
