import PropertyTesting
import Testing
import TradingCore
import TradingModel

@Suite struct `The risk gate, whatever comes` {
    private let maxPosition = Quantity(attos: 10 * attosPerUnit)

    /// Random intents, and a venue that accepts, fills, refuses and loses in any order.
    @Test(arguments: seeds)
    func `the worst case never passes the limit`(seed: UInt64) throws {
        var random = Seeded(seed)
        var limits = RiskLimits()
        limits.maxPosition = maxPosition
        var desk = Desk([try .linear()], limits: limits)
        try desk.quote(bid: "99", ask: "101")
        var approved = 0
        for _ in 0..<1_500 {
            if random.chance(40) {
                let intent = randomIntent(&random, desk.state)
                for command in desk.ask(intent) {
                    approved += try expectModest(command, intent, desk.state) ? 1 : 0
                }
            } else if let order = desk.state.orders.open.randomElement(using: &random) {
                report(order, &desk, &random)
            }
            for side in [Side.buy, .sell] {
                #expect(worst(side, desk.state) <= BigInteger(maxPosition.attos))
            }
        }
        #expect(approved > 50)
    }

    /// Orders of two instruments, reduce-only ones among them, that are accepted, filled, amended,
    /// cancelled and lost in any order.
    @Test(arguments: seeds)
    func `the sums of open orders are what a walk over them makes`(seed: UInt64) throws {
        var random = Seeded(seed)
        var desk = Desk([try .linear(), try .linear(id: 1)])
        for _ in 0..<1_000 {
            if random.chance(40) {
                var intent = randomIntent(&random, desk.state)
                if case .place(var request) = intent {
                    request.instrument = InstrumentID(random.int(0...1))
                    request.isReduceOnly = random.chance(30)
                    intent = .place(request)
                }
                desk.ask(intent)
            } else if let order = desk.state.orders.open.randomElement(using: &random) {
                report(order, &desk, &random)
            }
            expectSums(desk.state)
        }
    }

    private func expectSums(_ state: TradingState) {
        for instrument in state.instruments {
            for side in [Side.buy, .sell] {
                let sums = state.orders.exposure(of: instrument.id, side)
                let open = state.orders.open.filter {
                    $0.request.instrument == instrument.id && $0.request.side == side
                }
                func sum(_ isMeant: (Order) -> Bool) -> Int128 {
                    open.filter(isMeant).reduce(0) { $0 + $1.remaining.attos }
                }
                #expect(sums.reducing.attos == sum { $0.request.isReduceOnly })
                #expect(
                    sums.cancelling.attos
                        == sum { !$0.request.isReduceOnly && $0.state.isCancelling })
                #expect(
                    sums.growing.attos == sum { !$0.request.isReduceOnly && !$0.state.isCancelling }
                )
            }
        }
    }

    private func randomIntent(_ random: inout Seeded, _ state: TradingState) -> Intent {
        let price = Price(attos: Int128(random.int(900...1_100)) * 107_000_000_000_000_000)
        let quantity = Quantity(attos: Int128(random.int(0...9_000)) * 1_100_000_000_000_000)
        if random.chance(30), let order = state.orders.open.randomElement(using: &random) {
            return random.chance(30)
                ? .cancel(.order(order.id))
                : .amend(
                    order.id, price: random.bool() ? price : nil,
                    quantity: random.bool() ? quantity : nil)
        }
        return .place(
            OrderRequest(
                instrument: InstrumentID(0), side: random.bool() ? .buy : .sell,
                quantity: quantity, price: random.chance(70) ? price : nil,
                stop: random.chance(20) ? price : nil))
    }

    /// What is approved is on tick and lot, and never more aggressive or larger than asked.
    private func expectModest(
        _ command: Command, _ intent: Intent, _ state: TradingState
    ) throws -> Bool {
        let facts = state.instruments[0]
        switch (command, intent) {
        case (.submit(let order), .place(let asked)):
            let sent = order.request
            #expect(sent.quantity.isMultiple(of: facts.lot))
            #expect(sent.quantity > .zero && sent.quantity <= asked.quantity)
            expectModest(sent.price, asked.price, sent.side, facts)
            expectModest(sent.stop, asked.stop, sent.side.opposite, facts)
        case (.amend(let amendment), .amend(let id, let price, let quantity)):
            let side = try #require(state.orders[id]).request.side
            #expect((amendment.quantity == nil) == (quantity == nil))
            if let sent = amendment.quantity, let quantity {
                #expect(sent.isMultiple(of: facts.lot) && sent <= quantity)
            }
            expectModest(amendment.price, price, side, facts)
        default: return false
        }
        return true
    }

    private func expectModest(_ sent: Price?, _ asked: Price?, _ side: Side, _ facts: Instrument) {
        guard let sent, let asked else {
            #expect(sent == asked)
            return
        }
        #expect(sent.isMultiple(of: facts.tick))
        #expect(side == .buy ? sent <= asked : sent >= asked)
        #expect(abs(sent.attos - asked.attos) < facts.tick.attos)
    }

    private func report(_ order: Order, _ desk: inout Desk, _ random: inout Seeded) {
        var most = order.request.quantity
        var amended: (price: Price?, quantity: Quantity)?
        if case .pendingAmend(_, let terms) = order.state {
            amended = (terms.price, terms.quantity ?? order.request.quantity)
            most = max(most, terms.quantity ?? most)
        }
        switch random.int(1...10) {
        case 1...3: desk.accept(order.id)
        case 4...6 where order.filled < most:
            let left = (most - order.filled).attos / 1_000_000_000_000_000
            let lots = random.chance(50) ? left : Int128(random.int(1...Int(left)))
            desk.fill(
                order.id, Quantity(attos: lots * 1_000_000_000_000_000), at: Price(attos: 1))
        case 7:
            desk.report(order.id, random.bool() ? .cancelled : .expired(reason: "end"))
        case 8:
            desk.report(order.id, random.bool() ? .lost(reason: "timeout") : .triggered)
        case 9:
            desk.report(order.id, .cancelRejected(reason: "no"))
        default:
            if let amended, random.bool() {
                desk.report(order.id, .amended(price: amended.price, quantity: amended.quantity))
            } else {
                desk.report(order.id, .amendRejected(reason: "no"))
            }
        }
    }

    /// The position with everything that may still fill on one side filled, counted anew here.
    private func worst(_ side: Side, _ state: TradingState) -> BigInteger {
        var sum = BigInteger(state.positions[0].net.attos)
        if side == .sell { sum = -sum }
        for order in state.orders.open where order.request.side == side {
            var most = order.request.quantity
            switch order.state {
            case .pendingAmend(_, let terms), .pendingCancel(_, let terms?),
                .unknown(_, let terms?, _):
                most = max(most, terms.quantity ?? most)
            default: break
            }
            sum = sum + BigInteger(max(0, most.attos - order.filled.attos))
        }
        return sum
    }

    /// With reduce-only orders too, and cancels, most of which come too late.
    @Test(arguments: seeds)
    func `the position itself never passes the limit`(seed: UInt64) throws {
        var random = Seeded(seed)
        var limits = RiskLimits()
        limits.maxPosition = maxPosition
        var desk = Desk([try .linear()], limits: limits)
        for _ in 0..<1_500 {
            if random.chance(30) {
                let quantity = Int128(random.int(1...15_000)) * 1_000_000_000_000_000
                desk.ask(
                    .place(
                        OrderRequest(
                            instrument: InstrumentID(0), side: random.bool() ? .buy : .sell,
                            quantity: Quantity(attos: quantity), isReduceOnly: random.chance(40))))
            } else if let order = desk.state.orders.open.randomElement(using: &random) {
                if random.chance(30) {
                    cancelAsVenue(order, &desk, &random)
                } else {
                    fillAsVenue(order, &desk, &random)
                }
            }
            #expect(desk.state.positions[0].net.magnitude <= maxPosition)
        }
    }

    private func cancelAsVenue(_ order: Order, _ desk: inout Desk, _ random: inout Seeded) {
        if !order.state.isCancelling {
            desk.ask(.cancel(.order(order.id)))
        } else if random.chance(30) {
            desk.report(order.id, random.bool() ? .cancelled : .cancelRejected(reason: "no"))
        }
    }

    /// A venue fills a reduce-only order up to flat and ends it there.
    private func fillAsVenue(_ order: Order, _ desk: inout Desk, _ random: inout Seeded) {
        var most = order.remaining
        if order.request.isReduceOnly {
            let net = desk.state.positions[0].net
            guard net.side == order.request.side.opposite else {
                return desk.report(order.id, .expired(reason: "reduce-only"))
            }
            most = min(most, net.magnitude)
        }
        let all = Int(most.attos / 1_000_000_000_000_000)
        let lots = random.chance(70) ? all : random.int(1...all)
        desk.fill(
            order.id, Quantity(attos: Int128(lots) * 1_000_000_000_000_000), at: Price(attos: 1))
    }
}
