import AccountSession
import Bitunix
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

private let place = BitunixDesk.place
private let trades = "GET trade/get_history_trades"

@Suite struct `Orders at Bitunix` {
    @Test func `are accepted by their reply, once`() throws {
        let desk = try BitunixDesk.ordering()
        let call = try desk.ok(place, #"{"orderId":"901","clientId":"mr-1"}"#)
        #expect(call.body.contains(#""clientId":"mr-1""#))
        #expect(desk.events == ["accepted 901"])
        try desk.hear(Wire.orderPush("NEW", event: "CREATE"))
        try desk.hear(Wire.orderPush("NEW", event: "CREATE"))
        #expect(desk.events == ["accepted 901"])
    }

    // The push may come before the reply.
    @Test func `are accepted by a push that overtakes the reply`() throws {
        let desk = try BitunixDesk.ordering()
        try desk.hear(Wire.orderPush("INIT", event: "CREATE"))
        try desk.hear(Wire.orderPush("NEW", event: "CREATE"))
        #expect(desk.events == ["accepted 901"])
        try desk.ok(place, #"{"orderId":"901","clientId":"mr-1"}"#)
        #expect(desk.events == ["accepted 901"])
    }

    // There are no pushes of executions. Promises P8, P9.
    @Test func `are filled by the list of executions, each once, and end behind the last`() throws {
        let desk = try BitunixDesk.resting()
        try desk.hear(Wire.orderPush("PART_FILLED", filled: "1"))
        try desk.wait(0.25)
        try desk.ok(trades, Wire.trades([Wire.trade("1", "1", role: "MAKER")]))
        #expect(desk.events == ["accepted 901", "fill 1@100"])
        #expect(desk.fills[0].liquidity == .maker && desk.fills[0].fee == exact("0.15"))
        try desk.hear(Wire.orderPush("FILLED", event: "CLOSE", filled: "2.5"))
        try desk.wait(0.25)
        let call = try desk.ok(
            trades, Wire.trades([Wire.trade("2", "1.5", price: "99.5"), Wire.trade("1", "1")]))
        #expect(call.path.contains("symbol=LTCUSDT&orderId=901"))
        #expect(desk.events == ["accepted 901", "fill 1@100", "fill 1.5@99.5"])
        try desk.wait(30)
        #expect(desk.events.count == 3)
    }

    @Test func `wait for executions that the list shows late`() throws {
        let desk = try BitunixDesk.resting()
        try desk.hear(Wire.orderPush("PART_FILLED_CANCELED", event: "CLOSE", filled: "1"))
        for _ in 0..<5 {
            try desk.wait(0.25)
            try desk.ok(trades, Wire.trades([]))
            #expect(desk.events == ["accepted 901"])
        }
        try desk.wait(0.25)
        try desk.ok(trades, Wire.trades([Wire.trade("1", "1")]))
        #expect(desk.events == ["accepted 901", "fill 1@100", "cancelled"])
    }

    @Test func `have their executions read page by page`() throws {
        let desk = try BitunixDesk.resting()
        try desk.hear(Wire.orderPush("FILLED", event: "CLOSE", filled: "2.5"))
        try desk.wait(0.25)
        let first = (0..<100).map { Wire.trade("\($0 + 10)", "0.01") }
        try desk.ok(trades, Wire.trades(first, total: 101))
        let call = try desk.ok(trades, Wire.trades([Wire.trade("1", "1.5")], total: 101))
        #expect(call.path.contains("skip=100&limit=100"))
        #expect(
            desk.fills.count == 101 && desk.fills.reduce(.zero) { $0 + $1.quantity } == exact("2.5")
        )
    }

    // Trap: the venue's word for a cancel is that it will.
    @Test func `are not cancelled by the reply to a cancel, but by their own end`() throws {
        let desk = try BitunixDesk.resting()
        desk.cancel(1)
        let call = try desk.ok("POST trade/cancel_orders", Wire.cancelled())
        #expect(call.body == #"{"symbol":"LTCUSDT","orderList":[{"orderId":"901"}]}"#)
        #expect(desk.events == ["accepted 901"])
        try desk.hear(Wire.orderPush("CANCELED", event: "CLOSE"))
        #expect(desk.events == ["accepted 901", "cancelled"])
    }

    @Test func `are cancelled again where a cancel was forgotten`() throws {
        let desk = try BitunixDesk.resting()
        desk.cancel(1)
        for _ in 0..<3 {
            try desk.ok("POST trade/cancel_orders", Wire.cancelled())
            try desk.wait(1.1)
            try desk.ok("GET trade/get_order_detail", Wire.order())
            #expect(desk.events == ["accepted 901"])
        }
        #expect(desk.orderCalls("cancel_orders").count == 4)
        try desk.ok("POST trade/cancel_orders", Wire.cancelled())
        try desk.wait(1.1)
        try desk.ok("GET trade/get_order_detail", Wire.order(status: "CANCELED"))
        #expect(desk.events == ["accepted 901", "cancelled"])
    }

    // Trap: each order of a cancel has a word of its own, in lists below a success.
    @Test(arguments: ["20007", "\"20007\"", "30011", "10013"])
    func `are asked for where the list of failures has their cancel`(code: String) throws {
        let desk = try BitunixDesk.resting()
        desk.cancel(1)
        try desk.ok("POST trade/cancel_orders", Wire.notCancelled(code))
        #expect(desk.events == ["accepted 901"])
        try desk.ok("GET trade/get_order_detail", Wire.order(filled: "2.5", status: "FILLED"))
        try desk.wait(0.25)
        try desk.ok(trades, Wire.trades([Wire.trade("1", "2.5")]))
        #expect(desk.events == ["accepted 901", "fill 2.5@100"])
    }

    @Test func `that a cancel is refused for go on`() throws {
        let desk = try BitunixDesk.resting()
        desk.cancel(1)
        try desk.ok("POST trade/cancel_orders", Wire.notCancelled("20012"))
        #expect(desk.events == ["accepted 901", "cancel rejected"])
    }

    @Test(arguments: [
        (20_003, "balance"), (30_016, "minimum"), (30_018, "no position"), (10_002, "parameter"),
        (20_015, "market"),
    ])
    func `are rejected for what the venue says`(code: Int, word: String) throws {
        let desk = try BitunixDesk.ordering()
        try desk.refuse(place, code)
        #expect(desk.events == ["rejected"] && desk.reasons[0].contains(word), "\(desk.reasons)")
    }

    // Unknown is not no. Promises P5, P6.
    @Test(arguments: ["timeout", "reset", "502", "garbage", "1", "500", "10001", "77777", "30042"])
    func `are asked for by their client id where nobody knows, and not sent again`(how: String)
        throws
    {
        let desk = try BitunixDesk.ordering()
        switch how {
        case "timeout", "reset": try desk.fail(place, how == "reset" ? .reset : .timeout)
        case "502": try desk.answer(place, "<html>", status: 502)
        case "garbage": try desk.answer(place, "{\"code\":")
        default: try desk.refuse(place, Int(how) ?? 0)
        }
        #expect(desk.events == ["lost"])
        let call = try desk.ok("GET trade/get_pending_orders", Wire.orders([Wire.order()]))
        #expect(call.path.contains("symbol=LTCUSDT&clientId=mr-1"))
        #expect(desk.events == ["lost", "accepted 901"])
        try desk.wait(30)
        #expect(desk.orderCalls("place_order").count == 1)
    }

    @Test func `that were lost are found among those that have ended`() throws {
        let desk = try BitunixDesk.ordering()
        try desk.fail(place, .timeout)
        try desk.ok("GET trade/get_pending_orders", Wire.orders([]))
        try desk.ok(
            "GET trade/get_history_orders",
            Wire.orders([Wire.order(filled: "2.5", status: "FILLED")]))
        try desk.wait(0.25)
        try desk.ok(trades, Wire.trades([Wire.trade("1", "2.5")]))
        #expect(desk.events == ["lost", "accepted 901", "fill 2.5@100"])
    }

    // The venue takes a request for a minute behind its timestamp. Promise P7.
    @Test func `that were lost are given up when the venue can take them no more`() throws {
        let desk = try BitunixDesk.ordering()
        try desk.fail(place, .timeout)
        for second in 0..<120 {
            try desk.agree()
            if desk.events.last == "not found" {
                #expect(second > 60)
                break
            }
            try desk.wait(1)
        }
        #expect(desk.events == ["lost", "not found"])
        #expect(desk.orderCalls("place_order").count == 1)
    }

    @Test func `that ask too often wait and go again`() throws {
        let desk = try BitunixDesk.ordering()
        try desk.refuse(place, 10_005)
        #expect(desk.events.isEmpty)
        try desk.wait(1.2)
        try desk.accept()
        #expect(desk.events == ["accepted 901"])
    }

    @Test func `that cannot rest end by their push, whatever it says of their time in force`()
        throws
    {
        let desk = try BitunixDesk.ordering { $0.timeInForce = .ioc }
        try desk.ok(place, #"{"orderId":"901","clientId":"mr-1"}"#)
        try desk.hear(Wire.orderPush("PART_FILLED_CANCELED", event: "CLOSE", filled: "1"))
        try desk.wait(0.25)
        try desk.ok(trades, Wire.trades([Wire.trade("1", "1")]))
        #expect(desk.events == ["accepted 901", "fill 1@100", "expired"])
    }

    @Test func `that cannot rest are asked for where no push comes`() throws {
        let desk = try BitunixDesk.ordering(at: nil)
        try desk.ok(place, #"{"orderId":"901","clientId":"mr-1"}"#)
        try desk.wait(0.25)
        try desk.ok(
            "GET trade/get_order_detail",
            Wire.order(type: "MARKET", price: "market", filled: "2.5", status: "FILLED"))
        try desk.wait(0.25)
        try desk.ok(trades, Wire.trades([Wire.trade("1", "2.5")]))
        #expect(desk.events == ["accepted 901", "fill 2.5@100"])
    }

    @Test func `that the venue ends by itself say so`() throws {
        let desk = try BitunixDesk.resting()
        try desk.hear(Wire.orderPush("SYSTEM_CANCELED", event: "CLOSE"))
        #expect(
            desk.events == ["accepted 901", "expired"] && desk.reasons[0].contains("by itself"))
    }

    // Trap 18.
    @Test func `in a state that nobody knows go on until one is known`() throws {
        let desk = try BitunixDesk.resting()
        try desk.hear(Wire.orderPush("SUSPENDED_"))
        #expect(desk.events == ["accepted 901"])
        try desk.wait(6)
        #expect(desk.isAsked("GET trade/get_pending_orders"))
        try desk.agree(orders: [Wire.order(status: "SUSPENDED")])
        #expect(desk.events == ["accepted 901"])
    }

    @Test func `whose pushes are lost are found by the lists`() throws {
        let desk = try BitunixDesk.resting()
        try desk.wait(6)
        try desk.ok("GET trade/get_pending_orders", Wire.orders([]))
        try desk.ok("GET trade/get_order_detail", Wire.order(filled: "2.5", status: "FILLED"))
        try desk.wait(0.25)
        try desk.ok(trades, Wire.trades([Wire.trade("1", "2.5")]))
        #expect(desk.events == ["accepted 901", "fill 2.5@100"])
    }

    @Test func `are changed with both terms, and older news changes nothing back`() throws {
        let desk = try BitunixDesk.resting()
        try desk.amend(price: "101", quantity: nil)
        let call = try desk.ok("POST trade/modify_order", #"{"orderId":"901","clientId":"mr-1"}"#)
        #expect(call.body == #"{"orderId":"901","qty":"2.5","price":"101"}"#)
        #expect(desk.events == ["accepted 901", "amended 2.5@101"])
        try desk.hear(Wire.orderPush("NEW", mtime: "2023-11-14T22:13:23Z"))
        #expect(desk.events == ["accepted 901", "amended 2.5@101"] && desk.problems.isEmpty)
        try desk.amend(price: nil, quantity: "4")
        try desk.refuse("POST trade/modify_order", 20_003)
        #expect(desk.events.last == "amend rejected")
    }

    @Test func `whose change was lost are asked for`() throws {
        let desk = try BitunixDesk.resting()
        try desk.amend(price: "101", quantity: "3")
        try desk.fail("POST trade/modify_order", .timeout)
        #expect(desk.events.last == "lost")
        try desk.ok(
            "GET trade/get_pending_orders",
            Wire.orders([Wire.order(quantity: "3", price: "101", mtime: 1_700_000_009_000)]))
        #expect(desk.events.suffix(2) == ["accepted 901", "amended 3@101"])
    }

    // Promise P15.
    @Test func `are practised as they are sent, and change nothing`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        #expect(desk.session.practiceOrder(at: desk.now) == nil, "no price is known")
        try desk.hear(Wire.price(), on: "public")
        guard case .request(let call)? = desk.session.practiceOrder(at: desk.now) else {
            Issue.record("nothing is practised")
            return
        }
        #expect(call.path.hasSuffix("place_order") && call.body.contains(#""price":"100.2""#))
        #expect(call.headers.contains { $0.name == "sign" })
        try desk.submit(1, .buy, "2.5", at: "100")
        #expect(desk.orderCalls("place_order").count == 1)
    }
}
