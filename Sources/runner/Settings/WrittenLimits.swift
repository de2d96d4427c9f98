import LiveTrading
import Synchronization
import TradingCore
import TradingModel
import VenueSessions

/// The limits of a run where they are written: in its settings file, its environment and its flags, of which
/// only the file can be another one later.
///
/// A bad file loosens nothing: what is wrong with it is told, all of it, and then none of it holds. A limit
/// that stood and is not there any more is wrong too, unless `none` stands in its place: a file that is half
/// written has fewer limits than it will have.
final class WrittenLimits: LimitSource {
    private let path: String?
    private let hasFile: Bool
    private let first: [SettingEntry]
    private let symbols: [Symbol]
    private let venues: [Venue]
    private let standing: Mutex<RunLimits>

    /// - Parameters:
    ///   - path: the settings file that was named; nil: the one that lies here, if any.
    ///   - entries: what the run began with.
    ///   - venues: where real money is traded; empty: none is.
    init(
        path: String?, entries: [SettingEntry], _ settings: Settings, symbols: [Symbol],
        venues: [Venue]
    ) {
        self.path = path
        first = entries
        hasFile = entries.contains(where: \.isOfFile)
        self.symbols = symbols
        self.venues = venues
        standing = Mutex(settings.runLimits)
    }

    func accept(_ limits: RunLimits) { standing.withLock { $0 = limits } }

    func read() throws(RefusedLimits) -> ReadLimits {
        var problems: [String] = []
        var file: [SettingEntry] = []
        do throws(InvalidSettings) {
            file = try SettingLayers.file(path ?? (hasFile ? SettingLayers.fileName : nil))
        } catch {
            throw RefusedLimits(problems: error.problems)
        }
        let entries = file + first.filter { !$0.isOfFile }
        let settings = Settings(entries, &problems)
        let limits = settings.runLimits
        problems += gone(from: limits, entries)
        problems += limits.problems(of: symbols)
        if let venue = venues.first {
            let checks = LiveChecks(venues: venues, settings: settings, symbols: symbols)
            if let missing = checks.missingLimits { problems.append(missing) }
            let risks = entries.filter { $0.path.first == "risk" }
            for finding in IdleSettings(.live(venue), risks, symbols: symbols).findings
            where finding.stopsLive {
                problems.append(finding.text)
            }
        }
        guard problems.isEmpty else { throw RefusedLimits(problems: problems) }
        return ReadLimits(limits: limits, notes: others(in: file))
    }

    /// The limits that stand and that nothing speaks of any more.
    private func gone(from limits: RunLimits, _ entries: [SettingEntry]) -> [String] {
        let standing = standing.withLock { $0 }
        let taken = Set(entries.filter { $0.text == Settings.noLimit }.map(\.path))
        var gone: [String] = []
        func compare(_ old: RiskLimits, _ new: RiskLimits, _ path: [String]) {
            for limit in RiskLimit.all {
                let path = path + [limit.rule.rawValue]
                guard let value = limit.text(in: old), limit.text(in: new) == nil,
                    !taken.contains(path)
                else { continue }
                let name = path.joined(separator: ".")
                gone.append(
                    "`\(name)` is \(value) and is not in the settings any more: write `none` in its "
                        + "place to take it off")
            }
        }
        compare(standing.general, limits.general, ["risk"])
        for (venue, own) in standing.byVenue.sorted(by: { $0.key < $1.key }) {
            compare(own, limits.byVenue[venue] ?? RiskLimits(), ["risk", "venues", venue])
        }
        for (symbol, own) in standing.bySymbol.sorted(by: { $0.key < $1.key }) {
            compare(own, limits.bySymbol[symbol] ?? RiskLimits(), ["risk", "symbols", symbol])
        }
        return gone
    }

    /// What else is other in the file, and waits for the next start.
    private func others(in file: [SettingEntry]) -> [String] {
        func texts(_ entries: [SettingEntry]) -> [String: String] {
            Dictionary(
                entries.filter { $0.path.first != "risk" }.map { ($0.name, $0.text) },
                uniquingKeysWith: { $1 })
        }
        let (old, new) = (texts(first.filter(\.isOfFile)), texts(file))
        let names = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
        guard !names.isEmpty else { return [] }
        return [
            "only limits are read again: \(names.joined(separator: ", ")) as in the file from the next "
                + "start on"
        ]
    }
}
