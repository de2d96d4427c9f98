import Coinut
import PlainJSON
import Testing
import TradingModel
import VenueSessions

private let key = CoinutKey(username: "walker", key: "11112222-aaaa-bbbb-cccc-333344445555")
private let pair = InstrumentNumber(3)
private let nonce = Nonce(501)

private func order(
    _ client: Int64 = 77, _ side: Side = .buy, _ quantity: String = "2.5", price: String? = "0.025"
) throws -> CoinutOrder {
    try CoinutOrder(
        instrument: pair, side: side, quantity: exact(quantity), price: price.map { exact($0) },
        client: ClientNumber(client))
}

private func reason(_ request: OrderRequest) -> String? {
    let error = #expect(throws: CoinutOrder.Unsupported.self) {
        try CoinutOrder(request, instrument: pair, client: ClientNumber(1))
    }
    return error?.reason
}

@Suite struct `Coinut requests` {
    // T23: whether pushes are wanted is a boolean, never a text.
    @Test func `for market data`() {
        #expect(CoinutRequests.heartbeat(nonce).text == #"{"nonce":501,"request":"hb"}"#)
        #expect(
            CoinutRequests.instruments(nonce).text
                == #"{"nonce":501,"request":"inst_list","sec_type":"SPOT"}"#)
        #expect(
            CoinutRequests.tick(pair, pushes: true, nonce).text
                == #"{"inst_id":3,"nonce":501,"request":"inst_tick","subscribe":true}"#)
        #expect(
            CoinutRequests.tick(pair, pushes: false, nonce).text
                == #"{"inst_id":3,"nonce":501,"request":"inst_tick","subscribe":false}"#)
        #expect(
            CoinutRequests.trades(pair, nonce).text
                == #"{"inst_id":3,"nonce":501,"request":"inst_trade"}"#)
        #expect(
            CoinutRequests.book(pair, pushes: true, nonce).text
                == #"{"inst_id":3,"nonce":501,"request":"inst_order_book","subscribe":true}"#)
        #expect(
            CoinutRequests.book(pair, pushes: true, depth: .ten, decimals: 2, nonce).text
                == #"{"decimal_places":2,"inst_id":3,"nonce":501,"request":"inst_order_book","#
                + #""subscribe":true,"top_n":10}"#)
        #expect(BookDepth.allCases.map(\.rawValue) == [10, 50, 100, 200])
    }

    @Test func `for logins, in three ways`() {
        let session = CoinutLogin.session(username: "walker", HiddenText("6666-7777"))
        #expect(
            CoinutRequests.login(session, nonce).text
                == #"{"nonce":501,"request":"login","session_id":"6666-7777","username":"walker"}"#)
        let password = CoinutLogin.password(
            username: "walker", HiddenText("pass\"word"), oneTime: nil)
        #expect(
            CoinutRequests.login(password, nonce).text
                == #"{"nonce":501,"password":"pass\"word","request":"login","username":"walker"}"#)
        let oneTime = CoinutLogin.password(
            username: "walker", HiddenText("pässword"), oneTime: HiddenText("012345"))
        #expect(
            CoinutRequests.login(oneTime, nonce).text
                == #"{"nonce":501,"otp":"012345","password":"p\u00e4ssword","request":"login","#
                + #""username":"walker"}"#)
    }

    @Test func `for logins never print`() {
        let login = CoinutLogin.password(
            username: "walker", HiddenText("passw0rd"), oneTime: HiddenText("012345"))
        let request = CoinutRequests.login(login, nonce)
        var shown = ""
        dump(request, to: &shown)
        dump(login, to: &shown)
        shown += "\(request) \(login)" + String(reflecting: request) + String(reflecting: login)
        #expect(!shown.contains("passw0rd") && !shown.contains("012345"))
        #expect("\(request)" == "login (nonce 501)")
    }

    // T17: prices and quantities go as texts, without an exponent.
    @Test func `for orders`() throws {
        #expect(
            CoinutRequests.place(try order(), nonce).text
                == #"{"client_ord_id":77,"inst_id":3,"nonce":501,"price":"0.025","qty":"2.5","#
                + #""request":"new_order","side":"BUY"}"#)
        #expect(
            CoinutRequests.place(try order(78, .sell, "0.00000001", price: nil), nonce).text
                == #"{"client_ord_id":78,"inst_id":3,"nonce":501,"qty":"0.00000001","#
                + #""request":"new_order","side":"SELL"}"#)
        #expect(
            CoinutRequests.placeBatch(
                [try order(), try order(78, .sell, "1000000000", price: nil)], nonce
            ).text
                == #"{"nonce":501,"orders":[{"client_ord_id":77,"inst_id":3,"price":"0.025","#
                + #""qty":"2.5","side":"BUY"},{"client_ord_id":78,"inst_id":3,"#
                + #""qty":"1000000000","side":"SELL"}],"request":"new_orders"}"#)
        let targets = [901, 902].map { CancelTarget(instrument: pair, order: OrderNumber($0)) }
        #expect(
            CoinutRequests.cancel(targets[0], nonce).text
                == #"{"inst_id":3,"nonce":501,"order_id":901,"request":"cancel_order"}"#)
        #expect(
            CoinutRequests.cancelBatch(targets, nonce).text
                == #"{"entries":[{"inst_id":3,"order_id":901},{"inst_id":3,"order_id":902}],"#
                + #""nonce":501,"request":"cancel_orders"}"#)
        #expect(
            CoinutRequests.openOrders(pair, nonce).text
                == #"{"inst_id":3,"nonce":501,"request":"user_open_orders"}"#)
        #expect(
            CoinutRequests.fills(pair, from: 200, nonce).text
                == #"{"inst_id":3,"limit":100,"nonce":501,"request":"trade_history","start":200}"#)
    }

    @Test func `for a thousand orders at once are one`() throws {
        let orders = try (1...1_000).map { try order(Int64($0)) }
        let json = try JSON(
            parsing: Array(CoinutRequests.placeBatch(orders, nonce).text.utf8))
        #expect(json["orders"]?.items?.count == 1_000)
        #expect(json["orders"]?.items?.last?["client_ord_id"]?.integer == 1_000)
        let targets = (1...1_000).map { CancelTarget(instrument: pair, order: OrderNumber($0)) }
        let cancels = try JSON(
            parsing: Array(CoinutRequests.cancelBatch(targets, nonce).text.utf8))
        #expect(cancels["entries"]?.items?.count == 1_000)
        #expect(CoinutLimits.batchSize == 1_000)
    }

    @Test func `go over HTTP, but for logins and pushes`() throws {
        #expect(CoinutRequests.login(.key(key, seconds: 1), nonce).call(key) == nil)
        #expect(CoinutRequests.tick(pair, pushes: true, nonce).call(key) == nil)
        #expect(CoinutRequests.balances(nonce).call(nil) == nil)
        for request in [
            CoinutRequests.heartbeat(nonce), CoinutRequests.instruments(nonce),
            CoinutRequests.tick(pair, nonce), CoinutRequests.trades(pair, nonce),
            CoinutRequests.book(pair, depth: .fifty, nonce),
        ] {
            let call = try #require(request.call(nil))
            #expect(call.headers.map(\.name) == ["Content-Type"])
            #expect(call.body == request.text && call.path == "/" && !call.isOrder)
            #expect(request.call(key) == call)
        }
        let targets = [CancelTarget(instrument: pair, order: OrderNumber(9))]
        for request in [
            CoinutRequests.place(try order(), nonce), CoinutRequests.cancel(targets[0], nonce),
            CoinutRequests.placeBatch([try order()], nonce),
            CoinutRequests.cancelBatch(targets, nonce),
        ] {
            let call = try #require(request.call(key))
            #expect(call.isOrder && call.headers.map(\.name).contains("X-SIGNATURE"))
        }
        for request in [
            CoinutRequests.openOrders(pair, nonce), CoinutRequests.fills(pair, from: 0, nonce),
        ] {
            let call = try #require(request.call(key))
            #expect(!call.isOrder && call.headers.contains { $0.value == "walker" })
        }
    }

    // T21: above 30 a second the venue closes the socket without a word.
    @Test func `stay below the venue's limit`() {
        let call = CoinutRequests.heartbeat(nonce).call(nil)
        #expect(CoinutLimits.rates[CoinutLimits.group].map { $0 < 30 } == true)
        #expect(call?.group == CoinutLimits.group)
    }
}

@Suite struct `Coinut orders` {
    private let limit = OrderRequest(
        instrument: InstrumentID(0), side: .buy, quantity: exact("2.5"), price: exact("0.025"))

    @Test func `are limit or market`() throws {
        let made = try CoinutOrder(limit, instrument: pair, client: ClientNumber(77))
        #expect(made == (try order()))
        var market = limit
        market.price = nil
        for force in [TimeInForce.gtc, .ioc] {
            market.timeInForce = force
            let made = try CoinutOrder(market, instrument: pair, client: ClientNumber(77))
            #expect(made == (try order(price: nil)))
        }
        market.timeInForce = .fok
        #expect(reason(market) == "a market order cannot be fill-or-kill")
    }

    @Test func `that only reduce are ordinary ones, for a balance cannot turn round`() throws {
        var reducing = limit
        reducing.isReduceOnly = true
        #expect(
            try CoinutOrder(reducing, instrument: pair, client: ClientNumber(77))
                == CoinutOrder(limit, instrument: pair, client: ClientNumber(77)))
    }

    @Test func `of other kinds are refused before they are sent`() {
        var other = limit
        other.stop = exact("0.03")
        #expect(reason(other) == "the venue has no stop orders")
        other = limit
        other.isPostOnly = true
        #expect(reason(other) == "the venue has no post-only orders")
        for force in [TimeInForce.ioc, .fok] {
            other = limit
            other.timeInForce = force
            #expect(reason(other)?.contains("immediate-or-cancel") == true)
        }
    }

    // T6: larger numbers are read, but not sent.
    @Test(arguments: [0, -1, 16_777_216, 4_294_967_290, .max] as [Int64])
    func `have numbers that the venue takes`(client: Int64) throws {
        #expect(throws: CoinutOrder.Unsupported.self) { try order(client) }
        for client: Int64 in [1, 16_777_215] {
            #expect(try order(client).client == ClientNumber(client))
        }
    }

    // T14: a price's decimals say nothing about those of a quantity, which are eight.
    @Test(arguments: [
        ("0", "1"), ("0.000000001", "1"), ("1.123456789", "1"), ("1", "0"), ("1", "-5"),
    ])
    func `have quantities and prices above 0, and eight decimals`(quantity: String, price: String) {
        #expect(throws: CoinutOrder.Unsupported.self) { try order(1, .buy, quantity, price: price) }
    }
}

@Suite struct `Coinut nonces` {
    @Test func `begin with the clock and count up`() {
        var counter = NonceCounter(startingAt: 1_700_000_000)
        let start = 1_700_000_000 % 8_388_608 + 1
        let made = (0..<5).map { _ in counter.make { _ in false } }
        #expect(made.map(\.value) == (0..<5).map { Int64(start + $0) })
    }

    @Test(arguments: [Int64.min, -1, 0, 8_388_607, 8_388_608, .max])
    func `are in range whatever the clock shows`(seconds: Int64) {
        var counter = NonceCounter(startingAt: seconds)
        #expect(counter.make { _ in false }.isSendable)
    }

    @Test func `go round, and leave out those that await a reply`() {
        var counter = NonceCounter(startingAt: 8_388_607)
        #expect(counter.make { _ in false } == Nonce(8_388_608))
        // The rest of the range is open but for its last; behind that one the count begins anew.
        let made = (0..<2).map { _ in counter.make { 8_388_609..<16_777_215 ~= $0.value } }
        #expect(made == [Nonce(16_777_215), Nonce(1)])
        #expect(counter.make { $0.value < 5 } == Nonce(5))
    }

    @Test func `differ for every open request`() {
        var counter = NonceCounter(startingAt: 12)
        var open: Set<Nonce> = []
        for _ in 0..<10_000 {
            let nonce = counter.make { open.contains($0) }
            #expect(nonce.isSendable && open.insert(nonce).inserted)
        }
    }
}
