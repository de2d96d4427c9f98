import Testing
import TradingCore
import TradingModel

@Suite struct `The risk gate and positions` {
    @Test func `lets the last crumb of a position go`() throws {
        var desk = Desk([try .linear(minQuantity: "0.01", minNotional: "5")])
        try desk.trade(at: "100")
        let opened = try desk.place(ordered(.buy, "1"))
        desk.fill(opened, try Quantity("0.005"), at: try Price("100"))
        desk.report(opened, .cancelled)
        #expect(throws: Never.self) { try desk.approve(ordered(.sell, "0.005", reduceOnly: true)) }
        #expect(throws: RiskRefusal.self) { try desk.approve(ordered(.sell, "0.005")) }
        #expect(throws: RiskRefusal.self) {
            try desk.approve(ordered(.sell, "0.004", reduceOnly: true))
        }
    }

    @Test func `counts the position and all open orders`() throws {
        var desk = Desk([try .linear(), try .spot(id: 1)])
        let limit: (inout RiskLimits) throws -> Void = { $0.maxPosition = try Quantity("10") }
        try desk.hold("4")
        try desk.hold("100", id: 1)
        let open = try desk.place(ordered(.buy, "3", price: "90"))
        try desk.place(ordered(.sell, "2", price: "110"))
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "3"), limit) }
        desk.expectRefusal(
            .maxPosition,
            "buy 3.001 sim:BTC/USDT:USDT could bring the position to 10.001 with all open orders "
                + "filled, the limit is 10", try ordered(.buy, "3.001"), limit)
        #expect(throws: Never.self) { try desk.approve(ordered(.sell, "12"), limit) }
        desk.expectRefusal(
            .maxPosition,
            "sell 12.001 sim:BTC/USDT:USDT could bring the position to -10.001 with all open "
                + "orders filled, the limit is 10", try ordered(.sell, "12.001"), limit)

        // Half filled, being cancelled, unknown: what may still fill counts all the same.
        desk.accept(open)
        desk.fill(open, try Quantity("1"), at: try Price("90"))
        for event in [OrderEvent.cancelRequested, .lost(reason: "timeout")] {
            desk.report(open, event)
            #expect(throws: Never.self) { try desk.approve(ordered(.buy, "3"), limit) }
            #expect(throws: RiskRefusal.self) { try desk.approve(ordered(.buy, "3.001"), limit) }
        }
        desk.report(open, .cancelled)
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "5"), limit) }
    }

    @Test func `counts what others have open, but for a way out`() throws {
        var desk = Desk([try .linear(), try .linear(id: 1)])
        let limit: (inout RiskLimits) throws -> Void = { $0.maxPosition = try Quantity("10") }
        try desk.hold("4")
        desk.feed(
            .foreignOrders(
                [
                    ForeignExposure(
                        instrument: InstrumentID(0), buying: try Quantity("2"),
                        selling: try Quantity("5"))
                ], at: desk.now))
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "4"), limit) }
        #expect(throws: RiskRefusal.self) { try desk.approve(ordered(.buy, "4.001"), limit) }
        #expect(throws: Never.self) { try desk.approve(ordered(.sell, "9"), limit) }
        #expect(throws: RiskRefusal.self) { try desk.approve(ordered(.sell, "9.001"), limit) }
        #expect(throws: Never.self) {
            try desk.approve(ordered(.sell, "4", reduceOnly: true)) {
                $0.maxPosition = try Quantity("0.5")
            }
        }
        desk.feed(.foreignOrders([], at: desk.now))
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "6"), limit) }
    }

    @Test func `counts an amendment under way`() throws {
        var desk = Desk([try .linear()])
        let limit: (inout RiskLimits) throws -> Void = { $0.maxPosition = try Quantity("10") }
        let open = try desk.place(ordered(.buy, "3", price: "90"))
        desk.accept(open)
        desk.ask(.amend(open, price: nil, quantity: try Quantity("8")))
        #expect(throws: RiskRefusal.self) { try desk.approve(ordered(.buy, "3"), limit) }
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "2"), limit) }
        desk.report(open, .amendRejected(reason: "no"))
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "7"), limit) }
    }

    @Test func `knows that reduce-only orders end at flat, and may come first`() throws {
        var desk = Desk([try .linear()])
        let limit: (inout RiskLimits) throws -> Void = { $0.maxPosition = try Quantity("5") }
        try desk.hold("-5")
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "10"), limit) }
        #expect(throws: Never.self) {
            try desk.approve(ordered(.buy, "50", reduceOnly: true), limit)
        }
        let reducing = try desk.place(ordered(.buy, "50", price: "90", reduceOnly: true))
        #expect(throws: RiskRefusal.self) { try desk.approve(ordered(.buy, "5.001"), limit) }
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "5"), limit) }
        desk.report(reducing, .cancelled)

        // A flip that works already, and a way out beside it: refused, until the flip has been
        // cancelled. The cancel may come too late, or never.
        let flip = try desk.place(ordered(.buy, "10", price: "90"))
        #expect(throws: RiskRefusal.self) {
            try desk.approve(ordered(.buy, "5", reduceOnly: true), limit)
        }
        desk.report(flip, .cancelRequested)
        #expect(throws: RiskRefusal.self) {
            try desk.approve(ordered(.buy, "5", reduceOnly: true), limit)
        }
        desk.report(flip, .cancelled)
        #expect(throws: Never.self) {
            try desk.approve(ordered(.buy, "5", reduceOnly: true), limit)
        }
    }

    // A venue of spot markets takes a reduce-only order as any other: what fills before it makes it turn the
    // position round.
    @Test func `counts reduce-only orders on spot as orders that may turn the position round`()
        throws
    {
        var desk = Desk([try .spot()])
        let limit: (inout RiskLimits) throws -> Void = { $0.maxPosition = try Quantity("5") }
        try desk.hold("-3")
        #expect(throws: Never.self) {
            try desk.approve(ordered(.buy, "3", reduceOnly: true), limit)
        }
        let flip = try desk.place(ordered(.buy, "7", price: "90"))
        #expect(throws: RiskRefusal.self) {
            try desk.approve(ordered(.buy, "3", reduceOnly: true), limit)
        }
        // It may fill until it has gone.
        desk.accept(flip)
        desk.ask(.cancel(.order(flip)))
        #expect(throws: RiskRefusal.self) {
            try desk.approve(ordered(.buy, "3", reduceOnly: true), limit)
        }
        desk.report(flip, .cancelled)
        let exit = try desk.place(ordered(.buy, "3", price: "90", reduceOnly: true))
        #expect(throws: Never.self) {
            try desk.approve(ordered(.buy, "3", reduceOnly: true), limit)
        }
        #expect(throws: RiskRefusal.self) { try desk.approve(ordered(.buy, "6"), limit) }
        desk.report(exit, .cancelled)
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "8"), limit) }
    }

    // A venue of balances has no position to stop at: it would sell other coins of the account.
    @Test func `cuts reduce-only orders on spot to what is held`() throws {
        var desk = Desk([try .spot()])
        try desk.hold("3")
        #expect(try desk.approve(ordered(.sell, "5", reduceOnly: true)).quantity == Quantity("3"))
        #expect(try desk.approve(ordered(.sell, "2", reduceOnly: true)).quantity == Quantity("2"))
        try desk.hold("-6")
        #expect(try desk.approve(ordered(.buy, "5", reduceOnly: true)).quantity == Quantity("3"))
    }

    @Test func `a position beyond the limit may shrink`() throws {
        var desk = Desk([try .linear()])
        try desk.hold("20")
        let limit: (inout RiskLimits) throws -> Void = { $0.maxPosition = try Quantity("5") }
        #expect(throws: Never.self) { try desk.approve(ordered(.sell, "1"), limit) }
        #expect(throws: RiskRefusal.self) { try desk.approve(ordered(.buy, "1"), limit) }
    }

    @Test func `refuses a reduce-only order with nothing to reduce`() throws {
        var desk = Desk([try .linear()])
        let detail = "is reduce-only and the position is"
        desk.expectRefusal(
            .reduceOnly, "sell 1 sim:BTC/USDT:USDT \(detail) 0: there is nothing to reduce",
            try ordered(.sell, "1", reduceOnly: true))
        try desk.hold("-2")
        desk.expectRefusal(
            .reduceOnly, "sell 1 sim:BTC/USDT:USDT \(detail) -2: there is nothing to reduce",
            try ordered(.sell, "1", reduceOnly: true))
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "1", reduceOnly: true)) }
    }
}
