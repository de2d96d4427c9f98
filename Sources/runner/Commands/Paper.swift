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

    @Flag(
        help: ArgumentHelp(
            "Trade with real money; asks once before it begins. With a venue's name, such as --live "
                + "coinex, there alone: the others stay on paper."))
    var live = false

    /// What a word behind `--live` becomes, see ``LiveWords``.
    @Option(name: .customLong("live-at"), help: .hidden)
    var liveAt: [String] = []

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
            let places = try problems.collect({
                try namedVenues(of: script.symbols, embedded: SimulatedExchange.venue)
            })
        else {
            if live, !yes, !Console.inputIsTerminal { problems.add(LiveChecks.nobodyToAsk) }
            throw problems.failure
        }
        let findings = StartFindings(of: script, at: strategy)
        guard places.isEmpty else {
            return try trade(
                at: places, script, findings, settings, entries, seed: seed, span, patience,
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
        let account = PaperAccount(
            at: SimulatedExchange.venue, trading: script.symbols, origin, settings,
            marketSeed: seed, fresh: fresh ? "--fresh" : self.seed == nil ? nil : "--seed")
        let begun = try RunMemory([account.memory].compactMap(\.self))?.begin(script, origin)
        findings.report()
        IdleSettings(.embedded, entries, symbols: script.symbols).report()
        try SimulatedTrade(
            account: account, script: begun ?? script, instruments: instruments, origin: origin,
            settings: settings,
            entries: entries,
            limits: WrittenLimits(
                path: flags.settings, entries: entries, settings, symbols: script.symbols,
                venues: []), speed: speed, duration: span, watches: watch, isVerbose: verbose,
            json: json
        ).run()
    }

    /// On venues' data, or with the money in accounts there.
    private func trade(
        at places: [Venue], _ script: LuaStrategy, _ findings: StartFindings,
        _ settings: Settings, _ entries: [SettingEntry], seed: UInt64, _ span: Int64?,
        _ patience: Int64, _ problems: inout CallProblems
    ) throws {
        let paperMarkets = VenuePlaces(
            venues: places, symbols: script.symbols, settings: settings, flags: flags)
        let liveVenues = try problems.collect { try liveOnes(of: places) } ?? []
        checkCall(places, script, settings, &problems)
        let onPaper = places.first { one in !liveVenues.contains(where: one.isSame) }
        let idle = IdleSettings(
            onPaper.map { .paper($0) } ?? .live(places[0]), entries, symbols: script.symbols,
            flags: self.seed == nil ? [] : ["--seed"])
        var keys: [String: VenueKeys] = [:]
        if live {
            keys = try LiveChecks(venues: liveVenues, settings: settings, symbols: script.symbols)
                .keys(isConfirmed: yes, &problems)
            for finding in idle.findings where finding.stopsLive { problems.add(finding.text) }
            for error in findings.errors { problems.add("\(error)") }
        }
        let markets = try paperMarkets.check(seed: seed, &problems)
        try problems.check()
        let origin = try origin(settings, seed: seed)
        let accounts = VenueAccounts(
            origin: origin, settings: settings, shares: share, isFresh: fresh)
        let venues = try accounts.open(markets, keys)
        let memory = RunMemory(venues.compactMap(\.memory))
        let begun = try memory?.begin(script, origin) ?? script
        findings.report()
        idle.report()
        try VenueTrade(
            venues: venues, settings: settings, entries: entries,
            limits: WrittenLimits(
                path: flags.settings, entries: entries, settings, symbols: script.symbols,
                venues: liveVenues), script: begun, origin: origin, memory: memory,
            adopts: adopt, connectPatience: patience, duration: span,
            watches: watch, isVerbose: verbose, isConfirmed: yes, json: json
        ).run()
    }

    /// What is wrong whatever the accounts are.
    private func checkCall(
        _ places: [Venue], _ script: LuaStrategy, _ settings: Settings,
        _ problems: inout CallProblems
    ) {
        if speed != nil {
            let titles = places.map(\.title).joined(separator: " and ")
            problems.add("--speed is for the embedded exchange: \(titles) has its own pace")
        }
        for problem in idleLiveFlags { problems.add(problem) }
        for text in settings.runLimits.problems(of: script.symbols) { problems.add(text) }
    }

    /// The venues where real money is traded: those that `--live` names, or all.
    private func liveOnes(of places: [Venue]) throws(RunFailure) -> [Venue] {
        guard live else { return [] }
        for name in liveAt {
            let venue = try Venue.trading(name)
            guard places.contains(where: venue.isSame) else {
                throw RunFailure(
                    .usage,
                    "--live \(name): the script has no symbol of \(venue.title); it names "
                        + places.map(\.name).joined(separator: ", "))
            }
        }
        return liveAt.isEmpty ? places : places.filter { liveAt.contains($0.name) }
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
