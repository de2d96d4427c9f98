import PropertyTesting
import Testing
import TradingCore
import TradingModel

private let symbol = InstrumentID(0)

extension Desk {
    /// Buys or sells at 100, and pays `fee` in `currency`.
    fileprivate mutating func trade(
        _ side: Side, _ quantity: String, fee: String, in currency: String, id: String = "1"
    ) throws {
        let order = try place(
            OrderRequest(instrument: symbol, side: side, quantity: try Quantity(quantity)))
        report(
            order,
            .fill(
                Fill(
                    id: id, price: try Price("100"), quantity: try Quantity(quantity),
                    liquidity: .taker, fee: try Money(fee), feeCurrency: Currency(currency))))
    }

    /// What an intent sends, such as `sell 0.998 reduce-only`, or what it is refused for.
    fileprivate mutating func sent(_ intent: Intent) -> [String] {
        ask(intent).compactMap { command in
            switch command {
            case .submit(let order):
                let request = order.request
                return "\(request.side) \(request.quantity)"
                    + (request.isReduceOnly ? " reduce-only" : "")
            case .refused(let refusal, _): return refusal.rule.rawValue
            default: return nil
            }
        }
    }

    fileprivate mutating func target(_ wanted: String) throws -> [String] {
        sent(.target(symbol, try SignedQuantity(wanted)))
    }
    fileprivate mutating func close() -> [String] { sent(.close(symbol)) }
    fileprivate mutating func reduce(
        _ quantity: String, stop: String? = nil
    ) throws -> [String] {
        sent(
            .place(
                OrderRequest(
                    instrument: symbol, side: .sell, quantity: try Quantity(quantity),
                    isReduceOnly: true, stop: try stop.map { try Price($0) })))
    }
}

@Suite struct `A fee that is taken out of the coins` {
    private func desk(
        _ instrument: Instrument? = nil, bought: String = "1", fee: String = "0.002"
    ) throws -> Desk {
        var desk = Desk([try instrument ?? .coinSpot()])
        try desk.quote(bid: "99.9", ask: "100.1")
        try desk.trade(.buy, bought, fee: fee, in: "BTC")
        return desk
    }

    @Test func `makes the position smaller, and is counted once among what was paid`() throws {
        let desk = try desk()
        let position = desk.state.positions[0]
        #expect(position.net == (try SignedQuantity("0.998")))
        #expect(position.averagePrice == (try Price("100")))
        #expect(position.entryValue == (try Money("99.8")))
        #expect(position.fees == (try Money("0.2")))
        #expect(desk.state.otherFees.isEmpty)
        // 100 were paid, and 0.998 are there.
        #expect(position.unrealisedPnL(at: try Price("100")) == .zero)
    }

    @Test func `leaves a short smaller, and a sale larger`() throws {
        var desk = Desk([try .coinSpot()])
        try desk.trade(.sell, "1", fee: "0.01", in: "BTC", id: "a")
        #expect(desk.state.positions[0].net == (try SignedQuantity("-1.01")))
        #expect(desk.state.positions[0].entryValue == (try Money("101")))
        try desk.trade(.buy, "0.5", fee: "0.001", in: "BTC", id: "b")
        #expect(desk.state.positions[0].net == (try SignedQuantity("-0.511")))
        #expect(desk.state.positions[0].fees == (try Money("1.1")))
        #expect(desk.state.positions[0].realisedPnL == .zero)
    }

    @Test func `may be all of it, or a gift`() throws {
        var desk = try desk(bought: "1", fee: "1")
        #expect(desk.state.positions[0].net == .zero)
        #expect(desk.state.positions[0].fees == (try Money("100")))
        try desk.trade(.buy, "1", fee: "-0.001", in: "BTC", id: "2")
        #expect(desk.state.positions[0].net == (try SignedQuantity("1.001")))
        #expect(desk.state.positions[0].fees == (try Money("99.9")))
    }

    @Test(arguments: ["USDT", "CET"])
    func `in another currency leaves the position as it is`(currency: String) throws {
        var desk = Desk([try .coinSpot()])
        try desk.trade(.buy, "1", fee: "0.2", in: currency)
        #expect(desk.state.positions[0].net == (try SignedQuantity("1")))
        #expect(
            desk.state.otherFees[Currency("CET")] == (currency == "CET" ? try Money("0.2") : nil))
    }

    @Test func `in base currency of a perpetual is not taken out of the position`() throws {
        var desk = Desk([try .linear()])
        try desk.trade(.buy, "1", fee: "0.002", in: "BTC")
        #expect(desk.state.positions[0].net == (try SignedQuantity("1")))
        #expect(desk.state.otherFees[Currency("BTC")] == (try Money("0.002")))
    }

    // MARK: - The way out

    @Test func `is known to close and target`() throws {
        var closing = try desk()
        #expect(closing.close() == ["sell 0.998 reduce-only"])
        var leaving = try desk()
        #expect(try leaving.target("0") == ["sell 0.998"])
    }

    @Test func `may leave less than a lot, of which nothing is said`() throws {
        var desk = try desk(.coinSpot(lot: "0.01"))
        #expect(desk.close() == ["sell 0.99 reduce-only"])
        desk.fill(ClientOrderID("mr-2"), try Quantity("0.99"), at: try Price("100"))
        #expect(desk.state.positions[0].net == (try SignedQuantity("0.008")))
        #expect(desk.close() == [])
        #expect(try desk.target("0") == [])
        #expect(try desk.reduce("0.01") == ["reduce_only"])
    }

    /// A quantity that is no lot by a digit of floating point alone is rounded up to one; what is
    /// held is not.
    @Test func `never makes a way out larger than what is there`() throws {
        var desk = try desk(.coinSpot(lot: "0.01"), fee: "0.000000000000000001")
        #expect(desk.close() == ["sell 0.99 reduce-only"])
        #expect(try desk.target("0") == [])  // that is on its way
    }

    @Test func `does not keep a small rest from leaving where the least order is larger`() throws {
        var desk = try desk(
            .coinSpot(lot: "0.01", minQuantity: "0.25"), bought: "0.3", fee: "0.061")
        #expect(desk.close() == ["sell 0.23 reduce-only"])
    }

    @Test func `cuts a reduce-only sale of all that was bought`() throws {
        var market = try desk()
        #expect(try market.reduce("1") == ["sell 0.998 reduce-only"])
        var stop = try desk()
        #expect(try stop.reduce("1", stop: "90") == ["sell 0.998 reduce-only"])
        // A stop may be there before the rest of what it is to sell.
        #expect(try stop.reduce("3", stop: "90") == ["sell 3 reduce-only"])
        #expect(try stop.reduce("3") == ["sell 0.998 reduce-only"])
    }

    // MARK: - What is under way

    @Test func `is reckoned with while the purchase is under way`() throws {
        var desk = Desk([try .coinSpot()])
        try desk.quote(bid: "99.9", ask: "100.1")
        #expect(try desk.target("1") == ["buy 1"])
        // Whether it will be taken is not known: no more is bought for it,
        #expect(try desk.target("1") == [])
        #expect(try desk.target("0.999") == [])
        // and what may be missing is not sold.
        #expect(try desk.target("0.5") == ["sell 0.498"])
    }

    @Test func `is bought anew once it is gone, where that is an order at all`() throws {
        var desk = try desk()
        #expect(try desk.target("1") == ["buy 0.002"])
        var least = try self.desk(.coinSpot(minQuantity: "0.01"))
        #expect(try least.target("1") == [])
    }

    // MARK: - Whatever comes

    /// The second book is two sums: what was paid and what is held.
    @Test(arguments: seeds)
    func `leaves cost and worth what the fills say`(seed: UInt64) throws {
        var random = Seeded(seed)
        var position = Position(of: try .coinSpot())
        var cash = Money.zero
        var held = SignedQuantity.zero
        for _ in 0..<300 {
            let side: Side = random.bool() ? .buy : .sell
            let price = Price(attos: Int128(random.int(1...90_000_000)) * 10_000_000_000_001)
            let quantity = Quantity(attos: Int128(random.int(1...9_000_000)) * 1_000_000_000_000)
            let taken = Money(attos: quantity.attos).times(
                Rate(attos: Int128(random.int(-30...60)) * 100_000_000_000_000), .halfEven)
            let fee = try #require(taken)
            try position.apply(side, price: price, quantity: quantity, taken: fee)
            let value = try #require(price.times(quantity, .halfEven))
            cash += side == .buy ? -value : value
            held = held + quantity.signed(side) - SignedQuantity(attos: fee.attos)
            #expect(position.net == held)
            let mark = Price(attos: Int128(random.int(1...90_000_000)) * 10_000_000_000_000)
            let worth = try #require(mark.times(held, .halfEven))
            let open = try #require(position.unrealisedPnL(at: mark))
            #expect(
                position.realisedPnL + open - position.fees == cash + worth, "seed \(seed)")
        }
    }
}
