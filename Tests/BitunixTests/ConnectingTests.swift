import AccountSession
import Bitunix
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `A Bitunix session that connects` {
    // Promises P1, P3, P10.
    @Test func `learns markets and clock, logs in, agrees, and is connected`() throws {
        let desk = try BitunixDesk()
        desk.input(.timer)
        // A run that has just ended may have used what the limits take.
        #expect(desk.calls.isEmpty)
        try desk.prepare()
        #expect(desk.instruments.map(\.symbol.description) == [BitunixDesk.market])
        #expect(desk.sockets.keys.sorted() == ["private", "public"])
        desk.openSockets()
        let login = try #require(desk.sent.first { $0.text.contains("login") })
        #expect(login.line == "private" && login.text.contains("\"timestamp\":1700000000,"))
        #expect(!desk.isAsked("GET account"))
        try desk.login()
        for channel in ["order", "position", "balance"] {
            #expect(
                desk.sent.contains { $0.text.contains("[{\"ch\":\"\(channel)\"}]") }
                    || channel == "balance")
        }
        // Nothing is acknowledged: the account is asked at once.
        #expect(
            desk.isAsked("GET account?marginCoin=USDT")
                && desk.isAsked("GET trade/get_pending_orders"))
        #expect(desk.isAsked("GET position/get_pending_positions"))
        #expect(desk.statuses.isEmpty && desk.agreements == 0)
        try desk.agree(positions: "[\(Wire.position("2"))]")
        #expect(desk.statuses.map(\.state) == [.connected] && desk.agreements == 1)
        #expect(desk.positions.last?.net == exact("2"))
        #expect(desk.balances.last?.total == exact("1000"))
        try desk.wait(1.2)
        #expect(desk.sent.contains { $0.line == "public" && $0.text.contains("depth_book1\"") })
        #expect(desk.sent.contains { $0.line == "public" && $0.text.contains("\"ch\":\"price\"") })
    }

    // Promise P1.
    @Test func `has instruments with the venue's rules`() throws {
        let desk = try BitunixDesk([BitunixDesk.market, "bitunix:1000SHIB/USDT:USDT"]) {
            $0.leverage = [:]
        }
        try desk.prepare()
        let (coin, thousands) = (desk.instruments[0], desk.instruments[1])
        #expect(coin.tick == exact("0.01") && coin.lot == exact("0.001"))
        #expect(coin.minQuantity == exact("0.02") && coin.kind == .linear)
        #expect(coin.makerFee == exact("0.0002") && coin.takerFee == exact("0.0006"))
        #expect(thousands.tick == exact("0.0000001") && thousands.lot == exact("1"))
    }

    // Promise P2.
    @Test func `names the nearest where there is no such market`() throws {
        let desk = try BitunixDesk(["bitunix:LTX/USDT:USDT"])
        try desk.prepare()
        let problem = try #require(desk.problems.first)
        #expect(problem.isPermanent && problem.cause == .instrument)
        #expect(problem.whatToDo.contains("bitunix:LTC/USDT:USDT"))
        #expect(desk.sockets.isEmpty)
    }

    @Test func `is told that a market takes no orders`() throws {
        let desk = try BitunixDesk(["bitunix:ETH/USDT:USDT"])
        try desk.prepare()
        #expect(desk.problems.contains { $0.cause == .maintenance && !$0.isPermanent })
    }

    @Test func `needs no key for public data, and opens one socket`() throws {
        let desk = try BitunixDesk(key: nil)
        try desk.prepare()
        #expect(desk.sockets.keys.sorted() == ["public"])
        desk.openSockets()
        #expect(desk.statuses.map(\.state) == [.connected] && desk.calls.isEmpty)
        #expect(!desk.sent.contains { $0.text.contains("login") })
        try desk.submit(1, .buy, "1", at: "100")
        #expect(desk.events == ["rejected"])
    }

    // Trap: one-way mode alone is traded.
    @Test func `ends in hedge mode, with how to change it`() throws {
        let desk = try BitunixDesk()
        try desk.prepare()
        desk.openSockets()
        try desk.login()
        try desk.ok("GET account", Wire.account(mode: "HEDGE"))
        let problem = try #require(desk.problems.first { $0.isPermanent })
        #expect(problem.whatHappened.contains("hedge mode") && problem.whatToDo.contains("one-way"))
        #expect(!problem.whatHappened.contains("key"))
        #expect(desk.sockets.isEmpty && desk.statuses.isEmpty)
    }

    // Promise P13.
    @Test func `ends where the key is refused, and shows none of it`() throws {
        for refusal in [10_003, 10_007, 403] {
            let desk = try BitunixDesk()
            try desk.prepare()
            desk.openSockets()
            try desk.login()
            try desk.refuse("GET account", refusal)
            let problem = try #require(desk.problems.first { $0.isPermanent }, "\(refusal)")
            #expect(problem.cause == (refusal == 403 ? .permission : .key))
            #expect(!"\(desk.problems)".contains("hush"))
        }
        let desk = try BitunixDesk()
        try desk.prepare()
        desk.openSockets()
        try desk.hear(#"{"op":"login","data":{"result":false,"msg":"sign"}}"#)
        #expect(desk.problems.contains { $0.isPermanent && $0.cause == .key })
    }

    // Trap: there is no clock to ask; the header tells the second.
    @Test func `signs on the venue's clock, of which a header tells the second`() throws {
        let desk = try BitunixDesk()
        desk.clockAhead = 40_000_000_000
        try desk.prepare()
        desk.openSockets()
        #expect(desk.sent.contains { $0.text.contains("\"timestamp\":1700000040,") })
        try desk.login()
        let call = try #require(desk.calls.first { $0.call.path.contains("account") }?.call)
        #expect(call.headers.first { $0.name == "timestamp" }?.value == "1700000040500")
    }

    // A refused signature is one of the time where the clock was not read lately.
    @Test func `reads the clock anew where a signature is refused later on`() throws {
        let desk = try BitunixDesk.ordering()
        try desk.refuse(BitunixDesk.place, 10_007)
        desk.clear()
        let again = try BitunixDesk.resting()
        try again.wait(60)
        try again.agree(orders: [Wire.order()])
        again.clear()
        try again.submit(2, .buy, "1", at: "99")
        try again.refuse(BitunixDesk.place, 10_007)
        #expect(again.events == [] && again.isAsked("GET market/funding_rate"))
        again.clockAhead = 90_000_000_000
        try again.ok("GET market/funding_rate", "{}")
        try again.wait(1)
        let call = try again.take(BitunixDesk.place).call
        let stamp = call.headers.first { $0.name == "timestamp" }.flatMap { Int64($0.value) } ?? 0
        #expect(stamp > again.now.nanoseconds / 1_000_000 + 80_000)
    }

    @Test func `sets the leverage before trading, or does not begin`() throws {
        let symbol = try Symbol(BitunixDesk.market)
        let desk = try BitunixDesk { $0.leverage = [symbol: .init(times: 7, isIsolated: false)] }
        try desk.prepare()
        desk.openSockets()
        try desk.login()
        let call = try #require(
            desk.calls.first { $0.call.path.hasSuffix("change_leverage") }?.call)
        #expect(call.body == #"{"symbol":"LTCUSDT","leverage":7,"marginCoin":"USDT"}"#)
        try desk.refuse("POST account/change_leverage", 20_006)
        #expect(desk.problems.contains { $0.isPermanent && $0.cause == .leverage })
        let wrong = try BitunixDesk { $0.leverage = [symbol: .init(times: 51, isIsolated: false)] }
        try wrong.prepare()
        #expect(wrong.problems.contains { $0.isPermanent } && wrong.sockets.isEmpty)
    }

    // Trap 12. Promise P12.
    @Test func `opens a new connection where nobody answers its pings`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        let old = try #require(desk.sockets["private"])
        try desk.wait(21, isAlive: false)
        #expect(
            desk.sent.contains {
                $0.line == "private" && $0.text.contains(#"{"op":"ping","ping":17000000"#)
            })
        #expect(desk.sockets["private"] != old)
        #expect(desk.statuses.map(\.state).contains(.lost))
    }

    // Trap 12: seconds since 1970, at least every twenty seconds on each socket.
    @Test func `pings each socket in the venue's own words`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        try desk.wait(60)
        for line in ["private", "public"] {
            let pings = desk.sent.filter { $0.line == line && $0.text.contains(#""op":"ping""#) }
            #expect((3...5).contains(pings.count))
        }
        #expect(!desk.statuses.map(\.state).contains(.lost))
    }

    // Promise P4.
    @Test func `asks for everything again behind a cut of the account's socket`() throws {
        let desk = try BitunixDesk.resting()
        try desk.cut("private")
        #expect(desk.statuses.map(\.state) == [.lost])
        try desk.wait(2)
        desk.input(.opened(try #require(desk.sockets["private"])))
        try desk.login()
        #expect(desk.isAsked("GET trade/get_pending_orders") && desk.isAsked("GET account"))
        try desk.agree(orders: [Wire.order()])
        #expect(desk.statuses.map(\.state) == [.lost, .resynchronised])
    }

    @Test
    func `subscribes anew behind a cut of the market's socket, and asks nothing of the account`()
        throws
    {
        let desk = try BitunixDesk.resting()
        try desk.agree(orders: [Wire.order()])
        try desk.cut("public")
        #expect(desk.statuses.map(\.state) == [.lost])
        try desk.wait(1.5)
        desk.input(.opened(try #require(desk.sockets["public"])))
        #expect(desk.statuses.map(\.state) == [.lost, .resynchronised])
        #expect(!desk.isAsked("GET account"))
        try desk.wait(1.5)
        #expect(desk.sent.contains { $0.line == "public" && $0.text.contains("depth_book1\"") })
    }

    // Trap: more than five a second cut the connection, and bar the address.
    @Test func `sends few messages a second over each socket`() throws {
        let desk = try BitunixDesk()
        try desk.prepare()
        desk.openSockets()
        desk.input(.subscribe([InstrumentID(0): [.trades, .book, .ticker]]))
        try desk.login()
        try desk.agree()
        for _ in 0..<10 {
            desk.input(.subscribe([InstrumentID(0): [.trades]]))
            desk.input(.subscribe([InstrumentID(0): [.book, .ticker]]))
        }
        try desk.wait(20)
        for line in ["private", "public"] {
            let times = desk.sent.filter { $0.line == line }.map(\.at.nanoseconds)
            for time in times {
                #expect(times.count { (time..<time + 1_000_000_000).contains($0) } <= 4)
            }
        }
    }

    // Trap: an unknown channel is ignored without a word.
    @Test func `says that no news of orders come`() throws {
        let desk = try BitunixDesk.ordering()
        try desk.ok(BitunixDesk.place, #"{"orderId":"901","clientId":"mr-1"}"#)
        try desk.wait(40)
        #expect(desk.logs.contains { $0.contains("no news of own orders") })
        let told = try BitunixDesk.resting()
        try told.wait(40)
        #expect(!told.logs.contains { $0.contains("no news of own orders") })
    }

    @Test func `gives a socket up where a subscription is refused`() throws {
        let desk = try BitunixDesk()
        try desk.goLive()
        try desk.hear(
            #"{"op":"subscribe","data":{"msg":"subscribe channel > 300","nonce":"","result":false}}"#,
            on: "public")
        #expect(desk.sockets["public"] == nil && desk.statuses.map(\.state) == [.lost])
    }
}
