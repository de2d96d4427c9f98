import AccountSession
import Coinut
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

private func filled(
    _ transaction: Int64, _ quantity: String, open: String, nonce: Int64 = 501, client: Int64 = 77,
    price: String? = "0.025"
) -> String {
    Wire.filled(row(transaction, quantity, open: open, client: client, price: price), nonce: nonce)
}

/// An execution, as the history lists it.
private func row(
    _ transaction: Int64, _ quantity: String, open: String, client: Int64 = 77,
    price: String? = "0.025", time: Int64? = 1_700_000_000_000_000
) -> String {
    Wire.fill(
        transaction, quantity: quantity,
        order: Wire.order(client: client, price: price, open: open, time: time)
    ).replacing("1600000001000000", with: "1700000000500000")
}

private func open(_ quantity: String = "2.5", client: Int64 = 77, number: Int64 = 901) -> String {
    Wire.order(number, client: client, open: quantity, time: 1_700_000_000_000_000)
}

@Suite struct `Orders at Coinut` {
    @Test func `go over the socket under a number, and are cancelled by the venue's`() throws {
        let desk = try CoinutDesk.ordering()
        let order = try desk.take("new_order")
        #expect(
            order.text
                == "{\"client_ord_id\":77,\"inst_id\":3,\"nonce\":\(order.nonce),"
                + "\"price\":\"0.025\",\"qty\":\"2.5\",\"request\":\"new_order\",\"side\":\"BUY\"}")
        try desk.hear(Wire.accepted(Wire.order(priceName: "order_price"), nonce: order.nonce))
        #expect(desk.events == ["accepted 901"])
        desk.cancel(1)
        let cancel = try desk.take("cancel_order")
        #expect(
            cancel.text
                == "{\"inst_id\":3,\"nonce\":\(cancel.nonce),\"order_id\":901,"
                + "\"request\":\"cancel_order\"}")
    }

    // T1, T2: what is rejected says OK; both spellings of the word. Promise P6.
    @Test(arguments: [
        "INVALID_INSTRUMENT", "INST_EXPIRED", "INVALID_PRICE", "INVALID_QUANTITY",
        "NOT_ENOUGH_BALANCE", "NOT_ENOUGH_LIQUIDITY", "NOT_ENOUGH_LIQUIDTY", "TRADE_DISABLED",
    ])
    func `are rejected for their reasons, though the status is OK`(word: String) throws {
        let desk = try CoinutDesk.ordering()
        try desk.answer("new_order") { Wire.rejected(reasons: [word], nonce: $0) }
        #expect(desk.events.count == 1)
        #expect(desk.events[0].hasPrefix("rejected: "))
        #expect(desk.events[0].contains(word == "NOT_ENOUGH_LIQUIDTY" ? "LIQUIDITY" : word))
    }

    @Test func `are rejected where the request is refused as a whole`() throws {
        let desk = try CoinutDesk.ordering()
        try desk.answer("new_order", CoinutDesk.refusal("new_order", "INVALID_REQUEST"))
        #expect(desk.events[0].hasPrefix("rejected: "))
    }

    // An internal failure, a number that is taken, a word that nobody described: it may be there.
    // Promises P5, P6.
    @Test(arguments: ["UNKNOWN_ERROR", "INVALID_CLIENT_ORD_ID", "HEAVEN_FELL"])
    func `are asked for and not sent again where the reason proves nothing`(word: String) throws {
        let desk = try CoinutDesk.ordering()
        try desk.answer("new_order") { Wire.rejected(reasons: [word], nonce: $0) }
        #expect(desk.events == ["lost"])
        try desk.agree(orders: [open()])
        #expect(desk.events == ["lost", "accepted 901"])
        try desk.wait(20, orders: [open()])
        #expect(desk.sent("new_order").count == 1)
    }

    // Several replies to one request: what matched at once, then what rests.
    @Test func `may fill in part before they are accepted`() throws {
        let desk = try CoinutDesk.ordering()
        let nonce = try desk.take("new_order").nonce
        try desk.hear(filled(1, "0.5", open: "2", nonce: nonce))
        try desk.hear(filled(2, "1", open: "1", nonce: nonce))
        try desk.hear(Wire.accepted(open("1"), nonce: nonce))
        #expect(desk.events == ["accepted 901", "fill 0.5@0.024", "fill 1@0.024"])
        #expect(desk.fills.map(\.fee.description) == ["0.000024", "0.000024"])
        #expect(desk.fills.map(\.feeCurrency.code) == ["BTC", "BTC"])
    }

    // T24: a market order is never accepted.
    @Test func `at the market end with their last fill`() throws {
        let desk = try CoinutDesk.ordering(at: nil)
        let order = try desk.take("new_order")
        #expect(!order.text.contains("price"))
        try desk.hear(filled(1, "1.5", open: "1", nonce: order.nonce, price: nil))
        try desk.hear(filled(2, "1", open: "0", nonce: order.nonce, price: nil))
        #expect(desk.events == ["accepted 901", "fill 1.5@0.024", "fill 1@0.024"])
        try desk.wait(1)
        #expect(desk.isAsked("user_balance"))
    }

    @Test func `at the market end with the rejection of what is left of them`() throws {
        let desk = try CoinutDesk.ordering(at: nil)
        let nonce = try desk.take("new_order").nonce
        try desk.hear(filled(1, "1.5", open: "1", nonce: nonce, price: nil))
        try desk.hear(
            Wire.rejected(
                Wire.order(price: nil, open: "1"), reasons: ["NOT_ENOUGH_LIQUIDTY"], nonce: nonce))
        #expect(desk.events == ["accepted 901", "fill 1.5@0.024", "expired"])
    }

    // T7: news of an order carry the nonce that it was made with, long ago. Promise P8.
    @Test func `are filled by pushes whatever number they carry, each once`() throws {
        let desk = try CoinutDesk.resting()
        try desk.wait(5)
        let question = try #require(desk.asked.first { $0.name == "user_open_orders" })
        try desk.hear(filled(1, "1", open: "1.5", nonce: question.nonce))
        try desk.hear(filled(1, "1", open: "1.5", nonce: question.nonce))
        #expect(desk.events == ["accepted 901", "fill 1@0.024"])
        try desk.agree(orders: [open("1.5")])
        try desk.hear(filled(2, "1.5", open: "0", nonce: 16_777_215))
        #expect(desk.events == ["accepted 901", "fill 1@0.024", "fill 1.5@0.024"])
        desk.cancel(1)
        #expect(desk.sent("cancel_order").isEmpty)
    }

    // Promise P8.
    @Test func `whose pushes are lost are found in the history`() throws {
        let desk = try CoinutDesk.resting()
        try desk.hear(filled(2, "1", open: "0"))
        #expect(desk.events == ["accepted 901", "fill 1@0.024"])
        try desk.wait(2)
        try desk.answer(
            "trade_history",
            CoinutDesk.list(
                "trades", "trade_history", [row(2, "1", open: "0"), row(1, "1.5", open: "1")]))
        #expect(desk.events == ["accepted 901", "fill 1@0.024", "fill 1.5@0.024"])
    }

    // T20: the reply says nothing of what was filled. Promise P9.
    @Test func `that are cancelled end behind what they filled`() throws {
        let desk = try CoinutDesk.resting()
        desk.cancel(1)
        try desk.answer("cancel_order") {
            Wire.cancelled.replacing("\"nonce\":507", with: "\"nonce\":\($0)")
        }
        #expect(desk.events == ["accepted 901"])
        try desk.answer(
            "trade_history",
            CoinutDesk.list("trades", "trade_history", [row(1, "1.5", open: "1")]))
        #expect(desk.events == ["accepted 901", "fill 1.5@0.024", "cancelled"])
    }

    // T20: a fill races a cancel; INVALID_ORDER_ID alone ends nothing. Promise P9.
    @Test func `that filled before their cancel arrived are filled`() throws {
        let desk = try CoinutDesk.resting()
        desk.cancel(1)
        try desk.answer("cancel_order", CoinutDesk.refusal("cancel_order", "INVALID_ORDER_ID"))
        #expect(desk.events == ["accepted 901"])
        try desk.answer(
            "trade_history",
            CoinutDesk.list("trades", "trade_history", [row(1, "2.5", open: "0")]))
        #expect(desk.events == ["accepted 901", "fill 2.5@0.024"])
    }

    @Test func `of kinds that the venue has not are refused with those that it has`() throws {
        let desk = try CoinutDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "1", at: "0.025") { $0.timeInForce = .ioc }
        try desk.submit(2, .buy, "1", at: "0.025") { $0.isPostOnly = true }
        try desk.submit(3, .buy, "1", at: "0.025") { $0.stop = exact("0.03") }
        #expect(
            desk.events
                == ["ioc", "post-only", "stop"].map {
                    "rejected: the venue has no \($0) orders; it has limit, market, gtc, reduce_only"
                })
        #expect(desk.sent("new_order").isEmpty)
    }

    @Test func `are numbered on from 1 behind the last number`() throws {
        let desk = try CoinutDesk(numbers: 16_777_215..<16_777_218)
        try desk.goLive()
        for order in 1...4 { try desk.submit(order, .buy, "2.5", at: "0.025") }
        let numbers = desk.sent("new_order").map { text in
            text.split(separator: "\"client_ord_id\":")[1].prefix { $0.isNumber }
        }
        #expect(numbers == ["16777215", "1", "2"])
        #expect(
            desk.events == [
                "rejected: the numbers that were reserved for the orders of this run are used up"
            ])
    }

    @Test func `are not taken for others' that have the same number`() throws {
        let desk = try CoinutDesk.ordering()
        let now = CoinutDesk.start.nanoseconds / 1_000
        let others = [
            Wire.fill(5, order: Wire.order(990, side: "SELL", time: now)),  // the other side
            Wire.fill(6, order: Wire.order(991, quantity: "7", open: "6", time: now)),
            Wire.fill(7, order: Wire.order(992)),  // of 2020: numbers have come again since
        ]
        for other in others { try desk.hear(Wire.filled(other)) }
        #expect(desk.events.isEmpty)
        try desk.answer("new_order") { Wire.accepted(nonce: $0) }
        try desk.hear(Wire.accepted(open(number: 993)))  // a second one, where ours is known
        #expect(desk.events == ["accepted 901"])
    }

    // T21: one message too many, and the socket closes without a word. Promise P14.
    @Test func `wait so that no second has more than 30 messages`() throws {
        let desk = try CoinutDesk()
        try desk.goLive()
        for order in 1...100 { try desk.submit(order, .buy, "1", at: "0.025") }
        try desk.wait(4)
        let batch = try #require(desk.sent("new_orders").first)
        #expect(batch.split(separator: "client_ord_id").count > 70)
        #expect(desk.sent("new_order").count > 15)
        for (first, time) in desk.sentAt.enumerated() {
            let end = time.advanced(byNanoseconds: 1_000_000_000)
            #expect(desk.sentAt[first...].count { $0 < end } <= 30)
        }
    }

    @Test func `bind what is available as long as they stand`() throws {
        let desk = try CoinutDesk.resting()
        let told = {
            desk.actions.compactMap { action -> String? in
                guard case .emit(.balance(let balance, _)) = action else { return nil }
                return "\(balance.currency.code) \(balance.available) of \(balance.total)"
            }
        }
        // 2.5 × 0.025, and the fee of 0.1 %.
        #expect(told().last == "BTC 1.4374375 of 1.5")
        desk.clear()
        desk.input(.reconcile)
        try desk.answer("user_balance", desk.balances(#""BTC":"1.5","LTC":"10""#))
        #expect(told() == [], "it is not taken off twice")
        desk.cancel(1)
        try desk.answer("cancel_order") {
            Wire.cancelled.replacing("\"nonce\":507", with: "\"nonce\":\($0)")
        }
        try desk.agree()
        #expect(told() == ["BTC 1.5 of 1.5"])
    }
}

@Suite struct `Orders at Coinut whose status is unknown` {
    private func cut(_ price: String? = "0.025") throws -> CoinutDesk {
        let desk = try CoinutDesk.ordering(at: price)
        try desk.cut()
        #expect(desk.events == ["lost"])
        try desk.open()
        return desk
    }

    @Test func `are found where they stand`() throws {
        let desk = try cut()
        try desk.agree(orders: [open()])
        #expect(desk.events == ["lost", "accepted 901"])
    }

    // Nothing lists an order that has ended: its executions alone show that it was there.
    @Test(arguments: ["0.025", nil])
    func `are found by their executions where they filled whole`(price: String?) throws {
        let desk = try cut(price)
        try desk.agree(fills: [row(1, "2.5", open: "0", price: price)])
        #expect(desk.events == ["lost", "accepted 901", "fill 2.5@0.024"])
        #expect(desk.sent("new_order").count == 1 && desk.agreements == 1)
    }

    @Test func `are found on a later page of the executions`() throws {
        let desk = try cut()
        let others = (100..<200).map { row(Int64($0), "2.5", open: "0", client: 5) }
        while desk.isAsked("trade_history") {
            let question = try desk.take("trade_history")
            let isFirst = question.text.contains("\"start\":0}")
            let page = isFirst ? others : [row(1, "2.5", open: "0")]
            try desk.hear(CoinutDesk.list("trades", "trade_history", page)(question.nonce))
        }
        #expect(desk.events == ["lost", "accepted 901", "fill 2.5@0.024"])
    }

    @Test func `are given up only when nothing has shown them for long, and not sent again`()
        throws
    {
        let desk = try cut()
        for second in 1...30 {
            try desk.agree()
            if second < 12 { #expect(desk.events == ["lost"]) }
            try desk.wait(1)
        }
        #expect(desk.events == ["lost", "not found"])
        #expect(desk.sent("new_order").count == 1)
    }

    @Test func `are cancelled by the venue's number where they show after that`() throws {
        let desk = try cut()
        for _ in 1...30 {
            try desk.agree()
            try desk.wait(1)
        }
        try desk.wait(5)
        try desk.answer(
            "user_open_orders", CoinutDesk.list("orders", "user_open_orders", [open()]))
        #expect(try desk.take("cancel_order").text.contains("\"order_id\":901"))
    }

    @Test func `end with what they filled where they are seen no more`() throws {
        let desk = try CoinutDesk.resting()
        try desk.cut()
        try desk.open()
        for _ in 1...60 {
            try desk.agree(fills: [row(1, "1", open: "1.5")])
            try desk.wait(1)
        }
        #expect(desk.events == ["accepted 901", "fill 1@0.024", "cancelled"])
    }

    @Test func `of an earlier run are looked for by number`() throws {
        let request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: exact("2.5"), price: exact("0.025"))
        let desk = try CoinutDesk(numbers: 100..<200) { settings in
            settings.restoredOrders = [
                RestoredOrder(
                    id: ClientOrderID("mr-old"), request: request, venueID: nil,
                    wasTriggered: false, filled: .zero, fillIDs: [], clientNumber: 77)
            ]
        }
        try desk.open()
        try desk.agree(orders: [open()])
        #expect(desk.events == ["accepted 901"])
    }

    @Test func `are not sent where the venue wants a login, which is made anew`() throws {
        let desk = try CoinutDesk.ordering()
        try desk.answer("new_order", CoinutDesk.refusal("new_order", "LOGIN_REQUIRED"))
        #expect(desk.events[0].hasPrefix("rejected: "))
        #expect(desk.states == [.lost])
        try desk.open()
        try desk.agree()
        #expect(desk.states == [.lost, .resynchronised])
    }

    @Test func `are asked for when a message cannot be read, and the socket stays`() throws {
        let desk = try CoinutDesk.resting()
        try desk.hear(#"{"reply":"order_filled","status":["OK"],"trans_id":9}"#)
        #expect(desk.states.isEmpty)
        try desk.agree(orders: [open("1.5")], fills: [row(9, "1", open: "1.5")])
        #expect(desk.events == ["accepted 901", "fill 1@0.024"])
    }

    // T3: a list on the top, and what of it can be read counts.
    @Test func `are told of in lists too`() throws {
        let desk = try CoinutDesk.resting()
        try desk.hear("[\(filled(1, "1", open: "1.5")),\(filled(2, "1.5", open: "0"))]")
        #expect(desk.events == ["accepted 901", "fill 1@0.024", "fill 1.5@0.024"])
    }
}
