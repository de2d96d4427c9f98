import Foundation
import JournalStore
import LiveTrading
import RunFigures
import Testing
import TradingCore
import TradingModel

@Suite struct `A live run's journal` {
    private let folder: TestFolder
    private let now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private var path: String { folder.path("a.journal") }

    init() throws { folder = try TestFolder() }

    private func journal(_ settings: JournalSettings = JournalSettings()) throws -> Journal {
        try Journal(
            path,
            beginning: JournalRun(
                name: "run-1", mode: .live, venue: "coinex", strategy: "s.lua", session: 7,
                started: now, instruments: [try LiveSetting.instrument()],
                version: StrategyVersion(
                    number: 1, hash: "abc", since: now, parameters: "{}", settings: "{}", files: [])
            ),
            settings: settings, clock: { RunClock().now() })
    }

    private func end(_ setting: LiveSetting, _ journal: Journal) throws -> JournalReader {
        setting.run.writeDown()
        let end = journal.finish(
            reason: "over", at: setting.now,
            until: RunClock().now().advanced(byNanoseconds: 10_000_000_000))
        #expect(end.unwritten == 0 && end.lost == 0)
        return try JournalReader(path)
    }

    private static let trader = """
        function on_start() return buy{qty = 2, price = 90, tag = "entry"} end
        """

    @Test func `has the order as it ends, its executions, and the position that came of them`()
        throws
    {
        var setting = try LiveSetting(Self.trader)
        let journal = try journal()
        setting.run.journal = RunJournal(journal, instruments: 1)
        setting.run.start(at: setting.now)
        setting.report(.accepted(VenueOrderID("v1")))
        try setting.fill("0.5", at: "90")
        try setting.fill("1.5", at: "89.5")
        let state = setting.run.engine.state
        let reader = try end(setting, journal)
        let id = try #require(setting.firstOrder?.id)
        let order = try #require(try reader.order(id))
        #expect(order.status == .filled)
        #expect(order.filled == state.orders[id]?.filled)
        #expect(order.tag.description == "entry")
        #expect(order.venueID == VenueOrderID("v1"))
        let fills = try reader.executions(since: .distantPast)
        #expect(fills.map(\.fill.quantity) == [try Quantity("0.5"), try Quantity("1.5")])
        #expect(fills.map(\.order) == [id, id])
        let position = try #require(try reader.lastPositions().first)
        #expect(position.net == state.positions[0].net)
        #expect(position.averagePrice == state.positions[0].averagePrice)
        #expect(try reader.openOrders().isEmpty)
        #expect(
            try reader.lastRun(of: "s.lua", trading: state.instruments.map(\.symbol))?
                .end?.reason == "over")
    }

    private static let counter = """
        state.fills, state.trades = 0, 0
        function on_start() return buy{qty = 9, price = 90} end
        function on_fill(fill) state.fills = state.fills + 1 end
        function on_trade(t) state.trades = state.trades + 1 end
        """

    // What is counted is short: whatever comes in one moment, the state is behind by the last of it at most.
    @Test(arguments: 1...4) func `has the script's state behind each fill`(count: Int) throws {
        var setting = try LiveSetting(Self.counter)
        let journal = try journal()
        setting.run.journal = RunJournal(journal, instruments: 1)
        setting.run.start(at: setting.now)
        setting.report(.accepted(VenueOrderID("v1")))
        for _ in 1...count { try setting.fill("1", at: "90") }
        let reader = try end(setting, journal)
        let state = try #require(try reader.state(of: "run-1")).state
        #expect(state.text.contains("\(count)"), "\(state.text)")
    }

    @Test func `has the script's state behind all that has come when the run rests`() throws {
        var setting = try LiveSetting(Self.counter)
        let journal = try journal()
        setting.run.journal = RunJournal(journal, instruments: 1)
        setting.run.start(at: setting.now)
        for _ in 1...5 { try setting.trade(at: "91") }
        setting.run.rest()
        let reader = try end(setting, journal)
        let state = try #require(try reader.state(of: "run-1")).state
        #expect(state.text.contains("5"), "\(state.text)")
    }

    @Test func `keeps an order open whose end nobody has told, with what was asked of it`() throws {
        var setting = try LiveSetting(
            Self.trader + "\nfunction on_trade() return cancel{} end")
        let journal = try journal()
        setting.run.journal = RunJournal(journal, instruments: 1)
        setting.run.start(at: setting.now)
        setting.report(.accepted(VenueOrderID("v1")))
        try setting.trade()
        let reader = try end(setting, journal)
        #expect(try reader.openOrders().map(\.status) == [.cancelling])
    }

    @Test func `has what was held before, and what the venue corrects`() throws {
        var setting = try LiveSetting("")
        let journal = try journal()
        setting.run.journal = RunJournal(journal, instruments: 1)
        try setting.claim("3", at: "100")
        setting.run.start(at: setting.now)
        setting.run.writeDown()
        try setting.claim("1", at: "100", isForced: true)
        for _ in 0..<7 { setting.pass(seconds: 1) }
        let reader = try end(setting, journal)
        #expect(try reader.lastPositions().map(\.net) == [try SignedQuantity("1")])
    }

    @Test func `stops new orders, not cancels, while it cannot be written`() throws {
        var settings = JournalSettings()
        settings.queueReserve = settings.queueLimit + 1  // never enough room
        var setting = try LiveSetting(
            """
            function on_trade(t) return buy{qty = 1, price = 90} end
            function on_order(o) log.info("%s %s", o.state, o.reason) end
            """)
        let journal = try journal(settings)
        setting.run.journal = RunJournal(journal, instruments: 1)
        setting.run.start(at: setting.now)
        setting.pass(seconds: 1)
        #expect(setting.run.engine.state.pause?.contains("journal") == true)
        try setting.trade()
        #expect(setting.firstOrder == nil)
        #expect(setting.run.tally.rejected["paused"] == 1)
    }
}
