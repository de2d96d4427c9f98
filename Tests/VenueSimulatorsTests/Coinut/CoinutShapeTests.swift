import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

/// Every reply and push holds the keys of the published and captured messages.
@Suite(.enabled(if: VenueSamples(of: "coinut").areThere, "\(VenueSamples.absence)"))
struct `Shapes of Coinut's wire` {
    private static let samples = VenueSamples(of: "coinut")

    private func expect(
        _ message: JSON?, like sample: String, ignoring ignored: Set<String> = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let message = try #require(message, "nothing to hold against \(sample)")
        let wanted = Shape(try JSON(parsing: Self.samples.read("\(sample).json")))
        let differences = Shape(message).differences(from: wanted, ignored: ignored)
        #expect(differences.isEmpty, "\(sample): \(message.line)", sourceLocation: sourceLocation)
    }

    @Test func `heartbeats, instruments and balances`() throws {
        let desk = CoinutDesk()
        let socket = try desk.connect()
        try expect(desk.ask(socket, "hb"), like: "reply_hb")
        let list = desk.ask(socket, "inst_list", ["sec_type": "SPOT"])
        let pairs: Set = ["LTCBTC", "ETHBTC"]
        try expect(list, like: "reply_inst_list", ignoring: pairs)
        let listing = try #require(list?.at("SPOT", "BTCUSDT")?.items?.first)
        let captured = try JSON(parsing: Self.samples.read("capture_2018_inst_list.json"))
        let theirs = try #require(captured.at("SPOT", "BTCUSDT")?.items?.first)
        #expect(Shape(listing).differences(from: Shape(theirs)).isEmpty)
        #expect(listing["inst_id"] == theirs["inst_id"])
        try expect(
            desk.ask(socket, "user_balance"), like: "reply_user_balance",
            ignoring: ["LTC", "ETC"])
    }

    @Test func `login`() throws {
        let desk = CoinutDesk()
        let socket = try desk.connect(loggedIn: false)
        try expect(desk.ask(socket, "login", desk.loginByKey()), like: "reply_login")
    }

    @Test func `books, trades and figures, as replies and as pushes`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_000)
        try market.trade(HandMadeMarket.spot, .buy, "101", "0.5")
        try market.level(HandMadeMarket.spot, .buy, "100", "4")
        let desk = CoinutDesk(market)
        let socket = try desk.connect()
        let wanted: JSON = ["inst_id": .integer(CoinutDesk.pair), "subscribe": true]
        let book = desk.ask(socket, "inst_order_book", wanted)
        try expect(book, like: "reply_inst_order_book")
        try expect(book, like: "capture_2018_inst_order_book")
        try expect(desk.ask(socket, "inst_trade", wanted), like: "reply_inst_trade")
        try expect(desk.ask(socket, "inst_tick", wanted), like: "capture_2018_inst_tick_a")
        desk.pass(milliseconds: 1_500)
        try expect(
            desk.take(socket, "inst_order_book_update").first, like: "push_inst_order_book_update")
        try expect(desk.take(socket, "inst_trade_update").first, like: "push_inst_trade_update")
        let tick = desk.take(socket, "inst_tick").first
        try expect(tick, like: "push_inst_tick")
        #expect(tick?["nonce"] == nil && tick?["status"] == nil)
    }

    @Test func `orders that are accepted, filled, rejected and cancelled`() throws {
        let desk = CoinutDesk(try HandMadeMarket())
        let socket = try desk.connect()
        let accepted = desk.ask(socket, "new_order", coinutOrder("SELL", "0.01", at: "110"))
        try expect(accepted, like: "reply_order_accepted")
        let filled = desk.ask(socket, "new_order", coinutOrder("SELL", "0.01", at: "99"))
        try expect(filled, like: "reply_order_filled")
        let rejected = desk.ask(socket, "new_order", coinutOrder("BUY", "100000", at: "100.5"))
        try expect(rejected, like: "reply_order_rejected")
        let cancelled = desk.ask(
            socket, "cancel_order",
            ["inst_id": .integer(CoinutDesk.pair), "order_id": accepted?["order_id"] ?? 0])
        try expect(cancelled, like: "reply_cancel_order")
    }

    @Test func `the published requests are understood as they stand`() throws {
        let desk = CoinutDesk()
        for name in Self.samples.names where name.hasPrefix("request_") {
            // Some of them have the same nonce.
            let socket = try desk.connect(loggedIn: false)
            let text = String(decoding: try Self.samples.read(name), as: UTF8.self)
            let request = try JSON(parsing: text)
            desk.pass(milliseconds: 100)
            desk.say(socket, text)
            let reply = try #require(desk.take(socket).first, "\(name)")
            #expect(reply["reply"] == request["request"], "\(name)")
            #expect(reply["nonce"] == request["nonce"], "\(name)")
            let words = ["OK", "LOGIN_REQUIRED", "INVALID_LOGIN", "INVALID_INSTRUMENT"]
            let status = reply["status"]?.items?.first?.text ?? ""
            #expect(words.contains(status), "\(name): \(reply.line)")
        }
    }
}
