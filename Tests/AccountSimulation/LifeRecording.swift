import Foundation
import LiveTrading
import RunFigures
import RunInputs
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// What a run of a life was told, written down as a live session is, to be made again.
final class LifeRecording {
    let recorder: InputRecorder
    private let folder: String
    private let plan: LifePlan
    private let settings: EngineSettings
    private let load: () throws -> LuaStrategy
    private var reloads: [RecordedReload] = []
    private var swaps = 0

    init(of life: AccountLife, _ instruments: [Instrument], _ state: StrategyState?) throws {
        plan = life.plan
        settings = life.settings()
        folder = try life.disk.makeFolder("recording-\(life.runs)")
        load = { [unowned life] in try life.load(state) }
        let header = RecordingHeader(
            program: "test", isLive: true, venue: life.connector.name, begun: life.now,
            orderIDPrefix: settings.orderIDPrefix, patience: life.connector.patience,
            instruments: instruments)
        let begun = InputRecorder.begin(
            in: folder, header,
            limits: RecordingLimits(fileBytes: 200_000, mostWaiting: .max), whenEnded: { _ in })
        guard let recorder = begun.recorder else { throw NoRecording(begun.problem ?? "") }
        self.recorder = recorder
    }

    /// What a run keeps of its past for a reload.
    static var reloads: StrategyReloads {
        StrategyReloads(settings: ReloadSettings(window: WindowLimits(count: 2_000)))
    }

    // MARK: - While it trades

    /// Rehearses another version for some seconds, and lets it take over.
    func reload(_ life: AccountLife) throws {
        let begun = life.now
        let number = swaps + 2
        guard let material = life.trading?.between({ $0.rehearsalMaterial(at: begun) }) ?? nil
        else {
            return
        }
        life.trace?(life.now, "=== version \(number) is rehearsed")
        let plan = plan
        let strategy = try LuaStrategy.version(startingWith: material.strategyState) {
            state throws(ScriptError) in
            try plan.script.load(plan.setting, seed: plan.seed, version: number, state)
        }
        let rehearsal = try Rehearsal(of: strategy, with: material)
        _ = life.pass(2, until: { life.trading?.stage != .trading })
        guard life.problems.isEmpty else { return }
        let result = life.trading?.between { run in
            Result { () throws(ReloadRefusal) in try run.replaceStrategy(by: rehearsal) }
        }
        // Where trading has ended meanwhile nothing takes over.
        guard let result else { return }
        let swap = try result.get()
        swaps += 1
        life.trace?(life.now, "=== version \(number) trades")
        reloads.append(
            RecordedReload(
                version: swap.version, hash: "\(number)", files: [], begun: begun,
                swapped: life.now, stateBefore: swap.before.text, stateAfter: swap.after.text))
    }

    // MARK: - When it has ended

    /// Ends the recording, cuts off some of it, and makes the run again.
    ///
    /// - Parameter bytes: so many are missing at the end, as behind a kill; 0: none.
    func problems(with run: LiveRun, endedBy reason: String, cutBy bytes: Int) -> [String] {
        recorder.finish(reason)
        do {
            defer { try? FileManager.default.removeItem(atPath: folder) }
            if bytes > 0 { try cut(bytes) }
            return try replay(against: bytes > 0 ? nil : run)
        } catch {
            return ["its recording: \(error)"]
        }
    }

    private func cut(_ bytes: Int) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        guard let last = names.last(where: { $0.hasSuffix(".mri") }) else { return }
        let url = URL(fileURLWithPath: folder + "/" + last)
        let data = try Data(contentsOf: url)
        // The header stands whole from the first write on.
        try data.prefix(max(min(data.count - 1, 16_384), data.count - bytes)).write(to: url)
    }

    private func replay(against run: LiveRun?) throws -> [String] {
        var reader = try InputReader(of: folder)
        let again = LiveRun(
            engine: Engine(
                mode: .live, instruments: reader.header.instruments, strategy: try load(),
                settings: settings, now: reader.header.begun), reloads: Self.reloads,
            patience: reader.header.patience)
        let plan = plan
        let replay = InputReplay(again, reloads: reloads) { reload, state throws(ScriptError) in
            try plan.script.load(plan.setting, seed: plan.seed, version: reload.version, state)
        }
        do throws(InputReplay<LiveRun>.Stop) {
            while let items = reader.next() { for item in items { try replay.play(item) } }
            try replay.finish(isWhole: reader.isWhole)
        } catch {
            return ["made again it is not the same: \(String(describing: error).prefix(2_000))"]
        }
        guard let run else { return [] }
        var found: [String] = []
        if !reader.isWhole { found.append("its recording is not whole: \(reader.end as Any)") }
        if run.tally.intents.hexadecimal != again.tally.intents.hexadecimal {
            found.append("made again it asks for something else")
        }
        if run.tally.rejected != again.tally.rejected {
            found.append("made again something else is refused")
        }
        if run.engine.state.positions != again.engine.state.positions {
            found.append("made again it holds something else")
        }
        return found
    }
}

private struct NoRecording: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
