import LiveTrading
import TradingCore
import TradingModel
import VenueSimulators

/// What must hold at every instant.
extension AccountLife {
    func checkNow() {
        guard problems.isEmpty, let standing = simulator.standing else { return }
        checkLimit(standing)
        checkForeign(standing)
        checkKnown(standing)
        if !problems.isEmpty { trace?(now, "=== \(problems[0])") }
    }

    /// Whatever fills, no more is held than the limit allows: by the venue's own books, which know nothing
    /// of what the run thinks of them.
    private func checkLimit(_ standing: AccountStanding) {
        guard let limit = plan.limits.maxPosition else { return }
        for (market, net) in standing.positions.enumerated() {
            var (highest, lowest) = (net, net)
            for order in standing.orders
            where order.market == market && !order.isReduceOnly && isOwn(order) {
                if order.side == .buy {
                    highest += order.remaining
                } else {
                    lowest -= order.remaining
                }
            }
            guard max(highest.attos, -lowest.attos) > limit.attos else { continue }
            problems.append(
                "\(plan.setting.symbols[market]): \(net) is held and \(highest) or \(lowest) may be, "
                    + "of \(limit) at most")
        }
    }

    /// Orders of others stay.
    private func checkForeign(_ standing: AccountStanding) {
        let count = standing.orders.count { !isOwn($0) }
        if count < foreignCount { problems.append("an order of somebody else is gone") }
        foreignCount = count
    }

    /// What is open at the venue is open in the run, whatever it has been told of it.
    private func checkKnown(_ standing: AccountStanding) {
        guard let run = trading?.run, trading?.stage != .ended, plan.mistake == nil else { return }
        var unknown = Set(standing.orders.filter(isOwn).map(\.clientID))
        guard !unknown.isEmpty else { return }
        let name = ids.wireNames()
        for order in run.engine.state.orders.open { unknown.remove(name(order.id)) }
        guard let forgotten = unknown.min() else { return }
        problems.append("the run forgot order \(forgotten), which is open")
    }

    /// What is left of positions behind a kill that closes them is less than the venue trades.
    func checkFlat(_ standing: AccountStanding) {
        for (instrument, net) in zip(instruments, standing.positions)
        where max(net.attos, -net.attos) >= max(instrument.minQuantity, instrument.lot).attos {
            problems.append("behind a kill that closes \(net) of \(instrument.symbol) is held")
        }
    }

    /// How a run ended that was asked to.
    func checkEnd(_ reason: String) {
        switch trading?.end {
        case .finished("interrupted") where reason == "interrupted": break
        case .stopped("runner kill") where reason == "runner kill": break
        case let end: problems.append("it ended otherwise: \(end as Any)")
        }
    }
}
