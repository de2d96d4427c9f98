import JournalStore
import Matching
import ScriptHost
import TradingCore
import TradingModel
import Transport
import VenueSessions

/// Settings that have been checked; who holds them need not check again.
struct Settings {
    var balances: [Currency: Money] = [:]
    var makerFee: Rate?
    var takerFee: Rate?
    /// Nanoseconds each: market data to us, an order to the venue, its reports back.
    var feedLatency: Int64 = 0
    var entryLatency: Int64 = 5_000_000
    var responseLatency: Int64 = 5_000_000
    /// How much worse than the last price a market order fills where there is no book.
    var slippage = Rate.zero
    var liquidity = TouchLiquidity.shown
    /// Whether a bar that only touches a limit price fills it.
    var barsFillOnTouch = false
    var leverage = 1
    var limits = RiskLimits()
    var limitsBySymbol: [String: RiskLimits] = [:]
    /// By the venue's name.
    var limitsByVenue: [String: RiskLimits] = [:]
    var script = ScriptLimits.trading
    var maxFailuresPerMinute = 3
    var reload = ReloadSettings()
    /// Whether a reload waits until somebody has confirmed it.
    var confirmsReloads = false
    /// Nanoseconds after which a live run holds its account against the venue's lists again; nil: only where a
    /// connection was lost.
    var reconcilePeriod: Int64? = 60_000_000_000
    /// How much the journal of an account keeps.
    var journal = JournalSettings()
    /// Bytes of the input recordings of all runs; 0: none is made.
    var recordingBytes = 5_000_000_000
    /// Nanoseconds for which a recording is kept.
    var recordingAge: Int64 = 30 * 86_400_000_000_000
    /// By the venue's name.
    var venues: [String: VenueSettings] = [:]

    /// Applies the entries in order, the last one wins.
    ///
    /// - Throws: ``InvalidSettings`` with every problem there is.
    init(_ entries: [SettingEntry]) throws(InvalidSettings) {
        var problems: [String] = []
        self.init(entries, &problems)
        guard problems.isEmpty else { throw InvalidSettings(problems: problems) }
    }

    /// The same; what cannot be applied is left out, and told.
    init(_ entries: [SettingEntry], _ problems: inout [String]) {
        for entry in entries {
            do {
                try apply(entry)
            } catch {
                problems.append(error.text)
            }
        }
    }

    struct Problem: Error { let text: String }

    static let paperKeys = [
        "balances", "fees", "latency", "slippage", "leverage", "liquidity", "bars_fill_on_touch",
    ]
    static var scriptKeys: [String] {
        ScriptLimits.settingNames + ["max_failures_per_minute"]
    }
    static let reloadKeys = ["window", "events", "probation", "confirm"]
    static let recordingKeys = ["size", "age"]
    static let journalKeys = ["size", "age"]
    static let reconciliationKeys = ["period"]

    private mutating func apply(_ entry: SettingEntry) throws(Problem) {
        let path = entry.path
        switch (path.first ?? "", path.count) {
        case ("paper", 2...): try applyPaper(entry)
        case ("risk", 2): try Self.apply(entry, key: path[1], to: &limits)
        case ("risk", 4) where path[1] == "symbols":
            do { _ = try Symbol(path[2]) } catch {
                throw Problem(text: "\(entry.origin): \(error)")
            }
            try Self.apply(
                entry, key: path[3], of: .symbol,
                to: &limitsBySymbol[path[2], default: RiskLimits()])
        case ("risk", 4) where path[1] == "venues" && Venue.named(path[2]) != nil:
            try Self.apply(
                entry, key: path[3], of: .venue,
                to: &limitsByVenue[path[2], default: RiskLimits()])
        case ("script", 2): try applyScript(entry)
        case ("reload", 2): try applyReload(entry)
        case ("recording", 2): try applyRecording(entry)
        case ("journal", 2): try applyJournal(entry)
        case ("reconciliation", 2): try applyReconciliation(entry)
        case ("venues", 3) where Venue.named(path[1]) != nil:
            try Self.apply(entry, to: &venues[path[1], default: VenueSettings()])
        default: throw Self.unknown(entry)
        }
    }

    private mutating func applyPaper(_ entry: SettingEntry) throws(Problem) {
        switch (entry.path[1], entry.path.count) {
        case ("balances", 3):
            let amount = try Self.money(entry)
            balances[Currency(entry.path[2])] = amount
        case ("fees", 3) where entry.path[2] == "maker": makerFee = try Self.rate(entry)
        case ("fees", 3) where entry.path[2] == "taker": takerFee = try Self.rate(entry)
        case ("latency", 2):
            // One value is the way to the venue and back; none at all is none for the feed too.
            entryLatency = try Self.span(entry)
            responseLatency = entryLatency
            if entryLatency == 0 { feedLatency = 0 }
        case ("latency", 3) where entry.path[2] == "feed": feedLatency = try Self.span(entry)
        case ("latency", 3) where entry.path[2] == "entry": entryLatency = try Self.span(entry)
        case ("latency", 3) where entry.path[2] == "response":
            responseLatency = try Self.span(entry)
        case ("slippage", 2):
            slippage = try Self.rate(entry)
            guard slippage >= .zero else { throw Self.wrong(entry, "a share of 0 or more") }
        case ("liquidity", 2):
            guard let value = TouchLiquidity(rawValue: entry.text) else {
                throw Self.wrong(entry, "shown or endless")
            }
            liquidity = value
        case ("leverage", 2): leverage = try Self.count(entry, in: 1...500)
        case ("bars_fill_on_touch", 2): barsFillOnTouch = try Self.truth(entry)
        default: throw Self.unknown(entry)
        }
    }

    private mutating func applyScript(_ entry: SettingEntry) throws(Problem) {
        switch entry.path[1] {
        case "max_failures_per_minute": maxFailuresPerMinute = try Self.count(entry, in: 1...1_000)
        case let name:
            if let limit = ScriptLimits.counts[name] {
                script[keyPath: limit.path] = try Self.count(entry, in: limit.range)
            } else if let limit = ScriptLimits.times[name] {
                script[keyPath: limit] = try Self.span(entry)
                guard script[keyPath: limit] ?? 0 >= 10_000_000 else {
                    throw Self.wrong(entry, "a time of at least 10ms")
                }
            } else {
                throw Self.unknown(entry)
            }
        }
    }

    private mutating func applyReload(_ entry: SettingEntry) throws(Problem) {
        switch entry.path[1] {
        case "window":
            guard let span = SettingValue.nanoseconds(entry.text, bareUnit: 60_000_000_000),
                (1_000_000_000...86_400_000_000_000).contains(span)
            else { throw Self.wrong(entry, "a time such as 15m, from 1s to a day") }
            reload.window.span = span
        case "events": reload.window.count = try Self.count(entry, in: 1_000...10_000_000)
        case "probation":
            guard let span = SettingValue.nanoseconds(entry.text, bareUnit: 1_000_000_000),
                span <= 86_400_000_000_000
            else { throw Self.wrong(entry, "a time such as 60s, at most a day") }
            reload.probation = span
        case "confirm": confirmsReloads = try Self.truth(entry)
        default: throw Self.unknown(entry)
        }
    }

    private mutating func applyRecording(_ entry: SettingEntry) throws(Problem) {
        switch entry.path[1] {
        case "size": recordingBytes = try Self.count(entry, in: 0...1_000_000_000_000_000)
        case "age":
            let day: Int64 = 86_400_000_000_000
            guard let span = SettingValue.nanoseconds(entry.text, bareUnit: day),
                (3_600_000_000_000...36_500 * day).contains(span)
            else { throw Self.wrong(entry, "a time such as 30d, from an hour on") }
            recordingAge = span
        default: throw Self.unknown(entry)
        }
    }

    private mutating func applyJournal(_ entry: SettingEntry) throws(Problem) {
        switch entry.path[1] {
        case "size": journal.keepBytes = try Self.count(entry, in: 10_000_000...1_000_000_000_000)
        case "age":
            let day: Int64 = 86_400_000_000_000
            guard let span = SettingValue.nanoseconds(entry.text, bareUnit: day),
                (day...36_500 * day).contains(span)
            else { throw Self.wrong(entry, "a time such as 90d, from a day on") }
            journal.keepDays = Int(span / day)
        default: throw Self.unknown(entry)
        }
    }

    private mutating func applyReconciliation(_ entry: SettingEntry) throws(Problem) {
        guard entry.path[1] == "period" else { throw Self.unknown(entry) }
        let second: Int64 = 1_000_000_000
        guard let span = SettingValue.nanoseconds(entry.text, bareUnit: second),
            span == 0 || (5 * second...86_400 * second).contains(span)
        else { throw Self.wrong(entry, "a time such as 60s, from 5s to a day, or 0") }
        reconcilePeriod = span == 0 ? nil : span
    }

    private static func apply(
        _ entry: SettingEntry, to venue: inout VenueSettings
    ) throws(Problem) {
        let text = entry.text
        switch entry.path[2] {
        case "base_url":
            guard VenueSettings.isAddress(text, schemes: ["https", "http"]) else {
                throw wrong(entry, "an address such as https://127.0.0.1:8443")
            }
            try checkPlace(entry)
            venue.baseURL = text.hasSuffix("/") ? String(text.dropLast()) : text
        case "socket_url":
            guard VenueSettings.isAddress(text, schemes: ["wss", "ws"]) else {
                throw wrong(entry, "an address such as wss://127.0.0.1:8443/v2")
            }
            try checkPlace(entry)
            venue.socketURL = text.hasSuffix("/") ? String(text.dropLast()) : text
        case "ca_file": venue.caFile = text
        case "leverage": venue.leverage = try count(entry, in: 1...500)
        case "margin":
            guard let margin = VenueSettings.Margin(rawValue: text) else {
                throw wrong(entry, "cross or isolated")
            }
            venue.margin = margin
        case let name where VenueSettings.secretNames.contains(name):
            throw Problem(
                text:
                    "\(entry.origin): keys are not settings, for settings are written down: put them "
                    + "into the environment, see docs/settings.md")
        default: throw unknown(entry)
        }
    }

    /// Refuses what no connection is ever opened to, above all where keys would go in clear.
    private static func checkPlace(_ entry: SettingEntry) throws(Problem) {
        do {
            _ = try Endpoint(entry.text)
        } catch {
            throw Problem(
                text: "\(entry.origin): `\(entry.name)` is `\(entry.text)`: \(error.text)")
        }
    }

    // MARK: - Values

    static func money(_ entry: SettingEntry) throws(Problem) -> Money {
        guard let value = try? Money(entry.text).admitted(), value >= .zero else {
            throw wrong(entry, "an amount from 0 to 1e18")
        }
        return value
    }

    static func quantity(_ entry: SettingEntry) throws(Problem) -> Quantity {
        guard let value = try? Quantity(entry.text).admitted() else {
            throw wrong(entry, "a quantity from 0 to 1e18")
        }
        return value
    }

    static func rate(_ entry: SettingEntry) throws(Problem) -> Rate {
        guard let value = SettingValue.rate(entry.text), value.attos.magnitude <= attosPerUnit
        else {
            throw wrong(entry, "a share such as 0.05% or 0.0005")
        }
        return value
    }

    static func truth(_ entry: SettingEntry) throws(Problem) -> Bool {
        guard let value = ["true": true, "false": false][entry.text] else {
            throw wrong(entry, "true or false")
        }
        return value
    }

    static func span(_ entry: SettingEntry) throws(Problem) -> Int64 {
        guard let value = SettingValue.nanoseconds(entry.text, bareUnit: 1_000_000),
            value <= 3_600_000_000_000
        else { throw wrong(entry, "a time such as 5ms or 250us, at most an hour") }
        return value
    }

    static func count(
        _ entry: SettingEntry, in range: ClosedRange<Int>
    ) throws(Problem) -> Int {
        guard let value = SettingValue.count(entry.text), range.contains(value) else {
            let least = range.lowerBound
            let most = range.upperBound == .max ? "" : " and at most \(range.upperBound)"
            throw wrong(entry, "a whole number of at least \(least)\(most)")
        }
        return value
    }

    static func wrong(_ entry: SettingEntry, _ expected: String) -> Problem {
        Problem(
            text: "\(entry.origin): `\(entry.name)` is `\(entry.text)`, expected \(expected)")
    }

    /// Says where a name leaves the tree of settings.
    static func unknown(_ entry: SettingEntry) -> Problem {
        let path = entry.path
        var place = 0
        while place < path.count {
            guard let names = SettingNames(below: Array(path[..<place])) else {
                let end = path[..<place].joined(separator: ".")
                return Problem(
                    text: "\(entry.origin): `\(end)` is one value, so there is no "
                        + "`\(entry.name)`")
            }
            guard names.has(path[place]) else {
                return Problem(
                    text: "\(entry.origin): \(names.unknown(path[place], of: entry.name))")
            }
            place += 1
        }
        let inside = SettingNames(below: path)?.example ?? ""
        return Problem(
            text:
                "\(entry.origin): `\(entry.name)` is not a single value: settings stand below it, "
                + "such as `\(inside)`; found `\(entry.text)`")
    }
}
