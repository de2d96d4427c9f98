import AccountSession
import Bitunix
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `A Bitunix account` {
    // Pushes of balances leave out what positions would bring.
    @Test func `is asked for its money where a push says that there is news`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        try desk.hear(Wire.balancePush)
        try desk.hear(Wire.balancePush)
        #expect(desk.balances.isEmpty)
        try desk.wait(1.1)
        try desk.ok("GET account", Wire.account(available: "880", margin: "150", cross: "10"))
        #expect(desk.balances.map(\.total) == [exact("1020")])
        #expect(desk.balances.map(\.available) == [exact("870")])
        #expect(!desk.isAsked("GET account"))
    }

    // Trap 17: lists say BUY and SELL, pushes LONG and SHORT.
    @Test func `has positions whose side is told in two ways`() throws {
        let desk = try BitunixDesk()
        try desk.goLive(positions: "[\(Wire.position("2", side: "SELL"))]")
        try desk.hear(Wire.positionPush("2.5", side: "SHORT"))
        #expect(desk.positions.map(\.net) == [exact("-2.5")])
        #expect(desk.positions[0].averagePrice == exact("100"))
        try desk.wait(2)
        try desk.hear(Wire.positionPush("2.5", side: "SHORT", event: "CLOSE"))
        #expect(desk.positions.last?.net == .zero)
    }

    @Test func `is flat where the list has no position`() throws {
        let desk = try BitunixDesk()
        try desk.goLive(positions: "[\(Wire.position("2", side: "LONG"))]")
        try desk.wait(31)
        try desk.agree()
        #expect(desk.positions.map(\.net) == [.zero])
    }

    @Test func `is not what a list says that was asked for before the last one, and comes late`()
        throws
    {
        let desk = try BitunixDesk()
        try desk.goLive(positions: "[\(Wire.position("2", side: "LONG"))]")
        try desk.wait(31)
        let money = try desk.take("GET account").id
        let positions = try desk.take("GET position/get_pending_positions").id
        try desk.wait(1)
        desk.input(.reconcile)
        try desk.agree(
            positions: "[\(Wire.position("3", side: "LONG"))]",
            account: Wire.account(available: "880"))
        #expect(desk.balances.last?.available == exact("880"))
        #expect(desk.positions.last?.net == exact("3"))
        desk.clear()
        desk.reply(money, Wire.reply(Wire.account(available: "950")))
        desk.reply(positions, Wire.reply("[\(Wire.position("2", side: "LONG"))]"))
        #expect(desk.balances.isEmpty && desk.positions.isEmpty)
    }

    @Test func `that turns to hedge mode while it trades is shouted`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        try desk.wait(31)
        try desk.ok("GET account", Wire.account(mode: "HEDGE"))
        let problem = try #require(desk.problems.first)
        #expect(problem.whatHappened.contains("hedge mode") && !problem.isPermanent)
    }

    @Test func `shows orders of others, and takes up its own`() throws {
        let number = try BitunixDesk()
        try number.goLive(orders: [Wire.order("55", 77)])
        // Told before the connection, so cleared by now: asked for once more.
        number.input(.reconcile)
        try number.agree(orders: [Wire.order("55", 77)])
        let foreign = number.actions.compactMap {
            if case .foreignOrder(let order) = $0 { order } else { nil }
        }
        #expect(foreign.map(\.venueID.text) == ["55"] && number.orderCalls("cancel").isEmpty)
    }

    @Test func `reads lists page by page`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        desk.input(.reconcile)
        let first = (0..<100).map { Wire.order("\($0 + 1_000)", $0 + 500) }
        try desk.ok("GET trade/get_pending_orders?skip=0", Wire.orders(first, total: 101))
        let call = try desk.ok(
            "GET trade/get_pending_orders?skip=100", Wire.orders([Wire.order("7", 7)], total: 101))
        #expect(call.path.hasSuffix("skip=100&limit=100"))
        let foreign = desk.actions.count { if case .foreignOrder = $0 { true } else { false } }
        #expect(foreign == 101)
    }

    @Test func `agrees anew where it is asked to`() throws {
        let desk = try BitunixDesk.resting()
        desk.clear()
        desk.input(.reconcile)
        #expect(desk.agreements == 0)
        try desk.agree(orders: [Wire.order()])
        #expect(desk.agreements == 1)
    }
}

@Suite struct `A plan for Bitunix` {
    private func plan(_ symbols: [String], _ change: (inout VenuePlan) -> Void = { _ in }) throws
        -> VenuePlan
    {
        var plan = VenuePlan(
            symbols: try symbols.map { try Symbol($0) }, key: nil, socketBase: "wss://x", seed: 1)
        change(&plan)
        return plan
    }

    @Test func `has linear perpetuals of one margin currency`() throws {
        let make = VenueConnector.bitunix.makeSession
        _ = try make(try plan([BitunixDesk.market]))
        for symbols in [
            ["bitunix:LTC/USDT"], ["bitunix:LTC/USD:LTC"],
            [BitunixDesk.market, "bitunix:LTC/USDC:USDC"],
        ] {
            #expect(throws: InvalidVenuePlan.self) { _ = try make(try plan(symbols)) }
        }
    }

    @Test func `has no margin mode`() throws {
        #expect(throws: InvalidVenuePlan.self) {
            _ = try VenueConnector.bitunix.makeSession(
                try plan([BitunixDesk.market]) { $0.isIsolated = true })
        }
        _ = try VenueConnector.bitunix.makeSession(
            try plan([BitunixDesk.market]) { $0.leverage = 5 })
    }
}
