import Coinut
import Testing
import TradingModel
import VenueSessions

private let otherKey = "0f1e2d3c-4b5a-4697-8877-665544332211"

/// The vectors of the reference over bodies: 1, 3, 4, 5.
private let bodies: [(key: String, body: String, sign: String)] = [
    (
        "b45e65ff-d4c4-433c-b032-093423b1aaa4", #"{"nonce":3062542,"request":"user_balance"}"#,
        "d1893b047c4f2f39a229eff4342c1a5c3717cddea01fdfd996199a9bb95f58ea"
    ),
    (
        otherKey,
        #"{"client_ord_id":1345,"inst_id":1,"nonce":956475,"price":"750.581","qty":"0.01","#
            + #""request":"new_order","side":"SELL"}"#,
        "971392ce1e44d37832e115b30ed6dc7b4861248b10a07db2df2f74b98d8341c9"
    ),
    (
        otherKey, #"{"nonce":54321,"request":"cancel_order","inst_id":1,"order_id":39}"#,
        "30fb38620b30134d993da1b3c4f3bf23de86b184d16fdc95d2f5ca769cddbb1d"
    ),
    (
        otherKey, #"{"request": "user_balance", "nonce": 306254}"#,
        "f3c3cd1e2ae0fdbba47bf6c3f3029124aa7e74aea77661efda88b0b5d4c384df"
    ),
]

/// The vectors of the reference over logins: 2 and 6.
private let logins: [(key: String, user: String, seconds: Int64, nonce: Int64, sign: String)] = [
    (
        "ec9dd76b-71da-4ab9-bb65-1a19d1184b84", "test", 1_542_603_878, 67_130_554,
        "208ade71dc150118feebef664e2262358079d3b445971dedf0eb1d6de3cc2e04"
    ),
    (
        otherKey, "alice", 1_700_000_000, 12_345,
        "94a07779318a2f38ef760c8484d5d178e040e31a5010649853c06f1954eabe8f"
    ),
]

@Suite struct `Coinut signatures` {
    @Test(arguments: bodies)
    func `of bodies are those of the reference`(key: String, body: String, sign: String) {
        #expect(CoinutKey(username: "alice", key: key).signature(of: body) == sign)
    }

    @Test(arguments: logins.indices)
    func `of logins are those of the reference`(index: Int) {
        let vector = logins[index]
        let key = CoinutKey(username: vector.user, key: vector.key)
        #expect(
            key.signature(nonce: Nonce(vector.nonce), seconds: vector.seconds) == vector.sign)
    }

    // T18: nothing but the body is signed, and the body goes out as the bytes that were signed.
    @Test func `cover a request's body as it is sent`() throws {
        let key = CoinutKey(username: "alice", key: otherKey)
        let order = try CoinutOrder(
            instrument: InstrumentNumber(1), side: .sell, quantity: exact("0.01"),
            price: exact("750.581"), client: ClientNumber(1_345))
        let call = try #require(CoinutRequests.place(order, Nonce(956_475)).call(key))
        #expect(call.method == "POST" && call.path == "/" && call.isOrder)
        #expect(call.body == bodies[1].body)
        #expect(
            call.headers == [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-USER", "alice"),
                HTTPHeader("X-SIGNATURE", bodies[1].sign),
            ])
        let first = CoinutKey(username: "test", key: bodies[0].key)
        let balances = try #require(CoinutRequests.balances(Nonce(3_062_542)).call(first))
        #expect(balances.body == bodies[0].body && !balances.isOrder)
        #expect(balances.headers.last == HTTPHeader("X-SIGNATURE", bodies[0].sign))
    }

    @Test func `log a socket in`() {
        let key = CoinutKey(username: "alice", key: otherKey)
        let login = CoinutRequests.login(.key(key, seconds: 1_700_000_000), Nonce(12_345))
        #expect(
            login.text
                == #"{"hmac_sha256":"\#(logins[1].sign)","nonce":12345,"request":"login","#
                + #""timestamp":1700000000,"username":"alice"}"#)
    }

    @Test func `are all that is seen of a key`() {
        let key = CoinutKey(username: "alice", key: otherKey)
        var shown = ""
        dump(key, to: &shown)
        shown += "\(key)" + String(reflecting: key)
        #expect(!shown.contains("0f1e2d3c"))
        #expect("\(key)" == "alice (key •••)")
    }
}
