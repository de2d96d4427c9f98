import Foundation
import PropertyTesting
import RunInputs
import Testing
import TradingCore
import TradingModel

@Suite struct `A recording of inputs` {
    /// What is read of a folder, as text, and how it ends.
    private func read(_ folder: Folder) throws -> (items: [String], end: InputReader.End?) {
        var reader = try InputReader(of: folder.path)
        var items: [String] = []
        while let chunk = reader.next() { items += chunk.map { "\($0)" } }
        return (items, reader.end)
    }

    /// The items of bytes whose checksums held; none where they cannot be read.
    private func readable(_ bytes: [UInt8]) -> [RecordedItem] {
        var decoder = ItemDecoder(RandomItems.instruments)
        return (try? decoder.items(in: bytes[...])) ?? []
    }

    /// Writes items, some to a chunk.
    private func write(
        _ items: [RecordedItem], to folder: Folder, chunk: Int = 7,
        limits: RecordingLimits = RecordingLimits(), disk: any InputDisk = SystemDisk(),
        end: String? = "over"
    ) throws -> InputWriter {
        var writer = try InputWriter(
            in: folder.path, RandomItems.header, limits: limits, disk: disk)
        for (place, item) in items.enumerated() {
            writer.add(item)
            if place % chunk == chunk - 1 { writer.flush() }
        }
        if let end { writer.finish(end) } else { writer.flush() }
        return writer
    }

    @Test(arguments: seeds)
    func `gives back what was written, whatever that is`(seed: UInt64) throws {
        let folder = try Folder()
        var random = RandomItems(seed: seed)
        let items = random.items(600)
        _ = try write(items, to: folder, limits: RecordingLimits(fileBytes: 9_000))
        let (read, end) = try read(folder)
        #expect(read == items.map { "\($0)" }, "seed \(seed)")
        #expect(end == .ended(reason: "over"))
        #expect(try InputReader(of: folder.path).header == RandomItems.header)
        #expect(FileManager.default.fileExists(atPath: folder.name(2)), "nothing was turned over")
    }

    @Test(arguments: seeds.prefix(2))
    func `cut off at any byte gives the whole chunks before`(seed: UInt64) throws {
        let folder = try Folder()
        var random = RandomItems(seed: seed)
        let items = random.items(28)
        _ = try write(items, to: folder)
        let (bytes, all) = (try folder.bytes(), items.map { "\($0)" })
        var most = 0
        for length in 0..<bytes.count {
            try folder.write(Array(bytes.prefix(length)))
            guard let (items, end) = try? read(folder) else {
                #expect(most == 0, "unreadable at \(length), seed \(seed)")
                continue
            }
            #expect(items == Array(all.prefix(items.count)), "seed \(seed), \(length) bytes")
            #expect(items.count >= most && items.count % 7 == 0 || items.count == all.count)
            most = items.count
            switch end {
            case .open, .cut: break
            default: Issue.record("\(String(describing: end)) at \(length), seed \(seed)")
            }
        }
        #expect(most == all.count)
    }

    @Test(arguments: seeds)
    func `with a flipped bit gives no wrong item and says that it is damaged`(seed: UInt64) throws {
        let folder = try Folder()
        var random = RandomItems(seed: seed)
        let items = random.items(60)
        _ = try write(items, to: folder)
        let (bytes, all) = (try folder.bytes(), items.map { "\($0)" })
        var chance = Seeded(seed)
        for _ in 0..<50 {
            var other = bytes
            for _ in 0..<chance.int(1...3) {
                let place = chance.int(0...(bytes.count - 1))
                other[place] ^= 1 << UInt8(chance.int(0...7))
            }
            guard other != bytes else { continue }
            try folder.write(other)
            guard let (items, end) = try? read(folder) else { continue }
            #expect(items == Array(all.prefix(items.count)), "seed \(seed)")
            guard case .damaged = end else {
                Issue.record("\(String(describing: end)), seed \(seed)")
                continue
            }
        }
    }

    @Test(arguments: seeds)
    func `of any bytes whose checksums hold gives items or says what is wrong`(
        seed: UInt64
    ) throws {
        var random = Seeded(seed)
        var items = RandomItems(seed: seed)
        for _ in 0..<300 {
            var encoder = ItemEncoder(RandomItems.instruments)
            for item in items.items(random.int(1...5)) { encoder.add(item) }
            var bytes = encoder.bytes
            for _ in 0..<random.int(1...4) {
                let place = random.int(0...(bytes.count - 1))
                switch random.int(0...2) {
                case 0: bytes[place] = UInt8(random.int(0...255))
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(random.int(0...255)), at: place)
                }
                if bytes.isEmpty { break }
            }
            for item in readable(bytes) {
                // Whatever was read can be written again.
                var again = ItemEncoder(RandomItems.instruments)
                again.add(item)
                #expect(
                    readable(again.bytes).map { "\($0)" }
                        == ["\(item)"], "seed \(seed)")
            }
        }
    }

    @Test func `ends where the disk is full, says so in the file, and is whole up to there`() throws
    {
        var random = RandomItems(seed: 3)
        let items = random.items(200)
        let all = items.map { "\($0)" }
        for room in stride(from: 900, to: 12_000, by: 131) {
            let (folder, disk) = (try Folder(), FakeDisk())
            disk.room = room
            guard
                let writer = try? write(items, to: folder, limits: RecordingLimits(), disk: disk)
            else { continue }
            try disk.save()
            let (read, end) = try read(folder)
            #expect(read == Array(all.prefix(read.count)), "\(room) bytes")
            let isWhole = writer.end == "over"
            #expect(isWhole || writer.end == "no space left")
            #expect(end == (isWhole ? .ended(reason: "over") : .brokenOff(reason: "no space left")))
            #expect(read.count < all.count || isWhole || room < 12_000)
        }
    }

    @Test func `ends at its largest size, and the run goes on`() throws {
        var random = RandomItems(seed: 4)
        let folder = try Folder()
        let limits = RecordingLimits(fileBytes: 3_000, mostBytes: 8_000)
        let writer = try write(random.items(1_000), to: folder, limits: limits)
        #expect(writer.end?.contains("recording.size") == true)
        #expect(try read(folder).end == .brokenOff(reason: writer.end ?? ""))
        let sizes = try (1...3).map { try folder.bytes($0).count }
        #expect(sizes.reduce(0, +) < 8_000 + 3_000)
    }

    @Test func `lacks a file in its middle: says which`() throws {
        var random = RandomItems(seed: 5)
        let folder = try Folder()
        _ = try write(random.items(600), to: folder, limits: RecordingLimits(fileBytes: 6_000))
        try FileManager.default.removeItem(atPath: folder.name(2))
        guard case .damaged(let file, _, let reason) = try read(folder).end else {
            Issue.record("it is not damaged")
            return
        }
        #expect(file == folder.name(1))
        #expect(reason.contains("inputs-0002.mri"))
    }

    @Test func `of a process that was killed ends behind its last whole chunk`() throws {
        var random = RandomItems(seed: 6)
        let (folder, items) = (try Folder(), random.items(50))
        _ = try write(items, to: folder, end: nil)
        let (read, end) = try read(folder)
        #expect(read.count == 50)
        #expect(end == .open)
    }

    @Test func `keeps texts by number, and goes on when there are too many`() throws {
        let folder = try Folder()
        let items = (0..<6_000).flatMap { number -> [RecordedItem] in
            let call = RunCall.halt("reason \(number)", at: Timestamp(nanoseconds: 1))
            return [.call(call), .call(call)]
        }
        _ = try write(items, to: folder, chunk: 1_000)
        #expect(try read(folder).items == items.map { "\($0)" })
    }

    @Test func `of another format says so`() throws {
        let folder = try Folder()
        try folder.write(Array("something else".utf8))
        #expect(throws: RecordingProblem.self) { try InputReader(of: folder.path) }
        #expect(throws: RecordingProblem.self) { try InputReader(of: folder.path + "/none") }
    }
}
