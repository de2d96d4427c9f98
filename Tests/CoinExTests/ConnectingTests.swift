import AccountSession
import CoinEx
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `CoinEx session connecting` {
    // Promises P1, P3, P10.
    @Test func `learns the markets, signs in, agrees with the venue and only then is connected`()
        throws
    {
        let desk = try SessionDesk(["coinex:BTC/USDT", "coinex:BTC/USDT:USDT"])
        try desk.prepare()
        #expect(
            desk.instruments.map(\.symbol.description) == [
                "coinex:BTC/USDT", "coinex:BTC/USDT:USDT",
            ])
        #expect(desk.sockets.keys.sorted() == ["futures", "spot"])
        desk.openSockets()
        #expect(desk.sent.allSatisfy { $0.text.contains("server.sign") })
        try desk.acknowledge()
        #expect(desk.sent.contains { $0.text.contains("position.subscribe") })
        #expect(
            desk.sent.contains {
                $0.text.contains(#""balance.subscribe","params":{"ccy_list":[]}"#)
            })
        #expect(!desk.isAsked("GET /v2/spot/pending-order"))
        try desk.acknowledge()
        #expect(desk.isAsked("GET /v2/futures/pending-position"))
        #expect(desk.sent.isEmpty)  // no feed before the venue has told all
        try desk.reconcile()
        #expect(desk.statuses.isEmpty)
        #expect(desk.sent.contains { $0.text.contains("bbo.subscribe") })
        try desk.acknowledge()
        #expect(desk.statuses.map(\.state) == [.connected])
    }

    // 7.20: a tick of 0.5 and two decimals; 7.21: fees come from the account, lists show 0.
    @Test func `the clock's first answer, which waited for the connection, is not believed alone`()
        throws
    {
        let desk = try SessionDesk(key: nil)
        desk.input(.timer)
        let time = desk.now.nanoseconds / 1_000_000
        desk.now = desk.now.advanced(byNanoseconds: 4_000_000_000)  // TCP and TLS, under load
        try desk.ok("GET /v2/time", "{\"timestamp\":\(time + 4_000)}")
        try desk.ok("GET /v2/spot/market", SessionDesk.spotMarkets)
        #expect(desk.instruments.isEmpty)
        desk.now = desk.now.advanced(byNanoseconds: 20_000_000)
        try desk.ok("GET /v2/time", "{\"timestamp\":\(time + 4_010)}")
        #expect(desk.instruments.count == 1)
    }

    // Promise P1.
    @Test func `instruments have the venue's rules and the account's fees`() throws {
        let desk = try SessionDesk(
            ["coinex:BTC/USDT", "coinex:BTC/USDT:USDT", "coinex:BTC/USD:BTC"])
        try desk.prepare(fees: "0.00046")
        let (spot, linear, inverse) = (
            desk.instruments[0], desk.instruments[1], desk.instruments[2]
        )
        #expect(spot.tick == exact("0.01") && spot.lot == exact("0.00000001"))
        #expect(spot.minQuantity == exact("0.0005"))
        #expect(linear.tick == exact("0.5") && linear.takerFee == exact("0.00046"))
        #expect(inverse.kind == .inverse && inverse.lot == exact("1"))
        #expect(inverse.minQuantity == exact("10") && inverse.tick == exact("0.1"))
    }

    // 7.21 again: without an account a list's 0 is not believed for futures.
    @Test func `public data alone needs no key and no signature`() throws {
        let desk = try SessionDesk(["coinex:BTC/USDT:USDT"], key: nil)
        try desk.prepare()
        #expect(desk.instruments[0].takerFee == exact("0.0005"))
        desk.openSockets()
        #expect(!desk.sent.contains { $0.text.contains("server.sign") })
        try desk.acknowledge()
        #expect(desk.statuses.map(\.state) == [.connected])
        try desk.submit(1, .buy, "1", at: "100")
        #expect(desk.events == ["rejected"])
        #expect(desk.orderCalls("order").isEmpty)
    }

    // 7.26: leverage is a number in the request, a text in the list.
    @Test func `leverage and margin mode are set before trading, or it does not begin`() throws {
        let symbol = try Symbol("coinex:BTC/USDT:USDT")
        let desk = try SessionDesk(["coinex:BTC/USDT:USDT"]) {
            $0.leverage = [symbol: .init(times: 10, isIsolated: true)]
        }
        try desk.prepare()
        desk.openSockets()
        try desk.acknowledge()
        try desk.acknowledge()
        let call = try #require(
            desk.calls.first { $0.call.path.hasSuffix("adjust-position-leverage") }?.call)
        #expect(
            call.body
                == #"{"market":"BTCUSDT","market_type":"FUTURES","margin_mode":"isolated","leverage":10}"#
        )
        try desk.reconcile()
        #expect(desk.sent.isEmpty)
        try desk.refuse("POST /v2/futures/adjust-position-leverage", 4004, "position open")
        #expect(desk.problems.contains { $0.isPermanent && $0.whatHappened.contains("leverage") })
        #expect(desk.statuses.isEmpty)

        let wrong = try SessionDesk(["coinex:BTC/USDT:USDT"]) {
            $0.leverage = [symbol: .init(times: 7, isIsolated: true)]
        }
        try wrong.prepare()
        #expect(wrong.problems.contains { $0.isPermanent && $0.whatToDo.contains("3, 10") })
        #expect(wrong.sockets.isEmpty)
    }

    @Test func `timestamps are on the venue's clock`() throws {
        let desk = try SessionDesk()
        desk.clockAhead = 7_000_000_000
        try desk.prepare()
        desk.openSockets()
        let sign = try #require(desk.sent.first?.text)
        #expect(sign.contains("\"timestamp\":1700000007000"))
    }

    // Promise P13.
    @Test func `a socket that cannot be opened is tried again after longer and longer waits`()
        throws
    {
        let desk = try SessionDesk()
        try desk.prepare()
        var waits: [Double] = []
        for _ in 0..<8 {
            let socket = try #require(desk.sockets["spot"])
            let before = desk.now
            desk.input(.closed(socket, reason: TransportProblem(.refused, "")))
            while desk.sockets["spot"] == socket { desk.wait(0.1) }
            waits.append(Double(desk.now.nanoseconds - before.nanoseconds) / 1e9)
        }
        for (wait, full) in zip(waits, [1, 2, 4, 8, 16, 30, 30, 30]) {
            #expect(wait >= Double(full) / 2 - 0.1 && wait <= Double(full) + 0.2)
        }
        // Said once, however often it fails; how long it takes is in the log.
        let problem = try #require(desk.problems.first)
        #expect(desk.problems.count == 1 && problem.cause == .unreachable)
        #expect(problem.retryAt != nil && !problem.isPermanent)
    }

    // 7.15: pings are the venue's own; a socket that does not answer one is down. Promise P12.
    @Test func `a socket that is up but silent is given up and opened again`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        let old = try #require(desk.sockets["spot"])
        desk.wait(10)
        #expect(desk.sent.contains { $0.text.contains("server.ping") })
        try desk.acknowledge()
        desk.wait(9.9)
        #expect(desk.statuses.isEmpty)
        desk.wait(5.2)
        #expect(desk.statuses.map(\.state) == [.stale, .lost])
        desk.wait(2)
        #expect(desk.sockets["spot"] != old)
    }

    // Promise P4.
    @Test func `after a cut everything is agreed on again before trading goes on`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        let old = try #require(desk.sockets["spot"])
        desk.input(.closed(old, reason: TransportProblem(.reset, "")))
        #expect(desk.statuses.map(\.state) == [.lost])
        try desk.submit(1, .buy, "1", at: "100")
        #expect(desk.events == ["rejected"])
        desk.wait(2)
        desk.forgetSent()
        desk.openSockets()
        try desk.acknowledgeAfterSign()
        try desk.reconcile()
        try desk.acknowledge()
        #expect(desk.statuses.map(\.state) == [.lost, .resynchronised])
        // What the old socket still says counts for nothing.
        desk.clear()
        desk.input(.frame(old, gzip(wholeBook), isText: false))
        #expect(desk.actions.isEmpty)
    }

    @Test func `a frame that cannot be read makes the session begin again`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        let socket = try #require(desk.sockets["spot"])
        desk.input(.frame(socket, [1, 2, 3], isText: false))
        #expect(desk.statuses.map(\.state) == [.lost])
    }

    @Test func `an acknowledgement that does not come is waited for five seconds`() throws {
        let desk = try SessionDesk()
        try desk.prepare()
        desk.openSockets()
        desk.wait(4.9)
        #expect(desk.problems.isEmpty)
        desk.wait(0.2)
        #expect(desk.problems.count == 1)
    }

    @Test func `a text frame is read as it is`() throws {
        let desk = try SessionDesk()
        try desk.goLive()
        let socket = try #require(desk.sockets["spot"])
        let quote =
            #"{"method":"bbo.update","data":{"market":"BTCUSDT","updated_at":1642145331,"#
            + #""best_bid_price":"1","best_bid_size":"1","best_ask_price":"2","best_ask_size":"1"},"id":null}"#
        desk.input(.frame(socket, Array(quote.utf8), isText: true))
        #expect(desk.market.count == 1)
        // 7.9: seconds in an old sample.
        #expect(desk.market[0].venueTime == Timestamp(nanoseconds: 1_642_145_331_000_000_000))
    }

    @Test func `a key with two products takes the sum of both wallets`() throws {
        let desk = try SessionDesk(["coinex:BTC/USDT", "coinex:BTC/USDT:USDT"])
        try desk.goLive()
        try desk.push(
            #"{"method":"balance.update","data":{"balance_list":[{"margin_market":"","ccy":"USDT","#
                + #""available":"980","frozen":"20","updated_at":1700490704000}]},"id":null}"#)
        try desk.push(
            #"{"method":"balance.update","data":{"balance_list":[{"ccy":"USDT","available":"97.92470982756335000001","#
                + #""frozen":"1","margin":"2"}]},"id":null}"#, on: "futures")
        let last = try #require(desk.balances.last)
        #expect(last.total == exact("1100.92470982756335"))
        // An isolated margin account's, and one older than what is known, change nothing.
        desk.clear()
        try desk.push(
            #"{"method":"balance.update","data":{"balance_list":[{"margin_market":"BTCUSDT","ccy":"USDT","#
                + #""available":"1","frozen":"2","updated_at":1800490704000},{"margin_market":"","ccy":"USDT","#
                + #""available":"3","frozen":"4","updated_at":1600490704000}]},"id":null}"#)
        #expect(desk.balances.isEmpty)
    }

    @Test func `the balance is that of the wallets that the run's instruments trade from`() throws {
        let desk = try SessionDesk(["coinex:BTC/USDT:USDT"])
        try desk.prepare()
        desk.openSockets()
        try desk.acknowledgeAfterSign()
        #expect(!desk.isAsked("GET /v2/assets/spot/balance"))
        try desk.ok(
            "GET /v2/assets/futures/balance",
            #"[{"ccy":"USDT","available":"90","frozen":"3","margin":"7"}]"#)
        #expect(
            desk.balances == [
                Balance(currency: Currency("USDT"), total: exact("100"), available: exact("90"))
            ])
    }

    // 7.27: an error of a list carries an object; a list may be null.
    @Test func `an empty account is told in any of its forms`() throws {
        #expect(try payload(CoinExReplies.balances(Array(#"{"code":0,"data":null}"#.utf8))).isEmpty)
        #expect(try payload(CoinExReplies.balances(Array(#"{"code":0,"data":{}}"#.utf8))).isEmpty)
        let refusal = try CoinExReplies.orders(
            Array(#"{"code":4005,"data":{},"message":"x"}"#.utf8))
        #expect(throws: VenueRefusal(code: 4005, message: "x")) { try payload(refusal) }
        // 7.18: the text is not looked at.
        let fine = #"{"data":[],"message":"OK ","pagination":{"has_next":true},"code":0}"#
        #expect(try payload(CoinExReplies.orders(Array(fine.utf8))).hasNext)
    }

    // Promise P3.
    @Test func `positions are told at every agreement, and flat where the list has none`() throws {
        let desk = try SessionDesk(["coinex:BTC/USDT:USDT", "coinex:BTC/USD:BTC"])
        try desk.prepare()
        desk.openSockets()
        try desk.acknowledge()
        try desk.acknowledge()
        let position =
            #"{"position_id":1,"market":"BTCUSDT","side":"short","open_interest":"0.5","#
            + #""avg_entry_price":"30721.35000000000000000000","liq_price":"0","leverage":"10"}"#
        try desk.reconcile(positions: "[\(position)]")
        let told = desk.positions
        #expect(told.map(\.net) == [exact("-0.5"), .zero])
        #expect(told[0].averagePrice == exact("30721.35") && told[0].liquidationPrice == nil)
        try desk.acknowledge()
        desk.clear()
        try desk.push(
            "{\"method\":\"position.update\",\"data\":{\"event\":\"liq\",\"position\":"
                + position.replacing("0.5", with: "0") + "},\"id\":null}", on: "futures")
        #expect(desk.positions.map(\.net) == [.zero] && desk.positions[0].isForced)
        #expect(desk.problems.count == 1)
    }
}

extension SessionDesk {
    /// The signature's acknowledgement, then those of what it lets through.
    func acknowledgeAfterSign() throws {
        try acknowledge()
        try acknowledge()
    }
}
