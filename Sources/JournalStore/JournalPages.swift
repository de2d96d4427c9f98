public import TradingModel

// What is asked for page by page, so that a file of any size is read in little memory. Rows come in the
// order in which they were written.

extension JournalReader {
    /// Runs that began or ended since a time, and the last one if it has no end: a page of them.
    ///
    /// - Parameter last: the last of the page before; nil: the first page.
    public func runs(
        since time: Timestamp = .distantPast, after last: RecordedJournalRun? = nil,
        atMost count: Int = 1_000
    ) throws(JournalProblem) -> [RecordedJournalRun] {
        try rows(
            "runs", key: "name", RecordedJournalRun.columns,
            """
            FROM runs WHERE id > ?2 AND (started >= ?1 OR ended >= ?1
              OR ended IS NULL AND id = (SELECT max(id) FROM runs)) ORDER BY id LIMIT ?3
            """,
            [Value(time), .integer(last?.place ?? 0), .integer(Int64(count))]
        ) { row throws(JournalProblem) in try RecordedJournalRun(row) }
    }

    /// Orders that were made or changed since a time, as they stand now: a page of them.
    public func orders(
        since time: Timestamp = .distantPast, after last: RecordedOrder? = nil,
        atMost count: Int = 1_000
    ) throws(JournalProblem) -> [RecordedOrder] {
        try page(
            "orders", key: "client_id", RecordedOrder.columns, since: time, by: "updated",
            after: last?.place, count
        ) { row throws(JournalProblem) in try RecordedOrder(row) }
    }

    /// Executions since a time, in the order of their times: a page of them.
    public func executions(
        since time: Timestamp, after last: RecordedExecution? = nil, atMost count: Int = 1_000
    ) throws(JournalProblem) -> [RecordedExecution] {
        // CROSS keeps the order of the tables: the index goes on where the page before ended.
        try rows(
            "executions", key: "trade_id", RecordedExecution.columns,
            """
            FROM (SELECT executions.*, runs.name AS run, orders.tag AS tag FROM executions
              CROSS JOIN runs ON runs.id = executions.run_id
              LEFT JOIN orders ON orders.id = executions.order_id)
            WHERE (time, id) > (?1, ?2) ORDER BY time, id LIMIT ?3
            """,
            [Value(last?.time ?? time), .integer(last?.place ?? 0), .integer(Int64(count))]
        ) { row throws(JournalProblem) in try RecordedExecution(row) }
    }

    /// What runs were worth since a time: a page of it.
    ///
    /// - Parameter run: the one that is meant; nil: all.
    public func equity(
        of run: String? = nil, since time: Timestamp = .distantPast,
        after last: RecordedEquity? = nil, atMost count: Int = 1_000
    ) throws(JournalProblem) -> [RecordedEquity] {
        try page(
            "equity", ["id", "run", "time", "currency", "equity"], since: time, of: run,
            after: last?.place, count
        ) { row throws(JournalProblem) in
            RecordedEquity(
                place: try row.integer("id"), run: try row.text("run"), time: try row.time("time"),
                currency: Currency(try row.text("currency")), equity: try row.decimal("equity"))
        }
    }

    /// Intents that became no order, since a time: a page of them.
    public func refusals(
        since time: Timestamp = .distantPast, after last: RecordedRefusal? = nil,
        atMost count: Int = 1_000
    ) throws(JournalProblem) -> [RecordedRefusal] {
        try page(
            "refusals", ["id", "run", "time", "rule", "detail", "intent"], since: time,
            after: last?.place, count
        ) { row throws(JournalProblem) in
            RecordedRefusal(
                place: try row.integer("id"), run: try row.text("run"), time: try row.time("time"),
                rule: try row.text("rule"), detail: try row.text("detail"),
                intent: try row.text("intent"))
        }
    }

    /// Differences to what the venue said, since a time: a page of them.
    public func reconciliations(
        since time: Timestamp = .distantPast, after last: RecordedReconciliation? = nil,
        atMost count: Int = 1_000
    ) throws(JournalProblem) -> [RecordedReconciliation] {
        try page(
            "reconciliations",
            ["id", "run", "time", "kind", "instrument", "value_before", "value_after", "evidence"],
            since: time, after: last?.place, count
        ) { row throws(JournalProblem) in
            let symbol: Symbol? =
                try row.optionalText("instrument") == nil ? nil : try row.symbol("instrument")
            return RecordedReconciliation(
                place: try row.integer("id"), run: try row.text("run"), time: try row.time("time"),
                kind: try row.text("kind"), symbol: symbol,
                before: try row.optionalText("value_before"),
                after: try row.optionalText("value_after"), evidence: try row.text("evidence"))
        }
    }

    /// Where entries are missing, since a time: a page of it.
    public func gaps(
        since time: Timestamp = .distantPast, after last: RecordedGap? = nil,
        atMost count: Int = 1_000
    ) throws(JournalProblem) -> [RecordedGap] {
        try page(
            "gaps", ["id", "run", "time", "entries", "reason"], since: time, after: last?.place,
            count
        ) { row throws(JournalProblem) in
            RecordedGap(
                place: try row.integer("id"), run: try row.text("run"), time: try row.time("time"),
                entries: Int(try row.integer("entries")), reason: try row.text("reason"))
        }
    }

    /// How much there is since a time.
    public func counts(
        since time: Timestamp = .distantPast
    ) throws(JournalProblem) -> RecordedCounts {
        let found = try rows(
            "sqlite_schema", key: "orders",
            ["orders", "open", "executions", "refusals", "missing"],
            """
            FROM (SELECT (SELECT count(*) FROM orders WHERE updated >= ?1) AS orders,
              (SELECT count(*) FROM open_orders) AS open,
              (SELECT count(*) FROM executions WHERE time >= ?1) AS executions,
              (SELECT count(*) FROM refusals WHERE time >= ?1) AS refusals,
              (SELECT coalesce(sum(entries), 0) FROM gaps WHERE time >= ?1) AS missing)
            """, [Value(time)]
        ) { row throws(JournalProblem) in
            RecordedCounts(
                orders: Int(try row.integer("orders")), openOrders: Int(try row.integer("open")),
                executions: Int(try row.integer("executions")),
                refusals: Int(try row.integer("refusals")),
                missing: Int(try row.integer("missing")))
        }
        return found.first
            ?? RecordedCounts(orders: 0, openOrders: 0, executions: 0, refusals: 0, missing: 0)
    }

    /// A page of a table's rows with the names of their runs, in the order in which they were written.
    private func page<Result>(
        _ table: String, key: String = "id", _ columns: [String], since time: Timestamp,
        by timeColumn: String = "time", of run: String? = nil, after place: Int64?, _ count: Int,
        _ read: (Row) throws(JournalProblem) -> Result
    ) throws(JournalProblem) -> [Result] {
        // CROSS keeps the order of the tables: the page begins at its first row, without a search.
        try rows(
            table, key: key, columns,
            """
            FROM (SELECT \(table).*, runs.name AS run, runs.strategy AS strategy FROM \(table)
              CROSS JOIN runs ON runs.id = \(table).run_id)
            WHERE id > ?1 AND \(timeColumn) >= ?2 AND (?3 IS NULL OR run = ?3) ORDER BY id LIMIT ?4
            """,
            [.integer(place ?? 0), Value(time), Value(run), .integer(Int64(count))], read)
    }
}

extension RecordedExecution {
    fileprivate static let columns = [
        "id", "run", "client_id", "tag", "instrument", "trade_id", "side", "price", "quantity",
        "fee",
        "fee_currency", "liquidity", "time", "venue_time",
    ]

    fileprivate init(_ row: Row) throws(JournalProblem) {
        place = try row.integer("id")
        run = try row.text("run")
        order = ClientOrderID(try row.text("client_id"))
        tag = try row.tag("tag")
        symbol = try row.symbol("instrument")
        side = try row.side("side")
        fill = try row.fill()
        time = try row.time("time")
        venueTime = try row.time("venue_time")
    }
}
