/// Where the venue is known, or feared, to differ from its documentation; all off by default.
///
/// Each has a name for `--fault`; those with a share happen by chance: `lost-updates=0.1`.
package struct CoinpitQuirks: Hashable, Sendable {
    /// The share of events about the account that never leave.
    package var lostUpdates = 0.0
    /// The share of changes of a book that never leave.
    package var lostDiffs = 0.0
    /// The share of questions about orders that a copy answers which lags behind by some seconds.
    package var staleLists = 0.0
    /// The share of signed requests whose nonce is called stale.
    package var staleClock = 0.0
    /// Lists show an execution some seconds after it happened.
    package var lateExecutions = false
    /// The limit counts what came within the last second, instead of what a bucket holds.
    package var slidingLimits = false
    /// Nothing tells the end of an order: neither `order_closed` nor `order_cancelled`.
    package var silentEnds = false
    /// Answers to changes of orders are wrapped as events are.
    package var wrappedReplies = false
    /// The account lacks what is zero, and an account without orders has a list for them.
    package var sparseAccount = false
    /// Events of books and bands are of one contract, and not by its name.
    package var flatBooks = false
    /// A stop stands some ticks nearer to its entry than its distance says.
    package var nearStops = false
    /// Closed orders are paged towards the newer ones.
    package var newerPages = false
    /// A plain body is not taken where a wrapped one is signed.
    package var wrappedOnly = false
    /// Pings stay unanswered.
    package var unansweredPings = false

    package init() {}
}

extension CoinpitQuirks: VenueQuirks {
    package static var switches: [(name: String, path: WritableKeyPath<Self, Bool>)] {
        [
            ("late-executions", \.lateExecutions), ("sliding-limits", \.slidingLimits),
            ("silent-ends", \.silentEnds), ("wrapped-replies", \.wrappedReplies),
            ("sparse-account", \.sparseAccount), ("flat-books", \.flatBooks),
            ("near-stops", \.nearStops), ("newer-pages", \.newerPages),
            ("wrapped-only", \.wrappedOnly), ("no-pong", \.unansweredPings),
        ]
    }
    package static var chances: [(name: String, path: WritableKeyPath<Self, Double>)] {
        [
            ("lost-updates", \.lostUpdates), ("lost-diffs", \.lostDiffs),
            ("stale-lists", \.staleLists), ("stale-clock", \.staleClock),
        ]
    }
}
