import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions
import WireText

/// An order of 0.2 at 100 as the venue shows it, with id 1001 unless told otherwise.
private func order(
    _ filled: String, left: String, id: Int = 1_001, type: String = "limit",
    amount: String = "0.2", price: String = "100", status: String? = nil
) -> String {
    orderJSON(
        id, 1, type: type, amount: amount, price: price, filled: filled, unfilled: left,
        status: status)
}

private let working = order("0", left: "0.2")
private let place = "POST /v2/spot/order"

private func deal(_ id: Int, _ amount: String, order: Int = 1_001) -> String {
    dealJSON(id, order: order, 1, amount: amount, price: "100")
}

/// A live desk with order 1 sent.
private func sent() throws -> SessionDesk {
    let desk = try SessionDesk()
    try desk.goLive()
    try desk.submit(1, .buy, "0.2", at: "100")
    return desk
}

private func resting() throws -> SessionDesk {
    let desk = try sent()
    try desk.ok(place, working)
    return desk
}

@Suite struct `CoinEx orders` {
    @Test func `the reference's transcript gives the order's life`() throws {
        let desk = try resting()
        try desk.push(orderPush("put", working))
        try desk.push(orderPush("update", order("0.05", left: "0.15")))
        try desk.push(dealPush(deal(5_001, "0.05")))
        desk.cancel(1)
        let call = try desk.answer(
            "POST /v2/spot/cancel-order",
            "{\"code\":0,\"data\":\(order("0.05", left: "0.15")),\"message\":\"OK\"}")
        #expect(call.body == #"{"market":"BTCUSDT","market_type":"SPOT","order_id":1001}"#)
        try desk.push(orderPush("finish", order("0.05", left: "0.15")))
        #expect(desk.events == ["accepted 1001", "fill 0.05@100", "cancelled"])
        guard case .fill(let fill) = desk.reports[1].event else { throw BadMessage("no fill") }
        #expect(fill.id == "5001" && fill.liquidity == .maker && fill.fee == exact("0.0001"))
        #expect(fill.feeCurrency == Currency("BTC"))
        #expect(desk.reports[1].venueTime == Timestamp(nanoseconds: 1_700_000_001_000_000_000))
    }

    // Promise P15.
    @Test func `are practised as they are sent, while they could be`() throws {
        let desk = try SessionDesk()
        #expect(desk.session.practiceOrder(at: desk.now) == nil)
        try desk.goLive()
        #expect(desk.session.practiceOrder(at: desk.now) == nil, "no price is known")
        try desk.push(
            #"{"method":"deals.update","data":{"market":"BTCUSDT","deal_list":[{"deal_id":1,"#
                + #""created_at":1700000000000,"side":"buy","price":"100","amount":"1"}]},"id":null}"#
        )
        guard case .request(let call) = desk.session.practiceOrder(at: desk.now)
        else { throw BadMessage("no order") }
        #expect(call.method == "POST" && call.path == "/v2/spot/order" && call.isOrder)
        #expect(
            call.body
                == #"{"market":"BTCUSDT","market_type":"SPOT","side":"buy","type":"limit","#
                + #""amount":"0.012345","price":"100","client_id":"mr00000000000-000000"}"#)
        let sign = SessionDesk.key.signature(
            method: "POST", path: call.path, body: call.body, milliseconds: 1_700_000_000_000)
        #expect(call.headers.contains(HTTPHeader("X-COINEX-SIGN", sign)))
    }

    private static let forms: [(String, @Sendable (inout OrderRequest) -> Void, String)] = [
        ("100", { _ in }, #""type":"limit","amount":"0.2","price":"100""#),
        ("100", { $0.isPostOnly = true }, #""type":"maker_only""#),
        ("100", { $0.timeInForce = .ioc }, #""type":"ioc""#),
        ("100", { $0.timeInForce = .fok }, #""type":"fok""#),
        ("100", { $0.stop = exact("105") }, #""trigger_price":"105""#),
    ]

    @Test(arguments: forms.indices)
    func `each kind of order is sent as the venue's`(index: Int) throws {
        let (price, change, part) = Self.forms[index]
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "0.2", at: price, change)
        let call = try #require(desk.orderCalls("order").first)
        #expect(call.body.contains(part), "\(call.body)")
        #expect(call.path == (index == 4 ? "/v2/spot/stop-order" : "/v2/spot/order"))
    }

    // 7.3: a purchase at market would count its amount in quote currency.
    @Test func `a spot market order says that it counts base currency`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.push(wholeQuote)
        let request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: exact("0.2"))
        let terms = try OrderTerms(
            request, market: "BTCUSDT", base: Currency("BTC"), segment: .spot, clientID: "a")
        #expect(
            CoinExRequests.place(terms, .spot).body
                == #"{"market":"BTCUSDT","market_type":"SPOT","side":"buy","type":"market","#
                + #""amount":"0.2","ccy":"BTC","client_id":"a"}"#)
        let quoted = try payload(
            CoinExReplies.order(
                Array(
                    (#"{"code":0,"data":{"order_id":1,"market":"BTCUSDT","side":"buy","type":"market","#
                        + #""ccy":"USDT","amount":"50","unfilled_amount":"0.01","filled_amount":"0.4999","filled_value":"49.99"}}"#)
                        .utf8)))
        #expect(quoted.isComplete(countsInQuote: true))
        #expect(!quoted.isComplete(countsInQuote: false))
    }

    // 7.3: `finish` says neither filled nor cancelled.
    @Test func `an order that left the book was filled if nothing is left of it`() throws {
        let desk = try resting()
        try desk.push(dealPush(deal(1, "0.2")))
        try desk.push(orderPush("finish", order("0.2", left: "0")))
        #expect(desk.events == ["accepted 1001", "fill 0.2@100"])
        let other = try resting()
        try other.push(orderPush("finish", working))
        #expect(other.events == ["accepted 1001", "cancelled"])
    }

    // 7.13: reply, order push and executions come in any order. Promise P8.
    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func `replies and pushes tell the same in any order`(sequence: [Int]) throws {
        let desk = try sent()
        for step in sequence {
            switch step {
            case 0: try desk.ok(place, order("0.2", left: "0"))
            case 1: try desk.push(orderPush("finish", order("0.2", left: "0")))
            default: try desk.push(dealPush(deal(9, "0.2")))
            }
        }
        #expect(desk.events == ["accepted 1001", "fill 0.2@100"])
    }

    @Test func `an execution whose order is not known yet waits for it`() throws {
        let desk = try sent()
        try desk.push(dealPush(dealJSON(9, order: 1_001, nil, amount: "0.2", price: "100")))
        #expect(desk.events.isEmpty)
        try desk.ok(place, order("0.2", left: "0"))
        #expect(desk.events == ["accepted 1001", "fill 0.2@100"])
    }

    @Test func `an execution told twice counts once, whatever the way`() throws {
        let desk = try resting()
        try desk.push(dealPush(deal(9, "0.05")))
        try desk.push(dealPush(deal(9, "0.05")))
        try desk.push(orderPush("update", order("0.1", left: "0.1")))
        desk.wait(2.1)
        try desk.ok("GET /v2/spot/order-deals", "[\(deal(10, "0.05")),\(deal(9, "0.05"))]")
        #expect(desk.events == ["accepted 1001", "fill 0.05@100", "fill 0.05@100"])
    }

    @Test func `an execution whose push was lost is fetched, and the end waits for it`() throws {
        let desk = try resting()
        try desk.push(orderPush("finish", order("0.1", left: "0.1")))
        #expect(desk.events == ["accepted 1001"])
        desk.wait(2.1)
        try desk.ok("GET /v2/spot/order-deals", "[]")  // not there yet
        desk.wait(2.1)
        try desk.ok("GET /v2/spot/order-deals", "[\(deal(9, "0.1"))]")
        #expect(desk.events == ["accepted 1001", "fill 0.1@100", "cancelled"])
    }

    @Test func `an execution without fee or role is told with the order's rate`() throws {
        let desk = try resting()
        try desk.push(orderPush("finish", order("0.2", left: "0")))
        desk.wait(2.1)
        try desk.ok(
            "GET /v2/spot/order-deals",
            #"[{"deal_id":7,"order_id":1001,"market":"BTCUSDT","side":"buy","price":"100","amount":"0.2"}]"#
        )
        guard case .fill(let fill) = try #require(desk.reports.last).event else {
            throw BadMessage("no fill")
        }
        #expect(fill.fee == exact("0.0004") && fill.feeCurrency == Currency("BTC"))
    }

    @Test func `what cannot rest is over with the reply`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "0.2", at: "100") { $0.timeInForce = .ioc }
        try desk.ok(place, order("0", left: "0.2", type: "ioc"))
        #expect(desk.events == ["accepted 1001", "expired"])
    }

    @Test(arguments: [
        (3_109, "balance"), (3_127, "minimum"), (3_622, "liquidity"), (3_621, "fill"),
        (4_159, "API"), (3_008, "overloaded"), (3_638, "protection"),
    ])
    func `a refusal is a rejection that says what to do`(code: Int, word: String) throws {
        let desk = try sent()
        try desk.refuse(place, code, "text")
        guard case .rejected(let reason) = try #require(desk.reports.first).event else {
            throw BadMessage("not rejected")
        }
        #expect(reason.description.contains(word) && reason.description.contains("\(code)"))
        desk.wait(60)
        #expect(desk.orderCalls("order").count == 1)
    }

    @Test(arguments: [227, 4_010, 4_017])
    func `a request that came too late is signed anew, for it was not carried out`(code: Int) throws
    {
        let desk = try sent()
        try desk.refuse(place, code)
        #expect(desk.isAsked("GET /v2/time"))
        desk.clockAhead = 9_000_000_000
        try desk.ok(
            "GET /v2/time",
            "{\"timestamp\":\((desk.now.nanoseconds + desk.clockAhead) / 1_000_000)}")
        desk.wait(1)
        let calls = desk.orderCalls("order")
        #expect(calls.count == 2 && calls[0].body == calls[1].body)
        #expect(calls[0].headers != calls[1].headers)
        try desk.ok(place, working)
        #expect(desk.events == ["accepted 1001"])
    }

    @Test func `a request refused for the rate goes again after a wait, thrice at most`() throws {
        let desk = try sent()
        try desk.refuse(place, 4_213)
        #expect(desk.orderCalls("order").count == 1)
        desk.wait(1.1)
        try desk.answer(place, "busy", status: 429)
        desk.wait(1.1)
        try desk.refuse(place, 4_213)
        #expect(desk.orderCalls("order").count == 3)
        #expect(desk.events == ["rejected"])
    }

    @Test func `orders beyond the venue's rate wait, and are refused when they grow old`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        desk.wait(1)
        for number in 1...300 { try desk.submit(number, .buy, "0.2", at: "100") }
        #expect(desk.orderCalls("order").count == 30)
        desk.wait(1)
        #expect(desk.orderCalls("order").count <= 60)
        desk.wait(8)
        let calls = desk.orderCalls("order").count
        #expect(calls >= 150 && calls <= 182)
        #expect(desk.events.count { $0 == "rejected" } == 300 - calls)
    }

    @Test func `an order that waits for the rate is cancelled without being sent`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        desk.wait(1)
        for number in 1...31 { try desk.submit(number, .buy, "0.2", at: "100") }
        desk.cancel(31)
        #expect(desk.events == ["cancelled"])
        desk.wait(2)
        #expect(desk.orderCalls("order").count == 30)
    }

    // 7.31: our ids carry no broker's prefix, and none that the venue does not allow is sent.
    @Test func `an id is sent as the engine made it, once`() throws {
        let desk = try sent()
        #expect(desk.orderCalls("order")[0].body.contains(#""client_id":"mrtest-1""#))
        try desk.submit(1, .buy, "0.2", at: "100")
        #expect(desk.events == ["rejected"])
    }
}

private let wholeQuote =
    #"{"method":"bbo.update","data":{"market":"BTCUSDT","updated_at":1700000000000,"#
    + #""best_bid_price":"100","best_bid_size":"1","best_ask_price":"101","best_ask_size":"1"},"id":null}"#

@Suite struct `CoinEx cancels and amendments` {
    @Test func `a cancel waits for the order's id`() throws {
        let desk = try sent()
        desk.cancel(1)
        #expect(desk.orderCalls("cancel").isEmpty)
        try desk.ok(place, working)
        #expect(desk.orderCalls("cancel").count == 1)
    }

    // 7.32: during protection or an auction the order stays.
    @Test func `a refused cancel leaves the order working`() throws {
        let desk = try resting()
        desk.cancel(1)
        try desk.refuse("POST /v2/spot/cancel-order", 3_610, "auction")
        #expect(desk.events == ["accepted 1001", "cancel rejected"])
        desk.cancel(1)
        #expect(desk.orderCalls("cancel").count == 2)
    }

    @Test(arguments: ["timeout", "502", "4002", "4001"])
    func `a cancel without an answer is asked again, for that changes nothing`(how: String) throws {
        let desk = try resting()
        desk.cancel(1)
        switch how {
        case "timeout": try desk.fail("POST /v2/spot/cancel-order", .timeout)
        case "502": try desk.answer("POST /v2/spot/cancel-order", "<html>", status: 502)
        default: try desk.refuse("POST /v2/spot/cancel-order", Int(how) ?? 0)
        }
        desk.wait(1)
        try desk.ok("POST /v2/spot/cancel-order", working)
        #expect(desk.events == ["accepted 1001", "cancelled"])
    }

    // 7.8: orders that are cancelled with nothing filled are forgotten by the venue.
    @Test func `a cancel of what is gone asks what became of it`() throws {
        let desk = try resting()
        desk.cancel(1)
        try desk.refuse("POST /v2/spot/cancel-order", 3_600, "Order not found")
        try desk.live(25)
        #expect(desk.events == ["accepted 1001", "cancelled"])

        let filled = try resting()
        filled.cancel(1)
        try filled.refuse("POST /v2/spot/cancel-order", 3_600, "Order not found")
        try filled.ok("GET /v2/spot/order-status", order("0.2", left: "0", status: "filled"))
        filled.wait(2.1)
        try filled.ok("GET /v2/spot/order-deals", "[\(deal(3, "0.2"))]")
        #expect(filled.events == ["accepted 1001", "fill 0.2@100"])
    }

    @Test func `an amendment keeps the id`() throws {
        let desk = try resting()
        try desk.amend("0.2", at: "100", newPrice: "101", newQuantity: "0.3")
        let changed = order("0", left: "0.3", amount: "0.3", price: "101")
        let call = try desk.answer(
            "POST /v2/spot/modify-order", "{\"code\":0,\"data\":\(changed),\"message\":\"OK\"}")
        #expect(
            call.body
                == #"{"market":"BTCUSDT","market_type":"SPOT","order_id":1001,"amount":"0.3","price":"101"}"#
        )
        try desk.push(orderPush("modify", changed))
        #expect(desk.events == ["accepted 1001", "amended 0.3@101"])
    }

    // 7.10: the old id's `finish` and the new one's `put` may come before the reply.
    @Test(arguments: [true, false])
    func `an amendment may change the id`(pushesFirst: Bool) throws {
        let desk = try resting()
        try desk.push(dealPush(deal(1, "0.05")))
        try desk.push(orderPush("update", order("0.05", left: "0.15")))
        try desk.amend("0.2", at: "100", newPrice: "101", newQuantity: nil)
        let new = order("0.05", left: "0.15", id: 2_002, price: "101")
        if pushesFirst {
            try desk.push(orderPush("finish", order("0.05", left: "0.15")))
            try desk.push(orderPush("put", new))
        }
        try desk.ok("POST /v2/spot/modify-order", new)
        if !pushesFirst {
            try desk.push(orderPush("finish", order("0.05", left: "0.15")))
            try desk.push(orderPush("put", new))
        }
        #expect(desk.events == ["accepted 1001", "fill 0.05@100", "amended 0.2@101"])
        try desk.push(dealPush(deal(2, "0.15", order: 2_002)))
        try desk.push(orderPush("finish", order("0.2", left: "0", id: 2_002, price: "101")))
        #expect(desk.events.count == 4)
        desk.cancel(1)
        #expect(desk.orderCalls("cancel").isEmpty)  // it is filled
    }

    @Test func `a refused amendment leaves the order as it was`() throws {
        let desk = try resting()
        try desk.amend("0.2", at: "100", newPrice: "101", newQuantity: nil)
        try desk.refuse("POST /v2/spot/modify-order", 3_606, "too far")
        #expect(desk.events == ["accepted 1001", "amend rejected"])
    }

    @Test(arguments: [true, false])
    func `an amendment without an answer is unknown until the venue tells`(wasMade: Bool) throws {
        let desk = try resting()
        try desk.amend("0.2", at: "100", newPrice: "101", newQuantity: nil)
        try desk.fail("POST /v2/spot/modify-order", .reset)
        let shown = order(
            "0", left: "0.2", id: wasMade ? 2_002 : 1_001, price: wasMade ? "101" : "100")
        try desk.ok("GET /v2/spot/pending-order", "[\(shown)]")
        if !wasMade {
            // A list that is behind shows the same.
            try desk.live(19, open: "[\(shown)]")
            #expect(desk.events == ["accepted 1001", "lost", "accepted 1001"])
            try desk.live(3, open: "[\(shown)]")
        }
        #expect(
            desk.events == [
                "accepted 1001", "lost", "accepted 1001",
                wasMade ? "amended 0.2@101" : "amend rejected",
            ])
        #expect(desk.orderCalls("modify").count == 1)
    }
}
