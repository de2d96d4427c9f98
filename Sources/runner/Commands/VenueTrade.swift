import JournalStore
import LiveTrading
import PaperTrading
import PlainJSON
import RunFigures
import RunInputs
import ScriptHost
import TradingCore
import TradingModel
import Transport
import VenueSessions

/// A strategy at its venues: at each on paper over live data, or live with real money.
struct VenueTrade {
    /// In the order in which the script names them first.
    let venues: [TradedVenue]
    let settings: Settings
    let entries: [SettingEntry]
    let limits: WrittenLimits
    let script: LuaStrategy
    let origin: ScriptOrigin
    /// What earlier runs of the strategy left; nil: nothing, or it begins anew.
    let memory: RunMemory?
    /// Whether what others have open in its symbols, and the coins of the account, become its own.
    let adopts: Bool
    /// Nanoseconds for which the venue is tried at the start.
    let connectPatience: Int64
    let duration: Int64?
    let watches: Bool
    let isVerbose: Bool
    /// Whether nobody need be asked before real money is traded.
    let isConfirmed: Bool
    let json: Bool

    /// Time of the run: everything that waits hangs on it.
    let clock = RunClock()

    private var isLive: Bool { venues.isLive }
    private var accounts: [RecordingHeader.Account] {
        venues.map { RecordingHeader.Account(venue: $0.venue.name, isLive: $0.live != nil) }
    }

    /// Trades until somebody or something ends it, and reports.
    func run() throws {
        guard !venues.isPlainPaper else { return try trade { makePaper($0, $1, $2, $3, $4) } }
        try trade { header, recorder, screen, reloads, folder in
            if isLive { cancelWhenStuck() }
            return makeLive(header, recorder, screen, reloads, folder)
        }
    }

    /// A script that holds the engine's thread must not hold the account.
    private func cancelWhenStuck() {
        let (live, latches) = (venues.live, latches)
        ScriptWatchdog.whenStuck { message in
            Console.clearStatus()
            Console.fail("\(message); cancelling its orders at \(live.titles) …")
            for latch in latches { try? latch.set("the watchdog: \(message)", at: wallClock()) }
            _ = concurrently(live) { $0.cancelOrders() }
        }
    }

    /// Whoever gives up is told what he leaves, and so is who finds a run that crashed.
    private func speakWhenInHaste(
        _ openOrders: @escaping @Sendable () -> [ClientOrderID], _ folder: RunFiles
    ) {
        let (live, log) = (venues.live, folder.log)
        Interrupt.whenInHaste { haste in
            Console.clearStatus()
            let why =
                haste == .givenUp ? "given up" : "the runner crashed, which is a mistake of its own"
            let ids = live.isEmpty ? [] : openOrders()
            let words = ids.isEmpty ? "no order is known to be open" : Self.left(ids, at: live)
            log?.add("error: \(why): \(words)")
            Console.fail("\(why): \(words)")
        }
    }

    private static func left(_ ids: [ClientOrderID], at venues: [TradedVenue]) -> String {
        let commands = venues.map { "runner cancel-all \($0.venue.name)" }
        let list = ids.map(\.text).joined(separator: ", ")
        return "\(ids.count == 1 ? "1 order" : "\(ids.count) orders") may still be open at "
            + "\(venues.titles): \(list). Look there, or cancel with: "
            + commands.joined(separator: ", ")
    }

    // MARK: - Trading

    private typealias Maker<Run> =
        (RecordingHeader, InputRecorder?, StatusScreen, StrategyReloads, RunFiles) -> Run

    private func trade<Run: VenueRun>(_ makeRun: @escaping Maker<Run>) throws {
        let sessions = try venues.map { (try makeSession(at: $0), $0.network) }
        let screen = VenueScreen(venues.titles, linesToOutput: !json, inputs: script.inputName)
        let reloads = StrategyReloads(settings: settings.reload)
        let folder = try RunFiles(
            accounts: accounts, origin: origin, settings: entries,
            journal: settings.journal, script: script,
            state: memory?.state?.state,
            orderSession: venues.live.first?.live?.orderIDs.session,
            resumed: memory.map { .init(of: $0.name, at: clock.now()) })
        let trading = VenueTrading<Run>(
            script.symbols, asksFirst: isLive, audience: screen, connectPatience: connectPatience,
            patience: venues.patience, reconcilePeriod: settings.reconcilePeriod,
            adoptsHoldings: adopts
        ) { instruments in
            let header = header(instruments)
            return makeRun(
                header, folder.beginRecording(header, settings), screen.lines, reloads, folder)
        }
        let killSwitch = folder.killSwitch(latches)
        var killed: KillRequest?
        announce()
        screen.lines.log = folder.log
        Interrupt.watch(signals: 3, readsLimits: true)
        let dates = DateWatch(clock, screen.lines)
        var reloader: Reloader?
        VenueLoop<Run>.runHere { loop, onEnd in
            let host = VenueLoop(
                trading, sessions: sessions, on: loop, now: clock.now, onEnd: onEnd)
            host.duration = duration
            host.onAskedAgain = { [unowned host] in cancelPastTheRun(host) }
            trading.onWantedNumbers = { [unowned host] place in
                reserveMoreNumbers(place, host, screen)
            }
            speakWhenInHaste(host.makeOpenOrderQuestion(), folder)
            screen.whenReady = { [unowned host] foreign, now in
                guard folder.journalProblem == nil else {
                    return host.later { trading, _ in trading.decline() }
                }
                confirm(host, foreign, screen)
            }
            host.onPulse = { [unowned host] now in
                dates.check(at: now)
                if host.reloader == nil, trading.stage == .trading, let run = trading.run {
                    reloader = makeReloader(run.engine.state.instruments, reloads, folder)
                    host.reloader = reloader
                }
                killed = killIfAsked(trading, killed, killSwitch, screen, at: now)
                if let reloader, Interrupt.drainLimitWish() { reloader.readLimits() }
                for line in reloader?.drainLines() ?? [] { screen.lines.show(line) }
                screen.pulse(trading, at: now)
            }
            return host
        }
        reloader?.close()
        screen.lines.close()
        try end(trading, killed, screen, folder)
    }

    /// A session that knows the orders of the run before it as the run's own.
    private func makeSession(at traded: TradedVenue) throws -> any VenueSession {
        guard let account = traded.live else {
            let market = try traded.venue.session(
                of: traded.symbols, keys: nil, settings: traded.settings, seed: origin.seed)
            guard !venues.isPlainPaper else { return market }
            let memory = traded.memory
            return PaperSession(
                over: market, settings: settings.paper,
                earlier: memory.map { memory in { memory.earlierRun($0) } })
        }
        let restored =
            account.memory?.restoredOrders(traded.symbols, at: clock.now()) {
                account.orderIDs.number(of: $0)
            } ?? []
        account.orderIDs.adopt(restored)
        return try traded.venue.session(
            of: traded.symbols, keys: account.keys, settings: traded.settings,
            clientNumbers: account.orderIDs.firstNumbers, restoredOrders: restored,
            settledUntil: account.memory?.settledUntil ?? [:], adoptsOrders: adopts,
            seed: origin.seed)
    }

    /// What the run begins with, for its recording.
    private func header(_ instruments: [Instrument]) -> RecordingHeader {
        RecordingHeader(
            program: Runner.version, accounts: accounts, begun: clock.now(),
            orderIDPrefix: venues.live.first?.live?.orderIDs.prefix
                ?? PaperAccount.orderIDPrefix(of: venues.compactMap(\.paper)),
            patience: venues.patience, instruments: instruments)
    }

    private func end<Run: VenueRun>(
        _ trading: VenueTrading<Run>, _ killed: KillRequest?, _ screen: VenueScreen,
        _ folder: RunFiles
    ) throws {
        if let run = trading.run, trading.hasTraded {
            for journal in journals(of: run) {
                journal.recordWorth(run.ledger, at: clock.now())
                journal.keepLast(run.engine)
            }
        }
        folder.endRecording(trading.end?.reason ?? "")
        folder.endJournal(trading.end?.reason ?? "", at: clock.now())
        let isProven = killed.map { prove($0, folder) } ?? true
        let ending = Result { try report(trading, screen.lines, folder) }
        guard isProven else {
            throw RunFailure(.failed, "it was given up before it was shown that nothing is left")
        }
        try ending.get()
    }

    private func makeReloader(
        _ instruments: [Instrument], _ reloads: StrategyReloads, _ folder: RunFiles
    ) -> Reloader {
        let reloader = folder.reloader(
            of: script, instruments: instruments, watches: watches, isVerbose: isVerbose,
            confirms: settings.confirmsReloads || isLive, limits: limits)
        reloader.follow(reloads)
        return reloader
    }

    /// Asks the venues for the end of the run's orders once more, past the run's own connections.
    private func cancelPastTheRun<Run: VenueRun>(_ host: VenueLoop<Run>) {
        let live = venues.live
        host.whileOtherThread(
            does: { concurrently(live) { $0.cancelOrders() } },
            then: { trading, areProven, now in
                if areProven.allSatisfy(\.self) { trading.nothingIsOpen(at: now) }
            })
    }

    /// A block of numbers for orders lasts for long, not for ever.
    private func reserveMoreNumbers<Run: VenueRun>(
        _ place: Int, _ host: VenueLoop<Run>, _ screen: VenueScreen
    ) {
        guard let orderIDs = venues[place].live?.orderIDs else { return }
        host.whileOtherThread(
            does: { orderIDs.reserveMore() },
            then: { trading, result, now in
                switch result {
                case .success(let block): trading.add(clientNumbers: block, at: place)
                case .failure(let problem):
                    screen.log(
                        .warn,
                        "no more client order ids could be reserved: \(problem). When those that are "
                            + "left are used up, orders are refused; it is tried again before",
                        at: now)
                }
            })
    }

    private func announce() {
        for traded in venues {
            let names = traded.symbols.map(\.description).joined(separator: ", ")
            let place = "\(traded.venue.title) (\(traded.address))"
            Console.warn(
                traded.live != nil
                    ? "LIVE trading \(names) at \(place); times are UTC; Ctrl-C stops"
                    : "paper trading \(names) on live data of \(place), with a simulated account; "
                        + "times are UTC; Ctrl-C stops")
            for line in traded.paper?.lines ?? [] { Console.warn(line) }
        }
        if let note = script.warmUpNote { Console.warn(note) }
    }

    // MARK: - The one question

    private func confirm<Run: VenueRun>(
        _ host: VenueLoop<Run>, _ foreign: [ForeignOrder], _ screen: VenueScreen
    ) {
        guard let run = host.trading.run else { return }
        let state = run.engine.state
        let adopted = host.trading.adoptedOrders
        for order in adopted {
            let place = state.accounts[order.request.instrument]
            venues[place].live?.orderIDs.adopt(order)
        }
        let summary = LiveSummary(
            venues: venues, settings: settings, script: script, origin: origin, state: state,
            positions: run.heldAtVenue, foreign: foreign, adopted: adopted, adoptsHoldings: adopts)
        screen.lines.clear()  // what is typed belongs on the last line
        for line in summary.lines { screen.lines.show(line) }
        guard !isConfirmed else {
            // Not from inside of what is being told: the session has more to say.
            return host.later { trading, now in trading.allow(at: now) }
        }
        let what = venues.live.count == 1 ? "this account" : "these accounts"
        Console.warn(
            "Trade \(what) with real money? Type yes to begin, anything else to leave:")
        host.awaitLine { trading, line, now in
            if line == "yes" { trading.allow(at: now) } else { trading.decline() }
        }
    }

    // MARK: - The end

    private func report<Run: VenueRun>(
        _ trading: VenueTrading<Run>, _ screen: StatusScreen, _ folder: RunFiles
    ) throws {
        if let problem = folder.journalProblem {
            throw RunFailure(
                .failed,
                "\(problem). Without its journal no account is traded, so nothing was traded; "
                    + "MOONRUNNER_HOME names another folder")
        }
        if let run = trading.run, trading.hasTraded {
            folder.end(
                trading.end?.reason ?? "", at: run.engine.state.now, run.tally.intents)
            let report = RunReport(
                run: run,
                files: run.engine.state.instruments.map {
                    RunReport.SymbolFiles(symbol: $0.symbol, names: [], skipped: 0, notes: [])
                }, loopSeconds: screen.seconds, seed: origin.seed)
            folder.record(report.text)
            Console.print(json ? report.json.line : "\n" + report.text)
        }
        do throws(RunFailure) {
            try judge(trading)
        } catch {
            folder.record("error: \(error.message)")
            throw error
        }
    }

    /// How it ended, with what could not be brought to its end: that is said last and loudest.
    private func judge<Run: VenueRun>(_ trading: VenueTrading<Run>) throws(RunFailure) {
        let left = openOrders(trading)
        do throws(RunFailure) {
            try judgeEnd(trading)
        } catch {
            guard let left else { throw error }
            throw RunFailure(error.code, "\(error.message); \(left)")
        }
        if let left { throw RunFailure(.failed, left) }
    }

    private func judgeEnd<Run: VenueRun>(_ trading: VenueTrading<Run>) throws(RunFailure) {
        switch trading.end {
        case .finished, nil: break
        case .stopped(let reason):
            let isLogged = trading.run.map { !$0.engine.state.isTrading } ?? false
            throw RunFailure.stopped(reason, isLogged: isLogged, linesToOutput: !json)
        case .failed(let problem):
            let advice = problem.isPermanent ? "" : ". Gave up: --connect-timeout 10m tries longer"
            throw RunFailure(
                problem.isTheUsersToMend ? .usage : .failed, problem.description + advice)
        case .brokeAtStart(let reason):
            throw RunFailure.logged(
                .failed, "on_start failed, so nothing was traded", reason: reason,
                linesToOutput: !json)
        case .declined: throw RunFailure(.usage, "not confirmed: nothing was traded")
        }
    }

    /// The orders of which the run does not know that they have ended; nil: there are none.
    private func openOrders<Run: VenueRun>(_ trading: VenueTrading<Run>) -> String? {
        guard isLive, let open = trading.run?.engine.state.orders.open, !open.isEmpty else {
            return nil
        }
        let ids = open.map(\.id)
        guard trading.isProvenEmpty else {
            let accounts = trading.run?.engine.state.accounts
            let concerned = Set(open.compactMap { accounts?[$0.request.instrument] })
            return Self.left(ids, at: concerned.sorted().map { venues[$0] })
        }
        let list = ids.map(\.text).joined(separator: ", ")
        return
            "\(venues.titles) shows no open order of this run; how these ended was not told: \(list)"
    }
}
