/// What is said of a table that is not understood, in its reader's words.
enum CsvMessages {
    /// What a table can be, and what it then needs.
    private struct Wanted {
        let what: String
        let roles: [CsvRole]
        let example: String
    }

    private static let bars = Wanted(
        what: "bars", roles: [.openTime, .open, .high, .low, .close, .volume],
        example: "`time,open,high,low,close,volume` and below it "
            + "`2025-01-31 09:30,100,102,99,101,10`")
    private static let quotes = Wanted(
        what: "quotes", roles: [.venueTime, .bidPrice, .bidQuantity, .askPrice, .askQuantity],
        example: "`time,bid_price,bid_qty,ask_price,ask_qty` and below it "
            + "`2025-01-31 09:30:00.5,100,2,101,3`")
    private static let trades = Wanted(
        what: "trades", roles: [.venueTime, .price, .quantity],
        example: "`time,price,qty,side` and below it `2025-01-31 09:30:00.5,100,0.2,buy`")
    private static let funding = Wanted(
        what: "funding", roles: [.fundingTime, .fundingRate],
        example: "`time,funding_rate` and below it `2025-01-31 08:00,0.0001`")

    /// Names the missing columns of a header, those that look like them, and what to call them.
    static func notUnderstood(_ columns: CsvColumns) -> String {
        if columns.names.count == 1 {
            return "is not a table with several columns: its first line is "
                + "`\(shortened(columns.names[0]))`, expected names separated by commas, "
                + "semicolons or tabs, such as \(trades.example)"
        }
        let wanted = wanted(of: columns)
        let used = Set(wanted.roles.compactMap { columns.column($0)?.index })
        var found = used
        var parts: [String] = []
        for role in wanted.roles where columns.column(role) == nil {
            if role == .venueTime, columns.has(.receiveTime) { continue }
            if role == .openTime, columns.has(.closeTime) { continue }
            parts.append(missing(role, columns, &found))
        }
        let names = columns.names.prefix(12).map { "`\(shortened($0))`" }.joined(separator: ", ")
        let more = columns.names.count > 12 ? " and \(columns.names.count - 12) more" : ""
        return "the columns \(names)\(more) are not understood"
            + (parts.isEmpty ? "" : ": " + parts.joined(separator: "; "))
            + ". A file of \(wanted.what) looks like this: \(wanted.example)"
    }

    private static func missing(
        _ role: CsvRole, _ columns: CsvColumns, _ used: inout Set<Int>
    ) -> String {
        let none = "there is no column for \(role.words)"
        if role == .volume, let quote = columns.quoteVolume {
            return none + " in the coin: `\(quote.name)` counts the other currency"
        }
        guard let near = columns.lookalike(role, besides: used) else {
            return none + " (`\(role.usualName)`)"
        }
        used.insert(near.index)
        return none + "; `\(near.name)` looks like it: rename it to `\(role.usualName)`"
    }

    /// What the table most probably is.
    private static func wanted(of columns: CsvColumns) -> Wanted {
        if [CsvRole.open, .high, .low, .close].count(where: { columns.has($0) }) >= 2 {
            return bars
        }
        if columns.has(.bidPrice) || columns.has(.askPrice) { return quotes }
        return columns.has(.fundingRate) && !columns.has(.price) ? funding : trades
    }

    /// What is said of rows without a header that could mean several things.
    static func withoutHeader(_ sample: CsvSample, separator: UInt8) -> String {
        let count = sample.columnCount
        let first = (0..<count).map { sample.text(0, $0) }
            .joined(separator: String(UnicodeScalar(separator)))
        let columns = count == 1 ? "1 column" : "\(count) columns"
        return "has no header, and its \(columns) are not understood: `\(shortened(first))`; "
            + "write the names of the columns into the first line, for bars "
            + "`time,open,high,low,close,volume`, for trades `time,price,qty,side`"
    }

    private static func shortened(_ text: String) -> String {
        text.count > 60 ? text.prefix(60) + "…" : text
    }
}
