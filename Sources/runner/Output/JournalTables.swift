import JournalStore
import LiveTrading
import TradingCore
import TradingModel

// What is shown of each kind of row.

extension [JournalColumn<RecordedExecution>] {
    static var fills: Self {
        [
            JournalColumn("time", "time (UTC)", .time) { .time($0.time) },
            JournalColumn("venue_time", nil, .time) { .time($0.venueTime) },
            JournalColumn("symbol", "symbol") { JournalCell($0.symbol) },
            JournalColumn("side", "side") { .text($0.side.description) },
            JournalColumn("quantity", "quantity", .amount) { JournalCell($0.fill.quantity) },
            JournalColumn("price", "price", .amount) { JournalCell($0.fill.price) },
            JournalColumn("fee", "fee", .amount) { JournalCell($0.fill.fee) },
            JournalColumn("fee_currency", "of") { .text($0.fill.feeCurrency.code) },
            JournalColumn("liquidity", "as") { .text($0.fill.liquidity.rawValue) },
            JournalColumn("trade_id", nil) { .text($0.fill.id) },
            JournalColumn("client_id", "order") { .text($0.order.text) },
            JournalColumn("tag", "tag") { JournalCell($0.tag) },
            JournalColumn("session", nil) { .text($0.run) },
        ]
    }
}

extension [JournalColumn<RecordedOrder>] {
    static var orders: Self {
        [
            JournalColumn("time", "time (UTC)", .time) { .time($0.created) },
            JournalColumn("updated", nil, .time) { .time($0.updated) },
            JournalColumn("symbol", "symbol") { JournalCell($0.symbol) },
            JournalColumn("side", "side") { .text($0.side.description) },
            JournalColumn("quantity", "quantity", .amount) { JournalCell($0.quantity) },
            JournalColumn("price", "price", .amount) { JournalCell($0.price) },
            JournalColumn("stop", "stop", .amount) { JournalCell($0.stop) },
            JournalColumn("filled", "filled", .amount) { JournalCell($0.filled) },
            JournalColumn("state", "state") { .text($0.status.rawValue) },
            JournalColumn("client_id", "order") { .text($0.id.text) },
            JournalColumn("venue_id", nil) { JournalCell($0.venueID?.text) },
            JournalColumn("tag", "tag") { JournalCell($0.tag) },
            JournalColumn("time_in_force", nil) { .text($0.timeInForce.rawValue) },
            JournalColumn("post_only", nil) { .flag($0.isPostOnly) },
            JournalColumn("reduce_only", nil) { .flag($0.isReduceOnly) },
            JournalColumn("reason", "reason") { JournalCell($0.reason) },
            JournalColumn("version", nil) { .number(Int64($0.version)) },
            JournalColumn("strategy", nil) { .text($0.strategy) },
            JournalColumn("session", nil) { .text($0.run) },
        ]
    }
}

extension [JournalColumn<RecordedPosition>] {
    static var positions: Self {
        [
            JournalColumn("symbol", "symbol") { JournalCell($0.symbol) },
            JournalColumn("quantity", "position", .amount) { JournalCell($0.net) },
            JournalColumn("average_price", "average price", .amount) {
                JournalCell($0.averagePrice)
            },
            JournalColumn("entry_value", nil, .amount) { JournalCell($0.entryValue) },
            JournalColumn("realised_pnl", "realised PnL", .amount) { JournalCell($0.realisedPnL) },
            JournalColumn("fees", "fees", .amount) { JournalCell($0.fees) },
            JournalColumn("funding", "funding", .amount) { JournalCell($0.funding) },
            JournalColumn("time", "changed (UTC)", .time) { .time($0.time) },
            JournalColumn("session", "session") { .text($0.run) },
        ]
    }
}

extension [JournalColumn<RecordedJournalRun>] {
    static var sessions: Self {
        [
            JournalColumn("session", "session") { .text($0.name) },
            JournalColumn("mode", nil) { .text($0.mode.rawValue) },
            JournalColumn("venue", "venue") { .text($0.venue) },
            JournalColumn("strategy", "strategy") { .text($0.strategy) },
            JournalColumn("started", "began (UTC)", .time) { .time($0.started) },
            JournalColumn("ended", "ended (UTC)", .time) { run in
                run.end.map { .time($0.time) } ?? .none
            },
            JournalColumn("end_reason", nil) { JournalCell($0.end?.reason) },
            JournalColumn("is_running", nil) { .flag($0.isRunning) },
            JournalColumn("status", "how it ended") { .text($0.status) },
        ]
    }
}

extension RecordedJournalRun {
    /// Whether it goes on, on this machine.
    fileprivate var isRunning: Bool {
        guard end == nil, let folder = try? RunFolder.find(name) else { return false }
        return RunPresence.process(of: folder) != nil
    }

    fileprivate var status: String { end?.reason ?? (isRunning ? "trades now" : "was killed") }
}

extension [JournalColumn<RecordedEquity>] {
    static var equity: Self {
        [
            JournalColumn("time", "time (UTC)", .time) { .time($0.time) },
            JournalColumn("equity", "equity", .amount) { JournalCell($0.equity) },
            JournalColumn("currency", "of") { .text($0.currency.code) },
            JournalColumn("session", "session") { .text($0.run) },
        ]
    }
}

extension [JournalColumn<RecordedRefusal>] {
    static var refusals: Self {
        [
            JournalColumn("time", "time (UTC)", .time) { .time($0.time) },
            JournalColumn("rule", "limit") { .text($0.rule) },
            JournalColumn("detail", "why") { .text($0.detail) },
            JournalColumn("intent", "intent") { .text($0.intent) },
            JournalColumn("session", nil) { .text($0.run) },
        ]
    }
}

extension [JournalColumn<RecordedReconciliation>] {
    static var reconciliations: Self {
        [
            JournalColumn("time", "time (UTC)", .time) { .time($0.time) },
            JournalColumn("kind", "kind") { .text($0.kind) },
            JournalColumn("symbol", "symbol") { JournalCell($0.symbol?.description) },
            JournalColumn("before", "here", .amount) { JournalCell($0.before) },
            JournalColumn("after", "at the venue", .amount) { JournalCell($0.after) },
            JournalColumn("evidence", "evidence") { .text($0.evidence) },
            JournalColumn("session", nil) { .text($0.run) },
        ]
    }
}

extension [JournalColumn<RecordedGap>] {
    static var gaps: Self {
        [
            JournalColumn("time", "time (UTC)", .time) { .time($0.time) },
            JournalColumn("entries", "entries lost", .amount) { .number(Int64($0.entries)) },
            JournalColumn("reason", "why") { .text($0.reason) },
            JournalColumn("session", "session") { .text($0.run) },
        ]
    }
}
