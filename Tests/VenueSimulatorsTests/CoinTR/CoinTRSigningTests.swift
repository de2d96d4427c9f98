import PlainJSON
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Who may ask a simulated CoinTR` {
    private func code(_ reply: ServedReply) -> [String] {
        [String(reply.status), (try? JSON(parsing: reply.body))?.code ?? "none"]
    }

    @Test func `is who signs in two steps, with the digits of the first as the second's key`()
        throws
    {
        let client = CoinTRClient()
        #expect(code(client.call("GET", "/v1/spot/asset/balance")) == ["200", "0"])
        let wrong = signature(
            of: "timestamp=\(client.milliseconds)", secret: "simulator-secret")
        #expect(code(client.call("GET", "/v1/spot/asset/balance", sign: wrong)) == ["401", "4011"])
    }

    @Test func `is nobody who signs otherwise where the inner key is raw`() {
        let client = CoinTRClient { $0.rawKeys = true }
        #expect(code(client.call("GET", "/v1/spot/asset/balance")) == ["401", "4011"])
    }

    @Test func `is told in an order of checks: key, time, signature`() {
        let client = CoinTRClient()
        let path = "/v1/spot/asset/balance"
        let old = client.milliseconds - 30_001
        #expect(code(client.call("GET", path, stamp: old)) == ["401", "4012"])
        #expect(code(client.call("GET", path, stamp: old, sign: "x")) == ["401", "4012"])
        #expect(
            code(client.call("GET", path, stamp: client.milliseconds + 29_999)) == ["200", "0"])
        client.key = "nobody"
        #expect(code(client.call("GET", path, stamp: old)) == ["401", "4010"])
        let bare = client.venue.handle(HTTPRequest(method: "GET", path: path), at: client.now)
        #expect(code(bare) == ["401", "4010"])
        #expect(bare.header("Date")?.hasSuffix(" GMT") == true)
    }

    @Test
    func `signs for the half minute of the venue's clock, or the one before, where that is asked`()
    {
        let client = CoinTRClient { $0.serverBuckets = true }
        let path = "/v1/spot/asset/balance"
        let stamp = client.milliseconds
        let query = "timestamp=\(stamp)"
        let bucket = { (steps: Int64) in client.sign(query, at: stamp + steps * 30_000) }
        #expect(code(client.call("GET", path, stamp: stamp, sign: bucket(0))) == ["200", "0"])
        #expect(code(client.call("GET", path, stamp: stamp, sign: bucket(-1))) == ["200", "0"])
        #expect(code(client.call("GET", path, stamp: stamp, sign: bucket(-2))) == ["401", "4011"])
        #expect(code(client.call("GET", path, stamp: stamp, sign: bucket(1))) == ["401", "4011"])
    }

    @Test func `may ask twenty times a second`() {
        let client = CoinTRClient()
        let replies = (0..<30).map { _ in code(client.call("GET", "/v1/spot/asset/balance")) }
        #expect(replies.count { $0 == ["200", "0"] } == 20)
        #expect(replies.last == ["429", "4290"])
        client.pass(milliseconds: 1_000)
        #expect(code(client.call("GET", "/v1/spot/asset/balance")) == ["200", "0"])
    }

    @Test func `may read and not trade without the right to`() throws {
        var account = VenueAccount.generous
        account.canTrade = false
        let client = CoinTRClient(try HandMadeMarket(), accounts: [account])
        #expect(try client.get("spot/asset/balance").code == "0")
        #expect(try client.place("spot", "BUY", "1", at: "99").code == "4010")
        #expect(client.lastReply.status == 403)
    }

    @Test func `is let in on the socket with the same signature of the time alone`() throws {
        let client = CoinTRClient()
        let id = try client.connect(signed: false)
        client.signIn(id, sign: "0")
        #expect(client.take(id).map(\.code) == ["4011"])
        client.say(id, ["op": "subscribe", "channel": "user_data_spot", "args": [:]])
        let refused = client.take(id)
        #expect(refused.map { $0["event"] } == ["error"] && refused.map(\.code) == ["4010"])
        #expect(refused[0]["channel"] == nil)
        client.signIn(id)
        #expect(client.take(id) == [["event": "auth"]])
        client.say(id, ["op": "subscribe", "channel": "user_data_spot", "args": [[:]]])
        #expect(client.take(id).first?["event"] == "subscribe")
    }
}
