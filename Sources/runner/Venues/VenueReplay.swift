import LiveTrading
import PlainJSON
import RunFigures
import RunInputs
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// A session at a venue again, from the recording of its inputs.
struct VenueReplay {
    let session: RecordedSession
    let settings: Settings
    let origin: ScriptOrigin
    let json: Bool
    /// What is to be explained, instead of a summary; nil: nothing.
    var why: String?
    /// Where its market data is to be written, instead of running it again; nil: nowhere.
    var out: String?

    private var record: RecordedRun { session.record }

    func run() throws {
        let reader = try session.inputs()
        if let out { return try SessionMarket(folder: out).write(reader) }
        let script = try session.firstVersion(origin)
        let reloads = StrategyReloads(settings: settings.reload)
        let log = LogPrinter(toOutput: !json && why == nil, isPaced: false)
        let header = reader.header
        let question = why.map {
            ReplayQuestion(ReplayQuestion.Subject($0), header.instruments, settings)
        }
        if header.hasAccountsApart {
            let run = makeLiveRun(
                header, strategy: script, settings: settings, reloads: reloads,
                riskFigures: question?.riskFigures)
            if question == nil {
                run.listener = { command, state in log.show(LogLine(command, state)) }
                run.reportListener = { report, state in log.show(LogLine(report, state)) }
            }
            try play(reader, run, log, question)
        } else {
            let run = makePaperRun(
                header, strategy: script, settings: settings, reloads: reloads,
                listener: { command, state in
                    if question == nil { log.show(LogLine(command, state)) }
                },
                reportListener: { report, state in
                    question?.add(report)
                    if question == nil { log.show(LogLine(report, state)) }
                }, riskFigures: question?.riskFigures)
            question?.queue = run.queue
            try play(reader, run, log, question)
        }
    }

    private func play<Run: VenueRun>(
        _ reader: InputReader, _ run: Run, _ log: LogPrinter, _ question: ReplayQuestion?
    ) throws {
        var reader = reader
        let origin = origin
        let replay = InputReplay(run, reloads: record.reloads) {
            (reload, state) throws(ScriptError) in
            try origin.load(reload.files, state: state)
        }
        if let question {
            replay.whenSettled = { [unowned replay] call, number, outcomes in
                question.add(number, call, outcomes, replay.run.engine.state)
            }
        }
        Interrupt.watch()
        let clock = ContinuousClock()
        let start = clock.now
        let whole = max(1, RecordingRetention.bytes(of: session.folder))
        var share: Double { Double(reader.readBytes) / Double(whole) }
        let progress = Console.showsStatus && !json ? ProgressBar { share } : nil
        var stop: InputReplay<Run>.Stop?
        var isInterrupted = false
        do throws(InputReplay<Run>.Stop) {
            while !isInterrupted, let items = reader.next() {
                for item in items { try replay.play(item) }
                progress?.tick()
                isInterrupted = Interrupt.isRaised
            }
            try replay.finish(isWhole: reader.isWhole)
        } catch {
            stop = error
        }
        progress?.clear()
        log.close()
        if let stop { throw replay.failure(stop, reader.header) }
        if let question, !isInterrupted {
            let notes = reader.header.instruments.flatMap { replay.run.fillNotes(of: $0.id) }
            return try question.answer(
                replay.run.engine.state, notes: notes, isLive: reader.header.isLive)
        }
        var report = RunReport(
            run: replay.run,
            files: reader.header.instruments.map {
                RunReport.SymbolFiles(symbol: $0.symbol, names: [], skipped: 0, notes: [])
            }, loopSeconds: (clock.now - start) / .seconds(1), seed: record.header.seed)
        if isInterrupted { report.interruption = Interruption(share: min(1, share), of: "session") }
        Console.print(json ? report.json.line : "\n" + report.text)
        if let interruption = report.interruption { throw interruption.failure }
        try judge(replay, reader.end)
    }

    // MARK: - What it proves

    private func judge<Run: VenueRun>(
        _ replay: InputReplay<Run>, _ end: InputReader.End?
    ) throws(RunFailure) {
        let intents = replay.run.tally.intents
        let upTo =
            "\(counted(replay.inputCount, "input")) up to \(UTCTime(replay.reached).iso), "
            + "\(counted(replay.outcomeCount, "outcome")) with \(counted(intents.count, "intent")) "
            + "through \(counted(replay.swapCount, "reload"))"
        if let shortfall = session.shortfall(end) {
            switch shortfall.kind {
            case .unended: return Console.warn("the same: \(upTo); \(shortfall.text)")
            case .brokenOff:
                throw RunFailure(
                    .failed, "the same as far as it was recorded: \(upTo). \(shortfall.text)")
            case .damaged:
                throw RunFailure(
                    .failed, "the same as far as it can be read: \(upTo). \(shortfall.text)")
            }
        }
        guard let end = record.end else {
            return Console.warn("the same: \(upTo); nothing was traded")
        }
        guard intents.count == end.intents, intents.hexadecimal == end.intentsHash else {
            throw RunFailure(
                .failed,
                "not the same: \(counted(intents.count, "intent")), sha256 "
                    + "\(intents.hexadecimal); the session had \(end.intents), sha256 "
                    + end.intentsHash)
        }
        Console.warn("the same: \(upTo), sha256 \(intents.hexadecimal)")
    }
}
