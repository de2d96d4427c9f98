import Foundation
import JournalStore
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

/// What of a journal outlives a kill or a power cut.
@Suite struct `A journal after a crash` {
    /// Entries that count up, of five tables, so that a hole in any of them shows.
    private func entry(_ number: Int) -> JournalEntry {
        let time = at(Int64(number))
        let id = ClientOrderID("mr-\(number)")
        switch number % 5 {
        case 0: return .alert("\(number)", at: time)
        case 1: return .equity(money("\(number)"), Currency("USDT"), at: time)
        case 2:
            let request = OrderRequest(
                instrument: InstrumentID(0), side: .buy, quantity: quantity("1"))
            return .submitted(SubmittedOrder(id: id, request: request, version: 1, at: time))
        case 3:
            let fill = Fill(
                id: "\(number)", price: price("1"), quantity: quantity("1"), liquidity: .taker,
                fee: .zero, feeCurrency: Currency("USDT"))
            let order = ClientOrderID("mr-\(number - 1)")
            return .transition(
                OrderTransition(
                    .fill(fill), of: order, InstrumentID(0), .buy, from: .pendingNew,
                    to: .filled(nil, quantity("1")), venueTime: time, at: time))
        default: return .state(StrategyState(text: "\(number)", shape: 1), at: time)
        }
    }

    /// What is read of the first so many entries: rows by table, and the state.
    private func rows(ofFirst count: Int) -> [[String?]] {
        var (alerts, equity, orders, filled) = (0, 0, 0, 0)
        var state: String?
        for number in 0..<count {
            switch number % 5 {
            case 0: alerts += 1
            case 1: equity += 1
            case 2: orders += 1
            case 3: filled += 1
            default: state = "\(number)"
            }
        }
        return [["\(alerts)", "\(equity)", "\(orders)", "\(filled)", "\(filled)", state]]
    }

    private static let counts = """
        SELECT (SELECT count(*) FROM alerts), (SELECT count(*) FROM equity), (SELECT count(*) FROM orders),
        (SELECT count(*) FROM orders WHERE state = 'filled'), (SELECT count(*) FROM executions),
        (SELECT state FROM states)
        """

    /// Expects a beginning of what was written, of no fewer than `least` entries.
    private func expectPrefix(
        _ folder: JournalFolder, atLeast least: Int, of count: Int, seed: UInt64
    ) throws {
        _ = try JournalReader(folder.journal).openOrders()  // by what a later run reads it with
        let other = try OtherProgram(folder.journal)
        let read = try other.run(Self.counts)
        let isPrefix = (least...count).contains { rows(ofFirst: $0) == read }
        #expect(isPrefix, "seed \(seed): \(read) is no beginning of \(least) to \(count)")
        #expect(try other.run("PRAGMA integrity_check") == [["ok"]], "seed \(seed)")
        #expect(try other.run("PRAGMA foreign_key_check") == [], "seed \(seed)")
    }

    // Before its log is there SQLite writes the old way: what is cut short has to be undone before anything
    // can be read.
    @Test func `that came while the file was made begins anew`() throws {
        let folder = try JournalFolder()
        let maker = try OtherProgram(folder.journal)
        for sql in [
            "PRAGMA synchronous = OFF", "CREATE TABLE early (x)", "DROP TABLE early",
            "BEGIN IMMEDIATE", "PRAGMA user_version = 7",
        ] {
            _ = try maker.run(sql)
        }
        let left = try folder.copy()
        let undo = try #require(FileManager.default.contents(atPath: folder.journal + "-journal"))
        #expect(undo.count > 512)
        try undo.write(to: URL(fileURLWithPath: left.journal + "-journal"))
        let problem = #expect(throws: JournalProblem.self) {
            try JournalReader(left.journal).openOrders()
        }
        #expect(problem?.kind == .missing, "\(problem?.description ?? "")")
        let journal = try SteppedJournal(left)
        journal.write([entry(0)])
        journal.writer.close()
        #expect(try left.run("SELECT count(*) FROM alerts") == [["1"]])
        withExtendedLifetime(maker) {}
    }

    @Test(arguments: seeds)
    func `has the beginning of what was written, at whatever moment it comes`(seed: UInt64) throws {
        var random = Seeded(seed)
        var settings = JournalSettings()
        settings.batchLimit = random.int(1...40)
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder, settings: settings)
        var copies: [(folder: JournalFolder, written: Int)] = []
        var put = 0
        for _ in 0..<8 {
            for _ in 0..<random.int(1...60) {
                journal.queue.append(entry(put))
                put += 1
            }
            journal.writer.onEntry = {
                guard random.chance(3),
                    let copy = try? folder.copy(withIndex: random.bool())
                else { return }
                copies.append((copy, journal.queue.written))
            }
            while case .wrote = journal.writer.step() {}
            copies.append((try folder.copy(withIndex: random.bool()), journal.queue.written))
            if random.chance(20) { try folder.fold() }
        }
        for copy in copies {
            try expectPrefix(copy.folder, atLeast: copy.written, of: put, seed: seed)
        }
    }

    @Test(arguments: seeds)
    func `has a beginning where a power cut took the end of the log`(seed: UInt64) throws {
        var random = Seeded(seed)
        var settings = JournalSettings()
        settings.batchLimit = 7
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder, settings: settings)
        journal.write((0..<50).map(entry))
        let kept = 50
        try folder.fold()
        journal.write((50..<120).map(entry))
        for _ in 0..<10 {
            let copy = try folder.copy(logBytes: random.int(0...folder.logBytes))
            try expectPrefix(copy, atLeast: kept, of: 120, seed: seed)
        }
    }

    @Test func `is written on by the next run`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        journal.write((0..<20).map(entry))
        let copy = try folder.copy()
        let next = try SteppedJournal(copy, testRun("grid-2"))
        next.write([.alert("on", at: at(99))])
        #expect(try copy.run("SELECT count(*) FROM alerts") == [["5"]])
        #expect(try JournalReader(copy.journal).state(of: "grid-1")?.state.text == "19")
    }

    @Test func `is read while a run writes`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        let reader = try JournalReader(folder.journal)
        for number in 0..<50 {
            journal.write([entry(number)])
            #expect(try folder.run(Self.counts) == rows(ofFirst: number + 1))
            #expect(try reader.equity(of: "grid-1").count == (number + 4) / 5)
        }
    }
}
