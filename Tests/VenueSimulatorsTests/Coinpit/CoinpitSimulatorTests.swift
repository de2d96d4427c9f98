import Cryptography
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

@Suite struct `A simulated Coinpit's door` {
    @Test func `opens to what is signed for the path behind the version`() throws {
        let client = try CoinpitClient()
        let account = try client.account()
        #expect(account["accountMargin"]?.integer == 2_000_000_000)
        #expect(account["margin"]?.integer == 2_000_000_000)
        #expect(client.send("GET", "/account").header("Server-Time") != nil)
        let open = client.venue.handle(
            HTTPRequest(method: "GET", path: "/api/v1/all/config"), at: client.now)
        #expect(open.status == 200)
        let config = try JSON(parsing: open.body)["instrument"]?["BTC1"]
        #expect(config?["ticksperpoint"]?.integer == 10)
        #expect(config?["tickvalue"]?.integer == 100)
    }

    // What is verified is what was read and written anew.
    @Test func `takes a body that was sent with blanks and signed without`() throws {
        let client = try CoinpitClient()
        let body = CoinpitClient.order("buy", 1, at: "50000")
        let wire = body.replacing(",", with: ", ").replacing(":", with: ": ")
        #expect(client.send("POST", CoinpitClient.orders, body, wire: wire).status == 200)
        let long = body.replacing("50000", with: "50000.0")
        #expect(
            client.send("POST", CoinpitClient.orders, long).status == 401,
            "not as JavaScript writes")
        #expect(client.send("POST", CoinpitClient.orders, body, wire: long).status == 200)
    }

    @Test func `is shut to a wrong signature, a stale nonce and an unknown key, each in its words`()
        throws
    {
        let client = try CoinpitClient()
        func text(_ reply: ServedReply) -> String { String(decoding: reply.body, as: UTF8.self) }
        for age in [10_001 as Int64, -10_001] {
            let stale = client.send("GET", "/account", age: age)
            #expect(stale.status == 401)
            #expect(text(stale).contains("stale by \(age)ms"))
        }
        #expect(client.send("GET", "/account", age: 10_000).status == 200)
        let forged = client.send("POST", CoinpitClient.orders, "[]", wire: "[1]")
        #expect(forged.status == 401)
        #expect(text(forged).contains("HMAC mismatch"))
        let nobody = client.venue.handle(
            HTTPRequest(method: "GET", path: "/api/v1/auth/02" + String(repeating: "a", count: 64)),
            at: client.now)
        #expect(nobody.status == 401)
        let bare = client.venue.handle(
            HTTPRequest(method: "GET", path: "/api/v1/contract/BTC1/orderbook"), at: client.now)
        #expect(bare.status == 401, "market data, too, needs a key")
        let options = client.venue.handle(
            HTTPRequest(method: "OPTIONS", path: "/api/v1/account"), at: client.now)
        #expect(options.status == 200 && options.header("Server-Time") != nil)
    }

    @Test func `counts ten requests a second`() throws {
        let client = try CoinpitClient()
        let statuses = (0..<12).map { _ in client.send("GET", "/account/margin").status }
        #expect(statuses.filter { $0 == 200 }.count == 10)
        #expect(statuses.suffix(2) == [429, 429])
    }

    @Test func `has nothing behind it that moves money off the account`() throws {
        let client = try CoinpitClient()
        for (method, uri) in [
            ("POST", "/account/margin"), ("DELETE", "/account/margin/10000000"),
            ("GET", "/account/withdrawtx"), ("GET", "/account/recoverytx"),
        ] {
            #expect([404, 405].contains(client.send(method, uri).status), "\(method) \(uri)")
        }
    }
}

@Suite struct `Orders at a simulated Coinpit` {
    @Test func `are what is wanted, or refused`() throws {
        let client = try CoinpitClient()
        let rows = try client.ask(
            "POST", CoinpitClient.orders, CoinpitClient.order("buy", 3, at: "50000.5")
        ).items
        let row = try #require(rows?.first)
        #expect(row["status"]?.text == "open")
        #expect(row["quantity"]?.integer == 3)
        #expect(row["clientid"]?.text == "c-1")
        let uuid = try #require(row["uuid"]?.text)
        // Its time is in its id.
        let parts = uuid.split(separator: "-")
        #expect(parts[2].hasPrefix("1"))
        let ticks = try #require(UInt64("\(parts[2].dropFirst())\(parts[1])\(parts[0])", radix: 16))
        let nanoseconds = (Int64(ticks) - 0x01b2_1dd2_1381_4000) * 100
        #expect(nanoseconds / 1_000_000 == client.now.nanoseconds / 1_000_000)
        for bad in [
            CoinpitClient.order("buy", 0, at: "50000"),
            CoinpitClient.order("buy", 1, at: "50000.05"),
            CoinpitClient.order("hold", 1, at: "50000"),
            CoinpitClient.order("buy", 1, at: "50000", type: "MKT"),
            CoinpitClient.order("buy", 1, at: "50000", client: ""),
            CoinpitClient.order("buy", 10_000_000, at: "50000"),
            CoinpitClient.order("buy", 1, at: "50000", extra: #","stopPrice":1"#),
        ] {
            client.pass(200)
            #expect(client.send("POST", CoinpitClient.orders, bad).status == 422, "\(bad)")
        }
        client.pass(1_000)
        #expect(try client.ask("DELETE", CoinpitClient.orders + "/\(uuid)") == [.text(uuid)])
        #expect(client.send("DELETE", CoinpitClient.orders + "/\(uuid)").status == 404)
        let one = try client.ask("GET", "/contract/BTC1/order/\(uuid)").items?.first
        #expect(one?["status"]?.text == "cancelled")
    }

    @Test func `change in their price alone, and several at once`() throws {
        let client = try CoinpitClient()
        let two =
            CoinpitClient.order("buy", 1, at: "50000").dropLast() + ","
            + CoinpitClient.order("buy", 2, at: "50001", client: "c-2").dropFirst()
        let rows = try client.ask("POST", CoinpitClient.orders, String(two)).items ?? []
        let ids = rows.compactMap { $0["uuid"]?.text }
        #expect(ids.count == 2)
        let changed = try client.ask(
            "PUT", CoinpitClient.orders, "[{\"uuid\":\"\(ids[0])\",\"price\":49000,\"quantity\":9}]"
        )
        #expect(changed.items?.first?["price"]?.text == nil)
        #expect(changed.items?.first?["price"]?.integer == 49_000)
        #expect(changed.items?.first?["quantity"]?.integer == 1)
        let patched =
            try client.ask(
                "PATCH", CoinpitClient.orders,
                "[{\"op\":\"remove\",\"path\":\"/\(ids[0])\"},{\"op\":\"remove\",\"path\":\"/\(ids[0])\"},"
                    + "{\"op\":\"replace\",\"value\":[{\"uuid\":\"\(ids[1])\",\"price\":48000}]}]"
            ).items ?? []
        #expect(patched.map { $0["error"] == nil } == [true, false, true])
        #expect(patched[0]["path"]?.text == "/\(ids[0])")
        #expect(try client.open("LMT").map { $0["price"]?.integer } == [48_000])
    }

    /// Satoshi for satoshi: what a position binds, costs and brings.
    @Test func `make positions whose money is exact`() throws {
        let client = try CoinpitClient()
        let before = try client.account()
        _ = try client.ask("POST", CoinpitClient.orders, CoinpitClient.order("buy", 4))
        let held = try client.account()
        let position = try #require(held["positions"]?["BTC1"])
        #expect(position["quantity"]?.integer == 4)
        // The taker's fee is paid, and closing costs as much again.
        let paid = try client.satoshi(held["pnl"] ?? .null, "pnl")
        #expect(paid == -4 * 1_000)
        // 1,500 points until the stop and 100 behind it, at 1,000 satoshi each.
        let bound = try client.satoshi(before, "margin") - client.satoshi(held, "margin")
        #expect(bound == 4 * 1_600 * 1_000 + 4 * 1_000 + 4 * 1_000)
        let executions = try client.ask("GET", "/account/execution").items ?? []
        let bought = executions.reduce(Int128(0)) { sum, row in
            let price = (try? Price(row["price"].map { $0.line } ?? ""))?.attos ?? 0
            return sum + price * Int128(row["quantity"]?.integer ?? 0)
        }
        client.pass(30_000)
        _ = try client.ask("POST", CoinpitClient.orders, CoinpitClient.order("sell", 4))
        let after = try client.account()
        #expect(after["positions"]?.members?.isEmpty == true)
        let all = try client.ask("GET", "/account/execution").items ?? []
        let sold = all.filter { $0["side"]?.text == "sell" }.reduce(Int128(0)) { sum, row in
            let price = (try? Price(row["price"].map { $0.line } ?? ""))?.attos ?? 0
            return sum + price * Int128(row["quantity"]?.integer ?? 0)
        }
        let points = (sold - bought) * 1_000 / attosPerUnit
        #expect(Int128(try client.satoshi(after["pnl"] ?? .null, "pnl")) == points - 8 * 1_000)
        #expect(
            try client.satoshi(after, "margin")
                == client.satoshi(after, "accountMargin")
                + client.satoshi(after["pnl"] ?? .null, "pnl"))
    }

    @Test func `that wait for a price wake at it, and keep their id`() throws {
        let client = try CoinpitClient()
        let row = try client.ask(
            "POST", CoinpitClient.orders, CoinpitClient.order("buy", 1, at: "1000.5", type: "STM"))
        let uuid = try #require(row.items?.first?["uuid"]?.text)
        client.pass(5_000)  // a buy wakes at or above
        let woken = try #require(try client.ask("GET", "/contract/BTC1/order/\(uuid)").items?.first)
        #expect(woken["triggered"] == .bool(true))
        #expect(woken["status"]?.text == "closed")
        #expect(woken["orderType"]?.text == "STM")
    }
}

@Suite struct `Stops and targets at a simulated Coinpit` {
    private func holding(_ quantity: Int, _ extra: String) throws -> CoinpitClient {
        let client = try CoinpitClient()
        _ = try client.ask(
            "POST", CoinpitClient.orders, CoinpitClient.order("buy", quantity, extra: extra))
        return client
    }

    @Test func `come with every fill, a distance away, and name each other`() throws {
        let client = try holding(2, #","stopPrice":300,"targetPrice":400"#)
        let stops = try client.open("STP")
        let targets = try client.open("TGT")
        #expect(!stops.isEmpty && stops.count == targets.count)
        for (stop, target) in zip(stops, targets) {
            #expect(stop["oco"] == target["uuid"])
            #expect(target["oco"] == stop["uuid"])
            #expect(stop["clientid"] == nil)
            let entry = try Price(try #require(stop["entryPrice"]).line)
            #expect(
                try Price(try #require(stop["price"]).line).attos == entry.attos - 300
                    * attosPerUnit)
            #expect(
                try Price(try #require(target["price"]).line).attos == entry.attos + 400
                    * attosPerUnit)
            #expect(
                try Price(try #require(stop["maxStop"]).line).attos == entry.attos - 400
                    * attosPerUnit)
        }
    }

    @Test func `are two points of today away where an order does not say`() throws {
        let client = try holding(1, "")
        let stop = try #require(try client.open("STP").first)
        #expect(stop["stopPrice"]?.integer == 200)
        let cross = try holding(1, #","crossMargin":true,"targetPrice":"NONE""#)
        #expect(try cross.open("STP").first?["price"]?.line == "0.1")
        #expect(try cross.open("TGT").first?["price"]?.text == "NONE")
    }

    // The first trap of this venue, and the second.
    @Test func `close the position where the stop is cancelled, or nothing is named`() throws {
        let client = try holding(2, #","crossMargin":true,"targetPrice":"NONE""#)
        for stop in try client.open("STP") {
            let id = try #require(stop["uuid"]?.text)
            _ = try client.ask("DELETE", CoinpitClient.orders + "/\(id)")
        }
        #expect(try client.account()["positions"]?.members?.isEmpty == true)
        let other = try holding(2, #","crossMargin":true,"targetPrice":"NONE""#)
        _ = try other.ask("POST", CoinpitClient.orders, CoinpitClient.order("buy", 1, at: "50000"))
        _ = try other.ask("DELETE", CoinpitClient.orders)
        let account = try other.account()
        #expect(account["positions"]?.members?.isEmpty == true)
        #expect(account["orders"]?.members?.isEmpty == true)
    }

    @Test func `leave the position where the target is cancelled`() throws {
        let client = try holding(1, #","stopPrice":300,"targetPrice":4000"#)
        let target = try #require(try client.open("TGT").first?["uuid"]?.text)
        _ = try client.ask("DELETE", CoinpitClient.orders + "/\(target)")
        #expect(try client.open("TGT").first?["price"]?.text == "NONE")
        #expect(try client.account()["positions"]?["BTC1"]?["quantity"]?.integer == 1)
    }

    @Test func `close their part once the last price is there`() throws {
        let client = try holding(1, #","stopPrice":20,"targetPrice":"NONE""#)
        var seconds = 0
        while seconds < 600, try !client.open("STP").isEmpty {
            client.pass(1_000)
            seconds += 1
        }
        let account = try client.account()
        #expect(
            account["positions"]?.members?.isEmpty == true, "a market moves by 20 in ten minutes")
        let last = try client.ask("GET", "/account/execution").items?.first
        #expect(last?["orderType"]?.text == "STP")
    }

    @Test func `are those of the oldest parts that are closed first`() throws {
        let client = try holding(2, #","crossMargin":true,"targetPrice":"NONE""#)
        let first = try client.open("STP").compactMap { $0["uuid"]?.text }
        client.pass(5_000)
        _ = try client.ask("POST", CoinpitClient.orders, CoinpitClient.order("buy", 3))
        _ = try client.ask("POST", CoinpitClient.orders, CoinpitClient.order("sell", 2))
        let left = try client.open("STP").compactMap { $0["uuid"]?.text }
        #expect(Set(left).isDisjoint(with: first))
        let parts = try client.open("STP").compactMap { $0["quantity"]?.integer }
        #expect(parts.reduce(0, +) == 3)
    }
}

@Suite struct `Socket.IO of a simulated Coinpit` {
    @Test func `greets, answers pings, and tells who registers of its account`() throws {
        let client = try CoinpitClient()
        let id = try #require(client.connect())
        #expect(client.heard.first?.hasPrefix(#"0{"sid":"#) == true)
        #expect(client.heard.dropFirst().first == "40")
        client.say(id, "2")
        #expect(client.heard.last == "3")
        client.register(id)
        #expect(client.payloads("account").count == 1)
        client.forget()
        _ = try client.ask(
            "POST", CoinpitClient.orders, CoinpitClient.order("buy", 2, client: "c-7"))
        let names = client.heard.compactMap { $0.split(separator: "\"").dropFirst().first }
        let executed = try #require(names.firstIndex(of: "order_execution"))
        let closed = try #require(names.firstIndex(of: "order_closed"))
        let account = try #require(names.lastIndex(of: "account"))
        #expect(executed < closed && closed < account)
        #expect(
            client.payloads("order_execution").allSatisfy { $0["liquidity"]?.text == "commission" })
    }

    @Test func `takes orders, and answers with the number of the request`() throws {
        let client = try CoinpitClient()
        let id = try #require(client.connect())
        client.register(id)
        client.forget()
        client.event(id, "POST", "/order", CoinpitClient.order("buy", 1, at: "50000"))
        let added = try #require(client.payloads("order_add").first { $0["requestid"] != nil })
        #expect(added["requestid"]?.text == "r-9")
        let uuid = try #require(added["result"]?.items?.first?["uuid"]?.text)
        client.event(id, "DELETE", "/order", "[\"\(uuid)\"]")
        #expect(client.payloads("order_del").first?["result"] == [.text(uuid)])
        client.event(id, "POST", "/order", CoinpitClient.order("buy", 0))
        #expect(client.payloads("order_error").first?["error"]?["message"] != nil)
        client.event(id, "GET", "/register", #"{"userid":"x"}"#, age: 60_000)
        let refused = try #require(client.payloads("auth_error").first)
        #expect(refused["error"]?.text?.contains("Nonce") == true)
        #expect(refused["server_time"]?.integer == client.now.nanoseconds / 1_000_000)
        #expect(refused["data"]?["headers"]?["Authorization"] != nil)
    }

    @Test func `tells books whole and by their changes, so that both agree`() throws {
        let client = try CoinpitClient()
        let id = try #require(client.connect())
        client.say(id, #"42["GET /state",""]"#)
        func prices(_ json: JSON?) -> [String: String] {
            let rows = json?.items ?? []
            return Dictionary(
                rows.filter { $0["price"]?.text != "NONE" }.map {
                    ($0["price"]?.line ?? "", $0["totalQuantity"]?.line ?? "")
                }
            ) { $1 }
        }
        let whole = try #require(client.payloads("orderbook").last?["BTC1"])
        var bids = prices(whole["buy"])
        client.forget()
        client.pass(3_000)
        let changes = client.payloads("difforderbook")
        #expect(!changes.isEmpty)
        for change in changes {
            for level in change["BTC1"]?["buy"]?.members ?? [] {
                let quantity = level.value["totalQuantity"]?.line ?? ""
                bids[level.key] = quantity == "0" ? nil : quantity
            }
        }
        client.say(id, #"42["GET /state",""]"#)
        #expect(bids == prices(client.payloads("orderbook").last?["BTC1"]?["buy"]))
        #expect(client.payloads("trade").allSatisfy { $0["instrument"]?.text == "BTC1" })
    }

    @Test func `drops who is silent for longer than it bears`() throws {
        let client = try CoinpitClient()
        _ = try #require(client.connect())
        for _ in 0..<84 { client.pass(1_000) }
        #expect(!client.isCut)
        for _ in 0..<3 { client.pass(1_000) }
        #expect(client.isCut)
    }

    @Test func `begins by requests, too, and goes over to a WebSocket`() throws {
        let client = try CoinpitClient()
        func poll(_ method: String, _ sid: String?, _ body: [UInt8] = []) -> String {
            let query = "EIO=3&transport=polling&t=1" + (sid.map { "&sid=\($0)" } ?? "")
            let reply = client.venue.handle(
                HTTPRequest(method: method, path: "/socket.io/?" + query, body: body),
                at: client.now)
            return String(decoding: reply.body, as: UTF8.self)
        }
        let first = poll("GET", nil)
        let colon = try #require(first.firstIndex(of: ":"))
        let count = try #require(Int(first[..<colon]))
        let packet = first[first.index(after: colon)...].prefix(count)
        let facts = try JSON(parsing: packet.dropFirst())
        let sid = try #require(facts["sid"]?.text)
        #expect(facts["upgrades"] == ["websocket"])
        #expect(first.hasSuffix("2:40"))
        let event = #"42["GET /state",""]"#
        #expect(poll("POST", sid, Array("\(event.utf16.count):\(event)".utf8)) == "ok")
        #expect(poll("GET", sid).contains("orderbook"))
        // In binary frames as well.
        let binary = [0, 1, 9, 255].map { UInt8($0) } + event.utf8
        #expect(poll("POST", sid, binary) == "ok")
        #expect(client.connect("?EIO=3&transport=websocket&sid=nobody") == nil)
        #expect(client.connect("?EIO=4&transport=websocket") == nil)
        let id = try #require(client.connect("?EIO=3&transport=websocket&sid=\(sid)"))
        client.forget()
        client.say(id, "2probe")
        #expect(client.heard == ["3probe"])
        client.say(id, "5")
        #expect(client.heard.contains { $0.contains("orderbook") }, "what waited comes over it")
        client.register(id)
        #expect(client.payloads("account").count == 1)
    }
}
