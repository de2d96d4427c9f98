import LiveTrading
import PaperTrading
import PlainJSON
import Testing
import TradingCore
import TradingModel

/// The venue's books of one market, as its simulator tells them, against a run's.
struct Books {
    private let account: JSON
    private let product: String

    init(_ state: JSON, _ product: AccountSetting.Product) throws {
        account = try #require(state["accounts"]?.items?.first)
        self.product = product.rawValue
    }

    private func rows(_ name: String) -> [JSON] {
        (account[name]?.items ?? []).filter { ($0["product"]?.text ?? product) == product }
    }

    var fills: [JSON] { rows("fills") }

    private func sum(_ rows: [JSON], _ name: String) throws -> Money {
        try rows.reduce(.zero) { try $0 + Money(#require($1[name]?.text)) }
    }

    /// Records an issue for everything that differs.
    func compare(with run: LiveRunFigures, seed: UInt64) throws {
        let seen: Comment = "seed \(seed)"
        let ids = fills.compactMap { $0["deal_id"]?.integer }.map(String.init)
        #expect(Set(ids).count == ids.count, seen)
        #expect(run.fillIDs.sorted() == ids.sorted(), seen)
        try compareSides(run, seen)
        try compareHoldings(run, seen)
        compareOrders(run, seen)
    }

    private func compareSides(_ run: LiveRunFigures, _ seen: Comment) throws {
        for (side, ours) in [("buy", run.traded.bought), ("sell", run.traded.sold)] {
            let rows = fills.filter { $0["side"]?.text == side }
            #expect(ours.fills == rows.count, seen)
            #expect(ours.quantity.attos == (try sum(rows, "amount")).attos, seen)
        }
        let currencies = Set(fills.compactMap { $0["fee_ccy"]?.text })
        #expect(Set(run.traded.fees.keys.map(\.code)) == currencies, seen)
        for currency in currencies.sorted() {
            let rows = fills.filter { $0["fee_ccy"]?.text == currency }
            #expect(run.traded.fees[Currency(currency)] == (try sum(rows, "fee")), seen)
        }
        #expect(run.position.funding == (try sum(rows("funding"), "funding_value")), seen)
    }

    private func compareHoldings(_ run: LiveRunFigures, _ seen: Comment) throws {
        let sides = try ["buy", "sell"].map { side in
            try sum(fills.filter { $0["side"]?.text == side }, "amount")
        }
        #expect(run.position.net.attos == (sides[0] - sides[1]).attos, seen)
        if product == "futures" {
            let held = try rows("positions").reduce(Money.zero) { held, row in
                let size = try Money(#require(row["open_interest"]?.text))
                return row["side"]?.text == "long" ? held + size : held - size
            }
            #expect(run.position.net.attos == held.attos, seen)
        }
        for row in account[product]?.items ?? [] {
            let code = try #require(row["ccy"]?.text)
            guard let ours = run.balances[Currency(code)] else { continue }
            #expect(ours.total.description == row["total"]?.text, "\(code), \(seen)")
            #expect(ours.available.description == row["available"]?.text, "\(code), \(seen)")
        }
    }

    private func compareOrders(_ run: LiveRunFigures, _ seen: Comment) {
        #expect(run.openOrders == [], seen)
        #expect(rows("open_orders").isEmpty && rows("stop_orders").isEmpty, seen)
        for isStop in [false, true] {
            let ids = rows("taken").filter { $0["is_stop"] == .bool(isStop) }
                .compactMap { $0["client_id"]?.text }
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
    let balances: [Currency: Balance]
    let openOrders: [String]
    /// Sent to the venue.
    let orders: Int

    init(_ account: AccountRun) throws {
        let run = try #require(account.trading.run)
        let state = run.engine.state
        fillIDs = account.watcher.fillIDs
        traded = run.tally.traded[InstrumentID(0)] ?? Traded()
        position = state.positions[0]
        balances = state.balances
        openOrders = state.orders.open.map { "\($0.id) \($0.state.name)" }
        orders = run.tally.orders
    }
}
