import LiveTrading
import TradingModel
import VenueSessions

/// A live run's client order ids, reserved so that no other run on the account gives one of them.
struct RunOrderIDs {
    /// How they begin, without the hyphen.
    let prefix: String
    private let account: AccountOrderIDs

    /// Reserves them: without that no order may leave.
    static func reserve(at venue: Venue, for keys: VenueKeys) throws(RunFailure) -> RunOrderIDs {
        do throws(OrderIDProblem) {
            let account = try AccountOrderIDs(
                venue: venue.name, keyID: keys.id, at: wallClock())
            guard let maker = ClientOrderIDMaker(session: account.session, rules: venue.clientIDs)
            else { throw OrderIDProblem("\(venue.title) leaves no room for them in its ids") }
            return RunOrderIDs(prefix: maker.prefix, account: account)
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
