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
    let venue: Venue
    let settings: Settings
    let symbols: [Symbol]

    /// The key, where there is one; everything that is missing is noted.
    func keys(isConfirmed: Bool, _ problems: inout CallProblems) throws -> VenueKeys? {
        let keys = try problems.collect {
            guard let keys = try VenueKeys.read(of: venue) else { throw noKey }
            return keys
        }
        if !isConfirmed, !Console.inputIsTerminal { problems.add(Self.nobodyToAsk) }
        if let missing = missingLimits { problems.add(missing) }
        return keys
    }

    static let nobodyToAsk =
        "--live asks before it trades, and standard input is not a terminal: add --yes"

    private var noKey: RunFailure {
        let names = venue.keyNames
        return RunFailure(
            .usage,
            "live trading at \(venue.title) needs a key: set \(names.key) and \(names.secret), or "
                + "\(names.key)_FILE and \(names.secret)_FILE; see docs/venues/\(venue.name).md")
    }

    /// The limits that are not set, all of them; nil: none is missing.
    var missingLimits: String? {
        var missing: [String] = []
        for symbol in symbols {
            let own = settings.limitsBySymbol[symbol.description]
            if own?.maxPosition ?? settings.limits.maxPosition == nil {
                missing.append("risk.max_position (\(symbol))")
            }
            let hasOrderLimit =
                own?.maxOrderNotional ?? settings.limits.maxOrderNotional != nil
                || own?.maxOrderQuantity ?? settings.limits.maxOrderQuantity != nil
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
