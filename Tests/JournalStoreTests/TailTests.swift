import Foundation
import JournalStore
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

/// What was put when the process was killed, and was not in the file yet.
@Suite struct `The tail of a journal` {
    /// What a later run goes on with, however it came to be in the file.
    private static let contents = [
        "SELECT client_id, venue_id, state, filled, price, quantity, tag, reason FROM orders ORDER BY id",
        "SELECT client_id, event, state_before, state_after, price, quantity, trade_id, reason, time, "
            + "venue_time FROM order_events ORDER BY id",
        "SELECT client_id, instrument, trade_id, side, price, quantity, fee, fee_currency, liquidity, time, "
            + "venue_time FROM executions ORDER BY id",
        "SELECT instrument, net, average_price, entry_value, realised_pnl, fees, funding FROM positions "
            + "ORDER BY id",
        "SELECT instrument, value_after, evidence, time FROM reconciliations WHERE kind = 'settlement' ORDER BY id",
        "SELECT shape, state FROM states",
        "SELECT day, day_start, peak FROM risk_counters",
        "SELECT name, due, period FROM timers ORDER BY name",
        "SELECT traded_since FROM runs WHERE name = 'grid-1'",
    ]

    private func contents(of folder: JournalFolder) throws -> [[[String?]]] {
        try Self.contents.map { try folder.run($0) }
    }

    private func isKept(_ entry: JournalEntry) -> Bool {
        switch entry {
        case .balance, .equity, .refusal, .reconciliation, .alert, .version, .ended: false
        default: true
        }
    }

    private static func isEvent(_ entry: JournalEntry) -> Bool {
        switch entry {
        case .submitted, .transition, .filled: true
        default: false
        }
    }

    private func tail(_ folder: JournalFolder) -> String { folder.journal + ".tail" }

    /// Entries put, of which some are written, by a run that is then no more.
    private func killed(
        _ folder: JournalFolder, _ entries: [JournalEntry], _ random: inout Seeded
    ) throws {
        let journal = try SteppedJournal(folder)
        for entry in entries {
            journal.queue.append(entry)
            if random.int(0...20) == 0 { while case .wrote = journal.writer.step() {} }
        }
    }

    @Test(arguments: seeds)
    func `comes into the file with the next run, to the last entry`(seed: UInt64) throws {
        var made = RandomEntries(seed: seed)
        made.make(300)
        let entries = made.entries.filter(isKept) + [.started(at: at(1))]
        var random = Seeded(seed)
        let folder = try JournalFolder()
        try killed(folder, entries, &random)
        let whole = try JournalFolder()
        try SteppedJournal(whole).write(entries)
        try Journal.recover(folder.journal)
        #expect(try contents(of: folder) == contents(of: whole))
        #expect(!FileManager.default.fileExists(atPath: tail(folder)))
        // A second time nothing is left to do.
        _ = try SteppedJournal(folder, testRun("grid-2"))
        #expect(try contents(of: folder) == contents(of: whole))
    }

    @Test(arguments: seeds)
    func `is a beginning of what was put, whatever became of its bytes`(seed: UInt64) throws {
        var made = RandomEntries(seed: seed)
        made.make(60)
        let entries = made.entries.filter(isKept)
        var random = Seeded(seed)
        let folder = try JournalFolder()
        try killed(folder, entries, &random)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: tail(folder)))
        for _ in 0..<random.int(1...3) {
            let place =
                random.int(0...1) == 0 ? random.int(0...70_000) : random.int(65_520...66_000)
            bytes[place] = UInt8(truncatingIfNeeded: random.int(0...255))
        }
        try bytes.write(to: URL(fileURLWithPath: tail(folder)))
        _ = try SteppedJournal(folder, testRun("grid-2"))
        let found = try folder.run("SELECT count(*) FROM order_events WHERE run_id = 1")
        let events = try #require(found[0][0].flatMap { Int($0) })
        // Whichever of the beginnings it is: nothing in it was never put.
        var lengths = entries.indices.filter { place in
            entries[...place].reduce(0) { $0 + (Self.isEvent($1) ? 1 : 0) } == events
        }.map { $0 + 1 }
        if events == 0 { lengths.append(0) }
        let isBeginning = try lengths.contains { count in
            let part = try JournalFolder()
            try SteppedJournal(part).write(Array(entries.prefix(count)))
            return try part.run(Self.contents[0]) == folder.run(Self.contents[0])
        }
        #expect(isBeginning)
    }

    @Test func `goes round when it is full, and lets go of what is written`() throws {
        let folder = try JournalFolder()
        let journal = try SteppedJournal(folder)
        let text = String(repeating: "x", count: 100_000)
        for number in 0..<200 {
            journal.queue.append(
                .state(StrategyState(text: "\(number)\(text)", shape: 1), at: at(Int64(number))))
            if number < 190, number % 20 == 0 { while case .wrote = journal.writer.step() {} }
        }
        let whole = try JournalFolder()
        try SteppedJournal(whole).write([
            .state(StrategyState(text: "199\(text)", shape: 1), at: at(199))
        ])
        _ = journal
        let copy = try folder.copy()
        try FileManager.default.copyItem(atPath: tail(folder), toPath: tail(copy))
        try Journal.recover(copy.journal)
        #expect(try copy.run("SELECT state FROM states") == whole.run("SELECT state FROM states"))
    }

    @Test func `of a cut file leaves the journal as it is`() throws {
        let folder = try JournalFolder()
        var random = Seeded(1)
        try killed(folder, [.alert("a", at: at(1))], &random)
        try Data("MOON".utf8).write(to: URL(fileURLWithPath: tail(folder)))
        let next = try SteppedJournal(folder, testRun("grid-2"))
        next.write([.alert("b", at: at(2))])
        #expect(try folder.run("SELECT count(*) FROM alerts WHERE text = 'b'") == [["1"]])
    }
}
