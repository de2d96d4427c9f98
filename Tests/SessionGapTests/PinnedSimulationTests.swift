import Matching
import PropertyTesting
import SessionGap
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `A session's orders in the simulation` {
    @Test(arguments: seeds)
    func `fill as they did at a simulated venue with the same latency`(seed: UInt64) throws {
        let session = MadeUpSession(seed, latency: 3...3, response: 2)
        #expect(session.deeds.fills.count > 10, "seed \(seed)")
        let same = session.simulate(session.deeds.arrivals(after: 3_000_000))
        #expect(same.fills == session.deeds.fills, "seed \(seed)")
        let gap = try SessionGap(session.deeds, modelled: same, retimed: same, marks: [nil])
        #expect(gap.difference.isEmpty, "seed \(seed)")
        #expect(gap.parts.all == GapParts().all, "seed \(seed)")
    }

    @Test(arguments: seeds)
    func `differ by latency alone where nothing else is modelled otherwise`(seed: UInt64) throws {
        let session = MadeUpSession(seed, latency: 1...40, response: 0)
        let arrivals = session.deeds.measuredArrivals(otherwise: 0)
        let retimed = session.simulate(arrivals)
        let modelled = session.simulate(session.deeds.arrivals(after: 0))
        let gap = try SessionGap(
            session.deeds, modelled: modelled, retimed: retimed, marks: [nil])
        #expect(gap.parts.latency == gap.difference, "seed \(seed)")
        #expect(!gap.parts.latency.isEmpty, "seed \(seed)")
    }

    /// What is changed of a simulation that is the session to the last fill, and the part where it shows.
    private static var planted: [(part: KeyPath<GapParts, Purse>, plant: (inout [GapFill]) -> Void)]
    {
        [
            (\.missed, { $0.append($0[0].with { $0.number = FillID("planted") }) }),
            (\.extra, { $0.removeLast() }),
            (
                \.price,
                { $0[0] = $0[0].with { $0.price = Price(attos: $0.price.attos + attosPerUnit) } }
            ), (\.fee, { $0[0] = $0[0].with { $0.fee += Money(attos: 1) } }),
        ]
    }

    @Test(arguments: seeds)
    func `show what was planted in its own part alone`(seed: UInt64) throws {
        let session = MadeUpSession(seed, latency: 3...3, response: 2)
        let same = session.simulate(session.deeds.arrivals(after: 3_000_000))
        let order = try #require(
            session.deeds.orders.first { same.fills[$0.id]?.isEmpty == false }?.id)
        for (part, plant) in Self.planted {
            var other = same
            plant(&other.fills[order, default: []])
            // The last price is another than the fill's, so that a fill makes a difference.
            let gap = try SessionGap(
                session.deeds, modelled: other, retimed: other, marks: [price("1")])
            #expect(!gap.parts[keyPath: part].isEmpty, "seed \(seed)")
            #expect(gap.parts[keyPath: part] == gap.difference, "seed \(seed)")
            #expect(gap.parts.all.count { !$0.isEmpty } == 1, "seed \(seed)")
            let late = try SessionGap(
                session.deeds, modelled: other, retimed: same, marks: [price("1")])
            #expect(late.parts.latency == gap.difference, "seed \(seed)")
        }
    }

    @Test func `find what was held before, so that an order that reduces fills`() {
        let deeds = SessionDeeds(instruments: [perpetual])
        deeds.explain(
            SignedQuantity(attos: 2 * attosPerUnit), of: perpetual.id, at: price("100"), time(0))
        let events = Told.book(1, "99", "101") + Told.book(10, "99", "101")
        deeds.countMarketEvents(3)
        deeds.submit(
            GapSetting.order,
            OrderRequest(
                instrument: perpetual.id, side: .sell, quantity: quantity("3"), isReduceOnly: true),
            at: time(2))
        deeds.countMarketEvents(3)
        let simulation = PinnedSimulation(
            deeds, arrivals: deeds.arrivals(after: 1), settings: PaperSettings(balances: plenty),
            depth: [perpetual.id])
        for event in events { simulation.process(event) }
        let outcome = simulation.finish(at: time(20), isWhole: true)
        #expect(outcome.fills[GapSetting.order]?.map(\.fill.quantity) == [quantity("2")])
    }

    @Test func `tell why the simulation ended one`() {
        let setting = GapSetting()
        let poor = PinnedSimulation(
            setting.deeds, arrivals: [time(1)],
            settings: PaperSettings(balances: [Currency("USDT"): money("1")]), depth: [])
        for event in Told.book(0, "90", "91") { poor.process(event) }
        let refused = poor.finish(at: time(5), isWhole: true)
        #expect(refused.reasons[GapSetting.order]?.contains("insufficient balance") == true)
    }

    @Test func `reach no further than a session that was cut off`() {
        let setting = GapSetting()
        let simulation = PinnedSimulation(
            setting.deeds, arrivals: [time(8)], settings: PaperSettings(balances: plenty),
            depth: [])
        for event in Told.book(0, "90", "91") { simulation.process(event) }
        #expect(simulation.finish(at: time(5), isWhole: false).fills.isEmpty)
    }
}

extension GapFill {
    fileprivate func with(_ change: (inout Fill) -> Void) -> GapFill {
        var fill = fill
        change(&fill)
        return GapFill(instrument: instrument, side: side, fill: fill, time: time)
    }
}

@Suite struct `The latency of a session's orders` {
    private func report(_ id: String, _ event: OrderEvent, _ ms: Int64) -> ExecutionReport {
        ExecutionReport(
            order: ClientOrderID(id), instrument: perpetual.id, event: event, venueTime: time(ms),
            receiveTime: time(ms))
    }

    private func deeds(_ orders: Int) -> SessionDeeds {
        let deeds = SessionDeeds(instruments: [perpetual])
        for order in 1...orders {
            deeds.submit(
                ClientOrderID("o\(order)"),
                OrderRequest(instrument: perpetual.id, side: .buy, quantity: quantity("1")),
                at: time(0))
        }
        return deeds
    }

    @Test func `lasts to the venue's first word about each`() throws {
        let deeds = deeds(3)
        deeds.add(report("o1", .accepted(VenueOrderID("1")), 7))
        deeds.add(report("o1", .cancelled, 90))
        deeds.add(report("o2", .rejected(reason: "no"), 30))
        let latency = try #require(deeds.latency)
        #expect(latency.count == 2)
        #expect(latency.least == 7_000_000)
        #expect(latency.median == 7_000_000)
        #expect(latency.most == 30_000_000)
        // The third has the middle of the others.
        #expect(deeds.measuredArrivals(otherwise: 1) == [time(7), time(30), time(7)])
    }

    @Test func `is not measured by what was found out by asking`() {
        let deeds = deeds(2)
        deeds.add(report("o1", .lost(reason: "no answer"), 5_000))
        deeds.add(report("o1", .accepted(VenueOrderID("1")), 9_000))
        #expect(deeds.latency == nil)
        #expect(deeds.measuredArrivals(otherwise: 4_000_000) == [time(4), time(4)])
    }

    @Test func `is longer than a recording that ends before an answer`() {
        let deeds = deeds(3)
        deeds.add(report("o1", .accepted(VenueOrderID("1")), 7))
        deeds.add(report("o2", .lost(reason: "no answer"), 50))
        #expect(
            deeds.measuredArrivals(otherwise: 0, cutAt: time(60)) == [
                time(7), time(7), time(60).advanced(byNanoseconds: 1),
            ])
    }

    @Test func `lets no cancel overtake its order`() {
        let deeds = deeds(1)
        deeds.cancel(ClientOrderID("o1"), at: time(2))
        deeds.add(report("o1", .accepted(VenueOrderID("1")), 20))
        deeds.add(report("o1", .cancelRejected(reason: "no"), 12))
        #expect(deeds.measuredArrivals(otherwise: 0) == [time(20), time(20)])
    }

    @Test func `counts a fill that is told twice once`() {
        let deeds = deeds(1)
        let fill = Fill(
            id: "f", price: price("100"), quantity: quantity("1"), liquidity: .maker, fee: .zero,
            feeCurrency: Currency("USDT"))
        deeds.add(report("o1", .fill(fill), 1))
        deeds.add(report("o1", .fill(fill), 2))
        deeds.add(report("foreign", .fill(fill), 2))
        #expect(deeds.fills.values.map(\.count) == [1])
        #expect(deeds.adoptions.isEmpty)
    }
}
