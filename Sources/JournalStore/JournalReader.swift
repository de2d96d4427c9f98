public import TradingCore
public import TradingModel

/// Reads an account's journal: what earlier runs did, or one that goes on.
///
/// It changes nothing in the file, and can be open while a run writes; each call reads what is written by then.
public final class JournalReader {
    private let database: Database

    /// - Throws: ``JournalProblem``: of the kind `missing` where no run has traded yet.
    public init(_ path: String) throws(JournalProblem) {
        database = try JournalFile.openForReading(path)
    }

    // MARK: - Runs and orders

    /// The last run of a strategy that traded one of these symbols; nil: there is none.
    ///
    /// A run that was connected and never started has left nothing.
    public func lastRun(
        of strategy: String, trading symbols: [Symbol]
    ) throws(JournalProblem) -> RecordedJournalRun? {
        try rows(
            "runs", key: "name", RecordedJournalRun.columns,
            """
            FROM runs WHERE strategy = ?1 AND traded_since IS NOT NULL AND EXISTS (
              SELECT 1 FROM run_instruments WHERE run_id = runs.id
                AND instrument IN (SELECT value FROM json_each(?2)))
            ORDER BY id DESC LIMIT 1
            """, [.text(strategy), .text(Self.list(symbols))]
        ) { row throws(JournalProblem) in try RecordedJournalRun(row) }.first
    }

    private static func list(_ symbols: [Symbol]) -> String {
        "[" + symbols.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }

    /// The run of this number in its orders' client ids; nil: it is not in the file.
    public func run(ofSession session: UInt64) throws(JournalProblem) -> RecordedJournalRun? {
        try rows(
            "runs", key: "name", RecordedJournalRun.columns, "FROM runs WHERE session = ?",
            [.integer(Int64(clamping: session))]
        ) { row throws(JournalProblem) in try RecordedJournalRun(row) }.first
    }

    /// What a run trades.
    public func symbols(of run: String) throws(JournalProblem) -> [Symbol] {
        try rows(
            "run_instruments", key: "instrument", ["instrument"],
            "FROM run_instruments JOIN runs ON runs.id = run_id WHERE name = ? ORDER BY instrument",
            [.text(run)]
        ) { row throws(JournalProblem) in try row.symbol("instrument") }
    }

    /// All orders that are open as far as the journal knows, the oldest first.
    ///
    /// - Parameter name: a run whose orders are left out: the one that asks. All others have ended, for
    ///   one at a time writes here.
    public func openOrders(
        exceptOf name: String? = nil
    ) throws(JournalProblem) -> [RecordedOrder] {
        try rows(
            "orders", key: "client_id", RecordedOrder.columns,
            "FROM open_orders WHERE ?1 IS NULL OR run <> ?1 ORDER BY id", [Value(name)]
        ) { row throws(JournalProblem) in try RecordedOrder(row) }
    }

    /// The order of a client id, of several the last; nil: it is not in the file.
    public func order(_ id: ClientOrderID) throws(JournalProblem) -> RecordedOrder? {
        try rows(
            "orders", key: "client_id", RecordedOrder.columns,
            "FROM (SELECT orders.*, runs.name AS run, runs.strategy AS strategy FROM orders "
                + "JOIN runs ON runs.id = run_id) WHERE client_id = ? ORDER BY id DESC LIMIT 1",
            [.text(id.text)]
        ) { row throws(JournalProblem) in try RecordedOrder(row) }.first
    }

    /// Whether a stop order has woken, as far as the file knows.
    public func wasTriggered(_ id: ClientOrderID) throws(JournalProblem) -> Bool {
        try !rows(
            "order_events", key: "id", ["id"],
            "FROM order_events WHERE event = 'triggered' AND order_id IN "
                + "(SELECT id FROM orders WHERE client_id = ?) LIMIT 1", [.text(id.text)]
        ) { row throws(JournalProblem) in try row.integer("id") }.isEmpty
    }

    /// The executions of an order that are in the file, in the order in which they came.
    public func fills(of id: ClientOrderID) throws(JournalProblem) -> [Fill] {
        try rows(
            "executions", key: "id",
            [
                "id", "trade_id", "price", "quantity", "fee", "fee_currency", "liquidity",
            ],
            """
            FROM executions WHERE order_id IN (SELECT id FROM orders WHERE client_id = ?1)
              OR (order_id IS NULL AND client_id = ?1) ORDER BY id
            """, [.text(id.text)]
        ) { row throws(JournalProblem) in try row.fill() }
    }

    // MARK: - Positions

    /// The latest position in each instrument.
    ///
    /// - Parameter run: the one whose positions are meant; nil: of any the latest.
    public func lastPositions(of run: String? = nil) throws(JournalProblem) -> [RecordedPosition] {
        // Runs follow one another: an instrument's last position is of the last run that traded it.
        let latest = """
            FROM (SELECT positions.*, runs.name AS run FROM instruments JOIN positions ON positions.id = (
              SELECT id FROM positions WHERE instrument = symbol ORDER BY run_id DESC, id DESC LIMIT 1)
            JOIN runs ON runs.id = run_id) ORDER BY instrument
            """
        return try rows(
            "positions", key: "id", RecordedPosition.columns,
            run == nil ? latest : "FROM last_positions WHERE run = ? ORDER BY instrument",
            run.map { [.text($0)] } ?? []
        ) { row throws(JournalProblem) in try RecordedPosition(row) }
    }

    /// What runs of a strategy know of the settlements of funding of a symbol.
    ///
    /// - Returns: the latest that they counted, and since when they have held something without a break, or
    ///   when they were heard of last where they hold nothing; nil each: never.
    public func knownSettlements(
        of symbol: Symbol, by strategy: String
    ) throws(JournalProblem) -> (last: Timestamp?, heldSince: Timestamp?) {
        func times(_ table: String, _ rest: String) throws(JournalProblem) -> [Timestamp?] {
            try rows(
                table, key: "time", ["time"],
                "FROM (\(rest))", [.text(symbol.text.description), .text(strategy)]
            ) { row throws(JournalProblem) in
                try row.optionalInteger("time").map { Timestamp(nanoseconds: $0) }
            }
        }
        let mine = "WHERE instrument = ?1 AND run_id IN (SELECT id FROM runs WHERE strategy = ?2)"
        let last = try times(
            "reconciliations",
            """
            SELECT max(CAST(json_extract(evidence, '$.settled_ns') AS INTEGER)) AS time
            FROM reconciliations \(mine) AND kind = '\(Reconciliation.settlement)'
            """)
        let held = try times(
            "positions",
            """
            SELECT coalesce(max(CASE WHEN net = '0' THEN time END), min(time)) AS time FROM positions \(mine)
            """)
        return (last.first ?? nil, held.first ?? nil)
    }

    // MARK: - What strategies keep

    /// A run's `state`, as it last was; nil: it kept none.
    public func state(of run: String) throws(JournalProblem) -> RecordedState? {
        try rows(
            "states", key: "run_id", ["run_id", "time", "shape", "state"],
            "FROM (SELECT states.*, runs.name AS run FROM states JOIN runs ON runs.id = run_id) "
                + "WHERE run = ?", [.text(run)]
        ) { row throws(JournalProblem) in
            RecordedState(
                time: try row.time("time"),
                state: StrategyState(text: try row.text("state"), shape: try row.integer("shape")))
        }.first
    }

    /// The timers of a run that were set, the earliest first.
    public func timers(of run: String) throws(JournalProblem) -> [EarlierRun.KnownTimer] {
        try rows(
            "timers", key: "name", ["name", "due", "period"],
            "FROM (SELECT timers.*, runs.name AS run FROM timers JOIN runs ON runs.id = run_id) "
                + "WHERE run = ? ORDER BY due, name", [.text(run)]
        ) { row throws(JournalProblem) in
            EarlierRun.KnownTimer(
                name: try row.text("name"), due: try row.time("due"),
                period: try row.optionalInteger("period"))
        }
    }

    /// What a run's limits of a loss remember; nil: nothing.
    public func counters(of run: String) throws(JournalProblem) -> RiskCounters? {
        try rows(
            "risk_counters", key: "run_id", ["run_id", "day", "day_start", "peak"],
            "FROM (SELECT risk_counters.*, runs.name AS run FROM risk_counters "
                + "JOIN runs ON runs.id = run_id) WHERE run = ?", [.text(run)]
        ) { row throws(JournalProblem) in
            RiskCounters(
                day: try row.integer("day"), dayStart: try row.decimal("day_start"),
                peak: try row.decimal("peak"))
        }.first
    }

    func rows<Result>(
        _ table: String, key: String, _ columns: [String], _ rest: String, _ values: [Value],
        _ read: (Row) throws(JournalProblem) -> Result
    ) throws(JournalProblem) -> [Result] {
        let found = try JournalFile.explaining(database.path) { () throws(DatabaseError) in
            try database.rows("SELECT \(columns.joined(separator: ", ")) \(rest)", values)
        }
        var results: [Result] = []
        for row in found {
            results.append(try read(Row(columns, row, database.path, table, key: key)))
        }
        return results
    }
}

extension RecordedJournalRun {
    static let columns = [
        "id", "name", "mode", "venue", "strategy", "session", "started", "ended", "end_reason",
    ]

    init(_ row: Row) throws(JournalProblem) {
        place = try row.integer("id")
        name = try row.text("name")
        mode = try row.word("mode")
        venue = try row.text("venue")
        strategy = try row.text("strategy")
        session = try row.optionalInteger("session").map { UInt64(clamping: $0) }
        started = try row.time("started")
        let ended = try row.optionalInteger("ended")
        let reason = try row.optionalText("end_reason") ?? ""
        end = ended.map { End(time: Timestamp(nanoseconds: $0), reason: reason) }
    }
}

extension RecordedOrder {
    static let columns = [
        "id", "run", "strategy", "client_id", "venue_id", "version", "instrument", "side",
        "quantity",
        "price", "stop_price", "time_in_force", "post_only", "reduce_only", "tag", "state",
        "filled",
        "reason", "created", "updated",
    ]

    init(_ row: Row) throws(JournalProblem) {
        place = try row.integer("id")
        run = try row.text("run")
        strategy = try row.text("strategy")
        id = ClientOrderID(try row.text("client_id"))
        venueID = try row.optionalText("venue_id").map { VenueOrderID($0) }
        version = Int(try row.integer("version"))
        symbol = try row.symbol("instrument")
        side = try row.side("side")
        quantity = try row.decimal("quantity")
        price = try row.optionalDecimal("price")
        stop = try row.optionalDecimal("stop_price")
        timeInForce = try row.word("time_in_force")
        isPostOnly = try row.flag("post_only")
        isReduceOnly = try row.flag("reduce_only")
        tag = try row.tag("tag")
        status = try row.word("state")
        filled = try row.decimal("filled")
        reason = try row.optionalText("reason")
        created = try row.time("created")
        updated = try row.time("updated")
    }
}

extension RecordedPosition {
    fileprivate static let columns = [
        "id", "run", "instrument", "time", "net", "average_price", "entry_value", "realised_pnl",
        "fees", "funding",
    ]

    fileprivate init(_ row: Row) throws(JournalProblem) {
        run = try row.text("run")
        symbol = try row.symbol("instrument")
        time = try row.time("time")
        net = try row.decimal("net")
        averagePrice = try row.optionalDecimal("average_price")
        entryValue = try row.decimal("entry_value")
        realisedPnL = try row.decimal("realised_pnl")
        fees = try row.decimal("fees")
        funding = try row.decimal("funding")
    }
}
