import ArgumentParser
import LiveTrading
import PaperTrading
import PlainJSON
import ScriptHost
import TradingCore
import TradingModel

/// `runner strategy.lua`: paper trading until somebody stops it.
struct Paper: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paper",
        abstract: "Trades on paper (the default: `runner strategy.lua` is enough).",
        discussion: """
            EXAMPLES:
              runner strategies/market_maker.lua
              runner strategies/grid.lua --speed 100 --seed 7 --duration 1h
            """)

    @Argument(help: ArgumentHelp("The Lua script.", valueName: "strategy.lua"))
    var strategy: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Overrides a parameter of the script.", valueName: "name=value"))
    var assignments: [String] = []

    @Option(help: "Simulated seconds for each real one.")
    var speed: Double = 1

    @Option(help: "Makes the embedded exchange the same again (default: a new one each time).")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Simulated time after which it ends, such as 10m.", valueName: "time"))
    var duration: String?

    @Flag(help: "Take every save of the script over while it trades.")
    var watch = false

    @Flag(help: "Show each intent that a reload changes.")
    var verbose = false

    @OptionGroup var flags: SettingFlags

    @Flag(help: "Print the summary as one JSON object; log lines go to standard error.")
    var json = false

    func run() throws {
        let (settings, entries) = try flags.resolveWithEntries()
        let span = try checkedDuration()
        guard speed > 0, speed <= 1e9 else {
            throw RunFailure(.usage, "--speed is `\(speed)`, expected more than 0, such as 20")
        }
        let seed = seed ?? UInt64.random(in: 1...999_999)
        let script = try loadStrategy(
            strategy, set: assignments, limits: settings.script, seed: seed)
        let instruments = try simInstruments(script.symbols)
        let reloads = StrategyReloads(settings: settings.reload)
        var run = makeRun(
            strategy: script, mode: .paper, instruments: instruments,
            depth: instruments.map(\.id),
            source: SimulatedMarket(instruments: instruments, seed: seed), settings: settings,
            reloads: reloads)
        announce(instruments, seed: seed)
        let screen = StatusScreen(linesToOutput: !json)
        run.listener = { command, state in screen.show(LogLine.text(of: command, state)) }
        run.reportListener = { report, state in screen.show(LogLine.text(of: report, state)) }
        let session = try PaperSession(
            origin: ScriptOrigin(
                path: strategy, parameters: try parameterOverrides(assignments),
                limits: settings.script, seed: seed),
            settings: entries)
        let reloader = session.reloader(
            of: script, instruments: instruments, watches: watch, isVerbose: verbose,
            confirms: settings.confirmsReloads)
        reloader.follow(reloads)
        Interrupt.watch()
        let end = try play(&run, span, reloader, screen)
        reloader.close()
        run.finish(end.end.reason)
        session.end(end.end.reason, at: end.reached, run.tally.intents)
        screen.close()
        let report = RunReport(
            run: run,
            files: instruments.map {
                RunReport.SymbolFiles(symbol: $0.symbol, names: [], skipped: 0, notes: [])
            }, loopSeconds: screen.seconds, seed: seed)
        Console.print(json ? report.json.line : "\n" + report.text)
        if let reason = run.stopReason { throw RunFailure(.stopped, "trading stopped: \(reason)") }
    }

    private func play(
        _ run: inout SimulatedRun, _ span: Int64?, _ reloader: Reloader, _ screen: StatusScreen
    ) throws -> (end: PacedRun.End, reached: Timestamp) {
        do {
            let paced = PacedRun(speed: speed, duration: span, reloader: reloader)
            return try paced.play(&run) { run, time in
                for line in reloader.takeLines() { screen.show(line) }
                screen.update(run, time)
            }
        } catch {
            reloader.close()
            throw RunFailure(.failed, error.description)
        }
    }

    private func checkedDuration() throws(RunFailure) -> Int64? {
        guard let duration else { return nil }
        guard let span = SettingValue.nanoseconds(duration, bareUnit: 1_000_000_000), span > 0
        else {
            throw RunFailure(
                .usage, "--duration is `\(duration)`, expected a time such as 30s, 10m or 2h")
        }
        return span
    }

    private func announce(_ instruments: [Instrument], seed: UInt64) {
        let names = instruments.map(\.symbol.description).joined(separator: ", ")
        Console.warn(
            "paper trading \(names) on the embedded exchange; --seed \(seed) runs it again; "
                + "Ctrl-C stops")
    }
}

extension PacedRun.End {
    fileprivate var reason: String {
        switch self {
        case .interrupted: "interrupted"
        case .durationReached: "the duration is over"
        case .dataEnded: "the data has ended"
        case .stopped: "trading was stopped"
        }
    }
}
