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
        let keys = try targets.keys()
        guard !keys.isEmpty else {
            if targets.running.isEmpty, let venue = targets.venues.first {
                _ = try VenueKeys.needed(of: venue, for: "this")
                return
            }
            targets.askAll(flattens: flatten, report)
            targets.waitForEnds(mayForce: false, report)
            return try finish(targets, [])
        }
        // First: a run that saw the account halted before it is asked would not answer.
        targets.askAll(flattens: flatten, report)
        for (venue, keys) in keys { halt(venue, keys) }
        let kills = try targets.kills(
            keys, flags, takesForeign: all, flattens: flatten, report: report)
        let unseen = targets.liveVenues.filter { venue in
            !keys.contains { $0.venue.isSame(as: venue) }
        }
        for venue in unseen {
            let names = venue.keyNames
            report(
                "\(venue.title) is not looked at here: \(names.key) and \(names.secret) are not set"
            )
        }
        targets.waitForEnds(mayForce: unseen.isEmpty, report)
        let evidence = concurrently(kills) { $0.run() }
        try finish(targets, zip(kills, evidence).map { ($0.venue, $1) })
        guard unseen.isEmpty || !targets.running.isEmpty else {
            throw RunFailure(
                .failed,
                "orders may be open at \(unseen.map(\.title).joined(separator: " and ")): set the keys, "
                    + "and run it again")
        }
        throw ArgumentParser.ExitCode(ExitCode.stopped.rawValue)
    }

    private func halt(_ venue: Venue, _ keys: VenueKeys) {
        do throws(OrderIDProblem) {
            try AccountLatch(venue: venue.name, keyID: keys.id).set("runner kill", at: wallClock())
        } catch {
            // The orders matter more.
            report("the account at \(venue.title) cannot be marked as halted: \(error)")
        }
    }

    private var report: @Sendable (String) -> Void { { Console.warn($0) } }

    private func finish(
        _ targets: KillTargets, _ evidence: [(venue: Venue, shown: AccountKill.Evidence)]
    ) throws {
        let now = wallClock()
        if json {
            Console.print(Self.json(targets, evidence, UTCTime(now)).line)
        } else if evidence.isEmpty {
            for folder in targets.running {
                Console.print("\(folder.name) has ended")
                for line in RunLog.lines(of: folder, beginning: "kill: ") { Console.print(line) }
            }
        }
        for (venue, shown) in evidence where !json {
            for line in shown.lines(at: venue, on: UTCTime(now)) { Console.print(line) }
            Console.print("the account is halted; to trade again: runner resume \(venue.name)")
        }
        guard evidence.allSatisfy(\.shown.isProven) else {
            throw RunFailure(.failed, "it was given up before it was shown that nothing is left")
        }
        if evidence.isEmpty { throw ArgumentParser.ExitCode(ExitCode.stopped.rawValue) }
    }

    /// Of one venue flat, of several a list.
    private static func json(
        _ targets: KillTargets, _ evidence: [(venue: Venue, shown: AccountKill.Evidence)],
        _ time: UTCTime
    ) -> JSON {
        let sessions = JSON.array(targets.running.map { .text($0.name) })
        guard evidence.count > 1 else {
            let venue = (evidence.first?.venue ?? targets.venues.first).map { JSON.text($0.name) }
            return .pairs(
                [("sessions", sessions), ("venue", venue ?? .null), ("at", .text(time.iso))]
                    + (evidence.first?.shown.json ?? []))
        }
        let venues = evidence.map { venue, shown in
            JSON.pairs([("venue", .text(venue.name))] + shown.json)
        }
        return .pairs([
            ("sessions", sessions), ("at", .text(time.iso)), ("venues", .array(venues)),
        ])
    }
}
