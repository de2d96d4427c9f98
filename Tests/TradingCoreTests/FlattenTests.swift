import Testing
import TradingCore
import TradingModel

@Suite struct `Leaving every position` {
    private func flatten(_ desk: inout Desk) -> [OrderRequest] {
        var commands: [Command] = []
        desk.engine.process(.flatten(at: desk.now), into: &commands)
        return commands.compactMap { command in
            guard case .submit(let order) = command else { return nil }
            return order.request
        }
    }

    private func halt(_ desk: inout Desk) {
        var commands: [Command] = []
        desk.engine.process(.halt(reason: "killed", at: desk.now), into: &commands)
    }

    @Test func `passes while trading is halted, and beyond every limit`() throws {
        var limits = RiskLimits()
        limits.maxOrderQuantity = try Quantity("1")
        var desk = Desk([try .linear(), try .spot(id: 1)], limits: limits)
        for id in 0..<2 { for _ in 0..<3 { try desk.hold("1", id: id) } }
        #expect(!desk.engine.isFlat)
        halt(&desk)
        let orders = flatten(&desk)
        #expect(orders.map(\.quantity) == [try Quantity("3"), try Quantity("3")])
        for order in orders {
            #expect(order.isReduceOnly && order.price == nil && order.side == .sell)
        }
    }

    @Test func `is asked for once: what is on its way is not sent again`() throws {
        var desk = Desk([try .linear()])
        try desk.hold("-5")
        halt(&desk)
        #expect(flatten(&desk).map(\.side) == [.buy])
        #expect(flatten(&desk).isEmpty)
        let order = try #require(desk.state.orders.open.first)
        desk.fill(order.id, try Quantity("5"), at: try Price("100"))
        #expect(desk.engine.isFlat)
        #expect(flatten(&desk).isEmpty)
    }

    @Test func `is tried again where the venue has refused it`() throws {
        var desk = Desk([try .linear()])
        try desk.hold("5")
        halt(&desk)
        #expect(flatten(&desk).count == 1)
        let order = try #require(desk.state.orders.open.first)
        desk.report(order.id, .rejected(reason: "busy"))
        #expect(flatten(&desk).count == 1)
    }

    @Test func `the strategy still sends nothing`() throws {
        var desk = Desk([try .linear()])
        try desk.hold("5")
        halt(&desk)
        let commands = desk.ask(.close(InstrumentID(0)))
        guard case .refused(let refusal, _)? = commands.first else {
            Issue.record("expected a refusal, found \(commands)")
            return
        }
        #expect(refusal.rule == .notTrading)
    }
}
