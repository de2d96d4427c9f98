internal import PropertyTesting
internal import TradingCore
internal import TradingModel

/// A session of minutes of trading on a ``Floor``, and what must be so at its end, at any venue and for
/// any seed.
package struct HostileSimulation<Wire: HostileWire> {
    package let floor: Floor<Wire>
    /// How often the session had agreed with the venue before the last reconciliation.
    private var agreementsBefore = 0

    package init(seed: UInt64, hashes: Bool = false) {
        floor = Floor(seed: seed, hashes: hashes)
    }

    /// Trades with faults, then without, and lets the session reconcile.
    package mutating func run() {
        floor.run(30)
        for _ in 0..<300 {
            act()
            floor.run(Double(floor.random.int(1...600)) / 1_000)
        }
        floor.heal()
        agreementsBefore = floor.agreements
        floor.reconcile()
        floor.run(30)
    }

    private func act() {
        let open = floor.engine?.state.orders.open ?? []
        switch floor.random.int(0...99) {
        case 0..<35 where floor.isConnected: floor.ask(.place(request()))
        case 35..<52 where !open.isEmpty:
            floor.ask(.cancel(.order(floor.random.pick(open).id)))
        case 52..<63 where !open.isEmpty:
            let order = floor.random.pick(open)
            let price: Price? = order.request.price == nil ? nil : anyPrice()
            let quantity: Quantity? = price == nil || floor.random.bool() ? anyQuantity() : nil
            floor.ask(.amend(order.id, price: price, quantity: quantity))
        case 63..<90: floor.trade()
        case 90..<95: floor.wakeStop()
        case 95..<97: floor.reconcile()
        case 97: floor.cut()
        default: break
        }
    }

    private func anyPrice() -> Price { Self.whole(floor.random.int(90...110)) }
    private static func whole(_ price: Int) -> Price { Price(attos: Int128(price) * attosPerUnit) }
    private func anyQuantity() -> Quantity {
        Quantity(attos: Int128(floor.random.int(2_000...9_999)) * attosPerUnit / 1_000)
    }

    /// Any kind of order that the venue has, in any segment.
    private func request() -> OrderRequest {
        let last = floor.wire.symbols.count - 1
        var request = OrderRequest(
            instrument: InstrumentID(floor.random.int(0...last)),
            side: floor.random.bool() ? .buy : .sell, quantity: anyQuantity(), price: anyPrice())
        let net = floor.engine?.state.positions[last].net ?? .zero
        switch floor.random.pick(floor.wire.wishes) {
        case .market: request.price = nil
        case .immediate: request.timeInForce = .ioc
        case .postOnly: request.isPostOnly = true
        case .stop:
            request.stop = request.side == .buy ? Self.whole(105) : Self.whole(95)
            if floor.random.bool() { request.price = nil }
        case .reducing:
            guard let side = net.side else { break }
            request.instrument = InstrumentID(last)
            request.side = side.opposite
            request.quantity = min(request.quantity, net.magnitude)
            request.isReduceOnly = true
        case .limit: break
        }
        return request
    }

    // MARK: - What must be so

    /// What is not as it must be; empty: the books are the venue's own, no order was doubled and no
    /// execution lost.
    package var problems: [String] {
        var problems = floor.errors
        if floor.agreements != agreementsBefore + 1 {
            problems.append("agreed \(floor.agreements - agreementsBefore) times at the end")
        }
        if !floor.isConnected { problems.append("is not connected") }
        return problems + executionProblems + holdingProblems + orderProblems + doublings
    }

    private var executionProblems: [String] {
        var sums: [String: Int] = [:]
        for execution in floor.venue.executions {
            sums[execution.clientID, default: 0] += execution.amount
        }
        return sums.sorted { $0.key < $1.key }.compactMap { id, amount in
            let told = floor.filled[id]?.description ?? "0"
            guard told != thousandths(amount) else { return nil }
            return "\(id): \(told) told, \(thousandths(amount)) filled: \(story(id))"
        }
    }

    private var holdingProblems: [String] {
        guard let state = floor.engine?.state else { return ["there is no engine"] }
        return floor.wire.symbols.indices.flatMap { segment -> [String] in
            var problems: [String] = []
            let net = thousandths(floor.venue.net(segment))
            let counted = state.positions[segment].net.description
            if counted != net { problems.append("segment \(segment): \(counted), not \(net)") }
            let fees = Money(attos: Int128(floor.venue.fees(segment)) * attosPerUnit / 1_000_000)
            if state.positions[segment].fees != fees {
                problems.append("segment \(segment): other fees than \(fees)")
            }
            // What the venue says is held is what the executions add up to.
            let told = floor.positions[InstrumentID(segment)]?.description ?? "0"
            if floor.wire.positionSegments.contains(segment), told != net {
                problems.append("segment \(segment): \(told) is told to be held, not \(net)")
            }
            return problems
        }
    }

    private var orderProblems: [String] {
        let open = floor.engine?.state.orders.open ?? []
        let ids = open.map { floor.wire.clientID($0.id) }.sorted()
        guard ids == floor.venue.openIDs else {
            return ["open are \(ids), at the venue \(floor.venue.openIDs)"]
        }
        return open.compactMap { order in
            let id = floor.wire.clientID(order.id)
            let wire = floor.venue.orders.last { $0.terms.clientID == id && $0.isOpen }
            let stop = floor.venue.stops.last { $0.terms.clientID == id && $0.state == .waiting }
            guard let terms = wire?.terms ?? stop?.terms else { return "\(id) is not there" }
            let price = terms.kind == .market ? 0 : terms.price
            let truth = [
                thousandths(wire?.filled ?? 0), thousandths(terms.amount), "\(price)",
                wire == nil ? "waiting" : "working",
            ]
            let kept = [
                order.filled.description, order.request.quantity.description,
                order.request.price?.description ?? "0", order.state.name,
            ]
            return kept == truth ? nil : "\(id): \(kept), not \(truth): \(story(id))"
        }
    }

    /// Sent again only where the venue said that it did nothing.
    private var doublings: [String] {
        let venue = floor.venue
        var problems: [String] = []
        let orders = Dictionary(grouping: venue.orders, by: \.terms.clientID)
        for (id, orders) in orders.sorted(by: { $0.key < $1.key })
        where orders.count > 1 && !venue.changesIDs || orders.count(where: \.isOpen) > 1 {
            problems.append("\(id) was doubled: \(story(id))")
        }
        if Set(venue.stops.map(\.terms.clientID)).count != venue.stops.count {
            problems.append("a stop was doubled")
        }
        for (placement, count) in floor.placements.sorted(by: { $0.key < $1.key })
        where count > floor.wire.mostPlacements {
            problems.append("\(count) times: \(placement)")
        }
        return problems
    }

    private func story(_ id: String) -> String {
        floor.stories[id]?.joined(separator: ", ") ?? "nothing was told"
    }
}
