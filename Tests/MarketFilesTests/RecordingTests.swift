import Glibc
import MarketFiles
import PropertyTesting
import Testing
import TradingModel

/// A recording's sidecar for an instrument of the tests.
func sidecar(
    _ instrument: Instrument, feeds: [MarketFeed] = [.trades, .quotes, .book]
) -> RecordingSidecar {
    RecordingSidecar(
        instrument: instrument, feeds: feeds, recorder: "0.1.0",
        begun: Timestamp(nanoseconds: 1_700_000_000_000_000_000))
}

/// How many rows of the array an event takes.
private func rows(_ event: MarketEvent) -> Int {
    if case .quote = event { 2 } else { 1 }
}

private func trade(_ id: UInt64, at time: Int64, price: String = "100.5") throws -> MarketEvent {
    .trade(
        Trade(
            instrument: InstrumentID(3), price: try Price(price), quantity: try Quantity("0.001"),
            taker: .buy, id: id, venueTime: Timestamp(nanoseconds: time),
            receiveTime: Timestamp(nanoseconds: time)))
}

@Suite struct `Recordings` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static let headerBytes = 512
    private static let rowBytes = 64

    @Test(arguments: seeds)
    func `that are killed anywhere in their last flush hold exactly the events before it`(
        seed: UInt64
    ) throws {
        var random = SeededNumbers(seed: seed)
        let written = randomEvents(&random, count: Int.random(in: 60...120, using: &random))
        let name = folder.file("whole")
        let writer = try RecordingWriter(name: name, sidecar: sidecar(try instrument()))
        let last = written.count - Int.random(in: 1...6, using: &random)
        for event in written[..<last] { try writer.append(event) }
        try writer.flush()
        let before = try readFile(writer.path)
        for event in written[last...] { try writer.append(event) }
        try writer.flush()
        let whole = try readFile(writer.path)
        #expect(try events(writer.path) == written, "seed \(seed)")

        let cut = folder.file("cut.npy")
        _ = try folder.write("cut.json", try readFile(writer.sidecarPath))
        for size in before.count...whole.count {
            // The header was not reached: it counts the rows of the flush before.
            _ = try folder.write(
                "cut.npy", Array(before[..<Self.headerBytes] + Array(whole[512..<size])))
            #expect(try events(cut) == Array(written[..<last]), "seed \(seed), \(size) bytes")
            // The machine lost power: the header is there, and not all of the rows.
            _ = try folder.write("cut.npy", Array(whole[..<size]))
            let left = (size - Self.headerBytes) / Self.rowBytes
            #expect(try events(cut) == prefix(written, rows: left), "seed \(seed), \(size) bytes")
        }
    }

    /// The events whose rows are all among the first `count`.
    private func prefix(_ events: [MarketEvent], rows count: Int) -> [MarketEvent] {
        var left = count
        return Array(
            events.prefix { event in
                left -= rows(event)
                return left >= 0
            })
    }

    @Test func `say which rows behind the last counted one were left out`() throws {
        let writer = try RecordingWriter(
            name: folder.file("a"), sidecar: sidecar(try instrument()))
        for id in 1...3 { try writer.append(trade(UInt64(id), at: 1)) }
        try writer.flush()
        let before = try readFile(writer.path)
        for id in 4...6 { try writer.append(trade(UInt64(id), at: 1)) }
        try writer.flush()
        let whole = try readFile(writer.path)
        let path = try folder.write(
            "b.npy", Array(before[..<512] + Array(whole[512..<(whole.count - 10)])))
        let source = try MarketFile.open(path: path, instrument: try instrument())
        #expect(try events(of: source).count == 3)
        #expect(
            source.counts.notes == [
                "2 whole rows and 54 bytes of a torn row behind the last counted row were left out"
            ])
    }

    @Test func `end where a loss of power left zeros for rows`() throws {
        let writer = try RecordingWriter(
            name: folder.file("a"), sidecar: sidecar(try instrument()))
        for id in 1...6 { try writer.append(trade(UInt64(id), at: 1)) }
        try writer.flush()
        let whole = try readFile(writer.path)
        let zeros = [UInt8](repeating: 0, count: 128)
        _ = try folder.write("b.npy", Array(whole.dropLast(128)) + zeros)
        _ = try folder.write("b.json", try readFile(writer.sidecarPath))
        let source = try MarketFile.open(
            path: folder.file("b.npy"), instrument: try instrument())
        #expect(try events(of: source).count == 4)
        #expect(source.counts.notes == ["2 empty rows at its end were left out"])
    }

    @Test func `are flushed by the time of events and of ticks, before a second is over`() throws {
        let writer = try RecordingWriter(
            name: folder.file("a"), sidecar: sidecar(try instrument()))
        try writer.append(trade(1, at: 1_000_000_000))
        #expect(throws: MarketDataError.self) { try MarketFile.inspect(path: writer.path) }
        try writer.append(trade(2, at: 1_500_000_000))
        #expect(try events(writer.path).count == 2)
        try writer.append(trade(3, at: 1_600_000_000))
        try writer.flush(at: Timestamp(nanoseconds: 2_000_000_000))
        #expect(try events(writer.path).count == 2)
        try writer.flush(at: Timestamp(nanoseconds: 2_100_000_000))
        #expect(try events(writer.path).count == 3)
        // A clock that was set back flushes rather than waits.
        try writer.append(trade(4, at: 2_200_000_000))
        try writer.flush(at: Timestamp(nanoseconds: 5))
        #expect(try events(writer.path).count == 4)
    }

    @Test func `keep what they have when the disk is full, and go on when it has room again`()
        throws
    {
        let writer = try RecordingWriter(
            name: folder.file("a"), sidecar: sidecar(try instrument()))
        for id in 1...5 { try writer.append(trade(UInt64(id), at: 1)) }
        try writer.flush()
        let kept = dup(writer.descriptor)
        let full = unsafe open("/dev/full", O_WRONLY)
        defer {
            close(kept)
            close(full)
        }
        try #require(dup2(full, writer.descriptor) >= 0)
        for id in 6...8 { try writer.append(trade(UInt64(id), at: 1)) }
        let reason = "cannot be written: No space left on device"
        #expect(throws: MarketDataError(file: writer.path, reason: reason)) { try writer.flush() }
        #expect(try events(writer.path).count == 5)
        try #require(dup2(kept, writer.descriptor) >= 0)
        try writer.finish(at: Timestamp(nanoseconds: 9))
        #expect(try events(writer.path).count == 8)
    }

    @Test(arguments: [
        ("0.1", "0.0001", 7, 12), ("0.01", "0.00001", 8, 13), ("0.00000001", "1", 9, 14),
        ("0.0000000001", "1000", 11, 15), ("1", "0.00000001", 7, 15), ("0.5", "0.000001", 7, 12),
        ("0.000000000001", "0.001", 12, 14),
    ])
    func `give back every decimal of real ticks and lots`(
        tick: String, lot: String, priceDigits: Int, quantityDigits: Int
    ) throws {
        var random = Seeded(UInt64(priceDigits))
        let traded = try instrument(tick: tick, lot: lot)
        let writer = try RecordingWriter(name: folder.file("a"), sidecar: sidecar(traded))
        var written: [MarketEvent] = []
        for id in 1...2_000 {
            let price = random.int128(digits: 1...priceDigits) + 1
            let quantity = random.int128(digits: 1...quantityDigits) + 1
            let lots = quantity / max(1, traded.lot.attos / attosPerUnit)
            written.append(
                .trade(
                    Trade(
                        instrument: InstrumentID(3),
                        price: Price(attos: price * traded.tick.attos),
                        quantity: Quantity(attos: max(1, lots) * traded.lot.attos), taker: .sell,
                        id: UInt64(id), venueTime: Timestamp(nanoseconds: 1),
                        receiveTime: Timestamp(nanoseconds: Int64(id)))))
            try writer.append(written[id - 1])
        }
        try writer.flush()
        #expect(writer.counts.inexact == 0)
        #expect(try events(writer.path, traded) == written)
    }

    @Test func `count the decimals that no double holds`() throws {
        let writer = try RecordingWriter(
            name: folder.file("a"), sidecar: sidecar(try instrument()))
        try writer.append(trade(1, at: 1, price: "61602.01"))
        #expect(writer.counts.inexact == 0)
        try writer.append(trade(2, at: 1, price: "61602.012345678901234567"))
        #expect(writer.counts.inexact == 1)
    }

    @Test
    func `leave out what they have no row for, what was not asked for, and what no market gives`()
        throws
    {
        let writer = try RecordingWriter(
            name: folder.file("a"), sidecar: sidecar(try instrument(), feeds: [.trades]))
        let time = Timestamp(nanoseconds: 1)
        let id = InstrumentID(3)
        try writer.append(.ticker(Ticker(instrument: id, venueTime: time, receiveTime: time)))
        try writer.append(
            .funding(
                Funding(
                    instrument: id, rate: .zero, mark: try Price("1"), venueTime: time,
                    receiveTime: time)))
        try writer.append(
            .book(
                BookChange(
                    instrument: id, kind: .clear, endsMessage: true, venueTime: time,
                    receiveTime: time)))
        try writer.append(trade(1, at: 1, price: "0"))
        try writer.append(trade(2, at: 1))
        try writer.flush()
        #expect(try events(writer.path).count == 1)
        var expected = RecordingCounts()
        expected.trades = 1
        expected.tickers = 1
        expected.funding = 1
        expected.notAsked = 1
        expected.refused = 1
        #expect(writer.counts == expected)
    }
}
