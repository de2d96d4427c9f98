import AccountSession
import Bitunix
import HostileVenues
import Testing
import TradingModel
import VenueSessions

@Suite struct `Cancelling orders at Bitunix past a run` {
    /// A cleaner and the requests that it has open.
    private struct Rig {
        var cleaner: OrderSweep
        var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        var calls: [(id: RequestID, call: HTTPCall)] = []
        var isDone = false
        var problems: [VenueProblem] = []
        var wakeAt: Timestamp?

        init(_ symbols: [String] = [BitunixDesk.market]) throws {
            cleaner = OrderSweep(
                key: BitunixDesk.key, symbols: try symbols.map { try Symbol($0) },
                orders: RunOrders(idPrefix: "mr-", numbers: []))
            input(.timer)
            try answer("market/funding_rate", "{}", ahead: 40)
        }

        mutating func input(_ input: SessionInput) {
            var actions: [SessionAction] = []
            cleaner.handle(input, at: now, into: &actions)
            for action in actions {
                switch action {
                case .request(let id, let call): calls.append((id, call))
                case .reconciled: isDone = true
                case .problem(let problem): problems.append(problem)
                case .wake(let time): wakeAt = time
                default: break
                }
            }
        }

        @discardableResult
        mutating func answer(
            _ path: String, _ data: String, code: Int = 0, ahead seconds: Int64 = 0
        ) throws -> HTTPCall {
            let place = try #require(calls.firstIndex { $0.call.path.contains(path) })
            let (id, call) = calls.remove(at: place)
            let date = BitunixDesk.date(now.advanced(byNanoseconds: seconds * 1_000_000_000))
            let body = "{\"code\":\(code),\"data\":\(data),\"msg\":\"\"}"
            input(
                .response(
                    id,
                    HTTPReply(
                        status: 200, headers: [HTTPHeader("Date", date)], body: Array(body.utf8))))
            return call
        }

        mutating func wake() throws {
            now = try #require(wakeAt)
            wakeAt = nil
            input(.timer)
        }
    }

    @Test
    func `signs on the venue's clock, cancels what is meant, and proves that nothing is left`()
        throws
    {
        var rig = try Rig()
        let rows = [
            Wire.order("901", 1), Wire.order("902", 2),
            Wire.order("903", 3).replacing("mr-3", with: "web-3"),
        ]
        let call = try rig.answer("get_pending_orders", Wire.orders(rows))
        #expect(call.path.contains("symbol=LTCUSDT"))
        let stamp = call.headers.first { $0.name == "timestamp" }.flatMap { Int64($0.value) }
        #expect(stamp == 1_700_000_040_500)
        let cancel = try rig.answer("cancel_orders", Wire.cancelled())
        #expect(
            cancel.body
                == #"{"symbol":"LTCUSDT","orderList":[{"orderId":"901"},{"orderId":"902"}]}"#)
        for _ in 0..<3 {
            #expect(!rig.isDone)
            while rig.calls.isEmpty { try rig.wake() }
            try rig.answer("get_pending_orders", Wire.orders([rows[2]]))
        }
        #expect(rig.isDone && rig.problems.isEmpty)
    }

    @Test func `cancels many by few requests`() throws {
        var rig = try Rig()
        let rows = (0..<45).map { Wire.order("\(900 + $0)", $0) }
        try rig.answer("get_pending_orders", Wire.orders(rows))
        let bodies = rig.calls.map(\.call.body)
        #expect(bodies.count == 3)
        #expect(bodies.map { $0.split(separator: "orderId").count - 1 } == [20, 20, 5])
    }

    @Test func `reads all pages`() throws {
        var rig = try Rig()
        let rows = (0..<100).map { Wire.order("\($0)", $0).replacing("mr-", with: "web-") }
        try rig.answer("skip=0", Wire.orders(rows, total: 101))
        try rig.answer("skip=100", Wire.orders([Wire.order("901", 1)], total: 101))
        #expect(rig.calls.map(\.call.path).contains { $0.hasSuffix("cancel_orders") })
    }

    @Test func `ends where the key is refused`() throws {
        var rig = try Rig()
        try rig.answer("get_pending_orders", "null", code: 10_003)
        #expect(rig.problems.contains { $0.isPermanent && $0.cause == .key } && !rig.isDone)
    }

    @Test func `of all markets asks for one list`() throws {
        let sightings = OpenOrderSightings()
        var cleaner = OrderSweep(
            key: BitunixDesk.key, cancels: false, sightings: sightings, isMeant: { _ in true })
        var actions: [SessionAction] = []
        let now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        cleaner.handle(.timer, at: now, into: &actions)
        guard case .request(let id, _)? = actions.first else {
            Issue.record("nothing is asked")
            return
        }
        actions = []
        let reply = HTTPReply(
            status: 200, headers: [HTTPHeader("Date", BitunixDesk.date(now))],
            body: Array("{}".utf8))
        cleaner.handle(.response(id, reply), at: now, into: &actions)
        let paths = actions.compactMap {
            if case .request(_, let call) = $0 { call.path } else { nil }
        }
        #expect(paths == ["/api/v1/futures/trade/get_pending_orders?skip=0&limit=100"])
    }
}

@Suite struct `Asking Bitunix how it is` {
    @Test(arguments: [0, 10_003, 10_004])
    func `tells the clock, and whether the key works`(code: Int) throws {
        let probe = TimeProbe(key: BitunixDesk.key)
        var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        var actions: [SessionAction] = []
        probe.handle(.timer, at: now, into: &actions)
        for _ in 0..<5 {
            guard case .request(let id, let call)? = actions.last else { break }
            actions = []
            now = now.advanced(byNanoseconds: 20_000_000)
            let isAccount = call.path.contains("account")
            let body =
                isAccount
                ? "{\"code\":\(code),\"data\":\(code == 0 ? Wire.account() : "null"),\"msg\":\"\"}"
                : Wire.reply("{}")
            let date = BitunixDesk.date(now.advanced(byNanoseconds: 3_000_000_000))
            probe.handle(
                .response(
                    id,
                    HTTPReply(
                        status: 200, headers: [HTTPHeader("Date", date)], body: Array(body.utf8))),
                at: now, into: &actions)
        }
        #expect(probe.report.isDone && probe.report.roundTrip == 20_000_000)
        let offset = try #require(probe.report.clockOffset)
        #expect((2_900_000_000...3_600_000_000).contains(offset))
        switch (code, probe.report.key) {
        case (0, .works): break
        case (10_003, .refused(let problem)): #expect(problem.cause == .key)
        case (10_004, .refused(let problem)): #expect(problem.cause == .permission)
        default: Issue.record("\(probe.report.key)")
        }
    }
}
