import PlainJSON
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Orders at a simulated CoinTR` {
    private func hand(_ quirks: (inout CoinTRQuirks) -> Void = { _ in }) throws -> CoinTRClient {
        CoinTRClient(try HandMadeMarket(), quirks)
    }

    @Test(arguments: ["spot", "futures"])
    func `rest, fill, expire and are cancelled`(product: String) throws {
        let client = try hand()
        let size = { (whole: Int) in try self.size(client, product, whole) }
        let resting = try client.place(product, "BUY", size(1), at: "99.5")
        #expect(resting.at("data", "state") == "SUBMITTED")
        #expect((resting.at("data", "ordId")?.integer ?? 0) > 1 << 53)
        let filled = try client.place(product, "BUY", size(1), at: "101")
        #expect(filled.at("data", "state") == "FILLED")
        let part = try client.place(product, "BUY", size(20), at: "101", ["timeInForce": "IOC"])
        #expect(part.at("data", "state") == "EXPIRED")
        let row = try client.get("\(product)/trade/orders-recent?clOrdIds=c-3")
        #expect(row["data"]?.items?.first?["accFillSz"]?.text == (try size(4)))
        let cancelled = try client.post(
            "\(product)/trade/cancel-order", ["instId": "BTCUSDT", "clOrdId": "c-1"])
        #expect(cancelled.code == "0")
        #expect(cancelled.at("data", "state") == (product == "spot" ? nil : "CANCELED"))
        let gone = try client.post(
            "\(product)/trade/cancel-order", ["instId": "BTCUSDT", "clOrdId": "c-1"])
        #expect(gone.code == "5052")
        #expect(try client.account()["open_orders"] == [])
    }

    /// So much of the base currency as the venue counts it.
    private func size(_ client: CoinTRClient, _ product: String, _ whole: Int) throws -> String {
        guard product == "futures" else { return String(whole) }
        let list = try client.get("futures/public/instruments?instId=BTCUSDT")
        let value = try Quantity(list["data"]?.items?.first?["ctVal"]?.text ?? "")
        return String(Int128(whole) * attosPerUnit / value.attos)
    }

    @Test func `that would take though they must not, or cannot fill whole, expire with nothing`()
        throws
    {
        let client = try hand()
        let taker = try client.place("spot", "BUY", "1", at: "101", ["flags": "POST_ONLY"])
        #expect(taker.at("data", "state") == "EXPIRED")
        let large = try client.place("spot", "BUY", "6", at: "101", ["timeInForce": "FOK"])
        #expect(large.at("data", "state") == "EXPIRED")
        let rows = try client.get("spot/trade/orders-recent?clOrdIds=c-1,c-2")["data"]?.items ?? []
        #expect(rows.map { $0["accFillSz"] } == ["0", "0"])
        let strict = try hand { $0.refusedPostOnly = true }
        let refused = try strict.place("spot", "BUY", "1", at: "101", ["flags": "POST_ONLY"])
        #expect(refused.code == "5050" && refused.at("data", "clOrdId") == "c-1")
    }

    @Test func `are refused for their form, naming the order as soon as that is read`() throws {
        let client = try hand()
        let cases: [(JSON, String, Bool)] = [
            (["clOrdId": ""], "4001", false), (["clOrdId": "a b"], "4001", false),
            (["clOrdId": .text(String(repeating: "x", count: 37))], "4001", false),
            (["side": "LONG"], "4001", true), (["flags": "HIDDEN"], "4001", true),
            (["ordType": "STOP"], "4001", true), (["timeInForce": "GTD"], "4001", true),
            (["baseQty": "0.000000001"], "5050", true), (["px": "99.123456789"], "5050", true),
            (["quoteQty": "5"], "4001", true), (["baseQty": "900000000"], "5050", true),
        ]
        for (change, code, isNamed) in cases {
            let order: JSON = [
                "instId": "BTCUSDT", "clOrdId": "mine", "px": "99", "baseQty": "1", "side": "BUY",
                "ordType": "LIMIT", "flags": "",
            ]
            let key = change.members?.first?.key ?? ""
            let reply = try client.post("spot/trade/order", order.removing(key).adding(change))
            #expect(reply.code == code, "\(change.line): \(reply.line)")
            #expect((reply.at("data", "clOrdId") == "mine") == isNamed, "\(reply.line)")
        }
        let bare: JSON = [
            "instId": "BTCUSDT", "clOrdId": "mine", "px": "99", "baseQty": "1", "side": "BUY",
            "ordType": "LIMIT",
        ]
        #expect(try client.post("spot/trade/order", bare).code == "4001", "flags are missing")
        #expect(try client.place("spot", "BUY", "1", at: "99", ["instId": "NONE"]).code == "4002")
        #expect(try client.account()["taken"] == [])
    }

    @Test func `bought at the market of spot are for an amount of money, and nothing else is`()
        throws
    {
        let client = try hand()
        #expect(try client.place("spot", "BUY", "1").code == "4001")
        let body: JSON = [
            "instId": "BTCUSDT", "clOrdId": "q", "quoteQty": "202", "side": "BUY",
            "ordType": "MARKET", "flags": "",
        ]
        #expect(try client.post("spot/trade/order", body).at("data", "state") == "FILLED")
        let fill = try #require(try client.account()["fills"]?.items?.first)
        #expect(fill["quantity"] == "2" && fill["price"] == "101")
        #expect(try client.place("spot", "SELL", "1").at("data", "state") == "FILLED")
    }

    // The venue's own rule about ids.
    @Test func `have ids that come again only a minute after their end, in all of the account`()
        throws
    {
        let client = try hand()
        try client.place("spot", "BUY", "1", at: "99", clientID: "same")
        #expect(try client.place("futures", "BUY", "1", at: "99", clientID: "same").code == "5051")
        _ = try client.post(
            "spot/trade/cancel-order", ["instId": "BTCUSDT", "clOrdId": "same"])
        client.pass(milliseconds: 59_000)
        let early = try client.place("spot", "BUY", "1", at: "99", clientID: "same")
        #expect(early.code == "5051" && early.at("data", "clOrdId") == "same")
        client.pass(milliseconds: 1_500)
        #expect(try client.place("spot", "BUY", "1", at: "99", clientID: "same").code == "0")
        #expect(try client.account()["taken"]?.items?.count == 2)
    }

    @Test func `that ended are found for two hours, and those that filled for longer`() throws {
        let client = try hand()
        try client.place("spot", "BUY", "1", at: "101")
        try client.place("spot", "BUY", "1", at: "99")
        _ = try client.post("spot/trade/cancel-all", [:])
        for _ in 0..<119 { client.pass(milliseconds: 60_000) }
        let recent = try client.get("spot/trade/orders-recent?clOrdIds=c-1,c-2")
        #expect(recent["data"]?.items?.map { $0["state"] } == ["FILLED", "CANCELED"])
        for _ in 0..<2 { client.pass(milliseconds: 60_000) }
        let late = try client.get("spot/trade/orders-recent?clOrdIds=c-1,c-2")
        #expect(late.code == "5052")
        #expect(late["msg"]?.text?.hasPrefix("Order does not exist") == true)
        let filled = try client.get("spot/trade/orders-filled?instId=BTCUSDT")
        #expect(filled["data"]?.items?.map { $0["clOrdId"] } == ["c-1"])
    }

    @Test func `wait in front of the book where that goes wrong, and nothing is told of it`() throws
    {
        let client = try hand { $0.submitting = 1 }
        let id = try client.connect(to: ["user_data_spot"])
        _ = client.take(id)
        let reply = try client.place("spot", "BUY", "1", at: "101")
        #expect(reply.at("data", "state") == "SUBMITTING")
        let orders = "user_data_spot@orders_spot"
        #expect(client.take(id, orders).isEmpty)
        let early = try client.get("spot/trade/orders-recent?clOrdIds=c-1")
        #expect(early["data"]?.items?.first?["state"] == "SUBMITTING")
        #expect(early["data"]?.items?.first?["accFillSz"] == "0")
        #expect(try client.get("spot/trade/fills?instId=BTCUSDT")["data"] == [])
        client.pass(milliseconds: 3_000)
        let late = try client.get("spot/trade/orders-recent?clOrdIds=c-1")
        #expect(late["data"]?.items?.first?["state"] == "FILLED")
        #expect(try client.get("spot/trade/fills?instId=BTCUSDT")["data"]?.items?.count == 1)
        #expect(client.take(id, orders).isEmpty)
    }

    @Test func `of futures only reduce what is there`() throws {
        let client = try hand()
        let one = try size(client, "futures", 1)
        let flag: JSON = ["flags": "REDUCE_ONLY"]
        #expect(try client.place("futures", "SELL", one, at: "100", flag).code == "5053")
        try client.place("futures", "BUY", one)
        let two = try size(client, "futures", 2)
        #expect(try client.place("futures", "SELL", two, at: "100", flag).code == "5053")
        let closing = try client.place("futures", "SELL", one, at: "100", flag)
        #expect(closing.at("data", "state") == "FILLED")
        #expect(try client.account()["positions"] == [])
        #expect(try client.place("futures", "BUY", "0.5", at: "99").code == "5050")
        #expect(try client.place("futures", "BUY", one, at: "99", ["lever": "3"]).code == "5054")
        #expect(try client.place("futures", "BUY", one, at: "99", ["async": true])["data"] == [:])
    }

    @Test func `go and are cancelled in batches, each with its own end`() throws {
        let client = try hand()
        let item = { (id: String, price: String) -> JSON in
            [
                "clOrdId": .text(id), "px": .text(price), "baseQty": "1", "side": "BUY",
                "ordType": "LIMIT", "flags": "",
            ]
        }
        let reply = try client.post(
            "spot/trade/batch-orders",
            ["instId": "BTCUSDT", "details": [item("a", "99"), item("a", "98"), item("b", "97")]])
        let rows = reply["data"]?.items ?? []
        #expect(rows.map { $0["error"]?.integer } == [nil, 5051, nil])
        let ids = rows.compactMap { $0["ordId"]?.integer }.map { String($0) }
        let cancels = try client.post(
            "spot/trade/cancel-batch-orders",
            ["instId": "BTCUSDT", "ordIds": .text((ids + ["7"]).joined(separator: ","))])
        #expect(cancels["data"]?.items?.map { $0["error"]?.integer } == [nil, nil, 5052])
        let many = JSON.array((0..<21).map { item("m\($0)", "90") })
        #expect(
            try client.post(
                "spot/trade/batch-orders", ["instId": "BTCUSDT", "details": many]
            ).code == "4001")
    }
}

@Suite struct `Lists of a simulated CoinTR` {
    @Test func `of executions come in pages with a mark that means nothing to anybody`() throws {
        let client = CoinTRClient(try HandMadeMarket())
        for _ in 0..<7 { try client.place("spot", "BUY", "0.1", at: "101") }
        let end = client.milliseconds + 60_000
        let path =
            "spot/trade/fills?instId=BTCUSDT&startTime=\(end - 600_000)&endTime=\(end)&limit=3"
        var ids: [String] = []
        var mark: String?
        repeat {
            let page = try client.get(path + (mark.map { "&after=\($0)" } ?? ""))
            #expect(page.code == "0")
            ids += (page["data"]?.items ?? []).compactMap { $0["tradeId"]?.text }
            mark = page["next"]?.text
        } while mark != nil
        #expect(ids.count == 7 && Set(ids).count == 7)
        #expect(ids == ids.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) })
        #expect(try client.get("spot/trade/fills").code == "4001")
    }

    @Test func `of positions are of named markets only, and show contracts`() throws {
        let client = CoinTRClient(try HandMadeMarket())
        #expect(try client.get("futures/account/positions").code == "4001")
        try client.place("futures", "SELL", "100")
        let rows = try client.get("futures/account/positions?instIds=BTCUSDT")["data"]?.items
        #expect(rows?.count == 1 && rows?[0]["posSide"] == "SHORT")
        #expect(rows?[0]["posSz"]?.integer == 100)
        let config = try client.get("futures/account/config")
        #expect(config.at("data", "posMode") == "NET_MODE")
        let mode: JSON = ["posMode": "LONG_SHORT_MODE"]
        #expect(try client.post("futures/account/set-position-mode", mode).code == "5050")
        try client.place("futures", "BUY", "100")
        #expect(try client.post("futures/account/set-position-mode", mode).code == "0")
        #expect(
            try client.get("futures/account/config").at("data", "posMode") == "LONG_SHORT_MODE")
    }

    @Test func `of depth have one level where nothing is said`() throws {
        let client = CoinTRClient(try HandMadeMarket())
        let one = try client.get("spot/market/depths?instId=BTCUSDT")
        #expect(one.at("data", "bids") == [["100", "5"]])
        let five = try client.get("spot/market/depths?instId=BTCUSDT&limit=5")
        #expect(five.at("data", "asks") == [["101", "5"], ["102", "10"]])
        #expect(try client.get("spot/market/depths?instId=BTCUSDT&limit=7").code == "4001")
        #expect(try client.get("spot/market/candlesticks?instId=BTCUSDT").code == "4001")
    }

    @Test func `lag behind, and show executions late, where that is asked`() throws {
        let client = CoinTRClient(try HandMadeMarket()) {
            $0.staleLists = 1
            $0.lateExecutions = true
        }
        try client.place("spot", "BUY", "1", at: "101")
        try client.place("spot", "BUY", "1", at: "99")
        #expect(try client.get("spot/trade/orders-active")["data"] == [])
        #expect(try client.get("spot/trade/orders-recent?clOrdIds=c-1").code == "5052")
        #expect(try client.get("spot/trade/fills?instId=BTCUSDT")["data"] == [])
        client.pass(milliseconds: 7_000)
        #expect(try client.get("spot/trade/orders-active")["data"]?.items?.count == 1)
        #expect(try client.get("spot/trade/orders-recent?clOrdIds=c-1").code == "0")
        #expect(try client.get("spot/trade/fills?instId=BTCUSDT")["data"]?.items?.count == 1)
    }
}
