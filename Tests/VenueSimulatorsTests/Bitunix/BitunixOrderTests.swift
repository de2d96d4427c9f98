import PlainJSON
import Testing
import TradingModel
import VenueSimulators

private func statuses(_ pushes: [JSON]) -> [String] {
    pushes.compactMap { $0.at("data", "orderStatus")?.text }
}

@Suite struct `Bitunix's orders` {
    @Test func `are told from their beginning to their end`() throws {
        let desk = BitunixDesk()
        let id = try desk.login()
        let order = try desk.place("BUY", "0.5", at: "20000", ["clientId": "web-1"])
        var pushes = desk.take(id, "order")
        #expect(statuses(pushes) == ["NEW"] && pushes[0].at("data", "event") == "CREATE")
        #expect(pushes[0].at("data", "orderId") == .text(order))
        #expect(desk.take(id, "balance").count == 1)
        let cancel = try desk.data(
            try desk.post(
                "trade/cancel_orders",
                ["symbol": "BTCUSDT", "orderList": [["orderId": .text(order)]]]))
        #expect(cancel["successList"]?.items?.count == 1 && cancel["failureList"]?.items == [])
        pushes = desk.take(id, "order")
        #expect(statuses(pushes) == ["CANCELED"] && pushes[0].at("data", "event") == "CLOSE")
        #expect(try desk.order(order)["status"] == "CANCELED")
    }

    @Test func `that fill are told by their sums, and by no push of an execution`() throws {
        let desk = BitunixDesk()
        let id = try desk.login()
        let order = try desk.place("BUY", "0.5")
        let pushes = desk.take(id)
        let told = pushes.filter { $0["ch"] == "order" }
        #expect(statuses(told).first == "NEW" && statuses(told).last == "FILLED")
        #expect(told.last?.at("data", "dealAmount") == "0.5")
        #expect(Set(pushes.compactMap { $0["ch"]?.text }) == ["order", "position", "balance"])
        let trades = try desk.data(try desk.get("trade/get_history_trades", "orderId=\(order)"))
        let rows = try #require(trades["tradeList"]?.items)
        let sum = try rows.reduce(Quantity.zero) { try $0 + Quantity($1["qty"]?.text ?? "") }
        #expect(sum.description == "0.5" && rows.allSatisfy { $0["roleType"] == "TAKER" })
        #expect(trades["total"]?.text == String(rows.count))
    }

    // Live words, and with the quirk the documented ones.
    @Test func `have words as they were seen, or as documented`() throws {
        var settings = BitunixSimulatorSettings()
        for isDocumented in [false, true] {
            settings.quirks.documentedWords = isDocumented
            let desk = BitunixDesk(settings: settings)
            let id = try desk.login()
            let order = try desk.place("SELL", "0.5", at: "990000")
            let push = try #require(desk.take(id, "order").first?["data"])
            #expect(push["side"] == (isDocumented ? "SELL" : "Sell"))
            #expect(push["type"] == (isDocumented ? "LIMIT" : "Limit"))
            #expect(push["effect"] == (isDocumented ? "GTC" : "SHORT"))
            #expect(try desk.order(order)["status"] == (isDocumented ? "NEW" : "NEW_"))
            try desk.place("SELL", "0.1")
            let rows = try desk.data(try desk.get("position/get_pending_positions")).items
            #expect(rows?.first?["side"] == (isDocumented ? "SHORT" : "SELL"))
        }
    }

    // What the market does not give is no refusal.
    @Test func `that cannot rest were taken, and have ended`() throws {
        let desk = BitunixDesk()
        let id = try desk.login()
        for (effect, place) in [("POST_ONLY", "asks"), ("FOK", "bids"), ("IOC", "bids")] {
            let price = try desk.best(place)
            let quantity = effect == "FOK" ? "300" : "0.5"
            let order = try desk.place(
                "BUY", quantity, at: price.description, ["effect": .text(effect)])
            #expect(statuses(desk.take(id, "order")) == ["NEW", "CANCELED"], "\(effect)")
            #expect(try desk.order(order)["status"] == "CANCELED")
            desk.pass(milliseconds: 500)
        }
        let history = try desk.data(try desk.get("trade/get_history_orders", "limit=10"))
        #expect(history["total"] == 3 && history["orderList"]?.items?.count == 3)
    }

    @Test(
        arguments: [
            (["qty": "0.00001"], 10_002), (["price": "20000.001"], 10_002),
            (["side": "Buy"], 10_002),
            (["orderType": "STOP"], 10_002), (["effect": "GTX"], 10_002),
            (["symbol": "XYZUSDT"], 20_001),
            (["tradeSide": "OPEN"], 10_002), (["clientId": "a b"], 10_002),
            (["qty": "100000"], 20_003),
            (["reduceOnly": true], 30_018),
        ] as [(JSON, Int)])
    func `are refused in the venue's codes`(change: JSON, code: Int) throws {
        let desk = BitunixDesk()
        var order = bitunixOrder("BUY", "0.5", at: "20000")
        for member in change.members ?? [] { order = order.removing(member.key) }
        let reply = try desk.post("trade/place_order", order.adding(change))
        #expect(reply["code"] == .integer(code) && reply["data"] == .null, "\(reply.line)")
        #expect(try desk.account()["open_orders"]?.items == [])
    }

    @Test func `have client ids that come once`() throws {
        let desk = BitunixDesk()
        try desk.place("BUY", "0.5", at: "20000", ["clientId": "web-1"])
        let again = bitunixOrder("BUY", "0.5", at: "20000", ["clientId": "web-1"])
        #expect(desk.code(try desk.post("trade/place_order", again)) == 30_042)
        let found = try desk.data(try desk.get("trade/get_order_detail", "clientId=web-1"))
        #expect(found["clientId"] == "web-1")
    }

    @Test func `reduce the position, and no more`() throws {
        let desk = BitunixDesk()
        try desk.place("BUY", "0.5")
        let same = bitunixOrder("BUY", "0.1", at: "20000", ["reduceOnly": true])
        #expect(desk.code(try desk.post("trade/place_order", same)) == 30_019)
        try desk.place("SELL", "0.5", ["reduceOnly": true])
        #expect(try desk.account()["positions"]?.items == [])
        let none = bitunixOrder("SELL", "0.1", ["reduceOnly": true])
        #expect(desk.code(try desk.post("trade/place_order", none)) == 30_018)
    }

    // Success and failure stand in lists below a success.
    @Test func `are cancelled each with a word of its own`() throws {
        let desk = BitunixDesk()
        let open = try desk.place("BUY", "0.5", at: "20000", ["clientId": "web-1"])
        let done = try desk.place("BUY", "0.1")
        let list: JSON = [
            ["orderId": .text(open)], ["orderId": .text(done)], ["clientId": "nobody"],
        ]
        let reply = try desk.data(
            try desk.post("trade/cancel_orders", ["symbol": "BTCUSDT", "orderList": list]))
        #expect(reply["successList"]?.items?.first?["clientId"] == "web-1")
        let codes = reply["failureList"]?.items?.map { $0["errorCode"]?.integer }
        #expect(codes == [30_011, 20_007])
    }

    @Test func `are cancelled late, or not at all, with the quirks`() throws {
        var settings = BitunixSimulatorSettings()
        settings.quirks.slowCancels = true
        let cancel: (String) -> JSON = {
            ["symbol": "BTCUSDT", "orderList": [["orderId": .text($0)]]]
        }
        let slow = BitunixDesk(settings: settings)
        let first = try slow.place("BUY", "0.5", at: "20000")
        _ = try slow.data(try slow.post("trade/cancel_orders", cancel(first)))
        #expect(try slow.order(first)["status"] == "NEW_")
        slow.pass(milliseconds: 1_000)
        #expect(try slow.order(first)["status"] == "CANCELED")
        settings.quirks = BitunixQuirks()
        settings.quirks.silentCancels = 1
        let silent = BitunixDesk(settings: settings)
        let second = try silent.place("BUY", "0.5", at: "20000")
        _ = try silent.data(try silent.post("trade/cancel_orders", cancel(second)))
        silent.pass(milliseconds: 5_000)
        #expect(try silent.order(second)["status"] == "NEW_")
    }

    @Test func `keep their id when they are changed`() throws {
        let desk = BitunixDesk()
        let order = try desk.place("BUY", "0.5", at: "20000")
        let change: JSON = ["orderId": .text(order), "qty": "0.7", "price": "20001"]
        #expect(
            try desk.data(try desk.post("trade/modify_order", change))["orderId"] == .text(order))
        let row = try desk.order(order)
        #expect(row["qty"] == "0.7" && row["price"] == "20001")
        let unknown: JSON = ["orderId": "7", "qty": "0.7", "price": "20001"]
        #expect(desk.code(try desk.post("trade/modify_order", unknown)) == 20_007)
    }

    @Test func `are listed newest first, in pages by how many to skip`() throws {
        let desk = BitunixDesk()
        for number in 0..<15 {
            try desk.place(
                "BUY", "0.1", at: "2000\(number % 10)", ["clientId": .text("web-\(number)")])
            if number % 5 == 4 { desk.pass(milliseconds: 1_000) }
        }
        let page = try desk.data(try desk.get("trade/get_pending_orders", "skip=10&limit=100"))
        let ids = page["orderList"]?.items?.compactMap { $0["clientId"]?.text }
        #expect(ids == ["web-4", "web-3", "web-2", "web-1", "web-0"] && page["total"] == "15")
        let usual = try desk.data(try desk.get("trade/get_pending_orders"))
        #expect(usual["orderList"]?.items?.count == 10)
        #expect(desk.code(try desk.get("trade/get_pending_orders", "limit=101")) == 10_002)
    }
}

@Suite struct `Bitunix's accounts` {
    // What positions would bring is part of what is shown.
    @Test func `show profit that is not realised as available`() throws {
        let desk = BitunixDesk()
        try desk.place("BUY", "2")
        desk.pass(milliseconds: 30_000)
        let row = try desk.data(try desk.get("account", "marginCoin=USDT"))
        let amount = { (name: String) in try Money(row[name]?.text ?? "") }
        let wallet = try #require(
            try desk.account()["balances"]?.items?.first {
                $0["currency"] == "USDT" && $0["segment"] == "futures"
            })
        let total =
            try amount("available") + amount("frozen") + amount("margin")
            - amount("crossUnrealizedPNL") - amount("isolationUnrealizedPNL")
        #expect(total == (try Money(wallet["total"]?.text ?? "")))
        #expect(try amount("crossUnrealizedPNL") != .zero && row["positionMode"] == "ONE_WAY")
    }

    @Test func `are lists of one, or in hedge mode, with the quirks`() throws {
        var settings = BitunixSimulatorSettings()
        settings.quirks.listedAccount = true
        settings.quirks.hedgeMode = true
        let desk = BitunixDesk(settings: settings)
        let rows = try desk.data(try desk.get("account", "marginCoin=USDT")).items
        #expect(rows?.count == 1 && rows?.first?["positionMode"] == "HEDGE")
    }

    @Test func `have a leverage that open orders bind`() throws {
        let desk = BitunixDesk()
        let change: (Int) -> JSON = {
            ["symbol": "BTCUSDT", "leverage": .integer($0), "marginCoin": "USDT"]
        }
        _ = try desk.data(try desk.post("account/change_leverage", change(7)))
        let mode = try desk.data(
            try desk.get("account/get_leverage_margin_mode", "symbol=BTCUSDT&marginCoin=USDT"))
        #expect(mode["leverage"] == 7 && mode["marginMode"] == "CROSS")
        #expect(desk.code(try desk.post("account/change_leverage", change(126))) == 20_005)
        try desk.place("BUY", "0.1", at: "20000")
        #expect(desk.code(try desk.post("account/change_leverage", change(8))) == 20_006)
        #expect(
            desk.code(
                try desk.post(
                    "account/change_margin_mode", ["symbol": "BTCUSDT", "marginMode": "ISOLATION"]))
                == 20_006)
        #expect(
            desk.code(try desk.post("account/change_position_mode", ["positionMode": "ONE_WAY"]))
                == 20_009)
    }
}
