public import TradingModel

/// Which orders pass.
///
///     active ⇄ reducing → halted
///        └───────────────────┘
///
/// A rule that reduces is left as soon as its cause has gone. What is halted stays so for the run, but
/// for a pause, which whoever made it takes back.
public enum TradingPermission: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Those that pass the limits.
    case active
    /// Of these only orders that reduce a position.
    case reducing
    case halted

    private var rank: Int {
        switch self {
        case .active: 0
        case .reducing: 1
        case .halted: 2
        }
    }
    /// What lets fewer pass is larger.
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

extension TradingPermission {
    /// What is said when it begins, of one symbol or (nil) of all.
    public func inWords(of symbol: Symbol?, _ reason: String) -> String {
        let whose = symbol.map { " of \($0)" } ?? ""
        switch self {
        case .active: return "all orders\(whose) within the limits pass again: \(reason)"
        case .reducing: return "only orders\(whose) that reduce pass: \(reason)"
        case .halted: return "trading stopped: \(reason)"
        }
    }
}

/// What lets only orders pass that reduce: kept only where such a limit is set.
struct Caution: Sendable {
    let maxRejects: Int?
    /// Refusals by the venue in a row, by account.
    var rejects: [Int]
    /// By instrument: nanoseconds; nil: its data may be of any age.
    let maxAges: [Int64?]
    /// By instrument: whether a crossed book matters.
    let mindsCrossed: [Bool]
    /// By instrument, and by account: whether it was told that only orders that reduce pass.
    var isReported: [Bool]
    var areRejectsReported: [Bool]

    /// Nil: none of the limits is set.
    init?(_ limits: RunLimits, _ state: TradingState, after old: Caution?) {
        let instruments = state.instruments
        let own = instruments.map { limits.limits(of: $0.symbol) }
        let none = Array(repeating: false, count: state.accounts.count)
        rejects = none.map { _ in 0 }
        maxRejects = limits.general.maxConsecutiveRejects
        maxAges = own.map(\.maxDataAge)
        mindsCrossed = own.map { $0.noCrossedBook == true }
        isReported = old?.isReported ?? instruments.map { _ in false }
        areRejectsReported = old?.areRejectsReported ?? none
        let isSet = maxRejects != nil || watchesData
        guard isSet || isReporting else { return nil }
    }

    var watchesData: Bool { maxAges.contains { $0 != nil } || mindsCrossed.contains(true) }

    /// Whether the last that was told is that only orders pass that reduce.
    var isReporting: Bool { areRejectsReported.contains(true) || isReported.contains(true) }

    mutating func count(_ event: OrderEvent, on account: Int) {
        switch event {
        case .rejected: rejects[account] += 1
        case .accepted, .fill: rejects[account] = 0
        default: break
        }
    }
}

extension TradingState {
    /// Which orders of an instrument pass now.
    public func permission(of instrument: InstrumentID) -> TradingPermission {
        guard isTrading, pause == nil else { return .halted }
        return cautionReason(of: instrument) == nil ? .active : .reducing
    }

    /// The narrowest of all instruments.
    public var permission: TradingPermission {
        instruments.map { permission(of: $0.id) }.max() ?? .active
    }

    /// Why only orders of an instrument pass that reduce, or none; nil: neither.
    public func permissionReason(of instrument: InstrumentID) -> RiskRefusal? {
        guard isTrading else {
            return haltedBy
                ?? RiskRefusal(rule: .notTrading, detail: "trading has been stopped for this run")
        }
        if let pause { return RiskRefusal(rule: .paused, detail: pause) }
        return cautionReason(of: instrument)
    }

    func cautionReason(of instrument: InstrumentID) -> RiskRefusal? {
        guard caution != nil else { return nil }
        return rejectsReason(on: accounts[instrument]) ?? dataReason(of: instrument)
    }

    /// The venue of an account has refused too many orders in a row.
    func rejectsReason(on account: Int) -> RiskRefusal? {
        guard let caution, let limit = caution.maxRejects, caution.rejects[account] >= limit else {
            return nil
        }
        return RiskRefusal(
            rule: .maxConsecutiveRejects,
            detail:
                "the venue has refused \(counted(caution.rejects[account], "order")) in a row, the "
                + "limit is \(limit)")
    }

    /// What is known of the market is too old, or cannot be.
    func dataReason(of instrument: InstrumentID) -> RiskRefusal? {
        guard let caution else { return nil }
        if let limit = caution.maxAges[instrument.index],
            let text = staleness(of: instrument, beyond: limit)
        {
            return RiskRefusal(rule: .maxDataAge, detail: text)
        }
        guard caution.mindsCrossed[instrument.index] else { return nil }
        let top = top(instrument)
        guard let bid = top.bid?.price, let ask = top.ask?.price, bid >= ask else { return nil }
        return RiskRefusal(
            rule: .noCrossedBook,
            detail: "the book is crossed: \(bid) is bid and \(ask) asked")
    }

    private func staleness(of instrument: InstrumentID, beyond limit: Int64) -> String? {
        guard let (what, age) = dataAge(of: instrument) else {
            return "nothing has come of the market yet"
        }
        guard age > limit else { return nil }
        return "the \(what) is \(inSeconds(age)) old, the limit is \(inSeconds(limit))"
    }

    /// What was told last of a market that orders are judged by, and how old it is, in nanoseconds; nil:
    /// nothing was.
    func dataAge(of instrument: InstrumentID) -> (what: String, age: Int64)? {
        let marks = marks(instrument)
        let book = books[instrument.index]?.receiveTime
        let time = book ?? marks.quoted?.receiveTime ?? marks.receiveTime
        let what = book != nil ? "book" : marks.quoted != nil ? "quote" : "last trade"
        return time.map { (what, now.nanoseconds - $0.nanoseconds) }
    }
}

extension RiskRefusal.Rule {
    /// Whether it lets only orders pass that reduce.
    var isCaution: Bool {
        switch self {
        case .maxConsecutiveRejects, .maxDataAge, .noCrossedBook: true
        default: false
        }
    }
}
