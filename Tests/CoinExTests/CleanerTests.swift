import AccountSession
import CoinEx
import Testing
import TradingModel
import VenueSessions

@Suite struct `Cancelling the orders of a run that cannot do it itself` {
    /// A cleaner and the requests that it has open.
    private struct Rig {
        var cleaner: OrderSweep
        var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        var calls: [(id: RequestID, call: HTTPCall)] = []
        var isDone = false
        var words: [String] = []
        var problems: [VenueProblem] = []
        var wakeAt: Timestamp?

        init(_ symbols: [String]) throws {
            cleaner = OrderSweep(
                key: SessionDesk.key, symbols: try symbols.map { try Symbol($0) },
                orders: RunOrders(idPrefix: "mrrun-", numbers: []))
            input(.timer)
            try answer("/v2/time", #"{"code":0,"data":{"timestamp":1700000009000},"message":"OK"}"#)
        }

        mutating func input(_ input: SessionInput) {
            var actions: [SessionAction] = []
            cleaner.handle(input, at: now, into: &actions)
            for action in actions {
                switch action {
                case .request(let id, let call): calls.append((id, call))
                case .reconciled: isDone = true
                case .log(_, let text): words.append(text)
                case .problem(let problem): problems.append(problem)
                case .wake(let time): wakeAt = time
                default: break
                }
            }
        }

        @discardableResult
        mutating func answer(_ path: String, _ body: String) throws -> HTTPCall {
            let place = try #require(calls.firstIndex { $0.call.path.hasPrefix(path) })
            let (id, call) = calls.remove(at: place)
            input(.response(id, HTTPReply(status: 200, body: Array(body.utf8))))
            return call
        }

        /// Lets all lists show nothing twice more: the looks that prove.
        mutating func lookAgain(_ paths: [String], _ body: String) throws {
            for _ in 0..<2 {
                #expect(!isDone)
                while calls.count < paths.count { try wake() }
                for path in paths { try answer(path, body) }
            }
        }

        mutating func wake() throws {
            now = try #require(wakeAt)
            wakeAt = nil
            input(.timer)
        }
    }

    private static func orders(_ rows: [(id: Int, client: String)], hasNext: Bool = false) -> String
    {
        let list = rows.map { row in
            """
            {"order_id":\(row.id),"market":"BTCUSDT","market_type":"SPOT","side":"buy","type":"limit",\
            "ccy":"BTC","amount":"1","price":"10","client_id":"\(row.client)","created_at":1,\
            "updated_at":1,"unfilled_amount":"1","filled_amount":"0","filled_value":"0"}
            """
        }
        return """
            {"code":0,"data":[\(list.joined(separator: ","))],"message":"OK",\
            "pagination":{"has_next":\(hasNext),"total":\(rows.count)}}
            """
    }
    private static let none = orders([])
    private static let done = #"{"code":0,"data":{},"message":"OK"}"#
    private let lists = "/v2/spot/pending-order"
    private let stops = "/v2/spot/pending-stop-order"

    @Test func `is done when both lists of each market show none of them, three times`() throws {
        var rig = try Rig(["coinex:BTC/USDT"])
        try rig.answer(lists, Self.none)
        try rig.answer(stops, Self.none)
        #expect(!rig.isDone)
        try rig.lookAgain([lists, stops], Self.none)
        #expect(rig.isDone)
    }

    @Test func `an order that was on its way at the first look is cancelled at the second`() throws
    {
        var rig = try Rig(["coinex:BTC/USDT"])
        try rig.answer(lists, Self.none)
        try rig.answer(stops, Self.none)
        try rig.wake()
        try rig.answer(stops, Self.none)
        try rig.answer(lists, Self.orders([(7, "mrrun-1")]))
        #expect(try rig.answer("/v2/spot/cancel-order", Self.done).body.contains("\"order_id\":7"))
        try rig.wake()
        try rig.answer(lists, Self.none)
        #expect(!rig.isDone)
        try rig.lookAgain([lists, stops], Self.none)
        #expect(rig.isDone)
    }

    @Test func `an order that lists hid for some seconds is cancelled at the third look`() throws {
        var rig = try Rig(["coinex:BTC/USDT"])
        let begun = rig.now
        for _ in 0..<2 {
            while rig.calls.count < 2 { try rig.wake() }
            for path in [lists, stops] { try rig.answer(path, Self.none) }
        }
        #expect(!rig.isDone)
        while rig.calls.count < 2 { try rig.wake() }
        #expect(rig.now >= begun.advanced(byNanoseconds: 8_000_000_000))
        try rig.answer(stops, Self.none)
        try rig.answer(lists, Self.orders([(7, "mrrun-1")]))
        let cancelled = rig.now
        #expect(try rig.answer("/v2/spot/cancel-order", Self.done).body.contains("\"order_id\":7"))
        try rig.wake()
        try rig.answer(lists, Self.none)
        try rig.lookAgain([lists, stops], Self.none)
        #expect(rig.isDone)
        #expect(rig.now >= cancelled.advanced(byNanoseconds: 8_000_000_000))
    }

    @Test func `a key that the venue refuses ends it at once`() throws {
        var rig = try Rig(["coinex:BTC/USDT"])
        try rig.answer(lists, #"{"code":4005,"data":{},"message":"no such key"}"#)
        #expect(rig.problems.first?.cause == .key)
        #expect(rig.problems.first?.isPermanent == true)
        #expect(rig.wakeAt == nil)
    }

    @Test func `cancels the run's orders alone, and looks again`() throws {
        var rig = try Rig(["coinex:BTC/USDT"])
        try rig.answer(stops, Self.none)
        try rig.answer(lists, Self.orders([(7, "mrrun-1"), (8, "mrother-1"), (9, "")]))
        let call = try rig.answer("/v2/spot/cancel-order", Self.done)
        #expect(call.body.contains("\"order_id\":7"))
        #expect(rig.calls.isEmpty)
        #expect(!rig.isDone)
        try rig.wake()
        try rig.answer(lists, Self.orders([(8, "mrother-1")]))
        try rig.lookAgain([lists, stops], Self.none)
        #expect(rig.isDone)
    }

    @Test func `signs with the venue's clock`() throws {
        let rig = try Rig(["coinex:BTC/USDT"])
        let stamps = rig.calls.map { call in
            call.call.headers.first { $0.name == "X-COINEX-TIMESTAMP" }?.value
        }
        #expect(stamps == ["1700000009000", "1700000009000"])
    }

    @Test func `reads lists to their end`() throws {
        var rig = try Rig(["coinex:BTC/USDT"])
        try rig.answer(stops, Self.none)
        try rig.answer(lists, Self.orders([(8, "x")], hasNext: true))
        #expect(!rig.isDone)
        try rig.answer(lists + "?market=BTCUSDT&market_type=SPOT&page=2", Self.none)
        try rig.lookAgain([lists, stops], Self.none)
        #expect(rig.isDone)
    }

    @Test func `asks again after a failure or a refusal`() throws {
        var rig = try Rig(["coinex:BTC/USDT"])
        try rig.answer(stops, Self.none)
        let call = try #require(rig.calls.last)
        rig.calls.removeAll()
        rig.input(.failed(call.id, TransportProblem(.timeout, "")))
        try rig.wake()
        try rig.answer(lists, #"{"code":3008,"data":{},"message":"busy"}"#)
        try rig.wake()
        try rig.answer(lists, Self.none)
        try rig.lookAgain([lists, stops], Self.none)
        #expect(rig.isDone)
        #expect(rig.words.count == 2)
    }

    @Test func `looks at every market`() throws {
        var rig = try Rig(["coinex:BTC/USDT", "coinex:BTC/USDT:USDT"])
        for path in [lists, stops, "/v2/futures/pending-order"] { try rig.answer(path, Self.none) }
        #expect(!rig.isDone)
        try rig.answer("/v2/futures/pending-stop-order", Self.none)
        try rig.lookAgain(
            [lists, stops, "/v2/futures/pending-order", "/v2/futures/pending-stop-order"], Self.none
        )
        #expect(rig.isDone)
    }
}
