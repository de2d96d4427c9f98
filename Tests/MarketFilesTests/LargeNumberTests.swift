import MarketFiles
import Testing
import TradingModel

@Suite struct `Files of large numbers` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// The largest that is taken, and those around the fifteen digits that are meant.
    @Test(arguments: [
        "1000000000000000000", "999999999999999999.999999999999999999", "99999999999999.95",
        "999999999999999.5", "0.000000000000000001",
    ])
    func `can be looked at`(quantity: String) throws {
        let path = try folder.write(
            "large.csv", "time,price,qty\n1700000000,0.000001,\(quantity)\n1700000001,0.000002,1\n")
        #expect(try MarketFile.inspect(path: path).feeds == [.trades])
    }

    @Test(arguments: [
        ("1", "1000000000000000000.1", "the largest is 1000000000000000000"),
        ("1", "170000000000000000000", "the largest is 1000000000000000000"),
        ("1000000000000001", "1", "the largest is 1000000000000000"),
        ("1", "1e19", "the largest is 1000000000000000000"),
    ])
    func `beyond what is taken are refused with their line`(
        price: String, quantity: String, part: String
    ) throws {
        let path = try folder.write(
            "huge.csv",
            "time,price,qty\n1700000000,1,1\n1700000001,\(price),\(quantity)\n")
        #expect {
            try MarketFile.inspect(path: path)
        } throws: { error in
            "\(error)".contains("huge.csv:3: ") && "\(error)".contains(part)
        }
    }

    @Test func `of time behind the year 2200 are refused with their line`() throws {
        for time in [
            "7289654400", "7289654400000000000", "2201-01-01", "2200-12-31T23:59:59-01:00",
        ] {
            let path = try folder.write("late.csv", "time,price,qty\n\(time),1,1\n")
            #expect(throws: MarketDataError.self, "\(time)") { try MarketFile.inspect(path: path) }
        }
        let path = try folder.write("last.csv", "time,price,qty\n2200-12-31T23:59:59Z,1,1\n")
        #expect(try MarketFile.inspect(path: path).feeds == [.trades])
    }
}
