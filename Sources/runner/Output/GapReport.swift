import PlainJSON
import RunInputs
import SessionGap
import TradingModel

/// What a session made against what the simulation makes, as text for people and as JSON for programs.
struct GapReport {
    let session: String
    let header: RecordingHeader
    let gap: SessionGap
    let deeds: SessionDeeds
    /// To the venue, in nanoseconds, as the simulation has it.
    let modelledLatency: Int64
    /// The same of a session on paper; nil: it was live, and its orders' answers say it.
    let ownLatency: Int64?
    /// How far it goes.
    let last: Timestamp
    /// How often the connection was lost or silent.
    let losses: Int
    /// Why the session ended; nil: it has no end.
    let end: String?
    /// Why it is not of the whole session; nil: it is.
    let shortfall: RecordedSession.Shortfall?
    /// Whether each order is shown.
    var showsOrders = false

    /// A part as it is called, what it is, and where it stands.
    private struct Part {
        let key: String
        let name: String
        let meaning: String
        let path: KeyPath<GapParts, Purse>
    }

    private static var parts: [Part] {
        [
            Part(
                key: "fills_missed", name: "fills missed",
                meaning: "the simulation filled, the session did not", path: \.missed),
            Part(
                key: "fills_extra", name: "fills extra",
                meaning: "the session filled, the simulation did not", path: \.extra),
            Part(
                key: "price", name: "price", meaning: "the same quantities at other prices",
                path: \.price),
            Part(
                key: "fee", name: "fee", meaning: "the same quantities with other fees",
                path: \.fee),
            Part(
                key: "funding", name: "funding", meaning: "what was paid on positions",
                path: \.funding),
            Part(
                key: "latency", name: "latency",
                meaning: "the session's latency instead of the simulation's", path: \.latency),
        ]
    }

    /// Those in which anything was made or traded.
    private var currencies: [Currency] {
        var all = Set(gap.session.amounts.keys).union(gap.simulation.amounts.keys)
        for part in gap.parts.all { all.formUnion(part.amounts.keys) }
        if all.isEmpty, let first = deeds.instruments.first { all.insert(first.settle) }
        return all.sorted()
    }

    private var earlierFills: Int { deeds.adoptions.count { $0.isFill } }
    private var earlierPositions: Int { deeds.adoptions.count { !$0.isFill } }

    // MARK: - Text

    var text: String {
        var blocks = [headLines.joined(separator: "\n")]
        blocks += currencies.map { table($0).joined(separator: "\n") }
        if showsOrders {
            var orders = JournalPrinter(columns, .table, what: "")
            blocks.append(
                gap.orders.isEmpty
                    ? "no orders" : orders.tableLines(gap.orders).joined(separator: "\n"))
        }
        return blocks.joined(separator: "\n\n")
    }

    private var headLines: [String] {
        var lines = ["session     \(session), \(mode) at \(header.venue)"]
        lines.append(
            "            \(UTCTime(header.begun).dateAndClock) to \(UTCTime(last).dateAndClock) UTC, "
                + (end ?? "without an end"))
        let filled = gap.orders.count { $0.filled > .zero }
        let simulated = gap.orders.count { $0.simulated > .zero }
        lines.append(
            "orders      \(gap.orders.count) sent; \(filled) filled in the session, \(simulated) in "
                + "the simulation")
        lines.append(
            "latency     \(Self.milliseconds(modelledLatency)) to the venue in the simulation, "
                + ownLatencyText)
        for (index, mark) in gap.marks.enumerated() {
            guard let mark else { continue }
            lines.append("valued at   \(mark) a \(deeds.instruments[index].symbol)")
        }
        var kept: [String] = []
        if earlierFills > 0 { kept.append(counted(earlierFills, "fill") + " of earlier orders") }
        if earlierPositions > 0 {
            kept.append(counted(earlierPositions, "position") + " that no order explains")
        }
        if !kept.isEmpty {
            lines.append(
                "as it was   \(kept.joined(separator: " and ")): the same in the simulation")
        }
        if losses > 0 {
            lines.append(
                "unseen      the connection was lost or silent \(counted(losses, "time")): the "
                    + "simulation knows as little of the market then")
        }
        return lines
    }

    private var mode: String { header.isLive ? "live" : "on paper" }

    private var ownLatencyText: String {
        if let ownLatency { return "\(Self.milliseconds(ownLatency)) in the session" }
        guard let measured = deeds.latency else {
            return "and the same for the session's: no answer to an order measures it"
        }
        return "\(Self.milliseconds(measured.median)) in the session "
            + "(\(Self.milliseconds(measured.least)) to \(Self.milliseconds(measured.most)), "
            + counted(measured.count, "order") + ")"
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        exactMilliseconds(nanoseconds).rounded(toMultipleOf: attosPerUnit / 1_000, .halfEven)
            .description + " ms"
    }

    private static func exactMilliseconds(_ nanoseconds: Int64) -> Money {
        Money(attos: Int128(nanoseconds) * (attosPerUnit / 1_000_000))
    }

    /// The sums in one currency, to the last digit.
    private func table(_ currency: Currency) -> [String] {
        var rows: [(name: String, amount: String, rest: String)] = [
            ("", currency.code, "orders"),
            ("session", signed(gap.session[currency]), ""),
            ("simulation", signed(gap.simulation[currency]), ""),
            ("difference", signed(gap.difference[currency]), ""),
        ]
        for part in Self.parts {
            let orders = gap.orders.count { $0.parts[keyPath: part.path][currency] != .zero }
            let count = part.key == "funding" ? "" : String(orders)  // it is of positions
            let room = String(repeating: " ", count: max(0, 6 - count.utf8.count))
            rows.append(
                (
                    "  " + part.name, signed(gap.parts[keyPath: part.path][currency]),
                    room + count + "  " + part.meaning
                ))
        }
        let width = rows.map { $0.amount.count }.max() ?? 0
        let lines = rows.map { row in
            let name = row.name + String(repeating: " ", count: 16 - row.name.count)
            let room = String(repeating: " ", count: width - row.amount.count)
            return (name + room + row.amount + "  " + row.rest).trimmedAtEnd
        }
        return [Console.coloured(lines[0], .bold)] + lines.dropFirst()
    }

    private func signed(_ amount: Money) -> String {
        (amount > .zero ? "+" : "") + amount.description
    }

    // MARK: - JSON

    var json: JSON {
        var members: [(String, JSON)] = [
            ("session", .text(session)), ("mode", .text(header.isLive ? "live" : "paper")),
            ("venue", .text(header.venue)), ("from", .text(UTCTime(header.begun).iso)),
            ("to", .text(UTCTime(last).iso)), ("end", end.map { .text($0) } ?? .null),
            ("is_whole", .bool(shortfall == nil)),
            ("shortfall", shortfall.map { .text($0.text) } ?? .null),
            ("orders", .integer(gap.orders.count)),
            ("filled_orders", .integer(gap.orders.count { $0.filled > .zero })),
            ("simulated_filled_orders", .integer(gap.orders.count { $0.simulated > .zero })),
            ("market_events", .integer(deeds.marketEventCount)),
            ("latency", latency),
            (
                "marks",
                .pairs(
                    zip(deeds.instruments, gap.marks).map {
                        ($0.symbol.description, $1.map { .text($0.description) } ?? .null)
                    })
            ),
            ("earlier_fills", .integer(earlierFills)),
            ("earlier_positions", .integer(earlierPositions)),
            ("connection_losses", .integer(losses)),
            ("currencies", .pairs(currencies.map { ($0.code, json($0)) })),
        ]
        if showsOrders {
            let printer = JournalPrinter(columns, .json, what: "")
            members.append(("order_details", .array(gap.orders.map { printer.json($0) })))
        }
        return .pairs(members)
    }

    private var latency: JSON {
        let measured = deeds.latency
        func milliseconds(_ value: Int64?) -> JSON {
            value.map { .text(Self.exactMilliseconds($0).description) } ?? .null
        }
        return .pairs([
            ("simulation_ms", milliseconds(modelledLatency)),
            ("session_ms", milliseconds(ownLatency ?? measured?.median)),
            ("measured_orders", .integer(ownLatency == nil ? measured?.count ?? 0 : 0)),
            ("least_ms", milliseconds(ownLatency ?? measured?.least)),
            ("most_ms", milliseconds(ownLatency ?? measured?.most)),
        ])
    }

    private func json(_ currency: Currency) -> JSON {
        .pairs(
            [
                ("session", .text(gap.session[currency].description)),
                ("simulation", .text(gap.simulation[currency].description)),
                ("difference", .text(gap.difference[currency].description)),
            ]
                + Self.parts.map {
                    ($0.key, .text(gap.parts[keyPath: $0.path][currency].description))
                })
    }

    // MARK: - Orders

    private var columns: [JournalColumn<OrderGap>] {
        let instruments = deeds.instruments
        let settle = { (row: OrderGap) in instruments[row.order.instrument].settle }
        let amounts = Self.parts.filter { $0.key != "funding" }.map { part in
            JournalColumn<OrderGap>(part.key, part.name, .amount) { row in
                .text(Self.short(row.parts[keyPath: part.path], settle(row)))
            }
        }
        return orderColumns + amounts + [
            JournalColumn<OrderGap>("client_id", "order") { .text($0.order.id.text) },
            JournalColumn<OrderGap>("tag", nil) { row in
                row.order.request.map { JournalCell($0.tag) } ?? .none
            },
            JournalColumn<OrderGap>("simulation_reason", "the simulation ended it") {
                JournalCell($0.reason)
            },
        ]
    }

    private var orderColumns: [JournalColumn<OrderGap>] {
        let instruments = deeds.instruments
        return [
            JournalColumn("time", "time (UTC)", .time) { .time($0.order.sentAt) },
            JournalColumn("symbol", "symbol") {
                JournalCell(instruments[$0.order.instrument].symbol)
            },
            JournalColumn("side", "side") { JournalCell($0.order.request?.side.description) },
            JournalColumn("quantity", "quantity", .amount) {
                JournalCell($0.order.request?.quantity)
            },
            JournalColumn("limit", "limit", .amount) { JournalCell($0.order.request?.price) },
            JournalColumn("filled", "filled", .amount) { JournalCell($0.filled) },
            JournalColumn("simulated", "simulated", .amount) { JournalCell($0.simulated) },
            JournalColumn("simulated_with_session_latency", nil) { JournalCell($0.retimed) },
        ]
    }

    /// Without the currency where it is the instrument's own.
    private static func short(_ purse: Purse, _ settle: Currency) -> String {
        if purse.isEmpty { return "0" }
        guard purse.amounts.count == 1, let amount = purse.amounts[settle] else {
            return purse.description
        }
        return amount.description
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
