import AccountSession
import CoinTR
import Testing
import TradingModel
import VenueSessions

/// The secret that all vectors are signed with.
private let secret = "9d36a5be4c7f4d0e8b12f3a6c5d7e809"

/// A text to sign, and both its signatures.
private struct Vector: Sendable, CustomStringConvertible {
    let description: String
    let milliseconds: Int64
    let query: String
    var body = ""
    let hexadecimal: String
    let raw: String
}

private let vectors = [
    Vector(
        description: "signing in on the socket", milliseconds: 1_657_770_908_268,
        query: "timestamp=1657770908268",
        hexadecimal: "47d15b063a0bf8f1307fc5542a7f89687a8e9dabcd7bf5858737451dd756907c",
        raw: "fbabdb88f37ab40051df6f5ee68edd8159acff072c893d89312ceb1c36e3eefa"),
    Vector(
        description: "spot balances", milliseconds: 1_659_606_501_636,
        query: "timestamp=1659606501636",
        hexadecimal: "27ff7dccf6ca5fc570a62184aef9eea7201e6d7991e8cfc062c965135721fe23",
        raw: "071db597e63279cabc9865a5913f8e1af8c58f56be388c06e334e9d78b21683d"),
    Vector(
        description: "an order by its id", milliseconds: 1_659_606_501_636,
        query: "ordIds=1740223546392577&timestamp=1659606501636",
        hexadecimal: "f6c77a2afb91a3d0adcbaa51a9621e33be4d4a3594996fa0bf93251b0cd65394",
        raw: "98a96e601828787f2649af0dfad8fbbc34d4d263c52d521570e4f78c5f6d0ab2"),
    Vector(
        description: "two orders, with a comma that is encoded", milliseconds: 1_659_606_501_636,
        query: "ordIds=1740223546392577%2C1740226312536065&timestamp=1659606501636",
        hexadecimal: "eaaebfa8a9c1efce1b344bc0cf9e388d82d7e09b8f7f59458acff98cbc5eee22",
        raw: "303d58e80e914e9dcd06b2ebeb748af9615ad925be143b1a9f20cb4c01be1eee"),
    Vector(
        description: "an order of spot", milliseconds: 1_659_606_501_636,
        query: "timestamp=1659606501636",
        body: #"{"instId":"BTCUSDT","clOrdId":"cointrspot6","px":"20000","baseQty":"0.01","#
            + #""side":"SELL","ordType":"LIMIT","flags":"POST_ONLY","timeInForce":"GTC"}"#,
        hexadecimal: "5a8e61762fe296346969b9e6852bff83373824e350a2d1d80e818331aaeab971",
        raw: "9570791098df4516b996e3c66cee7538b9edd753f0d9f0ec28d32db95ae0dc33"),
    Vector(
        description: "an order of futures", milliseconds: 1_659_606_501_636,
        query: "timestamp=1659606501636",
        body: #"{"instId":"BTCUSDT","clOrdId":"094732","px":"20000","sz":"1","side":"BUY","#
            + #""ordType":"LIMIT","flags":"POST_ONLY","timeInForce":"GTC"}"#,
        hexadecimal: "ab2edadc2bad0133d0e5d8926fe6992dd5f26b2ecabe326f6ab693a4df9124c1",
        raw: "3d5b0c6f626578946ba69660a03bd86b6459ce6344591113dcd0f2d79ce59a3a"),
    Vector(
        description: "the last millisecond of a half minute", milliseconds: 1_659_606_509_999,
        query: "timestamp=1659606509999",
        hexadecimal: "9da3a65bdad8f2f73cc6fe638464420f8731d60e420f4fff5ef1c8e935df896f",
        raw: "05de77d9deba86a894a67209422482a45e3e5987335bf2b1be083443455a9e95"),
    Vector(
        description: "the first millisecond of the next", milliseconds: 1_659_606_510_000,
        query: "timestamp=1659606510000",
        hexadecimal: "2f40fa996a9ca3249fa5b8a17011b36e6354100edea4e5ecf464958275e7e1d2",
        raw: "2c304b663d709dd914551c02e2382d20b1df76a788586619c997b16571c0835f"),
]

@Suite struct `CoinTR signatures` {
    private let key = CoinTRKey(id: "walker", secret: secret)
    private let rawKey = CoinTRKey(id: "walker", secret: secret, inner: .raw)

    // Traps 1, 2, 3 and 4.
    @Test(arguments: vectors)
    private func `are those of the vectors, with either inner key`(vector: Vector) {
        let sign = { (key: CoinTRKey) in
            key.signature(
                query: vector.query, body: vector.body, milliseconds: vector.milliseconds)
        }
        #expect(sign(key) == vector.hexadecimal)
        #expect(sign(rawKey) == vector.raw)
        guard vector.query == "timestamp=\(vector.milliseconds)", vector.body.isEmpty else {
            return
        }
        #expect(key.signature(milliseconds: vector.milliseconds) == vector.hexadecimal)
        #expect(rawKey.signature(milliseconds: vector.milliseconds) == vector.raw)
    }

    @Test func `sign in on the socket with the time as a text`() {
        #expect(
            SocketRequests.signIn(key, milliseconds: 1_657_770_908_268)
                == #"{"op":"auth","args":{"apiKey":"walker","timestamp":"1657770908268","sign":""#
                + vectors[0].hexadecimal + #""}}"#)
    }

    @Test func `are over the query as it is sent, with the time behind it`() {
        let call = CoinTRRequests.order(.spot, id: "1740223546392577")
            .call(key, milliseconds: 1_659_606_501_636)
        #expect(
            call.path
                == "/v1/spot/trade/orders-recent?ordIds=1740223546392577&timestamp=1659606501636")
        #expect(call.headers.contains(HTTPHeader("X-COINTR-APIKEY", "walker")))
        #expect(call.headers.contains(HTTPHeader("X-COINTR-SIGN", vectors[2].hexadecimal)))
        #expect(call.body.isEmpty)
        let several = CoinTRRequests.positions(["BTCUSDT", "ETHUSDT"])
        #expect(several.path.hasSuffix("positions?instIds=BTCUSDT%2CETHUSDT"))
    }

    // Trap 3.
    @Test func `of orders have the time in the query, too, and the body right behind it`() {
        var terms = OrderTerms(
            name: "BTCUSDT", clientID: "094732", side: .buy, size: exact("1"), price: exact("20000")
        )
        terms.isPostOnly = true
        let call = CoinTRRequests.place(terms, .futures)
            .call(key, milliseconds: 1_659_606_501_636)
        #expect(call.path == "/v1/futures/trade/order?timestamp=1659606501636")
        #expect(call.body == vectors[5].body)
        #expect(call.headers.contains(HTTPHeader("X-COINTR-SIGN", vectors[5].hexadecimal)))
        #expect(call.headers.contains(HTTPHeader("Content-Type", "application/json")))
    }

    // Trap 1.
    @Test func `are of the time when a request leaves`() {
        let request = CoinTRRequests.balances(.spot)
        let signs = [Int64(1_659_606_509_999), 1_659_606_510_000].map { time in
            request.call(key, milliseconds: time).headers.last?.value
        }
        #expect(signs == [vectors[6].hexadecimal, vectors[7].hexadecimal])
    }

    @Test func `are not on public requests`() {
        let call = CoinTRRequests.instruments(.spot).call(key, milliseconds: 1_659_606_501_636)
        #expect(call.path == "/v1/spot/public/instruments")
        #expect(call.headers.isEmpty && call.sendWithin == nil)
    }

    @Test func `never show the secret`() {
        let shown =
            "\(key) \(String(reflecting: key))" + String(describing: Mirror(reflecting: key))
        #expect(!shown.contains(secret))
        #expect(shown.contains("walk"))
    }
}
