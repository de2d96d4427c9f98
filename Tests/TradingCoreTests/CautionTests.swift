import Testing
import TradingCore
import TradingModel

@Suite struct `Only orders that reduce` {
    private let symbol = "sim:BTC/USDT:USDT"

    @Test func `pass after the venue has refused too many in a row`() throws {
        var desk = try Desk.ofTwo { $0.maxConsecutiveRejects = 2 }
        try desk.hold("1")
        try desk.reject(ordered(.buy, "1"))
        #expect(desk.state.permission == .active)
        try desk.reject(ordered(.buy, "1", id: 1))
        #expect(desk.state.permission == .reducing)
        desk.expect(
            .maxConsecutiveRejects,
            "\(symbol) does not reduce the position, and the venue has refused 2 orders in a row, the "
                + "limit is 2: only orders that reduce pass", try ordered(.buy, "1"))
        // What would turn the position round does not reduce it.
        #expect(desk.refusal(of: try ordered(.sell, "1.001"))?.rule == .maxConsecutiveRejects)
        #expect(
            desk.refusal(of: try ordered(.sell, "1", id: 1))?.rule == .maxConsecutiveRejects)
        let exit = try desk.place(ordered(.sell, "0.4"))
        // Both together would.
        #expect(desk.refusal(of: try ordered(.sell, "0.601"))?.rule == .maxConsecutiveRejects)
        desk.expectPass(try ordered(.sell, "1", reduceOnly: true))
        #expect(desk.state.permission == .reducing)
        desk.accept(exit)
        #expect(desk.state.permission == .active)
        desk.expectPass(try ordered(.buy, "1"))
    }

    @Test func `are announced when it begins and when it ends`() throws {
        var desk = try Desk.ofTwo { $0.maxConsecutiveRejects = 1 }
        let (refused, taken) = (
            try desk.place(ordered(.buy, "1")), try desk.place(ordered(.buy, "1"))
        )
        func report(_ order: ClientOrderID, _ event: OrderEvent) -> EngineInput {
            .report(
                ExecutionReport(
                    order: order, instrument: InstrumentID(0), event: event, venueTime: desk.now,
                    receiveTime: desk.now))
        }
        #expect(
            desk.feed(report(refused, .rejected(reason: "no"))) == [
                .tradingState(
                    .reducing, nil,
                    reason: "max_consecutive_rejects: the venue has refused 1 order in a row, the "
                        + "limit is 1")
            ])
        #expect(
            desk.feed(report(taken, .accepted(VenueOrderID("1")))).permissions == [.active])
    }

    @Test func `pass while the market's data is too old`() throws {
        var desk = try Desk.with([try .linear()]) { $0.maxDataAge = 5_000_000_000 }
        desk.expect(
            .maxDataAge,
            "\(symbol) does not reduce the position, and nothing has come of the market yet: only "
                + "orders that reduce pass", try ordered(.buy, "1"))
        try desk.quote(bid: "99", ask: "101")
        try desk.hold("1")
        desk.pass(nanoseconds: 5_000_000_000)
        desk.expectPass(try ordered(.buy, "0.1"))
        desk.pass(nanoseconds: 2_200_000_000)
        desk.expect(
            .maxDataAge,
            "\(symbol) does not reduce the position, and the quote is 7.2 s old, the limit is 5 s: "
                + "only orders that reduce pass", try ordered(.buy, "1"))
        desk.expectPass(try ordered(.sell, "0.5"))
        #expect(desk.state.permission(of: InstrumentID(0)) == .reducing)
        // A trade does not tell what the best prices are.
        try desk.trade(at: "100")
        #expect(desk.state.permission == .reducing)
        try desk.quote(bid: "99", ask: "101")
        #expect(desk.state.permission == .active)
        desk.expectPass(try ordered(.buy, "1"))
    }

    @Test func `are announced within a second of the data's being too old`() throws {
        var desk = try Desk.with([try .linear()]) { $0.maxDataAge = 5_000_000_000 }
        desk.feed(.start(.first, at: desk.now))
        try desk.quote(bid: "99", ask: "101")
        var said: [TradingPermission] = []
        for _ in 0..<7 {
            let time = desk.now.advanced(byNanoseconds: 1_000_000_000)
            said += desk.feed(.time(time)).permissions
            desk.pass(nanoseconds: 1_000_000_000)
        }
        #expect(said == [.reducing])
        try desk.quote(bid: "99", ask: "101")
        #expect(desk.ask(.place(try ordered(.buy, "1"))).permissions == [.active])
    }

    @Test func `pass while the book is crossed`() throws {
        var desk = try Desk.with([try .linear()]) { $0.noCrossedBook = true }
        try desk.quote(bid: "100", ask: "100.1")
        desk.expectPass(try ordered(.buy, "1"))
        try desk.quote(bid: "100.1", ask: "100.1")
        desk.expect(
            .noCrossedBook,
            "\(symbol) does not reduce the position, and the book is crossed: 100.1 is bid and 100.1 "
                + "asked: only orders that reduce pass", try ordered(.buy, "1"))
    }

    @Test func `reduce by the venue's word too`() throws {
        var desk = try Desk.ofTwo { $0.maxConsecutiveRejects = 1 }
        try desk.hold("1")
        try desk.reject(ordered(.buy, "1"))
        desk.feed(
            .holding(
                VenueHolding(
                    instrument: InstrumentID(0), net: try SignedQuantity("0.5"),
                    venueTime: desk.now,
                    receiveTime: desk.now)))
        desk.pass(nanoseconds: 30_000_000_000)
        #expect(desk.refusal(of: try ordered(.sell, "1"))?.rule == .maxConsecutiveRejects)
        desk.expectPass(try ordered(.sell, "0.5"))
    }

    @Test func `may be amended, and others not`() throws {
        var desk = try Desk.ofTwo { $0.maxConsecutiveRejects = 1 }
        try desk.hold("1")
        let exit = try desk.place(ordered(.sell, "1", price: "120", reduceOnly: true))
        let entry = try desk.place(ordered(.buy, "1", price: "90"))
        desk.accept(exit)
        desk.accept(entry)
        try desk.reject(ordered(.buy, "1"))
        let moved = desk.ask(.amend(exit, price: try Price("110"), quantity: nil))
        guard case .amend? = moved.last else { return #expect(Bool(false), "\(moved)") }
        let refused = desk.ask(.amend(entry, price: try Price("95"), quantity: nil))
        guard case .refused(let refusal, _)? = refused.last else {
            return #expect(Bool(false), "\(refused)")
        }
        #expect(refusal.rule == .maxConsecutiveRejects)
        #expect(desk.ask(.cancel(.order(entry))).count == 1)
    }

    @Test func `are no question where no such limit is set`() throws {
        var desk = try Desk.ofTwo { $0.maxPosition = try Quantity("100") }
        for _ in 0..<100 { try desk.reject(ordered(.buy, "1")) }
        desk.pass(nanoseconds: 1_000_000_000_000)
        #expect(desk.state.permission == .active)
        desk.stop()
        #expect(desk.state.permission == .halted)
    }
}
