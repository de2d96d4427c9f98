import ArgumentParser
import LiveTrading
import PaperTrading
import PlainJSON
import ScriptHost
import TradingCore
import TradingModel

/// `runner replay`: a recorded session again, with its reloads, to the same intents.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Runs a recorded session again and compares its intents.")

    @Argument(help: ArgumentHelp("Its name, or its folder.", valueName: "session"))
    var session: String

    @Flag(help: "Print the summary as one JSON object; log lines go to standard error.")
    var json = false

    func run() throws {
        let record = try read()
        guard let end = record.end else {
            throw RunFailure(
                .usage,
                "\(session) has no end: it runs yet, or it was killed before it could say "
                    + "what its intents were")
        }
        var (run, origin) = try prepare(record)
        let screen = StatusScreen(linesToOutput: !json, isPaced: false)
        run.listener = { command, state in screen.show(LogLine(command, state)) }
        run.reportListener = { report, state in screen.show(LogLine(report, state)) }
        do {
            for reload in record.reloads { try apply(reload, to: &run, origin) }
            _ = try run.advance(to: end.time)
        } catch let error as MarketDataError {
            throw RunFailure(.failed, error.description)
        }
        run.finish(end.reason)
        screen.close()
        let files = run.engine.state.instruments.map {
            RunReport.SymbolFiles(symbol: $0.symbol, names: [], skipped: 0, notes: [])
        }
        let report = RunReport(
            run: run, files: files, loopSeconds: screen.seconds, seed: record.header.seed)
        Console.print(json ? report.json.line : "\n" + report.text)
        try compare(run.tally.intents, with: end, reloads: record.reloads.count)
    }

    private func read() throws -> RecordedSession {
        let folder = try findFolder()
        do throws(SessionFolder.Problem) {
            return try RecordedSession(of: folder)
        } catch {
            throw RunFailure(.usage, error.description)
        }
    }

    private func findFolder() throws -> SessionFolder {
        do throws(SessionFolder.Problem) {
            return try SessionFolder.find(session)
        } catch {
            throw RunFailure(.usage, error.description + nearestSession(to: session))
        }
    }

    private func prepare(
        _ record: RecordedSession
    ) throws -> (run: SimulatedRun, origin: ScriptOrigin) {
        let header = record.header
        guard header.venue == SimulatedExchange.venue else {
            throw RunFailure(
                .usage,
                "\(session) traded at \(header.venue): only sessions on the embedded exchange can be "
                    + "run again, for only its market comes from a seed")
        }
        let settings: Settings
        do throws(InvalidSettings) {
            settings = try Settings(
                header.settings.map {
                    SettingEntry(
                        path: Array($0.dropLast()), text: $0[$0.count - 1], origin: session)
                })
        } catch {
            throw RunFailure(.usage, error.description)
        }
        let origin = ScriptOrigin(
            path: header.script,
            parameters: header.parameters.map { ParameterOverride(name: $0.name, text: $0.text) },
            limits: settings.script, seed: header.seed)
        let script: LuaStrategy
        do throws(ScriptError) {
            script = try origin.load(record.first, state: nil)
        } catch {
            throw RunFailure(.failed, error.description)
        }
        let instruments = try simInstruments(script.symbols)
        let run = makeRun(
            strategy: script, mode: .paper, instruments: instruments,
            depth: instruments.map(\.id),
            source: SimulatedMarket(instruments: instruments, seed: header.seed),
            settings: settings, reloads: StrategyReloads(settings: settings.reload))
        return (run, origin)
    }

    /// Rehearses and swaps at the places where it was done.
    private func apply(
        _ reload: RecordedReload, to run: inout SimulatedRun, _ origin: ScriptOrigin
    ) throws {
        _ = try run.advance(to: reload.begun)
        guard let material = run.reloads?.window.material() else {
            throw RunFailure(.failed, "version \(reload.version): there is nothing to rehearse on")
        }
        let strategy = try LuaStrategy.version(startingWith: material.strategyState) {
            (state) throws(ScriptError) in
            try origin.load(reload.files, state: state)
        }
        let rehearsal = try Rehearsal(of: strategy, with: material)
        // In small steps: a version may have waited for longer than the window reaches back.
        var time = reload.begun
        while time < reload.swapped {
            time = min(time.advanced(byNanoseconds: 1_000_000_000), reload.swapped)
            _ = try run.advance(to: time)
            guard let rest = run.reloads?.window.chunks(from: rehearsal.position) else { break }
            rehearsal.take(rest)
        }
        let swap = try run.takeOver(by: rehearsal)
        guard swap.before.text == reload.stateBefore, swap.after.text == reload.stateAfter else {
            throw RunFailure(
                .failed, "at version \(reload.version) the script's state is not what it was")
        }
        Console.warn("version \(swap.version) (\(reload.hash)) took over")
    }

    private func compare(
        _ intents: IntentHash, with end: SessionEnd, reloads: Int
    ) throws(RunFailure) {
        guard intents.count == end.intents, intents.hexadecimal == end.intentsHash else {
            throw RunFailure(
                .failed,
                "not the same: \(counted(intents.count, "intent")), sha256 "
                    + "\(intents.hexadecimal); the session had \(end.intents), sha256 "
                    + end.intentsHash)
        }
        Console.warn(
            "the same: \(counted(intents.count, "intent")) through "
                + "\(counted(reloads, "reload")), sha256 "
                + intents.hexadecimal)
    }
}
