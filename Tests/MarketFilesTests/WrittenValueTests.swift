import MarketFiles
import Testing
import TradingModel

@Suite struct `Dates and numbers in files` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        ("2025-02-30", "February 2025 has 28 days"), ("2023-02-29", "February 2023 has 28 days"),
        ("2025-13-01", "there is no month 13"), ("2025-04-31 10:00", "April 2025 has 30 days"),
        ("2025-01-32", "there is no day 32"), ("2025-01-31 25:00:00", "there is no hour 25"),
        ("2025-01-31T10:61:00Z", "there is no minute 61"), ("20251301", "there is no month 13"),
        ("202502300930", "February 2025 has 28 days"), ("202501312530", "there is no hour 25"),
        ("20250131093061", "there is no second 61"), ("31.02.2025", "February 2025 has 28 days"),
        ("31/01/25", "has a year of two digits"), ("01/02/2025", "may be day/month or month/day"),
        ("yesterday", "is not a time"), ("Foo 3 2025", "is not a time"), ("12:30", "is not a time"),
    ])
    func `that do not exist say which part is wrong`(date: String, reason: String) throws {
        let path = try folder.write("t.csv", "time,price,qty\n\(date),1,1\n\(date),1,1\n")
        let found = try failure(path)
        #expect(found.reason.contains(reason), "\(found)")
        #expect(found.reason.contains(date), "\(found)")
    }

    @Test(arguments: [
        ("20240229", "2024-02-29 00:00:00.000"), ("202402291205", "2024-02-29 12:05:00.000"),
        ("20240229120506", "2024-02-29 12:05:06.000"),
        ("20240229120506.5", "2024-02-29 12:05:06.500"),
        ("2024022912", "2024-02-29 12:00:00.000"), ("1709208306", "2024-02-29 12:05:06.000"),
        ("20240229T120506Z", "2024-02-29 12:05:06.000"),
        ("20240229 120506123", "2024-02-29 12:05:06.123"),
        ("29/2/2024 12:05", "2024-02-29 12:05:00.000"),
        ("2/29/2024 12:05:06 AM", "2024-02-29 00:05:06.000"),
        ("29-Feb-2024 12:05", "2024-02-29 12:05:00.000"),
        ("February 29, 2024", "2024-02-29 00:00:00.000"),
        ("2024-02-29 05-PM", "2024-02-29 17:00:00.000"),
        ("2024-2-29 9:05", "2024-02-29 09:05:00.000"),
        ("29.02.2024 13:05:06.000 GMT+0100", "2024-02-29 12:05:06.000"),
    ])
    func `are read as the moment that they mean`(text: String, moment: String) throws {
        let path = try folder.write("t.csv", "time;price;qty\n\(text);1;1\n")
        let found = try events(path).map { UTCTime($0.venueTime).dateAndMillis }
        #expect(found == [moment])
    }

    @Test func `are day first or month first as the whole file tells`() throws {
        let rows = (["01/02/2025"], ["13/02/2025"], ["02/13/2025"])
        let dayFirst = try folder.write(
            "d.csv", "date,price,qty\n\(rows.0[0]),1,1\n\(rows.1[0]),1,1\n")
        #expect(try events(dayFirst).map { UTCTime($0.venueTime).month } == [2, 2])
        let monthFirst = try folder.write(
            "m.csv", "date,price,qty\n\(rows.0[0]),1,1\n\(rows.2[0]),1,1\n")
        #expect(try events(monthFirst).map { UTCTime($0.venueTime).month } == [1, 2])
        let source = try MarketFile.open(path: monthFirst, instrument: try instrument())
        #expect(source.counts.notes == ["dates are read as month, day, year"])
    }

    @Test(arguments: [
        ("\"1,234.5\",2", "1234.5 2"), ("\"1,234,567\",2", "1234567 2"),
        ("\"$1,234.5\",\"2\"", "1234.5 2"), ("1.5,1.2K", "1.5 1200"), ("1.5,3M", "1.5 3000000"),
        ("\"€ 1 234.5\",2", "1234.5 2"), ("1e3,2.5e-1", "1000 0.25"), ("+1.5,2", "1.5 2"),
        ("\"12,34.5\",2", "1234.5 2"),
    ])
    func `with points are read exactly`(fields: String, expected: String) throws {
        let path = try folder.write("t.csv", "time,price,qty\n1700000000,\(fields)\n")
        #expect(try shown(path) == [expected])
    }

    @Test(arguments: [
        ("1234,5;2", "1234.5 2"), ("1.234,5;2", "1234.5 2"), ("1234,5;1.000", "1234.5 1000"),
        ("0,5;1.234.567", "0.5 1234567"), ("1 234,50 €;2", "1234.5 2"),
        ("1'234,5;2", "1234.5 2"),
    ])
    func `with commas are read exactly`(fields: String, expected: String) throws {
        for separator in [";", "\t"] {
            let text = "time;price;qty\n1700000000;\(fields)\n".replacing(";", with: separator)
            #expect(try shown(try folder.write("t.csv", text)) == [expected])
        }
    }

    @Test(arguments: [
        ("\"1,234\",2", "`1,234` may have a decimal comma or one between thousands"),
        ("\"1,23,4\",2.5", "`1,23,4` is not a decimal number"),
        ("\"1.5.5\",2", "`1.5.5` is not a decimal number"),
        ("abc,2", "`abc` is not a decimal number"),
        ("1.5,2X", "`2X` is not a decimal number"), ("1e50,2", "`1e50` is too large"),
        ("1.5,999999999999999999999", "`999999999999999999999` is too large"),
        ("1.5,400000000T", "`400000000T` is too large"), ("1.5,-2", "`-2` is negative"),
        ("1.5,inf", "`inf` is not a decimal number"), ("$,2", "`$` is not a decimal number"),
    ])
    func `that are broken are errors with their column`(fields: String, reason: String) throws {
        let path = try folder.write("t.csv", "time,price,qty\n1700000000,\(fields)\n")
        let found = try failure(path)
        #expect(found.line == 2)
        #expect(found.reason.contains(reason), "\(found)")
    }

    @Test func `may not mix decimal points and commas`() throws {
        let path = try folder.write(
            "t.csv", "time;price;qty\n1700000000;1.55;1\n1700000001;1,55;1\n")
        #expect(
            try failure(path).reason.hasPrefix("mixes decimal points (`1.55`) and decimal commas"))
    }

    private func shown(_ path: String) throws -> [String] {
        try events(path).map { event in
            guard case .trade(let trade) = event else { return "\(event)" }
            return "\(trade.price) \(trade.quantity)"
        }
    }
}

@Suite struct `What is said of tables that are not understood` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        (
            "Date,Close/Last,Volume,Open,High,Low",
            "no column for the close; `Close/Last` looks like it: rename it to `close`"
        ),
        ("timestmp,price,amount", "the time; `timestmp` looks like it: rename it to `time`"),
        ("time,pirce,amount", "the price; `pirce` looks like it: rename it to `price`"),
        ("time,price", "there is no column for the quantity (`qty`)"),
        ("time,open,high,low,close", "there is no column for the volume (`volume`)"),
        ("time,open,high,low,close,Volume USDT", "`Volume USDT` counts the other currency"),
        ("time,bid_price,bid_qty,ask_price", "the best ask's quantity (`ask_qty`)"),
        ("123,abc", "has no header, and its 2 columns are not understood: `123,abc`"),
        ("1700000000,1,2,3,4,5,6,7,8", "has no header, and its 9 columns are not understood"),
    ])
    func `names what is missing and what to rename`(header: String, reason: String) throws {
        let found = try failure(try folder.write("t.csv", header + "\n1,2,3\n"))
        #expect(found.line == 1)
        #expect(found.reason.contains(reason), "\(found)")
        #expect(found.reason.count < 400, "\(found.reason.count) letters")
        for word in ["venueTime", "openTime", "bidQuantity", "tradeID", "isSnapshot"] {
            #expect(!found.reason.contains(word))
        }
    }

    @Test func `of several symbols lists them and the nearest`() throws {
        let rows = "symbol,time,price,qty\nABCUSDT,1700000001,1,1\nXYZUSDT,1700000002,2,1\n"
        let path = try folder.write("t.csv", rows)
        #expect(
            try failure(path).reason
                == "holds several symbols (ABCUSDT, XYZUSDT): choose one of them with "
                + "--file-symbol ABCUSDT")
        let chosen = MarketFileOptions(symbol: "XYZUSDT")
        let source = try MarketFile.open(path: path, instrument: try instrument(), options: chosen)
        #expect(try events(of: source).count == 1)
        #expect(source.counts.leftOut == 1)
        #expect(source.counts.notes == ["1 record of other symbols was left out"])
        let typo = try failure(path, options: MarketFileOptions(symbol: "xyz/usdt"))
        #expect(typo.reason.hasSuffix("it holds ABCUSDT, XYZUSDT; did you mean `XYZUSDT`?"))
    }

    @Test func `of bars of several symbols takes the size from the chosen ones`() throws {
        var text = "symbol,time,open,high,low,close,volume\n"
        for minute in 0..<4 {
            text += "A,\(1_700_000_040 + minute * 60),1,1,1,1,1\n"
            text += "B,\(1_700_000_041 + minute * 60),2,2,2,2,1\n"
        }
        let path = try folder.write("t.csv", text)
        #expect(
            try MarketFile.inspect(path: path, symbol: "B").feeds.map(\.description) == ["bars:1m"])
        #expect(try events(path, options: MarketFileOptions(symbol: "B")).count == 4)
    }
}
