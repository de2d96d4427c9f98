import JournalStore
import PropertyTesting
import TestInstruments
import Testing
import TradingCore
import TradingModel

/// What a journal lets go of, and what it never does.
@Suite struct `What is old in a journal` {
    private static let prunable = ["order_events", "balances", "equity"]
    private static let kept = [
        "runs", "versions", "texts", "orders", "executions", "positions", "refusals",
        "reconciliations", "risk_counters", "run_instruments", "states", "timers", "alerts", "gaps",
    ]

    private func counts(_ tables: [String], of folder: JournalFolder) throws -> [Int] {
        try tables.map { table in
            try #require(
                try folder.run("SELECT count(*) FROM \(table)").first?[0].flatMap { Int($0) })
        }
    }

    /// Lets the writer rest often enough for a round of pruning.
    private func rest(_ journal: SteppedJournal, _ clock: SetClock) {
        clock.advance(seconds: 61)
        for _ in 0..<200 { _ = journal.writer.step() }
    }

    @Test(arguments: seeds)
    func `goes by its age, but for what open orders and profit hang on`(seed: UInt64) throws {
        let folder = try JournalFolder()
        let clock = SetClock()
        var random = RandomEntries(seed: seed)
        random.make(1_500)
        let journal = try SteppedJournal(folder, clock: clock)
        journal.write(random.entries)
        let before = try counts(Self.kept, of: folder)
        let reader = try JournalReader(folder.journal)
        let (open, positions) = (try reader.openOrders(), try reader.lastPositions())

        clock.advance(seconds: 89 * 86_400)
        let young = try counts(Self.prunable, of: folder)
        rest(journal, clock)
        #expect(try counts(Self.prunable, of: folder) == young, "seed \(seed)")

        clock.advance(seconds: 2 * 86_400)
        rest(journal, clock)
        #expect(try counts(["balances", "equity"], of: folder) == [0, 0], "seed \(seed)")
        let events = try folder.run(
            "SELECT count(*), sum(order_id IN (SELECT id FROM open_orders)) FROM order_events")
        #expect(events[0][0] == events[0][1], "seed \(seed): only of open orders")
        let ofOpen = random.orders.filter(\.state.isOpen).count
        #expect(try counts(["open_orders"], of: folder) == [ofOpen])
        #expect(try counts(Self.kept, of: folder) == before, "seed \(seed)")
        #expect(try reader.openOrders() == open)
        #expect(try reader.lastPositions() == positions)
    }

    @Test
    func `goes by half a day and less where the last day is too large, but for the last hour`()
        throws
    {
        let folder = try JournalFolder()
        let clock = SetClock()
        var settings = JournalSettings()
        settings.keepBytes = 50_000
        let journal = try SteppedJournal(folder, settings: settings, clock: clock)
        clock.advance(seconds: 24 * 3_600)
        journal.write(
            (0..<(24 * 60)).map { minute in
                .equity(money("\(minute)"), Currency("USDT"), at: at(minute * 60))
            })
        for _ in 1...8 { rest(journal, clock) }
        let left = try folder.run("SELECT min(CAST(equity AS INTEGER)) FROM equity")
        let first = try #require(left[0][0].flatMap { Int($0) })
        #expect((23 * 60...23 * 60 + 15).contains(first), "\(first)")
    }

    @Test func `goes earlier where the file is too large, though nothing of the last day`() throws {
        let folder = try JournalFolder()
        let clock = SetClock()
        var settings = JournalSettings()
        settings.keepBytes = 450_000
        let journal = try SteppedJournal(folder, settings: settings, clock: clock)
        func equity(_ hour: Int64) -> JournalEntry {
            .equity(money("\(hour)"), Currency("USDT"), at: at(hour * 3_600))
        }
        // Four days, of which the clock stands at the end.
        clock.advance(seconds: 96 * 3_600)
        journal.write((0..<96).flatMap { hour in Array(repeating: equity(hour), count: 100) })
        rest(journal, clock)
        let left = try folder.run("SELECT count(*), min(CAST(equity AS INTEGER)) FROM equity")
        #expect(left == [["2400", "72"]])
    }

    @Test func `gives its room back`() throws {
        let folder = try JournalFolder()
        let clock = SetClock()
        let journal = try SteppedJournal(folder, clock: clock)
        let usdt = Currency("USDT")
        journal.write((0..<40_000).map { .equity(money("\($0).5"), usdt, at: at(0)) })
        let pages = { try folder.run("PRAGMA page_count")[0][0].flatMap { Int($0) } ?? 0 }
        let full = try pages()
        clock.advance(seconds: 91 * 86_400)
        rest(journal, clock)
        #expect(try pages() < full / 4)
    }
}
