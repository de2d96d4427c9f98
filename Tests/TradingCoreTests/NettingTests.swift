import PropertyTesting
import Testing
import TradingCore
import TradingModel

/// Where a venue has no reduce-only orders, an opposite order nets, and turns the position if it is larger.
@Suite struct `A reduce-only order that no venue keeps to that` {
    private func desk(
        keepsReduceOnly: Bool = false, holding: String, limit: String? = nil
    ) throws -> Desk {
        var limits = RiskLimits()
        limits.maxPosition = try limit.map { try Quantity($0) }
        var desk = Desk([try .quanto(keepsReduceOnly: keepsReduceOnly)], limits: limits)
        try desk.quote(bid: "789.9", ask: "790.1")
        let order = try desk.place(ordered(.buy, holding))
        desk.fill(order, try Quantity(holding), at: try Price("790"))
        return desk
    }

    @Test func `is cut to what is held`() throws {
        let order = try ordered(.sell, "5", price: "790", reduceOnly: true)
        let kept = try desk(keepsReduceOnly: true, holding: "2").approve(order)
        #expect(kept.quantity == (try Quantity("5")))
        #expect(try desk(holding: "2").approve(order).quantity == Quantity("2"))
    }

    @Test func `counts as one that may turn the position`() throws {
        var desk = try desk(holding: "4", limit: "5")
        try desk.place(ordered(.sell, "4", price: "800", reduceOnly: true))
        // Both fill: 4 short.
        let second = try ordered(.sell, "4", price: "801", reduceOnly: true)
        #expect(throws: Never.self) {
            try desk.approve(second) { $0.maxPosition = try Quantity("5") }
        }
        #expect(throws: RiskRefusal.self) {
            try desk.approve(second) { $0.maxPosition = try Quantity("3") }
        }
    }

    @Test(arguments: seeds)
    func `never lets the worst case pass the limit`(seed: UInt64) throws {
        var random = Seeded(seed)
        let most = 10
        var limits = RiskLimits()
        limits.maxPosition = Quantity(attos: Int128(most) * attosPerUnit)
        var desk = Desk([try .quanto()], limits: limits)
        try desk.quote(bid: "789.9", ask: "790.1")
        var approved = 0
        for _ in 0..<300 {
            if random.chance(60) {
                let request = OrderRequest(
                    instrument: InstrumentID(0), side: random.bool() ? .buy : .sell,
                    quantity: Quantity(attos: Int128(random.int(1...6)) * attosPerUnit),
                    price: try Price("790"), isReduceOnly: random.bool())
                if (try? desk.place(request)) != nil { approved += 1 }
            } else if let order = desk.state.orders.open.randomElement(using: &random) {
                desk.fill(order.id, order.remaining, at: try Price("790"))
            }
            // The plain way: every open order of a side fills, whatever it says of itself.
            let net = desk.state.positions[0].net.attos / attosPerUnit
            for side in [Side.buy, .sell] {
                let open = desk.state.orders.open.filter { $0.request.side == side }
                    .reduce(Int128(0)) { $0 + $1.remaining.attos / attosPerUnit }
                #expect((side == .buy ? net : -net) + open <= Int128(most))
            }
        }
        #expect(approved > 20)
    }
}
