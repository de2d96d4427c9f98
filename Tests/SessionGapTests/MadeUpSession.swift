import Matching
import PropertyTesting
import SessionGap
import TestInstruments
import TradingCore
import TradingModel

/// A session at a simulated venue, on a random market with random orders.
final class MadeUpSession {
    let deeds: SessionDeeds
    private(set) var events: [MarketEvent] = []
    private let settings: PaperSettings
    private let venue: MatchingVenue
    private var random: Seeded
    private var market: WanderingMarket
    /// Milliseconds that each command takes.
    private let latency: ClosedRange<Int>
    /// What is on its way, the first that arrives first.
    private var underway: [(due: Timestamp, number: Int, arrive: (Timestamp) -> Void)] = []
    private var number = 0
    private var orders = 0
    /// When the last command about an order arrives.
    private var latest: [ClientOrderID: Timestamp] = [:]

    private static let traded = instrument(
        "test:BTC/USDT:USDT", makerFee: "0.0002", takerFee: "0.0005")

    /// - Parameter response: milliseconds.
    init(_ seed: UInt64, latency: ClosedRange<Int>, response: Int64) {
        random = Seeded(seed)
        market = WanderingMarket(Seeded(seed ^ 7))
        self.latency = latency
        settings = PaperSettings(
            balances: plenty, latency: Latency(response: response * 1_000_000))
        deeds = SessionDeeds(instruments: [Self.traded])
        venue = MatchingVenue(instruments: [Self.traded], settings: settings)
        venue.keepBook(of: Self.traded.id)
        for step in 0..<400 { pass(to: time(Int64(step) * 5)) }
        arrive(until: time(3_000))
    }

    /// - Parameter arrivals: when its commands reach the simulated venue.
    func simulate(_ arrivals: [Timestamp]) -> SimulatedOutcome {
        let simulation = PinnedSimulation(
            deeds, arrivals: arrivals, settings: settings, depth: [Self.traded.id])
        for event in events { simulation.process(event) }
        return simulation.finish(at: time(2_100), isWhole: true)
    }

    private func pass(to now: Timestamp) {
        for event in market.next(at: now) {
            arrive(until: now)
            venue.process(event)
            events.append(event)
            deeds.countMarketEvents()
        }
        guard random.chance(40) else { return }
        if orders > 0, random.chance(30) {
            let id = ClientOrderID("o\(random.int(1...orders))")
            if latest[id] ?? now <= now { change(id, at: now) }
        } else {
            submit(at: now)
        }
    }

    private func arrive(until end: Timestamp) {
        underway.sort { ($0.due, $0.number) < ($1.due, $1.number) }
        while let first = underway.first, first.due <= end {
            underway.removeFirst()
            advance(to: first.due)
            first.arrive(first.due)
        }
        advance(to: end)
    }

    private func advance(to time: Timestamp) {
        venue.advance(to: time) { if case .report(let report) = $0 { deeds.add(report) } }
    }

    // MARK: - Commands

    private func send(
        _ id: ClientOrderID, at now: Timestamp, _ arrive: @escaping (Timestamp) -> Void
    ) {
        number += 1
        let due = now.advanced(byNanoseconds: Int64(random.int(latency)) * 1_000_000)
        latest[id] = due
        underway.append((due, number, arrive))
    }

    private func submit(at now: Timestamp) {
        orders += 1
        let id = ClientOrderID("o\(orders)")
        let request = OrderRequest(
            instrument: Self.traded.id, side: random.bool() ? .buy : .sell,
            quantity: Quantity(attos: Self.traded.lot.attos * Int128(random.int(1...5_000))),
            price: random.chance(70) ? market.price(&random) : nil)
        deeds.submit(id, request, at: now)
        send(id, at: now) { [venue] in venue.submit(id, request, at: $0) }
    }

    private func change(_ id: ClientOrderID, at now: Timestamp) {
        let instrument = Self.traded.id
        guard random.bool() else {
            deeds.cancel(id, at: now)
            return send(id, at: now) { [venue] in venue.cancel(id, instrument, at: $0) }
        }
        let price = market.price(&random)
        deeds.amend(id, price: price, quantity: nil, at: now)
        send(id, at: now) { [venue] in
            venue.amend(id, instrument, price: price, quantity: nil, at: $0)
        }
    }
}

/// A book that wanders, and trades at it.
private struct WanderingMarket {
    private var random: Seeded
    private var middle = 10_000

    init(_ random: Seeded) { self.random = random }

    mutating func next(at now: Timestamp) -> [MarketEvent] {
        middle += random.int(-3...3)
        let milliseconds = now.nanoseconds / 1_000_000
        guard random.chance(50) else {
            return [
                Told.trade(milliseconds, at(middle + random.int(-2...2)), "\(random.int(1...8))")
            ]
        }
        return Told.book(milliseconds, at(middle - 1), at(middle + 1))
    }

    func price(_ random: inout Seeded) -> Price {
        TestInstruments.price(at(middle + random.int(-4...4)))
    }

    private func at(_ cents: Int) -> String {
        "\(cents / 100)." + (cents % 100 < 10 ? "0" : "") + "\(cents % 100)"
    }
}
