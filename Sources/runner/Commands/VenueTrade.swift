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

/// A strategy at a venue: on paper over its live data, or live with real money.
struct VenueTrade {
    let venue: Venue
    let venueSettings: VenueSettings
    let settings: Settings
    let entries: [SettingEntry]
    let limits: WrittenLimits
    let script: LuaStrategy
    let origin: ScriptOrigin
    let keys: VenueKeys?
    /// Nil: on paper, where none leaves.
    let orderIDs: RunOrderIDs?
    /// Nil: the account is the venue's.
    let paper: PaperAccount?
    /// What earlier runs of the strategy left; nil: nothing, or it begins anew.
    let memory: StrategyMemory?
    /// Whether what others have open in its symbols, and the coins of the account, become its own.
    let adopts: Bool
    /// What is said of them.
    let memoryLines: [String]
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

    private var isLive: Bool { keys != nil }
    private var earlier: StrategyMemory? { memory ?? paper?.memory }
    private var mode: TradingMode { isLive ? .live : .paper }

    /// Trades until somebody or something ends it, and reports.
    func run() throws {
        if isLive {
            try trade { header, recorder, screen, reloads, folder in
                cancelWhenStuck()
                return makeLive(header, recorder, screen, reloads, folder)
            }
        } else {
            try trade { makePaper($0, $1, $2, $3, $4) }
        }
    }

    /// A script that holds the engine's thread must not hold the account.
    private func cancelWhenStuck() {
        guard let cancelPastTheRun = makeCanceller() else { return }
        let (venue, latch) = (venue, latch)
        ScriptWatchdog.whenStuck { message in
            Console.clearStatus()
            Console.fail("\(message); cancelling its orders at \(venue.title) …")
            try? latch?.set("the watchdog: \(message)", at: wallClock())
            _ = cancelPastTheRun()
        }
    }

    /// What cancels the run's orders on a connection of its own, says how that went, and whether it is
    /// proven; nil: there is no account.
    private func makeCanceller() -> (@Sendable () -> Bool)? {
        guard let keys, let orderIDs, let network = try? venue.network(venueSettings) else {
            return nil
        }
        let (venue, symbols) = (venue, script.symbols)
        return {
            let orders = orderIDs.orders
            let cleaner: @Sendable () -> any VenueSession = {
                venue.makeCleaner(symbols, keys, orders)
            }
            switch EmergencyStop.run(cleaner, network: network) {
            case .proven:
                Console.warn("\(venue.title) shows no open order of this run any more.")
                return true
            case .refused(let problem): Console.warn(problem.description)
            case .unproven(let words): for word in words { Console.warn(word) }
            }
            Console.fail(
                "orders of this run may STILL BE OPEN at \(venue.title): cancel those whose client "
                    + "ids \(orders.inWords), or: runner cancel-all \(venue.name)")
            return false
        }
    }

    /// Whoever gives up is told what he leaves, and so is who finds a run that crashed.
    private func speakWhenInHaste(
        _ openOrders: @escaping @Sendable () -> [ClientOrderID], _ folder: RunFiles
    ) {
        let (venue, isLive, log) = (venue, isLive, folder.log)
        Interrupt.whenInHaste { haste in
            Console.clearStatus()
            let why =
                haste == .givenUp ? "given up" : "the runner crashed, which is a mistake of its own"
            let ids = isLive ? openOrders() : []
            let words = ids.isEmpty ? "no order is known to be open" : Self.left(ids, at: venue)
            log?.add("error: \(why): \(words)")
            Console.fail("\(why): \(words)")
        }
    }

    private static func left(_ ids: [ClientOrderID], at venue: Venue) -> String {
        let list = ids.map(\.text).joined(separator: ", ")
        return "\(ids.count == 1 ? "1 order" : "\(ids.count) orders") may still be open at "
            + "\(venue.title): \(list). Look there, or cancel with: runner cancel-all \(venue.name)"
    }

    // MARK: - Trading

    private typealias Maker<Run> =
        (RecordingHeader, InputRecorder?, StatusScreen, StrategyReloads, RunFiles) -> Run

    private func trade<Run: VenueRun>(_ makeRun: @escaping Maker<Run>) throws {
        let session = try makeSession()
        let screen = VenueScreen(venue, linesToOutput: !json, inputs: script.inputName)
        let reloads = StrategyReloads(settings: settings.reload)
        let folder = try RunFiles(
            mode: mode, venue: venue.name, origin: origin, settings: entries,
            journal: settings.journal, script: script,
            state: earlier?.state?.state, orderSession: orderIDs?.session,
            resumed: earlier.map { .init(of: $0.run.name, at: clock.now()) })
        let trading = VenueTrading<Run>(
            asksFirst: isLive, audience: screen, connectPatience: connectPatience,
            patience: venue.patience, reconcilePeriod: settings.reconcilePeriod,
            adoptsHoldings: adopts
        ) { instruments in
            let header = header(instruments)
            return makeRun(
                header, folder.beginRecording(header, settings), screen.lines, reloads, folder)
        }
        let network = try venue.network(venueSettings)
        let killSwitch = folder.killSwitch(latch)
        var killed: KillRequest?
        announce()
        screen.lines.log = folder.log
        Interrupt.watch(signals: 3, readsLimits: true)
        let dates = DateWatch(clock, screen.lines)
        var reloader: Reloader?
        VenueLoop<Run>.runHere { loop, onEnd in
            let host = VenueLoop(
                trading, session: session, network: network, on: loop,
                now: clock.now, onEnd: onEnd)
            host.duration = duration
            host.onAskedAgain = { [unowned host] in cancelPastTheRun(host) }
            trading.onWantedNumbers = { [unowned host] in reserveMoreNumbers(host, screen) }
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
        try end(trading, killed, network, screen, folder)
    }

    /// A session that knows the orders of the run before it as the run's own.
    private func makeSession() throws -> any VenueSession {
        let restored =
            memory?.restoredOrders(script.symbols, at: clock.now()) { orderIDs?.number(of: $0) }
            ?? []
        orderIDs?.adopt(restored)
        return try venue.session(
            of: script.symbols, keys: keys, settings: venueSettings,
            clientNumbers: orderIDs?.firstNumbers, restoredOrders: restored,
            settledUntil: memory?.settledUntil ?? [:], adoptsOrders: adopts, seed: origin.seed)
    }

    /// What the run begins with, for its recording.
    private func header(_ instruments: [Instrument]) -> RecordingHeader {
        RecordingHeader(
            program: Runner.version, isLive: isLive, venue: venue.name, begun: clock.now(),
            orderIDPrefix: orderIDs?.prefix ?? paper?.orderIDPrefix
                ?? EngineSettings().orderIDPrefix,
            patience: venue.patience, instruments: instruments)
    }

    private func end<Run: VenueRun>(
        _ trading: VenueTrading<Run>, _ killed: KillRequest?, _ network: NetworkSettings,
        _ screen: VenueScreen, _ folder: RunFiles
    ) throws {
        if let run = trading.run, trading.hasTraded, let journal = journal(of: run) {
            journal.recordWorth(run.ledger, at: clock.now())
            journal.keepLast(run.engine)
        }
        folder.endRecording(trading.end?.reason ?? "")
        folder.endJournal(trading.end?.reason ?? "", at: clock.now())
        let isProven = killed.map { prove($0, network, folder) } ?? true
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

    /// Asks the venue for the end of the run's orders once more, past the run's own connection.
    private func cancelPastTheRun<Run: VenueRun>(_ host: VenueLoop<Run>) {
        guard let cancel = makeCanceller() else { return }
        host.whileOtherThread(does: cancel) { trading, isProven, now in
            if isProven { trading.nothingIsOpen(at: now) }
        }
    }

    /// A block of numbers for orders lasts for long, not for ever.
    private func reserveMoreNumbers<Run: VenueRun>(
        _ host: VenueLoop<Run>, _ screen: VenueScreen
    ) {
        guard let orderIDs else { return }
        host.whileOtherThread(
            does: { orderIDs.reserveMore() },
            then: { trading, result, now in
                switch result {
                case .success(let block): trading.add(clientNumbers: block)
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
        let names = script.symbols.map(\.description).joined(separator: ", ")
        let address = venue.addresses(venueSettings).request
        if isLive {
            Console.warn(
                "LIVE trading \(names) at \(venue.title) (\(address)); times are UTC; Ctrl-C stops")
        } else {
            Console.warn(
                "paper trading \(names) on live data of \(venue.title) (\(address)), with a "
                    + "simulated account; times are UTC; Ctrl-C stops")
        }
        for line in paper?.lines ?? [] { Console.warn(line) }
        if let note = script.warmUpNote { Console.warn(note) }
    }

    // MARK: - The one question

    private func confirm<Run: VenueRun>(
        _ host: VenueLoop<Run>, _ foreign: [ForeignOrder], _ screen: VenueScreen
    ) {
        guard let run = host.trading.run else { return }
        for order in host.trading.adoptedOrders { orderIDs?.adopt(order) }
        let summary = LiveSummary(
            venue: venue, address: venue.addresses(venueSettings).request, keys: keys,
            settings: settings, script: script, origin: origin, state: run.engine.state,
            positions: run.heldAtVenue, foreign: foreign, orderIDs: orderIDs,
            earlier: memoryLines, adopted: host.trading.adoptedOrders, adoptsHoldings: adopts)
        screen.lines.clear()  // what is typed belongs on the last line
        for line in summary.lines { screen.lines.show(line) }
        guard !isConfirmed else {
            // Not from inside of what is being told: the session has more to say.
            return host.later { trading, now in trading.allow(at: now) }
        }
        Console.warn(
            "Trade this account with real money? Type yes to begin, anything else to leave:")
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
        guard trading.isProvenEmpty else { return Self.left(open.map(\.id), at: venue) }
        let list = open.map(\.id.text).joined(separator: ", ")
        return
            "\(venue.title) shows no open order of this run; how these ended was not told: \(list)"
    }
}
