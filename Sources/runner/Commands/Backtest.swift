import ArgumentParser
import LiveTrading
import MarketFiles
import PaperTrading
import PlainJSON
import ScriptHost
import TradingCore
import TradingModel

/// `runner backtest`: a script over recorded data, in simulated time.
struct Backtest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Runs a strategy over recorded market data.",
        discussion: """
            EXAMPLES:
              runner backtest strategies/ema_cross.lua --data trades.csv.gz
              runner backtest strategies/pairs.lua \\
                --data sim:ETH/USDT=eth.npy --data sim:BTC/USDT:USDT=btc.npy --json
            """)

    @Argument(help: ArgumentHelp("The Lua script.", valueName: "strategy.lua"))
    var strategy: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Files: .npy, .npz, CSV, JSON, captured streams, plain, gzip or zip. SYMBOL=FILE where the script has several symbols.",
            valueName: "file"))
    var data: [String] = []

    @Option(
        name: .customLong("instrument"),
        help: ArgumentHelp(
            "What the files do not say, such as tick=0.01,lot=0.001,kind=linear; SYMBOL=tick=… for one symbol.",
            valueName: "facts"))
    var instruments: [String] = []

    @Option(
        name: .customLong("file-symbol"),
        help: ArgumentHelp(
            "Which symbol to read of a file that holds several, as the file spells it; SYMBOL=NAME for the files of one symbol.",
            valueName: "name"))
    var fileSymbols: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Overrides a parameter of the script.", valueName: "name=value"))
    var assignments: [String] = []

    @OptionGroup var flags: SettingFlags

    @Option(help: "The seed of the script's random numbers.")
    var seed: UInt64 = 1

    @Flag(help: "Count bad lines instead of stopping at the first.")
    var skipBad = false

    @Option(
        help: ArgumentHelp("Show so many levels a side of the books at the end.", valueName: "n"))
    var book = 0

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    func run() throws {
        var problems = CallProblems()
        if book < 0 {
            problems.add("--book is `\(book)`, expected a number of levels, such as 10")
        }
        let (settings, entries) = flags.resolve(&problems)
        let loaded = try problems.collect {
            try loadStrategy(
                strategy, set: assignments, limits: settings.script.backtesting, seed: seed)
        }
        if data.isEmpty {
            problems.add("a backtest needs data: runner backtest \(strategy) --data FILE")
        }
        try problems.check()
        guard let script = loaded else { throw problems.failure }
        let data = try BacktestData(
            data, instruments: instruments, fileSymbols: fileSymbols, symbols: script.symbols,
            strategy: script, options: MarketFileOptions(skipBadLines: skipBad), settings: settings)
        for text in settings.runLimits.problems(
            of: data.instruments.map { ($0.settle, $0.symbol.quote) })
        {
            problems.add(text)
        }
        try problems.check()
        StartFindings(of: script, at: strategy).report()
        IdleSettings(
            .backtest(showsTouch: data.showsTouch, hasDepth: data.hasDepth), entries,
            instruments: data.instruments, flags: flags.venueFlags
        ).report()
        if !json { data.descriptions.forEach(Console.print) }
        var run = makeRun(
            strategy: script, mode: .backtest, instruments: data.instruments, depth: data.depth,
            source: data.source, settings: settings)
        Interrupt.watch()
        let (seconds, interruption) = try play(&run, data)
        var report = RunReport(
            run: run, files: data.fileReports, loopSeconds: seconds, seed: seed)
        report.bookLevels = book
        report.interruption = interruption
        Console.print(json ? report.json.line : report.text)
        if let reason = run.stopReason {
            throw RunFailure.stopped(
                reason, isLogged: !run.engine.state.isTrading, linesToOutput: false)
        }
        if let interruption { throw interruption.failure }
    }

    /// Runs to the end, or until somebody interrupts.
    ///
    /// - Returns: the seconds that the loop took, and where it was interrupted.
    private func play(
        _ run: inout SimulatedRun, _ data: BacktestData
    ) throws -> (seconds: Double, Interruption?) {
        let progress = Console.showsStatus && !json ? ProgressBar { data.shareRead } : nil
        run.onBatch = {
            progress?.tick()
            return !Interrupt.isRaised
        }
        let log = LogPrinter(toOutput: false, isPaced: false)
        run.wordListener = { command, state in log.show(LogLine(command, state)) }
        let clock = ContinuousClock()
        let start = clock.now
        do {
            _ = try run.advance(to: .distantFuture)
        } catch {
            progress?.clear()
            log.close()
            throw RunFailure(.failed, error.description)
        }
        let interruption = run.isCalledOff ? Interruption(share: data.shareRead, of: "data") : nil
        run.finish(interruption == nil ? "the data has ended" : Interruption.reason)
        let elapsed = clock.now - start
        progress?.clear()
        log.close()
        return (elapsed / .seconds(1), interruption)
    }
}

extension BacktestData {
    /// What was read, from 0 to 1.
    fileprivate var shareRead: Double {
        let sources = files.flatMap { $0.map(\.source) }
        return sources.map(\.progress).reduce(0, +) / Double(max(1, sources.count))
    }

    /// What each symbol's files held, after the run.
    var fileReports: [RunReport.SymbolFiles] {
        zip(instruments, files).map { instrument, files in
            var notes = self.notes[instrument.id.index]
            for file in files {
                let counts = file.source.counts
                if counts.outOfOrder > 0 {
                    notes.append(
                        "\(file.path.onOneLine): \(counted(counts.outOfOrder, "record")) out of order"
                    )
                }
                if counts.duplicates > 0 {
                    notes.append(
                        "\(file.path.onOneLine): \(counted(counts.duplicates, "duplicate")) left out"
                    )
                }
                notes += counts.notes.map { "\(file.path.onOneLine): \($0)" }
            }
            return RunReport.SymbolFiles(
                symbol: instrument.symbol, names: files.map(\.path),
                skipped: files.reduce(0) { $0 + $1.source.counts.skipped }, notes: notes)
        }
    }
}
