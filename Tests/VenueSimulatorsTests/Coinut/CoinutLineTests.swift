import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Coinut connections` {
    @Test func `T21: the thirty-first message within any second ends the connection, unsaid`()
        throws
    {
        let desk = CoinutDesk()
        let socket = try desk.connect(loggedIn: false)
        for _ in 0..<15 { desk.ask(socket, "hb") }
        desk.pass(milliseconds: 900)
        for _ in 0..<15 { #expect(desk.ask(socket, "hb")?["status"] == ["OK"]) }
        // The first fifteen have left the window.
        desk.pass(milliseconds: 100)
        for _ in 0..<15 { #expect(desk.ask(socket, "hb")?["status"] == ["OK"]) }
        #expect(desk.ask(socket, "hb") == nil)
        #expect(desk.expelled == [socket])
        #expect(desk.take(socket) == [])
        let other = try desk.connect()
        #expect(desk.ask(other, "hb")?["status"] == ["OK"])
    }

    @Test func `a batch counts as one message, and the books tell who asked too often`() throws {
        let desk = CoinutDesk(try HandMadeMarket())
        let socket = try desk.connect()
        let orders = (1...100).map { coinutOrder("BUY", "0.001", at: "90", id: $0) }
        desk.ask(socket, "new_orders", ["orders": .array(orders)])
        #expect(try desk.account()["too_frequent"]?.integer == 0)
        for _ in 0..<29 { desk.ask(socket, "hb") }
        #expect(desk.expelled == [socket])
        #expect(try desk.account()["too_frequent"]?.integer == 1)
    }

    @Test func `a connection that says nothing for a minute is closed, one that beats is not`()
        throws
    {
        let desk = CoinutDesk(try HandMadeMarket())
        let (silent, beating) = (try desk.connect(), try desk.connect())
        for _ in 0..<5 {
            desk.pass(milliseconds: 15_000)
            desk.ask(beating, "hb")
        }
        #expect(desk.closed == [silent])
    }

    @Test func `a quirk leaves heartbeats unanswered`() throws {
        var settings = CoinutSimulatorSettings()
        settings.quirks.unansweredHeartbeats = true
        let desk = CoinutDesk(settings: settings)
        #expect(desk.ask(try desk.connect(), "hb") == nil)
    }

    @Test func `a socket is at the root alone, and may speak beta`() throws {
        let desk = CoinutDesk()
        #expect(!desk.venue.connect(ConnectionID(9), path: "/v2/spot"))
        #expect(desk.venue.connect(ConnectionID(9), path: "/"))
        #expect(desk.venue.subprotocols == ["beta"])
    }

    @Test(arguments: seeds)
    func `whatever a client sends, it is answered in the venue's form`(_ seed: UInt64) throws {
        let values: [JSON] = [
            "BUY", "SELL", "1", "100", "0", "-1", "1e30", "", "nan", "true", 0, 1, 490_589, -1,
            .number("9223372036854775807"), .number("1e400"), true, .null, [], [:], [[]],
            "99999999999999999999", "170141183460469231731", "0.000000000000000001", "SPOT",
        ]
        let keys = [
            "inst_id", "side", "qty", "price", "client_ord_id", "order_id", "orders", "entries",
            "subscribe", "top_n", "decimal_places", "start", "limit", "sec_type", "username",
            "hmac_sha256", "session_id", "password", "timestamp", "nonce",
        ]
        let names = [
            "hb", "login", "inst_list", "inst_tick", "inst_order_book", "inst_trade",
            "user_balance", "new_order", "new_orders", "user_open_orders", "cancel_order",
            "cancel_orders", "trade_history", "index_tick", "option_chain", "",
        ]
        var random = Seeded(seed)
        let desk = CoinutDesk(try HandMadeMarket())
        let socket = try desk.connect()
        var accepted = 0
        for _ in 0..<300 {
            var members = random.chance(60) ? coinutOrder("BUY", "1", at: "100") : [:]
            for _ in 0..<random.int(0...3) {
                let key = random.pick(keys)
                members = members.removing(key).adding(
                    .pairs([(key, random.chance(20) ? [members] : random.pick(values))]))
            }
            let body =
                (["request": .text(random.pick(names)), "nonce": .integer(desk.nextNonce())]
                as JSON).adding(members)
            var bytes = body.bytes
            if random.chance(20) {
                bytes[random.int(0...(bytes.count - 1))] = UInt8(random.int(32...126))
            }
            desk.pass(milliseconds: 50)
            desk.say(socket, String(decoding: bytes, as: UTF8.self))
            // Pushes, to which some of the requests subscribe, have no nonce.
            let heard = desk.take(socket).filter { $0["reply"] == nil || $0["status"] != nil }
            #expect(!heard.isEmpty, "\(body.line)")
            for message in heard {
                let items = message.items ?? [message]
                #expect(items.allSatisfy { $0["status"]?.items?.first?.text != nil })
                if items.contains(where: { $0["status"] == ["OK"] }) { accepted += 1 }
            }
        }
        #expect(accepted > 20)
        #expect(desk.ask(socket, "hb")?["status"] == ["OK"])
    }

    @Test(arguments: [
        (FaultPlan.Fault.badGateway, 502), (.tooManyRequests, 429), (.tooFrequent, 200),
    ])
    func `faults of requests reach REST, in the venue's own words where it speaks`(
        _ fault: FaultPlan.Fault, _ status: Int
    ) throws {
        var plan = FaultPlan()
        plan.shares[fault] = 1
        let desk = CoinutDesk(try HandMadeMarket(), plan: plan)
        let reply = desk.post(#"{"request":"hb","nonce":5}"#, sign: nil)
        #expect(reply.status == status)
        guard status == 200 else { return }
        #expect(try JSON(parsing: reply.body)["status"] == ["TOO_MANY_REQUESTS"])
    }

    @Test func `an order whose answer is a time-out inside was taken`() throws {
        var plan = FaultPlan()
        plan.shares[.timeoutAfter] = 1
        let desk = CoinutDesk(try HandMadeMarket(), plan: plan)
        let reply = try desk.post("new_order", coinutOrder("BUY", "1", at: "100"))
        #expect(reply["status"] == ["SYSTEM_ERROR"])
        #expect(try desk.account()["open_orders"]?.items?.count == 1)
    }

    @Test func `a quirk halts trading`() throws {
        var settings = CoinutSimulatorSettings()
        settings.quirks.tradeDisabled = 1
        let desk = CoinutDesk(try HandMadeMarket(), settings: settings)
        let reply = try desk.post("new_order", coinutOrder("BUY", "1", at: "100"))
        #expect(reply["reasons"] == ["TRADE_DISABLED"])
    }
}

/// The forms in which the venue's own public samples write and read.
@Suite struct `Coinut's public samples` {
    /// The Python sample: blanks behind commas and colons, random nonces, ids of 32 bits.
    @Test func `JSON with blanks, decimals of eight places and large ids are served`() throws {
        let desk = CoinutDesk(try HandMadeMarket())
        let ask = { (text: String) -> JSON in
            try JSON(parsing: desk.post(text, sign: signature(of: text, secret: desk.key)).body)
        }
        let pairs = try ask(#"{"sec_type": "SPOT", "request": "inst_list", "nonce": 16777215}"#)
        #expect(pairs.at("SPOT", "BTCUSDT")?.items?.first?["inst_id"]?.integer == 490_589)
        let placed = try ask(
            #"{"inst_id": 490589, "side": "BUY", "qty": "0.01000000", "price": "100.00000000", "#
                + #""client_ord_id": 4294967290, "request": "new_order", "nonce": 8}"#)
        #expect(placed["reply"]?.text == "order_accepted")
        #expect(placed["client_ord_id"]?.integer == 4_294_967_290)
        let open = try ask(#"{"inst_id": 490589, "request": "user_open_orders", "nonce": 8}"#)
        #expect(open["orders"]?.items?.first?["client_ord_id"] == placed["client_ord_id"])
        let cancelled = try ask(
            #"{"inst_id": 490589, "order_id": \#(placed["order_id"]?.integer ?? 0), "#
                + #""request": "cancel_order", "nonce": 7}"#)
        #expect(cancelled["status"] == ["OK"])
    }

    /// The Go sample: sorted keys; it takes an object as it is and a list as orders.
    @Test func `sorted keys are served, and a batch is answered by a list`() throws {
        let desk = CoinutDesk(try HandMadeMarket())
        let ask = { (text: String) -> JSON in
            try JSON(parsing: desk.post(text, sign: signature(of: text, secret: desk.key)).body)
        }
        let order =
            #"{"client_ord_id":2596996162,"inst_id":490589,"price":"99.00000000","#
            + #""qty":"0.00110000","side":"BUY"}"#
        let batch = try ask(#"{"nonce":9,"orders":[\#(order),\#(order)],"request":"new_orders"}"#)
        let ids = try #require(batch.items).compactMap { $0["order_id"]?.integer }
        #expect(ids.count == 2)
        let results = try ask(
            #"{"entries":[{"inst_id":490589,"order_id":\#(ids[0])},"#
                + #"{"inst_id":490589,"order_id":12}],"nonce":10,"request":"cancel_orders"}"#)
        #expect(results["results"]?.items?.count == 2)
        // One answer is an object, several of one order are a list.
        let taken = try ask(
            #"{"client_ord_id":3,"inst_id":490589,"nonce":11,"qty":"7.00000000","#
                + #""request":"new_order","side":"BUY"}"#)
        #expect(taken.items?.map { $0["reply"]?.text } == ["order_filled", "order_filled"])
    }

    /// The Node sample: subprotocol beta, heartbeat and login at once, then a heartbeat a second.
    @Test func `a heartbeat is answered before and behind the login`() throws {
        let desk = CoinutDesk(try HandMadeMarket())
        let socket = try desk.connect(loggedIn: false)
        #expect(desk.ask(socket, "hb")?["reply"]?.text == "hb")
        #expect(desk.ask(socket, "login", desk.loginByKey())?["status"] == ["OK"])
        for _ in 0..<70 {
            desk.pass(milliseconds: 1_000)
            #expect(desk.ask(socket, "hb")?["reply"]?.text == "hb")
        }
    }
}
