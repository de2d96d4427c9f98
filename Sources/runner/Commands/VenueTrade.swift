import LiveTrading
import PaperTrading
import PlainJSON
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// A strategy at a venue: on paper over its live data, or live with real money.
struct VenueTrade {
    let venue: Venue
    let venueSettings: VenueSettings
    let settings: Settings
    let entries: [SettingEntry]
    let script: LuaStrategy
    let origin: ScriptOrigin
    let keys: VenueKeys?
    /// Nanoseconds for which the venue is tried at the start.
    let connectPatience: Int64
    let duration: Int64?
    let watches: Bool
    let isVerbose: Bool
    /// Whether nobody need be asked before real money is traded.
    let isConfirmed: Bool
    let json: Bool

    private var isLive: Bool { keys != nil }
    private var mode: TradingMode { isLive ? .live : .paper }

    /// Trades until somebody or something ends it, and reports.
    func run() throws {
        if isLive {
            try LiveChecks(settings: settings, symbols: script.symbols).check()
            try trade { instruments, screen, reloads in
                live(instruments, screen, reloads)
            }
        } else {
            try trade { instruments, screen, reloads in
                paper(instruments, screen, reloads)
            }
        }
    }

    // MARK: - The two kinds of run

    private func live(
        _ instruments: [Instrument], _ screen: StatusScreen, _ reloads: StrategyReloads
    ) -> LiveRun {
        var engineSettings = settings.engineSettings
        engineSettings.orderIDPrefix = Self.orderIDPrefix(at: wallClock())
        cancelWhenStuck(idPrefix: engineSettings.orderIDPrefix)
        let engine = Engine(
            mode: .live, instruments: instruments, strategy: script, settings: engineSettings,
            now: wallClock())
        let run = LiveRun(engine: engine, reloads: reloads)
        run.listener = { command, state in screen.show(LogLine.text(of: command, state)) }
        run.reportListener = { report, state in screen.show(LogLine.text(of: report, state)) }
        return run
    }

    private func paper(
        _ instruments: [Instrument], _ screen: StatusScreen, _ reloads: StrategyReloads
    ) -> PaperVenueRun {
        let feed = LiveFeed()
        var run = makeRun(
            strategy: script, mode: .paper, instruments: instruments,
            depth: instruments.map(\.id), source: feed, settings: settings, reloads: reloads,
            hidesUnneededDepth: true)
        run.listener = { command, state in screen.show(LogLine.text(of: command, state)) }
        run.reportListener = { report, state in screen.show(LogLine.text(of: report, state)) }
        return PaperVenueRun(run, feed: feed)
    }

    /// No two runs of an account begin in the same microsecond, so no client order id comes twice.
    private static func orderIDPrefix(at now: Timestamp) -> String {
        "mr" + String(now.nanoseconds / 1_000, radix: 36)
    }

    /// A script that holds the engine's thread must not hold the account.
    private func cancelWhenStuck(idPrefix: String) {
        guard let keys, let network = try? venue.network(venueSettings) else { return }
        let venue = venue
        let symbols = script.symbols
        ScriptWatchdog.whenStuck { message in
            Console.fail("\(message); cancelling its orders at \(venue.title) …")
            let cleaner: @Sendable () -> any VenueSession = {
                venue.makeCleaner(symbols, keys, idPrefix)
            }
            switch EmergencyStop.run(cleaner, network: network) {
            case .proven:
                Console.warn("\(venue.title) shows no open order of this run any more.")
            case .unproven(let words):
                for word in words { Console.warn(word) }
                Console.fail(
                    "orders of this run may STILL BE OPEN at \(venue.title): cancel those whose client "
                        + "ids begin with \(idPrefix)")
            }
        }
    }

    // MARK: - Trading

    private func trade<Run: VenueRun>(
        _ makeRun: @escaping ([Instrument], StatusScreen, StrategyReloads) -> Run
    ) throws {
        let session = try venue.session(
            of: script.symbols, keys: keys, settings: venueSettings, seed: origin.seed)
        let screen = VenueScreen(venue, linesToOutput: !json)
        let reloads = StrategyReloads(settings: settings.reload)
        let folder = try RunSession(
            mode: mode, venue: venue.name, origin: origin, settings: entries)
        let trading = VenueTrading<Run>(
            asksFirst: isLive, audience: screen, connectPatience: connectPatience
        ) { instruments in
            makeRun(instruments, screen.lines, reloads)
        }
        let network = try venue.network(venueSettings)
        announce()
        Interrupt.watch()
        var reloader: Reloader?
        VenueLoop<Run>.runHere { loop, onEnd in
            let host = VenueLoop(
                trading, session: session, network: network, on: loop,
                now: wallClock, onEnd: onEnd)
            host.duration = duration
            screen.whenReady = { [unowned host] foreign, now in
                confirm(host, foreign, screen)
            }
            host.onPulse = { [unowned host] now in
                if host.reloader == nil, trading.stage == .trading, let run = trading.run {
                    let made = folder.reloader(
                        of: script, instruments: run.engine.state.instruments, watches: watches,
                        isVerbose: isVerbose, confirms: settings.confirmsReloads || isLive)
                    made.follow(reloads)
                    reloader = made
                    host.reloader = made
                }
                for line in reloader?.takeLines() ?? [] { screen.lines.show(line) }
                screen.pulse(trading, at: now)
            }
            return host
        }
        reloader?.close()
        screen.lines.close()
        try report(trading, screen.lines, folder)
    }

    private func announce() {
        let names = script.symbols.map(\.description).joined(separator: ", ")
        let address = venue.addresses(venueSettings).request
        if isLive {
            Console.warn("LIVE trading \(names) at \(venue.title) (\(address)); Ctrl-C stops")
        } else {
            Console.warn(
                "paper trading \(names) on live data of \(venue.title) (\(address)), with a "
                    + "simulated account; Ctrl-C stops")
        }
    }

    // MARK: - The one question

    private func confirm<Run: VenueRun>(
        _ host: VenueLoop<Run>, _ foreign: [ForeignOrder], _ screen: VenueScreen
    ) {
        guard let run = host.trading.run else { return }
        let summary = LiveSummary(
            venue: venue, address: venue.addresses(venueSettings).request, keys: keys,
            settings: settings, script: script, origin: origin, state: run.engine.state,
            positions: run.heldAtVenue, foreign: foreign)
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
        _ trading: VenueTrading<Run>, _ screen: StatusScreen, _ folder: RunSession
    ) throws {
        if let run = trading.run, trading.hasTraded {
            folder.end(
                trading.end?.reason ?? "", at: run.engine.state.now, run.tally.intents)
            let report = RunReport(
                run: run,
                files: run.engine.state.instruments.map {
                    RunReport.SymbolFiles(symbol: $0.symbol, names: [], skipped: 0, notes: [])
                }, loopSeconds: screen.seconds, seed: origin.seed)
            Console.print(json ? report.json.line : "\n" + report.text)
        }
        switch trading.end {
        case .finished, nil: break
        case .stopped(let reason): throw RunFailure(.stopped, "trading stopped: \(reason)")
        case .failed(let problem):
            let advice = problem.isPermanent ? "" : ". Gave up: --connect-timeout 10m tries longer"
            throw RunFailure(
                problem.isTheUsersToMend ? .usage : .failed, problem.description + advice)
        case .declined: throw RunFailure(.usage, "not confirmed: nothing was traded")
        }
        try complainOfOpenOrders(trading)
    }

    /// What could not be brought to its end is said last and loudest.
    private func complainOfOpenOrders<Run: VenueRun>(_ trading: VenueTrading<Run>) throws {
        guard isLive, let open = trading.run?.engine.state.orders.open, !open.isEmpty else {
            return
        }
        let list = open.map { "\($0.id) (\($0.state.name))" }.joined(separator: ", ")
        throw RunFailure(
            .failed,
            "\(open.count) orders may still be open at \(venue.title): \(list). Look there, and "
                + "cancel them")
    }
}

extension VenueProblem {
    /// Whether the call, the settings or the account are wrong, rather than the world.
    var isTheUsersToMend: Bool {
        switch cause {
        case .key, .permission, .clock, .instrument, .leverage: true
        case .unreachable, .tls, .maintenance, .refused, .other: false
        }
    }
}
