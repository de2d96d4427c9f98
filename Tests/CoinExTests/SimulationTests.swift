import AccountSession
import CoinEx
import PropertyTesting
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `CoinEx session on a faulty network` {
    private static let seeds: [UInt64] = Array(1...60) + [171, 234, 457, 954]

    /// What all sessions of all seeds do, to the last byte.
    ///
    /// A change that is not meant to change behaviour leaves it as it is. One that is meant to: look at
    /// why it differs, then put here the number that the test prints.
    private static let actionHash: UInt64 = 0x92ee_65ca_bcaf_5126

    @Test func `does what it did before, to the last action`() throws {
        var sum: UInt64 = 0
        for seed in Self.seeds {
            let floor = try Floor(seed: seed, hashes: true)
            try trade(floor)
            sum = sum &* 31 &+ floor.actionHash.value
        }
        print("the hash of all actions of the CoinEx session is 0x\(String(sum, radix: 16))")
        #expect(sum == Self.actionHash)
    }

    /// - Returns: how often it had agreed with the venue before the last reconciliation.
    @discardableResult
    private func trade(_ floor: Floor) throws -> Int {
        floor.run(30)
        for _ in 0..<300 {
            try act(floor)
            floor.run(Double(floor.random.int(1...600)) / 1_000)
        }
        floor.heal()
        let before = floor.agreements
        floor.reconcile()
        floor.run(30)
        return before
    }

    @Test(arguments: seeds)
    func `ends with the venue's own books, no order doubled and no execution lost`(seed: UInt64)
        throws
    {
        let floor = try Floor(seed: seed)
        let before = try trade(floor)
        #expect(floor.agreements == before + 1)
        #expect(floor.isConnected)
        #expect(floor.errors == [])
        checkExecutions(floor)
        try checkHoldings(floor)
        try checkOrders(floor)
        // Sent again only where the venue said that it did nothing.
        let ids = Dictionary(grouping: floor.venue.orders, by: \.clientID)
        for (id, orders) in ids {
            #expect(orders.count == 1 || floor.venue.changesIDs, "\(id) was doubled")
            #expect(orders.filter(\.isOpen).count <= 1, "\(id) was doubled")
        }
        #expect(Set(floor.venue.stops.map(\.clientID)).count == floor.venue.stops.count)
        #expect(floor.placements.values.max() ?? 0 <= 3)
    }

    private func checkExecutions(_ floor: Floor) {
        var venue: [String: Int] = [:]
        for deal in floor.venue.deals {
            let order = floor.venue.orders.first {
                $0.id == deal.orderID && $0.product == deal.product
            }
            venue[order?.clientID ?? "", default: 0] += deal.amount
        }
        for (id, amount) in venue.sorted(by: { $0.key < $1.key }) {
            let told = floor.filled[id]?.description ?? "0"
            #expect(told == thousandths(amount), "\(id): \(floor.stories[id] ?? [])")
        }
    }

    private func checkHoldings(_ floor: Floor) throws {
        let state = try #require(floor.engine?.state)
        for (index, product) in ["spot", "futures"].enumerated() {
            let net = thousandths(floor.venue.net(product))
            #expect(state.positions[index].net.description == net)
            let fees = Money(attos: Int128(floor.venue.fees(product)) * attosPerUnit / 1_000_000)
            #expect(state.positions[index].fees == fees)
            if product == "futures" {
                // What the venue says is held is what the executions add up to.
                #expect(floor.positions[InstrumentID(index)]?.description ?? "0" == net)
            }
        }
    }

    private func checkOrders(_ floor: Floor) throws {
        let open = try #require(floor.engine?.state.orders.open)
        #expect(open.map(\.id.text).sorted() == floor.venue.openIDs)
        for order in open {
            let wire = floor.venue.orders.last { $0.clientID == order.id.text && $0.isOpen }
            let stop = floor.venue.stops.last {
                $0.clientID == order.id.text && $0.state == .waiting
            }
            let (filled, amount, price) = try #require(
                wire.map { ($0.filled, $0.amount, $0.price) }
                    ?? stop.map { (0, $0.amount, $0.price) })
            #expect(order.filled.description == thousandths(filled))
            #expect(order.request.quantity.description == thousandths(amount))
            #expect(order.request.price?.description ?? "0" == "\(price)")
            #expect(
                order.state.name == (wire == nil ? "waiting" : "working"),
                "\(order.id): \(floor.stories[order.id.text] ?? [])")
        }
    }

    private func act(_ floor: Floor) throws {
        let open = floor.engine?.state.orders.open ?? []
        switch floor.random.int(0...99) {
        case 0..<35 where floor.isConnected: floor.ask(.place(request(floor)))
        case 35..<52 where !open.isEmpty:
            floor.ask(.cancel(.order(floor.random.pick(open).id)))
        case 52..<63 where !open.isEmpty:
            let order = floor.random.pick(open)
            let price: Price? =
                order.request.price == nil ? nil : exact("\(floor.random.int(90...110))")
            let quantity: Quantity? =
                price == nil || floor.random.bool() ? quantity(floor) : nil
            floor.ask(.amend(order.id, price: price, quantity: quantity))
        case 63..<90: floor.trade()
        case 90..<95: floor.wakeStop()
        case 95..<97: floor.reconcile()
        case 97: floor.cut()
        default: break
        }
    }

    private func quantity(_ floor: Floor) -> Quantity {
        exact(thousandths(floor.random.int(2_000...9_999)))
    }

    /// Any kind of order that the venue has, in either product.
    private func request(_ floor: Floor) -> OrderRequest {
        var request = OrderRequest(
            instrument: InstrumentID(floor.random.int(0...1)),
            side: floor.random.bool() ? .buy : .sell, quantity: quantity(floor),
            price: exact("\(floor.random.int(90...110))"))
        let net = floor.engine?.state.positions[1].net ?? .zero
        switch floor.random.int(0...9) {
        case 0, 1: request.timeInForce = .ioc
        case 2, 3: request.isPostOnly = true
        case 4, 5:
            request.stop = request.side == .buy ? exact("105") : exact("95")
            if floor.random.bool() { request.price = nil }
        case 6, 7:
            guard let side = net.side else { break }
            request.instrument = InstrumentID(1)
            request.side = side.opposite
            request.quantity = min(request.quantity, net.magnitude)
            request.isReduceOnly = true
        default: break
        }
        return request
    }
}
