import Testing
import TradingCore
import TradingModel

@Suite struct `Limits of the whole account` {
    private let symbol = "sim:BTC/USDT:USDT"

    @Test func `the notional is that of all positions and open orders together`() throws {
        var desk = try Desk.ofTwo { $0.maxAccountNotional = try Money("1000") }
        try desk.hold("4")
        desk.expectPass(try ordered(.buy, "5", price: "90", id: 1))
        desk.expect(
            .maxAccountNotional,
            "\(symbol) could bring all positions together to 1100 USDT with all open orders filled, "
                + "the limit is 1000", try ordered(.buy, "2", price: "90", id: 1))
        desk.expectPass(try ordered(.buy, "1", price: "90", id: 1))
        // What the sale could open is less than what is held, so it adds nothing.
        desk.expectPass(try ordered(.sell, "8"))
        #expect(desk.refusal(of: try ordered(.sell, "0.001"))?.rule == .maxAccountNotional)
    }

    @Test func `an order whose fate is unknown counts towards the notional`() throws {
        var desk = try Desk.ofTwo { $0.maxAccountNotional = try Money("1000") }
        let lost = try desk.place(ordered(.buy, "9", id: 1))
        desk.report(lost, .lost(reason: "timeout"))
        #expect(desk.refusal(of: try ordered(.buy, "1.001"))?.rule == .maxAccountNotional)
        desk.expectPass(try ordered(.buy, "1"))
        desk.report(lost, .notFound)
        desk.expectPass(try ordered(.buy, "9"))
    }

    @Test func `beyond the notional what adds nothing passes`() throws {
        var desk = try Desk.ofTwo { $0.maxAccountNotional = try Money("1000") }
        try desk.hold("9")
        try desk.trade(0, at: "200")
        #expect(desk.refusal(of: try ordered(.buy, "0.001"))?.rule == .maxAccountNotional)
        #expect(desk.refusal(of: try ordered(.buy, "0.001", id: 1))?.rule == .maxAccountNotional)
        desk.expectPass(try ordered(.sell, "9", reduceOnly: true))
        desk.expectPass(try ordered(.sell, "9"))
    }

    @Test func `an amendment counts in place of the order that it changes`() throws {
        var desk = try Desk.ofTwo { $0.maxAccountNotional = try Money("1000") }
        let order = try desk.place(ordered(.buy, "8", price: "99"))
        desk.accept(order)
        let refused = desk.ask(.amend(order, price: nil, quantity: try Quantity("10.001")))
        guard case .refused(let refusal, _)? = refused.first else {
            return #expect(Bool(false), "\(refused)")
        }
        #expect(refusal.rule == .maxAccountNotional)
        let sent = desk.ask(.amend(order, price: nil, quantity: try Quantity("10")))
        guard case .amend? = sent.first else { return #expect(Bool(false), "\(sent)") }
    }

    @Test func `without a price nothing is summed up`() throws {
        var desk = try Desk.with([try .linear(), try .linear(id: 1)]) {
            $0.maxAccountNotional = try Money("1000")
        }
        desk.expect(
            .noPrice,
            "\(symbol) cannot be held against a limit of all positions: no trade or quote of "
                + "\(symbol) has told its worth yet", try ordered(.buy, "1"))
        // A limit price tells what the order itself is worth, not what the others are.
        desk.expectPass(try ordered(.buy, "1", price: "100"))
        #expect(desk.refusal(of: try ordered(.buy, "1", price: "100", id: 1))?.rule == .noPrice)
    }

    @Test func `leverage is held against balance and gains`() throws {
        var desk = try Desk.ofTwo { $0.maxLeverage = try Rate("3") }
        #expect(desk.refusal(of: try ordered(.buy, "1"))?.rule == .maxLeverage)
        try desk.balance("100", free: "100")
        desk.expect(
            .maxLeverage,
            "\(symbol) could bring the positions to 300.1 USDT with all open orders filled, more "
                + "than 3 times the equity of 100", try ordered(.buy, "3.001"))
        try desk.hold("1")
        try desk.trade(0, at: "150")
        // 150 of equity may carry 450: 150 are held.
        #expect(desk.refusal(of: try ordered(.buy, "3.001", id: 1))?.rule == .maxLeverage)
        desk.expectPass(try ordered(.buy, "3", id: 1))
        try desk.trade(0, at: "1")
        #expect(desk.refusal(of: try ordered(.buy, "0.001", id: 1))?.rule == .maxLeverage)
        desk.expectPass(try ordered(.sell, "1"))
    }

    @Test func `leverage counts each settle currency for itself`() throws {
        var desk = try Desk.with([try .linear(), try .inverse(contractSize: "100", id: 1)]) {
            $0.maxLeverage = try Rate("2")
        }
        try desk.trade(0, at: "100")
        try desk.trade(1, at: "100")
        try desk.balance("1000", free: "1000")
        try desk.balance("1", free: "1", "BTC")
        // A contract is 100 USD, so 1 BTC.
        desk.expectPass(try ordered(.buy, "2", id: 1))
        desk.expect(
            .maxLeverage,
            "sim:BTC/USD:BTC could bring the positions to 3 BTC with all open orders filled, more "
                + "than 2 times the equity of 1", try ordered(.buy, "1", id: 1))
        desk.expectPass(try ordered(.buy, "20"))
    }

    @Test func `a perpetual is not entered while too little is free`() throws {
        var desk = try Desk.ofTwo { $0.minFreeBalance = try Money("500") }
        try desk.balance("1000", free: "500")
        try desk.hold("1")
        try desk.balance("1000", free: "499.5")
        desk.expect(
            .minFreeBalance, "\(symbol) finds 499.5 USDT free, the least is 500",
            try ordered(.buy, "1"))
        desk.expectPass(try ordered(.sell, "1"))
    }

    @Test func `a purchase of coins leaves what must stay free`() throws {
        var desk = try Desk.with([try .spot()]) { $0.minFreeBalance = try Money("500") }
        try desk.trade(0, at: "100")
        try desk.balance("1000", free: "1000")
        let first = try desk.place(ordered(.buy, "4", price: "100"))
        // The venue has not set aside anything for the first one yet.
        desk.expect(
            .minFreeBalance, "sim:BTC/USDT would leave 400 USDT free, the least is 500",
            try ordered(.buy, "2", price: "100"))
        desk.accept(first)
        try desk.balance("1000", free: "600")
        desk.expectPass(try ordered(.buy, "1", price: "100"))
        let refused = desk.ask(.amend(first, price: nil, quantity: try Quantity("4.001")))
        guard case .refused(let refusal, _)? = refused.first else {
            return #expect(Bool(false), "\(refused)")
        }
        #expect(refusal.rule == .minFreeBalance)
        desk.expectPass(try ordered(.sell, "1", price: "100"))
    }

    @Test func `a limit price lies near the last price`() throws {
        var desk = try Desk.ofTwo { $0.lastPriceBand = try Rate("0.05") }
        desk.expectPass(try ordered(.buy, "1", price: "105"))
        desk.expect(
            .lastPriceBand,
            "\(symbol) at 105.1 lies further than 0.05 of it from the last price, 100",
            try ordered(.buy, "1", price: "105.1"))
        #expect(desk.refusal(of: try ordered(.sell, "1", price: "94.9"))?.rule == .lastPriceBand)
        desk.expectPass(try ordered(.buy, "1"))
        desk.expectPass(try ordered(.buy, "1", price: "120", stop: "118"))
    }

    @Test func `an order does not meet an own one that rests`() throws {
        var desk = try Desk.ofTwo { $0.noSelfTrade = true }
        let own = try desk.place(ordered(.sell, "1", price: "101"))
        desk.accept(own)
        desk.expect(
            .noSelfTrade, "\(symbol) at 101 would fill against our own order \(own) at 101",
            try ordered(.buy, "1", price: "101"))
        desk.expectPass(try ordered(.buy, "1", price: "100.9"))
        desk.expectPass(try ordered(.buy, "1", price: "105", id: 1))
        desk.expectPass(try ordered(.buy, "1", price: "120", stop: "110"))
        var quiet = try ordered(.buy, "1", price: "101")
        quiet.isPostOnly = true
        desk.expectPass(quiet)
        // A market order goes as far as it must.
        try desk.quote(bid: "99", ask: "100")
        desk.expectPass(try ordered(.buy, "1"))
        try desk.quote(bid: "99", ask: "101")
        #expect(desk.refusal(of: try ordered(.buy, "1"))?.rule == .noSelfTrade)
        desk.ask(.cancel(.order(own)))
        desk.expectPass(try ordered(.buy, "1", price: "101"))
    }

    @Test func `an order does not meet one of others on the account either`() throws {
        var desk = try Desk.ofTwo { $0.noSelfTrade = true }
        var others = ForeignExposure(instrument: InstrumentID(0), buying: .zero, selling: .zero)
        for (side, price, isStop) in [
            (Side.sell, "104", false), (.sell, "102", false), (.sell, "101", true),
            (.buy, "90", false), (.buy, "91", false), (.buy, "99", true),
        ] {
            others.add(side, try Quantity("1"), at: try Price(price), isStop: isStop)
        }
        #expect(others.buying == others.selling)
        desk.feed(.foreignOrders([others], at: desk.now))
        desk.expect(
            .noSelfTrade,
            "\(symbol) at 102 would fill against an order of this account at 102 that somebody else "
                + "sent", try ordered(.buy, "1", price: "102"))
        desk.expectPass(try ordered(.buy, "1", price: "101.9"))
        desk.expectPass(try ordered(.buy, "1", price: "105", id: 1))
        desk.feed(.foreignOrders([], at: desk.now))
        desk.expectPass(try ordered(.buy, "1", price: "102"))

        var seller = try Desk.ofTwo { $0.noSelfTrade = true }
        seller.feed(.foreignOrders([others], at: seller.now))
        try seller.quote(bid: "92", ask: "103")
        #expect(seller.refusal(of: try ordered(.buy, "1"))?.rule == .noSelfTrade)
        #expect(seller.refusal(of: try ordered(.sell, "1", price: "91"))?.rule == .noSelfTrade)
        seller.expectPass(try ordered(.sell, "1"))
        seller.expectPass(try ordered(.sell, "1", price: "91.1"))
    }

    @Test func `an amendment under way rests at either price`() throws {
        var desk = try Desk.ofTwo { $0.noSelfTrade = true }
        let own = try desk.place(ordered(.buy, "1", price: "90"))
        desk.accept(own)
        desk.ask(.amend(own, price: try Price("95"), quantity: nil))
        #expect(desk.refusal(of: try ordered(.sell, "1", price: "93"))?.rule == .noSelfTrade)
        desk.report(own, .amendRejected(reason: "no"))
        desk.expectPass(try ordered(.sell, "1", price: "93"))
    }

    @Test func `too many cancels stop what is new, and no cancel`() throws {
        var desk = try Desk.ofTwo { $0.maxCancelsPerSecond = 2 }
        let orders = try (0..<4).map { _ in try desk.place(ordered(.buy, "1", price: "99")) }
        for order in orders { desk.accept(order) }
        for order in orders.prefix(2) { desk.ask(.cancel(.order(order))) }
        desk.expectPass(try ordered(.buy, "1"))
        desk.pass(nanoseconds: 500_000_000)
        #expect(desk.ask(.cancel(.order(orders[2]))).count == 1)
        let refusal = try #require(desk.refusal(of: try ordered(.buy, "1")))
        #expect(
            refusal.description
                == "max_cancels_per_second: more than 2 cancels were sent within a second, the limit "
                + "is 2: nothing new is sent until they are fewer")
        let amended = desk.ask(.amend(orders[3], price: try Price("98"), quantity: nil))
        guard case .refused(let second, _)? = amended.first else {
            return #expect(Bool(false), "\(amended)")
        }
        #expect(second == refusal)
        #expect(desk.ask(.cancel(.order(orders[3]))).count == 1)
        desk.pass(nanoseconds: 500_000_000)
        desk.expectPass(try ordered(.buy, "1"))
    }

    @Test func `a symbol's own limits replace the general ones`() throws {
        var limits = RiskLimits()
        limits.lastPriceBand = try Rate("0.05")
        var own = RiskLimits()
        own.lastPriceBand = try Rate("0.5")
        let desk = Desk([try .linear()])
        var gate = RiskGate(limits: limits, overrides: ["sim:BTC/USDT:USDT": own])
        var market = desk
        try market.trade(0, at: "100")
        _ = try gate.approve(
            ordered(.buy, "1", price: "140"), id: ClientOrderID("x"), given: market.state)
        #expect(throws: RiskRefusal.self) {
            try gate.approve(
                ordered(.buy, "1", price: "151"), id: ClientOrderID("x"), given: market.state)
        }
    }
}
