import PlainJSON
import Testing
import TradingModel
import VenueSimulators

/// Bodies of orders on the hand-made market, whose bid is 100 and ask 101.
enum Orders {
    static func spot(
        _ side: String, _ amount: String, at price: String? = nil, type: String = "limit",
        more: JSON = [:]
    ) -> JSON {
        body("SPOT", side, amount, price, type, more)
    }

    static func futures(
        _ side: String, _ amount: String, at price: String? = nil, type: String = "limit",
        more: JSON = [:]
    ) -> JSON {
        body("FUTURES", side, amount, price, type, more)
    }

    private static func body(
        _ marketType: String, _ side: String, _ amount: String, _ price: String?, _ type: String,
        _ more: JSON
    ) -> JSON {
        let head: JSON = [
            "market": "BTCUSDT", "market_type": .text(marketType), "side": .text(side),
            "type": .text(price == nil ? "market" : type), "amount": .text(amount),
        ]
        return head.adding(price.map { ["price": .text($0)] } ?? [:]).adding(more)
    }
}

@Suite struct `Refusals` {
    /// What a refused request says, and the code that answers it.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var path = "/spot/order"
        let body: JSON
        let code: Int64
        var testDescription: String { name }
    }

    private static let cases: [Case] = [
        Case(name: "amount 0", body: Orders.spot("buy", "0", at: "100"), code: 4004),
        Case(name: "negative amount", body: Orders.spot("buy", "-1", at: "100"), code: 4004),
        Case(name: "amount off the lot", body: Orders.spot("buy", "0.000001", at: "9"), code: 4004),
        Case(name: "price off the tick", body: Orders.spot("buy", "1", at: "100.001"), code: 4004),
        Case(name: "exponent", body: Orders.spot("buy", "1e0", at: "100"), code: 4004),
        Case(name: "no price", body: Orders.spot("buy", "1", more: ["type": "ioc"]), code: 4004),
        Case(
            name: "amount as a number",
            body: Orders.spot("buy", "1", at: "100", more: ["amount": 1]), code: 4004),
        Case(name: "unknown type", body: Orders.spot("buy", "1", at: "9", type: "gtd"), code: 4004),
        Case(name: "unknown side", body: Orders.spot("long", "1", at: "100"), code: 4004),
        Case(name: "wrong market type", body: Orders.futures("buy", "1", at: "100"), code: 4004),
        Case(
            name: "bad client id",
            body: Orders.spot("buy", "1", at: "100", more: ["client_id": "a b"]), code: 4004),
        Case(
            name: "long client id",
            body: Orders.spot(
                "buy", "1", at: "100",
                more: ["client_id": .text(String(repeating: "a", count: 33))]), code: 4004),
        Case(
            name: "unknown market",
            body: Orders.spot("buy", "1", at: "100", more: ["market": "NONEUSDT"]), code: 3639),
        Case(
            name: "below the minimum",
            body: Orders.spot("buy", "0.001", more: ["ccy": "USDT"]), code: 3127),
        Case(name: "far above", body: Orders.spot("buy", "1", at: "1000"), code: 3606),
        Case(name: "far below", body: Orders.spot("buy", "1", at: "1"), code: 3606),
        Case(
            name: "maker_only that crosses",
            body: Orders.spot("buy", "1", at: "101", type: "maker_only"), code: 3622),
        Case(
            name: "fok too large", body: Orders.spot("buy", "6", at: "101", type: "fok"), code: 3621
        ),
        Case(name: "too little quote", body: Orders.spot("buy", "50000", at: "100"), code: 3109),
        Case(name: "too little base", body: Orders.spot("sell", "21", at: "100"), code: 3109),
        Case(name: "too much to spend", body: Orders.spot("buy", "2000000"), code: 3109),
        Case(name: "too little to sell", body: Orders.spot("sell", "21"), code: 3109),
        Case(
            name: "too little margin", path: "/futures/order",
            body: Orders.futures("buy", "500000", at: "100"), code: 3109),
        Case(
            name: "cancel of an unknown order", path: "/spot/cancel-order",
            body: ["market": "BTCUSDT", "market_type": "SPOT", "order_id": 5], code: 3600),
        Case(
            name: "edit of an unknown order", path: "/spot/modify-order",
            body: [
                "market": "BTCUSDT", "market_type": "SPOT", "order_id": 5, "price": "100",
            ], code: 3600),
        Case(
            name: "order id as a text", path: "/spot/cancel-order",
            body: ["market": "BTCUSDT", "market_type": "SPOT", "order_id": "5"], code: 4004),
        Case(
            name: "cancel of an unknown client id", path: "/spot/cancel-order-by-client-id",
            body: ["market_type": "SPOT", "client_id": "x"], code: 3600),
        Case(
            name: "cancel of an unknown stop", path: "/spot/cancel-stop-order",
            body: ["market": "BTCUSDT", "market_type": "SPOT", "stop_id": 5], code: 3600),
        Case(
            name: "closing no position", path: "/futures/close-position",
            body: ["market": "BTCUSDT", "market_type": "FUTURES", "type": "market"], code: 3600),
        Case(
            name: "a leverage that there is not", path: "/futures/adjust-position-leverage",
            body: [
                "market": "BTCUSDT", "market_type": "FUTURES", "margin_mode": "cross",
                "leverage": 7,
            ], code: 4004),
        Case(
            name: "leverage as a text", path: "/futures/adjust-position-leverage",
            body: [
                "market": "BTCUSDT", "market_type": "FUTURES", "margin_mode": "cross",
                "leverage": "5",
            ], code: 4004),
        Case(
            name: "a batch of eleven", path: "/spot/batch-order",
            body: [
                "orders": .array(Array(repeating: Orders.spot("buy", "1", at: "99"), count: 11))
            ], code: 4004),
    ]

    @Test(arguments: cases)
    func `tell what was wrong by the venue's code, with empty data`(_ refused: Case) throws {
        let desk = Desk(try HandMadeMarket())
        let before = try desk.get("/assets/spot/balance")
        let reply = try desk.post(refused.path, refused.body)
        #expect(reply["code"]?.integer == refused.code, "\(reply)")
        #expect(reply["data"] == [:])
        #expect(reply["message"]?.text?.isEmpty == false)
        #expect(desk.lastReply.status == 200)
        #expect(try desk.get("/assets/spot/balance") == before)
        #expect(try desk.get("/spot/pending-order?market_type=SPOT")["data"] == [])
    }

    @Test func `an unknown market is named in a text with market and not found`() throws {
        let reply = try Desk(try HandMadeMarket()).get("/spot/ticker?market=NONEUSDT")
        let text = try #require(reply["message"]?.text)
        #expect(text.contains("market") && text.contains("NONEUSDT") && text.contains("not found"))
    }

    @Test func `a market order into an empty side is refused with 3620`() throws {
        var market = try HandMadeMarket()
        try market.level(HandMadeMarket.spot, .sell, "101", "0", ends: false)
        try market.level(HandMadeMarket.spot, .sell, "102", "0")
        let desk = Desk(market)
        // Only what the market shows counts, not that it has traded before.
        #expect(try desk.post("/spot/order", Orders.spot("buy", "100"))["code"]?.integer == 3620)
    }

    @Test func `a path that there is not gives 404 without JSON`() {
        let reply = Desk().call("GET", "/v2/spot/nothing")
        #expect(reply.status == 404)
        #expect(throws: JSONError.self) { try JSON(parsing: reply.body) }
        #expect(Desk().call("GET", "/spot/market").status == 404)
        #expect(Desk().call("GET", "/v2/spot/funding-rate").status == 404)
    }

    @Test func `another method on a known path is refused with 4009`() throws {
        let reply = try JSON(parsing: Desk().call("GET", "/v2/spot/order").body)
        #expect(reply["code"]?.integer == 4009)
    }

    @Test func `a body that is not a JSON object is refused with 4004`() throws {
        for body in ["", "[]", "{", "null", #"{"market":"BTCUSDT",}"#] {
            let reply = try JSON(parsing: Desk().call("POST", "/v2/spot/order", body).body)
            #expect(reply["code"]?.integer == 4004)
        }
    }

    @Test func `an unknown key is refused with 4005, a missing stamp with 4010`() throws {
        let desk = Desk()
        desk.key = "nobody"
        #expect(try desk.get("/assets/spot/balance")["code"]?.integer == 4005)
        let reply = desk.venue.handle(
            HTTPRequest(
                method: "GET", path: "/v2/assets/spot/balance",
                headers: [ServedHeader("X-COINEX-KEY", "simulator-key")]), at: desk.now)
        #expect(try JSON(parsing: reply.body)["code"]?.integer == 4010)
    }

    @Test(arguments: [
        ("reader", 0, 4115), ("barred", 4011, 4011), ("elsewhere", 4007, 4007),
    ])
    func `keys may do only what they may`(
        _ key: String, _ reading: Int64, _ trading: Int64
    ) throws {
        var reader = CoinExSimulatorSettings.Account(key: "reader", secret: "s")
        reader.canTrade = false
        var barred = CoinExSimulatorSettings.Account(key: "barred", secret: "s")
        barred.isBarred = true
        var elsewhere = CoinExSimulatorSettings.Account(key: "elsewhere", secret: "s")
        elsewhere.isAddressAllowed = false
        let settings = CoinExSimulatorSettings(accounts: [reader, barred, elsewhere])
        let desk = Desk(try HandMadeMarket(), settings: settings)
        (desk.key, desk.secret) = (key, "s")
        #expect(try desk.get("/assets/spot/balance")["code"]?.integer == reading)
        let order = Orders.spot("buy", "1", at: "100")
        #expect(try desk.post("/spot/order", order)["code"]?.integer == trading)
    }

    @Test(arguments: [
        ("nonsense", 20001), (#"{"id":1,"params":{}}"#, 20001),
        (#"{"id":1,"method":"depth.explode","params":{}}"#, 20002),
        (#"{"id":1,"method":"weather.subscribe","params":{"market_list":[]}}"#, 20002),
        (#"{"id":1,"method":"position.subscribe","params":{"market_list":[]}}"#, 20002),
        (#"{"id":1,"method":"deals.subscribe","params":{"market_list":["NONE"]}}"#, 20001),
        (#"{"id":1,"method":"deals.subscribe","params":{}}"#, 20001),
        (#"{"id":1,"method":"bbo.subscribe","params":{"market_list":[]}}"#, 20001),
        (#"{"id":1,"method":"index.subscribe","params":{"market_list":[]}}"#, 20001),
        (#"{"id":1,"method":"order.subscribe","params":{"market_list":[]}}"#, 21001),
        (
            #"{"id":1,"method":"depth.subscribe","params":{"market_list":[["BTCUSDT",7,"0",true]]}}"#,
            20001
        ),
        (
            #"{"id":1,"method":"depth.subscribe","params":{"market_list":[["BTCUSDT",5,"3",true]]}}"#,
            20001
        ),
        (
            #"{"id":1,"method":"depth.subscribe","params":{"market_list":["BTCUSDT"]}}"#,
            20001
        ),
    ])
    func `a socket answers what it cannot do by its product's code`(
        _ text: String, _ code: Int64
    ) throws {
        let desk = Desk()
        let spot = try desk.connect("spot")
        desk.say(spot, text)
        let reply = try #require(desk.take(spot).first)
        #expect(reply["code"]?.integer == code)
        #expect(Shape(reply).differences(from: Shape(["message": "", "code": 0])).isEmpty)
        guard !text.contains("position"), !text.contains("index") else { return }
        let futures = try desk.connect("futures")
        desk.say(futures, text)
        #expect(desk.take(futures).first?["code"]?.integer == code + 10_000)
    }

    @Test func `a socket path that there is not is refused`() {
        let desk = Desk()
        #expect(!desk.venue.connect(ConnectionID(7), path: "/v2/margin"))
        #expect(desk.venue.connect(ConnectionID(8), path: "/v2/spot/"))
    }
}

@Suite struct `Rate limits` {
    private func order(_ desk: Desk) -> ServedReply {
        let body = Orders.spot("buy", "0.01", at: "90")
        return desk.call("POST", "/v2/spot/order", String(decoding: body.bytes, as: UTF8.self))
    }

    private func code(_ reply: ServedReply) throws -> Int64? {
        try JSON(parsing: reply.body)["code"]?.integer
    }

    @Test func `the thirty-first order within a second is refused with 4213`() throws {
        let desk = Desk(try HandMadeMarket())
        for left in stride(from: 29, through: 0, by: -1) {
            let reply = order(desk)
            #expect(try code(reply) == 0)
            #expect(reply.header("X-RateLimit-Limit") == "30")
            #expect(reply.header("X-RateLimit-Remaining") == String(left))
        }
        let refused = order(desk)
        #expect(try code(refused) == 4213)
        #expect(refused.status == 200)
        #expect(refused.header("X-RateLimit-Remaining") == "0")
    }

    @Test func `a bucket fills up again as time goes on`() throws {
        let desk = Desk(try HandMadeMarket())
        for _ in 0..<30 { _ = order(desk) }
        desk.pass(milliseconds: 34)  // one order every 33 1/3 ms
        #expect(try code(order(desk)) == 0)
        #expect(try code(order(desk)) == 4213)
    }

    @Test func `with sliding limits no second has more than the rate`() throws {
        var settings = CoinExSimulatorSettings()
        settings.quirks.slidingLimits = true
        let desk = Desk(try HandMadeMarket(), settings: settings)
        for _ in 0..<30 { #expect(try code(order(desk)) == 0) }
        desk.pass(milliseconds: 999)
        #expect(try code(order(desk)) == 4213)
        desk.pass(milliseconds: 1)
        for _ in 0..<29 { #expect(try code(order(desk)) == 0) }
    }

    @Test func `each item of a batch costs a unit`() throws {
        let desk = Desk(try HandMadeMarket())
        let items = Array(repeating: Orders.spot("buy", "0.01", at: "90"), count: 10)
        let reply = try desk.post("/spot/batch-order", ["orders": .array(items)])
        #expect(reply["data"]?.items?.count == 10)
        #expect(desk.lastReply.header("X-RateLimit-Remaining") == "20")
    }

    @Test func `groups and products do not share a bucket`() throws {
        let desk = Desk(try HandMadeMarket())
        for _ in 0..<31 { _ = order(desk) }
        let query = desk.call("GET", "/v2/spot/pending-order?market_type=SPOT")
        #expect(try code(query) == 0)
        #expect(query.header("X-RateLimit-Limit") == "50")
        let body = Orders.futures("buy", "0.01", at: "90")
        let futures = desk.call(
            "POST", "/v2/futures/order", String(decoding: body.bytes, as: UTF8.self))
        #expect(try code(futures) == 0)
        #expect(futures.header("X-RateLimit-Remaining") == "19")
    }

    @Test func `an address gets 400 requests a second over everything`() throws {
        let desk = Desk(try HandMadeMarket())
        for _ in 0..<400 { #expect(try code(desk.call("GET", "/v2/time")) == 0) }
        #expect(try code(desk.call("GET", "/v2/time")) == 4213)
    }

    @Test func `a socket that asks too often hears so`() throws {
        let desk = Desk(try HandMadeMarket())
        let socket = try desk.connect("spot")
        let codes = (0..<61).map { _ in desk.ask(socket, "server.ping", [:])?["code"]?.integer }
        #expect(codes.dropLast().allSatisfy { $0 == 0 })
        #expect(codes.last == 23002)
    }
}
