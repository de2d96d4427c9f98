internal import TradingModel

/// Which columns of a CSV hold what: decided by the header, or by the first rows without one.
struct CsvLayout {
    enum Kind {
        case trades(CsvTradeColumns)
        case quotes(CsvQuoteColumns)
        /// Levels that change, one a row.
        case book(CsvBookColumns)
        /// A whole book in each row.
        case snapshots(CsvSnapshotColumns)
        case bars(CsvBarColumns)
        /// A venue's tickers, which tell the funding on the way: Tardis `derivative_ticker`.
        case tickers(CsvTickerColumns)
        /// Rates of funding, one settlement a row.
        case funding(CsvFundingColumns)
    }

    let kind: Kind
    let fieldCount: Int
    let separator: UInt8
    let linesToPass: Int
    /// Says whose a row is, where the file holds several.
    let symbol: CsvColumn?
    let style: NumberStyle
    /// How the file is read where that was a choice, one sentence each.
    let notes: [String]

    /// - Parameter separator: what separates the fields, where that is known.
    /// - Throws: when the columns are not understood; the reason says what was found.
    init(_ lines: [[UInt8]], separator: UInt8? = nil) throws(BadLine) {
        let head = try CsvHead(lines, separator: separator)
        self.separator = head.separator
        linesToPass = head.linesToPass
        style = try head.sample.numberStyle()
        var notes: [String] = []
        let names: [String]
        if let found = head.names {
            names = found
        } else {
            (names, notes) = try Self.namesWithoutHeader(head, style)
        }
        fieldCount = names.count
        let columns = CsvColumns(names: names, sample: head.sample)
        kind = try Self.recognise(columns, style)
        symbol = columns.column(.symbol)
        if style == .comma { notes.append("numbers are read with decimal commas") }
        self.notes = notes + Self.notes(of: kind, columns)
        for time in kind.times { try Self.checkOrder(of: time, columns) }
    }

    private static func namesWithoutHeader(
        _ head: CsvHead, _ style: NumberStyle
    ) throws(BadLine) -> (names: [String], notes: [String]) {
        let sample = head.hasIndex ? head.sample.withoutFirstColumn : head.sample
        var headerless = CsvHeaderless(sample, style)
        guard let found = headerless.names() else {
            throw BadLine(
                reason: CsvMessages.withoutHeader(head.sample, separator: head.separator))
        }
        let names = (head.hasIndex ? ["unread_index"] : []) + found
        if headerless.isBinanceDump { return (names, []) }
        let told = names.filter { !$0.hasPrefix("unread_") }.joined(separator: ", ")
        return (names, ["there is no header: the columns are read as \(told)"])
    }

    private static func recognise(
        _ columns: CsvColumns, _ style: NumberStyle
    ) throws(BadLine) -> Kind {
        try refuse(columns)
        if let snapshot = CsvSnapshotColumns(columns) { return .snapshots(snapshot) }
        if let book = CsvBookColumns(columns) { return .book(book) }
        if let tickers = CsvTickerColumns(columns) { return .tickers(tickers) }
        if let candles = CsvFundingColumns(candles: columns, style) { return .funding(candles) }
        if let bars = CsvBarColumns(columns) { return .bars(bars) }
        if let quotes = CsvQuoteColumns(columns) { return .quotes(quotes) }
        if let trades = CsvTradeColumns(columns) { return .trades(trades) }
        if let funding = CsvFundingColumns(columns) { return .funding(funding) }
        throw BadLine(reason: CsvMessages.notUnderstood(columns))
    }

    /// Files that would pass for something they are not.
    private static func refuse(_ columns: CsvColumns) throws(BadLine) {
        let refused: [(marks: [String], what: String)] = [
            (["action", "orderid"], "single orders (level 3), which are not understood"),
            (["bidopen", "askopen"], "bars of bid and ask, which are not a market that trades"),
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

    /// Refuses dates of which nothing tells whether the day or the month stands first.
    private static func checkOrder(
        of time: CsvColumn, _ columns: CsvColumns
    ) throws(BadLine) {
        guard let first = columns.sample.values(time.index).first else { return }
        do throws(BadLine) {
            _ = try DateText.read(first.span, first.indices, time.dates)
        } catch {
            let shown = excerpt(first.span, first.indices)
            guard error.reason == DateText.ambiguous(shown) else { return }
            throw BadLine(reason: "column `\(time.name)`: \(error.reason)")
        }
    }

    private static func notes(of kind: Kind, _ columns: CsvColumns) -> [String] {
        var notes: [String] = []
        for time in kind.times {
            guard let isDayFirst = time.dates.isDayFirst else { continue }
            notes.append(
                "dates are read as \(isDayFirst ? "day, month, year" : "month, day, year")")
        }
        guard case .bars(let bars) = kind else { return notes }
        let plain = columns.plainNames[bars.volume.index]
        if plain != "volume", !CsvRole.volume.names.contains(plain) {
            notes.append("the volume is read from the column `\(bars.volume.name)`")
        }
        if let rate = columns.column(.fundingRate), columns.plainNames[rate.index] != "rate" {
            notes.append(
                "the column `\(rate.name)` is not read: give the rates as a file of their own")
        }
        return notes
    }
}

extension CsvLayout.Kind {
    /// The columns of times.
    var times: [CsvColumn] {
        switch self {
        case .trades(let columns): columns.times.columns
        case .quotes(let columns): columns.times.columns
        case .book(let columns): columns.times.columns
        case .snapshots(let columns): columns.times.columns
        case .bars(let columns): [columns.openTime, columns.closeTime].compactMap(\.self)
        case .tickers(let columns): columns.times.columns
        case .funding(let columns): [columns.time]
        }
    }
}

/// What a message about a file that is not understood ends with.
let understoodFormats = "docs/data-files.md lists what is read"
