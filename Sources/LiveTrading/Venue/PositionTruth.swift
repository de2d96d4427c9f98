package import TradingCore
package import TradingModel
package import VenueSessions

/// Compares the venue's position with the position from our fills.
///
/// The venue's word may come before the fills that it counts, or behind them: for a while the two
/// differ, and nothing is wrong. What still differs after the venue's patience did not come from our
/// orders: somebody traded by hand, or the venue closed the position. The venue is the truth then.
package struct PositionTruth {
    private struct Claim {
        var position: VenuePosition
        /// Since when it has been something else than ours; nil: it is the same.
        var differsSince: Timestamp?
    }

    private let patience: VenuePatience
    private var claims: [InstrumentID: Claim] = [:]

    package init(patience: VenuePatience = .usual) { self.patience = patience }

    /// What the venue said last, by instrument.
    package var positions: [VenuePosition] {
        claims.values.map(\.position).sorted { $0.instrument < $1.instrument }
    }

    /// Applies what the venue says.
    package mutating func apply(_ position: VenuePosition) {
        let old = claims[position.instrument]
        var next = Claim(position: position, differsSince: old?.differsSince)
        if let old, old.differsSince != nil, old.position.isForced {
            next.position.isForced = true  // until it has been settled
        }
        claims[position.instrument] = next
    }

    /// What the venue said before the strategy starts is what there is.
    package func beginnings(at now: Timestamp) -> [PositionCorrection] {
        claims.values.filter { $0.position.net != .zero }
            .sorted { $0.position.instrument < $1.position.instrument }
            .map { correction($0, reason: "held at the venue before the start", at: now) }
    }

    /// Forgets since when they differ: while the venue cannot be heard its word is old.
    package mutating func pause(_ isConcerned: (InstrumentID) -> Bool = { _ in true }) {
        for instrument in claims.keys where isConcerned(instrument) {
            claims[instrument]?.differsSince = nil
        }
    }

    /// Compares, and says what must be corrected now.
    ///
    /// - Parameter isDoubtful: whether an order's status is unknown: it may be the whole difference.
    package mutating func compare(
        _ positions: [Position], at now: Timestamp, isDoubtful: (InstrumentID) -> Bool
    ) -> [PositionCorrection] {
        var corrections: [PositionCorrection] = []
        for instrument in claims.keys.sorted() {
            guard var claim = claims[instrument] else { continue }
            defer { claims[instrument] = claim }
            guard positions[instrument.index].net != claim.position.net else {
                claim.differsSince = nil
                claim.position.isForced = false
                continue
            }
            let since = claim.differsSince ?? now
            claim.differsSince = since
            let patience = claim.position.isForced ? patience.forcedPosition : patience.position
            guard now >= since.advanced(byNanoseconds: patience), !isDoubtful(instrument) else {
                continue
            }
            corrections.append(
                correction(
                    claim,
                    reason: claim.position.isForced
                        ? "the venue changed it by itself"
                        : "the venue says so, and no order of this run explains it", at: now))
            claim.differsSince = nil
            claim.position.isForced = false
        }
        return corrections
    }

    private func correction(
        _ claim: Claim, reason: String, at now: Timestamp
    ) -> PositionCorrection {
        PositionCorrection(
            instrument: claim.position.instrument, net: claim.position.net,
            averagePrice: claim.position.averagePrice, reason: reason, receiveTime: now)
    }
}
