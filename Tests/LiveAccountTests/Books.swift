import AccountSimulation
import LiveTrading
import RunFigures
import Testing
import TradingCore
import TradingModel

extension VenueBooks {
    /// Records an issue for everything that differs from a run's.
    func compare(with run: LiveRunFigures, seed: UInt64) throws {
        let seen: Comment = "seed \(seed)"
        let ids = fills.map(\.id)
        #expect(Set(ids).count == ids.count, seen)
        #expect(run.fillIDs.sorted() == ids.sorted(), seen)
        #expect(tooFrequent == 0, "it asked too often, \(seen)")
        compareSides(run, seen)
        compareHoldings(run, seen)
        compareOrders(run, seen)
    }

    private func quantity(_ side: Side) -> Money {
        fills.filter { $0.side == side }.reduce(.zero) { $0 + $1.quantity }
    }

    private func compareSides(_ run: LiveRunFigures, _ seen: Comment) {
        for (side, ours) in [(Side.buy, run.traded.bought), (.sell, run.traded.sold)] {
            #expect(ours.fills == fills.count { $0.side == side }, seen)
            #expect(ours.quantity.attos == quantity(side).attos, seen)
        }
        let currencies = Set(fills.map(\.feeCurrency))
        #expect(Set(run.traded.fees.keys) == currencies, seen)
        for currency in currencies {
            let paid = fills.filter { $0.feeCurrency == currency }
                .reduce(Money.zero) { $0 + $1.fee }
            #expect(run.traded.fees[currency] == paid, seen)
        }
        #expect(run.position.funding == funding, seen)
    }

    private func compareHoldings(_ run: LiveRunFigures, _ seen: Comment) {
        compareNet(run, seen)
        if let position { #expect(run.position.net.attos == position.attos, seen) }
    }

    /// A currency that is held in wallets of several kinds of market is told as one; a wallet is
    /// that of all markets of its kind.
    static func compareBalances(
        _ all: [VenueBooks], with run: LiveRunFigures, tellsAvailable: Bool, seed: UInt64
    ) {
        var sums: [Currency: (total: Money, available: Money)] = [:]
        let kinds = Set(all.map(\.kind))
        let wallets = kinds.compactMap { kind in all.first { $0.kind == kind } }
        for row in wallets.flatMap(\.balances) {
            sums[row.currency, default: (.zero, .zero)].total += row.total
            sums[row.currency, default: (.zero, .zero)].available += row.available
        }
        for (currency, sum) in sums {
            guard let ours = run.balances[currency] else { continue }
            #expect(ours.total == sum.total, "\(currency), seed \(seed)")
            // What orders of others bind is not reckoned where the venue does not tell; ours have ended.
            let available = tellsAvailable ? sum.available : sum.total
            #expect(ours.available == available, "\(currency), seed \(seed)")
        }
    }

    /// Bought less sold, less what the venue kept of the coins: all that the balance gained.
    private func compareNet(_ run: LiveRunFigures, _ seen: Comment) {
        let traded = quantity(.buy) - quantity(.sell)
        guard position == nil else {
            return #expect(run.position.net.attos == traded.attos, seen)
        }
        let base = run.instrument.symbol.base
        let kept = fills.filter { $0.feeCurrency == base }.reduce(Money.zero) { $0 + $1.fee }
        #expect(run.position.net.attos == (traded - kept).attos, seen)
        #expect(run.position.net.attos == gained[base]?.attos, seen)
    }

    /// What the positions say was earned and paid is what the balance that pays for all markets of
    /// their kind lost or gained.
    static func comparePaid(_ all: [(books: VenueBooks, run: LiveRunFigures)], seed: UInt64) {
        let spot = all.filter { $0.books.position == nil }
        let shown = spot.reduce(into: [Currency: Money]()) { sums, market in
            sums[market.run.instrument.settle, default: .zero] += market.run.paid
        }
        for (currency, sum) in shown {
            #expect(sum == spot[0].books.gained[currency], "\(currency), seed \(seed)")
        }
    }

    private func compareOrders(_ run: LiveRunFigures, _ seen: Comment) {
        #expect(run.openOrders == [], seen)
        #expect(openOrders == 0, seen)
        for ids in taken {
            #expect(Set(ids).count == ids.count, "an order was doubled: \(ids), \(seen)")
            for id in ids {
                let number = id.split(separator: "-").last.flatMap { Int($0) } ?? 0
                #expect((1...max(1, run.orders)).contains(number), "\(id), \(seen)")
            }
        }
    }
}

/// What a run at its end holds for true.
struct LiveRunFigures {
    let fillIDs: [String]
    let traded: Traded
    let position: Position
    let instrument: Instrument
    let balances: [Currency: Balance]
    let openOrders: [String]
    /// Sent to the venue.
    let orders: Int

    /// Earned less spent, in the currency that is paid with.
    var paid: Money {
        let cost = position.net.side == .sell ? -position.entryValue : position.entryValue
        return position.realisedPnL - position.fees - cost
    }

    init(_ account: AccountRun, _ index: Int = 0) throws {
        let run = try #require(account.trading.run)
        let state = run.engine.state
        fillIDs = account.watcher.fillIDs[InstrumentID(index)] ?? []
        traded = run.tally.traded[InstrumentID(index)] ?? Traded()
        position = state.positions[index]
        instrument = state.instruments[index]
        balances = state.balances
        openOrders = state.orders.open.map { "\($0.id) \($0.state.name)" }
        orders = run.tally.orders
    }
}
