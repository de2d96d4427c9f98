import JournalStore
import PlainJSON
import TradingModel

/// An account's journal at a glance.
struct JournalSummary {
    let paths: [String]
    /// The last of them, the oldest first.
    private(set) var sessions: [RecordedJournalRun] = []
    private(set) var sessionCount = 0
    let positions: [RecordedPosition]
    private var orders = 0
    private var openOrders = 0
    private var fills = 0
    private var refusals = 0
    private var missing = 0

    /// Sessions that are shown.
    private static let most = 10

    init(_ journals: OpenJournals, since time: Timestamp) throws(JournalProblem) {
        paths = journals.paths
        positions = try journals.positions(since: time)
        for reader in journals.readers {
            let counts = try reader.counts(since: time)
            orders += counts.orders
            openOrders += counts.openOrders
            fills += counts.executions
            refusals += counts.refusals
            missing += counts.missing
        }
        try journals.eachSession(since: time) { run in
            sessions.append(run)
            if sessions.count > Self.most { sessions.removeFirst() }
            sessionCount += 1
            return true
        }
    }

    var text: String {
        var blocks = [paths.joined(separator: "\n")]
        var runs = JournalPrinter([JournalColumn].sessions, .table, what: "")
        var lines = runs.tableLines(sessions)
        if sessionCount > sessions.count {
            lines.append("and \(sessionCount - sessions.count) before: runner journal sessions")
        }
        blocks.append(lines.joined(separator: "\n"))
        if !positions.isEmpty {
            var table = JournalPrinter([JournalColumn].positions, .table, what: "")
            blocks.append(table.tableLines(positions).joined(separator: "\n"))
        }
        var last = counted(orders, "order") + ", \(openOrders) open; " + counted(fills, "fill")
        if refusals > 0 { last += "; " + counted(refusals, "refusal") }
        if missing > 0 {
            last += "; \(counted(missing, "entry", "entries")) missing: runner journal gaps"
        }
        return (blocks + [last]).joined(separator: "\n\n")
    }

    var json: JSON {
        let runs = JournalPrinter([JournalColumn].sessions, .json, what: "")
        let table = JournalPrinter([JournalColumn].positions, .json, what: "")
        return .pairs([
            ("files", .array(paths.map { .text($0) })),
            ("sessions", .integer(sessionCount)),
            ("last_sessions", .array(sessions.map { runs.json($0) })),
            ("positions", .array(positions.map { table.json($0) })),
            ("orders", .integer(orders)), ("open_orders", .integer(openOrders)),
            ("fills", .integer(fills)), ("refusals", .integer(refusals)),
            ("missing_entries", .integer(missing)),
        ])
    }
}
