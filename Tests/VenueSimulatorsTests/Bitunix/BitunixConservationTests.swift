import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

/// Random traders: no money appears or is lost, and the venue's books are what it told.
@Suite struct `Conservation at Bitunix` {
    private func step(_ desk: BitunixDesk, _ random: inout Seeded, _ number: Int) throws {
        let open = try desk.account()["open_orders"]?.items ?? []
        switch random.int(0...9) {
        case 0...5:
            let side = random.bool() ? "BUY" : "SELL"
            let quantity = "0.\(random.int(1...9))"
            let price = random.chance(60) ? "\(90_000 + random.int(-300...300))" : nil
            let effect: JSON =
                price == nil
                ? [:] : ["effect": .text(random.pick(["GTC", "IOC", "FOK", "POST_ONLY"]))]
            let more = effect.adding(["clientId": .text("web-\(number)")])
                .adding(random.chance(20) ? ["reduceOnly": true] : [:])
            _ = try desk.post("trade/place_order", bitunixOrder(side, quantity, at: price, more))
        case 6 where !open.isEmpty:
            let id = random.pick(open)["order_id"] ?? ""
            _ = try desk.post(
                "trade/modify_order",
                [
                    "orderId": id, "qty": .text("0.\(random.int(1...9))"),
                    "price": .text("\(90_000 + random.int(-300...300))"),
                ])
        case 7...8 where !open.isEmpty:
            let id = random.pick(open)["order_id"] ?? ""
            _ = try desk.post(
                "trade/cancel_orders", ["symbol": "BTCUSDT", "orderList": [["orderId": id]]])
        default: break
        }
        desk.pass(milliseconds: Int64(random.int(150...2_000)))
    }

    @Test(arguments: seeds)
    func `orders and positions as told equal the venue's own, and money is what fills brought`(
        _ seed: UInt64
    ) throws {
        var random = Seeded(seed)
        let desk = BitunixDesk(seed: seed)
        let id = try desk.login()
        var told: [String: JSON] = [:]
        var position = SignedQuantity.zero
        for number in 1...150 {
            if number % 5 == 0 { desk.say(id, #"{"op":"ping","ping":1}"#) }
            try step(desk, &random, number)
            for message in desk.take(id) {
                guard let data = message["data"] else { continue }
                switch message["ch"]?.text {
                case "order": told[data["orderId"]?.text ?? ""] = data
                case "position":
                    let size = try Quantity(data["qty"]?.text ?? "")
                    position =
                        data["event"] == "CLOSE"
                        ? .zero : size.signed(data["side"] == "LONG" ? .buy : .sell)
                default: break
                }
            }
        }
        #expect(desk.closed.isEmpty)
        let account = try desk.account()
        try compareOrders(told, account)
        let held = try (account["positions"]?.items ?? []).reduce(SignedQuantity.zero) {
            try $0
                + Quantity($1["quantity"]?.text ?? "").signed($1["side"] == "long" ? .buy : .sell)
        }
        #expect(held == position)
        try compareMoney(account)
    }

    private func compareOrders(_ told: [String: JSON], _ account: JSON) throws {
        let open = told.filter { ["NEW", "PART_FILLED"].contains($0.value["orderStatus"]?.text) }
        let rows = account["open_orders"]?.items ?? []
        #expect(Set(rows.compactMap { $0["order_id"]?.text }) == Set(open.keys))
        var filled: [String: Quantity] = [:]
        for fill in account["fills"]?.items ?? [] {
            filled[fill["order_id"]?.text ?? "", default: .zero] += try Quantity(
                fill["quantity"]?.text ?? "")
        }
        #expect(filled.count > 10)
        for (order, quantity) in filled {
            #expect(told[order]?["dealAmount"]?.text == quantity.description)
        }
    }

    /// The balance lost fees and gained what positions realised; what is free is never negative.
    private func compareMoney(_ account: JSON) throws {
        let fees = try (account["fills"]?.items ?? []).reduce(Money.zero) {
            try $0 + Money($1["fee"]?.text ?? "")
        }
        let closed =
            (account["closed_positions"]?.items ?? []) + (account["positions"]?.items ?? [])
        // Of positions with their fees.
        let realised = try closed.reduce(Money.zero) { try $0 + Money($1["realised"]?.text ?? "") }
        for row in account["balances"]?.items ?? []
        where row["segment"] == "futures" && row["currency"] == "USDT" {
            let amount = { (name: String) in try Money(row[name]?.text ?? "") }
            let first = VenueAccount.generous.futures[Currency("USDT")] ?? .zero
            #expect(try amount("total") == first + realised)
            #expect(
                try amount("available") + amount("frozen") + amount("margin") == amount("total"))
            #expect(try amount("available") >= .zero && fees > .zero)
        }
    }

    @Test(arguments: seeds.prefix(3))
    func `the same calls give the same bytes`(_ seed: UInt64) throws {
        let run = {
            var random = Seeded(seed)
            let desk = BitunixDesk(seed: seed)
            let id = try desk.login()
            let market = try desk.connect("/public/")
            desk.subscribe(market, "depth_book15")
            desk.subscribe(market, "trade")
            var bytes: [UInt8] = []
            for number in 1...30 {
                try self.step(desk, &random, number)
                for message in desk.take(id) + desk.take(market) { bytes += message.bytes }
            }
            return bytes
        }
        #expect(try run() == run())
    }
}
