import LiveTrading
import PaperTrading
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

    /// A currency that is held in wallets of several kinds of market is told as one.
    static func compareBalances(_ all: [VenueBooks], with run: LiveRunFigures, seed: UInt64) {
        var sums: [Currency: (total: Money, available: Money)] = [:]
        for row in all.flatMap(\.balances) {
            sums[row.currency, default: (.zero, .zero)].total += row.total
            sums[row.currency, default: (.zero, .zero)].available += row.available
        }
        for (currency, sum) in sums {
            guard let ours = run.balances[currency] else { continue }
            #expect(ours.total == sum.total, "\(currency), seed \(seed)")
            #expect(ours.available == sum.available, "\(currency), seed \(seed)")
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
        comparePaid(run, seen)
    }

    /// What the position says was earned and paid is what the quote currency's balance lost or gained.
    private func comparePaid(_ run: LiveRunFigures, _ seen: Comment) {
        let position = run.position
        let cost = position.net.side == .sell ? -position.entryValue : position.entryValue
        let shown = position.realisedPnL - position.fees - cost
        #expect(shown == gained[run.instrument.settle], seen)
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
