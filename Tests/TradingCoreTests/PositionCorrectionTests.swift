import Testing
import TradingCore
import TradingModel

@Suite struct `A correction of a position` {
    private func correct(
        _ desk: inout Desk, to net: String, at price: String?
    ) throws -> [Command] {
        var commands: [Command] = []
        desk.engine.process(
            .position(
                PositionCorrection(
                    instrument: InstrumentID(0), net: try SignedQuantity(net),
                    averagePrice: try price.map { try Price($0) }, reason: "by hand",
                    receiveTime: desk.now)), into: &commands)
        return commands
    }

    @Test func `replaces what is held and what it cost, and keeps what was earned`() throws {
        var desk = Desk([try .linear()])
        try desk.hold("2")
        let order = try desk.place(
            OrderRequest(instrument: InstrumentID(0), side: .sell, quantity: try Quantity("1")))
        desk.fill(order, try Quantity("1"), at: try Price("110"))
        let earned = desk.state.positions[0].realisedPnL
        _ = try correct(&desk, to: "-3", at: "95")
        let position = desk.state.positions[0]
        #expect(position.net == (try SignedQuantity("-3")))
        #expect(position.averagePrice == (try Price("95")))
        #expect(position.realisedPnL == earned)
        #expect(earned == (try Money("10")))
    }

    @Test func `says what was held, what is held and why`() throws {
        var desk = Desk([try .linear()])
        let commands = try correct(&desk, to: "1.5", at: nil)
        guard case .log(.warn, let text)? = commands.first else {
            Issue.record("expected a warning, found \(commands)")
            return
        }
        #expect(text.contains("1.5"))
        #expect(text.contains("not 0"))
        #expect(text.contains("by hand"))
    }

    @Test func `is no news when the position is what it says`() throws {
        var desk = Desk([try .linear()])
        try desk.hold("2")
        #expect(try correct(&desk, to: "2", at: "1").isEmpty)
        #expect(desk.state.positions[0].averagePrice == (try Price("100")))
    }

    @Test func `to nothing leaves nothing that could gain or lose`() throws {
        var desk = Desk([try .linear()])
        try desk.hold("2")
        _ = try correct(&desk, to: "0", at: nil)
        let position = desk.state.positions[0]
        #expect(position.averagePrice == nil)
        #expect(position.unrealisedPnL(at: try Price("77")) == .zero)
    }

    @Test func `without a price counts from the last one that was seen`() throws {
        var desk = Desk([try .linear()])
        try desk.trade(at: "123")
        _ = try correct(&desk, to: "1", at: nil)
        #expect(desk.state.positions[0].averagePrice == (try Price("123")))
    }

    @Test func `counts in the limit on positions`() throws {
        var limits = RiskLimits()
        limits.maxPosition = try Quantity("2")
        var desk = Desk([try .linear()], limits: limits)
        _ = try correct(&desk, to: "1.5", at: "100")
        #expect(throws: Desk.Refused.self) {
            try desk.place(
                OrderRequest(instrument: InstrumentID(0), side: .buy, quantity: try Quantity("1")))
        }
    }
}
