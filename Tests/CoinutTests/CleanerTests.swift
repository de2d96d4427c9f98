import AccountSession
import Coinut
import HostileVenues
import Testing
import TradingModel
import VenueSessions

/// Drives a session that needs no socket.
private struct CallDesk<Session: VenueSession> {
    var session: Session
    var now = CoinutDesk.start
    var calls: [(id: RequestID, body: String)] = []
    var isProven = false
    var problems: [VenueProblem] = []
    private var wakeAt: Timestamp?

    init(_ session: Session) {
        self.session = session
        input(.timer)
    }

    mutating func input(_ input: SessionInput) {
        var actions: [SessionAction] = []
        session.handle(input, at: now, into: &actions)
        for action in actions {
            switch action {
            case .request(let id, let call): calls.append((id, call.body))
            case .wake(let time): wakeAt = time
            case .reconciled: isProven = true
            case .problem(let problem): problems.append(problem)
            default: break
            }
        }
    }

    mutating func wait(_ milliseconds: Int64) {
        let end = now.advanced(byNanoseconds: milliseconds * 1_000_000)
        while let wake = wakeAt, wake <= end {
            now = max(now, wake)
            wakeAt = nil
            input(.timer)
        }
        now = end
    }

    /// Answers the oldest call, which must ask for this.
    @discardableResult
    mutating func answer(_ name: String, _ text: String) throws -> String {
        let call = try #require(calls.first)
        #expect(call.body.contains("\"request\":\"\(name)\""))
        calls.removeFirst()
        input(.response(call.id, HTTPReply(status: 200, body: Array(text.utf8))))
        return call.body
    }

    mutating func answer(orders: [String]) throws {
        try answer(
            "user_open_orders", CoinutDesk.list("orders", "user_open_orders", orders)(1))
    }
}

@Suite struct `A Coinut cleaner` {
    private static func cleaner() throws -> OrderSweep {
        OrderSweep(
            key: CoinutDesk.key, symbols: [try Symbol(CoinutDesk.market)],
            orders: RunOrders(idPrefix: "mrrun-", numbers: [70..<75, 78..<80]))
    }

    @Test func `cancels the run's orders in a batch, leaves others, and looks three times`() throws
    {
        var desk = CallDesk(try Self.cleaner())
        try desk.answer("inst_list", Wire.instruments)
        try desk.answer(orders: [
            Wire.order(901, client: 70), Wire.order(902, client: 80), Wire.order(903, client: nil),
            Wire.order(904, client: 79),
        ])
        let cancels = try desk.answer("cancel_orders", Wire.cancelList)
        #expect(
            cancels.contains(
                "\"entries\":[{\"inst_id\":3,\"order_id\":901},{\"inst_id\":3,\"order_id\":904}]"))
        desk.wait(100)
        try desk.answer(orders: [Wire.order(902, client: 80)])
        #expect(!desk.isProven)
        desk.wait(500)
        try desk.answer(orders: [])
        #expect(!desk.isProven)
        desk.wait(8_000)
        try desk.answer(orders: [])
        #expect(desk.isProven)
    }

    @Test func `joins a thousand cancels to a request`() throws {
        var desk = CallDesk(try Self.cleaner())
        try desk.answer("inst_list", Wire.instruments)
        try desk.answer(orders: (1...1_001).map { Wire.order($0, client: 70) })
        #expect(desk.calls.count == 2)
        #expect(desk.calls[1].body.contains("\"entries\":[{\"inst_id\":3,\"order_id\":1001}]"))
    }

    @Test func `looks again when nobody answers`() throws {
        var desk = CallDesk(try Self.cleaner())
        desk.input(.failed(desk.calls.removeFirst().id, TransportProblem(.timeout, "")))
        desk.wait(100)
        try desk.answer("inst_list", Wire.instruments)
        #expect(desk.calls.count == 1)
    }

    @Test func `ends where the key is refused`() throws {
        var desk = CallDesk(try Self.cleaner())
        try desk.answer("inst_list", Wire.instruments)
        try desk.answer(
            "user_open_orders",
            CoinutDesk.refusal("user_open_orders", "INVALID_SIGNATURE")(1))
        #expect(desk.problems.map(\.isPermanent) == [true])
        #expect(!desk.isProven)
    }

    @Test func `looks through all markets without cancelling`() throws {
        let sightings = OpenOrderSightings()
        var desk = CallDesk(
            OrderSweep(key: CoinutDesk.key, cancels: false, sightings: sightings) { _ in true })
        try desk.answer("inst_list", Wire.instruments)
        #expect(desk.calls.count == 2)  // two markets
        try desk.answer(orders: [])
        try desk.answer(orders: [Wire.order(901, client: 70)])
        #expect(desk.isProven && desk.calls.isEmpty)
        #expect(sightings.orders.map(\.venueID) == ["901"])
    }
}

@Suite struct `A Coinut probe` {
    @Test func `tells way, clock and whether the key works`() throws {
        let probe = CoinutProbe(key: CoinutDesk.key)
        var desk = CallDesk(probe)
        try desk.answer("inst_list", Wire.instruments)
        for _ in 0..<3 {
            let time = desk.now.nanoseconds / 1_000 + 2_010_000
            desk.wait(20)
            try desk.answer(
                "inst_tick",
                "{\"nonce\":1,\"reply\":\"inst_tick\",\"status\":[\"OK\"],\"inst_id\":41,"
                    + "\"trans_id\":6,\"timestamp\":\(time)}")
        }
        try desk.answer("user_balance", Wire.balances)
        #expect(probe.report.isDone)
        #expect(probe.report.roundTrip == 20_000_000)
        #expect(probe.report.clockOffset == 2_000_000_000)
        #expect(probe.report.key == .works(rights: nil, canWithdraw: nil))
    }

    @Test func `says that a key is refused`() throws {
        let probe = CoinutProbe(key: CoinutDesk.key)
        var desk = CallDesk(probe)
        try desk.answer("inst_list", Wire.instruments)
        for _ in 0..<3 { try desk.answer("inst_tick", Wire.tick) }
        try desk.answer(
            "user_balance", CoinutDesk.refusal("user_balance", "INVALID_SIGNATURE")(1))
        guard case .refused = probe.report.key else {
            Issue.record("it was not refused")
            return
        }
    }
}
