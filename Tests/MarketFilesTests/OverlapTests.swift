import MarketFiles
import Testing
import TradingModel

@Suite struct `Files that overlap` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func open(_ path: String) throws -> MarketFileSource {
        try MarketFile.open(path: path, instrument: try instrument())
    }

    private func trade(_ time: Int, _ id: Int, _ price: Int) -> String {
        "\(time),\(id),\(price),1"
    }

    private func write(_ name: String, _ header: String, _ rows: [String]) throws -> String {
        try folder.write(name, ([header] + rows).joined(separator: "\n") + "\n")
    }

    @Test(arguments: 1...20)
    func `of trades hand out what one sorted file of all would`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        var time = 1_700_000_000
        let rows = (0..<Int.random(in: 1...1_500, using: &random)).map { id in
            time += Int.random(in: 0...2, using: &random)
            return trade(time, id, Int.random(in: 1...99, using: &random))
        }
        let header = "time,id,price,qty"
        var sources: [MarketFileSource] = []
        // Every row is in one file at least: each piece reaches into the one before.
        var from = 0
        while from < rows.count {
            let until = min(rows.count, from + Int.random(in: 1...600, using: &random))
            let back = max(0, from - Int.random(in: 0...400, using: &random))
            sources.append(
                try open(try write("\(sources.count)", header, Array(rows[back..<until]))))
            from = until
        }
        sources.shuffle(using: &random)
        let merged = try events(of: MergedSource(sources: sources))
        let all = try events(try write("all", header, rows))
        #expect(merged.count == all.count, "seed \(seed)")
        #expect(Set(merged) == Set(all), "seed \(seed)")
        #expect(merged.map(\.receiveTime) == all.map(\.receiveTime), "seed \(seed)")
        let held = sources.reduce(0) { $0 + $1.counts.lines }
        let left = sources.reduce(0) { $0 + $1.counts.duplicates }
        #expect(held - left == rows.count, "seed \(seed)")
    }

    @Test(arguments: 1...20)
    func `of bars hand out what one sorted file of all would, the later named file's`(
        seed: UInt64
    ) throws {
        var random = SeededNumbers(seed: seed)
        let header = "time,open,high,low,close,volume"
        var rows: [[String]] = []
        var expected: [Int: Int] = [:]
        for file in 0..<Int.random(in: 2...4, using: &random) {
            let from = Int.random(in: 0...300, using: &random)
            let count = Int.random(in: 3...900, using: &random)
            rows.append(
                (from..<(from + count)).map { index in
                    let volume = Int.random(in: 0...3, using: &random)
                    expected[index] = volume
                    return "\(1_700_000_040 + index * 60),1,1,1,1,\(volume)"
                })
            _ = file
        }
        let sources = try rows.enumerated().map { try open(try write("\($0)", header, $1)) }
        let merged = try events(of: MergedSource(sources: sources))
        let found = merged.map { event -> String in
            guard case .bar(let bar) = event else { return "" }
            let index = (bar.openTime.nanoseconds / 1_000_000_000 - 1_700_000_040) / 60
            return "\(index) \(bar.volume)"
        }
        #expect(found == expected.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })
        let left = sources.reduce(0) { $0 + $1.counts.duplicates }
        #expect(left == rows.reduce(0) { $0 + $1.count } - expected.count, "seed \(seed)")
    }

    @Test func `count what they share and say where it stands`() throws {
        let header = "time,open,high,low,close,volume"
        let first = try open(
            try write("a.csv", header, (0..<4).map { "\(1_700_000_040 + $0 * 60),1,1,1,1,1" }))
        let second = try open(
            try write(
                "b.csv", header,
                (2..<6).map { "\(1_700_000_040 + $0 * 60),1,1,1,1,\($0 == 3 ? 2 : 1)" }))
        let volume = try events(of: MergedSource(sources: [first, second])).reduce(Quantity.zero) {
            if case .bar(let bar) = $1 { $0 + bar.volume } else { $0 }
        }
        #expect(volume.description == "7")
        let other = folder.file("b.csv")
        #expect(first.counts.duplicates == 2)
        #expect(first.counts.events == 2)
        #expect(
            first.counts.notes == [
                "2 of the duplicates also stand in \(other)",
                "1 bar differs from those in \(other), which count",
            ])
        #expect(second.counts.duplicates == 0)
    }

    @Test func `hand out trades that only share their ids`() throws {
        let header = "time,id,price,qty"
        let first = try open(
            try write("a", header, [trade(1_700_000_000, 1, 5), trade(1_700_000_001, 2, 5)]))
        let second = try open(
            try write("b", header, [trade(1_700_000_000, 1, 6), trade(1_700_000_001, 2, 5)]))
        #expect(try events(of: MergedSource(sources: [first, second])).count == 3)
        let note =
            "1 trade has an id that \(folder.file("a")) gives to another trade; both were "
            + "handed out"
        #expect(second.counts.notes.contains(note))
        #expect(second.counts.duplicates == 1)
    }

    @Test func `of different instruments have nothing in common`() throws {
        let path = try write("a", "time,id,price,qty", [trade(1_700_000_000, 1, 5)])
        let other = Instrument(
            id: InstrumentID(4), symbol: try Symbol("sim:ETH/USDT"), tick: try Price("1"),
            lot: try Quantity("1"))
        let sources = [
            try open(path), try MarketFile.open(path: path, instrument: other),
        ]
        #expect(try events(of: MergedSource(sources: sources)).count == 2)
    }
}
