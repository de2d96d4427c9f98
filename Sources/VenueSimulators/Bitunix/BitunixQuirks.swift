/// Where the venue is known, or feared, to differ from its documentation; all off by default, but that its
/// own words differ from the documented ones, which they are known to do.
///
/// Each has a name for `--fault`; those with a share happen by chance: `silent-cancels=0.1`.
package struct BitunixQuirks: Hashable, Sendable {
    /// The share of cancels that are answered as taken, and forgotten.
    package var silentCancels = 0.0
    /// The share of signed requests answered with code 10001 before anything is done.
    package var networkError = 0.0
    /// The share of pushes about the account that never leave.
    package var lostUpdates = 0.0
    /// The share of questions about orders that a copy answers which lags behind by some seconds.
    package var staleLists = 0.0
    /// Lists show an execution some seconds after it happened.
    package var lateExecutions = false
    /// A cancel that was taken has its effect half a second later.
    package var slowCancels = false
    /// The limits count what came within the last second, instead of what a bucket holds.
    package var slidingLimits = false
    /// Words are written as documented: `BUY` in pushes of orders, `LONG` in lists of positions.
    package var documentedWords = false
    /// A new order is told as `INIT` before it is `NEW`.
    package var preparedOrders = false
    /// Pushes about the account have a list of one as data, as the documentation once said.
    package var listedPushes = false
    /// The futures account is answered as a list of one, as the documentation's sample.
    package var listedAccount = false
    /// Pushes about the account come only where their channel was subscribed.
    package var subscribedPushes = false
    /// The pushes of one change come in any order.
    package var shuffledChannels = false
    /// A nonce may be used once.
    package var uniqueNonces = false
    /// JSON pings stay unanswered.
    package var unansweredPings = false
    /// The account keeps long and short positions apart.
    package var hedgeMode = false

    package init() {}
}

extension BitunixQuirks: VenueQuirks {
    package static var switches: [(name: String, path: WritableKeyPath<Self, Bool>)] {
        [
            ("late-executions", \.lateExecutions), ("slow-cancels", \.slowCancels),
            ("sliding-limits", \.slidingLimits), ("documented-words", \.documentedWords),
            ("prepared-orders", \.preparedOrders), ("listed-pushes", \.listedPushes),
            ("listed-account", \.listedAccount), ("subscribed-pushes", \.subscribedPushes),
            ("shuffle-channels", \.shuffledChannels), ("unique-nonces", \.uniqueNonces),
            ("no-pong", \.unansweredPings), ("hedge-mode", \.hedgeMode),
        ]
    }
    package static var chances: [(name: String, path: WritableKeyPath<Self, Double>)] {
        [
            ("silent-cancels", \.silentCancels), ("network-error", \.networkError),
            ("lost-updates", \.lostUpdates), ("stale-lists", \.staleLists),
        ]
    }
}
