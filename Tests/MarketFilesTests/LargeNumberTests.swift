import MarketFiles
import Testing
import TradingModel

@Suite struct `Files of large numbers` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// The largest that there is, and those around the fifteen digits that are meant.
    @Test(arguments: [
        "100000000000000000000", "170141183460469231731.687303715884105727",
        "170141183460469231731", "99999999999999.95", "999999999999999.5", "0.000000000000000001",
    ])
    func `can be looked at`(quantity: String) throws {
        let path = try folder.write(
            "large.csv", "time,price,qty\n1700000000,0.000001,\(quantity)\n1700000001,0.000002,1\n")
        #expect(try MarketFile.inspect(path: path).feeds == [.trades])
    }
}
