import Testing
import TradingCore
import TradingModel

@Suite struct `Accounts at several venues` {
    private static let one = "one:BTC/USDT:USDT"
    private static let other = "two:BTC/USDT:USDT"

    private func instrument(_ symbol: String, _ id: Int) throws -> Instrument {
        Instrument(
            id: InstrumentID(id), symbol: try Symbol(symbol), tick: try Price("0.1"),
            lot: try Quantity("0.001"))
    }

    /// At one venue the first and the last instrument, at the other the one between.
    private func desk(_ set: (inout EngineSettings) throws -> Void) throws -> Desk {
        var settings = EngineSettings()
        settings.hasAccountAtEachVenue = true
        try set(&settings)
        var desk = Desk(
            [
                try instrument(Self.one, 0), try instrument(Self.other, 1),
                try instrument("one:ETH/USDT:USDT", 2),
            ], settings: settings)
        desk.feed(.start(.first, at: desk.now))
        for id in 0..<3 { try desk.trade(id, at: "100") }
        return desk
    }

    private func balance(_ desk: inout Desk, _ total: String, account: Int) throws {
        desk.feed(
            .balance(
                Balance(
                    currency: Currency("USDT"), total: try Money(total),
                    available: try Money(total), account: account), at: desk.now))
    }

    @Test func `are told apart, and together where nobody asks which`() throws {
        var desk = try desk { _ in }
        #expect(desk.state.accounts.venues == ["one", "two"])
        try balance(&desk, "100", account: 0)
        try balance(&desk, "30", account: 1)
        let usdt = Currency("USDT")
        try #expect(desk.state.balance(of: usdt)?.total == Money("130"))
        try #expect(desk.state.balance(of: usdt, on: 0)?.total == Money("100"))
        try #expect(desk.state.balance(of: usdt, on: 1)?.available == Money("30"))
        try #expect(desk.state.balances[usdt]?.total == Money("130"))
        // The latest word of one account takes nothing from the other.
        try balance(&desk, "10", account: 1)
        try #expect(desk.state.balance(of: usdt)?.total == Money("110"))
    }

    @Test func `are one where a simulation has one for all venues`() throws {
        let symbols = [try Symbol(Self.one), try Symbol(Self.other)]
        let shared = RunAccounts(of: symbols, isShared: true)
        #expect(shared.count == 1)
        #expect(shared[InstrumentID(1)] == 0)
        #expect(shared.place(at: "two") == 0)
        #expect(shared.place(at: "three") == nil)
        let apart = RunAccounts(of: symbols, isShared: false)
        #expect(apart.count == 2)
        #expect(apart.place(at: "two") == 1)
        #expect(apart.instruments(of: 1) == [InstrumentID(1)])
    }

    @Test func `carry leverage and what is kept free each by itself`() throws {
        var desk = try desk {
            $0.limits.maxLeverage = try Rate("2")
            $0.limits.minFreeBalance = try Money("50")
        }
        try balance(&desk, "1000", account: 0)
        try balance(&desk, "40", account: 1)
        // The wealth of the one is no security for the other.
        #expect(desk.refusal(of: try ordered(.buy, "1", id: 1))?.rule == .maxLeverage)
        desk.expectPass(try ordered(.buy, "19", id: 0))
        #expect(desk.refusal(of: try ordered(.buy, "0.5", id: 1))?.rule == .minFreeBalance)
        #expect(desk.refusal(of: try ordered(.buy, "2", id: 2))?.rule == .maxLeverage)
    }

    @Test func `have one limit on all that is held, and each venue its own besides`() throws {
        var desk = try desk {
            $0.limits.maxAccountNotional = try Money("1000")
            $0.limitsByVenue["two"] = RiskLimits()
            $0.limitsByVenue["two"]?.maxAccountNotional = try Money("300")
        }
        desk.expectPass(try ordered(.buy, "3", id: 1))
        desk.expect(
            .maxAccountNotional,
            "\(Self.other) could bring all positions at two together to 400 USDT with all open orders "
                + "filled, the limit is 300", try ordered(.buy, "1", id: 1))
        desk.expectPass(try ordered(.buy, "7", id: 0))
        desk.expect(
            .maxAccountNotional,
            "one:ETH/USDT:USDT could bring all positions together to 1100 USDT with all open orders "
                + "filled, the limit is 1000", try ordered(.buy, "1", id: 2))
    }

    @Test func `count orders by venue, and by second`() throws {
        var desk = try desk {
            $0.limitsByVenue["one"] = RiskLimits()
            $0.limitsByVenue["one"]?.maxOpenOrders = 2
            $0.limitsByVenue["two"] = RiskLimits()
            $0.limitsByVenue["two"]?.maxOrdersPerSecond = 1
        }
        try desk.place(ordered(.buy, "1", price: "90", id: 0))
        try desk.place(ordered(.buy, "1", price: "90", id: 2))
        #expect(
            desk.refusal(of: try ordered(.buy, "1", price: "90", id: 0))
                == RiskRefusal(
                    rule: .maxOpenOrders, detail: "2 orders are open at one, the limit is 2"))
        try desk.place(ordered(.buy, "1", price: "90", id: 1))
        #expect(
            desk.refusal(of: try ordered(.buy, "1", price: "90", id: 1))
                == RiskRefusal(
                    rule: .maxOrdersPerSecond,
                    detail: "1 order was sent to two within a second, the limit is 1"))
        desk.pass(nanoseconds: 1_000_000_000)
        desk.expectPass(try ordered(.buy, "1", price: "90", id: 1))
    }

    @Test func `let a symbol's limit stand over its venue's, and that over the general one`() throws
    {
        var desk = try desk {
            $0.limits.maxPosition = try Quantity("5")
            $0.limitsByVenue["one"] = RiskLimits()
            $0.limitsByVenue["one"]?.maxPosition = try Quantity("3")
            $0.limitsBySymbol["one:ETH/USDT:USDT"] = RiskLimits()
            $0.limitsBySymbol["one:ETH/USDT:USDT"]?.maxPosition = try Quantity("1")
        }
        for (id, most) in [(0, "3"), (1, "5"), (2, "1")] {
            #expect(
                desk.refusal(of: try ordered(.buy, "\(most).001", id: id))?.rule == .maxPosition)
            desk.expectPass(try ordered(.buy, most, id: id))
        }
        let limits = desk.engine.limits
        try #expect(limits.limits(of: Symbol("one:ETH/USDT:USDT")).maxPosition == Quantity("1"))
        try #expect(limits.limits(of: Symbol(Self.one)).maxPosition == Quantity("3"))
        try #expect(limits.limits(of: Symbol(Self.other)).maxPosition == Quantity("5"))
    }

    @Test func `of which one refuses again and again, narrow that one alone`() throws {
        var desk = try desk { $0.limits.maxConsecutiveRejects = 2 }
        for _ in 0..<2 {
            let order = try desk.place(ordered(.buy, "1", price: "90", id: 1))
            desk.report(order, .rejected(reason: "no"))
        }
        #expect(desk.state.permission(of: InstrumentID(0)) == .active)
        #expect(desk.state.permission(of: InstrumentID(1)) == .reducing)
        #expect(desk.refusal(of: try ordered(.buy, "1", id: 1))?.rule == .maxConsecutiveRejects)
        let taken = try desk.place(ordered(.buy, "1", price: "90", id: 0))
        desk.accept(taken)
        // That the other takes orders says nothing of this one.
        #expect(desk.state.permission(of: InstrumentID(1)) == .reducing)
    }

    @Test func `cannot be limited together in different currencies`() throws {
        var limits = RunLimits()
        limits.byVenue["one"] = RiskLimits()
        limits.byVenue["one"]?.maxAccountNotional = try Money("5")
        let symbols = [try Symbol(Self.one), try Symbol("two:BTC/EUR")]
        #expect(limits.problems(of: symbols) == [])
        limits.general.maxAccountNotional = try Money("5")
        #expect(limits.problems(of: symbols).count == 1)
    }
}
