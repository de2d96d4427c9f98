internal import RunFigures
internal import TradingCore
public import TradingModel
internal import VenueSessions

/// What is said of the end while it is under way.
extension VenueTrading {
    /// Says which orders may be left; true: there are such, and somebody should ask for their end once
    /// more, past this session.
    public func isAskedAgain(at now: Timestamp) -> Bool {
        guard asksFirst, stage == .windingDown || stage == .verifying, let run else { return false }
        let state = run.engine.state
        let open = state.orders.open
        guard !open.isEmpty else {
            audience.log(
                .warn,
                "no order of this run is known to be open; waiting for \(run.venues)'s books",
                at: now)
            return false
        }
        let names = open.map { $0.inShort(state.instruments) }.joined(separator: ", ")
        audience.log(
            .warn,
            "asking \(run.venues) once more for the end of \(counted(open.count, "order")): \(names); "
                + "stopping it again leaves them", at: now)
        return true
    }

    /// Says what is done now, and for how long at most.
    func announceEnd(_ end: End, at now: Timestamp) {
        guard asksFirst, let run else { return }
        let open = run.engine.state.orders.openCount
        let seconds = (windDownPatience + Self.verifyPatience) / 1_000_000_000
        let what = open == 0 ? "" : "cancelling \(counted(open, "order")) and "
        let books = venueCount == 1 ? "its books" : "their books"
        audience.log(
            .info,
            "stopping (\(end.reason)): \(what)asking \(run.venues) for \(books), \(seconds) s at most; "
                + "Ctrl-C asks once more and names what is left, one more gives up", at: now)
    }
}

extension VenueRun {
    /// As symbols name them.
    fileprivate var venues: String { engine.state.accounts.venues.joined(separator: " and ") }
}

/// `1 order`, `2 orders`.
private func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)" + (count == 1 ? "" : "s")
}
