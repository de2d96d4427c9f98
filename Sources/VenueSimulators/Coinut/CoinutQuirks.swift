/// Where the venue is known, or feared, to differ from its documentation; all off by default.
///
/// Each has a name for `--fault`; those with a share happen by chance: `lost-updates=0.01`.
package struct CoinutQuirks: Hashable, Sendable {
    /// The share of book updates that never leave: only the totals of later ones betray it.
    package var lostUpdates = 0.0
    /// The share of orders refused with `TRADE_DISABLED`.
    package var tradeDisabled = 0.0
    /// The share of batches of orders in whose middle the connection is cut.
    package var cutBatches = 0.0
    /// The share of questions about orders that a copy answers which lags behind by some seconds.
    package var staleLists = 0.0
    /// The trade history shows an execution some seconds after it happened.
    package var lateExecutions = false
    /// Updates of a book, and trades, come before their snapshot though they are behind it.
    package var earlyUpdates = false
    /// Book snapshots have no `trans_id`, as the documentation's sample.
    package var snapshotsWithoutIDs = false
    /// Bids come with the worst first, as in the documentation's sample.
    package var ascendingBids = false
    /// The last ask of a whole book is an absurd one, as in a captured book.
    package var absurdAsks = false
    /// The day's figures are old: the best bid stands above `high24`, as in a capture.
    package var staleFigures = false
    /// Trade pushes have no `qty` and `timestamp` 0, as the documentation's sample.
    package var bareTrades = false
    /// `NOT_ENOUGH_LIQUIDTY`, as the documentation's list spells it.
    package var misspeltLiquidity = false
    /// An accepted order tells its price as `price`, as in batches, instead of `order_price`.
    package var plainPrices = false
    /// `order_accepted` comes so late that fills of the order may overtake it.
    package var lateAcceptances = false
    /// Balances leave out what open orders bind.
    package var availableBalances = false
    /// `hb` stays unanswered.
    package var unansweredHeartbeats = false

    package init() {}
}

extension CoinutQuirks: VenueQuirks {
    package static var switches: [(name: String, path: WritableKeyPath<Self, Bool>)] {
        [
            ("late-executions", \.lateExecutions), ("early-updates", \.earlyUpdates),
            ("no-snapshot-ids", \.snapshotsWithoutIDs), ("ascending-bids", \.ascendingBids),
            ("absurd-asks", \.absurdAsks), ("stale-figures", \.staleFigures),
            ("bare-trades", \.bareTrades), ("misspelt-liquidity", \.misspeltLiquidity),
            ("plain-prices", \.plainPrices), ("late-acceptances", \.lateAcceptances),
            ("available-balances", \.availableBalances), ("no-heartbeats", \.unansweredHeartbeats),
        ]
    }
    package static var chances: [(name: String, path: WritableKeyPath<Self, Double>)] {
        [
            ("lost-updates", \.lostUpdates), ("trade-disabled", \.tradeDisabled),
            ("cut-batches", \.cutBatches), ("stale-lists", \.staleLists),
        ]
    }
}
