internal import RunFigures
public import TradingCore
public import TradingModel
internal import VenueSessions

/// What comparisons with the venue's lists show while a strategy trades: written down, and said.
extension VenueTrading {
    /// What others have open is known before the strategy's first order, and so is what it takes over.
    func startRounds(at now: Timestamp) {
        for line in lines { line.rounds.start(at: now) }
        if adoptsHoldings { adoptHoldings(at: now) }
        countForeign(at: now)
    }

    private func countForeign(at now: Timestamp) {
        let exposures = lines.flatMap(\.rounds.exposures).sorted { $0.instrument < $1.instrument }
        guard exposures != knownExposures else { return }
        knownExposures = exposures
        run?.apply(.foreignOrders(exposures, at: now), at: now)
    }

    func apply(_ order: ForeignOrder, _ line: VenueLine, at now: Timestamp) {
        let isNew = line.rounds.add(order)
        guard stage == .trading else { return }
        if isNew { record(order.difference(.foreignOrder), at: now) }
        countForeign(at: now)
    }

    func endRound(_ line: VenueLine, at now: Timestamp) {
        guard stage == .trading else { return }
        for order in line.rounds.end(at: now) {
            record(order.difference(.foreignOrderGone), at: now)
        }
        countForeign(at: now)
    }

    func record(_ difference: AccountDifference, at now: Timestamp) {
        run?.record(difference, at: now)
        let symbol = run?.engine.state.instruments[difference.instrument].symbol
        audience.log(
            .info, "reconciliation: \(symbol.map { "\($0): " } ?? "")\(difference)",
            at: now)
    }

    private func adoptHoldings(at now: Timestamp) {
        for (instrument, net) in run?.engine.state.heldCoins ?? [] {
            let held = PositionCorrection(
                instrument: instrument.id, net: net, averagePrice: nil,
                reason: "what the account holds is adopted", receiveTime: now)
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

extension TradingState {
    /// The coins of the accounts, as spot positions; of two symbols of a coin the first has them.
    public var heldCoins: [(instrument: Instrument, net: SignedQuantity)] {
        var counted: Set<[String]> = []
        return instruments.compactMap { instrument in
            let symbol = instrument.symbol
            guard instrument.kind == .spot,
                counted.insert([symbol.venue, symbol.base.code]).inserted,
                let balance = balance(of: symbol.base, on: accounts[instrument.id])
            else { return nil }
            return (instrument, SignedQuantity(attos: balance.total.attos))
        }
    }
}
