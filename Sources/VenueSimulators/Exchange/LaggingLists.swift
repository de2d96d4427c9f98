internal import TradingModel

/// What a venue's lists of orders show: the books, or a copy of them that lags behind.
struct OrderLists {
    /// The oldest first, as all of them.
    var open: [OrderView] = []
    var stops: [ExchangeStop] = []
    var finished: ArraySlice<OrderView> = []
    var finishedStops: ArraySlice<ExchangeStop> = []

    init() {}

    init(_ account: ExchangeAccount) {
        open = account.open.map(\.view)
        stops = account.stops
        finished = account.finished[...]
        finishedStops = account.finishedStops[...]
    }
}

/// A copy of an account's lists that lags behind.
///
/// Real venues answer questions from such copies, and their book goes on meanwhile.
struct LaggingLists {
    /// How far it lags behind, in nanoseconds.
    static let lag: Int64 = 6_000_000_000
    /// How late lists show an execution, where they are late, in nanoseconds.
    static let executionLag: Int64 = 3_000_000_000

    private var past: [(time: Timestamp, lists: OrderLists)] = []

    /// Remembers how the lists are, and forgets what is older than anybody is shown.
    mutating func record(_ lists: OrderLists, at time: Timestamp) {
        past.append((time, lists))
        let shown = past.lastIndex { $0.time.advanced(byNanoseconds: Self.lag) <= time }
        if let shown { past.removeFirst(shown) }
    }

    /// The lists as they were; before there was a copy they are empty.
    func lists(at time: Timestamp) -> OrderLists {
        past.last { $0.time.advanced(byNanoseconds: Self.lag) <= time }?.lists ?? OrderLists()
    }
}

extension ExchangeAccount {
    /// What a question for the account's orders meets.
    func lists(areStale: Bool) -> OrderLists {
        areStale ? replica.lists(at: now) : OrderLists(self)
    }

    func recordLists(at time: Timestamp) { replica.record(OrderLists(self), at: time) }
}

extension ExchangeExecution {
    /// Whether lists show it by now.
    func isListed(at now: Timestamp, areLate: Bool) -> Bool {
        !areLate || time.advanced(byNanoseconds: LaggingLists.executionLag) <= now
    }
}
