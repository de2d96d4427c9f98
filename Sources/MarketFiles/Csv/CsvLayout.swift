internal import TradingModel

/// Which columns of a CSV hold what: decided by the header, or by the first row without one.
struct CsvLayout {
    enum Kind {
        case trades(CsvTradeColumns)
        case quotes(CsvQuoteColumns)
        /// Levels that change, one a row.
        case book(CsvBookColumns)
        /// A whole book in each row.
        case snapshots(CsvSnapshotColumns)
        case bars(CsvBarColumns)
    }

    let kind: Kind
    let fieldCount: Int
    let separator: UInt8
    let hasHeader: Bool

    /// - Throws: when the columns are not understood; the reason says what was found.
    init(firstLine: Span<UInt8>) throws(BadLine) {
        let separator = Self.separator(of: firstLine)
        var row = CsvRow(separator: separator)
        try row.split(firstLine)
        self.separator = separator
        fieldCount = row.fields.count
        let startsWithNumber =
            row.fields.first.flatMap { field in
                field.first.map { firstLine[$0] &- UInt8(ascii: "0") < 10 }
            } ?? false
        hasHeader = !startsWithNumber
        if startsWithNumber {
            kind = try Self.recogniseDump(firstLine, row)
        } else {
            let columns = CsvColumns(names: row.fields.map { text(firstLine, $0) })
            kind = try Self.recognise(columns)
        }
    }

    private static func separator(of line: Span<UInt8>) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        for at in 0..<line.count { counts[line[at], default: 0] += 1 }
        var best = UInt8(ascii: ",")
        for other in [UInt8(ascii: ";"), UInt8(ascii: "\t")] {
            if counts[other, default: 0] > counts[best, default: 0] { best = other }
        }
        return best
    }

    private static func recognise(_ columns: CsvColumns) throws(BadLine) -> Kind {
        try refuse(columns)
        if let snapshot = CsvSnapshotColumns(columns) { return .snapshots(snapshot) }
        if let book = CsvBookColumns(columns) { return .book(book) }
        if let bars = CsvBarColumns(columns) { return .bars(bars) }
        if let quotes = CsvQuoteColumns(columns) { return .quotes(quotes) }
        if let trades = CsvTradeColumns(columns) { return .trades(trades) }
        throw notUnderstood(columns)
    }

    /// Files that would pass for something they are not.
    private static func refuse(_ columns: CsvColumns) throws(BadLine) {
        let refused: [(marks: [String], what: String)] = [
            (["action", "orderid"], "single orders (level 3), which are not understood"),
            (["bidopen", "askopen"], "bars of bid and ask, which are no market that trades"),
            (["fundingrate"], "a venue's ticker or funding, which are not understood"),
            (["strikeprice"], "options, which are not understood"),
        ]
        for (marks, what) in refused {
            for mark in marks {
                if let column = columns.named(mark) {
                    throw BadLine(
                        reason: "holds \(what) (column `\(column.name)`); " + understoodFormats)
                }
            }
        }
    }

    private static func notUnderstood(_ columns: CsvColumns) -> BadLine {
        var reason = "the columns \(columns.names.map { "`\($0)`" }.joined(separator: ", ")) are "
        reason += "not understood"
        let looksLikeBars = [CsvRole.open, .high, .low, .close].count { columns.has($0) } >= 2
        let looksLikeQuotes = columns.has(.bidPrice) || columns.has(.askPrice)
        let wanted: [CsvRole] =
            looksLikeBars
            ? [.openTime, .open, .high, .low, .close, .volume]
            : looksLikeQuotes
                ? [.venueTime, .bidPrice, .bidQuantity, .askPrice, .askQuantity]
                : [.venueTime, .price, .quantity]
        for role in wanted where columns.column(role) == nil {
            if role == .venueTime, columns.has(.receiveTime) { continue }
            if let (found, meant) = columns.misspelt(role) {
                reason += ": did you mean `\(meant)` by `\(found)`?"
            } else {
                reason += ": there is none for \(role) (such as `\(role.names[0])`)"
            }
            break
        }
        return BadLine(reason: reason + "; " + understoodFormats)
    }

    /// Binance's public dumps have no header; their rows have shapes of their own.
    private static func recogniseDump(
        _ line: Span<UInt8>, _ row: CsvRow
    ) throws(BadLine) -> Kind {
        let fields = row.fields
        func isTime(_ index: Int) -> Bool {
            guard index < fields.count, let number = readWhole(line, fields[index]) else {
                return false
            }
            return TimeForm(magnitude: number) != nil
        }
        func isFlag(_ index: Int) -> Bool {
            guard index < fields.count else { return false }
            return matches(line, fields[index], "true") || matches(line, fields[index], "false")
        }
        let names: [String]? =
            if fields.count == 12, isTime(0), isTime(6) {
                [
                    "open_time", "open", "high", "low", "close", "volume", "close_time",
                    "quote_volume", "count", "taker_buy_volume", "taker_buy_quote_volume", "ignore",
                ]
            } else if (6...7).contains(fields.count), isTime(4), isFlag(5) {
                ["id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match"]
            } else if (7...8).contains(fields.count), isTime(5), isFlag(6) {
                [
                    "agg_trade_id", "price", "qty", "first_trade_id", "last_trade_id", "time",
                    "is_buyer_maker", "is_best_match",
                ]
            } else {
                nil
            }
        guard let names else {
            throw BadLine(
                reason: "has no header, and its \(fields.count) columns are no Binance klines, "
                    + "trades or aggTrades: `\(excerpt(line, 0..<line.count))`; "
                    + understoodFormats)
        }
        return try recognise(CsvColumns(names: Array(names.prefix(fields.count))))
    }
}

/// What a message about a file that is not understood ends with.
let understoodFormats = """
    understood are hftbacktest .npy and .npz, CSV with a header (trades: time, price, qty; quotes: \
    time, bid_price, bid_qty, ask_price, ask_qty; bars: time, open, high, low, close, volume; \
    Tardis trades, quotes, incremental_book_L2 and book_snapshot_N), Binance klines, trades and \
    aggTrades, and captured Binance streams, each plain or packed
    """
