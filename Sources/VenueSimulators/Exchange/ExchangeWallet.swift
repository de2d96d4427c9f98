internal import TradingModel

/// The money of one account in one segment.
struct ExchangeWallet {
    struct Holding {
        /// All of it, what orders and positions bind included.
        var total = Money.zero
        /// Set aside for open orders.
        var frozen = Money.zero
        /// Bound by positions; spot has none.
        var margin = Money.zero

        var available: Money { total - frozen - margin }
    }

    private var holdings: [Currency: Holding]
    /// Since ``takeChanges()``.
    private var changed: Set<Currency> = []

    init(_ start: [Currency: Money] = [:]) {
        holdings = start.mapValues { Holding(total: $0) }
    }

    subscript(currency: Currency) -> Holding {
        get { holdings[currency] ?? Holding() }
        set {
            holdings[currency] = newValue
            changed.insert(currency)
        }
    }

    /// The currencies that hold or held something, in the order of their codes.
    var currencies: [Currency] { holdings.keys.sorted() }

    var isChanged: Bool { !changed.isEmpty }

    mutating func drainChanges() -> [Currency] {
        defer { changed.removeAll() }
        return changed.sorted()
    }
}

/// A change of a spot balance by a trade.
struct LedgerEntry {
    let currency: Currency
    let change: Money
    /// Behind the change.
    let balance: Money
    let time: Timestamp
}

/// Funding that a position paid or received.
struct FundingPaid {
    let positionID: Int64
    let market: ExchangeMarket
    let side: Side
    let isCross: Bool
    let size: Quantity
    let mark: Price?
    let rate: Rate
    /// Negative: it was paid.
    let received: Money
    let time: Timestamp
}
