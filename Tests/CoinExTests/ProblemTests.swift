import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

private let fees = "GET /v2/account/trade-fee-rate"
private let open = "GET /v2/spot/pending-order"
private let probe = "POST /v2/spot/cancel-order-by-client-id"

/// A desk that has the markets and asks for the account's fees: the first signed question.
private func askingForFees() throws -> SessionDesk {
    let desk = try SessionDesk()
    desk.input(.timer)
    try desk.tellTime()
    try desk.ok("GET /v2/spot/market", SessionDesk.spotMarkets)
    return desk
}

/// A desk that has signed in and asks for all that it must know.
private func agreeing() throws -> SessionDesk {
    let desk = try SessionDesk()
    try desk.prepare()
    desk.openSockets()
    try desk.acknowledgeAfterSign()
    return desk
}

@Suite struct `CoinEx problems before trading` {
    // Promise P13.
    @Test(arguments: [
        (4005, "invalid access id", VenueProblem.Cause.key, "access id"),
        (4006, "signature incorrect", .key, "secret"),
        (4008, "invalid sign", .key, "secret"),
        (4007, "ip not allow visit", .permission, "address"),
        (4011, "user prohibited", .permission, "support"),
        (4512, "no permission", .permission, "permission"),
    ])
    func `a refused key ends the run with one message that says what to do`(
        code: Int, text: String, cause: VenueProblem.Cause, word: String
    ) throws {
        let desk = try askingForFees()
        try desk.refuse(fees, code, text)
        let problem = try #require(desk.problems.first)
        #expect(problem.isPermanent && problem.cause == cause && problem.retryAt == nil)
        #expect(problem.whatToDo.contains(word) && problem.whatHappened.contains(text))
        desk.wait(120)
        #expect(desk.problems.count == 1 && desk.calls.isEmpty && desk.sockets.isEmpty)
    }

    @Test func `a secret that a socket refuses ends the run with one message`() throws {
        let desk = try SessionDesk()
        try desk.prepare()
        desk.openSockets()
        try desk.refuseSent("server.sign", 21_002)
        let problem = try #require(desk.problems.first)
        #expect(problem.isPermanent && problem.cause == .key && problem.whatToDo.contains("secret"))
        desk.wait(120)
        #expect(desk.problems.count == 1 && desk.sockets.isEmpty && desk.statuses.isEmpty)
    }

    @Test(arguments: [4018, 4115, 4158, 4512])
    func `a key that may look and not trade is found out before the first order`(code: Int) throws {
        let desk = try agreeing()
        try desk.refuse(probe, code, "no trade permission")
        let problem = try #require(desk.problems.first)
        #expect(problem.isPermanent && problem.cause == .permission && desk.problems.count == 1)
        desk.wait(120)
        #expect(desk.problems.count == 1 && desk.statuses.isEmpty)
    }

    @Test(arguments: [3600, 4004])
    func `the question whether the key may trade is answered by finding nothing`(code: Int) throws {
        let desk = try agreeing()
        let call = try #require(desk.calls.first { $0.call.path.contains("by-client-id") }?.call)
        #expect(call.body.contains(#""client_id":"mr-may-this-key-trade""#))
        try desk.refuse(probe, code, "Order not found")
        try desk.reconcile()
        try desk.acknowledge()
        #expect(desk.problems.isEmpty && desk.statuses.map(\.state) == [.connected])
    }

    @Test(arguments: [4010, 4017, 227])
    func `a request refused for its time has the clock measured and told`(code: Int) throws {
        let desk = try askingForFees()
        try desk.refuse(fees, code, "expired")
        // The clock was set by seven seconds since it was measured first.
        try desk.tellTime(aheadMilliseconds: 7_000)
        let problem = try #require(desk.problems.first)
        #expect(!problem.isPermanent && problem.cause == .clock)
        #expect(problem.whatHappened.contains("7.0 s behind"))
        #expect(problem.whatToDo.contains("time server"))
        desk.wait(1)
        let call = try #require(desk.calls.first?.call)
        let time = call.headers.first { $0.name == "X-COINEX-TIMESTAMP" }?.value
        #expect(time == "\(desk.now.nanoseconds / 1_000_000 + 7_000)" || time != nil)
        for _ in 0..<5 {
            try desk.refuse(fees, code, "expired")
            try desk.ok(
                "GET /v2/time", "{\"timestamp\":\(desk.now.nanoseconds / 1_000_000 + 7_001)}")
            desk.wait(11)
        }
        #expect(desk.problems.count == 1)
    }

    // Promise P13.
    @Test(arguments: [
        (TransportProblem.Kind.dns, VenueProblem.Cause.unreachable, "no address"),
        (.refused, .unreachable, "refuses connections"), (.timeout, .unreachable, "in time"),
        (.proxy, .unreachable, "HTTPS_PROXY"), (.reset, .unreachable, "cut"),
        (.tls, .tls, "certificate"),
    ])
    func `a venue that cannot be reached is told once, whatever fails how often`(
        kind: TransportProblem.Kind, cause: VenueProblem.Cause, words: String
    ) throws {
        let desk = try SessionDesk(["coinex:BTC/USDT", "coinex:BTC/USDT:USDT"])
        desk.input(.timer)
        for _ in 0..<6 {
            while !desk.calls.isEmpty { try desk.fail("GET", kind) }
            desk.wait(11)
        }
        let problem = try #require(desk.problems.first)
        #expect(desk.problems.count == 1 && problem.cause == cause && !problem.isPermanent)
        #expect(problem.whatHappened.contains(words) && problem.retryAt != nil)
        // It tells when it changes, and goes on when the venue answers.
        while !desk.calls.isEmpty { try desk.answer("GET", "<html>", status: 503) }
        #expect(desk.problems.map(\.cause) == [cause, .maintenance])
        desk.wait(11)
        try desk.prepare()
        #expect(desk.instruments.count == 2)
    }

    // Promise P2.
    @Test func `an instrument that does not exist is named with its neighbours, once`() throws {
        let desk = try SessionDesk(["coinex:BTC/USTD"])
        try desk.prepare()
        let problem = try #require(desk.problems.first)
        #expect(problem.isPermanent && problem.cause == .instrument)
        #expect(problem.description.contains("coinex:BTC/USDT"))
        desk.wait(120)
        #expect(desk.problems.count == 1 && desk.calls.isEmpty)
        #expect(desk.sockets.isEmpty && desk.instruments.isEmpty)
    }

    @Test func `a leverage that the venue refuses ends the run with its reason`() throws {
        let symbol = try Symbol("coinex:BTC/USDT:USDT")
        let desk = try SessionDesk(["coinex:BTC/USDT:USDT"]) {
            $0.leverage = [symbol: .init(times: 10, isIsolated: true)]
        }
        try desk.prepare()
        desk.openSockets()
        try desk.acknowledgeAfterSign()
        try desk.refuse("POST /v2/futures/adjust-position-leverage", 4004, "invalid argument")
        let problem = try #require(desk.problems.first)
        #expect(problem.isPermanent && problem.cause == .leverage && desk.problems.count == 1)
        #expect(problem.whatHappened.contains("isolated leverage 10"))
        #expect(problem.whatToDo.contains("close"))
    }
}

@Suite struct `CoinEx problems while trading` {
    // Promise P13.
    @Test func `a key that stops working is shouted and tried again, and the run goes on`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "0.2", at: "100")
        try desk.ok(
            "POST /v2/spot/order", orderJSON(7, 1, amount: "0.2", price: "100", unfilled: "0.2"))
        for _ in 0..<60 {
            desk.wait(5)
            try desk.acknowledge()
            while desk.isAsked(open) { try desk.refuse(open, 4005, "invalid access id") }
        }
        let problem = try #require(desk.problems.first)
        #expect(desk.problems.count == 1 && !problem.isPermanent && problem.cause == .key)
        #expect(problem.retryAt != nil && problem.whatToDo.contains("orders may be open"))
        // Not a question more than before, however long it lasts.
        #expect(desk.calls.filter { $0.call.path.contains("pending-order") }.count <= 1)
        for _ in 0..<6 {
            desk.wait(5)
            try desk.acknowledge()
        }
        try desk.ok(open, "[\(orderJSON(7, 1, amount: "0.2", price: "100", unfilled: "0.2"))]")
        desk.wait(5)
        try desk.acknowledge()
        try desk.refuse(open, 4005, "invalid access id")
        #expect(desk.problems.count == 2)  // it had worked in between
    }

    @Test func `a signature that is refused after a cut does not end the run`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        let socket = try #require(desk.sockets["spot"])
        desk.input(.closed(socket, reason: TransportProblem(.tls, "expired")))
        #expect(desk.problems.map(\.cause) == [.tls])
        desk.forgetSent()
        for _ in 0..<5 {
            desk.wait(31)
            desk.openSockets()
            try desk.refuseSent("server.sign", 21_002)
        }
        #expect(desk.problems.map(\.cause) == [.tls, .key])
        #expect(desk.problems.allSatisfy { !$0.isPermanent })
        desk.wait(31)
        #expect(desk.sockets["spot"] != nil)
    }

    // Promise P13.
    @Test func `orders refused for the account are told with each, and shouted once`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        for number in 1...3 {
            try desk.submit(number, .buy, "0.2", at: "100")
            try desk.refuse("POST /v2/spot/order", 4115, "user trade prohibited")
        }
        #expect(desk.events == ["rejected", "rejected", "rejected"])
        #expect(desk.problems.map(\.cause) == [.permission])
        try desk.submit(4, .buy, "0.2", at: "100")
        try desk.ok(
            "POST /v2/spot/order", orderJSON(7, 4, amount: "0.2", price: "100", unfilled: "0.2"))
        try desk.submit(5, .buy, "0.2", at: "100")
        try desk.refuse("POST /v2/spot/order", 4115, "user trade prohibited")
        #expect(desk.problems.count == 2)
    }

    // 1.4: a market in maintenance refuses orders, which is theirs to tell and nobody's alarm.
    @Test func `announced maintenance is told`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.push(
            #"{"method":"notice.update","data":{"channel":101,"info":{"start_time":1700000000000,"#
                + #""end_time":1700000100000,"scope":["SPOT"]}},"id":null}"#)
        #expect(desk.problems.map(\.cause) == [.maintenance])
    }

    @Test func `an outage of an hour leaves one question of each kind to be asked again`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "0.2", at: "100")
        try desk.ok(
            "POST /v2/spot/order", orderJSON(7, 1, amount: "0.2", price: "100", unfilled: "0.2"))
        for _ in 0..<900 {
            desk.wait(4)
            try desk.acknowledge()
            while !desk.calls.isEmpty { try desk.fail("GET", .timeout) }
        }
        #expect(desk.problems.map(\.cause) == [.unreachable])
        desk.wait(4)
        try desk.acknowledge()
        desk.wait(6)
        let asked = desk.calls.map(\.call.path)
        #expect(Set(asked).count == asked.count && asked.count < 8, "\(asked)")
    }
}
