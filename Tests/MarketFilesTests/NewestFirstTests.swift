import MarketFiles
import Testing
import TradingModel

@Suite struct `Files written newest first` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let tables: [(kind: String, header: String, rows: [String])] = [
        (
            "trades", "time,id,price,qty",
            (0..<700).map { "\(1_700_000_000 + $0 / 3),\($0),1.\($0),1" }
        ),
        (
            "bars", "time,open,high,low,close,volume",
            (0..<300).map { "\(1_700_000_040 + $0 * 60),1,9,1,2,\($0)" }
        ),
        (
            "quotes", "time,bid_price,bid_qty,ask_price,ask_qty",
            (0..<300).map { "\(1_700_000_000 + $0 / 2),1.\($0),1,2,1" }
        ),
    ]

    @Test(arguments: tables, [false, true])
    func `give the events of the file turned round`(
        table: (kind: String, header: String, rows: [String]), isPacked: Bool
    ) throws {
        func write(_ name: String, _ rows: [String]) throws -> String {
            let bytes = Array((([table.header] + rows).joined(separator: "\n") + "\n").utf8)
            return try folder.write(name, isPacked ? packed(bytes) : bytes)
        }
        let oldest = try write("a", table.rows)
        let newest = try write("b", table.rows.reversed())
        #expect(try MarketFile.inspect(path: oldest).isNewestFirst == false)
        #expect(try MarketFile.inspect(path: newest).isNewestFirst)
        let source = try MarketFile.open(path: newest, instrument: try instrument())
        #expect(try events(of: source) == events(oldest))
        #expect(source.counts.outOfOrder == 0)
        #expect(source.counts.duplicates == 0)
        #expect(source.counts.events == table.rows.count)
        let note = "it is written newest first: its \(table.rows.count) records were turned round"
        #expect(source.counts.notes == [note])
    }

    @Test func `in a zip, with a few rows out of order, are sorted`() throws {
        var times = (0..<40).map { 1_700_000_000 + $0 }.reversed().map { $0 }
        times.swapAt(10, 11)
        times.swapAt(30, 32)
        let text = "time,price,qty\n" + times.map { "\($0),1,1\n" }.joined()
        let path = try folder.write(
            "t.zip", zipped([("t.csv", Array(text.utf8))], isDeflated: true))
        let found = try events(path).map(\.receiveTime)
        #expect(found == found.sorted())
        #expect(found.count == 40)
    }

    @Test func `that are too large are refused with the way out`() throws {
        let text = "time,price,qty\n" + (0..<9).map { "\(1_700_000_009 - $0),1,1\n" }.joined()
        let error = try failure(
            try folder.write("t.csv", text), options: MarketFileOptions(mostTurned: 8))
        #expect(
            error.reason
                == "is written newest first and holds more than 8 records, too many to turn "
                + "it round in memory; turn it once: (head -n 1 FILE; tail -n +2 FILE | tac) > TURNED"
        )
    }

    @Test func `that hold a book are refused`() throws {
        let path = try folder.write(
            "l2.csv",
            "timestamp,local_timestamp,is_snapshot,side,price,amount\n"
                + (0..<9).map {
                    "17000000000\(90 - $0)000,17000000000\(90 - $0)000,false,bid,1,1\n"
                }
                .joined())
        #expect(try failure(path).reason.hasPrefix("is written newest first, and a book cannot"))
    }

    @Test func `are not those that go back now and then`() throws {
        let text =
            "time,price,qty\n"
            + [[5, 6, 7, 8, 9], [0, 1, 2, 3, 4]].joined().map { "170000000\($0),1,1\n" }.joined()
        let source = try MarketFile.open(
            path: try folder.write("t.csv", text), instrument: try instrument())
        #expect(try events(of: source).first?.receiveTime.nanoseconds == 1_700_000_005_000_000_000)
        #expect(source.counts.outOfOrder == 1)
    }
}
