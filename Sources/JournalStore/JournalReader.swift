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

    /// The last run of a strategy; nil: there is none.
    ///
    /// - Parameter name: a run that is left out: the one that asks.
    public func lastRun(
        of strategy: String, except name: String? = nil
    ) throws(JournalProblem) -> RecordedJournalRun? {
        try rows(
            "runs", key: "name", RecordedJournalRun.columns,
            "FROM runs WHERE strategy = ?1 AND (?2 IS NULL OR name <> ?2) ORDER BY id DESC LIMIT 1",
            [.text(strategy), Value(name)]
        ) { row throws(JournalProblem) in try RecordedJournalRun(row) }.first
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

    // MARK: - What strategies keep

    /// A strategy's `state`, as it last was; nil: it kept none.
    public func state(of strategy: String) throws(JournalProblem) -> RecordedState? {
        try rows(
            "states", key: "strategy", ["strategy", "run", "time", "state"],
            "FROM (SELECT states.*, runs.name AS run FROM states JOIN runs ON runs.id = run_id) "
                + "WHERE strategy = ?", [.text(strategy)]
        ) { row throws(JournalProblem) in
            RecordedState(
                run: try row.text("run"), time: try row.time("time"), text: try row.text("state"))
        }.first
    }

    /// The timers of a strategy that were set, the earliest first.
    public func timers(of strategy: String) throws(JournalProblem) -> [RecordedTimer] {
        try rows(
            "timers", key: "name", ["name", "due", "period"],
            "FROM timers WHERE strategy = ? ORDER BY due, name", [.text(strategy)]
        ) { row throws(JournalProblem) in
            RecordedTimer(
                name: try row.text("name"), due: try row.time("due"),
                period: try row.optionalInteger("period"))
        }
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
