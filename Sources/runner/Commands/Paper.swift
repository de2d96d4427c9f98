import ArgumentParser
import LiveTrading
import PaperTrading
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// `runner strategy.lua`: trading until somebody stops it, on paper unless `--live` says otherwise.
struct Paper: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paper",
        abstract: "Trades, on paper unless --live is given.",
        usage: "runner strategy.lua [options]",
        discussion: """
            EXAMPLES:
              runner strategies/market_maker.lua
              runner strategies/grid.lua --speed 100 --seed 7 --duration 1h
              runner strategies/ema_cross.lua --set symbol=coinex:BTC/USDT:USDT
              runner strategies/ema_cross.lua --set symbol=coinex:BTC/USDT:USDT --live \\
                --risk max_position=0.01 --risk max_order_notional=1000
            """)

    @Argument(help: ArgumentHelp("The Lua script.", valueName: "strategy.lua"))
    var strategy: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Overrides a parameter of the script.", valueName: "name=value"))
    var assignments: [String] = []

    @Flag(help: "Trade with real money; asks once before it begins.")
    var live = false

    @Flag(help: "Do not ask: for --live where nobody sits at the terminal.")
    var yes = false

    @Flag(help: "Begin anew, not with what the strategy's last run left.")
    var fresh = false

    @Flag(help: "With --live: trade beside another run on the account, in other symbols.")
    var share = false

    @Flag(help: "With --live: take over open orders of others in its symbols, and coins.")
    var adopt = false

    @Option(help: "Simulated seconds for each real one (embedded exchange only, default: 1).")
    var speed: Double?

    @Option(help: "Makes the embedded exchange the same again (default: a new one each time).")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Simulated time after which it ends, such as 10m.", valueName: "time"))
    var duration: String?

    @Option(
        name: .customLong("connect-timeout"),
        help: ArgumentHelp(
            "How long to try for the venue at the start; 0: once (default: 60s).",
            valueName: "time"))
    var connectTimeout: String?

    @Flag(help: "Take every save of the script over while it trades.")
    var watch = false

    @Flag(help: "Show each intent that a reload changes.")
    var verbose = false

    @OptionGroup var flags: SettingFlags

    @Flag(help: "Print the summary as one JSON object; log lines go to standard error.")
    var json = false

    func run() throws {
        var problems = CallProblems()
        let (settings, entries) = flags.resolve(&problems)
        let span = try problems.collect { try checkedDuration(duration) } ?? nil
        let patience = try problems.collect { try checkedConnectTimeout() } ?? 0
        let seed = seed ?? UInt64.random(in: 1...999_999)
        let script = try problems.collect {
            try loadStrategy(strategy, set: assignments, limits: settings.script, seed: seed)
        }
        guard let script,
            let place = try problems.collect({
                try venue(of: script.symbols, embedded: SimulatedExchange.venue)
            })
        else {
            if live, !yes, !Console.inputIsTerminal { problems.add(LiveChecks.nobodyToAsk) }
            throw problems.failure
        }
        let findings = StartFindings(of: script, at: strategy)
        if let venue = place {
            return try trade(
                at: venue, script, findings, settings, entries, seed: seed, span, patience,
                &problems)
        }
        try simulate(script, findings, settings, entries, seed: seed, span, &problems)
    }

    /// On the embedded exchange.
    private func simulate(
        _ script: LuaStrategy, _ findings: StartFindings, _ settings: Settings,
        _ entries: [SettingEntry], seed: UInt64, _ span: Int64?, _ problems: inout CallProblems
    ) throws {
        refuseVenueFlags(&problems)
        let speed = speed ?? 1
        if !(speed > 0 && speed <= 1e9) {
            problems.add("--speed is `\(speed)`, expected more than 0, such as 20")
        }
        let instruments = try problems.collect { try simInstruments(script.symbols) } ?? []
        for text in settings.runLimits.problems(of: script.symbols) { problems.add(text) }
        try problems.check()
        let origin = try origin(settings, seed: seed)
        let account = try PaperAccount(
            at: SimulatedExchange.venue, of: script, origin, settings, marketSeed: seed,
            fresh: fresh ? "--fresh" : self.seed == nil ? nil : "--seed")
        findings.report()
        IdleSettings(.embedded, entries, symbols: script.symbols).report()
        try SimulatedTrade(
            account: account, instruments: instruments, origin: origin, settings: settings,
            entries: entries,
            limits: WrittenLimits(
                path: flags.settings, entries: entries, settings, symbols: script.symbols,
                venue: nil), speed: speed, duration: span, watches: watch, isVerbose: verbose,
            json: json
        ).run()
    }

    /// On a venue's data, or with the money in an account there.
    private func trade(
        at venue: Venue, _ script: LuaStrategy, _ findings: StartFindings, _ settings: Settings,
        _ entries: [SettingEntry], seed: UInt64, _ span: Int64?, _ patience: Int64,
        _ problems: inout CallProblems
    ) throws {
        if speed != nil {
            problems.add(
                "--speed is for the embedded exchange: \(venue.title) has its own pace")
        }
        for problem in idleLiveFlags { problems.add(problem) }
        for text in settings.runLimits.problems(of: script.symbols) { problems.add(text) }
        let seedFlag = self.seed == nil ? [] : ["--seed"]
        let idle = IdleSettings(
            live ? .live(venue) : .paper(venue), entries, symbols: script.symbols, flags: seedFlag)
        var keys: VenueKeys?
        if live {
            keys = try LiveChecks(venue: venue, settings: settings, symbols: script.symbols)
                .keys(isConfirmed: yes, &problems)
            for finding in idle.findings where finding.stopsLive { problems.add(finding.text) }
            for error in findings.errors { problems.add("\(error)") }
        }
        let venueSettings = try problems.collect {
            let chosen = try flags.venueSettings(of: venue, in: settings)
            // What the session and the network would refuse is reported with the rest.
            _ = try venue.session(of: script.symbols, keys: nil, settings: chosen, seed: seed)
            _ = try venue.network(chosen)
            return chosen
        }
        try problems.check()
        guard let venueSettings else { throw problems.failure }
        if let keys { try refuseHalted(keys, at: venue) }
        let orderIDs = try keys.map { keys throws(RunFailure) in
            try RunOrderIDs(at: venue, for: keys)
        }
        let origin = try origin(settings, seed: seed)
        let earlier = keys.flatMap { keys in
            orderIDs.map { EarlierRuns(venue: venue, keys: keys, orderIDs: $0, origin: origin) }
        }
        let paper = live ? nil : try paperAccount(at: venue, of: script, origin, settings)
        let (script, memory) =
            try earlier?.begin(script, shares: share, isFresh: fresh)
            ?? (paper?.script ?? script, nil)
        findings.report()
        idle.report()
        try VenueTrade(
            venue: venue, venueSettings: venueSettings,
            settings: settings, entries: entries,
            limits: WrittenLimits(
                path: flags.settings, entries: entries, settings, symbols: script.symbols,
                venue: live ? venue : nil), script: script, origin: origin, keys: keys,
            orderIDs: orderIDs, paper: paper, memory: fresh ? nil : memory, adopts: adopt,
            memoryLines: memory?.lines(isFresh: fresh, at: venue) ?? [],
            connectPatience: patience, duration: span,
            watches: watch, isVerbose: verbose, isConfirmed: yes, json: json
        ).run()
    }

    private func refuseHalted(_ keys: VenueKeys, at venue: Venue) throws(RunFailure) {
        guard let halt = AccountLatch(venue: venue.name, keyID: keys.id).halt else { return }
        throw RunFailure(
            .stopped, "\(halt.inWords(at: venue)); to trade again: runner resume \(venue.name)")
    }

    private func paperAccount(
        at venue: Venue, of script: LuaStrategy, _ origin: ScriptOrigin, _ settings: Settings
    ) throws(RunFailure) -> PaperAccount {
        try PaperAccount(
            at: venue.name, of: script, origin, settings, marketSeed: nil,
            fresh: fresh ? "--fresh" : nil)
    }

    private func origin(
        _ settings: Settings, seed: UInt64
    ) throws(RunFailure) -> ScriptOrigin {
        ScriptOrigin(
            path: strategy, parameters: try parameterOverrides(assignments),
            limits: settings.script, seed: seed)
    }

    /// What is given for real money, where none is traded.
    private var idleLiveFlags: [String] {
        guard !live else { return [] }
        var problems = yes ? ["--yes confirms --live, and --live is not given"] : []
        if adopt { problems.append("--adopt is for --live, and --live is not given") }
        if share { problems.append("--share is for --live, and --live is not given") }
        return problems
    }

    private func refuseVenueFlags(_ problems: inout CallProblems) {
        if live {
            problems.add(
                "the embedded exchange takes no real money: leave --live out, or name a venue's "
                    + "symbol")
        } else {
            for problem in idleLiveFlags { problems.add(problem) }
        }
        let given = flags.venueFlags + (connectTimeout == nil ? [] : ["--connect-timeout"])
        guard !given.isEmpty else { return }
        problems.add(
            "\(given.joined(separator: " and ")) \(given.count == 1 ? "is" : "are") for a venue; "
                + "the script trades on sim")
    }

    private func checkedConnectTimeout() throws(RunFailure) -> Int64 {
        let text = connectTimeout ?? "60s"
        guard let span = SettingValue.nanoseconds(text, bareUnit: 1_000_000_000), span >= 0 else {
            throw RunFailure(
                .usage, "--connect-timeout is `\(text)`, expected a time such as 30s or 10m, or 0")
        }
        return span
    }
}
