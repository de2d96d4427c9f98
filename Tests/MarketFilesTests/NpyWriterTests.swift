import MarketFiles
import Testing
import TradingModel

@Suite struct `Written event arrays` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: 1...40)
    func `read back as the same events`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let written = randomEvents(&random, count: Int.random(in: 1...3000, using: &random))
        let path = folder.file("a.npy")
        let writer = try NpyWriter(path: path, instrument: try instrument())
        for event in written {
            try writer.append(event)
            if Int.random(in: 0...200, using: &random) == 0 { try writer.flush() }
        }
        try writer.close()
        // Some instruments fit the numbers, some do not: the events must not depend on it.
        let tick = ["1", "0.01", "0.00000001"][Int(seed % 3)]
        let found = try events(path, try instrument(tick: tick, lot: tick))
        let first = zip(found, written).first { $0 != $1 }
        #expect(found.count == written.count, "seed \(seed)")
        #expect(first == nil, "seed \(seed)")
    }

    @Test(arguments: 1...20)
    func `stay readable wherever the writer stopped`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let trades = randomEvents(&random, count: 4000).filter {
            if case .trade = $0 { true } else { false }
        }
        let path = folder.file("a.npy")
        let writer = try NpyWriter(path: path, instrument: try instrument())
        let flushed = Int.random(in: 1..<trades.count, using: &random)
        for trade in trades[..<flushed] { try writer.append(trade) }
        try writer.flush()
        #expect(writer.rows == flushed)
        for trade in trades[flushed...] { try writer.append(trade) }
        // What is in the file now is what a process that is killed here leaves behind.
        #expect(try events(path).count >= flushed)
        // A half-written row behind those that the header counts.
        let torn = try folder.write("b.npy", try readFile(path) + [1, 2, 3])
        #expect(try events(torn).count >= flushed)
    }

    @Test func `finds the trades behind a snapshot that fills the whole sample`() throws {
        let path = folder.file("deep.npy")
        let writer = try NpyWriter(path: path, instrument: try instrument())
        let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        let count = 12_000
        for level in 0..<count {
            try writer.append(
                .book(
                    BookChange(
                        instrument: InstrumentID(3), kind: level == 0 ? .clear : .level,
                        side: .buy, price: try Price("\(level + 1)"), quantity: try Quantity("1"),
                        endsMessage: level == count - 1, venueTime: time, receiveTime: time)))
        }
        try writer.append(
            .trade(
                Trade(
                    instrument: InstrumentID(3), price: try Price("5"), quantity: try Quantity("1"),
                    taker: .sell, venueTime: time, receiveTime: time)))
        try writer.close()
        #expect(try MarketFile.inspect(path: path).feeds == [.trades, .book])
    }

    @Test func `refuse what they have no row for, and disks that refuse`() throws {
        let path = folder.file("a.npy")
        let writer = try NpyWriter(path: path, instrument: try instrument())
        let time = Timestamp(nanoseconds: 1)
        let ticker = MarketEvent.ticker(
            Ticker(instrument: InstrumentID(3), venueTime: time, receiveTime: time))
        let reason = "has rows for trades, book changes and quotes only"
        #expect(throws: MarketDataError(file: path, reason: reason)) { try writer.append(ticker) }
        try writer.close()
        #expect(throws: MarketDataError(file: path, reason: "is closed")) { try writer.flush() }
        #expect(throws: MarketDataError(file: path, reason: "cannot be created: File exists")) {
            _ = try NpyWriter(path: path, instrument: try instrument())
        }
        #expect(throws: MarketDataError.self) {
            _ = try NpyWriter(path: "/nowhere/a.npy", instrument: try instrument())
        }
    }
}
