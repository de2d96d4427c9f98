import PlainJSON
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Signatures` {
    private static let key = "TESTACCESSID0123456789ABCDEF0123"
    private static let secret = "4f1c0a7e9b2d4c6f8a1b3c5d7e9f0a2b4c6d8e0f1a3b5c7d"
    private static let early: Int64 = 1_700_490_703_564
    private static let late: Int64 = 1_767_225_600_123

    /// A signed request of the wire reference, with its signature.
    struct Vector: Sendable {
        var method = "GET"
        let path: String
        var body = ""
        let stamp: Int64
        let sign: String
    }

    private static let vectors = [
        Vector(
            path: "/v2/spot/pending-order?market=BTCUSDT&market_type=SPOT&side=buy&page=1&limit=10",
            stamp: early, sign: "e8213a048db20f7187964bb9eed1f3b419ed32a65d1f6100c70d025fe953a787"),
        Vector(
            path: "/v2/assets/spot/balance", stamp: early,
            sign: "ecee2d01fce910738b800912646fab1055e71de65cf4f45d3835d3a5afbc1add"),
        Vector(
            method: "POST", path: "/v2/spot/order",
            body: #"{"market":"BTCUSDT","market_type":"SPOT","side":"buy","type":"limit","#
                + #""amount":"0.0001","price":"61000","client_id":"cid-0001"}"#,
            stamp: early, sign: "a241071a9b43b23d3cb5fc22a3245d354b155826c9b3cdca54c92f52ad8b6ba6"),
        Vector(
            method: "POST", path: "/v2/futures/order",
            body: #"{"market": "BTCUSDT", "type": "buy", "amount": "0.001", "price": "10000"}"#,
            stamp: early, sign: "2fd7155cd6dd11b79021dfb8222f9dac24b405785f191dbd89a74e3caff740e8"),
        Vector(
            method: "POST", path: "/v2/futures/order",
            body: #"{"market":"BTCUSDT","type":"buy","amount":"0.001","price":"10000"}"#,
            stamp: early, sign: "85a783047b6fe2c919f78f81fa5ebc94598d4450e3a12dd7784cc22e68fa8fb2"),
        Vector(
            path: "/v2/futures/pending-position?market_type=FUTURES&page=1&limit=100", stamp: late,
            sign: "b2fdc5f4117ce5481399ff0ad498b08f6340cce65bf093b32c45dc520cae8cbb"),
    ]

    /// A venue whose clock stands at a stamp and that knows the vectors' key.
    private func desk(at stamp: Int64) -> Desk {
        let money = Money(attos: 1_000 * attosPerUnit)
        let account = CoinExSimulatorSettings.Account(
            key: Self.key, secret: Self.secret, spot: [Currency("USDT"): money])
        return Desk(
            settings: CoinExSimulatorSettings(accounts: [account]),
            start: Timestamp(nanoseconds: stamp * 1_000_000))
    }

    private func code(_ vector: Vector, sign: String, _ desk: Desk) throws -> Int64 {
        desk.key = Self.key
        let reply = desk.call(
            vector.method, vector.path, vector.body, stamp: vector.stamp, sign: sign)
        return try #require(try JSON(parsing: reply.body)["code"]?.integer)
    }

    @Test(arguments: vectors.indices)
    func `those of the wire reference are accepted`(_ index: Int) throws {
        let vector = Self.vectors[index]
        let code = try code(vector, sign: vector.sign, desk(at: vector.stamp))
        // Two of the samples are no whole orders: signed well, refused for what they say.
        let isWhole = !vector.path.hasSuffix("futures/order")
        #expect(code == (isWhole ? 0 : 4004))
    }

    @Test(arguments: vectors.indices)
    func `one with a digit changed is refused`(_ index: Int) throws {
        let vector = Self.vectors[index]
        let changed = (vector.sign.hasPrefix("0") ? "1" : "0") + vector.sign.dropFirst()
        #expect(try code(vector, sign: changed, desk(at: vector.stamp)) == 4006)
    }

    @Test func `a body signed without its spaces is another body`() throws {
        let spaced = Self.vectors[3]
        let desk = desk(at: Self.early)
        #expect(try code(spaced, sign: Self.vectors[4].sign, desk) == 4006)
    }

    @Test(arguments: [false, true])
    func `the older form, a bare SHA-256 over text and secret, is taken unless it is strict`(
        isStrict: Bool
    ) throws {
        var account = CoinExSimulatorSettings.Account(key: Self.key, secret: Self.secret)
        account.spot[Currency("USDT")] = Money(attos: attosPerUnit)
        var settings = CoinExSimulatorSettings(accounts: [account])
        settings.isStrict = isStrict
        let start = Timestamp(nanoseconds: Self.early * 1_000_000)
        let desk = Desk(settings: settings, start: start)
        let older = "511a3f712c048e9cd533eb7259aea38b3e74ee5b45887f2b25ef1b988c8ed036"
        for (sign, expected) in [
            (older, isStrict ? 4006 : 0 as Int64), (Self.vectors[0].sign, 0),
            (String(older.reversed()), 4006),
        ] {
            #expect(try code(Self.vectors[0], sign: sign, desk) == expected)
        }
    }

    @Test func `capital digits do not verify, fewer digits are malformed`() throws {
        let vector = Self.vectors[1]
        let desk = desk(at: Self.early)
        #expect(try code(vector, sign: vector.sign.uppercased(), desk) == 4006)
        #expect(try code(vector, sign: String(vector.sign.dropLast()), desk) == 4008)
        #expect(try code(vector, sign: String(repeating: "x", count: 64), desk) == 4008)
    }

    @Test(arguments: [
        (early, "ee4f25d4df55c912bbd52fc93a1942a0a668d4221310451a17d5465ee2fae51c"),
        (late, "6de32a4a8ad366f8510cc64538baef0611247f938cf371099b22fc42cb569ed7"),
    ])
    func `server.sign takes those of the wire reference`(_ stamp: Int64, _ sign: String) throws {
        let desk = desk(at: stamp)
        let socket = try desk.connect("spot")
        let params: JSON = [
            "access_id": .text(Self.key), "signed_str": .text(sign), "timestamp": .integer(stamp),
        ]
        #expect(desk.ask(socket, "order.subscribe", ["market_list": []])?["code"]?.integer == 21001)
        #expect(desk.ask(socket, "server.sign", params)?["code"]?.integer == 0)
        #expect(desk.ask(socket, "order.subscribe", ["market_list": []])?["code"]?.integer == 0)
    }

    @Test func `server.sign with a wrong signature leaves the socket as it was`() throws {
        let desk = desk(at: Self.early)
        let socket = try desk.connect("futures")
        let params: JSON = [
            "access_id": .text(Self.key), "signed_str": "00", "timestamp": .integer(Self.early),
        ]
        #expect(desk.ask(socket, "server.sign", params)?["code"]?.integer == 31002)
        let reply = desk.ask(socket, "position.subscribe", ["market_list": []])
        #expect(reply?["code"]?.integer == 31001)
    }

    @Test(arguments: [(5_000, 0), (-5_000, 0), (5_001, 4010), (-5_001, 4010)])
    func `a stamp is good for five seconds either way`(_ age: Int64, _ code: Int64) throws {
        let desk = Desk()
        let stamp = Desk.start.nanoseconds / 1_000_000 - age
        let reply = desk.call("GET", "/v2/assets/spot/balance", stamp: stamp)
        #expect(try JSON(parsing: reply.body)["code"]?.integer == code)
    }

    @Test func `a window of the request's own replaces the five seconds`() throws {
        let desk = Desk()
        let now = Desk.start.nanoseconds / 1_000_000
        let window = ServedHeader("x-coinex-windowtime", "1000")
        let codes = try ([1_000, 1_001] as [Int64]).map { age in
            let reply = desk.call(
                "GET", "/v2/assets/spot/balance", stamp: now - age, headers: [window])
            return try JSON(parsing: reply.body)["code"]?.integer
        }
        #expect(codes == [0, 4010])
    }
}
