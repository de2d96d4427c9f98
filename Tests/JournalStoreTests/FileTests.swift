import Foundation
import JournalStore
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

/// Files that are not as a run wants them: each is named, with what to do, and left as it is.
@Suite struct `A journal's file` {
    /// Expects that neither a run nor a reader opens it, and that not a byte of it changes.
    private func expectRefused(
        _ folder: JournalFolder, _ kind: JournalProblem.Kind, says words: String? = nil
    ) throws {
        let before = try folder.bytes()
        for open in [
            { _ = try SteppedJournal(folder, testRun("next")) },
            { _ = try JournalReader(folder.journal).openOrders() },
        ] {
            let problem = #expect(throws: JournalProblem.self) { try open() }
            #expect(problem?.kind == kind, "\(problem?.description ?? "")")
            #expect(problem?.description.hasPrefix(folder.journal + ": ") == true)
            if let words { #expect(problem?.description.contains(words) == true) }
        }
        #expect(try folder.bytes() == before)
    }

    /// A file with some thousand rows, and no log beside it.
    private func filled() throws -> JournalFolder {
        let folder = try JournalFolder()
        try folder.overwrite(try Self.filledBytes.get())
        return folder
    }

    private static let filledBytes = Result {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        var random = RandomEntries(seed: 1)
        random.make(2_000)
        journal.write(random.entries)
        journal.writer.close()
        return try folder.bytes()
    }

    @Test func `is its user's alone`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        for name in [folder.journal, folder.journal + "-wal", folder.journal + ".lock"] {
            let facts = try FileManager.default.attributesOfItem(atPath: name)
            #expect(facts[.posixPermissions] as? Int == 0o600)
        }
        withExtendedLifetime(journal) {}
    }

    @Test func `of a newer release is left alone`() throws {
        let folder = try filled()
        try folder.run("PRAGMA user_version = 99")
        try folder.fold()
        try expectRefused(folder, .newer, says: "a newer release")
    }

    @Test func `of another program is left alone`() throws {
        let folder = try JournalFolder()
        try folder.run("CREATE TABLE bookmarks (url TEXT)")
        try expectRefused(folder, .foreign, says: "another program")
    }

    @Test(arguments: seeds) func `of garbage is left alone`(seed: UInt64) throws {
        var random = Seeded(seed)
        let folder = try JournalFolder()
        let count = random.int(1...20_000)
        try folder.overwrite(Data((0..<count).map { _ in UInt8(random.int(0...255)) }))
        try expectRefused(folder, .foreign)
    }

    @Test(arguments: seeds) func `that ends too early is left alone`(seed: UInt64) throws {
        var random = Seeded(seed)
        let folder = try filled()
        let bytes = try folder.bytes()
        try folder.overwrite(bytes.prefix(random.int(1...(bytes.count - 1))))
        let before = try folder.bytes()
        let problem = #expect(throws: JournalProblem.self) {
            try SteppedJournal(folder, testRun("next"))
        }
        #expect([.damaged, .foreign].contains(problem?.kind), "seed \(seed)")
        #expect(try folder.bytes() == before)
    }

    @Test(arguments: seeds) func `with a page overwritten opens whole or not at all`(
        seed: UInt64
    ) throws {
        var random = Seeded(seed)
        let folder = try filled()
        var bytes = try folder.bytes()
        let page = random.int(1...(bytes.count / 4_096 - 1)) * 4_096
        for place in page..<(page + 4_096) { bytes[place] = UInt8(random.int(0...255)) }
        try folder.overwrite(bytes)
        do {
            // The page was one of those that are free, or of an index: no row is lost.
            let journal = try SteppedJournal(folder, testRun("next"))
            journal.writer.close()
        } catch let problem as JournalProblem {
            #expect(problem.kind == .damaged, "seed \(seed): \(problem)")
            #expect(problem.description.contains("Move it away"))
            #expect(try folder.bytes() == bytes, "seed \(seed)")
        }
    }

    @Test func `that is empty becomes a journal`() throws {
        let folder = try JournalFolder()
        try folder.overwrite(Data())
        try SteppedJournal(folder).write([.alert("a", at: at(1))])
        #expect(try folder.run("SELECT text FROM alerts") == [["a"]])
    }

    @Test func `that is not there is missed by who reads`() throws {
        let folder = try JournalFolder()
        let problem = #expect(throws: JournalProblem.self) { try JournalReader(folder.journal) }
        #expect(problem?.kind == .missing)
    }

    @Test func `where no file can be is named with the system's reason`() throws {
        let folder = try JournalFolder()
        let path = folder.path("a-file") + "/journal"
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path("a-file")))
        let problem = #expect(throws: JournalProblem.self) {
            try Journal(path, beginning: testRun(), clock: { at(0) })
        }
        #expect(problem?.description.contains("Not a directory") == true)
    }

    // Root may write everywhere.
    @Test(.enabled(if: getuid() != 0)) func `in a folder that may not be written is named`() throws
    {
        let folder = try JournalFolder()
        #expect(unsafe chmod(folder.url.path, 0o500) == 0)
        let problem = #expect(throws: JournalProblem.self) { try SteppedJournal(folder) }
        #expect(problem?.description.contains("Permission denied") == true)
    }

    @Test func `with an amount that is not a decimal is named with table and row`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        journal.write([.equity(money("1"), Currency("USDT"), at: at(1))])
        try folder.run("UPDATE equity SET equity = '1.0000000000000000001'")
        let reader = try JournalReader(folder.journal)
        let problem = #expect(throws: JournalProblem.self) { try reader.equity(of: "grid-1") }
        #expect(problem?.kind == .badValue)
        let place = "in the table equity, in the row where id = 1, the column equity holds"
        #expect(problem?.description.contains(place) == true)
    }

    @Test func `takes no amount that is not a decimal`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        journal.write([.equity(money("1"), Currency("USDT"), at: at(1))])
        for text in ["", "x", "1e5", "1.2.3", "1-2", "-", "NaN", "."] {
            #expect(throws: OtherProgram.Failure.self) {
                try folder.run("UPDATE equity SET equity = '\(text)'")
            }
        }
    }

    @Test func `has no two runs of one name`() throws {
        let folder = try filled()
        let problem = #expect(throws: JournalProblem.self) { try SteppedJournal(folder) }
        #expect(problem?.kind == .knownRun)
    }
}

@Suite struct `Forms of a journal` {
    @Test func `are not edited once they are released`() {
        // A new form is a new line; files of those before are out there.
        let released = [
            "a1c688df59033f66e3f0b930987d4a07dfc58d84f72da3e188247e57c353593f",
            "96c727e0ecb8b5f82dadaec26b125e9511d1b95b6007dc48562bbd144a1fc178",
            "ddf191239dc03d5ce073933ce1e3f4050210266281aada7574622cbbb0e5aa4d",
            "3d0558615509173758fda7b8cc3e928cd637884281bc7f6671750335822f8786",
        ]
        #expect(Migration.all.map(\.digest) == released)
        #expect(Migration.all.map(\.version) == [1, 2, 3, 4])
    }

    @Test func `stand in the file`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        #expect(try folder.run("PRAGMA user_version") == [["4"]])
        #expect(try folder.run("PRAGMA application_id") == [["\(0x4D52_4A31)"]])
        #expect(try folder.run("PRAGMA journal_mode") == [["wal"]])
        withExtendedLifetime(journal) {}
    }

    @Test func `have every table strict`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        let loose = try folder.run(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict "
                + "AND schema = 'main' AND name NOT LIKE 'sqlite%'")
        #expect(loose == [])
        withExtendedLifetime(journal) {}
    }

    @Test func `are brought to the newest, with all that is in them`() throws {
        let folder = try JournalFolder()
        try folder.run("PRAGMA journal_mode = WAL")
        let older = try OtherProgram(folder.journal)
        for step in Migration.all.prefix(2) { try older.runAll(step.sql) }
        try older.runAll(
            "INSERT INTO runs (name, mode, venue, strategy, started, traded_since) "
                + "VALUES ('old-1', 'live', 'coinex', 's.lua', 1, 2); "
                + "INSERT INTO instruments (symbol, kind, settle, tick, lot, contract_size) "
                + "VALUES ('coinex:BTC/USD:BTC', 'inverse', 'BTC', '0.5', '1', '100'); "
                + "INSERT INTO run_instruments (run_id, instrument) VALUES (1, 'coinex:BTC/USD:BTC'); "
                + "INSERT INTO states (run_id, time, shape, state) VALUES (1, 3, 1, '{}')")
        try older.runAll("PRAGMA application_id = \(0x4D52_4A31); PRAGMA user_version = 2")
        let problem = #expect(throws: JournalProblem.self) { try JournalReader(folder.journal) }
        #expect(problem?.kind == .older)
        try Journal.migrate(folder.journal)
        let reader = try JournalReader(folder.journal)
        #expect(try reader.state(of: "old-1")?.state.text == "{}")
        #expect(try reader.paperAccount(of: "old-1") == nil)
        #expect(try folder.run("SELECT kind, settle FROM instruments") == [["inverse", "BTC"]])
        try folder.run("UPDATE instruments SET kind = 'quanto'")
        #expect(throws: (any Error).self) { try folder.run("UPDATE instruments SET kind = 'odd'") }
        #expect(try folder.run("PRAGMA foreign_key_check") == [])
    }

    @Test func `begin anew where a run died while it made the file`() throws {
        let folder = try JournalFolder()
        try folder.run("PRAGMA journal_mode = WAL")
        try SteppedJournal(folder).write([.alert("a", at: at(1))])
        #expect(try folder.run("SELECT text FROM alerts") == [["a"]])
    }
}
