public import Matching
internal import TradingCore
public import TradingModel

/// What a simulation came to.
public struct SimulatedOutcome: Sendable {
    /// By order, oldest first.
    public var fills: [ClientOrderID: [GapFill]] = [:]
    /// What was received of funding, by instrument.
    public var funding: [Money] = []
    /// Why an order did not go on, where the simulated venue refused or ended it.
    public var reasons: [ClientOrderID: String] = [:]

    public init() {}
}

/// A session's own orders, amendments and cancels at the simulated venue, over the session's own market.
public final class PinnedSimulation {
    private let venue: MatchingVenue
    /// The earliest first; of one moment in the order in which they were sent.
    private let arriving: [(time: Timestamp, command: SentCommand)]
    private let adoptions: [Adoption]
    private let sides: [ClientOrderID: Side]
    private var nextArrival = 0
    private var nextAdoption = 0
    private var marketEventCount = 0
    private var made = SimulatedOutcome()

    /// - Parameters:
    ///   - arrivals: when each command of the session reaches the venue.
    ///   - settings: the latency of the response counts, that of order entry is in `arrivals`.
    ///   - depth: the instruments whose depth will come.
    public init(
        _ deeds: SessionDeeds, arrivals: [Timestamp], settings: PaperSettings,
        depth: [InstrumentID]
    ) {
        precondition(arrivals.count == deeds.commands.count, "each command arrives once")
        var settings = settings
        settings.latency.orderEntry = 0
        venue = MatchingVenue(instruments: deeds.instruments, settings: settings)
        for instrument in depth { venue.keepBook(of: instrument) }
        // The place of a command breaks ties, for sorting may not keep the order.
        arriving = zip(arrivals, deeds.commands).enumerated()
            .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
            .map { (time: $0.element.0, command: $0.element.1) }
        adoptions = deeds.adoptions
        sides = deeds.orders.reduce(into: [:]) { $0[$1.id] = $1.request?.side }
    }

    public func process(_ event: MarketEvent) {
        adopt()
        let time = event.receiveTime
        dispatch(until: time)
        advance(to: time)
        if case .funding(let funding) = event {
            _ = venue.charge(funding)
        } else {
            venue.process(event)
        }
        marketEventCount += 1
    }

    /// What came of it.
    ///
    /// - Parameters:
    ///   - time: how far the session goes.
    ///   - isWhole: whether it goes to its end: then what is on its way still arrives.
    public func finish(at time: Timestamp, isWhole: Bool) -> SimulatedOutcome {
        adopt()
        dispatch(until: time)
        advance(to: time)
        if isWhole {
            venue.endData()
            dispatch(until: .distantFuture)
            while venue.nextDue < .distantFuture { advance(to: venue.nextDue) }
        }
        made.funding = venue.account.positions.map(\.funding)
        return made
    }

    // MARK: - One step

    private func adopt() {
        while nextAdoption < adoptions.count, adoptions[nextAdoption].place <= marketEventCount {
            let adoption = adoptions[nextAdoption]
            nextAdoption += 1
            venue.adopt(
                adoption.moved, of: adoption.fill.instrument, at: adoption.fill.fill.price)
        }
    }

    private func dispatch(until time: Timestamp) {
        while nextArrival < arriving.count {
            let (arrival, command) = arriving[nextArrival]
            // What came at the same moment as an event that led to it comes behind the event.
            guard arrival <= time, command.place <= marketEventCount else { return }
            nextArrival += 1
            advance(to: arrival)
            switch command.action {
            case .submit(let request): venue.submit(command.id, request, at: arrival)
            case .cancel: venue.cancel(command.id, command.instrument, at: arrival)
            case .amend(let price, let quantity):
                venue.amend(
                    command.id, command.instrument, price: price, quantity: quantity, at: arrival)
            }
        }
    }

    private func advance(to time: Timestamp) {
        guard venue.nextDue <= time else { return }
        venue.advance(to: time) { input in
            if case .report(let report) = input { add(report) }
        }
    }

    private func add(_ report: ExecutionReport) {
        switch report.event {
        case .fill(let fill):
            guard let side = sides[report.order] else { return }
            made.fills[report.order, default: []].append(
                GapFill(
                    instrument: report.instrument, side: side, fill: fill,
                    time: report.receiveTime))
        case .rejected(let reason), .expired(let reason):
            made.reasons[report.order] = reason.description
        default: break  // what says nothing of money
        }
    }
}
