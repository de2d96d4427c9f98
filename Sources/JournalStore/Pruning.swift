internal import TradingModel

/// Lets go of what is old, in steps between other writes.
///
/// By age, and of a file that is too large by a smaller one: of a day, and of half as much in each further round, down to an hour
/// while it stays too large: events of orders that have ended, balances and equity. Orders, executions, positions and what was said of them stay: profit and
/// loss are worked out from these.
struct Pruning {
    private let settings: JournalSettings
    private var nextRound = Timestamp.distantPast
    /// The tables that are still to be gone through in this round, and how far the first one is.
    private var tables: ArraySlice<String> = []
    private var cursor: Int64 = 0
    private var cutoff = Timestamp.distantPast
    /// What stays of a file that is too large, in nanoseconds.
    private var leastAge = day

    private static let prunable = ["order_events", "balances", "equity", freePages]
    /// Not a table: what is free in the file.
    private static let freePages = ""
    private static let roundPeriod: Int64 = 60_000_000_000
    private static let hour: Int64 = 3_600_000_000_000
    private static let day: Int64 = 86_400_000_000_000
    /// Rows that a step looks at: some milliseconds.
    private static let stepRows = 500
    /// Pages that a step gives back.
    private static let stepPages = 200

    init(_ settings: JournalSettings) { self.settings = settings }

    /// Goes a step further, if one is due; what fails is tried again in the next round.
    mutating func step(_ database: Database, at now: Timestamp) {
        do throws(DatabaseError) {
            if tables.isEmpty {
                guard now >= nextRound else { return }
                try begin(database, at: now)
            }
            guard let table = tables.first else { return }
            let isDone =
                table == Self.freePages ? try shrink(database) : try prune(table, of: database)
            if isDone {
                tables = tables.dropFirst()
                cursor = 0
            }
        } catch {
            tables = []
        }
    }

    private mutating func begin(_ database: Database, at now: Timestamp) throws(DatabaseError) {
        nextRound = now.advanced(byNanoseconds: Self.roundPeriod)
        let pages = try database.number("PRAGMA page_count") ?? 0
        let free = try database.number("PRAGMA freelist_count") ?? 0
        let pageBytes = try database.number("PRAGMA page_size") ?? 0
        let isTooLarge = (pages - free) * pageBytes > Int64(settings.keepBytes)
        let age = Self.day * Int64(settings.keepDays)
        cutoff = now.advanced(byNanoseconds: isTooLarge ? -min(leastAge, age) : -age)
        leastAge = isTooLarge ? max(leastAge / 2, Self.hour) : Self.day
        tables = Self.prunable[...]
        cursor = 0
    }

    /// Goes through some rows, the oldest first.
    ///
    /// - Returns: whether the table is done.
    private mutating func prune(
        _ table: String, of database: Database
    ) throws(DatabaseError) -> Bool {
        let rows = try database.rows(
            """
            SELECT max(id), min(time) FROM (
              SELECT id, time FROM \(table) WHERE id > ? ORDER BY id LIMIT \(Self.stepRows))
            """,
            [.integer(cursor)])
        guard case .integer(let last)? = rows.first?[0],
            case .integer(let oldest)? = rows.first?[1], oldest < cutoff.nanoseconds
        else { return true }
        let ended =
            table == "order_events"
            ? "AND coalesce((SELECT state FROM orders WHERE orders.id = order_id), 'expired') "
                + "IN ('filled', 'cancelled', 'rejected', 'expired')" : ""
        try database.run(
            "DELETE FROM \(table) WHERE id > ? AND id <= ? AND time < ? \(ended)",
            [.integer(cursor), .integer(last), .integer(cutoff.nanoseconds)])
        cursor = last
        return false
    }

    /// Makes the file smaller by some of what is free in it.
    ///
    /// - Returns: whether as little is free as new rows will fill soon.
    private func shrink(_ database: Database) throws(DatabaseError) -> Bool {
        let pages = try database.number("PRAGMA page_count") ?? 0
        let free = try database.number("PRAGMA freelist_count") ?? 0
        guard free > pages / 10 else { return true }
        _ = try database.rows("PRAGMA incremental_vacuum(\(Self.stepPages))")
        return false
    }
}
