import AccountSimulation
import Foundation
import LiveTrading
import PropertyTesting
import Testing
import TradingModel
import VenueSessions

@Suite struct `Client order ids of an account` {
    private static let day = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

    private func ids(
        in folder: TestFolder, key: String = "key", at now: Timestamp = day
    ) throws -> AccountOrderIDs {
        try AccountOrderIDs(venue: "coinex", keyID: key, at: now, home: folder.path("home"))
    }

    private func file(in folder: TestFolder) throws -> String {
        let accounts = folder.path("home/accounts")
        let names = try FileManager.default.contentsOfDirectory(atPath: accounts)
        let name = try #require(names.first { $0.hasSuffix(".ids") })
        return accounts + "/" + name
    }

    private func orderID(_ session: UInt64) throws -> ClientOrderID {
        let rules = ClientOrderIDRules(maxLength: 31, punctuation: "-")
        let maker = try #require(ClientOrderIDMaker(session: session, rules: rules))
        return ClientOrderID(maker.prefix + "-7")
    }

    @Test func `begin with the clock, and go on where it was set back`() throws {
        let folder = try TestFolder()
        #expect(try ids(in: folder).session == 1_700_000_000_000_000)
        #expect(try ids(in: folder).session == 1_700_000_000_000_001)
        let before = Self.day.advanced(byNanoseconds: -3_600_000_000_000)
        #expect(try ids(in: folder, at: before).session == 1_700_000_000_000_002)
        let behind = Self.day.advanced(byNanoseconds: 1_000_000_000)
        #expect(try ids(in: folder, at: behind).session == 1_700_000_001_000_000)
    }

    @Test func `are never the same for runs that begin at once`() async throws {
        let folder = try TestFolder()
        let home = folder.path("home")
        let rule = ClientNumberRule(allowed: 1...1_000_000, blockLength: 100)
        let runs = try await withThrowingTaskGroup(
            of: (ids: AccountOrderIDs, numbers: Range<Int>).self
        ) { group in
            for _ in 0..<20 {
                group.addTask {
                    let ids = try AccountOrderIDs(
                        venue: "coinut", keyID: "key", at: Self.day, home: home)
                    return (ids, try ids.reserveNumbers(rule, at: Self.day))
                }
            }
            return try await group.reduce(into: [(ids: AccountOrderIDs, numbers: Range<Int>)]()) {
                $0.append($1)
            }
        }
        #expect(Set(runs.map(\.ids.session)).count == 20)
        #expect(Set(runs.flatMap { Array($0.numbers) }).count == 2_000)
    }

    @Test func `tell whose an order is, and whether that run lives`() throws {
        let folder = try TestFolder()
        var first: AccountOrderIDs? = try ids(in: folder)
        let left = try orderID(try #require(first).session)
        let second = try ids(in: folder)
        #expect(second.origin(of: left) == .livingRun)
        #expect(first?.origin(of: left) == .thisRun)
        #expect(first?.origin(of: try orderID(second.session)) == .livingRun)
        first = nil
        #expect(second.origin(of: left) == .deadRun)
        #expect(second.origin(of: try orderID(second.session)) == .thisRun)
        for other in ["by-hand", "mrab12-17", "17"] {
            #expect(second.origin(of: ClientOrderID(other)) == .stranger)
        }
        #expect(second.origin(of: try orderID(1_600_000_000_000_000)) == .stranger)
        #expect(second.origin(of: nil) == .stranger)
        // Another account, of which another run began in another instant.
        let later = Self.day.advanced(byNanoseconds: 1_000_000)
        #expect(try ids(in: folder, key: "another", at: later).origin(of: left) == .stranger)
    }

    @Test func `tell whose an order is by its number`() throws {
        let folder = try TestFolder()
        var first: AccountOrderIDs? = try ids(in: folder)
        let left = try #require(first).reserveNumbers(.bits24, at: Self.day)
        #expect(left.count == 65_536)
        let id = ClientOrderID("\(left.lowerBound + 5)")
        let second = try ids(in: folder)
        let own = try second.reserveNumbers(.bits24, at: Self.day)
        #expect(own.lowerBound == left.upperBound)
        #expect(second.origin(of: id) == .livingRun)
        #expect(second.origin(of: ClientOrderID("\(own.lowerBound)")) == .thisRun)
        first = nil
        #expect(second.origin(of: id) == .deadRun)
        #expect(second.origin(of: ClientOrderID("\(own.upperBound)")) == .stranger)
        let known = KnownOrderIDs(venue: "coinex", keyID: "key", home: folder.path("home"))
        #expect(known.isOfARun(id.text))
        #expect(!known.isOfARun("\(own.upperBound)"))
        #expect(!known.isOfARun(nil))
        let elsewhere = KnownOrderIDs(venue: "coinex", keyID: "key", home: "/proc/none")
        #expect(!elsewhere.isOfARun(id.text))
        #expect(elsewhere.isOfARun(try orderID(second.session).text))
    }

    // MARK: - What goes wrong with the file

    @Test func `are refused when the file was damaged in any byte, or cut`() throws {
        let folder = try TestFolder()
        let first = try ids(in: folder)
        _ = try first.reserveNumbers(.bits24, at: Self.day)
        let file = try file(in: folder)
        let whole = try Data(contentsOf: URL(fileURLWithPath: file))
        for place in whole.indices {
            var damaged = whole
            damaged[place] ^= 0x04
            for bytes in [damaged, whole.prefix(place)] {
                try bytes.write(to: URL(fileURLWithPath: file))
                let problem = #expect(throws: OrderIDProblem.self) { try ids(in: folder) }
                #expect(problem?.description.hasPrefix("\(file): it is damaged. If no run") == true)
            }
        }
        try whole.write(to: URL(fileURLWithPath: file))
        #expect(try ids(in: folder).session == first.session + 1)
    }

    @Test func `are refused where no file can be written, and say which`() throws {
        let folder = try TestFolder()
        try folder.makeFolder("home")
        try folder.write("home/accounts", "a file")
        let problem = #expect(throws: OrderIDProblem.self) { try ids(in: folder) }
        #expect(problem?.description.contains("/home/accounts/coinex-") == true)
        #expect(problem?.description.hasSuffix("Not a directory") == true)
        #expect(throws: OrderIDProblem.self) {
            try AccountOrderIDs(venue: "coinex", keyID: "k", at: Self.day, home: "/proc/none")
        }
    }

    @Test func `do not trip over what a run left that died as it wrote`() throws {
        let folder = try TestFolder()
        let first = try ids(in: folder)
        let file = try file(in: folder)
        try Data("torn".utf8).write(to: URL(fileURLWithPath: file + ".new"))
        #expect(try ids(in: folder).session == first.session + 1)
        #expect(!FileManager.default.fileExists(atPath: file + ".new"))
    }

    @Test func `are kept where only the user can read them, and without the key`() throws {
        let folder = try TestFolder()
        _ = try ids(in: folder, key: "an-access-id")
        let file = try file(in: folder)
        #expect(!file.contains("access"))
        #expect(try !String(contentsOfFile: file, encoding: .utf8).contains("access"))
        let facts = try FileManager.default.attributesOfItem(atPath: file)
        #expect(facts[.posixPermissions] as? Int == 0o600)
        let above = try FileManager.default.attributesOfItem(atPath: folder.path("home/accounts"))
        #expect(above[.posixPermissions] as? Int == 0o700)
    }
}

@Suite struct `A ledger of client order ids` {
    private static let day: Int64 = 1_700_000_000_000_000_000
    /// So few that they come again often.
    private let rule = ClientNumberRule(allowed: 1...64, blockLength: 8)

    /// A run, as far as it is known to whoever got its ids.
    private struct Run {
        let session: UInt64
        var blocks: [Range<Int>] = []
    }

    @Test(arguments: seeds)
    func `gives no id twice, at whatever instant runs die or the power fails`(seed: UInt64) {
        #expect(trouble(seed, CrashingDisk(seed: seed &+ 500)) == [])
    }

    @Test(arguments: CrashingDisk.Omission.allCases)
    func `needs a disk that does what it is asked for`(omission: CrashingDisk.Omission) {
        let found = seeds.flatMap { trouble($0, CrashingDisk(seed: $0 &+ 500, omits: omission)) }
        #expect(!found.isEmpty)
    }

    /// Runs that begin, take numbers and die on this disk; returns what may not be.
    private func trouble(_ seed: UInt64, _ disk: CrashingDisk) -> [String] {
        var (random, disk, trouble) = (Seeded(seed), disk, [String]())
        var sessions: Set<UInt64> = []
        var living: [Run] = []
        var recent: [Range<Int>] = []
        for _ in 0..<500 {
            let now = Timestamp(nanoseconds: Self.day + Int64(random.int(-5_000...5_000)) * 1_000)
            disk.stepsLeft = random.chance(40) ? random.int(0...5) : nil
            do throws(OrderIDProblem) {
                if living.count < 3 || random.chance(30) {
                    let session = try OrderIDLedger.update(&disk) { $0.begin(at: now) }
                    if !sessions.insert(session).inserted { trouble.append("\(session) twice") }
                    living.append(Run(session: session))
                    if living.count > 3 { living.removeFirst() }
                }
                let place = random.int(0...(living.count - 1))
                guard living[place].blocks.isEmpty else { continue }
                let (session, alive) = (living[place].session, Set(living.map(\.session)))
                let block = try OrderIDLedger.update(&disk) {
                    $0.reserveNumbers(rule, for: session, at: now, isAlive: alive.contains)
                }
                guard let block, block.lowerBound >= 1, block.upperBound <= 65, block.count == 8
                else {
                    trouble.append("\(String(describing: block)) is no block")
                    continue
                }
                let taken = living.flatMap(\.blocks) + recent
                if taken.contains(where: { $0.overlaps(block) }) {
                    trouble.append("\(block) twice")
                }
                living[place].blocks.append(block)
                recent = recent.suffix(1) + [block]
            } catch {
                if error != CrashingDisk.crash { trouble.append("\(error)") }
                disk.restart(afterPowerCut: random.bool())
                living.removeAll { _ in random.bool() }
            }
        }
        if sessions.count < 50 { trouble.append("only \(sessions.count) runs began") }
        return trouble
    }

    @Test func `goes through all numbers before one comes again, and on with the lowest`() {
        var ledger = OrderIDLedger()
        let now = Timestamp(nanoseconds: 0)
        let rule = ClientNumberRule(allowed: 1...20, blockLength: 5)
        let session = ledger.begin(at: now)
        _ = ledger.begin(at: now)
        let firsts = (0..<6).map { _ in
            // Of a run that dies each time, so that what it had is free.
            ledger.reserveNumbers(rule, for: session + 9, at: now) { _ in false }?.lowerBound
        }
        #expect(firsts == [1, 6, 11, 16, 1, 6])
    }

    @Test func `passes over what living runs have, and says when they have all`() {
        var ledger = OrderIDLedger()
        let now = Timestamp(nanoseconds: 0)
        let rule = ClientNumberRule(allowed: 1...20, blockLength: 5)
        let long = ledger.begin(at: now)
        let short = ledger.begin(at: now)
        func reserve(_ session: UInt64) -> Int? {
            ledger.reserveNumbers(rule, for: session, at: now) { $0 == long }?.lowerBound
        }
        #expect(reserve(long) == 1)
        #expect((0..<3).map { _ in reserve(long) } == [6, 11, 16])
        #expect(reserve(short) == nil)
        #expect(reserve(long) == nil, "its own it keeps too")
    }

    @Test func `knows the orders of the last thousand runs`() throws {
        var ledger = OrderIDLedger()
        let now = Timestamp(nanoseconds: Self.day)
        let sessions = (0..<1_002).map { _ in ledger.begin(at: now) }
        #expect(ledger.runs.map(\.session) == Array(sessions.dropFirst(2)))
        let again = try #require(OrderIDLedger(Array(ledger.text.utf8)))
        #expect(again == ledger)
    }

    @Test(arguments: seeds)
    func `reads what it wrote, and refuses anything else without a crash`(seed: UInt64) throws {
        var random = Seeded(seed)
        var ledger = OrderIDLedger()
        for _ in 0..<random.int(0...20) {
            let session = ledger.begin(at: Timestamp(nanoseconds: Self.day))
            if random.bool() {
                _ = ledger.reserveNumbers(
                    .bits24, for: session, at: Timestamp(nanoseconds: Self.day)
                ) { _ in true }
            }
        }
        let bytes = Array(ledger.text.utf8)
        #expect(OrderIDLedger(bytes) == ledger)
        for _ in 0..<300 {
            var other = bytes
            for _ in 0..<random.int(1...4) {
                let place = random.int(0...(other.count - 1))
                switch random.int(0...2) {
                case 0: other[place] = UInt8(random.int(0...255))
                case 1: other.remove(at: place)
                default: other.insert(random.pick(bytes), at: place)
                }
            }
            if other != bytes { #expect(OrderIDLedger(other) == nil) }
        }
    }
}
