import AccountSession
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

private let number = 16_777_000
private func row(_ id: Int, filled: String = "0", _ standing: String = "working") -> String {
    "\(id),\(number),buy,100,1,\(filled),\(standing)"
}

private func submitted(_ price: String? = "100") throws -> LineDesk {
    let desk = try LineDesk()
    try desk.goLive()
    try desk.submit(1, .buy, "1", at: price)
    return desk
}

@Suite struct `A session whose account is on one line` {
    // Promise P3.
    @Test func `signs in, agrees about each instrument over it, and is connected`() throws {
        let desk = try LineDesk()
        try desk.open()
        #expect(
            desk.asked.map(\.text).sorted() == [
                "balances", "fills 0 0", "fills 1 0", "open 0", "open 1",
            ])
        #expect(desk.agreements == 0)
        try desk.agree()
        #expect(desk.agreements == 1 && desk.states == [.connected])
    }

    @Test func `sends orders over it under a number, and cancels them by the venue's`() throws {
        let desk = try submitted()
        #expect(desk.sent("place") == ["place 0 \(number) buy 1 100"])
        try desk.answer("place", "order \(row(7))")
        #expect(desk.events == ["accepted 7"])
        desk.cancel(1)
        #expect(desk.sent("cancel") == ["cancel 0 7"])
    }

    // T24: a market order is never accepted; its fills and what is left of it answer it.
    // Promise P9.
    @Test func `takes several replies to one request, fills before the end`() throws {
        let desk = try submitted(nil)
        try desk.hear("0 fill 9,7,\(number),buy,100,0.4")
        try desk.answer("place", "order 7,\(number),buy,market,1,0.4,nobody")
        #expect(desk.events == ["accepted 7", "fill 0.4@100", "expired"])
    }

    @Test func `asks for the balances behind fills, which are not pushed`() throws {
        let desk = try submitted(nil)
        try desk.answer("place", "order 7,\(number),buy,market,1,1,filled")
        try desk.hear("0 fill 9,7,\(number),buy,100,0.4")
        try desk.hear("0 fill 10,7,\(number),buy,100,0.6")
        #expect(desk.events == ["accepted 7", "fill 0.4@100", "fill 0.6@100"])
        desk.wait(1)
        #expect(desk.asked.count { $0.text == "balances" } == 1)
    }

    // T7: a push carries the number of the request that made the order, long ago.
    @Test func `takes a push for what it is whatever number it carries`() throws {
        let desk = try submitted()
        let first = try #require(desk.asked.first { $0.text.hasPrefix("place") }).number
        try desk.answer("place", "order \(row(7))")
        try desk.hear("\(first) fill 9,7,\(number),buy,100,1")
        try desk.hear("\(first) order \(row(7, filled: "1", "filled"))")
        #expect(desk.events == ["accepted 7", "fill 1@100"])
    }

    // T20: the reply to a cancel says nothing of what was filled. Promise P9.
    @Test func `asks for the executions of an order whose cancel says nothing of them`() throws {
        let desk = try submitted()
        try desk.answer("place", "order \(row(7))")
        desk.cancel(1)
        try desk.answer("cancel", "done")
        #expect(desk.events == ["accepted 7"])
        try desk.answer("fills", "fills 9,7,\(number),buy,100,0.3")
        #expect(desk.events == ["accepted 7", "fill 0.3@100", "cancelled"])
    }

    // Promise P5.
    @Test func `does not know what became of an order when the line falls, and sends it once`()
        throws
    {
        let desk = try submitted()
        try desk.cut()
        #expect(desk.events == ["lost"])
        try desk.open()
        try desk.agree(orders: row(7))
        #expect(desk.events == ["lost", "accepted 7"])
        desk.wait(30)
        #expect(desk.sent("place").count == 1)
    }

    // Promise P7.
    @Test func `gives up an order that no list shows, by several looks`() throws {
        let desk = try submitted()
        try desk.cut()
        try desk.open()
        try desk.agree()
        for _ in 0..<12 {
            desk.wait(1)
            while desk.isAsked("hb") { try desk.answer("hb", "ok") }
            try desk.agree()
        }
        #expect(desk.events == ["lost", "not found"])
        #expect(desk.sent("place").count == 1)
    }

    // Promises P5, P12.
    @Test func `takes an order that is not answered for lost, and the line for dead`() throws {
        let desk = try submitted()
        desk.wait(5)
        #expect(desk.events == ["lost"])
        #expect(desk.states == [.stale, .lost])
    }

    // Promise P4.
    @Test func `asks again for what a fallen line left unanswered`() throws {
        let desk = try LineDesk()
        try desk.open()
        try desk.answer("open 0", "orders")
        try desk.cut()
        #expect(desk.agreements == 0)
        try desk.open()
        try desk.agree()
        #expect(desk.agreements == 1)
    }

    @Test func `refuses what the venue has no order for, with what there is`() throws {
        let desk = try LineDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "1", at: "100") { $0.timeInForce = .ioc }
        try desk.submit(2, .buy, "1", at: "100") { $0.isPostOnly = true }
        #expect(
            desk.events == [
                "rejected: the venue has no ioc orders; it has limit, market, gtc",
                "rejected: the venue has no post-only orders; it has limit, market, gtc",
            ])
        #expect(desk.sent("place").isEmpty)
    }

    @Test func `refuses orders when the numbers that were reserved are used up`() throws {
        let desk = try LineDesk(numbers: 5..<6)
        try desk.goLive()
        try desk.submit(1, .buy, "1", at: "100")
        try desk.submit(2, .buy, "1", at: "100")
        #expect(desk.sent("place") == ["place 0 5 buy 1 100"])
        #expect(desk.events.count == 1)
    }

    @Test func `wants more numbers before they are used up, and goes on with them`() throws {
        let desk = try LineDesk(numbers: 5..<13)
        try desk.goLive()
        let isWanted = {
            desk.actions.count { if case .wantsClientNumbers = $0 { true } else { false } }
        }
        for order in 1...5 { try desk.submit(order, .buy, "1", at: "100") }
        #expect(isWanted() == 0)
        try desk.submit(6, .buy, "1", at: "100")
        #expect(isWanted() == 1)
        try desk.submit(7, .buy, "1", at: "100")
        #expect(isWanted() == 2, "half of what was left is used, and nothing came")
        desk.input(.clientNumbers(100..<108))
        for order in 8...10 { try desk.submit(order, .buy, "1", at: "100") }
        #expect(isWanted() == 2)
        #expect(desk.sent("place").suffix(2) == ["place 0 100 buy 1 100", "place 0 101 buy 1 100"])
        #expect(desk.events == [])
    }

    // Promise P14.
    @Test func `sends no more messages in any second than the line takes`() throws {
        let desk = try LineDesk(numbers: 1..<1_000)
        try desk.goLive()
        for order in 1...100 { try desk.submit(order, .buy, "1", at: "100") }
        desk.wait(4)
        #expect(desk.sent("place").count > 60)
        for (first, time) in desk.sentAt.enumerated() {
            let end = time.advanced(byNanoseconds: second)
            #expect(desk.sentAt[first...].count { $0 < end } <= 30)
        }
    }

    // Promise P10.
    @Test func `subscribes each market by itself`() throws {
        let desk = try LineDesk()
        desk.input(.subscribe([InstrumentID(0): [.book], InstrumentID(1): [.book, .trades]]))
        try desk.open()
        try desk.agree()
        #expect(
            desk.sent("join").sorted() == ["join book 0", "join book 1", "join trades 1"])
    }

    @Test(arguments: [VenueTraits.Unreadable.reopens, .asks])
    func `agrees again when a message cannot be read`(trait: VenueTraits.Unreadable) throws {
        let desk = try LineDesk { $0.unreadable = trait }
        try desk.goLive()
        try desk.hear("nonsense")
        if trait == .reopens { try desk.open() }
        try desk.agree()
        #expect(desk.agreements == 1)
        #expect((desk.states == []) == (trait == .asks))
    }
}
