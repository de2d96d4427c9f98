import MarketFiles
import PropertyTesting
import Testing
import TradingModel

/// A file is read in batches of any size, mapped or as a stream, by quick scanners or by the checked
/// ones: its events are the same.
@Suite struct `Ways to read a file` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func events(_ path: String, batch size: Int) throws -> [MarketEvent] {
        var found: [MarketEvent] = []
        let source = try MarketFile.open(path: path, instrument: try instrument())
        try drain(source, batch: size) { found.append($0) }
        return found
    }

    /// The same file mapped, unpacked from a stream, and out of a zip that is packed or not.
    private func wrapped(_ bytes: [UInt8]) throws -> [String] {
        [
            try folder.write("plain", bytes), try folder.write("gzip", packed(bytes)),
            try folder.write("stored", zipped([("data.npy", bytes)], isDeflated: false)),
            try folder.write("deflated", zipped([("data.npy", bytes)], isDeflated: true)),
        ]
    }

    @Test(arguments: seeds)
    func `event arrays give the same events in every wrapping and batch`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let written = randomEvents(&random, count: Int.random(in: 1...3_000, using: &random))
        let path = folder.file("a.npy")
        let writer = try NpyWriter(path: path, instrument: try instrument())
        for event in written { try writer.append(event) }
        try writer.close()
        for wrapping in try wrapped(try readFile(path)) {
            for size in [1, 2, 128, 5_000] {
                let found = try events(wrapping, batch: size)
                #expect(found == written, "seed \(seed), \(wrapping), batches of \(size)")
            }
        }
    }

    /// Every number once in the plain form that is read quickly, and once so that it is not.
    @Test(arguments: seeds)
    func `lines give what a reader that splits them at commas finds`(seed: UInt64) throws {
        var random = Seeded(seed)
        var quick = "timestamp,price,qty,side\n"
        var checked = quick
        var expected: [MarketEvent] = []
        var time: Int64 = 1_700_000_000_000
        for _ in 0..<random.int(1...500) {
            time += Int64(random.int(0...500))
            let price = decimal(&random)
            let quantity = decimal(&random)
            let side: Side = random.bool() ? .buy : .sell
            quick += "\(time),\(price),\(quantity),\(side)\n"
            checked += "\(time),\(price)e0,\(quantity)E+0,\(side)\n"
            let stamp = Timestamp(nanoseconds: time * 1_000_000)
            expected.append(
                .trade(
                    Trade(
                        instrument: try instrument().id, price: try Price(price),
                        quantity: try Quantity(quantity), taker: side, venueTime: stamp,
                        receiveTime: stamp)))
        }
        for text in [quick, checked] {
            for path in try wrapped(Array(text.utf8)) {
                for size in [1, 128] {
                    let found = try events(path, batch: size)
                    #expect(found == expected, "seed \(seed), \(path), batches of \(size)")
                }
            }
        }
    }

    /// A number above zero, of any length that fits.
    private func decimal(_ random: inout Seeded) -> String {
        let whole = random.int128(digits: 1...random.pick([1, 5, 12])) + 1
        guard random.chance(70) else { return "\(whole)" }
        let count = random.pick([1, 2, 8, 18])
        return "\(whole)." + (0..<count).map { _ in "\(random.int(0...9))" }.joined()
    }
}
