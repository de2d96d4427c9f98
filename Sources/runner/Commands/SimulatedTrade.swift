import JournalStore
import LiveTrading
import PaperTrading
import PlainJSON
import RunFigures
import RunInputs
import ScriptHost
import TradingCore
import TradingModel

/// A strategy on the embedded exchange, at the pace of a clock.
struct SimulatedTrade {
    let account: PaperAccount
    /// As it begins: with the data that its last run kept.
    let script: LuaStrategy
    let instruments: [Instrument]
    let origin: ScriptOrigin
    let settings: Settings
    let entries: [SettingEntry]
    let limits: WrittenLimits
    let speed: Double
    /// Simulated nanoseconds after which it ends; nil: until somebody interrupts.
    let duration: Int64?
    let watches: Bool
    let isVerbose: Bool
    let json: Bool

    private var marketSeed: UInt64 { account.marketSeed ?? origin.seed }

    /// Trades until somebody or something ends it, and reports.
    func run() throws {
        announce()
        let reloads = StrategyReloads(settings: settings.reload)
        var run = makeRun(
            strategy: script, mode: .paper, instruments: instruments,
            depth: instruments.map(\.id),
            source: SimulatedMarket(
                instruments: instruments, seed: marketSeed, from: account.marketTime),
            settings: settings, reloads: reloads, orderIDPrefix: account.orderIDPrefix)
        if let note = script.warmUpNote { Console.warn(note) }
        let screen = StatusScreen(linesToOutput: !json, inputs: script.inputName)
        run.listener = { command, state in screen.show(LogLine(command, state)) }
        run.reportListener = { report, state in screen.show(LogLine(report, state)) }
        let session = try RunFiles(
            accounts: [RecordingHeader.Account(venue: SimulatedExchange.venue, isLive: false)],
            origin: origin, settings: entries,
            journal: settings.journal, script: script, state: account.memory?.state?.state,
            resumed: account.marketTime.flatMap { account.resumed(at: $0, instruments) })
        let journal = try goOn(&run, session)
        let reloader = session.reloader(
            of: script, instruments: instruments, watches: watches, isVerbose: isVerbose,
            confirms: settings.confirmsReloads, limits: limits)
        reloader.follow(reloads)
        screen.log = session.log
        Interrupt.watch(signals: 3, readsLimits: true)
        let killSwitch = session.killSwitch()
        let end = try play(&run, reloader, screen, session) { killSwitch.request }
        reloader.close()
        run.finish(end.end.reason)
        journal?.recordWorth(run.ledger, at: run.engine.state.now)
        journal?.keepLast(run.engine)
        session.endJournal(
            end.end.reason, at: max(end.reached, run.engine.state.now), by: wallClock())
        session.end(end.end.reason, at: end.reached, run.tally.intents)
        screen.close()
        try report(run, end.end, screen, session)
    }

    /// Opens the account's journal, and has the run go on with what the one before it left.
    private func goOn(_ run: inout SimulatedRun, _ session: RunFiles) throws -> RunJournal? {
        let time = account.marketTime ?? SimulatedExchange.start
        let journal = session.beginPaperJournal(
            0, of: account, script, opening: account.memory?.paper?.opening ?? run.opening,
            instruments,
            started: time, clock: { wallClock() })
        journal?.speed = speed
        run.chronicle = journal
        guard let memory = account.memory else { return journal }
        do throws(MarketDataError) {
            try run.resume(memory.earlierRun(instruments), at: time)
        } catch {
            throw RunFailure(.failed, error.description)
        }
        if let state = memory.state { journal?.keep(state.state, at: state.time) }
        return journal
    }

    private func play(
        _ run: inout SimulatedRun, _ reloader: Reloader, _ screen: StatusScreen,
        _ session: RunFiles, isKilled: @escaping () -> KillRequest?
    ) throws -> (end: PacedRun.End, reached: Timestamp) {
        do {
            let paced = PacedRun(
                speed: speed, duration: duration, reloader: reloader, isKilled: isKilled)
            return try paced.play(&run) { run, time in
                if Interrupt.drainLimitWish() { reloader.readLimits() }
                for line in reloader.drainLines() { screen.show(line) }
                session.makeRoomInJournal()
                session.mark(at: time, run.tally.intents)
                screen.update(run, time)
            }
        } catch {
            reloader.close()
            screen.close()
            throw RunFailure(.failed, error.description)
        }
    }

    private func report(
        _ run: SimulatedRun, _ end: PacedRun.End, _ screen: StatusScreen, _ session: RunFiles
    ) throws {
        let report = RunReport(
            run: run,
            files: instruments.map {
                RunReport.SymbolFiles(symbol: $0.symbol, names: [], skipped: 0, notes: [])
            }, loopSeconds: screen.seconds, seed: marketSeed)
        session.record(report.text)
        Console.print(json ? report.json.line : "\n" + report.text)
        if let reason = run.stopReason ?? end.killReason {
            throw RunFailure.stopped(
                reason, isLogged: !run.engine.state.isTrading, linesToOutput: !json)
        }
    }

    private func announce() {
        let names = instruments.map(\.symbol.description).joined(separator: ", ")
        let market =
            account.marketTime.map { ", whose market goes on at \(UTCTime($0).iso)" }
            ?? "; --seed \(marketSeed) runs it again"
        Console.warn(
            "paper trading \(names) on the embedded exchange\(market); times are UTC; Ctrl-C stops")
        for line in account.lines { Console.warn(line) }
        guard let time = account.marketTime else { return }
        let days = (time.nanoseconds - SimulatedExchange.start.nanoseconds) / 86_400_000_000_000
        guard days >= 5 else { return }
        Console.warn("the market is made up to there first: \(days) days, about a second for each")
    }
}

extension PacedRun.End {
    fileprivate var reason: String {
        switch self {
        case .interrupted: Interrupt.reason
        case .durationReached: "the duration is over"
        case .dataEnded: "the data has ended"
        case .stopped: "trading was stopped"
        case .killed(let reason): reason
        }
    }

    fileprivate var killReason: String? {
        if case .killed(let reason) = self { reason } else { nil }
    }
}
