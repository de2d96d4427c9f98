import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

/// Random traders: no money appears or is lost, and the venue's books are what it told.
@Suite struct `Conservation at CoinTR` {
    /// What a client adds up from pushes about its own orders.
    private struct Sums {
        /// Of spot, by currency.
        var total: [String: Money] = [:]
        /// Of futures, in contracts.
        var net = 0
        var fills: Set<String> = []
        /// By product and id: how it stood last.
        var states: [String: (state: String, filled: String)] = [:]

        mutating func add(_ push: JSON) throws {
            let channel = push["channel"]?.text ?? ""
            for row in push["data"]?.items ?? [] {
                let product = channel.hasSuffix("spot") ? "spot" : "futures"
                let id = row["ordId"]?.text ?? "\(row["ordId"]?.integer ?? 0)"
                if channel.contains("@orders_") {
                    states["\(product) \(id)"] = (
                        row["state"]?.text ?? "", row["accFillSz"]?.text ?? ""
                    )
                } else if channel.contains("@fills_") {
                    try addFill(row, product, id)
                }
            }
        }

        private mutating func addFill(_ row: JSON, _ product: String, _ id: String) throws {
            let trade = try #require(row["tradeId"]?.integer)
            let isNew = fills.insert("\(product) \(trade) \(id)").inserted
            #expect(isNew, "a fill was told twice")
            let size = try Quantity(try #require(row["sz"]?.text))
            let isBuy = row["side"] == "BUY"
            guard product == "spot" else {
                net += (isBuy ? 1 : -1) * Int(size.attos / attosPerUnit)
                return
            }
            let price = try Price(try #require(row["px"]?.text))
            let value = try #require(price.times(size, .halfEven))
            let fee = try Money(try #require(row["fee"]?.text))
            let amount = Money(attos: size.attos)
            total["BTC", default: .zero] += isBuy ? amount - fee : -amount
            total["USDT", default: .zero] += isBuy ? -value : value - fee
        }
    }

    private func step(_ client: CoinTRClient, _ random: inout Seeded, _ number: Int) throws {
        let product = random.bool() ? "spot" : "futures"
        switch random.int(0...9) {
        case 0...6:
            let isSpot = product == "spot"
            let size = isSpot ? "0.\(random.int(1...9))" : "\(random.int(1...90))"
            let price = random.chance(80) ? "\(90_000 + random.int(-200...200))" : nil
            // A purchase at the market of spot is another matter.
            let side = price == nil && isSpot ? "SELL" : random.bool() ? "BUY" : "SELL"
            let lifetime = random.pick(["GTC", "GTC", "IOC", "FOK"])
            let flags = random.chance(20) && lifetime == "GTC" ? "POST_ONLY" : ""
            try client.place(
                product, side, size, at: price,
                price == nil
                    ? [:] : ["timeInForce": .text(lifetime), "flags": .text(flags)],
                clientID: "n-\(number)")
        case 7:
            let body: JSON = [
                "instId": "BTCUSDT", "clOrdId": .text("n-\(random.int(1...max(1, number)))"),
            ]
            _ = try? client.post("\(product)/trade/cancel-order", body)
        case 8 where random.chance(30):
            _ = try? client.post("\(product)/trade/cancel-all", [:])
        default: break
        }
    }

    @Test(arguments: seeds)
    func `money, positions and orders as told equal the venue's own, to the last digit`(
        _ seed: UInt64
    ) throws {
        var random = Seeded(seed)
        let client = CoinTRClient(seed: seed) { $0.tidyWords = random.bool() }
        let id = try client.connect(to: ["user_data_spot", "user_data_perp"])
        var sums = Sums()
        for number in 1...200 {
            try step(client, &random, number)
            client.pass(milliseconds: Int64(random.int(0...2_000)))
            for push in client.take(id) where push["event"] == nil { try sums.add(push) }
        }
        #expect(sums.fills.count > 20)
        let account = try client.account()
        #expect(account["fills"]?.items?.count == sums.fills.count)
        try compare(sums, account)
        let open = account["open_orders"]?.items ?? []
        for row in open {
            let key = "\(row["segment"]?.text ?? "") \(row["order_id"]?.text ?? "")"
            let told = sums.states[key]?.state
            #expect(told == "SUBMITTED" || told == "PARTIAL_FILLED", "\(row.line)")
        }
        let working = sums.states.values.count {
            $0.state == "SUBMITTED" || $0.state == "PARTIAL_FILLED"
        }
        #expect(working == open.count)
        let size = try client.get("futures/account/positions?instIds=BTCUSDT")["data"]?.items?.first
        let contracts = size?["posSz"].flatMap { $0.integer ?? $0.text.flatMap { Int64($0) } } ?? 0
        #expect(abs(sums.net) == Int(contracts))
    }

    /// Each balance is what it was at first and what fills brought; what is free is never negative.
    private func compare(_ sums: Sums, _ account: JSON) throws {
        for row in account["balances"]?.items ?? [] {
            let currency = try #require(row["currency"]?.text)
            let amount = { (name: String) in try Money(row[name]?.text ?? "") }
            #expect(
                try amount("available") + amount("frozen") + amount("margin") == amount("total"))
            #expect(try amount("available") >= .zero, "\(currency)")
            guard row["segment"] == "spot" else { continue }
            let first = VenueAccount.generous.spot[Currency(currency)] ?? .zero
            #expect(try amount("total") == first + (sums.total[currency] ?? .zero), "\(currency)")
        }
    }

    @Test(arguments: seeds)
    func `the venue's books stay right behind every fault of the line`(_ seed: UInt64) throws {
        var random = Seeded(seed)
        var plan = FaultPlan()
        for fault in FaultPlan.Fault.allCases { plan.shares[fault] = 0.05 }
        let client = CoinTRClient(seed: seed, plan: plan)
        for number in 1...200 {
            _ = try? step(client, &random, number)
            client.pass(milliseconds: Int64(random.int(0...1_000)))
        }
        let account = try client.account()
        var sums = Sums()
        for fill in account["fills"]?.items ?? [] where fill["segment"] == "spot" {
            let quantity = try Quantity(fill["quantity"]?.text ?? "")
            let value = try #require(
                try Price(fill["price"]?.text ?? "").times(quantity, .halfEven))
            let fee = try Money(fill["fee"]?.text ?? "")
            let isBuy = fill["side"] == "buy"
            let amount = Money(attos: quantity.attos)
            sums.total["BTC", default: .zero] += isBuy ? amount - fee : -amount
            sums.total["USDT", default: .zero] += isBuy ? -value : value - fee
        }
        #expect((account["fills"]?.items?.count ?? 0) > 5)
        try compare(sums, account)
    }

    @Test(arguments: seeds.prefix(3))
    func `the same calls give the same bytes`(_ seed: UInt64) throws {
        let run = {
            var random = Seeded(seed)
            let client = CoinTRClient(seed: seed) { $0.randomCodes = true }
            let id = try client.connect(to: ["user_data_spot", "user_data_perp"])
            for channel in ["trades_spot", "mini_books_perp", "market_perp"] {
                client.subscribe(id, channel)
            }
            var bytes: [UInt8] = []
            for number in 1...40 {
                try self.step(client, &random, number)
                bytes += client.lastReply.body
                client.pass(milliseconds: 300)
                for message in client.take(id) { bytes += message.bytes }
            }
            return bytes
        }
        #expect(try run() == run())
    }
}
