import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `Orders at Coinut in batches` {
    private static func open(
        _ quantity: String = "2.5", client: Int64, number: Int64
    ) -> String {
        Wire.order(number, client: client, open: quantity, time: 1_700_000_000_000_000)
    }

    @Test func `that wait for the rate go together, and each has an answer of its own`() throws {
        let desk = try CoinutDesk()
        try desk.goLive()
        for order in 1...30 { try desk.submit(order, .buy, "2.5", at: "0.025") }
        let alone = desk.sent("new_order").count
        #expect(1..<27 ~= alone)
        try desk.wait(1.2)
        #expect(desk.sent("new_order").count == alone)
        let batch = try desk.take("new_orders")
        let clients = batch.text.split(separator: "\"client_ord_id\":").dropFirst()
            .compactMap { Int64($0.prefix { $0.isNumber }) }
        #expect(clients == (Int64(77 + alone)..<107).map { $0 })
        desk.clear()
        let order = { (place: Int, rest: String) in
            Self.open(rest, client: clients[place], number: 1_000 + Int64(place))
        }
        try desk.hear(
            "[\(Wire.rejected(order(1, "2.5"), nonce: batch.nonce)),"
                + "\(Wire.filled(Wire.fill(5, quantity: "2.5", order: order(2, "0")), nonce: batch.nonce)),"
                + "\(Wire.accepted(order(0, "2.5"), nonce: batch.nonce))]")
        #expect(desk.events[0].hasPrefix("rejected: "))
        #expect(desk.events.dropFirst() == ["accepted 1002", "fill 2.5@0.024", "accepted 1000"])
        desk.clear()
        try desk.cut()
        #expect(desk.events.count == 27 && desk.events.allSatisfy { $0 == "lost" })
    }

    @Test func `are cancelled together where cancels wait for the rate`() throws {
        let desk = try CoinutDesk()
        try desk.goLive()
        for place in 1...30 {
            try desk.submit(place, .buy, "2.5", at: "0.025")
            try desk.wait(0.1)
            let asked = try desk.take("new_order")
            let (client, number) = (Int64(76 + place), 1_000 + Int64(place))
            let order = Self.open(client: client, number: number)
            try desk.hear(Wire.accepted(order, nonce: asked.nonce))
        }
        try desk.wait(
            2, orders: (1...30).map { Self.open(client: 76 + $0, number: 1_000 + $0) })
        desk.clear()
        for order in 1...30 { desk.cancel(order) }
        let alone = desk.sent("cancel_order").count
        try desk.wait(1.2)
        let batch = try desk.take("cancel_orders")
        #expect(batch.text.split(separator: "\"order_id\":").count == 31 - alone)
        let results = ((alone + 1)...30).reversed().map { order in
            "{\"order_id\":\(1_000 + order),\"inst_id\":3,\"client_ord_id\":\(76 + order),"
                + "\"status\":\"\(order == 29 ? "INVALID_ORDER_ID" : "OK")\"}"
        }
        try desk.hear(
            "{\"nonce\":\(batch.nonce),\"reply\":\"cancel_orders\",\"status\":[\"OK\"],"
                + "\"results\":[\(results.joined(separator: ","))],\"trans_id\":9}")
        let stood = Self.open(client: 76 + 29, number: 1_029)
        for _ in 1...3 {
            try desk.agree(orders: [stood])
            try desk.wait(0.3)
        }
        // The one that is not known there is looked for.
        #expect(desk.events.count { $0 == "cancelled" } == 29 - alone)
    }
}
