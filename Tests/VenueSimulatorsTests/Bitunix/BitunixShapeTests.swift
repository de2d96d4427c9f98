import PlainJSON
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Bitunix's requests` {
    @Test(arguments: [
        ("market/trading_pairs", ""), ("market/tickers", "symbols=BTCUSDT"),
        ("market/depth", "symbol=BTCUSDT&limit=5"), ("market/kline", "symbol=BTCUSDT&interval=1m"),
        ("market/funding_rate", "symbol=BTCUSDT"),
    ])
    func `of the public need no signature, and tell the time in a header`(
        name: String, query: String
    ) throws {
        let desk = BitunixDesk()
        let reply = desk.send("GET", name, query: query, isSigned: false)
        let json = try JSON(parsing: reply.body)
        #expect(reply.status == 200 && json["code"] == 0 && json["msg"] == "Success")
        let date = try #require(reply.header("Date"))
        #expect(date.hasSuffix(" GMT") && date.contains(UTCTime(desk.now).clock))
    }

    // Every error of the futures API is HTTP 200.
    @Test func `that are refused are answered with status 200`() throws {
        let desk = BitunixDesk()
        for (name, query, code) in [
            ("nothing/here", "", 404), ("market/depth", "", 1),
            ("market/depth", "symbol=XYZUSDT", 20_001),
            ("market/depth", "symbol=BTCUSDT&limit=20", 10_008),
        ] {
            let reply = desk.send("GET", name, query: query, isSigned: false)
            #expect(reply.status == 200)
            #expect(try JSON(parsing: reply.body)["code"] == .integer(code), "\(name) \(query)")
        }
    }

    @Test func `are signed over what was sent`() throws {
        let desk = BitunixDesk()
        #expect(desk.code(try desk.get("account", "marginCoin=USDT")) == 0)
        desk.secret = "another"
        #expect(desk.code(try desk.get("account", "marginCoin=USDT")) == 10_007)
        desk.key = "nobody"
        #expect(desk.code(try desk.get("account", "marginCoin=USDT")) == 10_003)
        let plain = desk.send("GET", "account", query: "marginCoin=USDT", isSigned: false)
        #expect(try JSON(parsing: plain.body)["code"] == 10_003)
    }

    // A minute behind is too old; what lies ahead is borne.
    @Test(arguments: [(0, 0), (59_000, 0), (61_000, 10_007), (-61_000, 0)] as [(Int64, Int64)])
    func `are taken by their age`(age: Int64, code: Int64) throws {
        let desk = BitunixDesk()
        let reply = desk.send("GET", "account", query: "marginCoin=USDT", age: age)
        #expect(try JSON(parsing: reply.body)["code"]?.integer == code)
    }

    @Test func `may use a nonce twice, but not with the quirk`() throws {
        var settings = BitunixSimulatorSettings()
        let nonce = String(repeating: "b", count: 32)
        for (isUnique, codes) in [(false, [0, 0]), (true, [0, 10_007])] {
            settings.quirks.uniqueNonces = isUnique
            let desk = BitunixDesk(settings: settings)
            let seen = try (0..<2).map { _ in
                let reply = desk.send("GET", "account", query: "marginCoin=USDT", nonce: nonce)
                return Int(try JSON(parsing: reply.body)["code"]?.integer ?? -1)
            }
            #expect(seen == codes)
        }
    }

    @Test func `of a key without the right to trade read, and place nothing`() throws {
        var settings = BitunixSimulatorSettings()
        settings.accounts[0].canTrade = false
        let desk = BitunixDesk(settings: settings)
        #expect(desk.code(try desk.get("account", "marginCoin=USDT")) == 0)
        #expect(desk.code(try desk.post("trade/place_order", bitunixOrder("BUY", "1"))) == 403)
    }

    @Test func `are limited by route, and public ones by address`() throws {
        let desk = BitunixDesk()
        let codes = try (0..<7).map { _ in
            desk.code(
                try desk.post(
                    "trade/cancel_orders", ["symbol": "BTCUSDT", "orderList": [["orderId": "1"]]]))
        }
        #expect(codes.prefix(5).allSatisfy { $0 == 0 } && codes.suffix(2) == [10_005, 10_005])
        #expect(desk.code(try desk.get("account", "marginCoin=USDT")) == 0)
        let open = (0..<12).map { _ in desk.send("GET", "market/trading_pairs", isSigned: false) }
        let last = try JSON(parsing: open[11].body)
        #expect(last["code"] == 10_005)
        desk.pass(milliseconds: 1_000)
        #expect(desk.code(try desk.get("market/trading_pairs")) == 0)
    }

    @Test func `list linear perpetuals alone`() throws {
        let desk = BitunixDesk()
        let rows = try #require(try desk.data(try desk.get("market/trading_pairs")).items)
        #expect(rows.map { $0["symbol"]?.text } == ["BTCUSDT"])
        for row in rows {
            #expect(row["quote"] == "USDT" && row["symbolStatus"] == "OPEN")
            #expect(row["isApiSupported"] == true && row["basePrecision"]?.integer != nil)
        }
    }

    // The names of the volumes are swapped.
    @Test func `of candles begin with the newest and swap their volumes`() throws {
        let desk = BitunixDesk()
        desk.pass(milliseconds: 130_000)
        let rows = try #require(
            try desk.data(try desk.get("market/kline", "symbol=BTCUSDT&interval=1m&limit=2")).items)
        let times = rows.compactMap { $0["time"]?.text.flatMap { Int64($0) } }
        #expect(times.count == 2 && times[0] == times[1] + 60_000)
        let base = try Money(rows[1]["quoteVol"]?.text ?? "")
        let quote = try Money(rows[1]["baseVol"]?.text ?? "")
        #expect(base > .zero && quote > base)
    }
}

@Suite struct `Bitunix's sockets` {
    @Test func `greet, answer pings, and ignore what makes no sense`() throws {
        let desk = BitunixDesk()
        let id = try desk.connect("/public/")
        desk.pass(milliseconds: 200)
        #expect(desk.take(id) == [["op": "connect", "data": ["result": true]]])
        desk.say(id, #"{"op":"ping","ping":17}"#)
        let pong = try #require(desk.take(id).first)
        #expect(pong["op"] == "ping" && pong["pong"] == 17 && pong["ping"]?.integer != nil)
        for text in ["nonsense", "[]", #"{"op":"dance"}"#] { desk.say(id, text) }
        desk.pass(milliseconds: 1_500)
        desk.subscribe(id, "no_such_channel")
        #expect(desk.take(id).isEmpty && desk.closed.isEmpty)
        #expect(!desk.venue.connect(ConnectionID(99), path: "/elsewhere/"))
    }

    // Without a JSON ping, and without a close frame.
    @Test func `are dropped without pings, however much comes`() throws {
        let desk = BitunixDesk()
        let id = try desk.connect("/public/")
        desk.subscribe(id, "depth_book15")
        desk.pass(milliseconds: 69_000)
        #expect(desk.closed.isEmpty)
        desk.pass(milliseconds: 2_000)
        #expect(desk.closed == [id])
        let other = try desk.connect("/public/")
        desk.pass(seconds: 100, other)
        #expect(desk.closed == [id])
    }

    @Test func `are dropped for more than five messages a second`() throws {
        let desk = BitunixDesk()
        let id = try desk.connect("/public/")
        for _ in 0..<5 { desk.subscribe(id, "trade") }
        #expect(desk.closed.isEmpty)
        desk.subscribe(id, "trade")
        #expect(desk.closed == [id])
    }

    @Test func `have whole windows of the book every 310 ms, changed or not`() throws {
        let desk = BitunixDesk()
        let id = try desk.connect("/public/")
        desk.subscribe(id, "depth_book15")
        #expect(desk.take(id, "depth_book15").isEmpty)  // nothing is acknowledged
        desk.pass(milliseconds: 3_100)
        let pushes = desk.take(id, "depth_book15")
        #expect(pushes.count == 10)
        for push in pushes {
            #expect(push["symbol"] == "BTCUSDT" && push["ts"]?.integer != nil)
            #expect((1...15).contains(push.at("data", "b")?.items?.count ?? 0))
        }
        desk.say(id, #"{"op":"unsubscribe","args":[{"symbol":"BTCUSDT","ch":"depth_book15"}]}"#)
        #expect(desk.take(id).last?["data"] == "success")
        desk.pass(milliseconds: 1_000)
        #expect(desk.take(id).isEmpty)
    }

    @Test func `have levels without anything for a market that there is not, once`() throws {
        let desk = BitunixDesk()
        let id = try desk.connect("/public/")
        desk.subscribe(id, "depth_book15", "XYZUSDT")
        desk.pass(milliseconds: 2_000)
        let pushes = desk.take(id, "depth_book15")
        #expect(pushes.count == 1 && pushes[0].at("data", "a")?.items?.count == 15)
        #expect(pushes[0].at("data", "a")?.items?.first == ["", ""])
    }

    @Test func `tell each trade once, to the second`() throws {
        let desk = BitunixDesk()
        let id = try desk.connect("/public/")
        desk.subscribe(id, "trade")
        desk.pass(milliseconds: 20_000)
        let rows = desk.take(id, "trade").flatMap { $0["data"]?.items ?? [] }
        #expect(rows.count > 3)
        for row in rows {
            #expect(row["t"]?.text?.count == 20 && ["buy", "sell"].contains(row["s"]?.text))
        }
    }

    @Test func `have figures of the day, and funding in percent`() throws {
        let desk = BitunixDesk()
        let id = try desk.connect("/public/")
        desk.subscribe(id, "ticker")
        desk.subscribe(id, "price")
        desk.pass(milliseconds: 1_000)
        let ticker = try #require(desk.take(id, "ticker").last)
        #expect(ticker.at("data", "s") == "BTCUSDT" && ticker.at("data", "la")?.text != nil)
        let price = try #require(desk.take(id, "price").last)
        #expect(
            price.at("data", "mp")?.text != nil
                && price.at("data", "ft")?.text?.hasSuffix("Z") == true)
    }

    @Test func `refuse more than 300 channels`() throws {
        let desk = BitunixDesk()
        let id = try desk.connect("/public/")
        let entries = { (count: Int) in
            (0..<count).map { #"{"symbol":"X\#($0)","ch":"trade"}"# }.joined(separator: ",")
        }
        desk.say(id, #"{"op":"subscribe","args":[\#(entries(300))]}"#)
        #expect(desk.take(id).allSatisfy { $0["op"] == "connect" })
        desk.say(id, #"{"op":"subscribe","args":[\#(entries(301))]}"#)
        let refusal = try #require(desk.take(id).last)
        #expect(refusal["op"] == "subscribe" && refusal.at("data", "result") == false)
        #expect(refusal.at("data", "msg") == "subscribe channel > 300" && desk.closed.isEmpty)
    }

    @Test func `of the account need a login in seconds`() throws {
        let desk = BitunixDesk()
        _ = try desk.login()
        let old = try desk.connect()
        desk.say(old, desk.loginText(age: 61))
        #expect(desk.take(old).last?.at("data", "result") == false)
        let milliseconds = try desk.connect()
        desk.say(milliseconds, desk.loginText(unit: 1_000_000))
        #expect(desk.take(milliseconds).last?.at("data", "result") == false)
        desk.secret = "another"
        let wrong = try desk.connect()
        desk.say(wrong, desk.loginText())
        #expect(desk.take(wrong).last?.at("data", "result") == false)
    }
}
