import MarketFiles
import PropertyTesting
import Testing
import TradingModel

@Suite struct `The sidecar of a recording` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func randomSidecar(_ random: inout Seeded) throws -> RecordingSidecar {
        let symbol = try Symbol(
            random.pick(["coinex:BTC/USDT", "coinex:1000PEPE/USDT:USDT", "coinpit:BTC/USD:BTC"]))
        func positive(_ random: inout Seeded) -> Int128 { random.int128(digits: 1...38) / 2 + 1 }
        let instrument = Instrument(
            id: InstrumentID(0), symbol: symbol,
            kind: random.chance(20) ? random.pick(InstrumentKind.allCases) : nil,
            tick: Price(attos: positive(&random)), lot: Quantity(attos: positive(&random)),
            minQuantity: Quantity(attos: random.int128(digits: 1...37)),
            minNotional: Money(attos: random.attos()),
            contractSize: Quantity(attos: positive(&random)), makerFee: Rate(attos: random.attos()),
            takerFee: Rate(attos: random.attos()),
            unitFees: random.chance(20)
                ? UnitFees(maker: Money(attos: random.attos()), taker: Money(attos: random.attos()))
                : nil, keepsReduceOnly: !random.chance(20))
        let begun = Timestamp(
            nanoseconds: Int64(random.int(100_000_000...4_000_000_000)) * 999_999_937)
        var sidecar = RecordingSidecar(
            instrument: instrument,
            feeds: [MarketFeed.trades, .quotes, .book].filter { _ in random.bool() },
            depth: random.bool() ? random.int(1...1_000) : nil,
            recorder: random.pick(["0.1.0", "1.0 \"é\"\n"]), begun: begun)
        if random.bool() {
            var counts = RecordingCounts()
            counts.trades = random.int(0...1_000_000_000)
            counts.funding = random.int(0...10)
            counts.gaps = random.int(0...10)
            sidecar.ending = RecordingSidecar.Ending(
                at: begun.advanced(byNanoseconds: 1), counts: counts)
        }
        return sidecar
    }

    @Test(arguments: seeds)
    func `gives an instrument back to the last digit`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<50 {
            let written = try randomSidecar(&random)
            try written.write(to: folder.file("a.json"))
            let read = try RecordingSidecar.find(beside: folder.file("a.npy"))
            #expect(read == written, "seed \(seed)")
            let other = InstrumentID(7)
            #expect(read?.instrument(id: other).id == other)
        }
        // The draft that it was written as has taken its place.
        #expect(folder.names == ["a.json"])
    }

    @Test(
        arguments: [
            ("a.npy", "a.json"), ("a.npz", "a.json"), ("a.npy.gz", "a.json"),
            ("a.b.npy", "a.b.json"),
            ("a.csv", nil), ("a.gz", nil), ("a", nil),
        ] as [(String, String?)])
    func `stands beside event arrays, under their name`(data: String, sidecar: String?) {
        #expect(RecordingSidecar.path(beside: data) == sidecar)
    }

    @Test func `is not looked for in somebody else's JSON`() throws {
        #expect(try RecordingSidecar.find(beside: folder.file("a.npy")) == nil)
        _ = try folder.write("a.json", #"{"columns": 8}"#)
        #expect(try RecordingSidecar.find(beside: folder.file("a.npy")) == nil)
    }

    /// A good sidecar with one text in it replaced.
    private func failure(replacing old: String, with new: String) throws -> String {
        let good = sidecar(try instrument())
        let path = folder.file("a.json")
        try good.write(to: path)
        let text = String(decoding: try readFile(path), as: UTF8.self)
        try #require(text.contains(old))
        _ = try folder.write("a.json", text.replacing(old, with: new))
        do {
            _ = try RecordingSidecar.find(beside: folder.file("a.npy"))
        } catch {
            #expect(error.file == path)
            return error.reason
        }
        Issue.record("\(new) was read")
        return ""
    }

    @Test(arguments: [
        (#""tick": "0.01""#, #""tick": "0""#, "`tick` is `0`, expected a decimal above 0"),
        (#""tick": "0.01""#, #""tick": 0.01"#, "`tick` is `0.01`, expected a text"),
        (
            #""tick": "0.01""#, #""tick": "x""#,
            "`tick` is `x`, which is not a decimal number: unexpected `x` at position 1"
        ),
        (#""lot": "0.00001","#, "", "has no `lot`; add it, or record again"),
        (
            #""lot": "0.00001","#, #""lot": "1", "lot": "2","#,
            "says `lot` 2 times, expected once"
        ),
        (
            #""version": 1"#, #""version": 2"#,
            "`version` is 2, this runner reads up to 1; use the runner that recorded it, or a newer "
                + "one"
        ),
        (
            #""base": "BTC""#, #""base": "ETH""#,
            "`base` is `ETH`, expected BTC, as `symbol` and `kind` say"
        ),
        (
            #""kind": "spot""#, #""kind": "swap""#,
            "`kind` is `swap`, expected spot, linear, inverse or quanto"
        ),
        (
            #""depth": null"#, #""depth": null, "deep": 1"#,
            "has a field `deep` that this runner does not know; remove it, or use a newer runner"
        ),
        (
            #"["trades","#, #"["trade","#,
            "`feeds` is `trade`, expected a list of trades, quotes and book"
        ),
        (
            #""begun": "2023-11-14T22:13:20Z""#, #""begun": "yesterday""#,
            "`begun` is `yesterday`, expected a time such as 2026-01-31T23:59:59Z"
        ),
        (
            #""counts": null"#, #""counts": {}"#,
            "`counts` is `there`, expected null while `ended` is null"
        ),
        (
            #""ended": null"#, #""ended": "2023-11-14T22:13:20Z""#,
            "has no `trades`; add it, or record again"
        ),
    ])
    func `names the field that is wrong, and what to do`(
        old: String, new: String, reason: String
    ) throws {
        #expect(try failure(replacing: old, with: new) == reason)
    }

    @Test func `that is damaged names line and column`() throws {
        _ = try folder.write("a.json", "{\n  \"format\": ")
        let data = folder.file("a.npy")
        let expected = MarketDataError(
            file: folder.file("a.json"),
            reason: "is not JSON: unexpected text or end in line 2, column 13; it stands beside "
                + "\(data) and should say what was recorded: repair it, or move it away and name "
                + "tick and lot yourself")
        #expect(throws: expected) { try RecordingSidecar.find(beside: data) }
    }
}
