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
        #expect(try failure("/dev/null").reason.hasPrefix("is not a regular file"))
        #expect(try failure(try folder.write("e", "")).reason == "is empty (0 bytes)")
        let header = try folder.write("h", "time,price,qty\n")
        #expect(try failure(header).reason.hasPrefix("holds no event"))
    }

    @Test(arguments: [
        (Array("PAR1".utf8), "a Parquet file", "pandas.read_parquet("),
        (Array("ARROW1".utf8), "a Feather (Arrow) file", "pandas.read_feather("),
        ([0x89, 0x48, 0x44, 0x46, 13], "an HDF5 file", "pandas.read_hdf("),
        (Array("SQLite format 3\0".utf8), "an SQLite database", "sqlite3 -header -csv "),
        ([0x80, 0x04, 0x95], "a pickle", "pandas.read_pickle("),
        ([0xD0, 0xCF, 0x11, 0xE0], "an Excel workbook", "pandas.read_excel("),
        ([0x28, 0xB5, 0x2F, 0xFD, 1], "packed with zstd", "zstd -d "),
        ([0xFF, 0xFE, 0x74, 0], "text in UTF-16", "iconv -f UTF-16 "),
    ])
    func `that are binaries are named with the way to a CSV`(
        bytes: [UInt8], kind: String, command: String
    ) throws {
        let path = try folder.write("b.csv", bytes)
        let error = try failure(path)
        #expect(error.reason.hasPrefix("is \(kind), which is not read; make a CSV of it: "))
        #expect(error.reason.contains(command), "\(error)")
        #expect(error.reason.contains("'\(path)'"), "\(error)")
    }

    @Test func `that nobody knows show how they begin`() throws {
        let error = try failure(try folder.write("b.csv", [0, 1, 2, 255]))
        let kind = "is a binary file of unknown kind (it begins with 00 01 02 ff)"
        #expect(error.reason.hasPrefix(kind), "\(error)")
        let page = try failure(try folder.write("p.csv", "<!DOCTYPE html>\n<html>\n"))
        #expect(page.reason.contains("is a web page"), "\(page)")
    }

    @Test func `may lie in a zip beside what is no data`() throws {
        let other = Array("x".utf8)
        let names = [
            "__MACOSX/._a.csv", ".DS_Store", "a.csv.CHECKSUM", "README.txt", "data/LICENSE",
            "._a.csv", "Thumbs.db",
        ]
        let beside = names.map { (name: $0, bytes: other) }
        let path = try folder.write(
            "t.zip",
            zipped(
                [("data/", [])] + beside + [("data/a.csv", Array(table.utf8))],
                isDeflated: true))
        #expect(try events(path).count == 2)
        let two = try folder.write(
            "two.zip",
            zipped(
                beside + [("b.csv", Array(table.utf8)), ("c.csv", Array(table.utf8))],
                isDeflated: true))
        #expect(try failure(two).reason.hasPrefix("is a zip of 2 files (`b.csv`, `c.csv`)"))
        let none = try folder.write("none.zip", zipped(beside, isDeflated: true))
        #expect(try failure(none).reason.hasPrefix("is a zip without a file of market data"))
        let book = try folder.write(
            "book.xlsx", zipped([("[Content_Types].xml", other)], isDeflated: true))
        #expect(try failure(book).reason.hasPrefix("is an Excel workbook"))
    }

    @Test func `that are encrypted in a zip say so`() throws {
        var bytes = zipped([("a.csv", Array(table.utf8))], isDeflated: true)
        let directory = bytes.count - 22 - 46 - 5
        bytes[directory + 8] |= 1
        let found = try failure(try folder.write("e.zip", bytes))
        #expect(found.reason.hasPrefix("its entry `a.csv` is encrypted: unpack it"), "\(found)")
    }

    @Test(arguments: [
        ("[[1700000000,1,1],[1700000060,2,1]", "is cut off"), ("[[1700000000,1,1],", "is cut off"),
        ("[[1700000000,1,1]] x", "behind its end"),
        ("[[1700000000,1,1] 7 [2]]", "not JSON of rows"),
        ("[]", "without a row"), ("{\"a\":1}", "is not a table"),
        ("[[1700000000,1,1],[1700000060,2,1.]]", "has 1 fields, expected 3"),
    ])
    func `that are damaged JSON say where`(text: String, reason: String) throws {
        let found = try failure(try folder.write("a.json", text))
        #expect(found.reason.contains(reason), "\(found)")
    }

    @Test func `of JSON name the record of a bad value`() throws {
        let text =
            "[{\"time\":1700000000,\"price\":1,\"qty\":1},\n\n"
            + "{\"time\":1700000001,\"price\":\"x\",\"qty\":1}]"
        let found = try failure(try folder.write("a.json", text))
        #expect(found.line == 2)
        #expect(found.reason.hasPrefix("column `price`: `x` is not a decimal number"), "\(found)")
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
