import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// A round that waits for an answer about an order of which nothing is kept any more.
@Suite struct `A CoinEx round with a question about a forgotten order` {
    /// The round waits for nothing but what was asked about order 1.
    ///
    /// That was lost and is asked for; then its end was pushed, and that of a thousand others.
    private func waiting() throws -> (desk: SessionDesk, questions: [RequestID]) {
        let desk = try SessionDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "1", at: "100")
        try desk.fail("POST /v2/spot/order", .timeout)
        desk.input(.reconcile)
        try desk.ok("GET /v2/spot/pending-order?market_type=SPOT&page=1", "[]")
        for start in ["spot/pending-stop-order", "assets/spot/balance", "spot/user-deals"] {
            try desk.ok("GET /v2/\(start)", "[]")
        }
        let questions = desk.calls.filter { $0.call.path.contains("client_id=mrtest-1") }.map(\.id)
        try #require(questions.count == desk.calls.count && !questions.isEmpty)
        while !desk.calls.isEmpty { _ = desk.holdBack(0) }
        try desk.push(dealPush(dealJSON(9, order: 7, 1, amount: "1", price: "100")))
        for number in 2...1_002 {
            try desk.submit(number, .buy, "1", at: "100")
            while !desk.isAsked("POST /v2/spot/order") {
                desk.wait(0.2)
                try desk.acknowledge()
            }
            try desk.refuse("POST /v2/spot/order", 3_109)
        }
        #expect(desk.events.count { $0 == "rejected" } == 1_001)
        #expect(desk.agreements == 0)
        return (desk, questions)
    }

    @Test func `ends with the answer`() throws {
        let (desk, questions) = try waiting()
        for question in questions { desk.answer(question, "[]") }
        #expect(desk.agreements == 1)
    }

    @Test func `ends where no answer comes`() throws {
        let (desk, questions) = try waiting()
        for question in questions { desk.input(.failed(question, TransportProblem(.timeout, ""))) }
        desk.wait(11)
        #expect(desk.agreements == 1)
    }
}
