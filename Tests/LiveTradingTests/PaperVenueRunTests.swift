import LiveTrading
import Matching
import PaperTrading
import RunFigures
import ScriptHost
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `A paper run on a venue's data` {
    /// A run of a script whose depth is the venue's own, unless the script needs it.
    private struct Setting {
        var run: PaperVenueRun
        var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        let said: Said

        final class Said { var lines: [String] = [] }

        init(_ feeds: String, _ script: String) throws {
            let strategy = try LuaStrategy(
                text: "subscribe('coinex:BTC/USDT:USDT', \(feeds))\n" + script, name: "test.lua")
            let instruments = [try LiveSetting.instrument()]
            let venue = MatchingVenue(instruments: instruments)
            venue.keepBook(of: LiveSetting.perpetual)
            var settings = EngineSettings()
            settings.sharedBooks = [nil]
            settings.skipsMissedBeats = true
            var engine = Engine(
                mode: .paper, instruments: instruments, strategy: strategy, settings: settings,
                now: .distantPast)
            engine.showNeededDepth(of: venue.books)
            let feed = LiveFeed()
            var run = SimulatedRun(
                engine: engine, venue: venue, source: feed, feedLatency: 0,
                equity: EquityCurve(
                    currency: Currency("USDT"), start: try Money("10000"),
                    instruments: instruments, held: [:]))
            let said = Said()
            run.listener = { command, _ in
                if case .log(_, let text) = command { said.lines.append(text) }
            }
            self.said = said
            self.run = PaperVenueRun(run, feed: feed)
        }

        mutating func pass(milliseconds: Int64) {
            now = now.advanced(byNanoseconds: milliseconds * 1_000_000)
            run.pass(until: now)
        }

        mutating func level(_ side: Side, _ price: String, _ quantity: String) throws {
            run.apply(
                .market(
                    .book(
                        BookChange(
                            instrument: LiveSetting.perpetual, kind: .level, side: side,
                            price: try Price(price), quantity: try Quantity(quantity),
                            endsMessage: true, venueTime: now, receiveTime: now))), at: now)
        }

        mutating func quote(_ bid: String, _ ask: String) throws {
            let one = try Quantity("1")
            run.apply(
                .market(
                    .quote(
                        Quote(
                            instrument: LiveSetting.perpetual,
                            bid: BookLevel(price: try Price(bid), quantity: one),
                            ask: BookLevel(price: try Price(ask), quantity: one), venueTime: now,
                            receiveTime: now))), at: now)
        }

        var position: SignedQuantity { run.engine.state.positions[0].net }
    }

    @Test func `starts at the time at which it may, and its timers go on without events`() throws {
        var setting = try Setting(
            "'trades'",
            "function on_start() every(1, 'beat') end function on_timer(n) log.info(n) end")
        setting.run.start(at: setting.now)
        setting.pass(milliseconds: 1_000)
        setting.pass(milliseconds: 1_500)
        #expect(setting.said.lines == ["beat", "beat"])
    }

    @Test func `after a pause the venue's answers come first, then each timer once, late`()
        throws
    {
        var setting = try Setting(
            "'trades'",
            """
            function on_start() every(1, 'beat') end
            function on_order(o) log.info('order %s', o.state) end
            function on_timer(name, late)
              log.info('%s %.3f', name, late)
              return buy{symbol='coinex:BTC/USDT:USDT', qty=0.001, price=50}
            end
            """)
        setting.run.start(at: setting.now)
        try setting.level(.sell, "100", "1")
        setting.pass(milliseconds: 1_000)
        setting.pass(milliseconds: 60_250)
        #expect(
            setting.said.lines.filter { $0.hasPrefix("beat") } == ["beat 0.000", "beat 59.250"])
        #expect(setting.said.lines.dropFirst().first?.hasPrefix("order") == true)
        setting.pass(milliseconds: 750)
        #expect(setting.said.lines.filter { $0.hasPrefix("beat") }.last == "beat 0.000")
    }

    @Test func `fills against the depth that came, whatever the script hears`() throws {
        var setting = try Setting(
            "'trades'",
            "function on_start() after(0.1, 'go') end "
                + "function on_timer() return buy{symbol='coinex:BTC/USDT:USDT', qty=1.5} end")
        setting.run.start(at: setting.now)
        try setting.level(.sell, "100", "1")
        try setting.level(.sell, "101", "1")
        setting.pass(milliseconds: 100)
        setting.pass(milliseconds: 100)
        #expect(setting.position == (try SignedQuantity("1.5")))
        #expect(
            setting.run.engine.state.positions[0].averagePrice
                == (try Price("100.333333333333333333")))
    }

    @Test func `tells a script that wants quotes of each quote, not of the slower depth`() throws {
        var setting = try Setting(
            "'quotes'", "function on_quote(q) log.info(q.bid .. ' ' .. q.ask) end")
        setting.run.start(at: setting.now)
        try setting.level(.buy, "90", "1")
        try setting.level(.sell, "110", "1")
        try setting.quote("99", "101")
        #expect(setting.said.lines == ["99.0 101.0"])
    }

    @Test func `shows the depth to a script that needs it`() throws {
        var setting = try Setting(
            "'book'", "function on_book(b) log.info(#b.bids) end")
        setting.run.start(at: setting.now)
        try setting.level(.buy, "90", "1")
        #expect(setting.said.lines.count == 1)
        #expect(setting.run.engine.state.books[0]?.bestBid?.price == (try Price("90")))
    }

    @Test func `wants the data that its fills need, and needs nothing of the venue's account`()
        throws
    {
        var setting = try Setting("'quotes'", "function on_quote() end")
        #expect(setting.run.wantedFeeds == [[.quotes, .trades, .book]])
        setting.run.start(at: setting.now)
        setting.run.apply(
            .balance(
                Balance(currency: Currency("USDT"), total: .zero, available: .zero),
                at: setting.now), at: setting.now)
        #expect(setting.run.engine.state.balances[Currency("USDT")]?.total == (try Money("10000")))
    }

    @Test func `winds down at once: what its last orders do is settled in the simulation`() throws {
        var setting = try Setting(
            "'trades'",
            "function on_start() return buy{symbol='coinex:BTC/USDT:USDT', qty=1, price=50} end "
                + "function on_stop() log.info('bye') end")
        setting.run.start(at: setting.now)
        try setting.level(.sell, "100", "1")
        setting.pass(milliseconds: 100)
        #expect(setting.run.engine.state.orders.openCount == 1)
        setting.run.windDown("interrupted", at: setting.now)
        #expect(setting.run.isWoundDown)
        #expect(setting.run.engine.state.orders.openCount == 0)
        #expect(setting.said.lines == ["bye"])
    }
}
