internal import PlainJSON
internal import TradingModel

/// What the venue's lists of orders show: the books, or a copy of them that lags behind.
struct CoinExLists {
    struct Row {
        let id: Int64
        let market: CoinExMarket
        let side: Side
        let clientID: String
        let status: String
        let json: JSON
    }

    /// The oldest first, as all of them.
    var open: [Row]
    var stops: [Row]
    var finished: ArraySlice<CoinExOrder>
    var finishedStops: ArraySlice<CoinExStop>

    init(_ account: CoinExAccount, _ quirks: CoinExQuirks) {
        open = account.open.map { order in
            Row(
                id: order.id, market: order.market, side: order.side,
                clientID: order.terms.clientID, status: order.status, json: order.row(quirks))
        }
        stops = account.stops.map { stop in
            Row(
                id: stop.id, market: stop.terms.market, side: stop.terms.side,
                clientID: stop.terms.clientID, status: "", json: stop.row)
        }
        finished = account.finished[...]
        finishedStops = account.finishedStops[...]
    }
}

/// A copy of an account's lists that lags behind.
///
/// Real venues answer questions from such copies, and their book goes on meanwhile.
struct CoinExReplica {
    /// How far it lags behind, in nanoseconds.
    static let lag: Int64 = 6_000_000_000

    private var past: [(time: Timestamp, lists: CoinExLists)] = []

    /// Remembers how the lists are, and forgets what is older than anybody is shown.
    mutating func note(_ lists: CoinExLists, at time: Timestamp) {
        past.append((time, lists))
        let shown = past.lastIndex { $0.time.advanced(byNanoseconds: Self.lag) <= time }
        if let shown { past.removeFirst(shown) }
    }

    /// The lists as they were; nil: there was nothing yet.
    func lists(at time: Timestamp) -> CoinExLists? {
        past.last { $0.time.advanced(byNanoseconds: Self.lag) <= time }?.lists
    }
}

extension CoinExSimulator {
    /// The lists that a question for an account's orders meets.
    func lists(of account: CoinExAccount) -> CoinExLists {
        let isStale = settings.quirks.staleLists > 0 && draw() < settings.quirks.staleLists
        let now = CoinExLists(account, settings.quirks)
        guard isStale else { return now }
        guard let past = account.replica.lists(at: self.now) else {
            var nothing = now
            nothing.open = []
            nothing.stops = []
            nothing.finished = []
            nothing.finishedStops = []
            return nothing
        }
        return past
    }

    func noteLists() {
        guard settings.quirks.staleLists > 0 else { return }
        for account in accounts {
            account.replica.note(CoinExLists(account, settings.quirks), at: now)
        }
    }

    /// Whether lists show what was executed at a time.
    func isListed(_ time: Timestamp) -> Bool {
        !settings.quirks.lateExecutions
            || time.advanced(byNanoseconds: Self.executionLag) <= now
    }

    private static var executionLag: Int64 { 3_000_000_000 }
}
