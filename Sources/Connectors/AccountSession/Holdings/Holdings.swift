internal import TradingModel

/// What the account holds, as far as the venue told.
struct Holdings {
    struct Holding {
        var total: Money
        var available: Money
        /// When a push last told it.
        var pushedAt = Timestamp.distantPast
        /// The venue's time of it; later news may arrive earlier.
        var venueTime = Timestamp.distantPast
        /// Whether pushes of one moment told different amounts: which is newer the list will tell.
        var isDoubtful = false
    }

    var balances: [Segment: [Currency: Holding]] = [:]
    /// What was reported last, where it is reckoned what orders bind.
    var reckoned: [Currency: Balance] = [:]
    /// When the last list of balances that came was asked for.
    var balancesAskedAt: [Segment: Timestamp] = [:]
    /// When the last execution was reported, where pushes tell of no balances.
    var executedAt: [Segment: Timestamp] = [:]
    /// By instrument, once the venue told.
    var positions: [InstrumentID: SignedQuantity] = [:]
    var positionPushedAt: [InstrumentID: Timestamp] = [:]
    /// The venue's time of what was pushed last; what is older came late.
    var positionTimes: [InstrumentID: Timestamp] = [:]
    /// Instruments of which pushes of one moment told different positions.
    var doubtfulPositions: Set<InstrumentID> = []
    /// What was reported to be bought and sold since a position was reported, which may contain it or not.
    var filledSince: [InstrumentID: [Side: Quantity]] = [:]
    var filledAt: [InstrumentID: Timestamp] = [:]
    /// When the last list of positions that came was asked for.
    var positionsAskedAt = Timestamp.distantPast
    /// Markets of the pages of positions that have come so far.
    var positionsReceived: Set<InstrumentID> = []
    /// Executions before this are all known.
    var dealsKnownUntil: [Segment: Timestamp] = [:]
}
