import TradingModel
import VenueSessions

/// What was set, or asked for by a flag, and does nothing in this run.
///
/// The settings file is shared by many runs, so of it only limits and balances of what a run does
/// not trade are reported: who writes such a line believes in it.
struct IdleSettings {
    enum Kind {
        /// - Parameters:
        ///   - showsTouch: whether any of the data says what the best prices are.
        ///   - hasDepth: whether all of it does, with the depth behind them.
        case backtest(showsTouch: Bool, hasDepth: Bool)
        case embedded
        case paper(Venue)
        case live(Venue)
    }

    /// One of them.
    struct Finding {
        let text: String
        /// Whether real money must not be traded with it.
        var stopsLive = true
    }

    let kind: Kind
    let entries: [SettingEntry]
    let symbols: [Symbol]
    /// What the account of the run can hold.
    let currencies: Set<Currency>
    /// Flags that are no settings, as they were given: `--seed`, `--base-url`.
    var flags: [String] = []

    init(_ kind: Kind, _ entries: [SettingEntry], symbols: [Symbol], flags: [String] = []) {
        self.kind = kind
        self.entries = entries
        self.symbols = symbols
        self.flags = flags
        currencies = Set(symbols.flatMap { $0.kind == .spot ? [$0.base, $0.quote] : [$0.settle] })
    }

    init(
        _ kind: Kind, _ entries: [SettingEntry], instruments: [Instrument], flags: [String] = []
    ) {
        self.kind = kind
        self.entries = entries
        self.flags = flags
        symbols = instruments.map(\.symbol)
        currencies = Set(
            instruments.flatMap { $0.kind == .spot ? [$0.symbol.base, $0.settle] : [$0.settle] })
    }

    var findings: [Finding] {
        var said: Set<String> = []
        let found = entries.compactMap(finding) + flags.compactMap(finding)
        return found.filter { said.insert($0.text).inserted }
    }

    /// Shows them on standard error.
    func report() {
        for finding in findings { Console.warn("warning: \(finding.text)") }
    }

    // MARK: - One entry

    private func finding(_ entry: SettingEntry) -> Finding? {
        let path = entry.path
        if path.count == 4, path[0] == "risk", path[1] == "symbols" {
            return foreignLimit(path[2], entry.origin)
        }
        if path.count == 4, path[0] == "risk", path[1] == "venues" {
            return foreignLimit(ofVenue: path[2], entry.origin)
        }
        guard path[0] == "paper", path.count > 1 else { return nil }
        if case .live(let venue) = kind { return paperSetting(entry, at: venue) }
        if path.count == 3, path[1] == "balances" { return foreignBalance(entry) }
        guard !entry.isOfFile, let reason = idleReason(path[1]) else { return nil }
        return Finding(text: "\(entry.origin) has no effect: \(reason)")
    }

    private func foreignLimit(_ name: String, _ origin: String) -> Finding? {
        let traded = symbols.map(\.description)
        guard !traded.contains(name) else { return nil }
        return Finding(
            text: "\(origin): a limit of \(name) limits nothing: this run trades "
                + traded.joined(separator: ", "))
    }

    private func foreignLimit(ofVenue name: String, _ origin: String) -> Finding? {
        guard !symbols.contains(where: { $0.venue == name }) else { return nil }
        return Finding(
            text: "\(origin): a limit of \(name) limits nothing: this run trades "
                + symbols.map(\.description).joined(separator: ", "))
    }

    private func foreignBalance(_ entry: SettingEntry) -> Finding? {
        let code = entry.path[2]
        guard !currencies.contains(Currency(code)) else { return nil }
        let held = currencies.map(\.code).sorted()
        let near = nearestName(to: code, among: held).map { "; did you mean `\($0)`?" } ?? ""
        return Finding(
            text: "\(entry.origin): a balance of \(code) has no effect: this run's account holds "
                + held.joined(separator: ", ") + near)
    }

    /// Of the simulated account and venue, where the account is real.
    private func paperSetting(_ entry: SettingEntry, at venue: Venue) -> Finding? {
        guard !entry.isOfFile else { return nil }
        let what =
            switch entry.path[1] {
            case "balances": "the account at \(venue.title) has what it has"
            case "fees": "\(venue.title) takes its own"
            case "latency": "the way to \(venue.title) is as long as it is"
            case "leverage":
                "\(venue.title)'s is venues.\(venue.name).leverage, with venues.\(venue.name).margin"
            default: "orders are filled at \(venue.title)"
            }
        return Finding(
            text: "\(entry.origin) has no effect with --live: \(what)",
            stopsLive: entry.isOfFlag)
    }

    /// Why a setting of the simulated venue does nothing in a simulated run; nil: it does something.
    private func idleReason(_ name: String) -> String? {
        switch (name, kind) {
        case ("leverage", _) where symbols.allSatisfy({ $0.kind == .spot }):
            "only spot is traded, which has none"
        case ("slippage", .embedded), ("slippage", .paper),
            ("slippage", .backtest(_, hasDepth: true)):
            "the book is known, and orders fill at its prices"
        case ("liquidity", .backtest(showsTouch: false, _)):
            "the data has no book and no quotes, so nothing says how much there is"
        case ("bars_fill_on_touch", .embedded), ("bars_fill_on_touch", .paper):
            "the market comes trade by trade, not as bars"
        default: nil
        }
    }

    // MARK: - One flag

    private func finding(_ flag: String) -> Finding? {
        let reason: String? =
            switch (flag, kind) {
            case ("--seed", .paper(let venue)), ("--seed", .live(let venue)):
                "\(venue.title)'s market comes from no seed: it is for the script's random numbers "
                    + "alone"
            case ("--base-url", .backtest), ("--ca-file", .backtest):
                "a backtest reads files and reaches no venue"
            default: nil
            }
        guard let reason else { return nil }
        if flag == "--seed" { return Finding(text: "\(flag): \(reason)", stopsLive: false) }
        return Finding(text: "\(flag) has no effect: \(reason)")
    }
}

extension SettingEntry {
    fileprivate var isOfFlag: Bool { origin.hasPrefix("--") }
    /// Whether it was written down for more than one call.
    var isOfFile: Bool { !isOfFlag && !origin.hasPrefix("MOONRUNNER__") }
}
