internal import Cryptography
internal import TradingCore
internal import TradingModel

/// Writes a run's entries as rows, within whatever transaction has begun.
struct EntryRows {
    let database: Database
    private let run: JournalRun
    let runID: Int64

    /// Goes on with a run that is in the file.
    init(_ database: Database, of run: JournalRun, id: Int64) {
        self.database = database
        self.run = run
        runID = id
    }

    /// Writes what a run begins with.
    init(_ database: Database, beginning run: JournalRun) throws(DatabaseError) {
        self.database = database
        self.run = run
        for instrument in run.instruments { try Self.write(instrument, to: database) }
        try database.run(
            "INSERT INTO runs (name, mode, venue, strategy, session, started) "
                + "VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(run.name), .text(run.mode.rawValue), .text(run.venue), .text(run.strategy),
                Value(run.session.map { Int64(clamping: $0) }), Value(run.started),
            ])
        runID = try database.number("SELECT last_insert_rowid()") ?? 0
        for instrument in run.traded {
            try database.run(
                "INSERT INTO run_instruments (run_id, instrument) VALUES (?, ?) "
                    + "ON CONFLICT DO NOTHING",
                [.integer(runID), .text(instrument.symbol.description)])
        }
        if let account = run.account { try write(account) }
        try write(run.version)
    }

    /// - Throws: ``DatabaseError``; what was written of the entry goes with the transaction.
    func write(_ entry: JournalEntry) throws(DatabaseError) {
        switch entry {
        case .started(let time): try writeStart(at: time)
        case .takenUp(let order): try adopt(order)
        case .submitted(let order): try write(order)
        case .transition(let transition): try write(transition)
        case .filled(let transition, let position):
            try write(transition)
            try write(position, of: symbol(transition.instrument), at: transition.time)
        case .execution(let execution): try write(execution)
        case .position(let instrument, let position, let time):
            try write(position, of: symbol(instrument), at: time)
        case .settlement(let settlement, let position): try write(settlement, position)
        case .balance(let balance, let time):
            try insert(
                "balances", "currency, total, available", at: time,
                [.text(balance.currency.code), Value(balance.total), Value(balance.available)])
        case .equity(let equity, let currency, let time):
            try insert(
                "equity", "currency, equity", at: time, [.text(currency.code), Value(equity)])
        case .refusal(let refusal, let intent, let time):
            try insert(
                "refusals", "rule, detail, intent", at: time,
                [
                    .text(refusal.rule.rawValue), .text(refusal.detail),
                    .text(intent.canonical(run.instruments)),
                ])
        case .reconciliation(let found):
            try insert(
                "reconciliations", "kind, instrument, value_before, value_after, evidence",
                at: found.time,
                [
                    .text(found.kind), Value(found.instrument.map(symbol)), Value(found.before),
                    Value(found.after), .text(found.evidence),
                ])
        case .alert(let text, let time): try insert("alerts", "text", at: time, [.text(text)])
        case .state(let state, let time):
            try database.run(
                "INSERT OR REPLACE INTO states (run_id, time, shape, state) VALUES (?, ?, ?, ?)",
                [.integer(runID), Value(time), .integer(state.shape), .text(state.text)])
        case .timer(let name, let due, let period):
            try database.run(
                "INSERT OR REPLACE INTO timers (run_id, name, due, period) VALUES (?, ?, ?, ?)",
                [.integer(runID), .text(name), Value(due), Value(period)])
        case .timerCleared(let name):
            try database.run(
                "DELETE FROM timers WHERE run_id = ?1 AND (?2 IS NULL OR name = ?2)",
                [.integer(runID), Value(name)])
        case .counters(let counters, let time): try write(counters, at: time)
        case .version(let version): try write(version)
        case .ended(let reason, let time):
            try database.run(
                "UPDATE runs SET ended = ?, end_reason = ? WHERE id = ?",
                [Value(time), .text(reason), .integer(runID)])
        }
    }

    /// Writes how many of the run's entries are in the file now.
    func writeCount(_ count: UInt64) throws(DatabaseError) {
        try database.run(
            "UPDATE runs SET entries = ? WHERE id = ?",
            [.integer(Int64(clamping: count)), .integer(runID)])
    }

    /// Writes that entries are missing here.
    func writeGap(of entries: Int, reason: String, at time: Timestamp) throws(DatabaseError) {
        try insert(
            "gaps", "entries, reason", at: time, [.integer(Int64(entries)), .text(reason)])
    }

    private func symbol(_ instrument: InstrumentID) -> String {
        run.instruments[instrument].symbol.description
    }

    /// Inserts a row of the run with a time.
    private func insert(
        _ table: String, _ columns: String, at time: Timestamp, _ values: [Value]
    ) throws(DatabaseError) {
        let places = String(repeating: ", ?", count: values.count)
        try database.run(
            "INSERT INTO \(table) (run_id, time, \(columns)) VALUES (?, ?\(places))",
            [.integer(runID), Value(time)] + values)
    }

    private func writeStart(at time: Timestamp) throws(DatabaseError) {
        try database.run(
            "UPDATE runs SET traded_since = ? WHERE id = ?", [Value(time), .integer(runID)])
        for table in ["states", "timers", "risk_counters"] { try forget(table) }
        try endAbandonedOrders(at: time)
    }

    /// Lets go of what earlier runs of the strategy kept: this one has gone on with it, or begun anew.
    private func forget(_ table: String) throws(DatabaseError) {
        try database.run(
            """
            DELETE FROM \(table) WHERE run_id IN (
              SELECT runs.id FROM runs JOIN run_instruments AS other ON other.run_id = runs.id
                JOIN run_instruments AS own ON own.instrument = other.instrument
              WHERE runs.strategy = ?1 AND own.run_id = ?2 AND runs.id <> ?2)
            """, [.text(run.strategy), .integer(runID)])
    }

    private func write(_ counters: RiskCounters, at time: Timestamp) throws(DatabaseError) {
        try database.run(
            "INSERT OR REPLACE INTO risk_counters (run_id, time, day, day_start, peak) "
                + "VALUES (?, ?, ?, ?, ?)",
            [
                .integer(runID), Value(time), .integer(counters.day), Value(counters.dayStart),
                Value(counters.peak),
            ])
    }

    // MARK: - Orders

    /// Where the file has it open its own row goes on, as this run's where another strategy sent it.
    private func adopt(_ order: EarlierRun.KnownOrder) throws(DatabaseError) {
        let open = try database.number(
            "SELECT max(id) FROM open_orders WHERE client_id = ?", [.text(order.id.text)])
        if let open {
            return try database.run(
                "UPDATE orders SET run_id = ?1 WHERE id = ?2 AND run_id IN "
                    + "(SELECT id FROM runs WHERE strategy <> ?3)",
                [.integer(runID), .integer(open), .text(run.strategy)])
        }
        try insert(
            SubmittedOrder(id: order.id, request: order.request, version: 1, at: order.createdAt))
        try database.run(
            "UPDATE orders SET state = ?, filled = ?, venue_id = ?, updated = ? WHERE run_id = ? "
                + "AND client_id = ?",
            [
                .text(OrderStatus(order.state).rawValue), Value(order.state.filled),
                Value(order.state.venueID?.text), Value(order.updatedAt), .integer(runID),
                .text(order.id.text),
            ])
    }

    private func write(_ order: SubmittedOrder) throws(DatabaseError) {
        try insert(order)
        try database.run(
            "INSERT INTO order_events (run_id, order_id, time, event, state_after) "
                + "VALUES (?, last_insert_rowid(), ?, 'submitted', 'pending')",
            [.integer(runID), Value(order.time)])
    }

    private func insert(_ order: SubmittedOrder) throws(DatabaseError) {
        let request = order.request
        try database.run(
            """
            INSERT INTO orders (run_id, client_id, version, instrument, side, quantity, price, stop_price, \
            time_in_force, post_only, reduce_only, tag, state, filled, created, updated)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', '0', ?, ?)
            """,
            [
                .integer(runID), .text(order.id.text), .integer(Int64(order.version)),
                .text(symbol(request.instrument)), .text(request.side.description),
                Value(request.quantity), Value(request.price), Value(request.stop),
                .text(request.timeInForce.rawValue), Value(request.isPostOnly),
                Value(request.isReduceOnly),
                request.tag.isEmpty ? .null : .text(request.tag.description),
                Value(order.time), Value(order.time),
            ])
    }

    /// The row of an order, also of another run's; nil: it is not in the file.
    private func row(of order: ClientOrderID) throws(DatabaseError) -> Int64? {
        try database.number(
            "SELECT id FROM orders WHERE client_id = ? ORDER BY id DESC LIMIT 1",
            [.text(order.text)])
    }

    private func write(_ transition: OrderTransition) throws(DatabaseError) {
        let row = try row(of: transition.order)
        let event = EventColumns(transition.event)
        try database.run(
            """
            INSERT INTO order_events (run_id, order_id, client_id, time, venue_time, event, state_before, \
            state_after, price, quantity, trade_id, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(runID), Value(row), row == nil ? .text(transition.order.text) : .null,
                Value(transition.time), Value(transition.venueTime), .text(event.word),
                .text(transition.before.rawValue), .text(transition.after.rawValue),
                Value(event.price), Value(event.quantity), Value(event.tradeID),
                event.reason.isEmpty ? .null : .text(event.reason.description),
            ])
        if let row { try update(row, with: transition) }
        if case .fill(let fill) = transition.event {
            try write(
                OrderExecution(
                    fill, of: transition.order, transition.instrument, transition.side,
                    venueTime: transition.venueTime ?? transition.time, at: transition.time),
                row: row)
        }
    }

    private func update(
        _ row: Int64, with transition: OrderTransition
    ) throws(DatabaseError) {
        var (price, quantity): (Price?, Quantity?) = (nil, nil)
        if case .amended(let newPrice, let newQuantity) = transition.event {
            (price, quantity) = (newPrice, newQuantity)
        }
        try database.run(
            """
            UPDATE orders SET state = ?, filled = ?, venue_id = coalesce(?, venue_id), \
            price = coalesce(?, price), quantity = coalesce(?, quantity), reason = ?, updated = ? WHERE id = ?
            """,
            [
                .text(transition.after.rawValue), Value(transition.filled),
                Value(transition.venueID?.text), Value(price), Value(quantity),
                transition.reason.isEmpty ? .null : .text(transition.reason.description),
                Value(transition.time), .integer(row),
            ])
    }

    private func write(_ execution: OrderExecution) throws(DatabaseError) {
        try write(execution, row: row(of: execution.order))
    }

    private func write(_ execution: OrderExecution, row: Int64?) throws(DatabaseError) {
        let fill = execution.fill
        try database.run(
            """
            INSERT INTO executions (run_id, order_id, client_id, instrument, trade_id, numbered_in, side, \
            price, quantity, fee, fee_currency, liquidity, time, venue_time)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (instrument, trade_id, side, numbered_in) DO NOTHING
            """,
            [
                .integer(runID), Value(row), .text(execution.order.text),
                .text(symbol(execution.instrument)), .text(fill.id),
                .integer(run.mode == .live ? 0 : runID), .text(execution.side.description),
                Value(fill.price), Value(fill.quantity), Value(fill.fee),
                .text(fill.feeCurrency.code), .text(fill.liquidity.rawValue),
                Value(execution.time), Value(execution.venueTime),
            ])
    }

    // MARK: - Accounts and versions

    private func write(
        _ position: Position, of symbol: String, at time: Timestamp
    ) throws(DatabaseError) {
        try insert(
            "positions",
            "instrument, net, average_price, entry_value, realised_pnl, fees, funding", at: time,
            [
                .text(symbol), Value(position.net), Value(position.averagePrice),
                Value(position.entryValue), Value(position.realisedPnL), Value(position.fees),
                Value(position.funding),
            ])
    }

    private func write(
        _ settlement: Settlement, _ position: Position
    ) throws(DatabaseError) {
        let symbol = symbol(settlement.instrument)
        try write(position, of: symbol, at: settlement.time)
        try insert(
            "reconciliations", "kind, instrument, value_before, value_after, evidence",
            at: settlement.time,
            [
                .text(Reconciliation.settlement), .text(symbol), .null, Value(position.funding),
                .text(settlement.evidence),
            ])
    }

    private func write(_ version: StrategyVersion) throws(DatabaseError) {
        try database.run(
            "INSERT INTO versions (run_id, number, hash, since, parameters, settings) "
                + "VALUES (?, ?, ?, ?, ?, ?)",
            [
                .integer(runID), .integer(Int64(version.number)), .text(version.hash),
                Value(version.since), .text(version.parameters), .text(version.settings),
            ])
        let row = try database.number("SELECT last_insert_rowid()")
        for file in version.files {
            let digest = hexadecimal(SHA256.digest(of: Array(file.text.utf8)))
            try database.run(
                "INSERT INTO texts (hash, text) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
                [.text(digest), .text(file.text)])
            try database.run(
                "INSERT INTO version_files (version_id, path, text_hash) VALUES (?, ?, ?)",
                [Value(row), .text(file.path), .text(digest)])
        }
    }

    private static func write(
        _ instrument: Instrument, to database: Database
    ) throws(DatabaseError) {
        try database.run(
            """
            INSERT INTO instruments (symbol, kind, settle, tick, lot, contract_size) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (symbol) DO UPDATE SET kind = excluded.kind, settle = excluded.settle, \
            tick = excluded.tick, lot = excluded.lot, contract_size = excluded.contract_size
            """,
            [
                .text(instrument.symbol.description), .text(instrument.kind.rawValue),
                .text(instrument.settle.code), Value(instrument.tick), Value(instrument.lot),
                Value(instrument.contractSize),
            ])
    }
}

/// What the columns of an order's event say.
struct EventColumns {
    let word: String
    var price: Price?
    var quantity: Quantity?
    var tradeID: String?
    var reason = InternedText.empty

    init(_ event: OrderEvent) {
        switch event {
        case .accepted: word = "accepted"
        case .rejected(let reason): (word, self.reason) = ("rejected", reason)
        case .triggered: word = "triggered"
        case .fill(let fill):
            (word, price, quantity, tradeID) = ("fill", fill.price, fill.quantity, fill.id)
        case .cancelRequested: word = "cancel_requested"
        case .cancelRejected(let reason): (word, self.reason) = ("cancel_rejected", reason)
        case .cancelled: word = "cancelled"
        case .amendRequested(let price, let quantity):
            (word, self.price, self.quantity) = ("amend_requested", price, quantity)
        case .amended(let price, let quantity):
            (word, self.price, self.quantity) = ("amended", price, quantity)
        case .amendRejected(let reason): (word, self.reason) = ("amend_rejected", reason)
        case .expired(let reason): (word, self.reason) = ("expired", reason)
        case .lost(let reason): (word, self.reason) = ("lost", reason)
        case .notFound: word = "not_found"
        }
    }
}

extension Value {
    init(_ amount: (some ExactDecimal)?) { self.init(amount?.description) }
    init(_ time: Timestamp?) { self.init(time?.nanoseconds) }
    init(_ flag: Bool) { self = .integer(flag ? 1 : 0) }
}
