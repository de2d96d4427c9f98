import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

private let place = "POST /v2/spot/order"
private let working = orderJSON(1_001, 1, amount: "0.2", price: "100", unfilled: "0.2")
private let cancelByID = "POST /v2/spot/cancel-order-by-client-id"

/// A live desk with an order that the venue has.
private func resting() throws -> SessionDesk {
    let desk = try SessionDesk()
    try desk.goLive()
    try desk.submit(1, .buy, "0.2", at: "100")
    try desk.ok(place, working)
    desk.clear()
    return desk
}

/// A live desk with an order that was told as never seen.
private func givenUp() throws -> SessionDesk {
    let desk = try SessionDesk()
    try desk.goLive()
    try desk.submit(1, .buy, "0.2", at: "100")
    try desk.fail(place, .timeout)
    try desk.live(25)
    try #require(desk.events == ["lost", "not found"])
    desk.clear()
    return desk
}

@Suite struct `CoinEx orders that the venue does not show` {
    // Promise P7.
    @Test func `stand as long as one look alone misses them`() throws {
        let desk = try resting()
        try desk.live(60, open: "[\(working)]")
        try desk.live(7)
        try desk.live(60, open: "[\(working)]")
        #expect(desk.events == [])
        #expect(desk.orderCalls("cancel").isEmpty && desk.problems.isEmpty)
    }

    // Promise P7.
    @Test func `stand while lists and questions lag behind by less than twenty seconds`() throws {
        let desk = try resting()
        try desk.live(19)
        #expect(desk.events == [])
        try desk.live(30, open: "[\(working)]")
        #expect(desk.events == [])
    }

    // Promise P7.
    @Test func `have ended when several looks over twenty seconds miss them`() throws {
        let desk = try resting()
        try desk.live(30)
        #expect(desk.events == ["cancelled"])
    }

    @Test func `count a sign of them as a new beginning`() throws {
        let desk = try resting()
        try desk.live(15)
        try desk.push(
            orderPush(
                "update",
                orderJSON(1_001, 1, amount: "0.2", price: "100", filled: "0.1", unfilled: "0.1")))
        try desk.push(dealPush(dealJSON(7, order: 1_001, 1, amount: "0.1", price: "100")))
        try desk.live(15)
        #expect(desk.events == ["fill 0.1@100"])
        try desk.live(15)
        #expect(desk.events == ["fill 0.1@100", "cancelled"])
    }

    @Test func `have ended when the book has nothing to cancel, whatever lists show for a while`()
        throws
    {
        let desk = try resting()
        desk.cancel(1)
        try desk.refuse("POST /v2/spot/cancel-order", 3_600, "Order not found")
        try desk.live(6, open: "[\(working)]")
        try desk.live(12)
        #expect(desk.events == [])
        try desk.live(6)
        #expect(desk.events == ["cancelled"])
    }

    @Test func `are found among those that ended, whatever id a change has given them`() throws {
        let desk = try resting()
        desk.cancel(1)
        try desk.refuse("POST /v2/spot/cancel-order", 3_600, "Order not found")
        let filled = orderJSON(
            1_002, 1, amount: "0.2", price: "100", filled: "0.2", unfilled: "0")
        try desk.live(
            25, finished: "[\(filled)]",
            deals: "[\(dealJSON(7, order: 1_002, nil, amount: "0.2", price: "100"))]")
        #expect(desk.events == ["fill 0.2@100"])
    }

    @Test func `are cancelled, and told of, when a list shows them after all`() throws {
        let desk = try resting()
        try desk.live(30)
        desk.clear()
        try desk.live(6, open: "[\(working)]")
        #expect(desk.orderCalls("cancel-order-by-client-id").count == 1)
        #expect(desk.problems.count == 1)
    }

    @Test func `are cancelled, and told of, when a push shows them after all`() throws {
        let desk = try resting()
        try desk.live(30)
        desk.clear()
        let partly = orderJSON(
            1_001, 1, amount: "0.2", price: "100", filled: "0.1", unfilled: "0.1")
        try desk.push(orderPush("update", partly))
        try desk.push(dealPush(dealJSON(7, order: 1_001, 1, amount: "0.1", price: "100")))
        #expect(desk.orderCalls("cancel-order-by-client-id").count == 1)
        #expect(desk.problems.count == 1)
        #expect(desk.events == ["fill 0.1@100"])
    }

    @Test func `are looked for during ten minutes after they were given up`() throws {
        let desk = try givenUp()
        try desk.live(500)
        #expect(desk.orderCalls("cancel").isEmpty)
        try desk.live(6, open: "[\(working)]")
        #expect(desk.orderCalls("cancel-order-by-client-id").count == 1)
        try desk.ok(cancelByID, "[]")

        let later = try givenUp()
        try later.live(700)
        later.clear()
        try later.live(30)
        let asked = later.actions.contains { action in
            guard case .request(_, let call) = action else { return false }
            return call.path.contains("pending-order")
        }
        #expect(!asked)
    }

    @Test(arguments: ["4213", "3008", "4001", "4002", "3610", "timeout", "502"])
    func `are cancelled until the venue has done it`(how: String) throws {
        let desk = try givenUp()
        try desk.push(orderPush("put", working))
        for _ in 0..<10 {
            switch how {
            case "timeout": try desk.fail(cancelByID, .timeout)
            case "502": try desk.answer(cancelByID, "<html>", status: 502)
            default: try desk.refuse(cancelByID, try #require(Int(how)))
            }
            try desk.live(11)
        }
        #expect(desk.orderCalls("cancel-order-by-client-id").count == 11)
        #expect(desk.events == [])
        try desk.ok(cancelByID, "[]")
        try desk.live(30)
        #expect(desk.orderCalls("cancel-order-by-client-id").count == 11)
    }

    @Test func `are cancelled again when a cancel that was made did not end them`() throws {
        let desk = try givenUp()
        try desk.push(orderPush("put", working))
        try desk.ok(cancelByID, "[]")
        try desk.live(6, open: "[\(working)]")
        #expect(desk.orderCalls("cancel-order-by-client-id").count == 2)
    }

    @Test func `that are shown in a round are cancelled before it ends`() throws {
        let desk = try givenUp()
        desk.input(.reconcile)
        try desk.reconcile(orders: "[\(working)]")
        #expect(desk.agreements == 0)
        try desk.ok(cancelByID, "[]")
        #expect(desk.agreements == 1)
    }

    @Test func `leave those alone whose end the venue has shown`() throws {
        let desk = try resting()
        desk.cancel(1)
        try desk.ok("POST /v2/spot/cancel-order", working)
        #expect(desk.events == ["cancelled"])
        desk.clear()
        desk.input(.reconcile)
        try desk.reconcile(orders: "[\(working)]")  // a list that is behind
        #expect(desk.agreements == 1)
        #expect(desk.orderCalls("").isEmpty && desk.problems.isEmpty)
    }
}

@Suite struct `A CoinEx stop that has woken` {
    private func woken() throws -> SessionDesk {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "0.2", at: "120") { $0.stop = exact("110") }
        try desk.ok("POST /v2/spot/stop-order", #"{"stop_id":77}"#)
        try desk.push(
            #"{"method":"stop.update","data":{"event":"active","stop":{"stop_id":77,"#
                + #""market":"BTCUSDT","side":"buy","type":"limit","amount":"0.2","price":"120","#
                + #""trigger_price":"110","trigger_direction":"higher","client_id":"mrtest-1","#
                + #""status":"active_success"}},"id":null}"#)
        desk.clear()
        return desk
    }
    private let born = orderJSON(1_001, 1, amount: "0.2", price: "120", unfilled: "0.2")

    @Test func `is waited for as long as lists may lag behind`() throws {
        let desk = try woken()
        try desk.live(19)
        #expect(desk.events == [])
        try desk.push(orderPush("put", born))
        try desk.live(30, open: "[\(born)]")
        #expect(desk.events == [])
        #expect(desk.orderCalls("cancel").isEmpty && desk.problems.isEmpty)
    }

    @Test func `has ended when no list shows its order for long, and is cancelled as an order`()
        throws
    {
        let desk = try woken()
        try desk.live(40)
        #expect(desk.events == ["cancelled"])
        try desk.push(orderPush("put", born))
        #expect(desk.orderCalls("cancel").map(\.path) == ["/v2/spot/cancel-order-by-client-id"])
        #expect(desk.problems.count == 1)
    }
}
