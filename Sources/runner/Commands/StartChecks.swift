import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// What `runner check` finds in a script that has been loaded: said before it trades.
struct StartFindings {
    private let findings: [Diagnostic]
    private let path: String
    /// More than these are not read at a start.
    private static let most = 20

    init(of script: LuaStrategy, at path: String) {
        self.path = path
        findings = StrategyCheck.findings(of: script)
    }

    /// Those that stop real money.
    var errors: [Diagnostic] { findings.filter { $0.severity == .error } }

    func report() {
        for finding in findings.prefix(Self.most) { Console.warn("\(finding)") }
        if findings.count > Self.most {
            Console.warn(
                "\(findings.count - Self.most) more: `runner check \(path)` shows all of them")
        }
        guard !errors.isEmpty else { return }
        Console.warn(
            "\(counted(errors.count, "error")) in \(path): it runs all the same, and some of it "
                + "will not do what it says; --live and a reload refuse it")
    }
}

/// What real money needs before anything else is looked at.
struct LiveChecks {
    /// Where real money is traded.
    let venues: [Venue]
    let settings: Settings
    /// All that the run trades.
    let symbols: [Symbol]

    /// The keys that there are, by venue; everything that is missing is noted.
    func keys(
        isConfirmed: Bool, _ problems: inout CallProblems
    ) throws -> [String: VenueKeys] {
        var keys: [String: VenueKeys] = [:]
        for venue in venues {
            keys[venue.name] = try problems.collect {
                guard let keys = try VenueKeys.read(of: venue) else { throw noKey(of: venue) }
                return keys
            }
        }
        if !isConfirmed, !Console.inputIsTerminal { problems.add(Self.nobodyToAsk) }
        if let missing = missingLimits { problems.add(missing) }
        return keys
    }

    static let nobodyToAsk =
        "--live asks before it trades, and standard input is not a terminal: add --yes"

    private func noKey(of venue: Venue) -> RunFailure {
        let names = venue.keyNames
        return RunFailure(
            .usage,
            "live trading at \(venue.title) needs a key: set \(names.key) and \(names.secret), or "
                + "\(names.key)_FILE and \(names.secret)_FILE; see docs/venues/\(venue.name).md"
                + onPaper(venue))
    }

    /// How to do without the key, where there is another venue.
    private func onPaper(_ venue: Venue) -> String {
        let others = venues.filter { !$0.isSame(as: venue) }.map { "--live \($0.name)" }
        guard !others.isEmpty else { return "" }
        return "; to trade on paper there: \(others.joined(separator: " ")) in place of --live"
    }

    /// The limits that are not set, all of them; nil: none is missing.
    var missingLimits: String? {
        var missing: [String] = []
        for symbol in symbols where venues.contains(where: { $0.name == symbol.venue }) {
            let limits = settings.runLimits.limits(of: symbol)
            if limits.maxPosition == nil { missing.append("risk.max_position (\(symbol))") }
            let hasOrderLimit = limits.maxOrderNotional != nil || limits.maxOrderQuantity != nil
            if !hasOrderLimit {
                missing.append("risk.max_order_notional or risk.max_order_quantity (\(symbol))")
            }
        }
        guard !missing.isEmpty else { return nil }
        return "live trading needs limits, and these are not set: "
            + missing.joined(separator: ", ")
            + ". Such as: --risk max_position=0.01 --risk max_order_notional=500, or in "
            + "runner.yaml; see docs/settings.md"
    }
}
