import ArgumentParser
import LiveTrading
import PlainJSON
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

/// `runner kill`: ends trading for good, whatever the run does, and shows that nothing is open.
struct Kill: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "Stops trading at once, and shows that nothing is open.",
        discussion: """
            Halts the run, cancels all orders of this program on its account, and asks the venue until none is \
            open; the account stays halted until `runner resume`. Works while the script hangs, while the venue \
            fails, and when the run is dead: with the key in the environment, as for --live. Exit code 3: done.

            EXAMPLES:
              runner kill
              runner kill ema_cross-20260131-235959 --flatten
              runner kill coinex
            """)

    @Argument(
        help: ArgumentHelp(
            "A session, or a venue: then all that trade there (default: the one that runs).",
            valueName: "session"))
    var name: String?

    @Flag(help: "Close the positions of the traded symbols too, reduce-only.")
    var flatten = false

    @Flag(name: .customLong("all"), help: "Cancel others' orders in the traded symbols too.")
    var all = false

    @OptionGroup var flags: VenueFlags

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let targets = try KillTargets(name)
        Interrupt.watch(signals: 3)
        guard let venue = targets.venue else {
            targets.askAll(flattens: flatten, report)
            targets.waitForEnds(mayForce: false, report)
            return try finish(targets, nil)
        }
        let keys = try VenueKeys.read(of: venue)
        guard targets.isLive, let keys else {
            guard !targets.running.isEmpty else {
                _ = try VenueKeys.needed(of: venue, for: "this")
                return
            }
            targets.askAll(flattens: flatten, report)
            targets.waitForEnds(mayForce: false, report)
            return try finish(targets, nil)
        }
        // First: a run that saw the account halted before it is asked would not answer.
        targets.askAll(flattens: flatten, report)
        let latch = AccountLatch(venue: venue.name, keyID: keys.id)
        do throws(OrderIDProblem) {
            try latch.set("runner kill", at: wallClock())
        } catch {
            report("the account cannot be marked as halted: \(error)")  // the orders matter more
        }
        let settings = try flags.resolve()
        let own = try targets.settings(of: venue, flags, settings)
        let network = try venue.network(own)
        targets.waitForEnds(mayForce: true, report)
        let evidence = AccountKill(
            venue: venue, keys: keys, settings: own, network: network, symbols: targets.symbols,
            takesForeign: all, flattens: flatten, report: report
        ).run()
        try finish(targets, evidence)
    }

    private func report(_ text: String) { Console.warn(text) }

    private func finish(_ targets: KillTargets, _ evidence: AccountKill.Evidence?) throws {
        let now = wallClock()
        let venue = targets.venue
        if json {
            var fields: [(String, JSON)] = [
                ("sessions", .array(targets.running.map { .text($0.name) })),
                ("venue", venue.map { .text($0.name) } ?? .null),
                ("at", .text(UTCTime(now).iso)),
            ]
            if let evidence { fields += evidence.json }
            Console.print(JSON.pairs(fields).line)
        } else if let venue, let evidence {
            for line in evidence.lines(at: venue, on: UTCTime(now)) { Console.print(line) }
            Console.print("the account is halted; to trade again: runner resume \(venue.name)")
        } else {
            for folder in targets.running {
                Console.print("\(folder.name) has ended")
                for line in RunLog.lines(of: folder, beginning: "kill: ") { Console.print(line) }
            }
        }
        if let evidence, !evidence.hasNoOrders || !evidence.isFlat {
            throw RunFailure(.failed, "it was given up before it was shown that nothing is left")
        }
        throw ArgumentParser.ExitCode(ExitCode.stopped.rawValue)
    }
}

/// The runs that are to end, and where.
struct KillTargets {
    /// Those whose process lives.
    private(set) var running: [RunFolder] = []
    /// Nil: the embedded exchange.
    private(set) var venue: Venue?
    private(set) var isLive = false
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
            self.venue = venue
            isLive = true
            running = alive.filter { folder in
                let header = (try? RecordedRun(of: folder))?.header
                return header?.venue == name && header?.mode == .live
            }
            let last = RunFolder.all().reversed().lazy.compactMap { try? RecordedRun(of: $0) }
                .first { $0.header.venue == name && $0.header.mode == .live }
            let all = running.compactMap { try? RecordedRun(of: $0) }
            for record in all.isEmpty ? [last].compactMap(\.self) : all { add(record) }
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
        venue = Venue.named(record.header.venue)
        isLive = record.header.mode == .live
        recorded = record
        for symbol in record.symbols where !symbols.contains(symbol) { symbols.append(symbol) }
    }

    /// Where the venue is: as the call says, else as the run had it.
    func settings(
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
