import MarketFiles
import PropertyTesting
import Testing
import TradingCore
import TradingModel

@Suite struct `A recorder` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// 2023-11-14, one hour before midnight.
    private static let evening: Int64 = 1_700_002_800_000_000_000
    private static let minute: Int64 = 60_000_000_000
    private static let both = [MarketFeed.trades, .quotes, .book]

    private func recorder(
        _ instruments: [Instrument], rotation: RecordingRotation = RecordingRotation(),
        feeds: [MarketFeed] = both, at time: Int64 = evening
    ) throws -> Recorder {
        try Recorder(
            folder: folder.path,
            instruments: instruments.map { RecordedInstrument(instrument: $0, feeds: feeds) },
            rotation: rotation, version: "0.1.0", at: Timestamp(nanoseconds: time))
    }

    private func level(
        _ side: Side, _ price: String, _ quantity: String, ends: Bool = true, at time: Int64
    ) throws -> MarketEvent {
        .book(
            BookChange(
                instrument: InstrumentID(3), kind: .level, side: side, price: try Price(price),
                quantity: try Quantity(quantity), endsMessage: ends,
                venueTime: Timestamp(nanoseconds: time), receiveTime: Timestamp(nanoseconds: time)))
    }

    private func clear(ends: Bool = true, at time: Int64) -> MarketEvent {
        .book(
            BookChange(
                instrument: InstrumentID(3), kind: .clear, endsMessage: ends,
                venueTime: Timestamp(nanoseconds: time), receiveTime: Timestamp(nanoseconds: time)))
    }

    private func trade(_ id: UInt64, at time: Int64) throws -> MarketEvent {
        .trade(
            Trade(
                instrument: InstrumentID(3), price: try Price("100"), quantity: try Quantity("1"),
                taker: .sell, id: id, venueTime: Timestamp(nanoseconds: time),
                receiveTime: Timestamp(nanoseconds: time)))
    }

    @Test func `names its files by symbol and start, so that any file system takes them`() throws {
        let symbols = ["coinex:BTC/USDT:USDT", "coinex:1000$PÉPÉ*/USDT", "..:../A"]
        let instruments = try symbols.enumerated().map { index, symbol in
            Instrument(
                id: InstrumentID(index), symbol: try Symbol(symbol), tick: try Price("0.1"),
                lot: try Quantity("0.1"))
        }
        _ = try recorder(instruments)
        let second = try recorder([instruments[0]])
        #expect(
            folder.names == [
                "_.-_.-A-20231114T230000Z.json", "_.-_.-A-20231114T230000Z.npy",
                "coinex-1000_P__P___-USDT-20231114T230000Z.json",
                "coinex-1000_P__P___-USDT-20231114T230000Z.npy",
                "coinex-BTC-USDT-USDT-20231114T230000Z-2.json",
                "coinex-BTC-USDT-USDT-20231114T230000Z-2.npy",
                "coinex-BTC-USDT-USDT-20231114T230000Z.json",
                "coinex-BTC-USDT-USDT-20231114T230000Z.npy",
            ])
        #expect(
            second.summary.entries.map(\.files) == [
                ["\(folder.path)/coinex-BTC-USDT-USDT-20231114T230000Z-2.npy"]
            ])
    }

    @Test func `begins each day with the book as it stands, and loses nothing`() throws {
        let recorder = try recorder([try instrument()])
        let night = Self.evening + 60 * Self.minute
        let before = [
            clear(ends: false, at: Self.evening),
            try level(.buy, "99", "1", ends: false, at: Self.evening),
            try level(.sell, "101", "2", at: Self.evening), try trade(1, at: night - 1),
            // A message that began before midnight ends in the file of its day.
            try level(.buy, "98", "5", ends: false, at: night - 1),
            try level(.buy, "99", "0", at: night + 1),
        ]
        let after = [try trade(2, at: night + 2), try level(.sell, "102", "7", at: night + 3)]
        for event in before + after { try recorder.record(event) }
        try recorder.finish(at: Timestamp(nanoseconds: night + 4))
        let entry = try #require(recorder.summary.entries.first)
        try #require(entry.files.count == 2)
        #expect(try events(entry.files[0]) == before)
        let second = try events(entry.files[1])
        let start = night + 2
        #expect(second.suffix(2) == after[...])
        let book = OrderBook(instrument: InstrumentID(3))
        for case .book(let change) in second.dropLast(2) {
            #expect(change.receiveTime.nanoseconds == start)
            book.apply(change)
        }
        #expect(!book.isInMessage)
        #expect(
            book.levels(.buy, count: 9) == [
                BookLevel(price: try Price("98"), quantity: try Quantity("5"))
            ])
        #expect(
            book.levels(.sell, count: 9) == [
                BookLevel(price: try Price("101"), quantity: try Quantity("2"))
            ])
        let endings = try entry.files.map { try RecordingSidecar.find(beside: $0)?.ending }
        #expect(endings.allSatisfy { $0 != nil })
        #expect(endings.compactMap { $0?.counts.written } == [6, 5])
        #expect(entry.counts.trades == 2)
    }

    @Test(arguments: seeds)
    func `keeps every event once and the same book, however often it begins a new file`(
        seed: UInt64
    ) throws {
        var random = SeededNumbers(seed: seed)
        let written = randomEvents(&random, count: 1_500)
        let limit = Int.random(in: 64...8_192, using: &random)
        let recorder = try recorder(
            [try instrument()], rotation: RecordingRotation(bytes: limit),
            at: written[0].receiveTime.nanoseconds)
        for event in written { try recorder.record(event) }
        try recorder.finish(at: written[1_499].receiveTime)
        let entry = try #require(recorder.summary.entries.first)
        #expect(entry.files.count > 1)
        var found: [MarketEvent] = []
        let book = OrderBook(instrument: InstrumentID(3))
        for file in entry.files {
            var own = try events(file)
            if book.messages > 0 {
                // The copy at the start makes the book that the files before it made.
                let copy = OrderBook(instrument: InstrumentID(3))
                let count = 1 + book.levelCount(.buy) + book.levelCount(.sell)
                for case .book(let change) in own.prefix(count) { copy.apply(change) }
                for side in [Side.buy, .sell] {
                    let all = book.levels(side, count: 10_000)
                    #expect(copy.levels(side, count: 10_000) == all, "seed \(seed), \(file)")
                }
                own.removeFirst(count)
            }
            for case .book(let change) in own { book.apply(change) }
            found += own
        }
        #expect(found == written, "seed \(seed)")
    }

    @Test func `empties book and quote where the connection was lost, behind the last event`()
        throws
    {
        let recorder = try recorder([try instrument()])
        try recorder.record(clear(ends: false, at: Self.evening))
        // Lost in the middle of a message, and by a clock that shows an earlier time.
        try recorder.record(level(.buy, "99", "1", ends: false, at: Self.evening))
        try recorder.lost(InstrumentID(3), at: Timestamp(nanoseconds: Self.evening - 5))
        try recorder.record(trade(1, at: Self.evening + 10))
        try recorder.finish(at: Timestamp(nanoseconds: Self.evening + 11))
        let entry = try #require(recorder.summary.entries.first)
        let found = try events(entry.files[0])
        let moment = Timestamp(nanoseconds: Self.evening + 1)
        #expect(found.count == 5)
        #expect(found[2] == clear(at: Self.evening + 1))
        #expect(
            found[3]
                == .quote(
                    Quote(
                        instrument: InstrumentID(3), bid: nil, ask: nil, venueTime: moment,
                        receiveTime: moment)))
        #expect(entry.counts.gaps == 1)
    }

    @Test func `begins the day after a gap with an empty book`() throws {
        let recorder = try recorder([try instrument()])
        try recorder.record(clear(ends: false, at: Self.evening))
        try recorder.record(level(.buy, "99", "1", at: Self.evening))
        try recorder.lost(InstrumentID(3), at: Timestamp(nanoseconds: Self.evening + 1))
        let night = Self.evening + 60 * Self.minute
        try recorder.record(trade(1, at: night))
        try recorder.finish(at: Timestamp(nanoseconds: night))
        let files = try #require(recorder.summary.entries.first).files
        try #require(files.count == 2)
        let second = try events(files[1])
        #expect(second.count == 2)
        guard case .book(let change) = second[0] else {
            Issue.record("\(second[0])")
            return
        }
        #expect(change.kind == .clear && change.endsMessage)
    }

    @Test func `flushes by its ticks, and counts what belongs to no instrument of its own`() throws
    {
        let recorder = try recorder([try instrument()])
        try recorder.record(trade(1, at: Self.evening))
        try recorder.tick(at: Timestamp(nanoseconds: Self.evening + 500_000_000))
        let file = try #require(recorder.summary.entries.first).files[0]
        #expect(try events(file).count == 1)
        try recorder.record(
            .ticker(
                Ticker(
                    instrument: InstrumentID(9), venueTime: Timestamp(nanoseconds: 1),
                    receiveTime: Timestamp(nanoseconds: 1))))
        #expect(recorder.summary.strangers == 1)
    }

    @Test func `says at once when its folder cannot be written`() throws {
        #expect(throws: MarketDataError.self) {
            _ = try Recorder(
                folder: "/nowhere/at/all", instruments: [], version: "0.1.0",
                at: Timestamp(nanoseconds: 1))
        }
        let file = try folder.write("a", "no folder")
        #expect(throws: MarketDataError.self) {
            _ = try Recorder(
                folder: file,
                instruments: [RecordedInstrument(instrument: try instrument(), feeds: Self.both)],
                version: "0.1.0", at: Timestamp(nanoseconds: 1))
        }
    }
}
