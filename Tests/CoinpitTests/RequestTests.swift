import AccountSession
import Coinpit
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSessions
import WireText

private let id = parsed(OrderUUID("de730980-c616-11e6-948a-14e8eedc81d8"))

private func order(
    _ change: (inout OrderRequest) -> Void = { _ in }
) -> OrderTerms {
    var request = OrderRequest(
        instrument: InstrumentID(0), side: .sell, quantity: exact("3"), price: exact("790.5"))
    change(&request)
    return OrderTerms(
        request, contract: "BTC1", userID: ownKey.userID, clientID: "mr7-12")
}

@Suite struct `Requests to Coinpit` {
    @Test func `carry orders without the stop and target that the venue would add`() {
        #expect(
            order().body
                == #"{"userid":"mxDmDyy1yQG3N1uprHR7YxvvWkwtLQwJgt","side":"sell","quantity":3,"#
                + #""price":790.5,"orderType":"LMT","clientid":"mr7-12","crossMargin":true,"#
                + #""targetPrice":"NONE","postOnly":false,"instrument":"BTC1"}"#)
    }

    @Test func `write market orders without a price, and numbers as JavaScript does`() {
        let market = order { $0.price = nil }.body
        #expect(market.contains(#""orderType":"MKT""#))
        #expect(!market.contains(#""price""#))
        #expect(order { $0.price = exact("790.0") }.body.contains(#""price":790,"#))
        #expect(order { $0.isPostOnly = true }.body.contains(#""postOnly":true"#))
    }

    @Test func `change a price, and nothing else`() {
        let request = CoinpitRequests.reprice("BTC1", id, exact("814.80"))
        #expect(request.method == "PUT")
        #expect(request.path == "/api/v1/contract/BTC1/order/open")
        #expect(request.body == #"[{"uuid":"de730980-c616-11e6-948a-14e8eedc81d8","price":814.8}]"#)
    }

    @Test func `cancel by an id, one or several`() {
        let one = CoinpitRequests.cancel("BTC1", id)
        #expect(
            "\(one.method) \(one.path)"
                == "DELETE /api/v1/contract/BTC1/order/open/de730980-c616-11e6-948a-14e8eedc81d8")
        #expect(one.body.isEmpty)
        let several = CoinpitRequests.cancel("BTC1", [id, id])
        #expect(several.method == "PATCH")
        #expect(
            several.body
                == #"[{"op":"remove","path":"/de730980-c616-11e6-948a-14e8eedc81d8"},"#
                + #"{"op":"remove","path":"/de730980-c616-11e6-948a-14e8eedc81d8"}]"#)
    }

    // A cancel that names nothing closes every position.
    @Test(arguments: [
        "", "/", "open", "de730980", "de730980-c616-11e6-948a-14e8eedc81d", "NONE",
        "de730980-c616-11e6-948a-14e8eedc81d8/", "de730980-c616-11e6-948a-14e8eedc81d8,",
        "de730980xc616-11e6-948a-14e8eedc81d8", "zzzzzzzz-c616-11e6-948a-14e8eedc81d8",
    ])
    func `cannot cancel what has no id`(text: String) { #expect(OrderUUID(text) == nil) }

    @Test func `are signed for the path behind the version, with the nonce in a header`() throws {
        let secret = try #require(
            ownKey.secret(
                with: "029ca868f239fd5b16ae68950039ca17339ed2a658cc007ed5447138d72bc728a1"))
        let call = CoinpitRequests.account.call(secret, nonce: 1_487_411_000_123)
        #expect(call.path == "/api/v1/account")
        let headers = Dictionary(uniqueKeysWithValues: call.headers.map { ($0.name, $0.value) })
        #expect(
            headers["Authorization"]
                == "HMAC mxDmDyy1yQG3N1uprHR7YxvvWkwtLQwJgt:"
                + "075a98a8dc470fcf0894bc489e578810156e51b1d33d387e81866c069da9732d")
        #expect(headers["Nonce"] == "1487411000123")
        let open = CoinpitRequests.handshake(ownKey.publicKey).call(secret, nonce: 1)
        #expect(open.path == "/api/v1/auth/\(ownKey.publicKey)")
        #expect(!open.headers.contains { $0.name == "Authorization" })
    }

    @Test func `register over the socket with a wrapped body in the signature`() throws {
        let secret = try #require(
            ownKey.secret(
                with: "029ca868f239fd5b16ae68950039ca17339ed2a658cc007ed5447138d72bc728a1"))
        let text = SocketRequests.register(
            ownKey, secret, requestID: "r-1", nonce: 1_487_411_000_128)
        #expect(
            text.hasPrefix(#"42["GET /register",{"headers":{"requestid":"r-1","Authorization":"#))
        #expect(
            text.contains("2f1cfeb0f23bcdb33a971e726340fba22aa00a126a79ab2426e246aff8285372"))
        #expect(text.contains(#""Nonce":1487411000128}"#))
        #expect(SocketRequests.state == #"42["GET /state",""]"#)
    }
}

@Suite struct `Packets of Socket.IO` {
    private func packet(_ text: String) throws -> SocketPacket {
        try SocketPacket(parsing: Array(text.utf8))
    }

    @Test func `are told apart`() throws {
        #expect(try packet(#"0{"sid":"a","pingInterval":25000}"#) == .opened)
        #expect(try packet("40") == .connected)
        #expect(try packet("41") == .ended)
        #expect(try packet("1") == .ended)
        #expect(try packet("3") == .pong)
        #expect(try packet("3probe") == .pong)
        #expect(try packet("6") == .other)
        #expect(try packet("2") == .other)
        #expect(
            try packet(#"42["server_time",1487411000123]"#)
                == .event("server_time", .number("1487411000123")))
        #expect(try packet(#"42["order_del_all"]"#) == .event("order_del_all", .null))
        #expect(try packet(#"44"not allowed""#) == .refused(#""not allowed""#))
    }

    @Test(arguments: ["", "4", "9", "x", "42", "42[", "42[]", "42[1]", "42{}", "42[\"a\""])
    func `that are none are refused`(text: String) {
        #expect(throws: BadMessage.self) { try packet(text) }
    }
}
