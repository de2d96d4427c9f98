import LiveTrading
import ScriptHost
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// Two venues, whose instruments the run numbers crosswise: the second's stands between the first's.
@Suite struct `A run at two venues` {
    private final class Watcher: VenueAudience {
        var said: [String] = []
        var questions = 0
        func log(_ level: LogLevel, _ text: String, at now: Timestamp) { said.append(text) }
        func status(_ status: VenueStatus, at now: Timestamp) {}
        func problem(_ problem: VenueProblem, at now: Timestamp) {
            said.append(problem.description)
        }
        func retries(at time: Timestamp, now: Timestamp) {}
        func mayTrade(_ foreign: [ForeignOrder], at now: Timestamp) { questions += 1 }
    }

    private static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private static func after(_ seconds: Int64) -> Timestamp {
        start.advanced(byNanoseconds: seconds * 1_000_000_000)
    }
    private let watcher = Watcher()
    private let symbols = ["one:BTC/USDT:USDT", "two:BTC/USDT", "one:ETH/USDT:USDT"]

    private static let quoter = """
        subscribe("one:BTC/USDT:USDT", "trades")
        subscribe("two:BTC/USDT", "trades")
        subscribe("one:ETH/USDT:USDT", "trades")
        function on_start()
          return { buy{symbol="one:BTC/USDT:USDT", qty=1, price=10},
                   buy{symbol="two:BTC/USDT", qty=2, price=20},
                   buy{symbol="one:ETH/USDT:USDT", qty=3, price=30} }
        end
        function on_status(s) log.info("%s is %s", s.venue, s.state) end
        function on_trade(t) log.info("%s at %s", t.symbol, t.price) end
        """

    private func trading(
        _ script: String = quoter, connectPatience: Int64? = nil
    ) throws -> VenueTrading<LiveRun> {
        let watcher = watcher
        let strategy = try LuaStrategy(text: script, name: "test.lua")
        return VenueTrading(
            try symbols.map { try Symbol($0) }, asksFirst: true, audience: watcher,
            connectPatience: connectPatience
        ) { instruments in
            var settings = EngineSettings()
            settings.hasAccountAtEachVenue = true
            let run = LiveRun(
                engine: Engine(
                    mode: .live, instruments: instruments, strategy: strategy, settings: settings,
                    now: Self.start), reloads: nil)
            run.listener = { command, _ in
                if case .log(_, let text) = command { watcher.said.append(text) }
            }
            return run
        }
    }

    /// As the venue's session numbers them.
    private func instruments(of venue: Int) throws -> [Instrument] {
        let own = venue == 0 ? [symbols[0], symbols[2]] : [symbols[1]]
        return try own.enumerated().map { place, symbol in
            Instrument(
                id: InstrumentID(place), symbol: try Symbol(symbol), tick: try Price("0.1"),
                lot: try Quantity("0.001"))
        }
    }

    private func status(_ state: VenueState, _ venue: String) -> SessionAction {
        .emit(
            .status(VenueStatus(venue: venue, state: state, reason: "-", receiveTime: Self.start)))
    }

    private func connect(_ trading: VenueTrading<LiveRun>, _ venue: Int) throws {
        trading.apply(.instruments(try instruments(of: venue)), from: venue, at: Self.start)
        trading.apply(.reconciled, from: venue, at: Self.start)
        trading.apply(
            status(.connected, venue == 0 ? "one" : "two"), from: venue, at: Self.start)
    }

    private func started() throws -> VenueTrading<LiveRun> {
        let trading = try trading()
        try connect(trading, 0)
        try connect(trading, 1)
        trading.allow(at: Self.start)
        return trading
    }

    private func orders(_ requests: [SessionInput]) -> [OrderRequest] {
        requests.compactMap {
            if case .command(.submit(let order)) = $0 { order.request } else { nil }
        }
    }

    private func trade(_ number: Int, _ price: String) throws -> SessionAction {
        .emit(
            .market(
                .trade(
                    Trade(
                        instrument: InstrumentID(number), price: try Price(price),
                        quantity: try Quantity("1"), taker: .buy, id: 1, venueTime: Self.start,
                        receiveTime: Self.start))))
    }

    @Test func `begins once both are there, whatever the one said before`() throws {
        let trading = try trading()
        try connect(trading, 0)
        let balance = Balance(
            currency: Currency("USDT"), total: try Money("7"), available: try Money("7"))
        trading.apply(.emit(.balance(balance, at: Self.start)), from: 0, at: Self.start)
        #expect(trading.stage == .connecting)
        #expect(watcher.questions == 0)
        try connect(trading, 1)
        #expect(trading.stage == .waiting)
        #expect(watcher.questions == 1)
        trading.apply(.emit(.balance(balance, at: Self.start)), from: 1, at: Self.start)
        let state = try #require(trading.run).engine.state
        #expect(state.instruments.map(\.symbol.description) == symbols)
        try #expect(state.balance(of: Currency("USDT"), on: 0)?.total == Money("7"))
        try #expect(state.balance(of: Currency("USDT"))?.total == Money("14"))
    }

    @Test func `waits again for one that is lost before the other is there`() throws {
        let trading = try trading()
        try connect(trading, 0)
        trading.apply(.instruments(try instruments(of: 1)), from: 1, at: Self.start)
        trading.apply(status(.lost, "one"), from: 0, at: Self.start)
        trading.apply(status(.connected, "two"), from: 1, at: Self.start)
        #expect(trading.stage == .connecting)
        trading.apply(status(.resynchronised, "one"), from: 0, at: Self.start)
        #expect(trading.stage == .waiting)
    }

    @Test func `sends each order to its venue, in the words of that venue's session`() throws {
        let trading = try started()
        let first = trading.drainRequests(of: 0)
        let second = trading.drainRequests(of: 1)
        #expect(orders(first).map(\.instrument) == [InstrumentID(0), InstrumentID(1)])
        try #expect(orders(first).map(\.quantity) == [Quantity("1"), Quantity("3")])
        #expect(orders(second).map(\.instrument) == [InstrumentID(0)])
        try #expect(orders(second).map(\.quantity) == [Quantity("2")])
        guard case .subscribe(let feeds)? = second.first else {
            return #expect(Bool(false), "\(second)")
        }
        #expect(feeds == [InstrumentID(0): [.trades]])
        #expect(trading.drainRequests(of: 0).isEmpty)
    }

    @Test func `hears each venue by the run's numbers`() throws {
        let trading = try started()
        trading.apply(try trade(0, "55"), from: 1, at: Self.start)
        trading.apply(try trade(1, "66"), from: 0, at: Self.start)
        trading.rest()
        #expect(watcher.said.suffix(2) == ["two:BTC/USDT at 55.0", "one:ETH/USDT:USDT at 66.0"])
        trading.apply(
            .book([
                BookChange(
                    instrument: InstrumentID(0), kind: .level, side: .buy, price: try Price("9"),
                    quantity: try Quantity("1"), endsMessage: true, venueTime: Self.start,
                    receiveTime: Self.start)
            ]), from: 1, at: Self.start)
        let state = try #require(trading.run).engine.state
        try #expect(state.top(InstrumentID(1)).bid?.price == Price("9"))
        #expect(state.top(InstrumentID(0)).bid == nil)
    }

    @Test func `goes on at the one while the other is lost, and tells the script`() throws {
        let trading = try started()
        _ = trading.drainRequests(of: 0)
        _ = trading.drainRequests(of: 1)
        trading.apply(status(.lost, "two"), from: 1, at: Self.after(1))
        trading.rest()
        #expect(watcher.said.last == "two is lost")
        #expect(trading.stage == .trading)
        trading.apply(try trade(0, "77"), from: 0, at: Self.after(1))
        trading.rest()
        #expect(watcher.said.last == "one:BTC/USDT:USDT at 77.0")
        #expect(trading.run?.engine.state.permission(of: InstrumentID(0)) == .active)
    }

    @Test func `names the venue that could not be reached in time, and does not begin`() throws {
        let trading = try trading(connectPatience: 5_000_000_000)
        try connect(trading, 0)
        trading.apply(
            .problem(
                VenueProblem(
                    "no answer", whatToDo: "look at the network", cause: .unreachable,
                    retryAt: Self.after(1))), from: 1, at: Self.start)
        #expect(trading.nextDue == Self.after(5))
        trading.pass(until: Self.after(5))
        guard case .failed(let problem)? = trading.end else {
            return #expect(Bool(false), "\(String(describing: trading.end))")
        }
        #expect(problem.description == "two: no answer: look at the network")
        #expect(trading.drainRequests(of: 0).isEmpty && !trading.hasTraded)
    }

    @Test func `ends once both venues have shown their books`() throws {
        let trading = try started()
        _ = trading.drainRequests(of: 0)
        _ = trading.drainRequests(of: 1)
        trading.stop("over", at: Self.after(1))
        let state = try #require(trading.run).engine.state
        for order in state.orders.open {
            let venue = state.accounts[order.request.instrument]
            let number = order.request.instrument.index == 2 ? 1 : 0
            trading.apply(
                .emit(
                    .report(
                        ExecutionReport(
                            order: order.id, instrument: InstrumentID(number),
                            event: .rejected(reason: "no"), venueTime: Self.after(1),
                            receiveTime: Self.after(1)))), from: venue, at: Self.after(1))
        }
        #expect(trading.stage == .verifying)
        trading.apply(.reconciled, from: 0, at: Self.after(2))
        trading.apply(.reconciled, from: 0, at: Self.after(3))
        #expect(trading.stage == .verifying)
        trading.apply(.reconciled, from: 1, at: Self.after(4))
        #expect(trading.end == .finished(reason: "over"))
    }

    @Test func `counts orders of others on both accounts`() throws {
        let trading = try started()
        let order = ForeignOrder(
            instrument: InstrumentID(0), side: .buy, quantity: try Quantity("1"),
            remaining: try Quantity("1"), venueID: VenueOrderID("5"))
        trading.apply(.foreignOrder(order), from: 0, at: Self.after(1))
        trading.apply(.foreignOrder(order), from: 1, at: Self.after(1))
        #expect(
            trading.foreignOrders.map(\.instrument) == [InstrumentID(0), InstrumentID(1)])
    }
}
