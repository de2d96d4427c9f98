public import TradingModel

/// Where a venue may show an order that it has, or had.
public enum OrderList: Hashable, Sendable {
    /// Those that stand in the book.
    case open
    /// Those that have ended.
    case finished
    /// The question for one order by the venue's id.
    case byID
}

/// When an order that a venue does not show is gone.
///
/// One look proves nothing: lists and questions are answered by copies that may lag behind the book by
/// many seconds, while the order stands there and fills.
public struct AbsenceRule: Hashable, Sendable {
    /// All of these have not shown it: that is one look.
    public var lists: Set<OrderList>
    /// So many looks in a row.
    public var looks: Int
    /// From the first to the last of them, in nanoseconds.
    public var over: Int64
    /// The last look begins no sooner than this after the last sign of the order, in nanoseconds.
    public var notBefore: Int64

    public init(lists: Set<OrderList>, looks: Int, over: Int64, notBefore: Int64) {
        self.lists = lists
        self.looks = looks
        self.over = over
        self.notBefore = notBefore
    }
}

/// The looks that have missed one order since the last sign of it.
public struct Absence: Hashable, Sendable {
    /// When a sign of it came last.
    public private(set) var lastSign: Timestamp
    private var looks = 0
    private var firstLook = Timestamp.distantPast
    /// The lists of the look under way that do not show it, and when the first of them was asked.
    private var missing: Set<OrderList> = []
    private var askedAt = Timestamp.distantFuture

    public init(lastSign: Timestamp) { self.lastSign = lastSign }

    /// When the next look is worth its requests.
    public func nextLook(after now: Timestamp, _ rule: AbsenceRule) -> Timestamp {
        let step = rule.over / Int64(max(1, rule.looks - 1))
        guard looks + 1 >= rule.looks else { return now.advanced(byNanoseconds: step) }
        // The one that can be the last.
        return max(
            now.advanced(byNanoseconds: Self.pause),
            lastSign.advanced(byNanoseconds: rule.notBefore),
            firstLook.advanced(byNanoseconds: rule.over))
    }

    /// Between two looks, in nanoseconds.
    private static let pause: Int64 = 1_000_000_000

    /// The order was heard of.
    public mutating func sign(at now: Timestamp) { self = Absence(lastSign: max(lastSign, now)) }

    /// A list does not show it.
    ///
    /// - Returns: whether the order is gone by this rule.
    public mutating func miss(
        _ list: OrderList, askedAt time: Timestamp, _ rule: AbsenceRule
    ) -> Bool {
        guard time > lastSign else { return false }  // an answer from before
        missing.insert(list)
        askedAt = min(askedAt, time)
        guard rule.lists.isSubset(of: missing) else { return false }
        let look = askedAt
        missing = []
        askedAt = .distantFuture
        if looks == 0 { firstLook = look }
        looks += 1
        return looks >= rule.looks && look >= firstLook.advanced(byNanoseconds: rule.over)
            && look >= lastSign.advanced(byNanoseconds: rule.notBefore)
    }
}
