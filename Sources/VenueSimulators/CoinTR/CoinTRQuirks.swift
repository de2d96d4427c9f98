/// Where the venue is known, or feared, to differ from its documentation; all off by default.
///
/// Each has a name for `--fault`; those with a share happen by chance: `submitting=0.1`.
package struct CoinTRQuirks: Hashable, Sendable {
    /// The share of orders that wait in front of the book for some seconds, of which nothing is pushed.
    package var submitting = 0.0
    /// The share of signed requests refused with 5000, which never reached the venue.
    package var unavailable = 0.0
    /// The share of questions about orders that a copy answers which lags behind by some seconds.
    package var staleLists = 0.0
    /// Lists show an execution some seconds after it happened.
    package var lateExecutions = false
    /// The limit counts what came within the last second, instead of what a bucket holds.
    package var slidingLimits = false
    /// The pushes of one change come in any order.
    package var shuffledChannels = false
    /// Codes are numbers and texts at random, and their text is called now this and now that.
    package var randomCodes = false
    /// Names, words and times are as the tables have them; otherwise as in the samples, which differ
    /// from call to call.
    package var tidyWords = false
    /// A post-only order that would take is refused with 5050, instead of expiring.
    package var refusedPostOnly = false
    /// Answers to orders never say more than that they are accepted.
    package var earlyReplies = false
    /// The half minute of a signature is that of the venue's own clock, or the one before.
    package var serverBuckets = false
    /// The first step of a signature is used as raw bytes.
    package var rawKeys = false
    /// Replies have no `Date`.
    package var dateless = false
    /// The venue does not ping.
    package var unpinged = false
    /// Accounts begin in LONG_SHORT_MODE.
    package var longShort = false
    /// Positions pay and receive funding, of which no message tells.
    package var funding = false

    package init() {}
}

extension CoinTRQuirks: VenueQuirks {
    package static var switches: [(name: String, path: WritableKeyPath<Self, Bool>)] {
        [
            ("late-executions", \.lateExecutions), ("sliding-limits", \.slidingLimits),
            ("shuffle-channels", \.shuffledChannels), ("random-codes", \.randomCodes),
            ("tidy-words", \.tidyWords), ("refuse-post-only", \.refusedPostOnly),
            ("early-replies", \.earlyReplies), ("server-buckets", \.serverBuckets),
            ("raw-keys", \.rawKeys), ("no-date", \.dateless), ("no-pings", \.unpinged),
            ("long-short", \.longShort), ("funding", \.funding),
        ]
    }
    package static var chances: [(name: String, path: WritableKeyPath<Self, Double>)] {
        [
            ("submitting", \.submitting), ("unavailable", \.unavailable),
            ("stale-lists", \.staleLists),
        ]
    }
}
