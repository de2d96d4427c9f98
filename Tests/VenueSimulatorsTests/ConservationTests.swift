import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

/// Random sessions: the venue's books agree with what it told its client, to the last digit.
@Suite struct `Conservation` {
    private static let markets: [(product: String, market: String, price: Int, lot: String)] = [
        ("spot", "BTCUSDT", 90_000, "0.00001"), ("spot", "ETHUSDT", 3_100, "0.0001"),
        ("futures", "BTCUSDT", 90_000, "0.001"), ("futures", "BTCUSD", 90_000, "1"),
    ]

    /// What a client adds up from pushes alone.
    private struct Sums {
        var total: [String: Money] = [:]
        var deals = 0
        var open: [String: JSON] = [:]
        var balances: [String: JSON] = [:]

        mutating func add(_ push: JSON, _ product: String) throws {
            let data = try #require(push["data"])
            switch push["method"]?.text {
            case "user_deals.update": try addDeal(data, product)
            case "order.update":
                let order = try #require(data["order"])
                let id = "\(product) \(order["order_id"]?.integer ?? 0)"
                open[id] = data["event"]?.text == "finish" ? nil : order
            case "balance.update":
                for row in data["balance_list"]?.items ?? [] {
                    balances["\(product) \(row["ccy"]?.text ?? "")"] = row
                }
            default: break
            }
        }

        mutating func addDeal(_ deal: JSON, _ product: String) throws {
            deals += 1
            let fee = try Money(try #require(deal["fee"]?.text))
            total["\(product) \(deal["fee_ccy"]?.text ?? "")", default: .zero] -= fee
            guard product == "spot" else { return }
            let name = try #require(deal["market"]?.text)
            let price = try Price(try #require(deal["price"]?.text))
            let quantity = try Quantity(try #require(deal["amount"]?.text))
            let value = try #require(price.times(quantity, .halfEven))
            let isBuy = deal["side"]?.text == "buy"
            let amount = Money(attos: quantity.attos)
            total["spot \(name.dropLast(4))", default: .zero] += isBuy ? amount : -amount
            total["spot USDT", default: .zero] += isBuy ? -value : value
        }
    }

    private func step(_ desk: Desk, _ random: inout Seeded, _ sums: Sums) throws {
        let (product, market, price, lot) = random.pick(Self.markets)
        let type = product.uppercased()
        let head: JSON = ["market": .text(market), "market_type": .text(type)]
        let own = sums.open.keys.filter { $0.hasPrefix(product) }.sorted()
            .compactMap { sums.open[$0] }.filter { $0["market"]?.text == market }
        if random.chance(30), !own.isEmpty {
            let target = head.adding(["order_id": random.pick(own)["order_id"] ?? 0])
            if random.bool() {
                try desk.post("/\(product)/cancel-order", target)
            } else {
                let new = price + random.int(-300...300)
                try desk.post(
                    "/\(product)/modify-order", target.adding(["price": .text(String(new))]))
            }
            return
        }
        let lots = Money(attos: try Money(lot).attos * Int128(random.int(1...5_000)))
        var body = head.adding([
            "side": random.bool() ? "buy" : "sell",
            "type": .text(
                random.pick(["limit", "limit", "limit", "maker_only", "ioc", "fok", "market"])),
            "amount": .text(lots.description), "client_id": "c",
        ])
        if body["type"] != "market" {
            body = body.adding(["price": .text(String(price + random.int(-200...200)))])
        } else if product == "spot" {
            body = body.adding(["ccy": .text(random.bool() ? "USDT" : String(market.dropLast(4)))])
        }
        if random.chance(10) { body = body.adding(["stp_mode": "both"]) }
        try desk.post("/\(product)/order", body)
    }

    @Test(arguments: seeds)
    func `money, orders and deals as told equal the venue's own`(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let desk = Desk(seed: seed)
        let channels = ["order", "user_deals", "balance"]
        let sockets = try ["spot", "futures"].map {
            ($0, try desk.connect($0, signed: true, to: channels))
        }
        var sums = Sums()
        for _ in 0..<150 {
            try step(desk, &random, sums)
            desk.pass(milliseconds: Int64(random.int(0...2_000)))
            for (product, socket) in sockets {
                for push in desk.take(socket) { try sums.add(push, product) }
                _ = desk.ask(socket, "server.ping", [:])
            }
        }
        #expect(sums.deals > 20)
        try compare(sums, try state(desk))
    }

    private func state(_ desk: Desk) throws -> JSON {
        let reply = desk.venue.handle(
            HTTPRequest(method: "GET", path: "/_simulator/state"), at: desk.now)
        let state = try JSON(parsing: reply.body)
        return try #require(state["accounts"]?.items?.first)
    }

    private func balances(_ account: JSON, _ segment: String) -> [JSON] {
        (account["balances"]?.items ?? []).filter { $0["segment"]?.text == segment }
    }

    private func compare(_ sums: Sums, _ account: JSON) throws {
        #expect(account["fills"]?.items?.count == sums.deals)
        #expect(account["open_orders"]?.items?.count == sums.open.count)
        let start = CoinExSimulatorSettings.Account.generous
        for (product, money) in [("spot", start.spot), ("futures", start.futures)] {
            for row in balances(account, product) {
                let currency = try #require(row["currency"]?.text)
                let key = "\(product) \(currency)"
                let amount = { (name: String) in try Money(try #require(row[name]?.text)) }
                let sum = try amount("available") + amount("frozen") + amount("margin")
                #expect(sum == (try amount("total")))
                if let told = sums.balances[key] {
                    #expect(told["available"] == row["available"], "\(key)")
                    #expect(told["frozen"] == row["frozen"], "\(key)")
                }
                guard product == "spot" else { continue }
                #expect(try amount("frozen") == frozen(currency, sums), "\(key)")
                let first = money[Currency(currency)] ?? .zero
                #expect(try amount("total") == first + (sums.total[key] ?? .zero), "\(key)")
            }
        }
        try compareFutures(sums, account)
    }

    /// What the open spot orders bind: their rest at their price, or their rest.
    private func frozen(_ currency: String, _ sums: Sums) throws -> Money {
        var sum = Money.zero
        for (key, order) in sums.open where key.hasPrefix("spot") {
            let price = try Price(try #require(order["price"]?.text))
            let rest = try Quantity(try #require(order["unfilled_amount"]?.text))
            let base = try #require(order["market"]?.text?.dropLast(4))
            if order["side"] == "buy", currency == "USDT" {
                sum += try #require(price.times(rest, .up))
            } else if order["side"] == "sell", currency == base {
                sum += Money(attos: rest.attos)
            }
        }
        return sum
    }

    /// Futures money changes by what closing realised and by fees: the positions tell both.
    private func compareFutures(_ sums: Sums, _ account: JSON) throws {
        for row in balances(account, "futures") {
            let currency = try #require(row["currency"]?.text)
            let inverse = currency == "BTC"
            let rows =
                (account["positions"]?.items ?? []) + (account["closed_positions"]?.items ?? [])
            let realised = try rows.filter {
                ($0["market"]?.text == "BTCUSD") == inverse
            }.reduce(Money.zero) { $0 + (try Money($1["realised"]?.text ?? "")) }
            let start =
                CoinExSimulatorSettings.Account.generous.futures[Currency(currency)] ?? .zero
            #expect(try Money(row["total"]?.text ?? "") == start + realised, "\(currency)")
        }
    }

    @Test(arguments: seeds)
    func `the venue's books stay right behind every fault of the line`(_ seed: UInt64) throws {
        var random = Seeded(seed)
        var plan = FaultPlan()
        for fault in FaultPlan.Fault.allCases { plan.shares[fault] = 0.05 }
        let desk = Desk(seed: seed, plan: plan)
        for _ in 0..<150 {
            do {
                try step(desk, &random, Sums())
            } catch is JSONError {  // a gateway's page
                continue
            }
            desk.pass(milliseconds: Int64(random.int(0...2_000)))
        }
        let account = try state(desk)
        var sums = Sums()
        for fill in account["fills"]?.items ?? [] {
            let deal = fill.adding([
                "fee_ccy": fill["fee_currency"] ?? .null, "amount": fill["quantity"] ?? .null,
            ])
            try sums.addDeal(deal, try #require(fill["segment"]?.text))
        }
        for order in account["open_orders"]?.items ?? [] {
            let key = "\(order["segment"]?.text ?? "") \(order["order_id"]?.text ?? "")"
            sums.open[key] = order.adding(["unfilled_amount": order["remaining"] ?? .null])
        }
        #expect(sums.deals > 20)
        try compare(sums, account)
    }

    @Test(arguments: seeds.prefix(3))
    func `the same calls give the same bytes`(_ seed: UInt64) throws {
        let run = {
            var random = Seeded(seed)
            let desk = Desk(seed: seed)
            let socket = try desk.connect("spot", signed: true, to: ["order", "deals", "state"])
            var bytes: [UInt8] = []
            for _ in 0..<40 {
                try self.step(desk, &random, Sums())
                bytes += desk.lastReply.body
                for push in desk.take(socket) { bytes += push.bytes }
            }
            return bytes
        }
        #expect(try run() == run())
    }
}
