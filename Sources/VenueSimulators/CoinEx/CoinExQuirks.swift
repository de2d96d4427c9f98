/// Where the venue is known, or feared, to differ from its documentation; all off by default.
///
/// Each has a name for `--fault`; those with a share happen by chance: `wrong-checksum=0.01`.
package struct CoinExQuirks: Hashable, Sendable {
    /// The share of depth pushes whose checksum is wrong.
    package var wrongChecksum = 0.0
    /// The share of public pushes stamped a minute too early.
    package var staleTimestamps = 0.0
    /// The share of trading requests refused with 3008, as under load.
    package var busy = 0.0
    /// The share of signed requests refused with 4001.
    package var unavailable = 0.0
    /// The share of questions about orders that a copy answers which lags behind by some seconds.
    package var staleLists = 0.0
    /// Lists show an execution some seconds after it happened.
    package var lateExecutions = false
    /// The limits count what came within the last second, instead of what a bucket holds.
    package var slidingLimits = false
    /// Checksums are signed numbers, as the documentation says.
    package var signedChecksum = false
    /// Checksums are texts, as the documentation lists them.
    package var textChecksum = false
    /// Full books hold a level of size zero, as a documentation sample does.
    package var zeroLevels = false
    /// Candles tell volume and value in each other's place, as the venue did in 2024.
    package var swappedKlines = false
    /// Items of a spot batch are wrapped on success, as documented; live ones were bare in 2024.
    package var wrappedBatchItems = false
    /// A modified order gets a new id.
    package var newIDOnModify = false
    /// Spot orders tell `last_fill_amount` instead of `last_filled_amount`.
    package var shortFillNames = false
    /// Finished orders have `updated_at` 0.
    package var zeroUpdatedAt = false
    /// Frames are text instead of gzip.
    package var textFrames = false
    /// `server.ping` stays unanswered.
    package var unansweredPings = false
    /// Acknowledgements come after the first push.
    package var lateAcknowledgements = false
    /// The pushes of one change come in any order.
    package var shuffledChannels = false

    package init() {}
}

extension CoinExQuirks: VenueQuirks {
    package static var switches: [(name: String, path: WritableKeyPath<Self, Bool>)] {
        [
            ("signed-checksum", \.signedChecksum), ("text-checksum", \.textChecksum),
            ("zero-levels", \.zeroLevels), ("swapped-klines", \.swappedKlines),
            ("wrapped-batch-items", \.wrappedBatchItems), ("modify-new-id", \.newIDOnModify),
            ("short-fill-names", \.shortFillNames), ("zero-updated-at", \.zeroUpdatedAt),
            ("text-frames", \.textFrames), ("no-pong", \.unansweredPings),
            ("push-before-ack", \.lateAcknowledgements), ("shuffle-channels", \.shuffledChannels),
            ("late-executions", \.lateExecutions), ("sliding-limits", \.slidingLimits),
        ]
    }
    package static var chances: [(name: String, path: WritableKeyPath<Self, Double>)] {
        [
            ("wrong-checksum", \.wrongChecksum), ("stale-timestamps", \.staleTimestamps),
            ("busy", \.busy), ("unavailable", \.unavailable), ("stale-lists", \.staleLists),
        ]
    }
}
