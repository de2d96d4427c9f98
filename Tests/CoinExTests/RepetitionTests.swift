import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

private let place = "POST /v2/spot/order"
private let working = orderJSON(1_001, 1, amount: "0.2", price: "100", unfilled: "0.2")

private func submitted(_ count: Int = 1) throws -> SessionDesk {
    let desk = try SessionDesk()
    try desk.goLive()
    desk.wait(2)
    for number in 1...count { try desk.submit(number, .buy, "0.2", at: "100") }
    return desk
}

@Suite struct `A CoinEx order` {
    // The venue contradicts itself, or a gateway between does: the order stands. Promise P6.
    @Test(arguments: [4_213, 4_010, 3_008, 3_109, 4_018])
    func `that a push has shown is neither repeated nor over when its reply refuses it`(code: Int)
        throws
    {
        let desk = try submitted()
        try desk.push(orderPush("put", working))
        try desk.refuse(place, code)
        try desk.live(30, open: "[\(working)]")
        #expect(desk.orderCalls("spot/order").count == 1)
        #expect(desk.events == ["accepted 1001"])
    }

    // Promise P5.
    @Test(arguments: [4_213, 4_010])
    func `that a push shows while it waits to be repeated is not repeated`(code: Int) throws {
        let desk = try submitted()
        try desk.refuse(place, code)
        try desk.push(orderPush("put", working))
        try desk.live(30, open: "[\(working)]")
        #expect(desk.orderCalls("spot/order").count == 1)
        #expect(desk.events == ["accepted 1001"])
    }

    @Test(arguments: [4_213, 4_010])
    func `that is cancelled while it waits to be repeated leaves no more`(code: Int) throws {
        let desk = try submitted()
        try desk.refuse(place, code)
        desk.cancel(1)
        #expect(desk.events == ["cancelled"])
        try desk.live(30)
        #expect(desk.orderCalls("spot/order").count == 1)
        #expect(desk.orderCalls("cancel").isEmpty)
    }

    @Test(arguments: [4_213, 4_010])
    func `that was cancelled before its refusal came is not repeated`(code: Int) throws {
        let desk = try submitted()
        desk.cancel(1)
        try desk.refuse(place, code)
        #expect(desk.events == ["cancelled"])
        try desk.live(30)
        #expect(desk.orderCalls("spot/order").count == 1)
    }

    @Test func `that waits for the rate is refused when the socket falls`() throws {
        let desk = try submitted(31)
        #expect(desk.orderCalls("spot/order").count == 30)
        let socket = try #require(desk.sockets["spot"])
        desk.input(.closed(socket, reason: TransportProblem(.reset, "")))
        #expect(desk.statuses.last?.state == .lost)
        #expect(desk.reports.map(\.order) == [ClientOrderID("mrtest-31")])
        #expect(desk.events == ["rejected"])
        desk.wait(0.9)
        #expect(desk.orderCalls("spot/order").count == 30)
    }

    @Test func `that waits to be repeated is refused when the socket falls`() throws {
        let desk = try submitted()
        try desk.refuse(place, 4_010)
        let socket = try #require(desk.sockets["spot"])
        desk.input(.closed(socket, reason: TransportProblem(.reset, "")))
        #expect(desk.events == ["rejected"])
        desk.wait(0.9)
        #expect(desk.orderCalls("spot/order").count == 1)
    }
}

@Suite struct `Executions of a CoinEx order` {
    private func deal(_ id: Int, _ amount: String) -> String {
        dealJSON(id, order: 1_001, 1, amount: amount, price: "100")
    }

    // The list was read before the second execution, whose push was lost. Promise P9.
    @Test func `are all asked for once more when the list at hand is older than the end`() throws {
        let desk = try submitted()
        try desk.ok(place, working)
        let partly = orderJSON(
            1_001, 1, amount: "0.2", price: "100", filled: "0.05", unfilled: "0.15")
        try desk.push(orderPush("update", partly))
        desk.wait(2.1)
        let list = try #require(desk.calls.firstIndex { $0.call.path.contains("order-deals") })
        let held = desk.holdBack(list)
        desk.cancel(1)
        try desk.refuse("POST /v2/spot/cancel-order", 3_600, "Order not found")
        try desk.live(25, deals: "[\(deal(2, "0.03")),\(deal(1, "0.05"))]")
        #expect(desk.events == ["accepted 1001"])
        desk.answer(held, "[\(deal(1, "0.05"))]")
        #expect(desk.events == ["accepted 1001", "fill 0.05@100"])
        try desk.live(2, deals: "[\(deal(2, "0.03")),\(deal(1, "0.05"))]")
        #expect(
            desk.events == ["accepted 1001", "fill 0.05@100", "fill 0.03@100", "cancelled"])
    }

    @Test func `that are more than was ordered are told when the venue shows what is changed`()
        throws
    {
        let desk = try submitted()
        try desk.ok(place, working)
        // Somebody made it larger on the venue's site, and it filled at once.
        try desk.push(dealPush(deal(1, "0.5")))
        #expect(desk.events == ["accepted 1001"])
        let larger = orderJSON(
            1_001, 1, amount: "0.5", price: "120", filled: "0.5", unfilled: "0")
        try desk.push(orderPush("finish", larger))
        #expect(desk.events == ["accepted 1001", "amended 0.5@120", "fill 0.5@100"])
        #expect(desk.problems.count == 1)
    }

    @Test func `are counted against what a person made of the order`() throws {
        let desk = try submitted()
        try desk.ok(place, working)
        let larger = orderJSON(1_001, 1, amount: "0.5", price: "120", unfilled: "0.5")
            .replacing("\"updated_at\":1700000000000", with: "\"updated_at\":1700000000001")
        try desk.push(orderPush("modify", larger))
        try desk.push(orderPush("update", working))  // late: what was before
        #expect(desk.events == ["accepted 1001", "amended 0.5@120"])
        try desk.push(dealPush(deal(1, "0.5")))
        #expect(desk.events.last == "fill 0.5@100")
        try desk.live(12)
        #expect(desk.events.count == 3 && desk.problems.count == 1)
    }

    @Test func `that are more than was ordered make the venue be asked`() throws {
        let desk = try submitted()
        try desk.ok(place, working)
        try desk.push(dealPush(deal(1, "0.5")))
        let larger = orderJSON(
            1_001, 1, amount: "0.5", price: "120", filled: "0.5", unfilled: "0", status: "filled")
        try desk.ok("GET /v2/spot/order-status", larger)
        #expect(desk.events == ["accepted 1001", "amended 0.5@120", "fill 0.5@100"])
    }
}
