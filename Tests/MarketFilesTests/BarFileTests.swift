import MarketFiles
import Testing
import TradingModel

private let minute: Int64 = 60
private let day: Int64 = 86_400
/// Midnight of 2025-01-01.
private let start: Int64 = 1_735_689_600

/// A table of bars that begin at these seconds; the closing price is the row's number.
private func table(_ times: [Int64], header: String = "time,open,high,low,close,volume") -> String {
    header + "\n"
        + times.enumerated().map { "\($1),100,1000,1,\($0 + 1),1\n" }.joined()
}

private func bars(_ events: [MarketEvent]) -> [Bar] {
    events.compactMap { if case .bar(let bar) = $0 { bar } else { nil } }
}

extension Bar {
    fileprivate var opens: Int64 { openTime.nanoseconds / 1_000_000_000 }
    fileprivate var closes: Int64 { closeTime.nanoseconds / 1_000_000_000 }
}

@Suite struct `The size of a file's bars` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func feed(_ text: String) throws -> String {
        try MarketFile.inspect(path: try folder.write("b.csv", text)).feeds[0].description
    }

    private static let steps: [(size: String, steps: [Int64])] = [
        ("1m", [60, 60, 60, 60]),
        ("1m", [60, 60, 3_600, 46, 60, 60, 60]),  // one row off the grid
        ("1m", [60, 60, 1, 59, 60, 60]),  // a row that is there nearly twice
        ("1m", [120, 60, 180, 120, 60, 300, 120]),  // minutes without a trade are left out
        ("1m", [420, 180, 300, 660, 1_380]),  // hardly one bar follows another
        ("1h", [3_600, 3_600, 7_200, 3_600]),  // the hour that spring leaves out
        ("1h", [3_600, 0, 3_600, 3_600]),  // the hour that autumn has twice
        ("1d", [86_400, 82_800, 86_400, 90_000, 86_400]),  // days of local time
        ("1d", [86_400, 86_400, 259_200, 86_400, 86_400, 86_400, 86_400]),  // weekends
        ("7d", [7 * day, 8 * day, 6 * day, 7 * day]),  // weeks, stamped with a day of trade
        ("7d", [7 * day, 7 * day, 7 * day]),
        ("31d", [31 * day, 28 * day, 31 * day, 30 * day, 31 * day]),
        ("31d", [31 * day]),  // January to February
        ("31d", [33 * day, 28 * day, 30 * day, 29 * day]),  // months, stamped with a day of trade
        ("92d", [90 * day, 91 * day, 92 * day, 92 * day]),
        ("366d", [365 * day, 365 * day, 365 * day, 366 * day]),
        ("30d", [30 * day, 30 * day, 30 * day]),  // no calendar: always 30 days
        ("100ms", []),
    ]

    @Test(arguments: steps.filter { !$0.steps.isEmpty })
    func `is the distance that they keep, whichever way they run`(
        size: String, steps: [Int64]
    ) throws {
        var times = [start]
        for step in steps { times.append(times[times.count - 1] + step) }
        #expect(try feed(table(times)) == "bars:\(size)")
        #expect(try feed(table(times.reversed())) == "bars:\(size)")
    }

    @Test func `is what close_time says, even of one bar`() throws {
        let header = "open_time,open,high,low,close,volume,close_time\n"
        #expect(try feed(header + "1735689600000,1,1,1,1,1,1735689659999\n") == "bars:1m")
        #expect(try feed(header + "1735689600,1,1,1,1,1,1735693200\n") == "bars:1h")
        #expect(try feed(header + "1735689600,1,1,1,1,1,1735689659\n") == "bars:1m")
        #expect(
            try feed(header + "1735689600000000,1,1,1,1,1,1735689600999999\n") == "bars:1s")
        let sparse = "1735689600,1,1,1,1,1,1735689660\n1735690200,1,1,1,1,1,1735690260\n"
        #expect(try feed(header + sparse) == "bars:1m")
        // A day of trade that ends in the afternoon.
        let sessions = "1735723800,1,1,1,1,1,1735747200\n1735810200,1,1,1,1,1,1735833600\n"
        #expect(try feed(header + sessions) == "bars:1d")
    }

    @Test func `of one bar without close_time cannot be told`() throws {
        let error = try failure(try folder.write("b.csv", table([start])))
        #expect(error.reason.contains("holds too few bars to tell their size"))
        #expect(error.reason.contains("`close_time`"))
    }

    @Test func `may be that of ticks`() throws {
        let text = """
            time,open,high,low,close,volume
            2025-01-01T10:00:00.250,5,5,5,5,1
            2025-01-01T10:00:00.370,6,6,6,6,1
            2025-01-01T10:00:01.007,7,7,7,7,1
            2025-01-01T10:00:01.007,8,8,8,8,1

            """
        let path = try folder.write("t.csv", text)
        let facts = try MarketFile.inspect(path: path)
        #expect(facts.barsAreTicks)
        #expect(facts.feeds.map(\.description) == ["bars:120ms"])
        let source = try MarketFile.open(path: path, instrument: try instrument())
        #expect(bars(try events(of: source)).map(\.close.description) == ["5", "6", "7", "8"])
        #expect(source.counts.notes[0].hasPrefix("these are ticks written as bars"))
    }

    /// Minutes, and the bars of five minutes that they make.
    private let minutes = (0..<12).map { (start + Int64($0) * 60, "\($0 + 1)") }
    private let fives: [(Int64, String)] = [(start, "5"), (start + 300, "10")]

    private func rows(_ rows: [(Int64, String)]) -> String {
        rows.map { "\($0.0),1,50,1,\($0.1),1\n" }.joined()
    }

    @Test func `may not be two in one file`() throws {
        let header = "time,open,high,low,close,volume\n"
        let sorted = (minutes + fives).enumerated()
            .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element)
        for text in [rows(minutes) + rows(fives), rows(fives) + rows(minutes), rows(sorted)] {
            let error = try failure(try folder.write("two.csv", header + text))
            #expect(
                error.reason == "holds bars of two sizes, 1m and 5m, which would count twice; "
                    + "write each size into a file of its own")
        }
    }

    @Test func `may not be two by close_time or by a column`() throws {
        let header = "open_time,open,high,low,close,volume,close_time\n"
        func row(_ from: Int64, _ span: Int64) -> String {
            "\(start + from),1,1,1,1,1,\(start + from + span)\n"
        }
        var text = header
        for index in 0..<10 as Range<Int64> { text += row(index * 60, 60) }
        for index in 0..<2 as Range<Int64> { text += row(index * 300, 300) }
        let closing = try folder.write("c.csv", text)
        #expect(try failure(closing).reason.hasPrefix("holds bars of two sizes, 1m and 5m"))

        let named = try folder.write(
            "n.csv",
            "time,interval,open,high,low,close,volume\n1735689600,1m,1,1,1,1,1\n"
                + "1735689660,1m,1,1,1,1,1\n1735689600,5m,1,1,1,1,1\n")
        let error = try failure(named)
        #expect(error.line == 4)
        #expect(error.reason.hasPrefix("column `interval` is `5m`, but `1m` in the rows before"))
        let lenient = try events(named, options: MarketFileOptions(skipBadLines: true))
        #expect(lenient.count == 2)
    }
}

@Suite struct `Bars of a file` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func `end when they say so, and are counted where that is early`() throws {
        let text = """
            open_time,open,high,low,close,volume,close_time
            1735689600000,1,1,1,1,1,1735689659999
            1735689660000,1,1,1,1,1,1735689719999
            1735689737000,1,1,1,1,1,1735689779999
            1735689780000,1,1,1,1,1,1735689839999
            1735690080000,1,1,1,1,1,0
            1735690140000,1,1,1,1,1,1735690199999

            """
        let path = try folder.write("b.csv", text)
        let source = try MarketFile.open(path: path, instrument: try instrument())
        let found = bars(try events(of: source))
        #expect(found.map { $0.closes - $0.opens } == [60, 60, 43, 60, 60, 60])
        #expect(
            source.counts.notes == [
                "1 value of column `close_time` is not the end of its bar and was passed over",
                "1 bar ends before 1m are over", "1 bar does not begin on the grid of 1m",
                "4 bars are missing in 1 gap, the longest of 4m",
            ])
    }

    @Test func `stamped with the last moment alone begin at the whole minute`() throws {
        let path = try folder.write(
            "b.csv",
            "close_time,open,high,low,close,volume\n1735689659999,1,1,1,1,1\n"
                + "1735689719999,1,1,1,1,1\n")
        let found = bars(try events(path))
        #expect(found.map(\.opens) == [start, start + 60])
        #expect(found.map(\.closes) == [start + 60, start + 120])
    }

    @Test func `of months and weeks reach to the next one, and never end early`() throws {
        let months = try folder.write(
            "m.csv",
            "date,open,high,low,close,volume\n2025-01-01,1,1,1,1,1\n2025-02-01,1,1,1,1,1\n"
                + "2025-03-01,1,1,1,1,1\n2025-06-01,1,1,1,1,1\n")
        let source = try MarketFile.open(path: months, instrument: try instrument())
        let found = bars(try events(of: source))
        #expect(found.map { ($0.closes - $0.opens) / day } == [31, 28, 31, 31])
        #expect(source.counts.notes.first == "a bar is a month, known as bars:31d")

        let weeks = try folder.write(
            "w.csv", table([0, 7, 15, 21, 28].map { start + $0 * day }))
        #expect(bars(try events(weeks)).map { ($0.closes - $0.opens) / day } == [7, 8, 6, 7, 7])
    }

    @Test func `of local days are 23 or 25 hours long when clocks change`() throws {
        let path = try folder.write(
            "d.csv",
            "date,open,high,low,close,volume\n2025-03-28T00:00:00+01:00,1,1,1,1,1\n"
                + "2025-03-29T00:00:00+01:00,1,1,1,1,1\n2025-03-30T00:00:00+01:00,1,1,1,1,1\n"
                + "2025-03-31T00:00:00+02:00,1,1,1,1,1\n2025-04-01T00:00:00+02:00,1,1,1,1,1\n")
        #expect(
            bars(try events(path)).map { ($0.closes - $0.opens) / 3_600 } == [24, 24, 23, 24, 24])
    }

    @Test func `count as the later row of a time says, with a note where it differs`() throws {
        let path = try folder.write(
            "d.csv",
            "time,open,high,low,close,volume\n1735689600,1,1,1,1,1\n1735689660,1,2,1,2,5\n"
                + "1735689660,1,2,1,2,5\n1735689660,1,9,1,8,50\n1735689720,1,1,1,1,1\n")
        let source = try MarketFile.open(path: path, instrument: try instrument())
        #expect(bars(try events(of: source)).map(\.volume.description) == ["1", "50", "1"])
        #expect(source.counts.duplicates == 2)
        #expect(source.counts.events == 3)
        #expect(
            source.counts.notes
                == ["1 bar was there again with other values: the later row counts"])
    }

    @Test func `told before are not told again where the file goes back`() throws {
        let path = try folder.write(
            "b.csv", table([0, 60, 120, 180, 60, 120, 240].map { start + $0 }))
        let source = try MarketFile.open(path: path, instrument: try instrument())
        #expect(bars(try events(of: source)).map { $0.opens - start } == [0, 60, 120, 180, 240])
        #expect(source.counts.duplicates == 2)
        #expect(source.counts.outOfOrder == 1)
    }

    @Test func `before a bad row are handed out`() throws {
        let path = try folder.write("b.csv", table([start, start + 60]) + "x,1,1,1,1,1\n")
        let source = try MarketFile.open(
            path: path, instrument: try instrument(),
            known: try MarketFile.inspect(path: path, skipBadLines: true))
        var count = 0
        #expect(throws: MarketDataError.self) { try drain(source) { _ in count += 1 } }
        #expect(count == 2)
    }
}
