import LiveTrading
import RunFigures
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `A live run` {
    @Test func `starts with the position that the venue holds`() throws {
        var setting = try LiveSetting(
            """
            function on_start()
              local p = position("coinex:BTC/USDT:USDT")
              log.info(p.qty .. " at " .. p.average_price)
            end
            """)
        var said: [String] = []
        setting.run.listener = { command, _ in
            if case .log(_, let text) = command { said.append(text) }
        }
        try setting.claim("-0.5", at: "64000")
        setting.run.start(at: setting.now)
        #expect(setting.position == (try SignedQuantity("-0.5")))
        setting.run.writeDown()
        #expect(said.last == "-0.5 at 64000.0")
    }

    @Test func `hears no market event before its start, but knows the market then`() throws {
        var setting = try LiveSetting(
            """
            function on_start() log.info("last " .. quote("coinex:BTC/USDT:USDT").bid) end
            function on_trade(t) return buy{symbol=t.symbol, qty=1} end
            """)
        var said: [String] = []
        setting.run.listener = { command, _ in
            if case .log(_, let text) = command { said.append(text) }
        }
        try setting.trade()
        try setting.quote(bid: "99.5", ask: "100.5")
        #expect(setting.run.drainRequests().isEmpty)
        setting.run.start(at: setting.now)
        setting.run.writeDown()
        #expect(said == ["last 99.5"])
        #expect(setting.run.engine.state.valuation(LiveSetting.perpetual) == (try Price("100")))
        try setting.trade()
        #expect(setting.run.drainRequests().count == 1)
    }

    @Test func `takes balances in before its start`() throws {
        let setting = try LiveSetting("")
        setting.run.apply(
            .balance(
                Balance(
                    currency: Currency("USDT"), total: try Money("7"), available: try Money("5")),
                at: setting.now), at: setting.now)
        #expect(setting.run.engine.state.balances[Currency("USDT")]?.total == (try Money("7")))
        #expect(setting.run.engine.state.isTrading)
    }

    private static let buyer = """
        function on_trade(t)
          if position(t.symbol).qty == 0 and #orders{} == 0 then
            return buy{symbol=t.symbol, qty=0.25}
          end
        end
        """

    @Test func `hands each order out once`() throws {
        var setting = try LiveSetting(Self.buyer)
        setting.run.start(at: setting.now)
        try setting.trade()
        let first = setting.run.drainRequests()
        guard first.count == 1, case .command(.submit(let order)) = first[0] else {
            Issue.record("expected one order, found \(first)")
            return
        }
        #expect(order.request.quantity == (try Quantity("0.25")))
        #expect(setting.run.drainRequests().isEmpty)
        #expect(setting.run.tally.orders == 1)
    }

    @Test func `writes an order down when it is on its way, or when somebody asks`() throws {
        var setting = try LiveSetting(Self.buyer)
        var heard: [String] = []
        setting.run.listener = { command, _ in
            if case .submit(let order) = command { heard.append(order.id.text) }
        }
        setting.run.start(at: setting.now)
        try setting.trade()
        #expect(setting.run.drainRequests().count == 1)
        #expect(heard.isEmpty)
        setting.run.writeDown()
        #expect(heard.count == 1)
        setting.report(.accepted(VenueOrderID("7")))
        try setting.fill("0.25")
        try setting.trade()
        try setting.trade()
        #expect(setting.run.tally.traded[LiveSetting.perpetual]?.bought.fills == 1)
        #expect(setting.run.statistics[0].events == 3)
        #expect(heard.count == 1)
    }

    @Test func `ends when its last order has ended, filled or cancelled`() throws {
        var setting = try LiveSetting(Self.buyer)
        setting.run.start(at: setting.now)
        try setting.trade()
        _ = setting.run.drainRequests()
        setting.report(.accepted(VenueOrderID("7")))
        setting.run.windDown("interrupted", at: setting.now)
        guard case .command(.cancel)? = setting.run.drainRequests().first else {
            Issue.record("expected a cancel")
            return
        }
        #expect(!setting.run.isWoundDown)
        try setting.fill("0.125")
        #expect(!setting.run.isWoundDown)
        setting.report(.cancelled)
        #expect(setting.run.isWoundDown)
        #expect(setting.position == (try SignedQuantity("0.125")))
        let traded = try #require(setting.run.tally.traded[LiveSetting.perpetual])
        #expect(traded.bought.fills == 1 && traded.sold.fills == 0)
        #expect(traded.bought.quantity == (try Quantity("0.125")))
        #expect(traded.bought.value == (try Money("12.5")))
        #expect(traded.fees == [Currency("USDT"): .zero])
    }

    @Test func `takes the venue's word after a minute in which no fill explained it`() throws {
        var setting = try LiveSetting("function on_position(p) log.info('now ' .. p.qty) end")
        var said: [String] = []
        setting.run.listener = { command, _ in
            if case .log(_, let text) = command { said.append(text) }
        }
        setting.run.start(at: setting.now)
        try setting.claim("1", at: "90")
        setting.pass(seconds: 59)
        #expect(setting.position == .zero)
        setting.pass(seconds: 2)
        #expect(setting.position == (try SignedQuantity("1")))
        setting.run.writeDown()
        #expect(said.contains { $0.hasPrefix("now 1") })
        #expect(said.contains { $0.contains("the venue says so") })
    }

    @Test func `holds what somebody else bought against its limit at once`() throws {
        var limits = RiskLimits()
        limits.maxPosition = try Quantity("1")
        var setting = try LiveSetting(
            "function on_trade(t) return buy{symbol=t.symbol, qty=0.25} end", limits: limits)
        try setting.claim("0.5")
        setting.run.start(at: setting.now)
        try setting.claim("0.8")
        try setting.trade()
        #expect(setting.run.drainRequests().isEmpty)
        #expect(setting.run.tally.rejected == ["max_position": 1])
        #expect(setting.position == (try SignedQuantity("0.5")))
        try setting.claim("0.7")
        try setting.trade()
        #expect(setting.run.drainRequests().count == 1)
    }

    @Test func `does not correct what a fill explains in time`() throws {
        var setting = try LiveSetting(Self.buyer)
        setting.run.start(at: setting.now)
        try setting.trade()
        try setting.claim("0.25")
        setting.pass(seconds: 40)
        setting.report(.accepted(VenueOrderID("7")))
        try setting.fill("0.25")
        setting.pass(seconds: 120)
        #expect(setting.position == (try SignedQuantity("0.25")))
        #expect(setting.run.engine.state.positions[0].averagePrice == (try Price("100")))
    }

    @Test func `does not take an order of unknown status for somebody else's trade`() throws {
        var setting = try LiveSetting(Self.buyer)
        setting.run.start(at: setting.now)
        try setting.trade()
        setting.report(.lost(reason: "no answer"))
        try setting.claim("0.25")
        setting.pass(seconds: 300)
        #expect(setting.position == .zero)
        setting.report(.accepted(VenueOrderID("7")))
        try setting.fill("0.25")
        #expect(setting.position == (try SignedQuantity("0.25")))
    }

    @Test func `takes a liquidation over within seconds`() throws {
        var setting = try LiveSetting("")
        try setting.claim("2", at: "100")
        setting.run.start(at: setting.now)
        try setting.claim("0", isForced: true)
        setting.pass(seconds: 1)
        setting.pass(seconds: 6)
        #expect(setting.position == .zero)
    }

    @Test func `goes on counting the minute while one feed is stale`() throws {
        var setting = try LiveSetting("")
        setting.run.start(at: setting.now)
        try setting.claim("1")
        setting.pass(seconds: 50)
        setting.run.apply(
            .status(
                VenueStatus(
                    venue: "coinex", instrument: LiveSetting.perpetual, state: .stale,
                    reason: "silent", receiveTime: setting.now)), at: setting.now)
        setting.pass(seconds: 20)
        #expect(setting.position == (try SignedQuantity("1")))
    }

    @Test func `distrusts an old word of a venue that it cannot hear`() throws {
        var setting = try LiveSetting("")
        setting.run.start(at: setting.now)
        try setting.claim("1")
        setting.pass(seconds: 50)
        setting.run.apply(
            .status(
                VenueStatus(venue: "coinex", state: .lost, reason: "cut", receiveTime: setting.now)),
            at: setting.now)
        setting.pass(seconds: 20)
        #expect(setting.position == .zero)
    }
}
