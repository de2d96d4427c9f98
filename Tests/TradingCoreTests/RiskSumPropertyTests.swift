import PropertyTesting
import Testing
import TradingCore
import TradingModel

/// Sums of limits against plain ones that walk over everything each time, in whole numbers.
@Suite struct `The sums of limits, whatever comes` {
    private static let lot: Int128 = 1_000_000_000_000_000  // 0.001
    private static let tick: Int128 = 100_000_000_000_000_000  // 0.1

    // MARK: - The notional of the account

    /// Orders of two instruments that are accepted, filled, lost, cancelled and refused in any order while
    /// prices move: an order passes exactly where it adds nothing or the slow sum is within the limit.
    @Test(arguments: seeds)
    func `the notional is that of a walk over all orders`(seed: UInt64) throws {
        var random = Seeded(seed)
        let limit = 3_000 * 10_000  // in lots × ticks: 3000 USDT
        var desk = try Desk.ofTwo { $0.maxAccountNotional = try Money("3000") }
        var ticks = [1_000, 1_000]
        var (passed, refused) = (0, 0)
        for _ in 0..<700 {
            switch random.int(0...9) {
            case 0:
                let id = random.int(0...1)
                ticks[id] = random.int(700...1_400)
                try desk.trade(id, at: "\(Price(attos: Int128(ticks[id]) * Self.tick))")
            case 1...5:
                let request = request(&random)
                let isExpected = expectsToPass(request, ticks, limit, desk.state)
                let refusal = desk.refusal(of: request)
                if let refusal, refusal.rule != .maxAccountNotional {
                    #expect(refusal.rule == .reduceOnly, "\(refusal)")
                    continue
                }
                #expect((refusal == nil) == isExpected, "\(request): \(refusal as Any)")
                if refusal == nil { passed += 1 } else { refused += 1 }
            default:
                guard let order = desk.state.orders.open.randomElement(using: &random) else {
                    continue
                }
                report(order, &desk, &random)
            }
        }
        #expect(passed > 20 && refused > 5, "\(passed) passed, \(refused) were refused")
    }

    private func request(_ random: inout Seeded) -> OrderRequest {
        OrderRequest(
            instrument: InstrumentID(random.int(0...1)), side: random.bool() ? .buy : .sell,
            quantity: Quantity(attos: Int128(random.int(1...9_000)) * Self.lot),
            price: random.bool() ? Price(attos: Int128(random.int(900...1_100)) * Self.tick) : nil,
            isReduceOnly: random.chance(20))
    }

    private func report(_ order: Order, _ desk: inout Desk, _ random: inout Seeded) {
        switch random.int(0...6) {
        case 0: desk.accept(order.id)
        case 1...3 where order.remaining > .zero:
            let lots = random.int(1...Int(order.remaining.attos / Self.lot))
            desk.fill(
                order.id, Quantity(attos: Int128(lots) * Self.lot),
                at: Price(attos: 100 * attosPerUnit))
        case 4: desk.ask(.cancel(.order(order.id)))
        case 5: desk.report(order.id, .lost(reason: "timeout"))
        default: desk.report(order.id, random.bool() ? .cancelled : .rejected(reason: "no"))
        }
    }

    private func expectsToPass(
        _ request: OrderRequest, _ ticks: [Int], _ limit: Int, _ state: TradingState
    ) -> Bool {
        let id = request.instrument.index
        let before = worst(id, state, nil)
        let after = worst(id, state, request)
        guard !request.isReduceOnly, after > before else { return true }
        return after * ticks[id] + worst(1 - id, state, nil) * ticks[1 - id] <= limit
    }

    /// In lots: how large the position may become on either side.
    private func worst(_ id: Int, _ state: TradingState, _ extra: OrderRequest?) -> Int {
        let net = Int(state.positions[id].net.attos / Self.lot)
        var most = 0
        for (side, held) in [(Side.buy, net), (.sell, -net)] {
            var (growing, reducing) = (0, 0)
            for order in state.orders.open
            where order.request.instrument.index == id && order.request.side == side {
                let lots = Int((order.request.quantity.attos - order.filled.attos) / Self.lot)
                if order.request.isReduceOnly { reducing += lots } else { growing += lots }
            }
            if let extra, extra.side == side { growing += Int(extra.quantity.attos / Self.lot) }
            let start = held < 0 ? min(0, held + reducing) : held
            most = max(most, start + growing)
        }
        return most
    }

    // MARK: - Losses

    /// What a run is worth, from every payment that it ever made.
    private struct Books {
        var cash = 0  // in lots × ticks
        var lots = [0, 0]
        var ticks = [1_000, 1_000]
        var dayStart = 0
        var peak = 0
        var day: Int64 = 0

        var worth: Int { cash + lots[0] * ticks[0] + lots[1] * ticks[1] }
    }

    /// Fills, fees, funding and prices over some days: the run stops at the same event as plain books say,
    /// and remembers what they have.
    @Test(arguments: seeds)
    func `loss and drawdown are those of plain books`(seed: UInt64) throws {
        var random = Seeded(seed)
        let (most, deepest) = (random.int(50...400), random.int(100...600))  // USDT
        var desk = try Desk.ofTwo {
            $0.maxDailyLoss = try Money("\(most)")
            $0.maxDrawdown = try Money("\(deepest)")
        }
        var books = Books()
        for step in 0..<2_000 {
            if random.chance(5) {
                desk.pass(nanoseconds: Int64(random.int(1...40_000)) * 1_000_000_000)
            }
            let before = books
            let stop = try event(&desk, &books, &random)
            follow(&books, from: before, at: desk.now)
            let loss = books.dayStart - books.worth
            let fall = books.peak - books.worth
            if loss >= most * 10_000 || fall >= deepest * 10_000 {
                let rule = loss >= most * 10_000 ? "max_daily_loss: " : "max_drawdown: "
                #expect(stop?.hasPrefix(rule) == true, "step \(step): \(stop ?? "goes on")")
                return
            }
            #expect(stop == nil, "step \(step), loss \(loss), fall \(fall)")
            let counters = try #require(desk.engine.riskCounters)
            #expect(counters.peak == money(books.peak))
        }
    }

    private func money(_ books: Int) -> Money {
        Money(attos: Int128(books) * (attosPerUnit / 10_000))
    }

    /// One thing that happens; says why trading stopped, nil: it goes on.
    private func event(
        _ desk: inout Desk, _ books: inout Books, _ random: inout Seeded
    ) throws -> String? {
        let id = random.int(0...1)
        switch random.int(0...9) {
        case 0...5:
            books.ticks[id] = max(500, books.ticks[id] + random.int(-25...25))
            return try desk.trade(id, at: "\(Price(attos: Int128(books.ticks[id]) * Self.tick))")
                .stopReason
        case 6:
            let fee = random.int(-20...40)
            let (lots, ticks) = (random.int(1...3_000), books.ticks[id] + random.int(-9...9))
            let side: Side =
                books.lots[id] > 0
                ? .sell : books.lots[id] < 0 ? .buy : random.bool() ? .buy : .sell
            books.lots[id] += side == .buy ? lots : -lots
            books.cash += (side == .buy ? -lots : lots) * ticks - fee * 1_000
            let order = try desk.place(
                OrderRequest(
                    instrument: InstrumentID(id), side: side,
                    quantity: Quantity(attos: Int128(lots) * Self.lot)))
            let fill = Fill(
                id: "f", price: Price(attos: Int128(ticks) * Self.tick),
                quantity: Quantity(attos: Int128(lots) * Self.lot), liquidity: .taker,
                fee: money(fee * 1_000), feeCurrency: Currency("USDT"))
            return desk.feed(
                .report(
                    ExecutionReport(
                        order: order, instrument: InstrumentID(id), event: .fill(fill),
                        venueTime: desk.now, receiveTime: desk.now))
            ).stopReason
        default:
            let paid = random.int(-30...30)
            books.cash += paid * 1_000
            var funding = Funding(
                instrument: InstrumentID(id), rate: .zero, mark: nil, venueTime: desk.now,
                receiveTime: desk.now)
            funding.payment = money(paid * 1_000)
            return desk.feed(.market(.funding(funding))).stopReason
        }
    }

    private func follow(_ books: inout Books, from before: Books, at now: Timestamp) {
        let day = now.nanoseconds / 86_400_000_000_000
        if day != books.day {
            books.day = day
            books.dayStart = before.worth
        }
        books.peak = max(books.peak, books.worth)
    }
}
