internal import RunFigures
internal import TradingCore
public import TradingModel
internal import VenueSessions

/// What comparisons with the venue's lists show while a strategy trades: written down, and said.
extension VenueTrading {
    /// What others have open is known before the strategy's first order, and so is what it takes over.
    func startRounds(at now: Timestamp) {
        rounds.start(at: now)
        if adoptsHoldings { adoptHoldings(at: now) }
        guard !rounds.foreign.isEmpty else { return }
        run?.apply(.foreignOrders(rounds.exposures, at: now), at: now)
    }

    func apply(_ order: ForeignOrder, at now: Timestamp) {
        let isNew = rounds.add(order)
        guard stage == .trading else { return }
        if isNew { record(order.difference(.foreignOrder), at: now) }
        run?.apply(.foreignOrders(rounds.exposures, at: now), at: now)
    }

    func endRound(at now: Timestamp) {
        guard stage == .trading else { return }
        let gone = rounds.end(at: now)
        guard !gone.isEmpty else { return }
        for order in gone { record(order.difference(.foreignOrderGone), at: now) }
        run?.apply(.foreignOrders(rounds.exposures, at: now), at: now)
    }

    func record(_ difference: AccountDifference, at now: Timestamp) {
        run?.record(difference, at: now)
        let symbol = run?.engine.state.instruments[difference.instrument].symbol
        audience.log(
            .info, "reconciliation: \(symbol.map { "\($0): " } ?? "")\(difference.description)",
            at: now)
    }

    /// Makes the coins of the account the run's spot positions; of two symbols of a coin the first has them.
    private func adoptHoldings(at now: Timestamp) {
        guard let state = run?.engine.state else { return }
        var counted: Set<Currency> = []
        for instrument in state.instruments where instrument.kind == .spot {
            let coin = instrument.symbol.base
            guard counted.insert(coin).inserted, let balance = state.balance(of: coin),
                balance.total.attos != state.positions[instrument.id.index].net.attos
            else { continue }
            let held = PositionCorrection(
                instrument: instrument.id, net: SignedQuantity(attos: balance.total.attos),
                averagePrice: nil, reason: "what the account holds is adopted", receiveTime: now)
            run?.apply(.position(held), at: now)
        }
    }

    /// Says that nobody watched the market for a while.
    public func stoodStill(for nanoseconds: Int64, at now: Timestamp) {
        guard stage == .trading else { return }
        audience.log(
            .warn,
            "this process stood still for \(nanoseconds / 1_000_000_000) s: nothing was watched, and "
                + "timers that were missed fire once", at: now)
    }
}
