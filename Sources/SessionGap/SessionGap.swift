public import TradingModel

/// What a difference in PnL is made of; each part by its own definition, of what the session has less what
/// the simulation has.
///
/// All but ``latency`` compare the session with the simulation whose orders arrive when the session's did.
public struct GapParts: Hashable, Sendable {
    /// Less what the simulation filled and the session did not, with the fees of that.
    public internal(set) var missed = Purse()
    /// What the session filled and the simulation did not, with the fees of that.
    public internal(set) var extra = Purse()
    /// The same quantity of the same order at other prices.
    public internal(set) var price = Purse()
    /// The same quantity of the same order with other fees.
    public internal(set) var fee = Purse()
    public internal(set) var funding = Purse()
    /// What the simulation makes more with the session's latency than with the modelled one.
    public internal(set) var latency = Purse()

    public init() {}

    public var all: [Purse] { [missed, extra, price, fee, funding, latency] }
}

/// An order of the session beside the same order in the simulation.
public struct OrderGap: Sendable {
    public let order: SentCommand
    /// What was filled in the session, in the simulation, and in the one with the session's latency.
    public let filled: Quantity
    public let simulated: Quantity
    public let retimed: Quantity
    /// Why the simulation ended it; nil: it did not.
    public let reason: String?
    /// Without funding.
    public internal(set) var parts = GapParts()
}

/// The difference between what a session made and what the simulation makes of the same orders.
public struct SessionGap: Sendable {
    /// What was made: worth of all fills at the last price, less fees, with funding.
    public let session: Purse
    public let simulation: Purse
    /// ``session`` less ``simulation``, which is the sum of ``parts``.
    public let difference: Purse
    public let parts: GapParts
    /// In the order in which they were sent.
    public let orders: [OrderGap]
    /// By instrument: what is left at the end is valued at this; nil: nothing was traded.
    public let marks: [Price?]

    /// - Parameters:
    ///   - modelled: the simulation with the latency of the settings.
    ///   - retimed: the same with the session's own.
    ///   - marks: by instrument, the last price; nil: nobody told. Then the last fill's counts.
    /// - Throws: ``GapProblem`` where an amount does not fit, or the parts are not the whole.
    public init(
        _ deeds: SessionDeeds, modelled: SimulatedOutcome, retimed: SimulatedOutcome,
        marks: [Price?]
    ) throws(GapProblem) {
        let known = Self.completed(marks, deeds, [modelled.fills, retimed.fills])
        let worth = EndWorth(instruments: deeds.instruments, marks: known)
        var orders: [OrderGap] = []
        for order in deeds.orders {
            orders.append(try Self.compare(order, deeds, modelled, retimed, worth))
        }
        self.orders = orders
        self.marks = known

        let own = try Self.made(deeds.fills, deeds.funding, deeds, worth)
        let simulated = try Self.made(modelled.fills, modelled.funding, deeds, worth)
        session = own
        simulation = simulated
        difference = try Self.difference(own, simulated, worth)

        var parts = GapParts()
        for order in orders {
            for part: WritableKeyPath<GapParts, Purse> in Self.partsOfOrders {
                try Self.add(order.parts[keyPath: part], to: &parts[keyPath: part], worth)
            }
        }
        for instrument in deeds.instruments {
            let (id, settle) = (instrument.id, instrument.settle)
            let (late, early) = (retimed.funding[id], modelled.funding[id])
            try worth.add(deeds.funding[id], settle, of: id, to: &parts.funding)
            try worth.add(-late, settle, of: id, to: &parts.funding)
            try worth.add(late, settle, of: id, to: &parts.latency)
            try worth.add(-early, settle, of: id, to: &parts.latency)
        }
        self.parts = parts
        var sum = Purse()
        for part in parts.all { try Self.add(part, to: &sum, worth) }
        guard sum == difference else { throw .doesNotAddUp(parts: sum, whole: difference) }
    }

    private static var partsOfOrders: [WritableKeyPath<GapParts, Purse>] {
        [\.missed, \.extra, \.price, \.fee, \.latency]
    }

    // MARK: - One order

    private static func compare(
        _ order: SentCommand, _ deeds: SessionDeeds, _ modelled: SimulatedOutcome,
        _ retimed: SimulatedOutcome, _ worth: EndWorth
    ) throws(GapProblem) -> OrderGap {
        let own = deeds.fills[order.id] ?? []
        let other = retimed.fills[order.id] ?? []
        let first = modelled.fills[order.id] ?? []
        var gap = OrderGap(
            order: order, filled: quantity(own), simulated: quantity(first),
            retimed: quantity(other), reason: modelled.reasons[order.id])
        let shared = min(gap.filled, gap.retimed)
        let (ours, theirs) = (
            try CutFills(own, shared: shared, worth), try CutFills(other, shared: shared, worth)
        )
        gap.parts.price = try difference(ours.sharedWorth, theirs.sharedWorth, worth)
        gap.parts.fee = try difference(theirs.sharedFees, ours.sharedFees, worth)
        gap.parts.extra = ours.rest
        gap.parts.missed = try difference(Purse(), theirs.rest, worth)
        var (late, early) = (Purse(), Purse())
        for made in other { try worth.add(made, to: &late) }
        for made in first { try worth.add(made, to: &early) }
        gap.parts.latency = try difference(late, early, worth)
        return gap
    }

    private static func quantity(_ fills: [GapFill]) -> Quantity {
        fills.reduce(.zero) { $0 + $1.fill.quantity }
    }

    // MARK: - The whole

    private static func made(
        _ fills: [ClientOrderID: [GapFill]], _ funding: [Money], _ deeds: SessionDeeds,
        _ worth: EndWorth
    ) throws(GapProblem) -> Purse {
        var purse = Purse()
        for order in deeds.orders {
            for made in fills[order.id] ?? [] { try worth.add(made, to: &purse) }
        }
        for adoption in deeds.adoptions { try worth.add(adoption.fill, to: &purse) }
        for instrument in deeds.instruments {
            try worth.add(
                funding[instrument.id], instrument.settle, of: instrument.id, to: &purse)
        }
        return purse
    }

    /// The last prices, and where there is none that of the last fill.
    private static func completed(
        _ marks: [Price?], _ deeds: SessionDeeds, _ others: [[ClientOrderID: [GapFill]]]
    ) -> [Price?] {
        let all =
            ([deeds.fills] + others).flatMap { fills in fills.values.flatMap { $0 } }
            + deeds.adoptions.map(\.fill)
        return marks.enumerated().map { index, mark in
            // Of fills of one moment the dearest, so that it is always the same.
            mark
                ?? all.filter { $0.instrument.index == index }
                .max { ($0.time, $0.fill.price) < ($1.time, $1.fill.price) }?.fill.price
        }
    }

    private static func add(
        _ more: Purse, to purse: inout Purse, _ worth: EndWorth
    ) throws(GapProblem) {
        for (currency, amount) in more.amounts {
            guard purse.add(amount, currency) else {
                throw .tooLarge(worth.instruments[0].symbol)
            }
        }
    }

    private static func difference(
        _ one: Purse, _ other: Purse, _ worth: EndWorth
    ) throws(GapProblem) -> Purse {
        var purse = one
        for (currency, amount) in other.amounts {
            guard purse.add(-amount, currency) else {
                throw .tooLarge(worth.instruments[0].symbol)
            }
        }
        return purse
    }
}
