import MarketFiles
import Testing
import TradingModel

@Suite struct `Files of any kind` {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private let table = "time,price,qty\n1700000000,1,1\n1700000001,2,1\n"

    @Test func `that cannot be read say why`() throws {
        #expect(try failure(folder.path).reason == "is a folder, expected a file of market data")
        #expect(try failure("/nowhere/x").reason == "cannot be opened: No such file or directory")
        #expect(try failure("/dev/null").reason.hasPrefix("is no regular file"))
        #expect(try failure(try folder.write("e", "")).reason == "is empty (0 bytes)")
        let header = try folder.write("h", "time,price,qty\n")
        #expect(try failure(header).reason.hasPrefix("holds no event"))
    }

    @Test(arguments: [
        (Array("PAR1".utf8), "a Parquet file"), ([0x28, 0xB5, 0x2F, 0xFD, 1], "packed with zstd"),
        ([0, 1, 2, 255], "a binary file of unknown kind (it begins with 00 01 02 ff)"),
    ])
    func `that are binaries are named`(bytes: [UInt8], kind: String) throws {
        let error = try failure(try folder.write("b.csv", bytes))
        #expect(error.reason.hasPrefix("is \(kind); understood are"), "\(error)")
    }

    @Test func `may be packed by gzip, in several members, and padded`() throws {
        let bytes = Array(table.utf8)
        let whole = packed(bytes)
        let halves = packed(Array(bytes[..<20])) + packed(Array(bytes[20...]))
        for packedBytes in [whole, halves, whole + [0, 0, 0]] {
            let path = try folder.write("t.csv", packedBytes)
            #expect(try events(path).count == 2)
            #expect(try MarketFile.inspect(path: path).isPacked)
        }
    }

    @Test func `that are cut or damaged gzip say how far they go`() throws {
        let whole = packed(Array(table.utf8))
        let cut = try failure(try folder.write("c.gz", Array(whole.dropLast(5))))
        #expect(cut.reason.contains("is cut off"), "\(cut)")
        #expect(cut.reason.contains("gave 45;"), "\(cut)")
        var flipped = whole
        flipped[whole.count - 6] ^= 1  // in the checksum
        let damaged = try failure(try folder.write("d.gz", flipped))
        #expect(damaged.reason.contains("is damaged"), "\(damaged)")
        let garbage = try failure(try folder.write("g.gz", whole + Array("garbage".utf8)))
        #expect(garbage.reason.contains("is damaged"), "\(garbage)")
    }

    @Test func `may be the only file of a zip`() throws {
        let bytes = Array(table.utf8)
        for isDeflated in [false, true] {
            let path = try folder.write(
                "t.zip", zipped([("BTCUSDT-trades.csv", bytes)], isDeflated: isDeflated))
            #expect(try events(path).count == 2)
        }
        let two = try folder.write(
            "two.zip", zipped([("a.csv", bytes), ("b.csv", bytes)], isDeflated: true))
        #expect(try failure(two).reason.contains("is a zip of 2 files (`a.csv`, `b.csv`)"))
        var damaged = zipped([("a.csv", bytes)], isDeflated: true)
        damaged[14 + 2] ^= 1  // the local header's checksum is not used, the directory's is
        #expect(try events(try folder.write("ok.zip", damaged)).count == 2)
        let directory = damaged.count - 22 - 46 - 5
        damaged[directory + 16] ^= 1
        #expect(try failure(try folder.write("no.zip", damaged)).reason.contains("checksum"))
    }

    @Test func `merge by receive time, the first named first at equal times`() throws {
        let first = try folder.write("a", "time,price,qty\n1700000001,1,1\n1700000003,2,1\n")
        let second = try folder.write(
            "b", "time,price,qty\n1700000001,3,1\n1700000002,4,1\n1700000003,5,1\n1700000004,6,1\n")
        func open(_ path: String) throws -> MarketFileSource {
            try MarketFile.open(path: path, instrument: try instrument())
        }
        func prices(_ paths: [String]) throws -> [String] {
            let merged = MergedSource(sources: try paths.map(open))
            return try events(of: merged).map { event in
                if case .trade(let trade) = event { trade.price.description } else { "" }
            }
        }
        #expect(try prices([first, second]) == ["1", "3", "4", "2", "5", "6"])
        #expect(try prices([second, first]) == ["3", "1", "4", "5", "2", "6"])
        #expect(try prices([second]) == ["3", "4", "5", "6"])
        #expect(try prices([]) == [])
    }

    @Test(arguments: 1...20)
    func `merge as a stable sort does`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        var all: [MarketEvent] = []
        var sources: [any MarketEventSource] = []
        for source in 0..<Int.random(in: 2...5, using: &random) {
            var time: Int64 = 0
            let events = (0..<Int.random(in: 0...2000, using: &random)).map { index in
                time += Int64.random(in: 0...2, using: &random)
                let stamp = Timestamp(nanoseconds: time)
                return MarketEvent.trade(
                    Trade(
                        instrument: InstrumentID(source), price: Price(attos: 1),
                        quantity: .zero, taker: nil, id: UInt64(index), venueTime: stamp,
                        receiveTime: stamp))
            }
            all += events
            sources.append(ListSource(events))
        }
        let sorted = all.enumerated().sorted {
            ($0.element.receiveTime, $0.offset) < ($1.element.receiveTime, $1.offset)
        }.map(\.element)
        let isSame = try events(of: MergedSource(sources: sources)) == sorted
        #expect(isSame, "seed \(seed)")
    }

    @Test func `merged hand out what comes before a failure`() throws {
        let good = try folder.write("a", "time,price,qty\n1700000001,1,1\n1700000009,2,1\n")
        let bad = try folder.write("b", "time,price,qty\n1700000001,1,1\n1700000002,1,1\n")
        let failing = ListSource(
            try events(bad), failure: MarketDataError(file: bad, line: 4, reason: "broken"))
        let source = try MarketFile.open(path: good, instrument: try instrument())
        let merged = MergedSource(sources: [source, failing])
        var count = 0
        #expect(throws: MarketDataError(file: bad, line: 4, reason: "broken")) {
            try drain(merged) { _ in count += 1 }
        }
        #expect(count == 3)
    }
}

/// Events from memory, in small batches, then perhaps a failure.
final class ListSource: MarketEventSource {
    private var events: ArraySlice<MarketEvent>
    private let failure: MarketDataError?

    init(_ events: [MarketEvent], failure: MarketDataError? = nil) {
        self.events = events[...]
        self.failure = failure
    }

    func read(into batch: EventBatch) throws(MarketDataError) {
        while !batch.isFull, batch.count < 13, let event = events.popFirst() {
            batch.append(event)
        }
        if batch.isEmpty, let failure { throw failure }
    }
}
