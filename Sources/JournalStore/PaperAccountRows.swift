internal import TradingCore
public import TradingModel

/// A simulated account, as the runs that traded it have left it.
public struct RecordedPaperAccount: Hashable, Sendable {
    /// The place of the run with which it began.
    public let since: Int64
    /// What it had before the first order of its life.
    public let opening: [Currency: Money]
    /// Of the embedded exchange's market; nil: the market is a venue's.
    public let marketSeed: UInt64?
    /// How many runs have traded it.
    public let runs: Int
    /// The numbers up to which its venue has given ids to orders and fills.
    public let orders: Int
    public let fills: Int
    /// Entries of its runs that were lost: what it holds is not known then.
    public let missing: Int
    /// The latest time that its last run wrote down.
    public let reached: Timestamp
}

extension EntryRows {
    func write(_ account: PaperBeginning) throws(DatabaseError) {
        try database.run(
            "UPDATE runs SET market_seed = ?1, account_since = coalesce("
                + "(SELECT account_since FROM runs WHERE name = ?2), id) WHERE id = ?3",
            [
                Value(account.marketSeed.map(String.init)), Value(account.earlier),
                .integer(runID),
            ])
        for (currency, amount) in account.opening.sorted(by: { $0.key < $1.key }) {
            try database.run(
                "INSERT INTO openings (run_id, currency, amount) VALUES (?, ?, ?)",
                [.integer(runID), .text(currency.code), Value(amount)])
        }
    }

    /// Where a simulated account begins anew, nobody holds the orders of the one before it any more.
    func endAbandonedOrders(at time: Timestamp) throws(DatabaseError) {
        try database.run(
            """
            UPDATE orders SET state = 'cancelled', reason = 'its paper account was left', updated = ?1
            WHERE state NOT IN ('filled', 'cancelled', 'rejected', 'expired')
              AND run_id < (SELECT account_since FROM runs WHERE id = ?2)
            """, [Value(time), .integer(runID)])
    }
}

extension JournalReader {
    /// The simulated account of a run; nil: the run had none.
    public func paperAccount(of run: String) throws(JournalProblem) -> RecordedPaperAccount? {
        let facts = try rows(
            "runs", key: "id",
            ["id", "since", "seed", "runs", "orders", "fills", "missing", "reached"], Self.facts,
            [.text(run)]
        ) { row throws(JournalProblem) in
            (try row.integer("id"), row, try row.optionalInteger("since"))
        }
        guard let (id, row, since) = facts.first, let since else { return nil }
        var opening: [Currency: Money] = [:]
        let amounts = try rows(
            "openings", key: "currency", ["currency", "amount"],
            "FROM openings WHERE run_id = ?", [.integer(id)]
        ) { row throws(JournalProblem) -> (Currency, Money) in
            (Currency(try row.text("currency")), try row.decimal("amount"))
        }
        for (currency, amount) in amounts { opening[currency] = amount }
        return RecordedPaperAccount(
            since: since, opening: opening,
            marketSeed: try row.optionalText("seed").flatMap { UInt64($0) },
            runs: Int(try row.integer("runs")), orders: Int(try row.integer("orders")),
            fills: Int(try row.integer("fills")), missing: Int(try row.integer("missing")),
            reached: try row.time("reached"))
    }

    /// A table's last row is of the last run, which is the one that is asked for.
    private static let facts: String = {
        let latest = [
            "order_events", "positions", "equity", "alerts", "refusals", "reconciliations",
        ].map {
            "UNION ALL SELECT time FROM (SELECT run_id, time FROM \($0) ORDER BY id DESC LIMIT 1) "
                + "WHERE run_id = own.id"
        }
        return """
            FROM (SELECT own.id AS id, own.account_since AS since, own.market_seed AS seed,
              (SELECT count(*) FROM runs WHERE id >= own.account_since AND traded_since IS NOT NULL) AS runs,
              (SELECT max(count(*), coalesce(max(CAST(substr(venue_id, 2) AS INTEGER)), 0)) FROM orders
                WHERE run_id >= own.account_since) AS orders,
              (SELECT coalesce(max(CAST(substr(trade_id, 2) AS INTEGER)), 0) FROM executions
                WHERE run_id >= own.account_since) AS fills,
              (SELECT coalesce(sum(entries), 0) FROM gaps WHERE run_id >= own.account_since) AS missing,
              (SELECT max(time) FROM (SELECT coalesce(own.ended, own.traded_since, own.started) AS time
                UNION ALL SELECT time FROM states WHERE run_id = own.id
                UNION ALL SELECT time FROM risk_counters WHERE run_id = own.id
                \(latest.joined(separator: " "))
              )) AS reached
            FROM runs AS own WHERE own.name = ?)
            """
    }()

    /// Orders of a simulated account that are open, the oldest first.
    public func openOrders(
        of account: RecordedPaperAccount
    ) throws(JournalProblem) -> [RecordedOrder] {
        try rows(
            "orders", key: "client_id", RecordedOrder.columns,
            "FROM open_orders WHERE run_id >= ? ORDER BY id", [.integer(account.since)]
        ) { row throws(JournalProblem) in try RecordedOrder(row) }
    }

    /// The executions of such an order, in the order in which they came.
    public func fills(of order: RecordedOrder) throws(JournalProblem) -> [Fill] {
        try rows(
            "executions", key: "id",
            ["id", "trade_id", "price", "quantity", "fee", "fee_currency", "liquidity"],
            "FROM executions WHERE order_id = ? ORDER BY id", [.integer(order.place)]
        ) { row throws(JournalProblem) in try row.fill() }
    }

    /// Whether such an order is a stop that has woken.
    public func wasTriggered(_ order: RecordedOrder) throws(JournalProblem) -> Bool {
        try !rows(
            "order_events", key: "id", ["id"],
            "FROM order_events WHERE order_id = ? AND event = 'triggered' LIMIT 1",
            [.integer(order.place)]
        ) { row throws(JournalProblem) in try row.integer("id") }.isEmpty
    }
}

extension Journal {
    /// Brings a file that an older release wrote to the form of this one.
    ///
    /// - Throws: ``JournalProblem``, of the kind `inUse` while a run writes it.
    public static func migrate(_ path: String) throws(JournalProblem) {
        let lock = try JournalLock(of: path, owner: "a newer release")
        defer { withExtendedLifetime(lock) {} }
        let database = try JournalFile.openForWriting(path, JournalSettings())
        defer { database.close() }
        try JournalFile.explaining(path) { () throws(DatabaseError) in
            try TailRecovery.apply(to: database)
        }
    }
}
