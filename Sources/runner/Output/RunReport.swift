import PlainJSON
import RunFigures
import TradingCore
import TradingModel

/// A finished run's figures, as text for people and as JSON for programs.
struct RunReport {
    let run: any TradingRun
    let files: [SymbolFiles]
    let loopSeconds: Double
    let seed: UInt64?
    /// How many levels a side of the books are shown.
    var bookLevels = 0
    /// Where somebody ended it before its data did; nil: nobody did.
    var interruption: Interruption?

    /// What was read for a symbol.
    struct SymbolFiles {
        let symbol: Symbol
        let names: [String]
        let skipped: Int
        let notes: [String]
    }

    private var state: TradingState { run.engine.state }
    private var events: Int { run.eventCount }
    private var eventsPerSecond: Double { loopSeconds > 0 ? Double(events) / loopSeconds : 0 }

    // MARK: - Sums over instruments that settle in the reporting currency

    private var reported: [(Instrument, Position)] {
        zip(state.instruments, state.positions).filter { $0.0.settle == run.equity.currency }
    }
    private var realised: Money { reported.reduce(.zero) { $0 + $1.1.realisedPnL } }
    private var fees: Money { reported.reduce(.zero) { $0 + $1.1.fees } }
    private var funding: Money { reported.reduce(.zero) { $0 + $1.1.funding } }
    private var unrealised: Money { reported.reduce(.zero) { $0 + unrealised($1.0, $1.1) } }

    private func unrealised(_ instrument: Instrument, _ position: Position) -> Money {
        guard let price = run.equity.valuation(instrument.id, state) else { return .zero }
        return position.unrealisedPnL(at: price) ?? .zero
    }

    // MARK: - JSON

    var json: JSON {
        .pairs(
            [
                ("data", .pairs(files.enumerated().map { ($1.symbol.description, data($0, $1)) })),
                ("orders", .integer(run.tally.orders)),
                ("fills", .integer(run.tally.fills)),
                ("open_orders", .integer(state.orders.open.count)),
                (
                    "rejected",
                    .pairs(
                        run.tally.rejected.sorted { $0.key < $1.key }
                            .map { ($0.key, .integer($0.value)) })
                ),
                (
                    "positions",
                    .pairs(
                        zip(state.instruments, state.positions)
                            .map { ($0.symbol.description, json($0, $1)) })
                ),
                ("currency", .text(run.equity.currency.code)),
                ("realised_pnl", .text(realised.description)),
                ("unrealised_pnl", .text(unrealised.description)),
                ("fees", .text(fees.description)),
                ("funding", .text(funding.description)),
                ("equity", .text(run.equity.equity.description)),
                ("max_drawdown", .text(run.equity.maxDrawdown.description)),
                ("balances", .pairs(balances(state.balances.values.map(\.self)))),
            ] + accounts + [
                ("intents", .integer(run.tally.intents.count)),
                ("intents_sha256", .text(run.tally.intents.hexadecimal)),
                ("failed_handlers", .pairs(failures.map { ($0, .integer($1.count)) })),
                ("seed", seed.map { .text(String($0)) } ?? .null),
                ("stopped", run.stopReason.map { .text($0) } ?? .null),
                ("interrupted_at", interruption.map { .figure($0.share) } ?? .null),
                ("loop_seconds", .figure(loopSeconds)),
                ("events_per_second", .figure(eventsPerSecond.rounded())),
            ])
    }

    private var failures: [(key: String, value: HandlerFailures)] {
        run.engine.handlerFailures.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    }

    /// Of several accounts each by its venue.
    private var accounts: [(String, JSON)] {
        guard state.accounts.count > 1 else { return [] }
        let open = state.orders.open.map { state.accounts[$0.request.instrument] }
        let list = state.accounts.venues.enumerated().map { place, venue in
            let own = state.accountBalances.filter { $0.account == place }
            let about = JSON.pairs([
                ("balances", .pairs(balances(own))),
                ("open_orders", .integer(open.count { $0 == place })),
            ])
            return (venue, about)
        }
        return [("accounts", .pairs(list))]
    }

    private func balances(_ list: [Balance]) -> [(String, JSON)] {
        list.sorted { $0.currency < $1.currency }.map { balance in
            (
                balance.currency.code,
                .pairs([
                    ("total", .text(balance.total.description)),
                    ("available", .text(balance.available.description)),
                ])
            )
        }
    }

    private func data(_ index: Int, _ files: SymbolFiles) -> JSON {
        let statistics = run.statistics[index]
        let book = run.books[index]
        return .pairs(
            [
                ("files", .array(files.names.map { .text($0) })),
                ("events", .integer(statistics.events)),
                ("trades", .integer(statistics.trades)),
                ("book_updates", .integer(statistics.bookUpdates)),
                ("quotes", .integer(statistics.quotes)),
                ("bars", .integer(statistics.bars)),
                ("skipped", .integer(files.skipped)),
                ("volume", .text(statistics.volume.description)),
                ("buy_volume", .text(statistics.buyVolume.description)),
                ("notional", .text(statistics.notional.description)),
                ("last_bid", level(book?.bestBid ?? statistics.lastQuote?.bid)),
                ("last_ask", level(book?.bestAsk ?? statistics.lastQuote?.ask)),
                ("bid_levels", .integer(book?.levelCount(.buy) ?? 0)),
                ("ask_levels", .integer(book?.levelCount(.sell) ?? 0)),
                ("crossed", .integer(book?.crossedMessages ?? 0)),
                ("first_time", time(statistics.firstTime)),
                ("last_time", time(statistics.lastTime)),
                (
                    "notes",
                    .array(
                        (files.notes + run.fillNotes(of: state.instruments[index].id))
                            .map { .text($0) })
                ),
            ] + (bookLevels > 0 ? [("book", bookSides(book))] : []))
    }

    private func bookSides(_ book: OrderBook?) -> JSON {
        let rows = { (side: Side) -> JSON in
            .array(
                (book?.levels(side, count: bookLevels) ?? []).map {
                    .array([.text($0.price.description), .text($0.quantity.description)])
                })
        }
        return .pairs([("bids", rows(.buy)), ("asks", rows(.sell))])
    }

    private func level(_ level: BookLevel?) -> JSON {
        guard let level else { return .null }
        return .pairs([
            ("price", .text(level.price.description)),
            ("qty", .text(level.quantity.description)),
        ])
    }

    private func time(_ time: Timestamp?) -> JSON {
        time.map { .text(UTCTime($0).iso) } ?? .null
    }

    private func json(_ instrument: Instrument, _ position: Position) -> JSON {
        .pairs([
            ("qty", .text(position.net.description)),
            (
                "average_price",
                position.averagePrice.map { .text($0.description) } ?? .null
            ),
            ("currency", .text(instrument.settle.code)),
            ("realised_pnl", .text(position.realisedPnL.description)),
            ("unrealised_pnl", .text(unrealised(instrument, position).description)),
            ("fees", .text(position.fees.description)),
            ("funding", .text(position.funding.description)),
            ("bought", json(traded(instrument).bought)),
            ("sold", json(traded(instrument).sold)),
            (
                "fees_paid",
                .pairs(
                    traded(instrument).fees.sorted { $0.key < $1.key }
                        .map { ($0.key.code, .text($0.value.description)) })
            ),
        ])
    }

    private func traded(_ instrument: Instrument) -> Traded {
        run.tally.traded[instrument.id] ?? Traded()
    }

    private func json(_ sum: Traded.Sum) -> JSON {
        .pairs([
            ("fills", .integer(sum.fills)), ("qty", .text(sum.quantity.description)),
            ("value", .text(sum.value.description)),
        ])
    }

    // MARK: - Text

    /// The summary on a screen: what ran, what it did, what it made.
    var text: String {
        var lines: [String] = []
        if let interruption { lines.append("end         \(interruption.text)") }
        for (index, entry) in files.enumerated() {
            lines += dataLines(run.statistics[index], entry)
            lines += run.fillNotes(of: state.instruments[index].id).map { "            " + $0 }
            if bookLevels > 0 { lines += bookLines(run.books[index]) }
        }
        let rejected = run.tally.rejected.values.reduce(0, +)
        let fills = run.tally.fills > 0 ? ", " + counted(run.tally.fills, "fill") : ""
        lines.append("orders      \(run.tally.orders) sent\(fills), \(rejected) rejected")
        for (reason, count) in run.tally.rejected.sorted(by: { $0.key < $1.key }) {
            lines.append("            \(count) × \(reason)")
        }
        for (instrument, position) in zip(state.instruments, state.positions) {
            let entry = position.averagePrice.map { " @ \(shown($0, of: instrument))" } ?? ""
            lines.append("position    \(position.net) \(instrument.symbol)\(entry)")
        }
        lines += moneyLines
        lines += failureLines
        let intents = run.tally.intents
        lines.append("intents     \(intents.count), sha256 \(intents.hexadecimal)")
        if loopSeconds > 0 {
            let rate = Money(attos: Int128(eventsPerSecond) * attosPerUnit).shown(places: 0)
            lines.append("speed       \(counted(events, "event")), \(rate) a second")
        }
        return lines.joined(separator: "\n")
    }

    /// Which handlers failed, how often, and where the first time; the log has the rest.
    private var failureLines: [String] {
        failures.enumerated().map { row, failure in
            let place = failure.value.first.firstRange(of: ": in \(failure.key): ")
                .map { ", first at " + failure.value.first[..<$0.lowerBound] }
            return (row == 0 ? "failed      " : "            ")
                + "\(failure.key) \(counted(failure.value.count, "time"))\(place ?? "")"
        }
    }

    /// Asks above bids, as a ladder.
    private func bookLines(_ book: OrderBook?) -> [String] {
        guard let book else { return ["book        none"] }
        let asks = book.levels(.sell, count: bookLevels).reversed().map { ("ask", $0) }
        let bids = book.levels(.buy, count: bookLevels).map { ("bid", $0) }
        return (asks + bids).map { "book        \($0.0) \($0.1.price)  \($0.1.quantity)" }
    }

    private var moneyLines: [String] {
        let currency = run.equity.currency
        let total = realised + unrealised - fees + funding
        var parts = "realised \(realised.signed(in: currency)), "
        parts += "unrealised \(unrealised.signed(in: currency)), fees \(fees.shown(in: currency))"
        if funding != .zero { parts += ", funding \(funding.signed(in: currency))" }
        return [
            "PnL         \(total.signed(in: currency)) \(currency)  (\(parts))",
            "equity      \(run.equity.equity.shown(in: currency)) \(currency), max drawdown "
                + run.equity.maxDrawdown.shown(in: currency),
        ]
    }

    private func shown(_ price: Price, of instrument: Instrument) -> String {
        price.shown(places: min(18, instrument.priceScale.decimals + 2))
    }

    private func dataLines(_ statistics: DataStatistics, _ entry: SymbolFiles) -> [String] {
        var parts: [String] = []
        if statistics.trades > 0 { parts.append(counted(statistics.trades, "trade")) }
        if statistics.bookUpdates > 0 {
            parts.append(counted(statistics.bookUpdates, "book update"))
        }
        if statistics.quotes > 0 { parts.append(counted(statistics.quotes, "quote")) }
        if statistics.bars > 0 { parts.append(counted(statistics.bars, "bar")) }
        if parts.isEmpty { parts.append("no events") }
        var lines = ["data        \(entry.symbol): " + parts.joined(separator: ", ")]
        if let first = statistics.firstTime, let last = statistics.lastTime {
            lines.append(
                "            \(UTCTime(first).dateAndClock) to \(UTCTime(last).dateAndClock) UTC")
        }
        if entry.skipped > 0 {
            lines.append("            \(counted(entry.skipped, "bad line")) skipped")
        }
        lines += entry.notes.map { "            " + $0 }
        return lines
    }
}
