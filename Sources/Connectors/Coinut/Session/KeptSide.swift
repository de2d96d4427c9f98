internal import TradingModel

/// One side of a kept book: its levels, each with the transaction that it is from.
struct KeptSide {
    struct Level: Hashable {
        var level: CountedLevel
        /// Nil: from a snapshot that did not say how new it is.
        var transaction: TransactionNumber?
    }

    /// More than any book has: what comes beyond is let go, the worst first.
    private static let mostLevels = 20_000
    /// So many deleted prices are remembered at most, and half of them at least: a change that comes
    /// that late is not believed.
    private static let mostGone = 2_000
    /// The venue rounds at the eighth decimal.
    private static let rounding: Int128 = 10_000_000_000

    let side: Side
    private let depth: Int?
    /// Best first.
    private(set) var levels: [Level] = []
    /// Prices at which nothing is, with the transaction that emptied them.
    private var gone: [Price: TransactionNumber] = [:]
    /// Changes of other prices at which nothing is must be newer than this.
    private var floor: TransactionNumber?
    /// Nothing older than this can be put under the changes any more.
    private var oldest: TransactionNumber?
    /// What bids are worth, what asks offer, in attos; modulo 2¹²⁸, so that no level can break it.
    private(set) var sum: Int128 = 0
    /// The venue's total after the newest change; nil: it sent none.
    private(set) var total: Int128?
    private var newest: TransactionNumber?
    /// Since when ``sum`` is not ``total``.
    var differsSince: Timestamp?

    init(_ side: Side, depth: Int?) {
        self.side = side
        self.depth = depth
    }

    private func isBetter(_ one: Price, _ other: Price) -> Bool {
        side == .buy ? one > other : one < other
    }

    private func share(_ level: CountedLevel) -> Int128 {
        guard side == .buy else { return level.quantity.attos }
        return level.price.times(level.quantity, .halfEven)?.attos ?? 0
    }

    private static func isNewer(_ one: TransactionNumber, _ other: TransactionNumber?) -> Bool {
        other.map { one > $0 } ?? true
    }

    // MARK: - Changes

    mutating func apply(
        _ change: LevelChange, isWhole: Bool, into changes: inout [DepthKeeper.Change]
    ) {
        if Self.isNewer(change.transaction, newest) {
            newest = change.transaction
            total = side == .buy ? change.totalBuy?.attos : change.totalSell?.attos
        }
        let price = change.level.price
        let place = self.place(of: price)
        let isThere = place < levels.count && levels[place].level.price == price
        let last = isThere ? levels[place].transaction : gone[price] ?? floor
        guard Self.isNewer(change.transaction, last) else { return }
        let before = isThere ? levels[place].level.quantity : .zero
        if change.level.quantity == .zero {
            if isThere { sum &-= share(levels.remove(at: place).level) }
            gone[price] = change.transaction
            forget()
        } else {
            let new = Level(level: change.level, transaction: change.transaction)
            if isThere {
                sum &-= share(levels[place].level)
                levels[place] = new
            } else {
                levels.insert(new, at: place)
                gone[price] = nil
            }
            sum &+= share(new.level)
        }
        let cut = self.cut(isWhole: isWhole)
        guard isWhole else { return }
        let isCut = cut?.price == price
        if !isCut, before != change.level.quantity {
            changes.append(
                DepthKeeper.Change(side: side, price: price, quantity: change.level.quantity))
        }
        if let cut, !isCut {
            changes.append(DepthKeeper.Change(side: side, price: cut.price, quantity: .zero))
        }
    }

    /// Where a price stands, or would.
    private func place(of price: Price) -> Int {
        var place = 0
        var end = levels.count
        while place < end {
            let middle = (place + end) / 2
            let isBefore = isBetter(levels[middle].level.price, price)
            (place, end) = isBefore ? (middle + 1, end) : (place, middle)
        }
        return place
    }

    /// Lets go of a level that is one too many.
    private mutating func cut(isWhole: Bool) -> CountedLevel? {
        let most = isWhole ? depth ?? Self.mostLevels : Self.mostLevels
        guard levels.count > most, let last = levels.popLast() else { return nil }
        sum &-= share(last.level)
        if !isWhole { Self.raise(&oldest, to: last.transaction) }
        return last.level
    }

    /// Forgets the older half of what is gone, once it is much.
    private mutating func forget() {
        guard gone.count > Self.mostGone else { return }
        let middle = gone.values.sorted()[gone.count / 2]
        gone = gone.filter { $0.value > middle }
        Self.raise(&floor, to: middle)
        Self.raise(&oldest, to: middle)
    }

    private static func raise(_ mark: inout TransactionNumber?, to transaction: TransactionNumber?)
    {
        guard let transaction, isNewer(transaction, mark) else { return }
        mark = transaction
    }

    // MARK: - Snapshots

    /// Whether a snapshot is so old that changes which it lacks are forgotten.
    func isOutdated(_ snapshot: TransactionNumber) -> Bool {
        oldest.map { snapshot < $0 } ?? false
    }

    /// Replaces what is older than the snapshot; all of it where that is not known.
    mutating func apply(
        _ snapshot: [CountedLevel], total: Int128?, at transaction: TransactionNumber?
    ) {
        var kept: [Level] = []
        if let transaction {
            kept = levels.filter { $0.transaction.map { $0 > transaction } ?? false }
            gone = gone.filter { $0.value > transaction }
        } else {
            gone = [:]
        }
        let prices = Set(kept.map(\.level.price)).union(gone.keys)
        kept += snapshot.filter { !prices.contains($0.price) }
            .map { Level(level: $0, transaction: transaction) }
        levels = kept.sorted { isBetter($0.level.price, $1.level.price) }
        if let depth, levels.count > depth { levels.removeLast(levels.count - depth) }
        sum = levels.reduce(0) { $0 &+ share($1.level) }
        floor = transaction
        oldest = transaction
        if transaction.map({ Self.isNewer($0, newest) }) ?? true {
            newest = transaction
            self.total = total
        }
    }

    // MARK: - Totals

    mutating func check(at now: Timestamp) {
        differsSince = differs ? differsSince ?? now : nil
    }

    private var differs: Bool {
        guard let total else { return false }
        let (difference, overflow) = sum.subtractingReportingOverflow(total)
        let tolerance = Int128(levels.count + 1) * Self.rounding
        return overflow || difference.magnitude > tolerance.magnitude
    }
}
