import ArgumentParser
import LiveTrading
import PlainJSON
import TradingModel
import Transport
import VenueSessions

/// `runner cancel-all VENUE`: cancels the orders that a dead run left at a venue.
struct CancelAll: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel-all",
        abstract: "Cancels what a dead run left open at a venue.",
        discussion: """
            Looks through all markets of the account, spot and futures, stop orders too; shows what is open and \
            asks once. Orders that no run of this program sent stay, unless --foreign is given. A run that trades \
            the account at this moment loses its orders as well.

            EXAMPLES:
              runner cancel-all coinex
              runner cancel-all coinex --yes --json
            """)

    @Argument(help: ArgumentHelp("Where, such as coinex.", valueName: "venue"))
    var name: String

    @Flag(help: "Cancel orders of others too: by hand, by other programs.")
    var foreign = false

    @Flag(help: "Do not ask: for where nobody sits at the terminal.")
    var yes = false

    @OptionGroup var flags: VenueFlags

    @Flag(help: "Print one JSON object.")
    var json = false

    /// Every list of an account that has many open orders, at the venue's rate.
    private static let lookPatience: Int64 = 15_000_000_000

    func run() throws {
        let venue = try Venue.trading(name)
        let settings = try flags.resolve()
        let own = try flags.venueSettings(of: venue, in: settings)
        let network = try venue.network(own)
        let keys = try VenueKeys.needed(of: venue, for: "cancelling orders")
        guard yes || Console.inputIsTerminal else {
            throw RunFailure(
                .usage, "cancel-all asks first, and standard input is not a terminal: add --yes")
        }
        let sweep = Sweep(
            venue: venue, keys: keys, network: network, takesForeign: foreign,
            known: KnownOrderIDs(venue: venue.name, keyID: keys.id))
        let open = try sweep.list(within: Self.lookPatience)
        let meant = open.filter { sweep.isMeant($0.clientID?.text) }
        show(open, meant, at: venue)
        guard !meant.isEmpty else { return finish(venue, cancelled: 0, open) }
        guard yes || isConfirmed(meant.count, at: venue) else {
            throw RunFailure(.usage, "not confirmed: nothing was cancelled")
        }
        try sweep.cancel(meant)
        finish(venue, cancelled: meant.count, open.filter { !sweep.isMeant($0.clientID?.text) })
    }

    private func show(_ open: [ListedOrder], _ meant: [ListedOrder], at venue: Venue) {
        for order in open {
            let isMeant = meant.contains(order)
            Console.warn("  \(order.shown)" + (isMeant ? "" : ": not of a run, it stays"))
        }
        guard meant.isEmpty else { return }
        Console.warn(
            open.isEmpty
                ? "no order is open at \(venue.title)"
                : "no order of a run is open at \(venue.title); --foreign cancels the others")
    }

    private func isConfirmed(_ count: Int, at venue: Venue) -> Bool {
        Console.warn(
            "Cancel \(count == 1 ? "this 1 order" : "these \(count) orders") at \(venue.title)? Type "
                + "yes to cancel, anything else to leave:")
        return readLine() == "yes"
    }

    private func finish(_ venue: Venue, cancelled: Int, _ left: [ListedOrder]) {
        guard !json else {
            return Console.print(
                JSON.pairs([
                    ("venue", .text(venue.name)), ("cancelled", .integer(Int64(cancelled))),
                    ("left", .array(left.map(\.json))),
                ]).line)
        }
        guard cancelled > 0 else { return }
        let rest = left.isEmpty ? "no order is open" : "\(left.count) of others stay"
        Console.print(
            "cancelled \(cancelled == 1 ? "1 order" : "\(cancelled) orders") at \(venue.title); \(rest)"
        )
    }
}

/// One pass over an account's open orders.
private struct Sweep {
    let venue: Venue
    let keys: VenueKeys
    let network: NetworkSettings
    let takesForeign: Bool
    let known: KnownOrderIDs

    func isMeant(_ clientID: String?) -> Bool {
        takesForeign || known.isOfARun(clientID)
    }

    /// All open orders, meant or not.
    func list(within patience: Int64) throws(RunFailure) -> [ListedOrder] {
        let sightings = OpenOrderSightings()
        try run(sightings, cancels: false, patience, failure: "the open orders are not known")
        return sightings.orders.sorted { ($0.market, $0.venueID) < ($1.market, $1.venueID) }
    }

    /// Cancels, and proves it.
    func cancel(_ meant: [ListedOrder]) throws(RunFailure) {
        // Some 40 cancels go in a second.
        let patience = EmergencyStop.patience + Int64(meant.count) * 50_000_000
        let ids = meant.map { $0.clientID?.text ?? $0.venueID }.joined(separator: ", ")
        try run(
            OpenOrderSightings(), cancels: true, patience,
            failure: "orders may STILL BE OPEN, of these: \(ids)")
    }

    private func run(
        _ sightings: OpenOrderSightings, cancels: Bool, _ patience: Int64, failure: String
    ) throws(RunFailure) {
        let (venue, keys, takesForeign, known) = (venue, keys, takesForeign, known)
        let outcome = EmergencyStop.run(
            {
                venue.makeSweep(keys, cancels, sightings) { clientID in
                    takesForeign || known.isOfARun(clientID)
                }
            }, network: network, patience: patience)
        let why: String
        switch outcome {
        case .proven: return
        case .refused(let problem): why = problem.description
        case .unproven(let words):
            why = words.last ?? "it did not answer in \(patience / 1_000_000_000) s"
        }
        throw RunFailure(.failed, "\(venue.title): \(failure): \(why)")
    }
}

extension ListedOrder {
    fileprivate var shown: String {
        let price = price.map { " @ \($0)" } ?? " at market"
        let stop = stop.map { ", waits for \($0)" } ?? ""
        let id = clientID.map { "\($0)" } ?? "venue's id \(venueID)"
        return "\(market) \(side) \(remaining)\(price)\(stop), \(id)".onOneLine
    }

    fileprivate var json: JSON {
        .pairs([
            ("market", .text(market)), ("side", .text(side.description)),
            ("remaining", .text(remaining.description)),
            ("price", price.map { .text($0.description) } ?? .null),
            ("stop", stop.map { .text($0.description) } ?? .null),
            ("venue_id", .text(venueID)),
            ("client_id", clientID.map { .text($0.text) } ?? .null),
        ])
    }
}
