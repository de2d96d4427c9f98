import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `CoinEx session agreeing with the venue` {
    private static let foreign =
        #"{"order_id":7,"market":"BTCUSDT","side":"sell","type":"limit","amount":"3","price":"90","#
        + #""unfilled_amount":"2","filled_amount":"1","client_id":"by-hand"}"#
    private static let foreignStop =
        #"{"stop_id":8,"market":"BTCUSDT","side":"buy","amount":"4","price":"0","#
        + #""trigger_price":"120","trigger_direction":"higher","client_id":""}"#
    private static let untraded =
        #"{"order_id":9,"market":"ETHUSDT","side":"sell","type":"limit","amount":"3","price":"90"}"#

    private static let everything = [
        "GET /v2/spot/pending-order", "GET /v2/spot/pending-stop-order",
        "GET /v2/assets/spot/balance", "GET /v2/spot/user-deals",
    ]

    // Promise P3.
    @Test func `agreement is told before the connection, with the orders of others before it`()
        throws
    {
        let desk = try SessionDesk()
        try desk.prepare()
        desk.openSockets()
        try desk.acknowledgeAfterSign()
        desk.clear()
        try desk.reconcile(
            orders: "[\(Self.foreign),\(Self.untraded)]", stops: "[\(Self.foreignStop)]")
        #expect(desk.agreements == 1 && desk.statuses.isEmpty)
        #expect(
            desk.foreignOrders.sorted { $0.venueID.text > $1.venueID.text } == [
                ForeignOrder(
                    instrument: InstrumentID(0), side: .buy, quantity: exact("4"),
                    remaining: exact("4"), stop: exact("120"), venueID: VenueOrderID("8")),
                ForeignOrder(
                    instrument: InstrumentID(0), side: .sell, quantity: exact("3"),
                    remaining: exact("2"), price: exact("90"), venueID: VenueOrderID("7"),
                    clientID: ClientOrderID("by-hand")),
            ])
        if case .reconciled = desk.actions.last(where: { action in
            switch action {
            case .reconciled, .foreignOrder, .emit: true
            default: false
            }
        }) {
        } else {
            Issue.record("something was told after the agreement")
        }
        try desk.acknowledge()
        #expect(desk.statuses.map(\.state) == [.connected] && desk.agreements == 1)
    }

    // Promise P4.
    @Test func `asks for everything again when it is wanted, and says when all is told`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        desk.input(.reconcile)
        for start in Self.everything { #expect(desk.isAsked(start), "\(start)") }
        for start in Self.everything.dropFirst() { try desk.ok(start, "[]") }
        #expect(desk.agreements == 0)
        try desk.ok(Self.everything[0], "[\(Self.foreign)]")
        #expect(desk.agreements == 1 && desk.foreignOrders.count == 1)
        #expect(desk.statuses.isEmpty)  // it was never away
    }

    @Test func `balances that a push overtook are asked for until none does`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        desk.input(.reconcile)
        let balances = Self.everything[2]
        for start in Self.everything where start != balances { try desk.ok(start, "[]") }
        let old = #"{"ccy":"USDT","available":"1","frozen":"0","margin_market":""}"#
        try desk.push(
            #"{"method":"balance.update","data":{"balance_list":[\#(old)]},"id":null}"#)
        desk.wait(0.1)
        try desk.ok(balances, #"[{"ccy":"USDT","available":"5","frozen":"0"}]"#)
        #expect(desk.agreements == 0 && desk.isAsked(balances))
        try desk.ok(balances, #"[{"ccy":"USDT","available":"5","frozen":"0"}]"#)
        #expect(desk.agreements == 1)
    }

    @Test func `a question that was under way before does not hold it up`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        for amount in ["1", "2"] {  // of one moment: so they are asked for
            try desk.push(
                #"{"method":"balance.update","data":{"balance_list":[{"ccy":"USDT","available":"\#(amount)","#
                    + #""frozen":"0","margin_market":""}]},"id":null}"#)
        }
        desk.wait(1.1)
        let before = try #require(desk.calls.firstIndex { $0.call.path.contains("balance") })
        let old = desk.holdBack(before)
        desk.input(.reconcile)
        for start in Self.everything { try desk.ok(start, "[]") }
        #expect(desk.agreements == 1)
        desk.answer(old, "[]")
        #expect(desk.agreements == 1)
    }

    @Test func `orders go on while it is asked`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        desk.input(.reconcile)
        try desk.submit(1, .buy, "1", at: "100")
        #expect(desk.events.isEmpty)
        try desk.ok(
            "POST /v2/spot/order", orderJSON(7, 1, amount: "1", price: "100", unfilled: "1"))
        #expect(desk.events == ["accepted 7"])
        try desk.push(dealPush(dealJSON(1, order: 7, 1, amount: "0.4", price: "100")))
        #expect(desk.events.last == "fill 0.4@100" && desk.agreements == 0)
    }

    @Test func `an order of another is told once in each agreement, on whatever page it is`() throws
    {
        let desk = try SessionDesk()
        try desk.goLive()
        for _ in 0..<2 {
            desk.clear()
            desk.input(.reconcile)
            for start in Self.everything.dropFirst() { try desk.ok(start, "[]") }
            try desk.answer(
                "GET /v2/spot/pending-order",
                #"{"code":0,"data":[\#(Self.foreign)],"message":"","pagination":{"has_next":true}}"#
            )
            #expect(desk.agreements == 0)
            try desk.ok("GET /v2/spot/pending-order?market_type=SPOT&page=2", "[\(Self.foreign)]")
            #expect(desk.foreignOrders.count == 1 && desk.agreements == 1)
        }
    }

    // Promise P3.
    @Test func `an execution that the agreement brings to light is told before it`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "1", at: "100")
        try desk.ok(
            "POST /v2/spot/order", orderJSON(7, 1, amount: "1", price: "100", unfilled: "1"))
        desk.input(.reconcile)
        for start in Self.everything.dropFirst() { try desk.ok(start, "[]") }
        let shown = orderJSON(7, 1, amount: "1", price: "100", filled: "0.4", unfilled: "0.6")
        try desk.ok("GET /v2/spot/pending-order", "[\(shown)]")
        #expect(desk.agreements == 0)
        try desk.ok(
            "GET /v2/spot/order-deals",
            "[\(dealJSON(1, order: 7, 1, amount: "0.4", price: "100"))]")
        #expect(desk.events.last == "fill 0.4@100" && desk.agreements == 1)
    }

    // Promise P4.
    @Test func `an answer to an earlier question does not count`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "1", at: "100")
        try desk.ok(
            "POST /v2/spot/order", orderJSON(7, 1, amount: "1", price: "100", unfilled: "1"))
        desk.wait(5)  // the regular question for open orders is on its way
        try #require(desk.isAsked("GET /v2/spot/pending-order"))
        desk.wait(0.1)
        desk.input(.reconcile)
        let row = "[\(orderJSON(7, 1, amount: "1", price: "100", unfilled: "1"))]"
        try desk.ok("GET /v2/spot/pending-order", row)
        for start in Self.everything.dropFirst() { try desk.ok(start, "[]") }
        #expect(desk.agreements == 0)
        try desk.ok("GET /v2/spot/pending-order", row)
        #expect(desk.agreements == 1)
    }

    // Promise P4.
    @Test func `a cut while it is asked leaves the agreement to the next connection`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        desk.input(.reconcile)
        let socket = try #require(desk.sockets["spot"])
        desk.input(.closed(socket, reason: TransportProblem(.reset, "")))
        desk.forgetSent()
        while let start = Self.everything.first(where: { desk.isAsked($0) }) {
            try desk.ok(start, "[]")
        }
        #expect(desk.agreements == 0)
        desk.wait(2)
        desk.openSockets()
        try desk.acknowledgeAfterSign()
        try desk.reconcile()
        #expect(desk.agreements == 1)
        try desk.acknowledge()
        #expect(desk.statuses.last?.state == .resynchronised && desk.agreements == 1)
    }

    @Test func `without a key there is nothing to agree on`() throws {
        let desk = try SessionDesk(key: nil)
        try desk.prepare()
        desk.openSockets()
        #expect(desk.agreements == 1 && desk.statuses.isEmpty)
        try desk.acknowledge()
        desk.input(.reconcile)
        #expect(desk.agreements == 2 && desk.calls.isEmpty)
    }
}
