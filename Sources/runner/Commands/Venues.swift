import ArgumentParser
import LiveTrading
import PaperTrading
import PlainJSON
import Transport
import VenueSessions

/// `runner venues`: what there is, and how it is just now.
struct Venues: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "venues",
        abstract: "Shows the venues, whether they answer, and the key.",
        discussion: """
            Asks each venue for its time, and where the environment holds a key, for a balance. Changes nothing.
            With a name it ends with 1 where that venue does not answer or refuses the key, and shows the venue's
            card: what its connector does against the venue's simulator, what of that nobody has seen the venue
            do, and what there is not.

            EXAMPLES:
              runner venues
              runner venues coinex --json
              runner venues coinex --base-url https://127.0.0.1:18080 \\
                --ca-file ~/.moonrunner/simulators/ca.pem
            """)

    /// Long enough for a lost packet on the way to the other side of the world.
    private static let patience: Int64 = 5_000_000_000

    @Argument(help: ArgumentHelp("One of them (default: all).", valueName: "venue"))
    var name: String?

    @OptionGroup var flags: VenueFlags

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let settings = try flags.resolve()
        let venues = try chosen()
        guard !flags.namesAddress || name != nil else {
            throw RunFailure(
                .usage,
                "--base-url and --ca-file are for one venue: name it, such as: runner venues coinex "
                    + "--base-url …")
        }
        var states = try venues.map { venue in
            let own = try flags.venueSettings(of: venue, in: settings)
            return VenueCondition(
                venue: venue, address: venue.addresses(own).request,
                network: try venue.network(own))
        }
        VenueProbes.run(
            states.map { ($0.probe, $0.network) }, nanoseconds: Self.patience, now: RunClock().now)
        for place in states.indices {
            states[place].conclude(seconds: Self.patience / 1_000_000_000)
        }
        let report = VenuesReport(
            states: states, withEmbedded: name == nil || name == SimulatedExchange.venue,
            withCards: name != nil)
        Console.print(json ? report.json.line : report.text)
        // A list is as good where some of it is down; who names a venue asks whether it works.
        if name != nil, states.contains(where: \.hasFailed) {
            throw ArgumentParser.ExitCode(ExitCode.failed.rawValue)
        }
    }

    /// The venues to ask; the embedded exchange is none of them.
    private func chosen() throws(RunFailure) -> [Venue] {
        guard let name else { return Venue.all }
        let known = [SimulatedExchange.venue] + Venue.all.map(\.name)
        guard known.contains(name) else {
            throw RunFailure(.usage, unknownName("venue", name, among: known))
        }
        guard name == SimulatedExchange.venue else { return Venue.all.filter { $0.name == name } }
        guard !flags.namesAddress else {
            throw RunFailure(.usage, "\(name) is embedded: it has no address and no certificate")
        }
        return []
    }
}
