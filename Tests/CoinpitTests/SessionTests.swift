import AccountSession
import Coinpit
import HostileVenues
import PropertyTesting
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `A Coinpit session that connects` {
    // Promises P1, P3, P10.
    @Test func `shakes hands, learns the contract, registers, agrees, and is connected`() throws {
        let desk = try CoinpitDesk()
        try desk.prepare()
        #expect(desk.instruments.map(\.kind) == [.quanto])
        #expect(desk.instruments.first?.tick == exact("0.1"))
        #expect(desk.instruments.first?.lot == exact("1"))
        #expect(desk.instruments.first?.contractSize == exact("0.001"))
        #expect(
            desk.instruments.first?.unitFees
                == UnitFees(maker: exact("-0.000025"), taker: exact("0.0001")))
        #expect(desk.url == "wss://live.coinpit.io/socket.io/?EIO=3&transport=websocket")
        try desk.open()
        #expect(desk.sent.isEmpty, "nothing is said before the venue listens")
        try desk.hear(#"0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":60000}"#)
        #expect(desk.sent.isEmpty)
        try desk.hear("40")
        #expect(desk.sent.count == 1)
        #expect(desk.sent[0].hasPrefix(#"42["GET /register","#))
        #expect(!desk.isAsked("GET account"))
        try desk.event("account", "{\"account\":\(CoinpitDesk.account())}")
        try desk.wait(2)
        try desk.agree()
        try desk.wait(2)
        try desk.agree()
        #expect(desk.isConnected)
        #expect(desk.sent.contains(#"42["GET /state",""]"#))
    }

    // Promise P12.
    @Test func `opens a new connection where nobody answers its pings, and where nobody greets`()
        throws
    {
        let desk = try CoinpitDesk()
        try desk.goLive()
        try desk.wait(20, isAlive: false)
        #expect(desk.sent.contains("2"))
        #expect(desk.statuses.contains(.lost))
        let silent = try CoinpitDesk()
        try silent.prepare()
        try silent.open()
        let first = silent.socket
        try silent.wait(8)
        #expect(silent.socket != first, "a venue that never listens is given up")
    }

    // Promise P13.
    @Test func `ends where the key is not registered, and shows none of it`() throws {
        for status in [401, 404] {
            let desk = try CoinpitDesk()
            desk.input(.timer)
            try desk.wait(1.1)
            try desk.answer("GET auth/", #"{"error":"unregistered public key"}"#, status: status)
            let problem = try #require(desk.problems.last)
            #expect(problem.isPermanent)
            #expect(problem.cause == .key)
            #expect(!problem.description.contains("cQ3c2L5Z"))
        }
    }

    @Test func `ends where the venue takes its key for another account's`() throws {
        let desk = try CoinpitDesk()
        desk.input(.timer)
        try desk.wait(1.1)
        try desk.answer(
            "GET auth/",
            "{\"serverPublicKey\":\"\(CoinpitDesk.serverKey)\",\"userid\":\"mother\"}")
        #expect(desk.problems.last?.isPermanent == true)
    }

    // Promise P2.
    @Test func `names the contract that there is where another is asked for`() throws {
        let desk = try CoinpitDesk(["coinpit:ETH/USD:ETH"])
        try desk.prepare()
        #expect(desk.problems.last?.description.contains(CoinpitContracts.symbol) == true)
        #expect(desk.problems.last?.isPermanent == true)
    }

    // Promise P4.
    @Test func `registers anew behind a cut, and agrees about everything again`() throws {
        let desk = try CoinpitDesk()
        try desk.goLive()
        try desk.cut()
        try desk.wait(3)
        try desk.open()
        try desk.hear("40")
        #expect(desk.sent.last?.hasPrefix(#"42["GET /register","#) == true)
        try desk.event(
            "account", "{\"account\":\(CoinpitDesk.account(quantity: 2, average: "790"))}")
        for _ in 0..<4 {
            try desk.agree(account: CoinpitDesk.account(quantity: 2, average: "790"))
            try desk.wait(1)
        }
        #expect(desk.statuses.contains(.resynchronised))
    }

    @Test func `has its signature for a stale nonce made anew, by the venue's clock`() throws {
        let desk = try CoinpitDesk()
        try desk.goLive()
        desk.clockAhead = 60_000_000_000
        try desk.submit(1, .buy, "1", at: "790")
        try desk.answer(
            CoinpitDesk.place,
            #"{"error":"Authentication failed. Nonce 1 stale by 60000ms"}"#, status: 401)
        try desk.agree()
        try desk.wait(1)
        try desk.agree()
        try desk.wait(2)
        let again = try desk.answer(CoinpitDesk.place, "[\(CoinpitDesk.order(quantity: 1))]")
        let nonce = try #require(
            again.headers.first { $0.name == "Nonce" }.flatMap { Int64($0.value) })
        let venueNow = desk.now.nanoseconds / 1_000_000 + 60_000
        #expect((nonce - venueNow).magnitude < 5_000)
        #expect(desk.events.count == 1)
    }
}

@Suite struct `Orders at Coinpit` {
    @Test func `are taken by their replies, whichever form these have`() throws {
        let order = CoinpitDesk.order()
        for reply in [
            "[\(order)]", "{\"result\":[\(order)]}", "[\"order_add\",{\"result\":[\(order)]}]",
        ] {
            let desk = try CoinpitDesk.ordering()
            try desk.answer(CoinpitDesk.place, reply)
            #expect(desk.events == ["accepted \(CoinpitDesk.uuid)"])
        }
    }

    // Promise P8.
    @Test func `are filled once by each execution, on whatever way and however often it comes`()
        throws
    {
        let desk = try CoinpitDesk.resting()
        let part = CoinpitDesk.execution("e-1", quantity: 2, fee: -5_000)
        try desk.event("order_execution", part)
        try desk.event("order_execution", part)
        try desk.event(
            "order_update", "{\"result\":[\(CoinpitDesk.order(filled: 2))]}")
        #expect(desk.fills.map(\.quantity) == [exact("2")])
        #expect(desk.fills.map(\.fee) == [exact("-0.00005")])
        #expect(desk.fills.map(\.feeCurrency) == [Currency("BTC")])
        try desk.event("order_execution", CoinpitDesk.execution("e-2", quantity: 1))
        try desk.event(
            "order_closed", "{\"result\":[\(CoinpitDesk.order(status: "closed", filled: 3))]}")
        #expect(desk.fills.map(\.id) == ["e-1", "e-2"])
    }

    @Test func `that close say by themselves whether they were filled`() throws {
        let desk = try CoinpitDesk.resting()
        // Closed does not mean filled.
        try desk.event(
            "order_closed",
            "{\"result\":[\(CoinpitDesk.order(status: "closed", filled: 1, cancelled: 2))]}")
        try desk.wait(1)
        try desk.agree(executions: [CoinpitDesk.execution("e-1", quantity: 1)])
        #expect(desk.fills.map(\.quantity) == [exact("1")])
        #expect(desk.events.last == "cancelled")
    }

    // Promise P9.
    @Test func `that are cancelled end behind what they filled`() throws {
        let desk = try CoinpitDesk.resting()
        desk.clear()
        desk.cancel(1)
        let call = try desk.answer("DELETE contract/BTC1/order/open/", "[\"\(CoinpitDesk.uuid)\"]")
        #expect(call.path.hasSuffix("/order/open/\(CoinpitDesk.uuid)"))
        #expect(!desk.events.contains("cancelled"), "what was filled before is asked for first")
        try desk.wait(1.1)
        try desk.answer(
            "GET contract/BTC1/order/\(CoinpitDesk.uuid)",
            "[\(CoinpitDesk.order(status: "closed", filled: 1, cancelled: 2))]")
        try desk.wait(1)
        #expect(!desk.events.contains("cancelled"))
        try desk.agree(executions: [CoinpitDesk.execution("e-9", quantity: 1)])
        #expect(desk.fills.map(\.id) == ["e-9"])
        #expect(desk.events.last == "cancelled")
    }

    // Promise P6.
    @Test func `are rejected where the venue refuses them, with what it says`() throws {
        for (status, text, advice) in [
            (422, "Insufficient margin", "balance"), (422, "price must be a multiple", "price"),
        ] {
            let desk = try CoinpitDesk.ordering()
            try desk.answer(CoinpitDesk.place, "{\"error\":\"\(text)\"}", status: status)
            #expect(desk.events == ["rejected"])
            #expect(desk.reasons.first?.contains(text) == true)
            #expect(desk.reasons.first?.contains(advice) == true)
        }
    }

    // Promise P5.
    @Test func `are asked for where nobody knows, and not sent again`() throws {
        let desk = try CoinpitDesk.ordering()
        try desk.fail(CoinpitDesk.place, .timeout)
        #expect(desk.events == ["lost"])
        try desk.answer("GET contract/BTC1/order/open", "[\(CoinpitDesk.order())]")
        #expect(desk.events.last == "accepted \(CoinpitDesk.uuid)")
        try desk.wait(60)
        #expect(!desk.isAsked(CoinpitDesk.place))
    }

    @Test func `are changed in their price alone`() throws {
        let desk = try CoinpitDesk.resting()
        desk.clear()
        try desk.amend(price: "780", quantity: nil)
        let call = try desk.answer(
            "PUT contract/BTC1/order/open",
            "[\(CoinpitDesk.order(price: "780", time: 1_700_000_002_000_000))]")
        #expect(call.body == "[{\"uuid\":\"\(CoinpitDesk.uuid)\",\"price\":780}]")
        #expect(desk.events.last?.hasPrefix("amended") == true)
        desk.clear()
        try desk.amend(price: nil, quantity: "2")
        #expect(desk.events == ["amend rejected"])
        #expect(desk.reasons.first?.contains("cannot change quantities") == true)
        #expect(!desk.isAsked("PUT"))
    }
}

/// Cancelling a stop closes its part of a position, and a cancel that names nothing closes all of them.
@Suite struct `Stops and targets of positions at Coinpit` {
    private static let stop = "c70af2e0-27ef-11e7-9105-85071ed4b987"
    private static let target = "c70b19f0-27ef-11e7-a30f-c593750e3cb0"

    private static func account() -> String {
        CoinpitDesk.account(
            orders: [
                CoinpitDesk.order(),
                CoinpitDesk.order(stop, client: nil, type: "STP", side: "sell"),
                CoinpitDesk.order(
                    target, client: nil, type: "TGT", side: "sell", price: "\"NONE\""),
                // A kind that nobody has described may belong to a position, too.
                CoinpitDesk.order(
                    "aaaaaaaa-27ef-11e7-a30f-c593750e3cb0", client: "odd", type: "XYZ"),
            ], quantity: 3, average: "790")
    }

    private func names(_ desk: CoinpitDesk) -> [String] {
        let calls = desk.actions.compactMap { action in
            if case .request(_, let call) = action { call.path + call.body } else { nil }
        }
        return (calls + desk.sent).filter {
            $0.contains(Self.stop) || $0.contains(Self.target) || $0.contains("aaaaaaaa-")
        }
    }

    private func unnamedCancels(_ desk: CoinpitDesk) -> [String] {
        desk.actions.compactMap { action in
            if case .request(_, let call) = action, call.method == "DELETE",
                call.path.split(separator: "/").last?.utf8.count != 36
            {
                call.path
            } else {
                nil
            }
        }
    }

    @Test func `are no orders: nothing that is told makes a request name one`() throws {
        let desk = try CoinpitDesk.resting()
        desk.clear()
        let stop = CoinpitDesk.order(Self.stop, client: nil, type: "STP", side: "sell")
        let target = CoinpitDesk.order(Self.target, client: nil, type: "TGT", price: "\"NONE\"")
        for name in ["order_add", "order_update", "order_closed", "order_cancelled"] {
            try desk.event(name, "{\"result\":[\(stop),\(target)]}")
        }
        try desk.event("account", "{\"account\":\(Self.account())}")
        desk.input(.reconcile)
        for _ in 0..<10 {
            try desk.agree(account: Self.account())
            try desk.wait(6)
        }
        desk.cancel(1)
        #expect(names(desk) == [])
        #expect(unnamedCancels(desk) == [])
        let foreign = desk.actions.compactMap { action in
            if case .foreignOrder(let order) = action { order.venueID.text } else { nil }
        }
        #expect(foreign == [], "nor are they somebody else's orders")
    }

    // Whatever is sent out of sweeps names only orders that somebody sent.
    @Test func `are left alone by a sweep that cancels everything`() throws {
        var sweep = OrderSweep(
            key: ownKey, cancels: true, sightings: OpenOrderSightings(), isMeant: { _ in true })
        var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        var inputs: [SessionInput] = [.timer]
        var calls: [HTTPCall] = []
        var wakeAt: Timestamp?
        for _ in 0..<200 {
            if inputs.isEmpty {
                guard let wake = wakeAt else { break }
                (now, wakeAt) = (max(now, wake), nil)
                inputs = [.timer]
            }
            var actions: [SessionAction] = []
            sweep.handle(inputs.removeFirst(), at: now, into: &actions)
            for action in actions {
                switch action {
                case .wake(let time): wakeAt = min(wakeAt ?? time, time)
                case .request(let id, let call):
                    calls.append(call)
                    let body =
                        call.path.contains("/auth/")
                        ? CoinpitDesk.handshake : call.isOrder ? "[]" : Self.account()
                    let time = String(now.nanoseconds / 1_000_000)
                    inputs.append(
                        .response(
                            id,
                            HTTPReply(
                                status: 200, headers: [HTTPHeader("Server-Time", time)],
                                body: Array(body.utf8))))
                default: break
                }
            }
        }
        let cancels = calls.filter(\.isOrder)
        #expect(!cancels.isEmpty)
        for call in cancels {
            #expect(call.method == "PATCH")
            #expect(call.body == "[{\"op\":\"remove\",\"path\":\"/\(CoinpitDesk.uuid)\"}]")
        }
    }

    @Test func `that are executed are told as what the venue did by itself`() throws {
        let desk = try CoinpitDesk.resting()
        desk.clear()
        try desk.event(
            "order_execution",
            CoinpitDesk.execution("e-7", order: Self.stop, type: "STP", side: "sell"))
        try desk.event("account", "{\"account\":\(CoinpitDesk.account())}")
        #expect(desk.fills.isEmpty, "it is no fill of an order of ours")
        #expect(desk.problems.contains { $0.description.contains("the stop of a position") })
    }
}
