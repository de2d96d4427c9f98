import Testing
import TradingCore
import TradingModel

@Suite struct `The risk gate` {
    @Test(arguments: [
        (Side.buy, "100.17", "100.1"), (.sell, "100.11", "100.2"), (.buy, "100.1", "100.1"),
        (.sell, "100.1", "100.1"), (.sell, "0.01", "0.1"),
    ])
    func `puts a price on the tick, never more aggressive`(
        side: Side, asked: String, snapped: String
    ) throws {
        let desk = Desk([try .linear()])
        #expect(try desk.approve(ordered(side, "1", price: asked)).price == Price(snapped))
    }

    @Test(arguments: [(Side.buy, "100.11", "100.2"), (.sell, "100.17", "100.1")])
    func `puts a stop on the tick so that it triggers later`(
        side: Side, asked: String, snapped: String
    ) throws {
        let desk = Desk([try .linear()])
        #expect(try desk.approve(ordered(side, "1", stop: asked)).stop == Price(snapped))
    }

    @Test(arguments: [
        (Side.sell, "91000.20000000001", "91000.2"), (.buy, "91000.19999999999", "91000.2"),
        (.sell, "91000.3000000006", "91000.3"), (.sell, "91000.2002", "91000.3"),
        (.buy, "91000.1998", "91000.1"), (.sell, "0.10000000000000002", "0.1"),
    ])
    func `takes a number beside the tick by floating point alone for the tick`(
        side: Side, asked: String, snapped: String
    ) throws {
        let desk = Desk([try .linear()])
        #expect(try desk.approve(ordered(side, "1", price: asked)).price == Price(snapped))
        let stopSide = side.opposite
        #expect(try desk.approve(ordered(stopSide, "1", stop: asked)).stop == Price(snapped))
    }

    @Test(arguments: [
        ("0.7999999999999999", "0.8"), ("0.30000000000000004", "0.3"), ("0.7999", "0.799"),
        ("0.001999999999999999", "0.002"),
    ])
    func `takes a number beside the lot by floating point alone for the lot`(
        asked: String, snapped: String
    ) throws {
        let desk = Desk([try .linear()])
        #expect(try desk.approve(ordered(.buy, asked)).quantity == Quantity(snapped))
    }

    @Test(
        arguments: [
            // A limit below the market sells at the market; a stop sells at its price at most.
            (Side.sell, "1", nil, false), (.sell, nil, nil, false), (.sell, "150", nil, false),
            (.sell, nil, "5", true), (.sell, "4", "5", true), (.sell, "11", "5", false),
            (.buy, "5", nil, true), (.buy, "150", nil, false), (.buy, nil, "150", false),
            (.buy, nil, nil, false), (.buy, "5", "150", true), (.buy, nil, "5", false),
        ] as [(Side, String?, String?, Bool)])
    func `values an order at the most that it can cost or bring`(
        side: Side, price: String?, stop: String?, isFine: Bool
    ) throws {
        var desk = Desk([try .linear()])
        try desk.quote(bid: "99.9", ask: "100.1")
        let asked = try ordered(side, "1", price: price, stop: stop)
        let approved = try? desk.approve(asked) { $0.maxOrderNotional = try Money("10") }
        #expect((approved != nil) == isFine)
    }

    @Test func `puts a quantity on the lot, never larger`() throws {
        let desk = Desk([try .linear()])
        #expect(try desk.approve(ordered(.buy, "1.0019")).quantity == Quantity("1.001"))
        #expect(try desk.approve(ordered(.sell, "1.0019")).quantity == Quantity("1.001"))
    }

    @Test func `refuses what is no price or no lot`() throws {
        let desk = Desk([try .linear()])
        desk.expectRefusal(
            .badPrice,
            "buy sim:BTC/USDT:USDT with a price of 0.04, on the tick of 0.1 0, expected one above 0",
            try ordered(.buy, "1", price: "0.04"))
        desk.expectRefusal(
            .badPrice,
            "sell sim:BTC/USDT:USDT with a stop of 0.04, on the tick of 0.1 0, expected one above 0",
            try ordered(.sell, "1", stop: "0.04"))
        desk.expectRefusal(
            .badPrice,
            "sell sim:BTC/USDT:USDT with a price of -5, on the tick of 0.1 -5, expected one above "
                + "0", try ordered(.sell, "1", price: "-5"))
        desk.expectRefusal(
            .belowLot, "buy 0.0009 sim:BTC/USDT:USDT is less than a lot of 0.001",
            try ordered(.buy, "0.0009"))
    }

    @Test func `holds the venue's minimums`() throws {
        var desk = Desk([try .linear(minQuantity: "0.01", minNotional: "5")])
        desk.expectRefusal(
            .minQuantity, "buy 0.009 sim:BTC/USDT:USDT is less than the venue's minimum of 0.01",
            try ordered(.buy, "0.009", price: "1000"))
        desk.expectRefusal(
            .noPrice,
            "buy 1 sim:BTC/USDT:USDT is a market order, and no trade or quote has told its worth "
                + "yet", try ordered(.buy, "1"))
        try desk.trade(at: "100")
        desk.expectRefusal(
            .minNotional,
            "buy 0.049 sim:BTC/USDT:USDT is worth 4.9 USDT at 100, less than the venue's minimum "
                + "of 5", try ordered(.buy, "0.049"))
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "0.05")) }
        // The touch that a market order would hit goes before the last price.
        try desk.quote(bid: "90", ask: "110")
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "0.046")) }
        #expect(throws: RiskRefusal.self) { try desk.approve(ordered(.sell, "0.055")) }
        // A stop order is worth what it triggers at.
        #expect(throws: Never.self) { try desk.approve(ordered(.sell, "0.05", stop: "100")) }
    }

    @Test func `limits one order`() throws {
        let linear = Desk([try .linear(contractSize: "0.1")])
        linear.expectRefusal(
            .maxOrderQuantity, "buy 1.001 sim:BTC/USDT:USDT is more than the limit of 1 an order",
            try ordered(.buy, "1.001", price: "10")
        ) { $0.maxOrderQuantity = try Quantity("1") }
        linear.expectRefusal(
            .maxOrderNotional,
            "buy 1.001 sim:BTC/USDT:USDT is worth 10.01 USDT at 100, more than the limit of 10 an "
                + "order", try ordered(.buy, "1.001", price: "100")
        ) { $0.maxOrderNotional = try Money("10") }
        #expect(throws: Never.self) {
            try linear.approve(ordered(.buy, "1", price: "100")) {
                $0.maxOrderNotional = try Money("10")
                $0.maxOrderQuantity = try Quantity("1")
            }
        }
        linear.expectRefusal(
            .noPrice,
            "buy 1 sim:BTC/USDT:USDT is a market order, and no trade or quote has told its worth "
                + "yet", try ordered(.buy, "1")
        ) { $0.maxOrderNotional = try Money("10") }

        let inverse = Desk([try .inverse(contractSize: "10")])
        inverse.expectRefusal(
            .maxOrderNotional,
            "buy 11 sim:BTC/USD:BTC is worth 110 USD, more than the limit of 100 an order",
            try ordered(.buy, "11")
        ) { $0.maxOrderNotional = try Money("100") }
        #expect(throws: Never.self) {
            try inverse.approve(ordered(.buy, "10")) { $0.maxOrderNotional = try Money("100") }
        }
    }

    @Test func `keeps limits near the mid on either side`() throws {
        var desk = Desk([try .linear()])
        let band: (inout RiskLimits) throws -> Void = { $0.priceBand = try Rate("0.05") }
        // Nothing to measure from.
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "1", price: "1000"), band) }
        try desk.quote(bid: "99", ask: "101")
        desk.expectRefusal(
            .priceBand,
            "buy 1 sim:BTC/USDT:USDT at 105.1 lies further than 0.05 of it from the mid, 100",
            try ordered(.buy, "1", price: "105.1"), band)
        for side in [Side.buy, .sell] {
            for price in ["95", "105"] {
                #expect(throws: Never.self) {
                    try desk.approve(ordered(side, "1", price: price), band)
                }
            }
            for price in ["94.9", "105.1"] {
                #expect(throws: RiskRefusal.self) {
                    try desk.approve(ordered(side, "1", price: price), band)
                }
            }
        }
        #expect(throws: Never.self) { try desk.approve(ordered(.buy, "1"), band) }
        // A stop order's limit waits with it.
        #expect(throws: Never.self) {
            try desk.approve(ordered(.buy, "1", price: "121", stop: "120"), band)
        }
        #expect(throws: RiskRefusal.self) {
            try desk.approve(ordered(.buy, "1", price: "100", stop: "120"), band)
        }
    }

    @Test func `counts open orders, the run's and the symbol's`() throws {
        var desk = Desk([try .linear(), try .spot(id: 1)])
        try desk.place(ordered(.buy, "1", price: "90"))
        try desk.place(ordered(.buy, "1", price: "90", id: 1))
        let request = try ordered(.buy, "1", price: "90")
        desk.expectRefusal(.maxOpenOrders, "2 orders are open, the limit is 2", request) {
            $0.maxOpenOrders = 2
        }
        #expect(throws: Never.self) { try desk.approve(request) { $0.maxOpenOrders = 3 } }

        var own = RiskLimits()
        own.maxOpenOrders = 1
        var gate = RiskGate(limits: RiskLimits(), overrides: ["sim:BTC/USDT:USDT": own])
        #expect(
            throws: RiskRefusal(
                rule: .maxOpenOrders,
                detail: "1 order of sim:BTC/USDT:USDT is open, the limit is 1")
        ) { try gate.approve(request, id: ClientOrderID("x"), given: desk.state) }
        own.maxOpenOrders = 2
        gate = RiskGate(limits: RiskLimits(), overrides: ["sim:BTC/USDT:USDT": own])
        #expect(throws: Never.self) {
            try gate.approve(request, id: ClientOrderID("x"), given: desk.state)
        }
    }

    @Test func `counts orders and amendments within a second`() throws {
        var desk = Desk([try .linear(), try .spot(id: 1)])
        let open = try desk.place(ordered(.buy, "1", price: "90"))
        desk.accept(open)
        let working = try #require(desk.state.orders[open])
        var limits = RiskLimits()
        limits.maxOrdersPerSecond = 2
        limits.maxOrderQuantity = try Quantity("5")
        var gate = RiskGate(limits: limits)
        func send(_ quantity: String = "1") throws(any Error) {
            _ = try gate.approve(
                ordered(.buy, quantity), id: ClientOrderID("x"), given: desk.state)
        }
        try send()
        #expect(throws: RiskRefusal.self) { try send("6") }  // refused, so it does not count
        desk.pass(nanoseconds: 999_999_999)
        _ = try gate.approve(
            amendmentOf: working, price: Price("91"), quantity: nil, given: desk.state)
        #expect(
            throws: RiskRefusal(
                rule: .maxOrdersPerSecond,
                detail: "2 orders were sent within a second, the limit is 2")
        ) { try send() }
        desk.pass(nanoseconds: 1)
        try send()
        #expect(throws: RiskRefusal.self) { try send() }
    }

    @Test func `a symbol may have limits of its own`() throws {
        var general = RiskLimits()
        general.maxOrderQuantity = try Quantity("5")
        general.maxPosition = try Quantity("5")
        var own = RiskLimits()
        own.maxOrderQuantity = try Quantity("7")
        own.maxOrdersPerSecond = 1
        var gate = RiskGate(limits: general, overrides: ["sim:BTC/USDT": own])
        let spot = try Instrument.spot(id: 1)
        #expect(gate.limits(for: spot.symbol).maxOrderQuantity == (try Quantity("7")))
        #expect(gate.limits(for: spot.symbol).maxPosition == (try Quantity("5")))
        #expect(gate.limits(for: try Symbol("sim:ETH/USDT")) == general)
        let desk = Desk([try .linear(), spot])
        let id = ClientOrderID("x")
        _ = try gate.approve(ordered(.buy, "5", id: 1), id: id, given: desk.state)
        #expect(throws: RiskRefusal.self) {
            try gate.approve(ordered(.buy, "1", id: 1), id: id, given: desk.state)
        }
        _ = try gate.approve(ordered(.buy, "1"), id: id, given: desk.state)
        _ = try gate.approve(ordered(.buy, "1"), id: id, given: desk.state)
    }

    @Test func `lets nothing pass once trading has stopped`() throws {
        var desk = Desk([try .linear()])
        try desk.hold("3")
        desk.stop()
        desk.expectRefusal(
            .notTrading, "trading has been stopped for this run", try ordered(.sell, "1"))
    }

    @Test func `refuses what cannot be counted`() throws {
        var desk = Desk([try .linear()])
        let most = "1000000000000000000"
        let largest = Price(attos: .max)
        desk.expectRefusal(
            .tooLarge, "a price of \(largest) is too large to put on the tick",
            try ordered(.sell, "1", price: largest.description))
        desk.expectRefusal(
            .tooLarge,
            "buy 1000000 sim:BTC/USDT:USDT is worth more than can be counted at 1000000000000000",
            try ordered(.buy, "1e6", price: "1e15")
        ) { $0.maxOrderNotional = try Money("1") }
        desk.expectRefusal(
            .tooLarge, "buy \(most).1 sim:BTC/USDT:USDT is more than \(most)",
            try ordered(.buy, most + ".1", price: "90"))
        for _ in 0..<170 { try desk.place(ordered(.buy, most, price: "90")) }
        desk.expectRefusal(
            .tooLarge,
            "buy \(most) sim:BTC/USDT:USDT and the open orders together are more than can be counted",
            try ordered(.buy, most, price: "90"))
    }

    @Test func `checks an amendment as the order that it would make`() throws {
        var desk = Desk([try .linear(minQuantity: "0.01")])
        try desk.quote(bid: "99", ask: "101")
        let open = try desk.place(ordered(.buy, "4", price: "95"))
        desk.accept(open)
        desk.fill(open, try Quantity("1"), at: try Price("95"))
        var limits = RiskLimits()
        limits.maxPosition = try Quantity("6")
        limits.priceBand = try Rate("0.1")
        var gate = RiskGate(limits: limits)
        func amend(_ price: String?, _ quantity: String?) throws -> ApprovedAmendment {
            try gate.approve(
                amendmentOf: #require(desk.state.orders[open]),
                price: price.map { try Price($0) }, quantity: quantity.map { try Quantity($0) },
                given: desk.state)
        }
        // 1 held and 5 to come: its own old remainder of 3 does not count besides.
        #expect(try amend(nil, "6.0009").quantity == Quantity("6"))
        #expect(throws: RiskRefusal.self) { try amend(nil, "6.001") }
        #expect(try amend("96.19", nil).price == Price("96.1"))
        #expect(try amend("96.19", nil).quantity == nil)
        #expect(throws: RiskRefusal.self) { try amend("111", nil) }
        #expect(throws: RiskRefusal.self) { try amend(nil, "0.005") }
        #expect(try amend(nil, "0.5").quantity == Quantity("0.5"))  // ends it as filled

        desk.ask(.cancel(.order(open)))
        #expect(
            throws: RiskRefusal(
                rule: .unknownOrder,
                detail: "order \(open) is cancelling, expected one that is working or waiting for "
                    + "its trigger")
        ) { try amend("96", nil) }
    }

    @Test func `a market order has no price to amend`() throws {
        var desk = Desk([try .linear()])
        let open = try desk.place(ordered(.buy, "4", stop: "120"))
        desk.accept(open)
        var gate = RiskGate(limits: RiskLimits())
        let waiting = try #require(desk.state.orders[open])
        #expect(throws: RiskRefusal.self) {
            try gate.approve(
                amendmentOf: waiting, price: Price("120"), quantity: nil, given: desk.state)
        }
    }
}
