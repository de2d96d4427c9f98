import PropertyTesting
import Testing
import TradingCore
import TradingModel

private let symbol = InstrumentID(0)

private func order(
    _ side: Side, _ quantity: String, price: String? = nil, stop: String? = nil,
    reduceOnly: Bool = false, tif: TimeInForce = .gtc, tag: OrderTag = .empty
) throws -> OrderRequest {
    OrderRequest(
        instrument: symbol, side: side, quantity: try Quantity(quantity),
        price: try price.map { try Price($0) }, timeInForce: tif, isReduceOnly: reduceOnly,
        stop: try stop.map { try Price($0) }, tag: tag)
}

extension Desk {
    /// What a target sends: side, quantity and whether it only reduces; empty: nothing.
    fileprivate mutating func target(_ wanted: String) throws -> [String] {
        try ask(.target(symbol, SignedQuantity(wanted))).compactMap { command in
            guard case .submit(let order) = command else { return nil }
            let request = order.request
            return "\(request.side) \(request.quantity)"
                + (request.isReduceOnly ? " reduce-only" : "")
        }
    }

    fileprivate mutating func working(_ request: OrderRequest) throws {
        accept(try place(request))
    }

    fileprivate mutating func cancelAll() {
        ask(.cancel(.matching(instrument: nil, tag: nil)))
    }
}

@Suite struct `A target` {
    private func desk(holding held: String? = nil) throws -> Desk {
        var desk = Desk([try .linear()])
        try desk.quote(bid: "99.9", ask: "100.1")
        if let held { try desk.hold(held) }
        return desk
    }

    // MARK: - Stops

    @Test(arguments: ["sent", "accepted", "being cancelled", "unheard of"])
    func `does not count a stop that has not been triggered`(stage: String) throws {
        var desk = try desk(holding: "1")
        let stop = try desk.place(order(.sell, "1", stop: "95", reduceOnly: true))
        switch stage {
        case "accepted": desk.accept(stop)
        case "being cancelled":
            desk.accept(stop)
            desk.cancelAll()
        case "unheard of": desk.report(stop, .lost(reason: "timeout"))
        default: break
        }
        #expect(try desk.target("1") == [])
        #expect(try desk.target("0.25").map { $0.prefix(9) } == ["sell 0.75"])
    }

    @Test func `counts a stop once it has been triggered`() throws {
        var desk = try desk(holding: "1")
        let stop = try desk.place(order(.sell, "1", stop: "95", reduceOnly: true))
        desk.accept(stop)
        desk.report(stop, .triggered)
        #expect(try desk.target("0") == [])
    }

    @Test func `counts a plain stop that was triggered and rests at its limit`() throws {
        var desk = try desk()
        let stop = try desk.place(order(.buy, "2", price: "99", stop: "105"))
        desk.accept(stop)
        #expect(try desk.target("0") == [])
        desk.report(stop, .triggered)
        #expect(try desk.target("2") == [])
    }

    // MARK: - Exits

    @Test func `goes flat past exits that rest, and cannot turn the position round`() throws {
        var desk = try desk(holding: "1")
        try desk.working(order(.sell, "1", price: "110", reduceOnly: true))
        try desk.working(order(.sell, "1", price: "120", reduceOnly: true))
        #expect(try desk.target("0") == ["sell 1 reduce-only"])
        #expect(try desk.target("0") == [], "what is under way is not asked for twice")
    }

    @Test func `of a long never buys to go flat, however many exits there are`() throws {
        var desk = try desk(holding: "1")
        for _ in 0..<3 { try desk.place(order(.sell, "1", reduceOnly: true)) }
        #expect(try desk.target("0") == [])
        try desk.working(order(.sell, "5", price: "110"))
        #expect(try desk.target("0") == [], "plain orders that rest may fill, or not")
    }

    // MARK: - Orders that are told to go

    @Test(arguments: [("0", ["sell 1 reduce-only"]), ("1", []), ("2", ["buy 1"])])
    func `does not count what rests and is being cancelled`(
        wanted: String, sent: [String]
    ) throws {
        var desk = try desk(holding: "1")
        try desk.working(order(.sell, "1", price: "110"))
        desk.cancelAll()
        #expect(try desk.target(wanted) == sent)
    }

    @Test func `counts a resting order until it is being cancelled`() throws {
        var desk = try desk()
        try desk.working(order(.buy, "1", price: "90"))
        #expect(try desk.target("1") == [])
        desk.cancelAll()
        #expect(try desk.target("1") == ["buy 1"])
    }

    @Test(arguments: [nil, "100.1", "120"])
    func `counts an order that fills at once, for no cancel can stop it`(price: String?) throws {
        var desk = try desk()
        try desk.place(order(.buy, "1", price: price))
        desk.cancelAll()
        #expect(try desk.target("1") == [])
    }

    @Test func `asked for again and again with a cancel in front trades once`() throws {
        var desk = try desk()
        for _ in 0..<5 {
            desk.cancelAll()
            _ = try desk.target("1")
        }
        #expect(desk.state.orders.openCount == 1)
    }

    @Test func `turns round while the order before is still under way`() throws {
        var desk = try desk(holding: "1")
        #expect(try desk.target("-1") == ["sell 2"])
        #expect(try desk.target("1") == ["buy 2"])
    }

    @Test func `does not go away from where the position stands because of what rests`() throws {
        var desk = try desk()
        try desk.working(order(.buy, "1", price: "90"))
        #expect(try desk.target("0") == [])
        try desk.working(order(.sell, "3", price: "110"))
        #expect(try desk.target("0") == [])
    }

    @Test func `counts an order whose fate is not known`() throws {
        var desk = try desk()
        let sent = try desk.place(order(.buy, "1"))
        desk.report(sent, .lost(reason: "timeout"))
        #expect(try desk.target("1") == [])
    }

    // MARK: - Numbers

    @Test func `takes a number beside the lot by floating point alone for the lot`() throws {
        var desk = try desk()
        #expect(try desk.target("0.7999999999999999") == ["buy 0.8"])
    }
}

@Suite struct `Targets, whatever is open` {
    /// Random orders in every state, then a target: once all has filled that counts, the position is
    /// what was wanted, and nothing was sent that leads away from it.
    @Test(arguments: seeds)
    func `lead to what was wanted`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<200 {
            var desk = Desk([try .linear()])
            try desk.quote(bid: "99.9", ask: "100.1")
            let held = random.int(-5...5)
            if held != 0 { try desk.hold("\(held)") }
            for _ in 0..<random.int(0...4) { try placeRandom(&desk, &random) }
            let wanted = random.int(-6...6)
            let (now, later) = plainCount(desk.state)
            let sent = desk.ask(.target(symbol, try SignedQuantity("\(wanted)")))
                .compactMap { command -> OrderRequest? in
                    guard case .submit(let order) = command else { return nil }
                    return order.request
                }
            let missing = wanted - later
            let isWorthIt = missing != 0 && (missing > 0) == (wanted > now) && wanted != now
            #expect(
                sent.map { $0.quantity.signed($0.side).attos }
                    == (isWorthIt ? [Int128(missing) * attosPerUnit] : []),
                "seed \(seed): wanted \(wanted), sure \(now), expected \(later)")
        }
    }

    private func placeRandom(_ desk: inout Desk, _ random: inout Seeded) throws {
        let side = random.bool() ? Side.buy : .sell
        let isReduceOnly = random.chance(40) && desk.state.positions[0].net.side == side.opposite
        let far = side == .buy ? "90" : "110"
        let near = side == .buy ? "105" : "95"
        let price = random.pick([nil, far, far, near])
        let stop = random.chance(25) ? (side == .buy ? "120" : "80") : nil
        guard
            let id = try? desk.place(
                order(
                    side, "\(random.int(1...3))", price: price, stop: stop,
                    reduceOnly: isReduceOnly, tif: random.chance(20) ? .ioc : .gtc))
        else { return }
        for _ in 0..<random.int(0...3) {
            guard desk.state.orders[id]?.state.isOpen == true else { return }
            switch random.int(1...5) {
            case 1, 2: desk.accept(id)
            case 3: desk.ask(.cancel(.order(id)))
            case 4: desk.report(id, .lost(reason: "timeout"))
            default: if stop != nil { desk.report(id, .triggered) }
            }
        }
    }

    /// The position once what fills at once has filled, and once what rests has: counted anew.
    private func plainCount(_ state: TradingState) -> (now: Int, later: Int) {
        var held = Int(state.positions[0].net.attos / attosPerUnit)
        var rest = 0
        let orders = state.orders.open
        // Exits that act at once come first: they find what is held.
        for isExit in [true, false] {
            for order in orders where order.request.isReduceOnly == isExit {
                let (stands, isLeaving) = standing(order)
                let size = Int(order.remaining.attos / attosPerUnit)
                let signed = order.request.side == .buy ? size : -size
                switch (stands, takes(order, stands)) {
                case (.asleep, _): break
                case (_, true) where isExit:
                    if held > 0, signed < 0 { held = max(0, held + signed) }
                    if held < 0, signed > 0 { held = min(0, held + signed) }
                case (_, true): held += signed
                case (_, false): if !isExit, !isLeaving { rest += signed }
                }
            }
        }
        return (held, held + rest)
    }

    private enum Stands { case asleep, onItsWay, there }

    private func standing(_ order: Order) -> (Stands, isLeaving: Bool) {
        func of(_ place: OrderState.Standing) -> Stands {
            switch place {
            case .sent(let isStop): isStop ? .asleep : .onItsWay
            case .waiting: .asleep
            case .working: .there
            }
        }
        switch order.state {
        case .pendingNew: return (.onItsWay, false)
        case .pendingStop, .waiting: return (.asleep, false)
        case .working: return (.there, false)
        case .pendingCancel(let place, _): return (of(place), true)
        case .pendingAmend(let place, _), .unknown(let place, _, _): return (of(place), false)
        case .filled, .cancelled, .rejected, .expired: return (.asleep, false)
        }
    }

    private func takes(_ order: Order, _ stands: Stands) -> Bool {
        guard let price = order.request.price, order.request.timeInForce == .gtc else {
            return true
        }
        guard stands == .onItsWay else { return false }
        return order.request.side == .buy ? price.double >= 100.1 : price.double <= 99.9
    }
}

@Suite struct `The worst position` {
    /// Fills of open orders in every order of events, each whole or not at all.
    @Test(arguments: seeds)
    func `is the worst of all ways in which open orders may fill`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<60 {
            var desk = Desk([try .linear()])
            try desk.quote(bid: "99.9", ask: "100.1")
            let held = random.int(-3...3)
            if held != 0 { try desk.hold("\(held)") }
            let side = random.bool() ? Side.buy : .sell
            for _ in 0..<random.int(0...3) {
                _ = try? desk.place(
                    order(
                        random.bool() ? .buy : .sell, "\(random.int(1...3))",
                        price: random.bool() ? "100" : nil, reduceOnly: random.chance(40)))
            }
            let asked = try order(side, "\(random.int(1...3))", price: "100")
            let worst = worstOf(desk.state.orders.open.map(\.request) + [asked], held, side)
            for (limit, isFine) in [(worst, true), (worst - 1, false)] where limit > 0 {
                var limits = RiskLimits()
                limits.maxPosition = Quantity(attos: Int128(limit) * attosPerUnit)
                var gate = RiskGate(limits: limits)
                let isApproved =
                    (try? gate.approve(asked, id: ClientOrderID("x"), given: desk.state)) != nil
                #expect(isApproved == isFine, "seed \(seed): worst \(worst), limit \(limit)")
            }
        }
    }

    private func worstOf(_ orders: [OrderRequest], _ held: Int, _ side: Side) -> Int {
        var worst = side == .buy ? held : -held
        for (place, order) in orders.enumerated() {
            var rest = orders
            rest.remove(at: place)
            let size = order.fillable(
                order.quantity, holding: SignedQuantity(attos: Int128(held) * attosPerUnit))
            let signed = Int(size.signed(order.side).attos / attosPerUnit)
            worst = max(worst, worstOf(rest, held + signed, side))
        }
        return worst
    }
}
