internal import TradingModel

/// Names the columns of a file without a header, where its rows can mean one thing only.
struct CsvHeaderless {
    private let sample: CsvSample
    private let style: NumberStyle
    private let count: Int
    /// How many columns at the start hold the time: one, or date and time of day.
    private var times = 1

    init(_ sample: CsvSample, _ style: NumberStyle) {
        self.sample = sample
        self.style = style
        count = sample.columnCount
    }

    /// The names by which the columns are read; nil where they are not understood.
    mutating func names() -> [String]? {
        if let dump = binanceDump { return dump }
        var prefix = ["time"]
        if isDay(0), isClock(1) {
            times = 2
            prefix = ["date", "time"]
        } else if !isTime(0) {
            return nil
        }
        return (bars ?? trades ?? funding).map { prefix + $0 }
    }

    /// Whether the columns are Binance's own, which needs no note.
    var isBinanceDump: Bool { binanceDump != nil }

    // MARK: - Layouts

    /// Binance's public dumps, whose rows have shapes of their own.
    private var binanceDump: [String]? {
        if count == 12, isCount(0), isCount(6) {
            return [
                "open_time", "open", "high", "low", "close", "volume", "close_time",
                "quote_volume", "count", "taker_buy_volume", "taker_buy_quote_volume", "ignore",
            ]
        }
        if (6...7).contains(count), isCount(4), isFlag(5) {
            let names = [
                "id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match",
            ]
            return Array(names.prefix(count))
        }
        if (7...8).contains(count), isCount(5), isFlag(6) {
            let names = [
                "agg_trade_id", "price", "qty", "first_trade_id", "last_trade_id", "time",
                "is_buyer_maker", "is_best_match",
            ]
            return Array(names.prefix(count))
        }
        return nil
    }

    /// The orders in which bars are written, by the number of columns behind the time.
    private static let barOrders: [(names: [String], of: String)] = [
        (["open", "high", "low", "close", "volume"], "ccxt, histdata"),
        (["low", "high", "open", "close", "volume"], "Coinbase"),
        (["open", "close", "high", "low", "volume"], "Bitfinex"),
        (["unread_quote", "close", "high", "low", "open"], "Gate, of contracts"),
        (["open", "high", "low", "close", "volume", "trades"], "Kraken"),
        (["open", "high", "low", "close", "volume", "unread_1"], "MetaTrader 4 and others"),
        (["open", "close", "high", "low", "volume", "unread_turnover"], "KuCoin"),
        (["open", "high", "low", "close", "unread_vwap", "volume", "trades"], "Kraken REST"),
        (["unread_quote", "close", "high", "low", "open", "volume", "unread_closed"], "Gate REST"),
        (
            [
                "open", "high", "low", "close", "volume", "unread_ccy", "unread_quote",
                "unread_closed",
            ], "OKX REST"
        ),
    ]

    private var bars: [String]? {
        let orders = Self.barOrders.filter { $0.names.count == count - times }
        return orders.first { fits($0.names) }?.names.map { name in
            // Gate's contracts have one volume, in contracts.
            name == "unread_quote" && count - times == 5 ? "volume" : name
        }
    }

    /// Whether open and close lie between low and high in as good as all rows.
    private func fits(_ names: [String]) -> Bool {
        func place(_ name: String) -> Int { times + (names.firstIndex(of: name) ?? 0) }
        if names.contains("trades"), !sample.all(place("trades"), Self.isWhole) { return false }
        var inside = 0
        var outside = 0
        for row in sample.rows where row.count == count {
            let prices = ["open", "high", "low", "close"].map { number(row[place($0)]) }
            guard let open = prices[0], let high = prices[1], let low = prices[2],
                let close = prices[3]
            else { continue }
            let isInside = low <= min(open, close) && high >= max(open, close) && low.attos > 0
            if isInside, low.attos > 0 { inside += 1 } else { outside += 1 }
        }
        return inside > 0 && inside >= outside * 19
    }

    private var trades: [String]? {
        switch count - times {
        case 2 where isPositive(times) && isPositive(times + 1): ["price", "qty"]
        case 3
        where sample.all(times, Self.isWhole) && isPositive(times + 1)
            && isPositive(times + 2):
            ["id", "price", "qty"]  // Gate
        case 4
        where sample.all(times, Self.isWhole) && isPositive(times + 1)
            && isPositive(times + 2) && sample.all(times + 3, { $0 == [49] || $0 == [50] }):
            ["id", "price", "qty", "unread_side"]  // Gate: what 1 and 2 mean is not documented
        case 6
        where sample.all(times + 2, Self.isSide) && isPositive(times + 3)
            && isPositive(times + 4):
            ["id", "unread_type", "side", "price", "qty", "unread_cost"]  // freqtrade
        default: nil
        }
    }

    private var funding: [String]? {
        switch count - times {
        case 1 where sample.all(1, { isRate($0) }): return ["funding_rate"]
        // freqtrade keeps the rate as the open of candles that are otherwise 0.
        case 5
        where sample.all(1, { isRate($0) })
            && (2...5).allSatisfy({ column in
                sample.all(column) { number($0)?.attos == 0 }
            }):
            return ["funding_rate", "unread_1", "unread_2", "unread_3", "unread_4"]
        default: return nil
        }
    }

    // MARK: - Columns

    private func isTime(_ column: Int) -> Bool {
        var times = TimeColumn()
        let style = sample.dates(column, clock: nil)
        return sample.most(column) { value in
            do throws(BadLine) {
                _ = try times.read(value.span, value.indices, style)
                return true
            } catch {
                // Whether the day stands first is asked later; it is a date all the same.
                return error.reason == DateText.ambiguous(excerpt(value.span, value.indices))
            }
        }
    }

    /// Whether a column of the first row counts since 1970.
    private func isCount(_ column: Int) -> Bool {
        guard let first = sample.rows.first, column < first.count else { return false }
        let field = first[column]
        guard let number = readWhole(field.span, field.indices) else { return false }
        return TimeForm(magnitude: number) != nil
    }

    private func isFlag(_ column: Int) -> Bool {
        ["true", "false"].contains(sample.text(0, column).lowercased())
    }

    private func isDay(_ column: Int) -> Bool {
        isTime(column) && sample.all(column) { $0.count <= 10 && !$0.contains(58) }
            && sample.all(column) { $0.count >= 8 }
    }

    private func isClock(_ column: Int) -> Bool {
        let day = Array("2000-01-01".utf8)
        return sample.all(column) { value in
            guard value.contains(58) || [4, 6].contains(value.count) else { return false }
            let bytes = day + value
            let range = day.count..<bytes.count
            return (try? DateText.read(bytes.span, day.indices, clock: range, DateStyle())) != nil
        }
    }

    private static func isWhole(_ value: [UInt8]) -> Bool {
        readWhole(value.span, value.indices) != nil
    }

    private static func isSide(_ value: [UInt8]) -> Bool {
        ["buy", "sell"].contains(String(decoding: value, as: UTF8.self).lowercased())
    }

    private func isPositive(_ column: Int) -> Bool {
        sample.most(column) { (number($0)?.attos ?? 0) > 0 }
    }

    /// Whether a value is below a tenth, as no price beside a time of trading is written.
    private func isRate(_ value: [UInt8]) -> Bool {
        guard let rate = number(value) else { return false }
        return rate.attos.magnitude < (attosPerUnit / 10).magnitude
    }

    private func number(_ value: [UInt8]) -> Price? {
        var row = CsvRow(separator: 0, style: style)
        guard (try? row.split(value.span)) != nil else { return nil }
        return try? row.decimal(Price.self, value.span, CsvColumn(index: 0, name: ""))
    }
}
