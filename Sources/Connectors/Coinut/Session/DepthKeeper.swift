package import TradingModel

/// Keeps the order book of one instrument from a snapshot and the changes around it.
///
/// Changes may come before the snapshot, twice, and in another order than they were made in. Each says
/// what stands at its price now, and the venue's count of transactions says which of two is newer. That
/// count has gaps and cannot show a loss; the totals that come with changes can.
package struct DepthKeeper {
    /// What changed in the book as it is told to others; a quantity of zero deletes.
    package struct Change: Hashable {
        package let side: Side
        package let price: Price
        package let quantity: Quantity
    }

    /// Why the book should be asked for anew.
    package enum Doubt: Hashable {
        /// The last snapshot did not say how new it is: changes around it may be lost.
        case unconfirmed
        /// The sum over a side is not the venue's total, in attos: a change was lost.
        case total(Side, ours: Int128, venue: Int128)
        /// The best bid is not below the best ask: the change that removes one of them was lost.
        case crossed(bid: Price, ask: Price)
    }

    /// What a snapshot did.
    package enum Outcome: Hashable {
        /// The book is another now, or there is one for the first time.
        case changed
        case unchanged
        /// It is older than what is known: nothing came of it.
        case outdated
    }

    /// How long a sum may differ or a book be crossed while the change that mends it is on its way.
    private static let patience: Int64 = 1_000_000_000
    /// When a snapshot that does not say how new it is should be confirmed.
    private static let confirmation: Int64 = 2_000_000_000

    private var bids: KeptSide
    private var asks: KeptSide
    /// Whether a snapshot came: before it the changes wait.
    package private(set) var isWhole = false
    private let checksTotals: Bool
    private var confirmAt: Timestamp?
    private var crossedSince: Timestamp?

    /// A keeper for what was asked for with these.
    ///
    /// Where levels are cut off or added up, the venue's totals say nothing about those that are there.
    package init(depth: BookDepth? = nil, decimals: Int? = nil) {
        bids = KeptSide(.buy, depth: depth?.rawValue)
        asks = KeptSide(.sell, depth: depth?.rawValue)
        checksTotals = depth == nil && decimals == nil
    }

    /// Best first.
    package func levels(_ side: Side) -> [CountedLevel] {
        (side == .buy ? bids : asks).levels.map(\.level)
    }

    /// The best of a side; nil: nothing is there, or no snapshot came.
    package func best(_ side: Side) -> CountedLevel? {
        isWhole ? (side == .buy ? bids : asks).levels.first?.level : nil
    }

    /// Applies a change, and answers what it did to a whole book.
    package mutating func apply(
        _ change: LevelChange, at now: Timestamp, into changes: inout [Change]
    ) {
        if change.side == .buy {
            bids.apply(change, isWhole: isWhole, into: &changes)
        } else {
            asks.apply(change, isWhole: isWhole, into: &changes)
        }
        check(at: now)
    }

    /// Applies a whole book, under the changes that are newer than it.
    package mutating func apply(_ snapshot: BookSnapshot, at now: Timestamp) -> Outcome {
        if let transaction = snapshot.transaction,
            bids.isOutdated(transaction) || asks.isOutdated(transaction)
        {
            return .outdated
        }
        let before = (bids: levels(.buy), asks: levels(.sell))
        bids.apply(snapshot.bids, total: snapshot.totalBuy?.attos, at: snapshot.transaction)
        asks.apply(snapshot.asks, total: snapshot.totalSell?.attos, at: snapshot.transaction)
        let isConfirmation = confirmAt.map { $0 <= now } ?? false
        let isSure = snapshot.transaction != nil || isConfirmation
        confirmAt = isSure ? nil : now.advanced(byNanoseconds: Self.confirmation)
        let isSame = isWhole && before == (bids: levels(.buy), asks: levels(.sell))
        isWhole = true
        // What was in doubt before is answered; what is in doubt now begins anew.
        bids.differsSince = nil
        asks.differsSince = nil
        crossedSince = nil
        check(at: now)
        return isSame ? .unchanged : .changed
    }

    private mutating func check(at now: Timestamp) {
        guard isWhole else { return }
        if checksTotals {
            bids.check(at: now)
            asks.check(at: now)
        }
        crossedSince = crossing == nil ? nil : crossedSince ?? now
    }

    private var crossing: (bid: Price, ask: Price)? {
        guard let bid = bids.levels.first?.level.price, let ask = asks.levels.first?.level.price,
            bid >= ask
        else { return nil }
        return (bid, ask)
    }

    /// What is wrong with the book, and has been for too long.
    package func doubt(at now: Timestamp) -> Doubt? {
        for side in [bids, asks] {
            if let since = side.differsSince, Self.end(since) <= now, let total = side.total {
                return .total(side.side, ours: side.sum, venue: total)
            }
        }
        if let since = crossedSince, Self.end(since) <= now, let crossing {
            return .crossed(bid: crossing.bid, ask: crossing.ask)
        }
        if let confirmAt, confirmAt <= now { return .unconfirmed }
        return nil
    }

    /// When to look for a doubt, if nothing comes before; nil: there is none to be expected.
    package var nextLook: Timestamp? {
        [
            bids.differsSince.map(Self.end), asks.differsSince.map(Self.end),
            crossedSince.map(Self.end), confirmAt,
        ].compactMap { $0 }.min()
    }

    private static func end(_ since: Timestamp) -> Timestamp {
        since.advanced(byNanoseconds: patience)
    }
}
