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
    let session: String
    let folder: RunFolder
    let record: RecordedRun
    let settings: Settings
    let origin: ScriptOrigin
    let json: Bool
    /// What is to be explained, instead of a summary; nil: nothing.
    var why: String?
    /// Where its market data is to be written, instead of running it again; nil: nowhere.
    var out: String?

    func run() throws {
        guard InputReader.exists(in: folder.path) else {
            throw RunFailure(
                .usage,
                "\(session) traded at \(record.header.venue), and there is no recording of its inputs "
                    + "(inputs-0001.mri) in \(folder.path)")
        }
        let reader: InputReader
        do throws(RecordingProblem) {
            reader = try InputReader(of: folder.path)
        } catch {
            throw RunFailure(.failed, error.description)
        }
        if let out { return try SessionMarket(folder: out).write(reader) }
        let script = try load()
        let reloads = StrategyReloads(settings: settings.reload)
        let log = LogPrinter(toOutput: !json && why == nil, isPaced: false)
        let header = reader.header
        let question = why.map {
            ReplayQuestion(ReplayQuestion.Subject($0), header.instruments, settings)
        }
        if header.isLive {
            let run = makeLiveRun(header, strategy: script, settings: settings, reloads: reloads)
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
                })
            try play(reader, run, log, question)
        }
    }

    /// The first version, with the data that it began with.
    private func load() throws(RunFailure) -> LuaStrategy {
        do {
            guard let state = record.header.state else {
                return try origin.load(record.first, state: nil)
            }
            let script = try LuaStrategy.version(startingWith: state) {
                text throws(ScriptError) in try origin.load(record.first, state: text)
            }
            try script.adopt(state)
            return script
        } catch {
            throw RunFailure(.failed, "\(error)")
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
        let whole = max(1, RecordingRetention.bytes(of: folder))
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
            if case .ended = reader.end {
                try replay.finish(isWhole: true)
            } else {
                try replay.finish(isWhole: false)
            }
        } catch {
            stop = error
        }
        progress?.clear()
        log.close()
        if let stop { throw failure(stop, replay, reader) }
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
        switch end {
        case .ended, nil: break
        case .brokenOff(let reason):
            throw RunFailure(
                .failed,
                "the same as far as it was recorded: \(upTo). The recording ends before the "
                    + "session: \(reason)")
        case .damaged(let file, let place, let reason):
            throw RunFailure(
                .failed,
                "the same as far as it can be read: \(upTo). \(file) is damaged at byte \(place): "
                    + reason)
        case .open, .cut:
            var how = "the session has no end: it runs yet, or it was killed"
            if case .cut(let file, let place) = end {
                how = "\(file) ends in the middle of what was written, at byte \(place)"
            }
            guard record.end == nil else {
                throw RunFailure(
                    .failed,
                    "the same as far as it can be read: \(upTo). \(how), and the session "
                        + "went on")
            }
            return Console.warn("the same: \(upTo); \(how)")
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

    private func failure<Run: VenueRun>(
        _ stop: InputReplay<Run>.Stop, _ replay: InputReplay<Run>, _ reader: InputReader
    ) -> RunFailure {
        let instruments = reader.header.instruments
        switch stop {
        case .missingVersion(let version):
            return RunFailure(
                .failed,
                "the same: \(counted(replay.inputCount, "input")) up to "
                    + "\(UTCTime(replay.reached).iso); there version \(version) took over, and its "
                    + "text is not in session.jsonl: the runner was killed before it could be written"
            )
        case .reload(let reason): return RunFailure(.failed, "not the same: \(reason)")
        case .difference(let difference):
            func list(_ outcomes: [RunOutcome]) -> String {
                guard !outcomes.isEmpty else { return "\n    nothing" }
                return outcomes.map { "\n    " + $0.inWords(instruments) }.joined()
            }
            var text =
                "not the same from input \(difference.input) on, at "
                + "\(UTCTime(difference.call.time).iso): \(difference.call.inWords(instruments))"
            text += "\n  the session:" + list(difference.recorded)
            text += "\n  the replay:" + list(difference.replayed)
            if reader.header.program != Runner.version {
                text += "\nthe session ran with version \(reader.header.program) of the program"
            }
            return RunFailure(.failed, text)
        }
    }
}
