import AccountSession
import Bitunix
import Testing
import TradingModel
import VenueSessions

@Suite struct `Bitunix requests` {
    private func terms(_ change: (inout OrderRequest) -> Void = { _ in }) -> OrderTerms {
        var request = OrderRequest(
            instrument: InstrumentID(0), side: .sell, quantity: exact("2.5"), price: exact("100"))
        change(&request)
        return OrderTerms(request, market: "LTCUSDT", clientID: "mr-1")
    }

    @Test func `place orders of each kind`() {
        func body(_ change: (inout OrderRequest) -> Void = { _ in }) -> String {
            BitunixRequests.place(terms(change)).body
        }
        let limit =
            #"{"symbol":"LTCUSDT","side":"SELL","orderType":"LIMIT","qty":"2.5","price":"100","#
            + #""effect":"GTC","clientId":"mr-1"}"#
        #expect(body() == limit)
        #expect(body { $0.timeInForce = .ioc } == limit.replacing("GTC", with: "IOC"))
        #expect(body { $0.timeInForce = .fok } == limit.replacing("GTC", with: "FOK"))
        #expect(body { $0.isPostOnly = true } == limit.replacing("GTC", with: "POST_ONLY"))
        #expect(
            body { $0.isReduceOnly = true }
                == limit.replacing(#""clientId""#, with: #""reduceOnly":true,"clientId""#))
        // A market order has neither price nor time in force.
        #expect(
            body { $0.price = nil }
                == #"{"symbol":"LTCUSDT","side":"SELL","orderType":"MARKET","qty":"2.5","clientId":"mr-1"}"#
        )
        #expect(body { $0.side = .buy }.contains(#""side":"BUY""#))
        let request = BitunixRequests.place(terms())
        #expect(request.path == "/api/v1/futures/trade/place_order" && request.isOrder)
    }

    @Test func `change and cancel orders by their ids`() {
        let change = BitunixRequests.modify("901", quantity: exact("3"), price: exact("99.5"))
        #expect(change.body == #"{"orderId":"901","qty":"3","price":"99.5"}"#)
        let cancel = BitunixRequests.cancel("LTCUSDT", [.id("901"), .clientID("mr-2")])
        #expect(
            cancel.body
                == #"{"symbol":"LTCUSDT","orderList":[{"orderId":"901"},{"clientId":"mr-2"}]}"#)
        #expect(cancel.group == EndpointGroups.cancel && cancel.isOrder)
    }

    // Trap 23: a parameter without a value is left out, for it is signed in two ways.
    @Test func `never have an empty parameter`() {
        let requests = [
            BitunixRequests.pendingOrders(page: 1), BitunixRequests.positions,
            BitunixRequests.pendingOrders(market: "LTCUSDT", page: 2), BitunixRequests.pairs,
            BitunixRequests.orderDetail("9"), BitunixRequests.orderTrades("LTCUSDT", "9", page: 1),
            BitunixRequests.account("USDT"), BitunixRequests.time("LTCUSDT"),
        ]
        for request in requests {
            #expect(!request.path.contains("=&") && !request.path.hasSuffix("="))
        }
        #expect(requests[0].path == "/api/v1/futures/trade/get_pending_orders?skip=0&limit=100")
        #expect(requests[1].path == "/api/v1/futures/position/get_pending_positions")
    }

    @Test func `ask for what happened since`() {
        let request = BitunixRequests.marketTrades(
            "LTCUSDT", since: Timestamp(nanoseconds: 1_700_000_000_123_999_999), page: 1)
        #expect(request.path.contains("symbol=LTCUSDT&startTime=1700000000123&skip=0&limit=100"))
    }

    // What bars an address is kept with room to spare.
    @Test func `keep below the venue's limits`() {
        #expect(EndpointGroups.rates[EndpointGroups.cancel] == 5)
        #expect(EndpointGroups.rates[EndpointGroups.place] == 10)
        #expect(EndpointGroups.rates[EndpointGroups.market] ?? 10 < 10)
        #expect(VenueTraits.bitunix.bounds.socketMessagesPerSecond < 5)
    }

    @Test func `over sockets are texts of their own`() {
        #expect(SocketRequests.ping(seconds: 17) == #"{"op":"ping","ping":17}"#)
        #expect(
            SocketRequests.subscribe("trade", markets: ["LTCUSDT", "ETHUSDT"])
                == #"{"op":"subscribe","args":[{"symbol":"LTCUSDT","ch":"trade"},"#
                + #"{"symbol":"ETHUSDT","ch":"trade"}]}"#)
        #expect(
            SocketRequests.unsubscribe("trade", markets: ["LTCUSDT"])
                == #"{"op":"unsubscribe","args":[{"symbol":"LTCUSDT","ch":"trade"}]}"#)
        #expect(
            SocketRequests.subscribe(privately: "order")
                == #"{"op":"subscribe","args":[{"ch":"order"}]}"#)
    }
}

@Suite struct `Bitunix refusals` {
    @Test(
        arguments: [
            (1, .unknownOutcome), (500, .unknownOutcome), (10_001, .unknownOutcome),
            (10_005, .rateLimit), (10_006, .rateLimit), (20_007, .unknownOrder),
            (30_011, .unknownOrder), (10_013, .unknownOrder), (30_042, .duplicateID),
            (20_003, .funds), (20_004, .funds), (20_015, .marketClosed), (30_040, .marketClosed),
            (403, .account), (10_003, .account), (10_004, .account), (20_011, .account),
            (40_005, .account), (10_002, .incorrect), (10_008, .incorrect), (30_018, .incorrect),
            (30_037, .incorrect), (404, .incorrect), (99_999, .undocumented),
        ] as [(Int, RefusalKind)])
    func `mean what the tables say`(code: Int, kind: RefusalKind) {
        let refusal = BitunixRefusal(code: code, message: "why")
        #expect(refusal.kind == kind)
        let ours = refusal.inOurWords(ofOldTime: false)
        #expect(ours.kind == kind && ours.text == "why (code \(code))" && !ours.advice.isEmpty)
    }

    // Whether the secret is wrong or the time, one code does not tell.
    @Test func `of a signature are the clock's where that may be wrong`() {
        let refusal = BitunixRefusal(code: 10_007, message: "sign")
        #expect(refusal.kind == nil)
        #expect(refusal.inOurWords(ofOldTime: true).kind == .expired)
        #expect(refusal.inOurWords(ofOldTime: true).cause == .clock)
        #expect(refusal.inOurWords(ofOldTime: false).kind == .account)
        #expect(refusal.inOurWords(ofOldTime: false).cause == .key)
    }

    @Test func `of keys say what to do`() {
        func cause(_ code: Int) -> VenueProblem.Cause {
            BitunixRefusal(code: code, message: "").inOurWords(ofOldTime: false).cause
        }
        #expect(cause(10_003) == .key && cause(10_004) == .permission && cause(403) == .permission)
    }
}
