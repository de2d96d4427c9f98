import LiveTrading
import RunInputs
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// The runs that are to end, and where.
struct KillTargets {
    /// Those whose process lives.
    private(set) var running: [RunFolder] = []
    /// Where they trade; empty: on the embedded exchange.
    private(set) var venues: [Venue] = []
    /// Those of them where real money is traded.
    private(set) var liveVenues: [Venue] = []
    /// What they trade, as far as it is known.
    private(set) var symbols: [Symbol] = []
    private var recorded: RecordedRun?

    /// How long a run that is asked may take to show that it has understood, in milliseconds.
    private static let acknowledgement = 3_000
    /// And to end: the wind-down of the slowest venue twice over, with the books.
    private static let ending = 150_000

    init(_ name: String?) throws {
        let alive = RunFolder.all().filter { RunPresence.process(of: $0) != nil }
        if let name, let venue = Venue.named(name) {
            (venues, liveVenues) = ([venue], [venue])
            running = alive.filter { (try? RecordedRun(of: $0))?.isLive(at: name) ?? false }
            let going = running.compactMap { try? RecordedRun(of: $0) }
            for record in going { add(record) }
            guard going.isEmpty else { return }
            // Of a dead run what it traded there, and no more.
            recorded = RunFolder.all().reversed().lazy.compactMap { try? RecordedRun(of: $0) }
                .first { $0.isLive(at: name) }
            symbols = recorded?.symbols.filter { $0.venue == name } ?? []
            return
        }
        let folder = try Self.chosen(name, alive)
        if RunPresence.process(of: folder) != nil { running = [folder] }
        do throws(RunFolder.Problem) {
            add(try RecordedRun(of: folder))
        } catch {
            // It has not begun to trade: nobody knows where it would.
            guard !running.isEmpty else { throw RunFailure(.usage, error.description) }
        }
    }

    private static func chosen(_ name: String?, _ alive: [RunFolder]) throws -> RunFolder {
        if let name {
            do throws(RunFolder.Problem) { return try RunFolder.find(name) } catch {
                let venue = nearestName(to: name, among: Venue.all.map(\.name))
                let near = venue.map { "; did you mean the venue `\($0)`?" }
                throw RunFailure(.usage, error.description + (near ?? nearestSession(to: name)))
            }
        }
        guard let only = alive.first else {
            throw RunFailure(
                .usage,
                "no session runs in \(RunFolder.home); for what a dead one left name it, or its venue: "
                    + "runner kill coinex")
        }
        guard alive.count == 1 else {
            throw RunFailure(
                .usage,
                "\(alive.count) sessions run, say which: runner kill NAME\n"
                    + alive.map { "  " + $0.name }.joined(separator: "\n"))
        }
        return only
    }

    private mutating func add(_ record: RecordedRun) {
        for account in record.header.accounts {
            guard let venue = Venue.named(account.venue) else { continue }
            if !venues.contains(where: venue.isSame) { venues.append(venue) }
            if account.isLive, !liveVenues.contains(where: venue.isSame) {
                liveVenues.append(venue)
            }
        }
        recorded = record
        for symbol in record.symbols where !symbols.contains(symbol) { symbols.append(symbol) }
    }

    /// Those in the environment, of the accounts with real money.
    func keys() throws -> [(venue: Venue, keys: VenueKeys)] {
        try liveVenues.compactMap { venue in try VenueKeys.read(of: venue).map { (venue, $0) } }
    }

    /// What ends all that is open on these accounts.
    func kills(
        _ keys: [(venue: Venue, keys: VenueKeys)], _ flags: VenueFlags, takesForeign: Bool,
        flattens: Bool, report: @escaping @Sendable (String) -> Void
    ) throws -> [AccountKill] {
        guard keys.count == 1 || !flags.namesAddress else {
            throw RunFailure(
                .usage,
                "--base-url and --ca-file are of one venue, and these are several: name the venue "
                    + "(runner kill \(keys[0].venue.name)), or set venues.\(keys[0].venue.name).base_url "
                    + "and so on")
        }
        let settings = try flags.resolve()
        return try keys.map { venue, keys in
            let own = try self.settings(of: venue, flags, settings)
            return AccountKill(
                venue: venue, keys: keys, settings: own, network: try venue.network(own),
                symbols: symbols.filter { $0.venue == venue.name }, takesForeign: takesForeign,
                flattens: flattens, report: report)
        }
    }

    /// Where a venue is: as the call says, else as the run had it.
    private func settings(
        of venue: Venue, _ flags: VenueFlags, _ settings: Settings
    ) throws -> VenueSettings {
        guard !flags.namesAddress, let recorded,
            let own = try? Settings(recorded.entries).venues[venue.name]
        else { return try flags.venueSettings(of: venue, in: settings) }
        return own
    }

    func askAll(flattens: Bool, _ report: (String) -> Void) {
        for folder in running {
            do throws(OrderIDProblem) {
                try RunPresence.requestKill(of: folder, flattens: flattens)
            } catch {
                report("\(folder.name) cannot be asked: \(error)")
            }
        }
    }

    /// Waits until the runs that were asked have ended.
    ///
    /// - Parameter mayForce: whether one that does not answer is ended by the system, because whoever
    ///   asks can cancel its orders himself.
    func waitForEnds(mayForce: Bool, _ report: (String) -> Void) {
        for folder in running {
            report("\(folder.name): asked to end")
            waitForEnd(of: folder, mayForce: mayForce, report)
        }
    }

    private func waitForEnd(of folder: RunFolder, mayForce: Bool, _ report: (String) -> Void) {
        var waited = 0
        while let process = RunPresence.process(of: folder), Interrupt.count < 2 {
            let patience =
                RunPresence.requestedKill(of: folder) != nil ? Self.acknowledgement : Self.ending
            if waited >= patience, mayForce {
                report(
                    "\(folder.name) hangs: its process \(process) is ended, its orders are cancelled here"
                )
                RunPresence.end(process)
            } else if waited > 0, waited % 10_000 == 0 {
                report("\(folder.name) has not ended yet")
            }
            pause(milliseconds: 50)
            waited += 50
        }
    }
}

extension RecordedRun {
    /// Whether it trades real money at a venue.
    fileprivate func isLive(at venue: String) -> Bool {
        header.accounts.contains { $0.venue == venue && $0.isLive }
    }

    /// What its script names; empty where it cannot be loaded any more.
    var symbols: [Symbol] {
        let origin = ScriptOrigin(
            path: header.script,
            parameters: header.parameters.map { ParameterOverride(name: $0.name, text: $0.text) },
            limits: ScriptLimits(), seed: header.seed)
        return (try? origin.load(first, state: nil).symbols) ?? []
    }

    /// Its settings, as they were given.
    var entries: [SettingEntry] {
        header.settings.map {
            SettingEntry(path: Array($0.dropLast()), text: $0[$0.count - 1], origin: "the session")
        }
    }
}
