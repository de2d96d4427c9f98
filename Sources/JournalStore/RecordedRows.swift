public import TradingCore
public import TradingModel

// What a journal's reader gives: rows as values.

/// A run, as its row stands.
public struct RecordedJournalRun: Hashable, Sendable {
    /// Its place in the file: where the next page begins.
    public let place: Int64
    public let name: String
    public let mode: TradingMode
    public let venue: String
    public let strategy: String
    public let session: UInt64?
    public let started: Timestamp
    /// Nil: it goes on, or was killed.
    public let end: End?

    public struct End: Hashable, Sendable {
        public let time: Timestamp
        public let reason: String
    }
}

/// An order, as its row stands.
public struct RecordedOrder: Hashable, Sendable {
    public let place: Int64
    /// The name of the run that made it.
    public let run: String
    public let strategy: String
    public let id: ClientOrderID
    public let venueID: VenueOrderID?
    public let version: Int
    public let symbol: Symbol
    public let side: Side
    /// With what amendments made of it.
    public let quantity: Quantity
    public let price: Price?
    public let stop: Price?
    public let timeInForce: TimeInForce
    public let isPostOnly: Bool
    public let isReduceOnly: Bool
    public let tag: OrderTag
    public let status: OrderStatus
    public let filled: Quantity
    public let reason: String?
    public let created: Timestamp
    public let updated: Timestamp
}

/// An execution, as its row stands.
public struct RecordedExecution: Hashable, Sendable {
    /// Its place in the file: where the next page begins.
    public let place: Int64
    /// The name of the run that heard of it first.
    public let run: String
    public let order: ClientOrderID
    /// The order's; empty where the order is not in the file.
    public let tag: OrderTag
    public let symbol: Symbol
    public let side: Side
    public let fill: Fill
    public let time: Timestamp
    public let venueTime: Timestamp
}

/// A run's latest position in an instrument.
public struct RecordedPosition: Hashable, Sendable {
    public let run: String
    public let symbol: Symbol
    public let time: Timestamp
    public let net: SignedQuantity
    /// Nil: nothing is held.
    public let averagePrice: Price?
    public let entryValue: Money
    public let realisedPnL: Money
    public let fees: Money
    public let funding: Money
}

/// What a strategy kept.
public struct RecordedState: Hashable, Sendable {
    public let time: Timestamp
    public let state: StrategyState
}

public struct RecordedEquity: Hashable, Sendable {
    public let place: Int64
    public let run: String
    public let time: Timestamp
    public let currency: Currency
    public let equity: Money
}

/// So many entries that were lost.
public struct RecordedGap: Hashable, Sendable {
    public let place: Int64
    public let run: String
    public let time: Timestamp
    public let entries: Int
    public let reason: String
}

/// An intent that became no order.
public struct RecordedRefusal: Hashable, Sendable {
    public let place: Int64
    public let run: String
    public let time: Timestamp
    /// The limit's name, as in settings.
    public let rule: String
    /// What was asked, and what the limit is.
    public let detail: String
    public let intent: String
}

/// What the venue's own lists said otherwise.
public struct RecordedReconciliation: Hashable, Sendable {
    public let place: Int64
    public let run: String
    public let time: Timestamp
    public let kind: String
    /// Nil: it is about the account.
    public let symbol: Symbol?
    public let before: String?
    public let after: String?
    /// As JSON.
    public let evidence: String
}

/// How much there is since a time.
public struct RecordedCounts: Hashable, Sendable {
    /// Made or changed since.
    public let orders: Int
    /// Whenever they were made.
    public let openOrders: Int
    public let executions: Int
    public let refusals: Int
    /// Entries that were lost.
    public let missing: Int
}

// MARK: - From rows

/// A row on its way to a value: it names the table and the row where a column does not hold what it is for.
struct Row {
    let path: String
    let table: String
    /// The column by which the row is found, and its value there.
    let key: String
    private let values: [String: Value]

    /// - Parameter key: the column by which people find the row.
    init(_ columns: [String], _ values: [Value], _ path: String, _ table: String, key: String) {
        self.path = path
        self.table = table
        self.values = Dictionary(zip(columns, values)) { first, _ in first }
        let shown =
            switch self.values[key] {
            case .integer(let number)?: String(number)
            case .text(let text)?: "'\(text)'"
            case .null?, nil: "NULL"
            }
        self.key = "\(key) = \(shown)"
    }

    private func bad(_ column: String, _ why: String) -> JournalProblem {
        JournalProblem(
            .badValue, path,
            "in the table \(table), in the row where \(key), the column \(column) \(why.onOneLine)")
    }

    func integer(_ column: String) throws(JournalProblem) -> Int64 {
        guard case .integer(let number)? = values[column] else {
            throw bad(column, "does not hold a whole number")
        }
        return number
    }

    func text(_ column: String) throws(JournalProblem) -> String {
        guard case .text(let text)? = values[column] else {
            throw bad(column, "does not hold text")
        }
        return text
    }

    private func isNull(_ column: String) -> Bool { values[column] == .null }

    func optionalText(_ column: String) throws(JournalProblem) -> String? {
        isNull(column) ? nil : try text(column)
    }

    func optionalInteger(_ column: String) throws(JournalProblem) -> Int64? {
        isNull(column) ? nil : try integer(column)
    }

    func time(_ column: String) throws(JournalProblem) -> Timestamp {
        Timestamp(nanoseconds: try integer(column))
    }

    func flag(_ column: String) throws(JournalProblem) -> Bool { try integer(column) != 0 }

    func decimal<Amount: ExactDecimal>(_ column: String) throws(JournalProblem) -> Amount {
        let text = try text(column)
        do throws(DecimalError) {
            return try Amount(text)
        } catch {
            throw bad(column, "holds `\(text)`, which \(error)")
        }
    }

    func optionalDecimal<Amount: ExactDecimal>(
        _ column: String
    ) throws(JournalProblem) -> Amount? {
        isNull(column) ? nil : try decimal(column)
    }

    func word<Word: RawRepresentable<String>>(_ column: String) throws(JournalProblem) -> Word {
        let text = try text(column)
        guard let word = Word(rawValue: text) else {
            throw bad(column, "holds `\(text)`, which this release does not know")
        }
        return word
    }

    func side(_ column: String) throws(JournalProblem) -> Side {
        switch try text(column) {
        case "buy": .buy
        case "sell": .sell
        case let other: throw bad(column, "holds `\(other)`, which is not a side")
        }
    }

    func symbol(_ column: String) throws(JournalProblem) -> Symbol {
        let text = try text(column)
        do throws(InvalidSymbol) {
            return try Symbol(text)
        } catch {
            throw bad(column, "holds `\(text)`, which is not a symbol")
        }
    }

    /// Of a row of executions.
    func fill() throws(JournalProblem) -> Fill {
        Fill(
            FillID(try text("trade_id")), price: try decimal("price"),
            quantity: try decimal("quantity"), liquidity: try word("liquidity"),
            fee: try decimal("fee"), feeCurrency: Currency(try text("fee_currency")))
    }

    func tag(_ column: String) throws(JournalProblem) -> OrderTag {
        let text = try optionalText(column) ?? ""
        guard let tag = OrderTag(text) else { throw bad(column, "holds a tag that is too long") }
        return tag
    }
}
