import Coinut
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `A Coinut session that connects` {
    // Promises P1, P3.
    @Test func `learns markets and clock over HTTP, logs in, agrees, and is connected`() throws {
        let desk = try CoinutDesk()
        desk.input(.timer)
        let list = try desk.reply("inst_list", Wire.instruments)
        #expect(list.headers == [HTTPHeader("Content-Type", "application/json")])
        for _ in 0..<2 { _ = try desk.reply("inst_tick", desk.tick()) }
        desk.input(.opened(try #require(desk.socket)))
        let login = try desk.take("login")
        let signature = CoinutDesk.key.signature(nonce: Nonce(login.nonce), seconds: 1_700_000_000)
        #expect(login.text.contains("\"hmac_sha256\":\"\(signature)\""))
        #expect(login.text.contains("\"timestamp\":1700000000"))
        try desk.hear(Wire.login.replacing("\"nonce\":505", with: "\"nonce\":\(login.nonce)"))
        #expect(
            desk.asked.map(\.name).sorted() == [
                "trade_history", "user_balance", "user_open_orders",
            ])
        #expect(desk.agreements == 0)
        try desk.agree()
        #expect(desk.agreements == 1 && desk.states == [.connected])
    }

    @Test func `signs its login by the venue's clock, which a tick tells`() throws {
        let desk = try CoinutDesk()
        try desk.prepare(clockAhead: 120)
        desk.input(.opened(try #require(desk.socket)))
        #expect(try desk.take("login").text.contains("\"timestamp\":1700000120"))
    }

    // Promise P2.
    @Test func `asks the instruments' numbers for what they are called, and names the nearest`()
        throws
    {
        let desk = try CoinutDesk(["coinut:LTD/BTC"])
        desk.input(.timer)
        _ = try desk.reply("inst_list", Wire.instruments)
        #expect(
            desk.problems.map(\.description) == [
                "coinut: there is no instrument coinut:LTD/BTC: did you mean coinut:LTC/BTC?"
            ])
        #expect(desk.problems[0].isPermanent)
    }

    // Promise P13.
    @Test func `ends where the key is refused, and shows none of it`() throws {
        let desk = try CoinutDesk()
        try desk.prepare()
        desk.input(.opened(try #require(desk.socket)))
        try desk.answer("login", CoinutDesk.refusal("login", "INVALID_LOGIN"))
        #expect(desk.problems.count == 1 && desk.problems[0].isPermanent)
        #expect(desk.problems[0].cause == .key)
        #expect(!desk.problems.description.contains("11112222"))
    }

    @Test func `watches without a key`() throws {
        let desk = try CoinutDesk(access: nil)
        try desk.open()
        try desk.agree()
        #expect(desk.states == [.connected])
        #expect(desk.sent("login").isEmpty)
    }

    @Test func `numbers all requests upwards, over HTTP and the socket`() throws {
        let desk = try CoinutDesk()
        desk.input(.timer)
        var nonces: [Int64] = []
        func note(_ text: String) {
            let rest = text.split(separator: "\"nonce\":").last ?? ""
            nonces.append(Int64(rest.prefix { $0.isNumber }) ?? 0)
        }
        note(try desk.reply("inst_list", Wire.instruments).body)
        for _ in 0..<2 { note(try desk.reply("inst_tick", desk.tick()).body) }
        desk.input(.opened(try #require(desk.socket)))
        nonces.append(try #require(desk.asked.first).nonce)
        try desk.answer("login") {
            Wire.login.replacing("\"nonce\":505", with: "\"nonce\":\($0)")
        }
        nonces += desk.asked.map(\.nonce)
        #expect(nonces == nonces.sorted() && Set(nonces).count == nonces.count)
        #expect(nonces[0] == 1_700_000_000 % 8_388_608 + 1)
    }

    // Promise P12.
    @Test func `opens a new connection where nobody answers its heartbeat`() throws {
        let desk = try CoinutDesk()
        try desk.goLive()
        try desk.wait(8, isAlive: false)
        #expect(desk.states == [.stale, .lost])
    }

    // Promise P4.
    @Test func `subscribes anew after a drop, and asks for all that it may have missed`() throws {
        let desk = try CoinutDesk()
        desk.input(.subscribe([InstrumentID(0): [.book, .trades, .ticker]]))
        try desk.goLive()
        try desk.cut()
        try desk.open()
        #expect(
            desk.asked.map(\.name).sorted() == [
                "trade_history", "user_balance", "user_open_orders",
            ])
        desk.clear()
        try desk.agree()
        #expect(desk.sent("inst_order_book").count == 2)  // all of it for the book, beside its best
        #expect(desk.sent("inst_trade").count == 1 && desk.sent("inst_tick").count == 1)
        #expect(desk.states == [.resynchronised])
    }
}

@Suite struct `A Coinut login by password` {
    private static let access = CoinutAccess.password(
        CoinutPassword(username: "walker", password: "hush-hush", oneTime: "123456"))

    private func opened() throws -> CoinutDesk {
        let desk = try CoinutDesk(access: Self.access)
        try desk.prepare()
        desk.input(.opened(try #require(desk.socket)))
        return desk
    }

    @Test func `sends password and one-time password, and shows them nowhere else`() throws {
        let desk = try opened()
        let login = try #require(desk.asked.first)
        #expect(login.text.contains("\"password\":\"hush-hush\""))
        #expect(login.text.contains("\"otp\":\"123456\""))
        try desk.answer("login", CoinutDesk.refusal("login", "INVALID_LOGIN"))
        var shown = "\(desk.problems) \(Self.access)"
        dump(Self.access, to: &shown)
        dump(desk.session.core, to: &shown, maxDepth: 4)
        #expect(!shown.contains("hush") && !shown.contains("123456"))
    }

    @Test func `leads in by the session after a drop, within the hour`() throws {
        let desk = try CoinutDesk(access: Self.access)
        try desk.goLive()
        try desk.cut()
        try desk.wait(2)
        desk.input(.opened(try #require(desk.socket)))
        let login = try #require(desk.asked.first)
        #expect(login.text.contains("\"session_id\":\"66667777-dddd-eeee-ffff-888899990000\""))
        #expect(!login.text.contains("hush"))
    }

    @Test func `is by password again where the session is over`() throws {
        let desk = try CoinutDesk(access: Self.access)
        try desk.goLive()
        try desk.cut()
        try desk.wait(2)
        desk.input(.opened(try #require(desk.socket)))
        try desk.answer("login", CoinutDesk.refusal("login", "INVALID_LOGIN"))
        try desk.wait(5)
        desk.input(.opened(try #require(desk.socket)))
        #expect(try desk.take("login").text.contains("\"password\":\"hush-hush\""))
        #expect(desk.problems.allSatisfy { !$0.isPermanent })
    }

    @Test func `is by password again after the hour`() throws {
        let desk = try CoinutDesk(access: Self.access)
        try desk.goLive()
        try desk.cut()
        desk.now = desk.now.advanced(byNanoseconds: 3_601_000_000_000)
        try desk.wait(2)
        desk.input(.opened(try #require(desk.socket)))
        #expect(try desk.take("login").text.contains("\"password\":\"hush-hush\""))
    }
}
