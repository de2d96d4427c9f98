import JournalStore
import LiveTrading
import RunInputs
import ScriptHost
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `A run on several accounts` {
    private let folder: TestFolder
    private let now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private static let names = ["one:BTC/USDT", "two:BTC/USDT:USDT"]
    private static let script = """
        subscribe("one:BTC/USDT", "trades")
        subscribe("two:BTC/USDT:USDT", "trades")
        function on_start()
          state.begun = true
          return { buy{symbol="one:BTC/USDT", qty=1, price=10},
                   buy{symbol="two:BTC/USDT:USDT", qty=2, price=20} }
        end
        """

    init() throws { folder = try TestFolder() }

    private func instruments() throws -> [Instrument] {
        try Self.names.enumerated().map { place, symbol in
            Instrument(
                id: InstrumentID(place), symbol: try Symbol(symbol), tick: try Price("0.1"),
                lot: try Quantity("0.001"))
        }
    }

    private func journal(_ venue: String) throws -> Journal {
        let all = try instruments()
        return try Journal(
            folder.path("\(venue).journal"),
            beginning: JournalRun(
                name: "run-1", mode: .live, venue: venue, strategy: "s.lua", session: 7,
                started: now, instruments: all, traded: all.filter { $0.symbol.venue == venue },
                version: StrategyVersion(
                    number: 1, hash: "abc", since: now, parameters: "{}", settings: "{}", files: [])
            ), clock: { RunClock().now() })
    }

    private func report(_ event: OrderEvent, of order: Order, to run: LiveRun) {
        run.apply(
            .report(
                ExecutionReport(
                    order: order.id, instrument: order.request.instrument, event: event,
                    venueTime: now, receiveTime: now)), at: now)
    }

    private func fill(_ run: LiveRun, _ order: Order) throws {
        report(.accepted(VenueOrderID("v\(order.id)")), of: order, to: run)
        let fill = Fill(
            id: "f\(order.request.instrument.index)", price: try Price("9"),
            quantity: order.request.quantity, liquidity: .taker, fee: .zero,
            feeCurrency: Currency("USDT"))
        report(.fill(fill), of: order, to: run)
    }

    @Test func `writes down each account's own in its journal, and the strategy's data in one`()
        throws
    {
        var settings = EngineSettings()
        settings.hasAccountAtEachVenue = true
        let run = LiveRun(
            engine: Engine(
                mode: .live, instruments: try instruments(),
                strategy: try LuaStrategy(text: Self.script, name: "s.lua"), settings: settings,
                now: now), reloads: nil)
        let accounts = RunAccounts(of: try Self.names.map { try Symbol($0) }, isShared: false)
        let journals = try accounts.venues.map { try journal($0) }
        run.journals = journals.enumerated().map { place, journal in
            RunJournal(
                journal, instruments: 2,
                of: RunJournal.Scope(
                    accounts, place: place, keepsWhole: place == 1, isSimulated: false))
        }
        run.start(at: now)
        for order in run.engine.state.orders.open { try fill(run, order) }
        for (place, total) in ["11", "22"].enumerated() {
            let balance = Balance(
                currency: Currency("USDT"), total: try Money(total), available: .zero,
                account: place)
            run.apply(.balance(balance, at: now), at: now)
        }
        run.rest()
        for journal in journals {
            _ = journal.finish(
                reason: "over", at: now,
                until: RunClock().now().advanced(byNanoseconds: 10_000_000_000))
        }
        let readers = try accounts.venues.map {
            try JournalReader(folder.path("\($0).journal"))
        }
        for (place, reader) in readers.enumerated() {
            let own = try Symbol(Self.names[place])
            #expect(try reader.symbols(of: "run-1") == [own])
            #expect(try reader.executions(since: .distantPast).count == 1)
            #expect(try reader.lastPositions(of: "run-1").map(\.symbol) == [own])
            #expect(try reader.lastRun(of: "s.lua", trading: [own])?.name == "run-1")
        }
        #expect(try readers[0].state(of: "run-1") == nil)
        #expect(try readers[1].state(of: "run-1") != nil)
    }

    @Test func `gives its orders one number that none of the accounts has had`() throws {
        let home = folder.path("home")
        let last = try AccountOrderIDs(venue: "one", keyID: "k", at: now, home: home)
        let earlier = now.advanced(byNanoseconds: -3_600_000_000_000)
        let first = try AccountOrderIDs(venue: "one", keyID: "k", at: earlier, home: home)
        #expect(first.session == last.session + 1)
        let second = try AccountOrderIDs(
            venue: "two", keyID: "k", at: earlier, session: first.session, home: home)
        #expect(second.session == first.session)
    }

    @Test func `names its accounts in what it records, and one account as ever`() throws {
        let accounts = [
            RecordingHeader.Account(venue: "one", isLive: true),
            RecordingHeader.Account(venue: "two", isLive: false),
        ]
        #expect(try header(of: accounts, in: "two").accounts == accounts)
        let alone = try header(of: [accounts[1]], in: "one")
        #expect(alone.accounts == [accounts[1]])
        #expect(!alone.isLive && alone.venue == "two")
    }

    /// As it is read again.
    private func header(
        of accounts: [RecordingHeader.Account], in name: String
    ) throws -> RecordingHeader {
        try folder.makeFolder(name)
        let path = folder.path(name)
        let written = RecordingHeader(
            program: "test", accounts: accounts, begun: now, orderIDPrefix: "mr",
            patience: .usual, instruments: try instruments())
        let (recorder, problem) = InputRecorder.begin(
            in: path, written, whenEnded: { Issue.record("the recording ends: \($0)") })
        #expect(problem == nil)
        recorder?.finish("over")
        return try InputReader(of: path).header
    }
}
