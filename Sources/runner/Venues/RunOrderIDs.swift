import LiveTrading
import Synchronization
import TradingCore
import TradingModel
import VenueSessions

/// A live run's client order ids, reserved so that no other run on the account gives one of them.
final class RunOrderIDs: Sendable {
    /// How they begin, without the hyphen; at a venue that wants numbers this is seen here alone.
    let prefix: String
    private let account: AccountOrderIDs
    /// The number in them.
    var session: UInt64 { account.session }
    /// Nil: the venue takes them as text.
    private let rule: ClientNumberRule?
    /// Those that go to a venue that wants numbers.
    private let blocks: Mutex<[Range<Int64>]>

    /// Those of earlier runs that this one goes on with, as they are on the wire.
    private let takenUp = Mutex<Set<String>>([])

    /// What tells them from others', as of now.
    var orders: RunOrders {
        var orders = RunOrders(idPrefix: prefix + "-", numbers: blocks.withLock { $0 })
        orders.takenUp = takenUp.withLock { $0 }
        return orders
    }

    /// Makes orders of earlier runs this run's own.
    func adopt(_ orders: [RestoredOrder]) {
        takenUp.withLock { $0 = Set(orders.map { $0.clientNumber.map(String.init) ?? $0.id.text }) }
    }

    /// Makes an order of somebody else this run's own.
    func adopt(_ order: EarlierRun.KnownOrder) { takenUp.withLock { _ = $0.insert(order.id.text) } }

    /// What an order that the run goes on with is, at a venue that takes numbers; one that was adopted is called
    /// by its number.
    func number(of order: ClientOrderID) -> Int64? {
        rule == nil ? nil : account.number(of: order).map(Int64.init) ?? Int64(order.text)
    }

    /// See ``AccountOrderIDs``.
    func isAlive(_ session: UInt64) -> Bool { account.isAlive(session) }
    var livingRuns: [UInt64] { account.livingRuns }

    /// Those that a session begins with.
    var firstNumbers: Range<Int64>? { blocks.withLock(\.first) }

    /// Reserves them on each account of a run, whose orders all begin alike.
    static func reserve(
        _ accounts: [(venue: Venue, keys: VenueKeys)]
    ) throws(RunFailure) -> [RunOrderIDs] {
        let now = wallClock()
        var least: UInt64 = 0
        while true {
            var made: [RunOrderIDs] = []
            for account in accounts {
                made.append(
                    try RunOrderIDs(
                        at: account.venue, for: account.keys, now: now, session: least))
            }
            let highest = made.map(\.session).max() ?? 0
            guard made.contains(where: { $0.session != highest }) else { return made }
            // A clock was set back: what one account has had already is passed over on all.
            least = highest + 1
        }
    }

    /// Reserves them: without that no order may leave.
    ///
    /// - Parameter least: the number in them is no lower one.
    init(
        at venue: Venue, for keys: VenueKeys, now: Timestamp = wallClock(),
        session least: UInt64 = 0
    ) throws(RunFailure) {
        do throws(OrderIDProblem) {
            account = try AccountOrderIDs(
                venue: venue.name, keyID: keys.id, at: now, session: least)
            switch venue.clientIDs {
            case .text(let rules):
                guard let maker = ClientOrderIDMaker(session: account.session, rules: rules) else {
                    throw OrderIDProblem("\(venue.title) leaves no room for them in its ids")
                }
                prefix = maker.prefix
                rule = nil
                blocks = Mutex([])
            case .numbers(let rule):
                let block = try account.reserveNumbers(rule, at: now)
                prefix = ClientOrderIDMaker.prefix(of: account.session)
                self.rule = rule
                blocks = Mutex([Self.wide(block)])
            }
        } catch {
            throw RunFailure(
                .failed,
                "client order ids cannot be reserved, so nothing was traded: \(error). Without it two "
                    + "orders could have one id; MOONRUNNER_HOME names another folder")
        }
    }

    private static func wide(_ block: Range<Int>) -> Range<Int64> {
        Int64(block.lowerBound)..<Int64(block.upperBound)
    }

    /// Reserves another block of numbers; it waits for the disk.
    func reserveMore() -> Result<Range<Int64>, OrderIDProblem> {
        guard let rule else { return .failure(OrderIDProblem("the venue takes no numbers")) }
        return Result { () throws(OrderIDProblem) in
            let block = Self.wide(try account.reserveNumbers(rule, at: wallClock()))
            blocks.withLock { $0.append(block) }
            return block
        }
    }

    /// Whose an open order is that this run did not send, and what becomes of it.
    func words(of order: ForeignOrder, at venue: Venue) -> String {
        let id = order.clientID.map { " (\($0))" } ?? ""
        return switch account.origin(of: order.clientID) {
        case .deadRun:
            "left by a run that is no more\(id): it stays, and the limits count it; to cancel it: runner "
                + "cancel-all \(venue.name)"
        case .livingRun:
            "of another run that trades this account now\(id): it stays, and the limits count it"
        case .thisRun, .stranger: "not of this run, it stays, and the limits count it"
        }
    }
}

extension RunOrders {
    /// What their client ids do.
    var inWords: String {
        let others = takenUp.isEmpty ? "" : ", or are " + takenUp.sorted().joined(separator: ", ")
        guard !numbers.isEmpty else { return "begin with \(idPrefix)\(others)" }
        return "are "
            + numbers.map { "\($0.lowerBound) to \($0.upperBound - 1)" }
            .joined(separator: " and ") + others
    }
}
