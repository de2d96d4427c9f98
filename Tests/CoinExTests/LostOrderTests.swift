import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

private let place = "POST /v2/spot/order"
private let working = orderJSON(1_001, 1, amount: "0.2", price: "100", unfilled: "0.2")

/// A live desk with an order whose reply was lost.
private func lost(_ how: String = "timeout") throws -> SessionDesk {
    let desk = try SessionDesk()
    try desk.goLive()
    try desk.submit(1, .buy, "0.2", at: "100")
    switch how {
    case "timeout", "reset": try desk.fail(place, how == "reset" ? .reset : .timeout)
    case "502": try desk.answer(place, "<html>bad gateway</html>", status: 502)
    case "garbage": try desk.answer(place, "{\"code\":")
    default: try desk.refuse(place, Int(how) ?? 0)
    }
    return desk
}

@Suite struct `CoinEx lost orders` {
    // 7.7: the client id does not make a repeated order harmless. Promise P5.
    @Test(arguments: ["timeout", "reset", "502", "garbage", "4002", "4003", "10008"])
    func `are unknown, asked for by their client id and never sent again`(how: String) throws {
        let desk = try lost(how)
        #expect(desk.events == ["lost"])
        let call = try desk.answer(
            "GET /v2/spot/pending-order", "{\"code\":0,\"data\":[\(working)],\"message\":\"OK\"}")
        #expect(
            call.path
                == "/v2/spot/pending-order?market=BTCUSDT&market_type=SPOT&client_id=mrtest-1&page=1&limit=100"
        )
        #expect(desk.events == ["lost", "accepted 1001"])
        desk.wait(120)
        #expect(desk.orderCalls("/order").count == 1)
    }

    @Test func `are found finished, with their executions`() throws {
        let desk = try lost()
        try desk.ok("GET /v2/spot/pending-order", "[]")
        let done = orderJSON(
            1_001, 1, amount: "0.2", price: "100", filled: "0.2", unfilled: "0")
        try desk.ok("GET /v2/spot/finished-order", "[\(done)]")
        desk.wait(2.1)
        try desk.ok(
            "GET /v2/spot/order-deals",
            "[\(dealJSON(4, order: 1_001, nil, amount: "0.2", price: "99"))]")
        #expect(desk.events == ["lost", "accepted 1001", "fill 0.2@99"])
    }

    @Test func `are told by a push before anybody is asked`() throws {
        let desk = try lost()
        try desk.push(orderPush("put", working))
        #expect(desk.events == ["lost", "accepted 1001"])
    }

    // Promise P7.
    @Test func `are given up only when the venue can take the request no more`() throws {
        let desk = try lost()
        for _ in 0..<60 {
            if desk.isAsked("GET /v2/spot/pending-order") {
                try desk.ok("GET /v2/spot/pending-order", "[]")
            }
            if desk.isAsked("GET /v2/spot/finished-order") {
                try desk.ok("GET /v2/spot/finished-order", "[]")
            }
            desk.wait(0.5)
            let age = Double(desk.now.nanoseconds - 1_700_000_000_000_000_000) / 1e9
            if age < 15 { #expect(desk.events == ["lost"]) }
        }
        #expect(desk.events == ["lost", "not found"])
        #expect(desk.orderCalls("/order").count == 1)
    }

    // Promise P5.
    @Test func `are asked for as long as the venue does not answer`() throws {
        let desk = try lost()
        for _ in 0..<40 {
            if desk.isAsked("GET /v2/spot/pending-order") {
                try desk.answer("GET /v2/spot/pending-order", "", status: 503)
            }
            desk.wait(2)
        }
        #expect(desk.events == ["lost"])
        desk.wait(11)  // the longest wait between two questions
        try desk.ok("GET /v2/spot/pending-order", "[\(working)]")
        #expect(desk.events == ["lost", "accepted 1001"])
    }

    // 7.8: an order that may never have been seen is cancelled by its client id.
    @Test func `are cancelled by their client id`() throws {
        let desk = try lost()
        desk.cancel(1)
        let call = try #require(desk.orderCalls("cancel").first)
        #expect(call.path == "/v2/spot/cancel-order-by-client-id")
        #expect(
            call.body == #"{"market":"BTCUSDT","market_type":"SPOT","client_id":"mrtest-1"}"#)
        try desk.ok("POST /v2/spot/cancel-order-by-client-id", "[]")
        try desk.ok("GET /v2/spot/pending-order", "[\(working)]")
        #expect(desk.orderCalls("cancel-order").count == 2)  // found after all
    }

    @Test func `that stand in the book after being given up are cancelled and reported`() throws {
        let desk = try lost()
        try desk.live(25)
        #expect(desk.events == ["lost", "not found"])
        desk.clear()
        try desk.push(orderPush("put", working))
        #expect(desk.orderCalls("cancel-order-by-client-id").count == 1)
        #expect(desk.problems.count == 1)
        try desk.push(
            dealPush(dealJSON(8, order: 1_001, 1, amount: "0.1", price: "100")))
        #expect(desk.events == ["fill 0.1@100"])
    }

    // Promise P6.
    @Test(arguments: [TransportProblem.Kind.dns, .refused, .tls, .proxy, .unsent])
    func `are not lost when they never left`(kind: TransportProblem.Kind) throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "0.2", at: "100")
        try desk.fail(place, kind)
        #expect(desk.events == ["rejected"])
    }
}

@Suite struct `CoinEx reconciliation` {
    private func resting() throws -> SessionDesk {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "0.2", at: "100")
        try desk.ok(place, working)
        desk.clear()
        return desk
    }

    private func reconnect(_ desk: SessionDesk) throws {
        desk.input(
            .closed(try #require(desk.sockets["spot"]), reason: TransportProblem(.reset, "")))
        desk.wait(2)
        desk.forgetSent()
        desk.openSockets()
        try desk.acknowledgeAfterSign()
    }

    // Promise P4.
    @Test func `finds what was filled and cancelled while the socket was down`() throws {
        let desk = try resting()
        try reconnect(desk)
        try desk.reconcile()
        #expect(desk.sent.isEmpty)  // the missing order must be explained first
        try desk.ok(
            "GET /v2/spot/order-status",
            orderJSON(
                1_001, 1, amount: "0.2", price: "100", filled: "0.05", unfilled: "0.15",
                status: "part_canceled"))
        desk.wait(2.1)
        try desk.ok(
            "GET /v2/spot/order-deals",
            "[\(dealJSON(4, order: 1_001, nil, amount: "0.05", price: "100"))]")
        #expect(desk.events == ["fill 0.05@100", "cancelled"])
        try desk.acknowledge()
        #expect(desk.statuses.last?.state == .resynchronised)
    }

    @Test func `takes executions from the account's list`() throws {
        let desk = try resting()
        try reconnect(desk)
        try desk.ok(
            "GET /v2/spot/user-deals",
            "[\(dealJSON(4, order: 1_001, nil, amount: "0.05", price: "100")),"
                + "\(dealJSON(5, order: 77, nil, amount: "9", price: "100"))]")
        #expect(desk.events == ["fill 0.05@100"])
    }

    // Promise P3.
    @Test func `reads all pages before it believes that an order is missing`() throws {
        let desk = try resting()
        try reconnect(desk)
        try desk.answer(
            "GET /v2/spot/pending-order",
            #"{"code":0,"data":[],"pagination":{"has_next":true},"message":"OK"}"#)
        #expect(!desk.isAsked("GET /v2/spot/order-status"))
        let call = try desk.answer(
            "GET /v2/spot/pending-order", "{\"code\":0,\"data\":[\(working)],\"message\":\"OK\"}")
        #expect(call.path.contains("page=2"))
        #expect(!desk.isAsked("GET /v2/spot/order-status"))
        #expect(desk.events.isEmpty)
    }

    @Test func `names orders that are not its own and leaves them alone`() throws {
        let desk = try SessionDesk()
        try desk.prepare()
        desk.openSockets()
        try desk.acknowledgeAfterSign()
        let other = working.replacing("mrtest-1", with: "web-7")
        try desk.reconcile(orders: "[\(other)]")
        #expect(desk.foreignOrders.map(\.venueID.text) == ["1001"])
        #expect(desk.problems.isEmpty && desk.orderCalls("").isEmpty)
    }

    @Test func `settles the orders of an earlier run`() throws {
        let request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: exact("0.2"), price: exact("100"))
        let desk = try SessionDesk {
            $0.restoredOrders = [
                .init(
                    id: ClientOrderID("mrtest-1"), request: request, venueID: VenueOrderID("1001"),
                    wasTriggered: false, filled: exact("0.05"), fillIDs: ["3"]),
                .init(
                    id: ClientOrderID("mrtest-2"), request: request, venueID: nil,
                    wasTriggered: false, filled: .zero, fillIDs: []),
            ]
        }
        try desk.prepare()
        desk.openSockets()
        try desk.acknowledgeAfterSign()
        try desk.ok("GET /v2/spot/user-deals", "[]")
        let first = orderJSON(
            1_001, 1, amount: "0.2", price: "100", filled: "0.15", unfilled: "0.05")
        try desk.ok("GET /v2/spot/pending-order?market_type=SPOT&page=1", "[\(first)]")
        for _ in 0..<4 {
            #expect(desk.events.isEmpty)  // some answers may have been too early
            try desk.ok(
                "GET /v2/spot/pending-order?market=BTCUSDT&market_type=SPOT&client_id", "[]")
            try desk.ok("GET /v2/spot/finished-order", "[]")
            desk.wait(1.1)
        }
        #expect(desk.events == ["not found"])
        try desk.ok(
            "GET /v2/spot/order-deals",
            "[\(dealJSON(4, order: 1_001, nil, amount: "0.1", price: "100")),"
                + "\(dealJSON(3, order: 1_001, nil, amount: "0.05", price: "100"))]")
        #expect(desk.events == ["not found", "fill 0.1@100"])
    }

    @Test func `by the clock finds orders whose pushes were lost`() throws {
        let desk = try resting()
        desk.wait(5.1)
        let partly = orderJSON(
            1_001, 1, amount: "0.2", price: "100", filled: "0.1", unfilled: "0.1")
        try desk.ok("GET /v2/spot/pending-order", "[\(partly)]")
        desk.wait(2.1)
        try desk.ok(
            "GET /v2/spot/order-deals",
            "[\(dealJSON(4, order: 1_001, nil, amount: "0.1", price: "100"))]")
        #expect(desk.events == ["fill 0.1@100"])
    }

    @Test func `of balances takes what is missing for nothing, unless a push is newer`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.push(
            #"{"method":"balance.update","data":{"balance_list":[{"margin_market":"","ccy":"USDT","#
                + #""available":"980","frozen":"20","updated_at":1700490704000}]},"id":null}"#)
        for _ in 0..<15 {
            desk.wait(2)
            try desk.acknowledge()
        }
        desk.clear()
        try desk.ok("GET /v2/assets/spot/balance", "[]")
        #expect(
            desk.balances == [
                Balance(currency: Currency("USDT"), total: .zero, available: .zero)
            ])
    }
}
