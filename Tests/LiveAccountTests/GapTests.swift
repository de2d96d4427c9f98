import AccountSimulation
import LiveTrading
import Matching
import RunInputs
import SessionGap
import Testing
import TradingCore
import TradingModel

@Suite struct `The gap of a live account` {
    private static let latency: Int64 = 5_000_000

    private struct Explained {
        let gap: SessionGap
        let deeds: SessionDeeds
        let state: TradingState
    }

    /// - Parameter fees: instead of the instruments'.
    private static func explain(
        _ recorded: RecordedAccount, fees: Rate? = nil
    ) throws -> Explained {
        var reader = try InputReader(of: recorded.folder)
        let header = reader.header
        let watch = DeedsWatch(header)
        let (replay, stop, _) = try recorded.replay(watch)
        if let stop { Issue.record("\(stop)") }
        let plenty = Money(attos: 1_000_000_000_000 * attosPerUnit)
        let settings = PaperSettings(
            balances: header.instruments.reduce(into: [:]) {
                ($0[$1.settle], $0[$1.symbol.base]) = (plenty, plenty)
            }, makerFee: fees, takerFee: fees)
        let depth = header.instruments.map(\.id).filter { watch.markets[$0].changes > 0 }
        let simulations = [
            watch.deeds.arrivals(after: latency),
            watch.deeds.measuredArrivals(otherwise: latency),
        ].map {
            PinnedSimulation(watch.deeds, arrivals: $0, settings: settings, depth: depth)
        }
        while let items = reader.next() {
            for item in items {
                guard case .call(let call) = item else { continue }
                for event in call.marketEvents { for one in simulations { one.process(event) } }
            }
        }
        let outcomes = simulations.map { $0.finish(at: replay.reached, isWhole: true) }
        let state = replay.run.engine.state
        return Explained(
            gap: try SessionGap(
                watch.deeds, modelled: outcomes[0], retimed: outcomes[1],
                marks: state.instruments.map { state.valuation($0.id) }), deeds: watch.deeds,
            state: state)
    }

    /// What the run's own positions have made, by currency.
    private static func made(_ state: TradingState, _ marks: [Price?]) -> [Currency: Money] {
        var made: [Currency: Money] = [:]
        for (instrument, position) in zip(state.instruments, state.positions) {
            let open = marks[instrument.id].flatMap { position.unrealisedPnL(at: $0) } ?? .zero
            made[instrument.settle, default: .zero] +=
                position.realisedPnL + open - position.fees + position.funding
        }
        return made
    }

    // That the parts add up is checked where they are made: it throws otherwise.
    @Test(arguments: AccountSetting.crowded)
    func `adds up, and has what the run's own books have, whatever the venue and the line did`(
        setting: AccountSetting
    ) throws {
        let recorded = try RecordedAccount(setting, seed: 1)
        let explained = try Self.explain(recorded)
        let gap = explained.gap
        #expect(gap.orders.contains { $0.filled > .zero }, "nothing was filled")
        #expect(
            gap.orders.contains { $0.simulated > .zero }, "nothing was filled in the simulation")
        #expect(explained.deeds.latency != nil)
        guard explained.deeds.adoptions.isEmpty else { return }
        for (currency, made) in Self.made(explained.state, gap.marks) {
            // Each fill is rounded by itself, a position as a whole.
            let most = Int128(explained.deeds.fills.count * 20)
            #expect(
                (gap.session[currency] - made).attos.magnitude <= most.magnitude,
                "\(gap.session[currency]) and \(made) \(currency)")
        }
    }

    @Test func `knows what was ordered and never seen`() throws {
        let recorded = try RecordedAccount(AccountSetting.crowded[0], seed: 1)
        let watch = DeedsWatch(try InputReader(of: recorded.folder).header)
        let instrument = try #require(watch.deeds.instruments.first)
        #expect(watch.unseen == nil)
        watch.deeds.submit(
            ClientOrderID("o"),
            OrderRequest(instrument: instrument.id, side: .buy, quantity: instrument.lot),
            at: .distantPast)
        #expect(watch.unseen == instrument.id)
        watch.add(
            .trade(
                Trade(
                    instrument: instrument.id, price: Price(attos: attosPerUnit),
                    quantity: instrument.lot, taker: nil, venueTime: .distantPast,
                    receiveTime: .distantPast)))
        #expect(watch.unseen == nil)
    }

    @Test func `is longer by a fee that the simulation has and the venue has not`() throws {
        let setting = AccountSetting.crowded[0]
        let recorded = try RecordedAccount(setting, seed: 2)
        let free = try Self.explain(recorded, fees: .zero)
        let costly = try Self.explain(recorded, fees: Rate("0.01"))
        #expect(!free.gap.parts.fee.isEmpty)
        for (currency, fee) in costly.gap.parts.fee.amounts {
            #expect(fee > free.gap.parts.fee[currency], "\(currency)")
        }
        #expect(free.gap.parts.price == costly.gap.parts.price)
    }
}
