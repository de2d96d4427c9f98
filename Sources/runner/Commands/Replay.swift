import ArgumentParser
import LiveTrading
import PaperTrading
import PlainJSON
import RunFigures
import RunInputs
import ScriptHost
import TradingCore
import TradingModel

/// `runner replay`: a recorded session again, with its reloads, to the same intents.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Runs a session again and compares its intents.")

    @Argument(help: ArgumentHelp("Its name, or its folder.", valueName: "session"))
    var session: String

    @Option(
        help: ArgumentHelp(
            "Explain a moment (UTC) or an order by its id: of a session at a venue.",
            valueName: "time|order"))
    var why: String?

    @Option(
        help: ArgumentHelp(
            "Only write the market data of a session at a venue to files for backtests.",
            valueName: "dir"))
    var out: String?

    @Flag(help: "Print the summary as one JSON object; log lines go to standard error.")
    var json = false

    func run() throws {
        let recorded = try RecordedSession(session)
        let record = recorded.record
        let settings = try recorded.settings()
        let origin = recorded.origin(settings)
        guard record.header.venue == SimulatedExchange.venue else {
            return try VenueReplay(
                session: recorded, settings: settings, origin: origin, json: json, why: why,
                out: out
            ).run()
        }
        guard why == nil, out == nil else {
            throw RunFailure(
                .usage,
                "--why and --out are for sessions at a venue, whose inputs are recorded: the market of "
                    + "one on sim comes from its seed")
        }
        guard let reached = record.end?.time ?? record.marks.last?.time else {
            throw RunFailure(
                .usage,
                "\(session) has no end: it runs yet, or it was killed before it could say "
                    + "what its intents were")
        }
        var run = try prepare(recorded, settings, origin)
        let log = LogPrinter(toOutput: !json, isPaced: false)
        run.listener = { command, state in log.show(LogLine(command, state)) }
        run.reportListener = { report, state in log.show(LogLine(report, state)) }
        Interrupt.watch()
        let clock = ContinuousClock()
        let start = clock.now
        let interruption = try play(record, to: reached, &run, origin, log)
        let reason = record.end?.reason ?? "it is known no further"
        run.finish(interruption == nil ? reason : Interruption.reason)
        Console.clearStatus()
        log.close()
        let files = run.engine.state.instruments.map {
            RunReport.SymbolFiles(symbol: $0.symbol, names: [], skipped: 0, notes: [])
        }
        var report = RunReport(
            run: run, files: files, loopSeconds: (clock.now - start) / .seconds(1),
            seed: record.header.seed)
        report.interruption = interruption
        Console.print(json ? report.json.line : "\n" + report.text)
        if let interruption { throw interruption.failure }
        try compare(run.tally.intents, with: record)
    }

    /// Plays the session with its reloads, or until somebody interrupts.
    private func play(
        _ record: RecordedRun, to end: Timestamp, _ run: inout SimulatedRun,
        _ origin: ScriptOrigin, _ log: LogPrinter
    ) throws -> Interruption? {
        let first = try run.nextEventTime() ?? end
        let way = Way(from: first, to: end, by: try stops(record, run.engine.state.instruments))
        let progress = Console.showsStatus && !json ? ProgressBar { way.share } : nil
        run.onBatch = {
            progress?.tick()
            return !Interrupt.isRaised
        }
        do {
            for reload in record.reloads where reload.swapped <= end {
                try advance(&run, to: reload.begun, on: way)
                guard !run.isCalledOff else { break }
                try apply(reload, to: &run, origin, on: way)
            }
            if !run.isCalledOff { try advance(&run, to: end, on: way) }
        } catch {
            progress?.clear()
            log.close()
            guard let error = error as? MarketDataError else { throw error }
            throw RunFailure(.failed, error.description)
        }
        return run.isCalledOff ? Interruption(share: way.share, of: "session") : nil
    }

    /// In steps, so that it is known how far it has come, with what happens on the way.
    private func advance(_ run: inout SimulatedRun, to end: Timestamp, on way: Way) throws {
        repeat {
            let stop = way.nextStop(upTo: end)
            let next = min(way.reached.advanced(byNanoseconds: Way.step), stop?.time ?? end)
            let goesOn = try run.advance(to: next)
            guard !run.isCalledOff else { return }
            way.reached = next
            if let stop, stop.time == next { try pass(stop, &run, on: way) }
            guard goesOn else { return }
        } while way.reached < end
    }

    /// Does what was done there, or compares what was asked for by then.
    private func pass(_ stop: Way.Stop, _ run: inout SimulatedRun, on way: Way) throws {
        way.passStop()
        switch stop {
        case .limits(let limits, let time): _ = run.replaceLimits(by: limits, at: time)
        case .mark(let mark):
            let intents = run.tally.intents
            guard intents.count == mark.intents, intents.hexadecimal == mark.intentsHash else {
                throw RunFailure(
                    .failed,
                    "not the same between \(UTCTime(way.sameUpTo).iso) and \(UTCTime(mark.time).iso): "
                        + "\(counted(intents.count, "intent")) by then, sha256 \(intents.hexadecimal); "
                        + "the session had \(mark.intents), sha256 \(mark.intentsHash)")
            }
            way.sameUpTo = mark.time
        }
    }

    private func stops(
        _ record: RecordedRun, _ instruments: [Instrument]
    ) throws(RunFailure) -> [Way.Stop] {
        var stops = record.marks.map { Way.Stop.mark($0) }
        for entry in record.limits {
            guard let limits = LimitsText.read(entry.text, instruments) else {
                throw RunFailure(
                    .failed, "the limits in session.jsonl cannot be read by this release")
            }
            stops.append(.limits(limits, at: entry.time))
        }
        return stops
    }

    /// How much of the session has been played.
    private final class Way {
        enum Stop {
            /// Written before anything else that happened at the time that it names.
            case mark(RunMark)
            case limits(RunLimits, at: Timestamp)

            var time: Timestamp {
                switch self {
                case .mark(let mark): mark.time
                case .limits(_, let time): time
                }
            }
        }

        private let start: Timestamp
        private let end: Timestamp
        /// The next one last.
        private var stops: [Stop]
        var reached: Timestamp
        var sameUpTo: Timestamp
        static let step: Int64 = 10_000_000_000  // 10 s of the session, in ns

        /// - Parameter stops: of each kind in the order of their times.
        init(from start: Timestamp, to end: Timestamp, by stops: [Stop]) {
            self.start = start
            self.end = end
            let order = stops.enumerated().sorted {
                ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
            }
            self.stops = order.reversed().map(\.element)
            reached = start
            sameUpTo = start
        }

        func nextStop(upTo end: Timestamp) -> Stop? {
            stops.last.flatMap { $0.time <= end ? $0 : nil }
        }

        func passStop() { stops.removeLast() }

        /// From 0 to 1.
        var share: Double {
            let length = Double(max(1, end.nanoseconds - start.nanoseconds))
            return min(1, Double(reached.nanoseconds - start.nanoseconds) / length)
        }
    }

    private func prepare(
        _ session: RecordedSession, _ settings: Settings, _ origin: ScriptOrigin
    ) throws -> SimulatedRun {
        let header = session.record.header
        let script = try session.firstVersion(origin)
        let instruments = try simInstruments(script.symbols)
        let resumed = header.resumed
        var run = makeRun(
            strategy: script, mode: .paper, instruments: instruments,
            depth: instruments.map(\.id),
            source: SimulatedMarket(
                instruments: instruments, seed: resumed?.replay?.marketSeed ?? header.seed,
                from: resumed?.time),
            settings: settings, reloads: StrategyReloads(settings: settings.reload),
            orderIDPrefix: resumed?.replay?.orderIDPrefix)
        guard let resumed else { return run }
        guard let replay = resumed.replay,
            let earlier = EarlierRunText.read(replay.earlier, instruments)
        else {
            throw RunFailure(
                .failed, "\(session.name): what it went on with cannot be read from session.jsonl")
        }
        try run.resume(earlier, at: resumed.time)
        return run
    }

    /// Rehearses and swaps at the places where it was done.
    private func apply(
        _ reload: RecordedReload, to run: inout SimulatedRun, _ origin: ScriptOrigin, on way: Way
    ) throws {
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
            try advance(&run, to: time, on: way)
            guard !run.isCalledOff else { return }
            guard let rest = run.reloads?.window.chunks(from: rehearsal.position) else { break }
            rehearsal.replay(rest)
        }
        let swap = try run.replaceStrategy(by: rehearsal)
        guard swap.before.text == reload.stateBefore, swap.after.text == reload.stateAfter else {
            throw RunFailure(
                .failed, "at version \(reload.version) the script's state is not what it was")
        }
        Console.warn("version \(swap.version) (\(reload.hash)) took over")
    }

    private func compare(_ intents: IntentHash, with record: RecordedRun) throws(RunFailure) {
        guard let end = record.end else {
            let time = record.marks.last?.time ?? .distantPast
            return Console.warn(
                "the same: \(counted(intents.count, "intent")) up to \(UTCTime(time).iso); "
                    + "the session has no end: it runs yet, or it was killed")
        }
        guard intents.count == end.intents, intents.hexadecimal == end.intentsHash else {
            throw RunFailure(
                .failed,
                "not the same: \(counted(intents.count, "intent")), sha256 "
                    + "\(intents.hexadecimal); the session had \(end.intents), sha256 "
                    + end.intentsHash)
        }
        Console.warn(
            "the same: \(counted(intents.count, "intent")) through "
                + "\(counted(record.reloads.count, "reload")), sha256 "
                + intents.hexadecimal)
    }
}
