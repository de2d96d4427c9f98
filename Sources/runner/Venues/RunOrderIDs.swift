import LiveTrading
import TradingModel
import VenueSessions

/// A live run's client order ids, reserved so that no other run on the account gives one of them.
struct RunOrderIDs {
    /// How they begin, without the hyphen; at a venue that wants numbers this is seen here alone.
    let prefix: String
    /// Those that go to a venue that wants numbers.
    let numbers: Range<Int64>?
    private let account: AccountOrderIDs

    /// What tells them from others'.
    var orders: RunOrders { RunOrders(idPrefix: prefix + "-", numbers: numbers) }

    /// Reserves them: without that no order may leave.
    static func reserve(at venue: Venue, for keys: VenueKeys) throws(RunFailure) -> RunOrderIDs {
        do throws(OrderIDProblem) {
            let now = wallClock()
            let account = try AccountOrderIDs(venue: venue.name, keyID: keys.id, at: now)
            switch venue.clientIDs {
            case .text(let rules):
                guard let maker = ClientOrderIDMaker(session: account.session, rules: rules) else {
                    throw OrderIDProblem("\(venue.title) leaves no room for them in its ids")
                }
                return RunOrderIDs(prefix: maker.prefix, numbers: nil, account: account)
            case .numbers(let rule):
                let block = try account.reserveNumbers(rule, at: now)
                return RunOrderIDs(
                    prefix: ClientOrderIDMaker.prefix(of: account.session),
                    numbers: Int64(block.lowerBound)..<Int64(block.upperBound), account: account)
            }
        } catch {
            throw RunFailure(
                .failed,
                "client order ids cannot be reserved, so nothing was traded: \(error). Without it two "
                    + "orders could have one id; MOONRUNNER_HOME names another folder")
        }
    }

    /// Whose an open order is that this run did not send, and what becomes of it.
    func words(of order: ForeignOrder, at venue: Venue) -> String {
        let id = order.clientID.map { " (\($0))" } ?? ""
        return switch account.origin(of: order.clientID) {
        case .deadRun:
            "left by a run that is no more\(id): it stays, and no limit counts it; to cancel it: runner "
                + "cancel-all \(venue.name)"
        case .livingRun:
            "of another run that trades this account now\(id): it stays, and no limit counts it"
        case .thisRun, .stranger: "not of this run, it stays, and no limit counts it"
        }
    }
}

extension RunOrders {
    /// What their client ids do.
    var inWords: String {
        guard let numbers else { return "begin with \(idPrefix)" }
        return "are \(numbers.lowerBound) to \(numbers.upperBound - 1)"
    }
}
