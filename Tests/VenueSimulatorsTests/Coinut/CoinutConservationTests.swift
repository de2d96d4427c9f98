import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

/// Random traders: no money appears or is lost, and the venue's books are what it told.
@Suite struct `Conservation at Coinut` {
    private static let pairs: [(id: Int, base: String, price: Int)] = [
        (490_589, "BTC", 90_000), (490_591, "ETH", 3_100),
    ]

    /// What a client adds up from the messages about its own orders.
    private struct Sums {
        var total: [String: Money] = [:]
        /// The rest of each order, by id.
        var open: [Int64: (order: JSON, rest: Quantity)] = [:]
        var fills: Set<Int64> = []

        /// What cancels name, the oldest first.
        var entries: [JSON] {
            open.keys.sorted().map {
                ["inst_id": open[$0]?.order["inst_id"] ?? 0, "order_id": .integer($0)]
            }
        }

        mutating func add(_ message: JSON) throws {
            for item in message.items ?? [] { try add(item) }
            switch message["reply"]?.text {
            case "order_filled": try addFill(message)
            case "order_accepted":
                let id = try #require(message["order_id"]?.integer)
                open[id] = (message, try Quantity(message["open_qty"]?.text ?? ""))
            case "cancel_order" where message["status"] == ["OK"]:
                open[message["order_id"]?.integer ?? 0] = nil
            case "cancel_orders":
                for result in message["results"]?.items ?? [] where result["status"] == "OK" {
                    open[result["order_id"]?.integer ?? 0] = nil
                }
            default: break
            }
        }

        private mutating func addFill(_ fill: JSON) throws {
            let id = try #require(fill["trans_id"]?.integer)
            #expect(fills.insert(id).inserted, "a fill was told twice")
            let order = try #require(fill["order"])
            let pair = try #require(pairs.first { Int64($0.id) == order["inst_id"]?.integer })
            let price = try Price(try #require(fill["fill_price"]?.text))
            let quantity = try Quantity(try #require(fill["fill_qty"]?.text))
            let value = try #require(price.times(quantity, .halfEven))
            let fee = try Money(try #require(fill.at("commission", "amount")?.text))
            let isBuy = order["side"] == "BUY"
            let amount = Money(attos: quantity.attos)
            total[pair.base, default: .zero] += isBuy ? amount : -amount
            total["USDT", default: .zero] += (isBuy ? -value : value) - fee
            let number = try #require(order["order_id"]?.integer)
            let rest = try Quantity(try #require(order["open_qty"]?.text))
            if open[number] != nil { open[number]?.rest = rest }
            if rest == .zero { open[number] = nil }
        }
    }

    private func order(_ random: inout Seeded, id: Int) -> JSON {
        let pair = random.pick(Self.pairs)
        let quantity = Money(attos: Int128(random.int(1...50_000_000)) * attosPerUnit / 100_000_000)
        let order: JSON = [
            "inst_id": .integer(pair.id), "side": random.bool() ? "BUY" : "SELL",
            "qty": .text(quantity.description), "client_ord_id": .integer(id),
        ]
        guard random.chance(80) else { return order }
        let price = pair.price + random.int(-200...200)
        return order.adding(["price": .text("\(price).\(random.int(0...9))")])
    }

    /// - Parameter open: instrument and id of the orders that can be cancelled.
    private func step(
        _ desk: CoinutDesk, _ socket: ConnectionID, _ random: inout Seeded, id: Int, open: [JSON]
    ) -> JSON? {
        switch random.int(0...9) {
        case 0...5: return desk.ask(socket, "new_order", order(&random, id: id))
        case 6:
            let orders = (0..<random.int(1...8)).map { order(&random, id: id + $0) }
            return desk.ask(socket, "new_orders", ["orders": .array(orders)])
        case 7 where !open.isEmpty:
            return desk.ask(socket, "cancel_order", random.pick(open))
        case 8 where !open.isEmpty:
            let entries = JSON.array(Array(open.prefix(random.int(1...3))))
            return desk.ask(socket, "cancel_orders", ["entries": entries])
        default: return nil
        }
    }

    @Test(arguments: seeds)
    func `money and orders as told equal the venue's own, to the last digit`(_ seed: UInt64) throws
    {
        var random = Seeded(seed)
        let desk = CoinutDesk(seed: seed)
        let socket = try desk.connect()
        var sums = Sums()
        for number in 1...150 {
            let reply = step(desk, socket, &random, id: number * 10, open: sums.entries)
            if let reply { try sums.add(reply) }
            for message in desk.take(socket) { try sums.add(message) }
            desk.pass(milliseconds: Int64(random.int(0...2_000)))
            for message in desk.take(socket) { try sums.add(message) }
        }
        #expect(sums.fills.count > 20)
        let account = try desk.account()
        #expect(account["fills"]?.items?.count == sums.fills.count)
        let open = account["open_orders"]?.items ?? []
        #expect(Set(open.compactMap { Int64($0["order_id"]?.text ?? "") }) == Set(sums.open.keys))
        for order in open {
            let told = sums.open[Int64(order["order_id"]?.text ?? "") ?? 0]
            #expect(try Quantity(order["remaining"]?.text ?? "") == told?.rest)
        }
        try compare(sums, account)
        let balances = try #require(desk.ask(socket, "user_balance"))
        for row in account["balances"]?.items ?? [] where row["segment"] == "spot" {
            let told = balances[row["currency"]?.text ?? ""]?.text ?? ""
            #expect(try Money(told) == Money(row["total"]?.text ?? ""))
        }
    }

    /// Each balance is what it was at first and what fills brought; what is free is never negative.
    private func compare(_ sums: Sums, _ account: JSON) throws {
        for row in account["balances"]?.items ?? [] where row["segment"] == "spot" {
            let currency = try #require(row["currency"]?.text)
            let amount = { (name: String) in try Money(row[name]?.text ?? "") }
            let first = VenueAccount.generous.spot[Currency(currency)] ?? .zero
            #expect(try amount("total") == first + (sums.total[currency] ?? .zero), "\(currency)")
            #expect(try amount("available") + amount("frozen") == amount("total"))
            #expect(try amount("available") >= .zero, "\(currency)")
        }
    }

    @Test(arguments: seeds)
    func `the venue's books stay right behind every fault of the line`(_ seed: UInt64) throws {
        var random = Seeded(seed)
        var plan = FaultPlan()
        for fault in FaultPlan.Fault.allCases { plan.shares[fault] = 0.05 }
        let desk = CoinutDesk(seed: seed, plan: plan)
        var socket = try? desk.connect(loggedIn: false)
        for number in 1...200 {
            // A line that is cut or silent is replaced; REST needs none.
            if number % 10 == 1 {
                if let socket { desk.venue.disconnect(socket) }
                socket = try desk.connect(loggedIn: false)
                if let socket { desk.ask(socket, "login", desk.loginByKey()) }
            }
            if let socket, random.bool() {
                // Orders are numbered from 1001: some of these are open.
                let open = (0..<20).map { _ -> JSON in
                    [
                        "inst_id": .integer(random.pick(Self.pairs).id),
                        "order_id": .integer(random.int(1_001...1_300)),
                    ]
                }
                _ = step(desk, socket, &random, id: number * 10, open: open)
            } else {
                _ = try? desk.post("new_order", order(&random, id: number * 10))
            }
            desk.pass(milliseconds: Int64(random.int(0...1_000)))
        }
        let account = try desk.account()
        var sums = Sums()
        for fill in account["fills"]?.items ?? [] {
            let value = try #require(
                try Price(fill["price"]?.text ?? "")
                    .times(try Quantity(fill["quantity"]?.text ?? ""), .halfEven))
            let amount = try Money(fill["quantity"]?.text ?? "")
            let isBuy = fill["side"] == "buy"
            let base = String(fill["market"]?.text?.dropLast(4) ?? "")
            sums.total[base, default: .zero] += isBuy ? amount : -amount
            sums.total["USDT", default: .zero] +=
                (isBuy ? -value : value) - (try Money(fill["fee"]?.text ?? ""))
        }
        #expect((account["fills"]?.items?.count ?? 0) > 5)
        try compare(sums, account)
    }

    @Test(arguments: seeds.prefix(3))
    func `the same calls give the same bytes`(_ seed: UInt64) throws {
        let run = {
            var random = Seeded(seed)
            let desk = CoinutDesk(seed: seed)
            let socket = try desk.connect()
            for name in ["inst_order_book", "inst_trade", "inst_tick"] {
                desk.ask(socket, name, ["inst_id": .integer(CoinutDesk.pair), "subscribe": true])
            }
            var bytes: [UInt8] = []
            for number in 1...40 {
                let open: [JSON] = [
                    ["inst_id": .integer(CoinutDesk.pair), "order_id": .integer(1_000 + number)]
                ]
                let reply = self.step(desk, socket, &random, id: number * 10, open: open)
                bytes += reply?.bytes ?? []
                desk.pass(milliseconds: 300)
                for message in desk.take(socket) { bytes += message.bytes }
            }
            return bytes
        }
        #expect(try run() == run())
    }
}
