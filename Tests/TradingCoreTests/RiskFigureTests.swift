import PropertyTesting
import Testing
import TradingCore
import TradingModel

@Suite struct `What the limits say of an order that passed them` {
    private func desk(
        asking order: String, _ set: (inout RiskLimits) throws -> Void
    ) throws -> (Desk, RiskFigures) {
        var limits = RiskLimits()
        try set(&limits)
        let figures = RiskFigures(of: ClientOrderID(order))
        return (Desk([try .linear()], limits: limits, asking: figures), figures)
    }

    private func lines(_ figures: RiskFigures) -> [String] {
        (figures.figures ?? []).map { "\($0.rule.rawValue): \($0.text) | \($0.limit ?? "-")" }
    }

    private static func setAll(_ limits: inout RiskLimits) throws {
        limits.maxOrderQuantity = try Quantity("9")
        limits.maxOrderNotional = try Money("9000")
        limits.maxPosition = try Quantity("50")
        limits.maxOpenOrders = 20
        limits.maxOrdersPerSecond = 30
        limits.maxCancelsPerSecond = 40
        limits.priceBand = try Rate("0.5")
        limits.lastPriceBand = try Rate("0.6")
        limits.noSelfTrade = true
        limits.maxAccountNotional = try Money("100000")
        limits.maxLeverage = try Rate("7")
        limits.minFreeBalance = try Money("10")
        limits.maxDailyLoss = try Money("300")
        limits.maxDrawdown = try Money("400")
        limits.maxConsecutiveRejects = 5
        limits.maxDataAge = 5_000_000_000
        limits.noCrossedBook = true
    }

    @Test func `is what each of them looked at, in the order in which they are asked`() throws {
        var (desk, figures) = try desk(asking: "mr-4", Self.setAll)
        desk.feed(.start(.first, at: desk.now))
        try desk.balance("1000", free: "900")
        try desk.quote(bid: "99", ask: "101")
        try desk.trade(at: "100")
        try desk.hold("2")
        let resting = try desk.place(ordered(.buy, "3", price: "90"))
        desk.accept(resting)
        let leaving = try desk.place(ordered(.buy, "4", price: "80"))
        desk.accept(leaving)
        desk.ask(.cancel(.order(leaving)))
        #expect(figures.figures == nil)
        desk.pass(nanoseconds: 200_000_000)
        try desk.trade(at: "95")
        try desk.place(ordered(.buy, "5", price: "98"))
        #expect(
            lines(figures) == [
                "max_daily_loss: 10 lost since 00:00 UTC | 300",
                "max_drawdown: 10 less than at its best | 400",
                "max_consecutive_rejects: 0 refused by the venue in a row | 5",
                "max_data_age: the quote is 0.2 s old | 5 s",
                "no_crossed_book: 99 is bid and 101 asked | -",
                "max_order_quantity: 5 ordered | 9",
                "max_order_notional: worth 490 USDT at most | 9000",
                "price_band: limit 98, mid 100 | 0.5",
                "max_position: 2 held, 14 with all open orders filled | 50",
                "last_price_band: limit 98, last price 95 | 0.6",
                "no_self_trade: it meets no order of the account | -",
                "max_account_notional: all positions 1330 USDT with all open orders filled | 100000",
                "max_leverage: positions of 1330 USDT with all open orders filled, an equity of 990 | 7",
                "min_free_balance: 900 USDT free | 10",
                "max_open_orders: 3 open with this one | 20",
                "max_orders_per_second: 4 sent within a second with this one | 30",
                "max_cancels_per_second: 1 cancels sent within a second | 40",
            ])
    }

    @Test func `has a line for every limit there is`() throws {
        var (desk, figures) = try desk(asking: "mr-1", Self.setAll)
        desk.feed(.start(.first, at: desk.now))
        try desk.balance("1000", free: "900")
        try desk.trade(at: "100")
        try desk.place(ordered(.sell, "1"))
        let set = RiskLimit.all.map(\.rule.rawValue).sorted()
        #expect(figures.figures?.map(\.rule.rawValue).sorted() == set)
    }

    @Test func `is nothing where none is set, and of no other order`() throws {
        var (desk, figures) = try desk(asking: "mr-2") { _ in }
        try desk.place(ordered(.buy, "1"))
        #expect(figures.figures == nil)
        try desk.place(ordered(.buy, "1"))
        #expect(figures.figures == [])
    }

    /// The figure of the largest position is the limit at which the order just passes.
    @Test(arguments: seeds)
    func `is the limit at which it would just have passed`(seed: UInt64) throws {
        var random = Seeded(seed)
        let loose = try Quantity("100000")
        var requests: [OrderRequest] = []
        func play(_ limit: Quantity, asking number: Int) throws -> (RiskFigures, Bool) {
            let figures = RiskFigures(of: ClientOrderID("mr-\(number)"))
            var limits = RiskLimits()
            limits.maxPosition = loose
            var desk = Desk([try .linear()], limits: limits, asking: figures)
            for request in requests.dropLast() { try desk.place(request) }
            limits.maxPosition = limit
            desk.feed(.limits(RunLimits(general: limits), at: desk.now))
            let refused = desk.ask(.place(try #require(requests.last))).contains {
                if case .refused = $0 { true } else { false }
            }
            return (figures, refused)
        }
        for number in 1...12 {
            requests.append(
                OrderRequest(
                    instrument: InstrumentID(0), side: random.bool() ? .buy : .sell,
                    quantity: Quantity(
                        attos: Int128(random.int(1...9_000)) * 1_000_000_000_000_000),
                    price: Price(attos: Int128(random.int(1...900)) * attosPerUnit)))
            let (figures, isRefused) = try play(loose, asking: number)
            #expect(!isRefused)
            let text = try #require(figures.figures?.first?.text)
            let words = text.split(separator: " ")
            let worst = try SignedQuantity(String(words[2])).magnitude
            #expect(try play(worst, asking: number).1 == false, "seed \(seed): \(text)")
            let less = Quantity(attos: worst.attos - 1_000_000_000_000_000)
            #expect(try play(less, asking: number).1, "seed \(seed): \(text)")
        }
    }
}
