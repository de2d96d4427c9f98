import AccountSession
import CoinEx
import Foundation
import PropertyTesting
import Testing
import TradingModel
import VenueSessions
import WireText

private let key = CoinExKey(
    accessID: "TESTACCESSID0123456789ABCDEF0123",
    secret: "4f1c0a7e9b2d4c6f8a1b3c5d7e9f0a2b4c6d8e0f1a3b5c7d")

/// The vectors of the reference: S1 to S8.
private struct Vector: Sendable, CustomTestStringConvertible {
    let name: String
    let method: String
    let path: String
    let body: String
    let time: Int64
    let sign: String
    var testDescription: String { name }
}

private let vectors = [
    Vector(
        name: "S1", method: "GET",
        path: "/v2/spot/pending-order?market=BTCUSDT&market_type=SPOT&side=buy&page=1&limit=10",
        body: "", time: 1_700_490_703_564,
        sign: "e8213a048db20f7187964bb9eed1f3b419ed32a65d1f6100c70d025fe953a787"),
    Vector(
        name: "S3", method: "GET", path: "/v2/assets/spot/balance", body: "",
        time: 1_700_490_703_564,
        sign: "ecee2d01fce910738b800912646fab1055e71de65cf4f45d3835d3a5afbc1add"),
    Vector(
        name: "S4", method: "POST", path: "/v2/spot/order",
        body: #"{"market":"BTCUSDT","market_type":"SPOT","side":"buy","type":"limit","#
            + #""amount":"0.0001","price":"61000","client_id":"cid-0001"}"#,
        time: 1_700_490_703_564,
        sign: "a241071a9b43b23d3cb5fc22a3245d354b155826c9b3cdca54c92f52ad8b6ba6"),
    Vector(
        name: "S5", method: "POST", path: "/v2/futures/order",
        body: #"{"market": "BTCUSDT", "type": "buy", "amount": "0.001", "price": "10000"}"#,
        time: 1_700_490_703_564,
        sign: "2fd7155cd6dd11b79021dfb8222f9dac24b405785f191dbd89a74e3caff740e8"),
    Vector(
        name: "S6", method: "POST", path: "/v2/futures/order",
        body: #"{"market":"BTCUSDT","type":"buy","amount":"0.001","price":"10000"}"#,
        time: 1_700_490_703_564,
        sign: "85a783047b6fe2c919f78f81fa5ebc94598d4450e3a12dd7784cc22e68fa8fb2"),
    Vector(
        name: "S7", method: "GET",
        path: "/v2/futures/pending-position?market_type=FUTURES&page=1&limit=100", body: "",
        time: 1_767_225_600_123,
        sign: "b2fdc5f4117ce5481399ff0ad498b08f6340cce65bf093b32c45dc520cae8cbb"),
]

@Suite struct `CoinEx signatures` {
    @Test(arguments: vectors)
    fileprivate func `are those of the reference`(vector: Vector) {
        let sign = key.signature(
            method: vector.method, path: vector.path, body: vector.body,
            milliseconds: vector.time)
        #expect(sign == vector.sign)
    }

    @Test func `of sockets are those of the reference`() {
        #expect(
            key.signature(milliseconds: 1_700_490_703_564)
                == "ee4f25d4df55c912bbd52fc93a1942a0a668d4221310451a17d5465ee2fae51c")
        #expect(
            key.signature(milliseconds: 1_767_225_600_123)
                == "6de32a4a8ad366f8510cc64538baef0611247f938cf371099b22fc42cb569ed7")
        let other = CoinExKey(accessID: "", secret: "secret")
        #expect(
            other.signature(milliseconds: 1_700_490_703_564)
                == "c35bb25e4b7bfa7602b36de3f5294367e15d2401cc4cdebc9720b9b531a37e66")
    }

    @Test func `with the short secret of the reference, and never the plain hash`() {
        let other = CoinExKey(accessID: "", secret: "secret")
        let vector = vectors[0]
        #expect(
            other.signature(
                method: vector.method, path: vector.path, body: "", milliseconds: vector.time)
                == "1ded127a7d31a00741f71a4f52966de13de5e4baf82f418b527b2bd34c8853ba")
        let plain = "511a3f712c048e9cd533eb7259aea38b3e74ee5b45887f2b25ef1b988c8ed036"
        #expect(
            key.signature(
                method: vector.method, path: vector.path, body: "", milliseconds: vector.time)
                != plain)
    }

    // 7.16: `/v2` is signed, and the body goes out as the bytes that were signed.
    @Test func `cover the path from its root and the body as it is sent`() throws {
        let order = try OrderTerms(
            OrderRequest(
                instrument: InstrumentID(0), side: .buy, quantity: try Quantity("0.0001"),
                price: try Price("61000")), market: "BTCUSDT", base: Currency("BTC"),
            segment: .spot, clientID: "cid-0001")
        let call = CoinExRequests.place(order, .spot).call(key, milliseconds: 1_700_490_703_564)
        #expect(call.method == "POST" && call.path == "/v2/spot/order" && call.isOrder)
        #expect(call.body == vectors[2].body)
        #expect(
            call.headers == [
                HTTPHeader("Content-Type", "application/json"),
                HTTPHeader("X-COINEX-KEY", key.accessID),
                HTTPHeader("X-COINEX-SIGN", vectors[2].sign),
                HTTPHeader("X-COINEX-TIMESTAMP", "1700490703564"),
            ])
        let positions = CoinExRequests.positions(page: 1)
            .call(key, milliseconds: 1_767_225_600_123)
        #expect(positions.headers.contains(HTTPHeader("X-COINEX-SIGN", vectors[5].sign)))
    }

    // 7.17: a comma in a query is encoded once, before it is signed.
    @Test func `cover a query in the form that is sent`() {
        let request = CoinExRequests.fundingRate("BTCUSDT,ETHUSDT")
        #expect(request.path == "/v2/futures/funding-rate?market=BTCUSDT%2CETHUSDT")
    }

    @Test func `are all that is seen of a secret`() {
        var shown = ""
        dump(key, to: &shown)
        shown += "\(key)" + String(reflecting: key)
        #expect(!shown.contains("4f1c0a7e"))
        #expect("\(key)" == "TEST… (secret •••)")
    }

    @Test func `open a socket's private channels`() {
        #expect(
            SocketRequests.sign(15, key, milliseconds: 1_700_490_703_564)
                == #"{"method":"server.sign","params":{"access_id":"TESTACCESSID0123456789ABCDEF0123","#
                + #""signed_str":"ee4f25d4df55c912bbd52fc93a1942a0a668d4221310451a17d5465ee2fae51c","#
                + #""timestamp":1700490703564},"id":15}"#)
    }
}

@Suite struct `CoinEx compression` {
    private let inflater = GzipInflater()

    private func text(_ frame: [UInt8]) throws -> String {
        try inflater.withUnpacked(frame.span) { bytes in
            String(decoding: (0..<bytes.count).map { bytes[$0] }, as: UTF8.self)
        }
    }

    // 7.14: every frame is one gzip member.
    @Test func `unpacks the reference's frames`() throws {
        let ack = bytes(
            hexadecimal: "1f8b08000000000002ffab56ca4c51b232d4514ace4f4955b232d051ca4d2d2e4e4c07b2"
                + "95fcbd956a013fea5cc920000000")
        #expect(try text(ack) == #"{"id":1,"code":0,"message":"OK"}"#)
        let pong = try #require(
            Data(
                base64Encoded: "H4sIAAAAAAAC/6tWykxRsjLUUUrOT0lVsjLQUUpJLElUsqpWKkotLs0pUbJSKsj"
                    + "PS1eq1VHKTS0uTkwHKlLy91aqBQD1cQwBOQAAAA=="))
        #expect(
            try text(Array(pong)) == #"{"id":1,"code":0,"data":{"result":"pong"},"message":"OK"}"#)
    }

    @Test(arguments: [
        "789cab56ca4c51b232d4514ace4f4955b232d051ca4d2d2e4e4c07b295fcbd956a01986a0957",  // zlib
        "ab56ca4c51b232d4514ace4f4955b232d051ca4d2d2e4e4c07b295fcbd956a01",  // raw deflate
        "",
    ])
    func `refuses what is no gzip`(frame: String) {
        #expect(throws: BadCompression.self) { try text(bytes(hexadecimal: frame)) }
    }

    @Test func `refuses a frame that is cut off, damaged or followed by more`() throws {
        let whole = gzip(String(repeating: "abc", count: 1_000))
        for end in 0..<whole.count {
            #expect(throws: BadCompression.self) { try text(Array(whole[..<end])) }
        }
        var damaged = whole
        damaged[whole.count - 6] ^= 1  // within the checksum
        #expect(throws: BadCompression.self) { try text(damaged) }
        #expect(throws: BadCompression.self) { try text(whole + [0]) }
        #expect(try text(whole).count == 3_000)
    }

    @Test func `unpacks long frames and refuses absurd ones`() throws {
        let long = String(repeating: "x", count: 1 << 20)
        #expect(try text(gzip(long)) == long)
        let bomb = packed([UInt8](repeating: 0, count: 17 << 20), windowBits: 31)
        #expect(throws: BadCompression.self) { try text(bomb) }
        #expect(try text(gzip("next")) == "next")
    }
}
