internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// One venue of a run: what its session has told, and what it is to do next.
final class VenueLine {
    /// As symbols name it; nil: it is the only one, and need not be named.
    private let name: String?
    /// Open orders of others, and when the venue is asked for all of the account again.
    var rounds: AccountRounds
    /// With the venue's rules, once the session knows them; in the run's numbers.
    var instruments: [Instrument]?
    /// How the connection stands, to be told to the strategy when it starts; nil: nothing has connected yet.
    var heldStatus: EngineInput?
    var isConnected = false
    /// Whether the books are fetched that were asked for last.
    var hasAgreed = false
    private let numbers: InstrumentNumbers
    private var requests: [SessionInput] = []
    /// What the session was asked for, by the run's instruments.
    private var subscribed: [InstrumentID: FeedSet] = [:]
    /// What keeps it from connecting, and how long that is tolerated.
    private var trouble: VenueProblem?
    private(set) var connectDeadline = Timestamp.distantFuture

    init(name: String?, numbers: InstrumentNumbers, reconcilePeriod: Int64?) {
        self.name = name
        self.numbers = numbers
        rounds = AccountRounds(period: reconcilePeriod)
    }

    /// A line for each venue of these symbols; where none are given one that has all there are.
    static func all(of symbols: [Symbol], reconcilePeriod: Int64?) -> [VenueLine] {
        let accounts = RunAccounts(of: symbols, isShared: false)
        return (0..<accounts.count).map { place in
            VenueLine(
                name: accounts.count > 1 ? accounts.venues[place] : nil,
                numbers: InstrumentNumbers(accounts.instruments(of: place), account: place),
                reconcilePeriod: reconcilePeriod)
        }
    }

    // MARK: - What it is to do

    func add(_ request: SessionInput) { requests.append(numbers.inSession(request)) }

    /// Each is handed out once, in order.
    func drainRequests() -> [SessionInput] {
        guard !requests.isEmpty else { return [] }
        defer { requests.removeAll(keepingCapacity: true) }
        return requests
    }

    /// Asks for the feeds that the strategy needs; those of a version before it go on, for it may
    /// come back.
    func subscribe(_ wanted: [FeedSet]) {
        var feeds: [InstrumentID: FeedSet] = [:]
        for instrument in instruments ?? [] {
            feeds[instrument.id] = wanted[instrument.id.index].union(
                subscribed[instrument.id] ?? [])
        }
        guard feeds != subscribed else { return }
        subscribed = feeds
        add(.subscribe(feeds))
    }

    // MARK: - What it has told

    func inRun(_ action: SessionAction) -> SessionAction { numbers.inRun(action) }

    /// With the venue's name, where there are several.
    func named(_ text: String) -> String { name.map { "\($0): \(text)" } ?? text }

    func connected(_ status: EngineInput) {
        heldStatus = status
        isConnected = true
        connectDeadline = .distantFuture
    }

    /// Waits for what may mend itself, for a while only.
    func tolerate(_ problem: VenueProblem, until deadline: Timestamp) {
        trouble = problem
        connectDeadline = min(connectDeadline, deadline)
    }

    /// What it was not connected for in time; nil: it is connected, or has time yet.
    func failure(at now: Timestamp) -> VenueProblem? {
        guard now >= connectDeadline, var trouble else { return nil }
        trouble.retryAt = nil  // nobody tries it any more
        return trouble
    }

    /// What is tried has no end any more.
    func forgetDeadline() { connectDeadline = .distantFuture }

    /// Asks for all of the account anew, for the last time.
    func askForBooks() {
        hasAgreed = false
        rounds.forget()
        add(.reconcile)
    }
}
