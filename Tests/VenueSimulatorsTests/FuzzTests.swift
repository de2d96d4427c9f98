import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

/// Whatever a client sends, the venue answers in its own form and goes on.
@Suite struct `Strange requests` {
    private static let paths = [
        "/spot/order", "/spot/stop-order", "/spot/modify-order", "/spot/cancel-order",
        "/spot/batch-order", "/spot/cancel-batch-order", "/spot/cancel-all-order",
        "/spot/cancel-order-by-client-id", "/futures/order", "/futures/stop-order",
        "/futures/close-position", "/futures/adjust-position-leverage",
        "/futures/adjust-position-margin", "/futures/set-position-stop-loss", "/assets/transfer",
    ]
    private static let queries = [
        "/spot/depth", "/futures/kline", "/spot/deals", "/spot/user-deals",
        "/spot/pending-order", "/futures/finished-position", "/spot/batch-order-status",
    ]
    private static let values: [JSON] = [
        "BTCUSDT", "SPOT", "FUTURES", "buy", "sell", "limit", "market", "fok", "1", "100", "101",
        "0", "-1", "170141183460469231731", "99999999999999999999", "0.000000000000000001", "1e30",
        "", "nan", "BTC", "USDT", "cross", "latest_price", "ct", 0, 1, 1_001, 1_002,
        .number("-9223372036854775808"), .number("9223372036854775807"), .number("1e400"), true,
        .null, [], [:], [[]], [1_001, 1_002], ["1"], "1000", "%", "é\u{0}",
    ]
    private static let keys = [
        "market", "market_type", "side", "type", "amount", "price", "ccy", "client_id", "is_hide",
        "stp_mode", "order_id", "stop_id", "trigger_price", "trigger_price_type", "orders",
        "order_ids", "margin_mode", "leverage", "stop_loss_type", "stop_loss_price",
        "stop_loss_amount", "from_account_type", "to_account_type", "limit", "interval", "page",
        "start_time", "end_time", "last_id", "period",
    ]

    /// A whole order with some members replaced, or a heap of members.
    private func body(_ random: inout Seeded) -> JSON {
        let isSpot = random.bool()
        var members =
            random.chance(70)
            ? (isSpot ? Orders.spot("buy", "1", at: "100") : Orders.futures("sell", "1", at: "101"))
                .members ?? [] : []
        for _ in 0..<random.int(0...3) {
            let member = JSONMember(key: random.pick(Self.keys), value: random.pick(Self.values))
            members.removeAll { $0.key == member.key }
            members.append(member)
        }
        return .object(members)
    }

    private func query(_ random: inout Seeded) -> String {
        let pairs = (0..<random.int(0...5)).map { _ in
            let value = random.pick(Self.values)
            let text = value.text ?? String(decoding: value.bytes, as: UTF8.self)
            return "\(random.pick(Self.keys))=\(text)"
        }
        return "?market=BTCUSDT&market_type=SPOT&" + pairs.joined(separator: "&")
    }

    @Test(arguments: seeds)
    func `over REST`(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let desk = Desk(try HandMadeMarket())
        var accepted = 0
        for _ in 0..<300 {
            let reply =
                random.chance(80)
                ? try desk.post(random.pick(Self.paths), body(&random))
                : try desk.get(random.pick(Self.queries) + query(&random))
            let code = try #require(reply["code"]?.integer)
            #expect(reply["message"]?.text != nil)
            if code == 0 { accepted += 1 }
        }
        #expect(accepted > 3)
        #expect(try desk.get("/assets/spot/balance")["code"]?.integer == 0)
    }

    @Test(arguments: seeds)
    func `over a socket`(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let desk = Desk(try HandMadeMarket())
        let socket = try desk.connect("spot", signed: true)
        let channels = ["depth", "deals", "state", "bbo", "order", "balance", "server", "x"]
        let verbs = ["subscribe", "unsubscribe", "ping", "sign", "time", "update"]
        for _ in 0..<200 {
            let entry: JSON = .array((0..<random.int(0...5)).map { _ in random.pick(Self.values) })
            let params: JSON = [
                "market_list": random.bool() ? entry : [entry], "ccy_list": entry,
            ]
            var bytes: [UInt8] = JSON.object([
                JSONMember(key: "id", value: .integer(random.int(1...9))),
                JSONMember(
                    key: "method",
                    value: .text("\(random.pick(channels)).\(random.pick(verbs))")),
                JSONMember(key: "params", value: params),
            ]).bytes
            if random.chance(30) {
                bytes[random.int(0...(bytes.count - 1))] = UInt8(random.int(0...127))
            }
            desk.pass(milliseconds: 100)
            desk.say(socket, String(decoding: bytes, as: UTF8.self))
            let heard = desk.take(socket)
            #expect(heard.contains { $0["code"] != nil })
        }
        desk.pass(milliseconds: 5_000)
        #expect(desk.ask(socket, "server.ping", [:])?["code"]?.integer == 0)
    }
}
