import CoinEx
import PlainJSON
import Testing
import TradingModel
import VenueSessions
import VenueSimulators

extension AccountVenue {
    private static let key = CoinExKey(accessID: "simulator-key", secret: "simulator-secret")
    private static let together = [
        "drop=0.01,reply-lost=0.05,cut=0.001",
        "reorder=0.1,duplicate=0.1,modify-new-id,shuffle-channels,reply-late=0.3",
        "push-before-ack,delay=0.2,timeout-after=0.05,unavailable=0.03,half-open=0.0005",
        "stale-lists=0.8,late-executions,drop=0.02,reply-lost=0.05",
        "stale-lists=0.5,sliding-limits,modify-new-id,timeout-after=0.05,cut=0.001",
    ]

    static let coinEx = AccountVenue(
        markets: [
            Market(kind: "spot", symbol: "coinex:BTC/USDT", source: "sim:BTC/USDT"),
            Market(kind: "futures", symbol: "coinex:BTC/USDT:USDT", source: "sim:BTC/USDT:USDT"),
        ],
        faults: lively(
            FaultPlan.names(with: CoinExQuirks.self),
            together: together),
        faultsTogether: together,
        makeSession: { symbols, seed in
            var settings = CoinEx.CoinExSettings(
                symbols: symbols,
                key: key)
            settings.seed = seed
            return CoinExSession(settings)
        },
        readFaults: { faults in
            var quirks = CoinExQuirks()
            return try FaultPlan(faults, quirks: &quirks)
        },
        makeSimulator: { setting, feed, instruments, seed, start in
            var settings = CoinExSettings()
            settings.seed = seed
            let plan = try FaultPlan(setting.faults, quirks: &settings.quirks)
            let venue = CoinExSimulator(
                instruments: instruments, feed: feed, settings: settings, start: start)
            return FaultySimulator(venue, plan: plan, seed: seed, start: start)
        },
        placeForeign: { simulator, market, number, now in
            let symbol = try Symbol(market.symbol)
            let request = OrderRequest(
                instrument: InstrumentID(0), side: .buy, quantity: try Quantity("0.01"),
                price: try Price("\(20_000 + number)"))
            let segment = CoinExInstruments.segment(of: symbol)
            let terms = try OrderTerms(
                request, market: CoinExInstruments.market(of: symbol), base: symbol.base,
                segment: segment, clientID: "web-\(number)")
            let call = CoinExRequests.place(terms, segment).call(
                key, milliseconds: now.nanoseconds / 1_000_000)
            _ = simulator.handle(
                HTTPRequest(
                    method: call.method, path: call.path,
                    headers: call.headers.map { .init($0.name, $0.value) },
                    body: Array(call.body.utf8)), at: now)
        },
        readBooks: { state, kind in
            try CoinExBooks(account: #require(state["accounts"]?.items?.first), kind: kind).read()
        })
}

/// The books of the first account in the CoinEx simulator's words.
private struct CoinExBooks {
    let account: JSON
    let kind: String

    private func rows(_ name: String) -> [JSON] {
        (account[name]?.items ?? []).filter { ($0["product"]?.text ?? kind) == kind }
    }

    private func text(_ row: JSON, _ name: String) throws -> String {
        try #require(row[name]?.text)
    }

    func read() throws -> VenueBooks {
        VenueBooks(
            fills: try rows("fills").map(fill),
            funding: try rows("funding").reduce(.zero) {
                try $0 + Money(text($1, "funding_value"))
            },
            position: kind == "futures" ? try position() : nil, gained: try gained(),
            balances: try (account[kind]?.items ?? []).map {
                (
                    Currency(try text($0, "ccy")), try Money(text($0, "total")),
                    try Money(text($0, "available"))
                )
            },
            openOrders: rows("open_orders").count(where: isOwn)
                + rows("stop_orders").count(where: isOwn),
            foreignOrders: rows("open_orders").filter { !isOwn($0) }
                .compactMap { $0["order_id"]?.integer.map { String($0) } },
            tooFrequent: Int(try #require(account["too_frequent"]?.integer)),
            taken: [false, true].map { isStop in
                rows("taken").filter { $0["is_stop"] == .bool(isStop) && isOwn($0) }
                    .compactMap { $0["client_id"]?.text }
            })
    }

    private func isOwn(_ row: JSON) -> Bool {
        row["client_id"]?.text?.hasPrefix("web-") == false
    }

    private func gained() throws -> [Currency: Money] {
        let account = CoinExSettings.Account.generous
        let start = kind == "spot" ? account.spot : account.futures
        return try rows(kind).reduce(into: [:]) { gained, row in
            let currency = Currency(try text(row, "ccy"))
            gained[currency] = try Money(text(row, "total")) - (start[currency] ?? .zero)
        }
    }

    private func fill(_ row: JSON) throws -> VenueBooks.Fill {
        VenueBooks.Fill(
            id: String(try #require(row["deal_id"]?.integer)),
            side: try text(row, "side") == Side.buy.description ? .buy : .sell,
            quantity: try Money(text(row, "amount")), fee: try Money(text(row, "fee")),
            feeCurrency: Currency(try text(row, "fee_ccy")))
    }

    private func position() throws -> Money {
        try rows("positions").reduce(.zero) { held, row in
            let size = try Money(text(row, "open_interest"))
            return row["side"]?.text == "long" ? held + size : held - size
        }
    }
}
