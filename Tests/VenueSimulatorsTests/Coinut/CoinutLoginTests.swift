import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

@Suite struct `Coinut logins and signatures` {
    private static let password = CoinutSimulatorSettings.Password("open sesame", otp: "123456")

    private func desk(
        _ user: String, key: String, at seconds: Int64? = nil, strict: Bool = false
    ) -> CoinutDesk {
        var settings = CoinutSimulatorSettings(accounts: [
            VenueAccount(
                key: user, secret: key, spot: [Currency("USDT"): Money(attos: attosPerUnit)])
        ])
        settings.isStrict = strict
        settings.passwords[user] = Self.password
        let desk = CoinutDesk(settings: settings)
        desk.user = user
        desk.key = key
        return desk
    }

    private func status(_ reply: JSON?) -> String? { reply?["status"]?.items?.first?.text }

    // MARK: - REST

    @Test(arguments: [
        (
            "b45e65ff-d4c4-433c-b032-093423b1aaa4", #"{"nonce":3062542,"request":"user_balance"}"#,
            "d1893b047c4f2f39a229eff4342c1a5c3717cddea01fdfd996199a9bb95f58ea"
        ),
        (
            "0f1e2d3c-4b5a-4697-8877-665544332211",
            #"{"client_ord_id":1345,"inst_id":1,"nonce":956475,"price":"750.581","qty":"0.01","#
                + #""request":"new_order","side":"SELL"}"#,
            "971392ce1e44d37832e115b30ed6dc7b4861248b10a07db2df2f74b98d8341c9"
        ),
        (
            "0f1e2d3c-4b5a-4697-8877-665544332211",
            #"{"nonce":54321,"request":"cancel_order","inst_id":1,"order_id":39}"#,
            "30fb38620b30134d993da1b3c4f3bf23de86b184d16fdc95d2f5ca769cddbb1d"
        ),
        (
            "0f1e2d3c-4b5a-4697-8877-665544332211",
            #"{"request": "user_balance", "nonce": 306254}"#,
            "f3c3cd1e2ae0fdbba47bf6c3f3029124aa7e74aea77661efda88b0b5d4c384df"
        ),
    ])
    func `T18: those of the wire reference sign these bytes and no others`(
        _ key: String, _ body: String, _ sign: String
    ) throws {
        let desk = desk("test", key: key)
        let answer = { (body: String, sign: String?) in
            try JSON(parsing: desk.post(body, sign: sign).body)
        }
        let good = try status(answer(body, sign))
        #expect(good == "OK" || good == "INVALID_ORDER_ID")
        // The same value in other bytes is another message.
        #expect(try status(answer(body + " ", sign)) == "INVALID_SIGNATURE")
        #expect(try status(answer(body, sign.uppercased())) == "INVALID_SIGNATURE")
        #expect(try status(answer(body, nil)) == "LOGIN_REQUIRED")
    }

    @Test func `public requests need no signature, and a wrong one does no harm`() throws {
        let desk = CoinutDesk()
        let body = #"{"request":"inst_list","sec_type":"SPOT","nonce":5}"#
        for sign in [nil, "00"] {
            let reply = try JSON(parsing: desk.post(body, sign: sign).body)
            #expect(status(reply) == "OK")
        }
    }

    @Test func `an answer over REST is JSON with a line's end behind it`() throws {
        let reply = CoinutDesk().post(#"{"request":"hb","nonce":5}"#, sign: nil)
        #expect(reply.status == 200)
        #expect(reply.header("content-type") == "application/json; charset=utf-8")
        #expect(reply.body.last == UInt8(ascii: "\n"))
    }

    // MARK: - WebSocket

    @Test func `T22: a login by key signs name, seconds and nonce, all as they are sent`() throws {
        let key = "0f1e2d3c-4b5a-4697-8877-665544332211"
        let desk = desk("alice", key: key)
        let socket = try desk.connect(loggedIn: false)
        // The vector of the wire reference, for a clock that stands elsewhere.
        #expect(
            signature(of: "alice|1700000000|12345", secret: key)
                == "94a07779318a2f38ef760c8484d5d178e040e31a5010649853c06f1954eabe8f")
        for (age, expected) in [
            (0, "OK"), (60, "OK"), (-60, "OK"), (61, "INVALID_LOGIN"), (-61, "INVALID_LOGIN"),
        ] {
            let reply = desk.ask(socket, "login", desk.loginByKey(age: Int64(age)))
            #expect(status(reply) == expected, "\(age) s")
        }
    }

    @Test(.enabled(if: VenueSamples(of: "coinut").areThere, "\(VenueSamples.absence)"))
    func `T7: the published login, whose nonce is beyond the published range, is good`() throws {
        let sample = try JSON(
            parsing: VenueSamples(of: "coinut").read("request_login_hmac.json"))
        let text =
            "\(sample["username"]?.text ?? "")|\(sample["timestamp"]?.integer ?? 0)|"
            + "\(sample["nonce"]?.integer ?? 0)"
        let key = "ec9dd76b-71da-4ab9-bb65-1a19d1184b84"
        #expect(signature(of: text, secret: key) == sample["hmac_sha256"]?.text)
        let desk = desk("test", key: key, strict: true)
        let socket = try desk.connect(loggedIn: false)
        let nonce = sample["nonce"]?.integer ?? 0
        let signed = signature(of: "test|\(desk.seconds)|\(nonce)", secret: key)
        let login: JSON = [
            "request": "login", "username": "test", "nonce": .integer(nonce),
            "timestamp": .integer(desk.seconds), "hmac_sha256": .text(signed),
        ]
        desk.say(socket, login.line)
        #expect(status(desk.take(socket).first) == "OK")
    }

    @Test func `a password needs the one-time password where the user has one`() throws {
        let desk = desk("bob", key: "k")
        let socket = try desk.connect(loggedIn: false)
        for (password, otp, expected) in [
            ("open sesame", nil, "INVALID_LOGIN"), ("open sesame", "654321", "INVALID_LOGIN"),
            ("sesame", "123456", "INVALID_LOGIN"), ("open sesame", "123456", "OK"),
        ] {
            var members: JSON = ["username": "bob", "password": .text(password)]
            if let otp { members = members.adding(["otp": .text(otp)]) }
            #expect(status(desk.ask(socket, "login", members)) == expected)
        }
    }

    @Test func `a session is taken up again for an hour behind its connection, by its user alone`()
        throws
    {
        let desk = CoinutDesk(try HandMadeMarket())
        let first = try desk.connect(loggedIn: false)
        let session = try #require(desk.ask(first, "login", desk.loginByKey())?["session_id"])
        desk.venue.disconnect(first)
        let again = { (user: String) throws -> String? in
            let socket = try desk.connect(loggedIn: false)
            defer { desk.venue.disconnect(socket) }
            return self.status(
                desk.ask(socket, "login", ["username": .text(user), "session_id": session]))
        }
        desk.pass(milliseconds: 3_600_000)
        #expect(try again("simulator-key") == "OK")
        #expect(try again("somebody") == "INVALID_LOGIN")
        desk.pass(milliseconds: 1)
        #expect(try again("simulator-key") == "INVALID_LOGIN")
    }

    @Test func `T19: the login's answer holds the key, which a client must not write down`() throws
    {
        let desk = CoinutDesk()
        let socket = try desk.connect(loggedIn: false)
        let reply = desk.ask(socket, "login", desk.loginByKey())
        #expect(reply?["api_key"]?.text == desk.key)
        #expect(reply?["username"]?.text == desk.user)
    }

    @Test func `private requests need a login on the same connection`() throws {
        let desk = CoinutDesk()
        _ = try desk.connect()
        let other = try desk.connect(loggedIn: false)
        #expect(status(desk.ask(other, "user_balance")) == "LOGIN_REQUIRED")
        let order = coinutOrder("BUY", "0.01", at: "100")
        #expect(status(desk.ask(other, "new_order", order)) == "LOGIN_REQUIRED")
        #expect(status(desk.ask(other, "inst_list", ["sec_type": "SPOT"])) == "OK")
    }

    // MARK: - Nonces

    @Test func `T7: a nonce that was used on the connection is refused, and taken on another`()
        throws
    {
        let desk = CoinutDesk()
        let sockets = try [desk.connect(loggedIn: false), desk.connect(loggedIn: false)]
        let words = [0, 0, 1].map { place -> String? in
            desk.say(sockets[place], #"{"request":"hb","nonce":77}"#)
            return status(desk.take(sockets[place]).last)
        }
        #expect(words == ["OK", "INVALID_NONCE", "OK"])
    }

    @Test(arguments: [
        ("0", "INVALID_NONCE", "INVALID_NONCE"), ("16777215", "OK", "OK"),
        ("16777216", "OK", "INVALID_NONCE"), ("4294967295", "OK", "INVALID_NONCE"),
        ("4294967296", "INVALID_NONCE", "INVALID_NONCE"), ("-4", "INVALID_NONCE", "INVALID_NONCE"),
        ("null", "INVALID_NONCE", "INVALID_NONCE"),
        ("\"8\"", "INVALID_REQUEST", "INVALID_REQUEST"),
    ])
    func `T7: nonces up to 32 bits are taken, when strict those of the documentation alone`(
        _ nonce: String, _ usual: String, _ strict: String
    ) throws {
        for (isStrict, expected) in [(false, usual), (true, strict)] {
            let desk = desk("carol", key: "k", strict: isStrict)
            let socket = try desk.connect(loggedIn: false)
            desk.say(socket, #"{"request":"hb","nonce":\#(nonce)}"#)
            #expect(status(desk.take(socket).first) == expected)
        }
    }

    @Test func `over REST nonces may come in any order and again, unless it is strict`() throws {
        for (isStrict, expected) in [
            (false, ["OK", "OK", "OK", "OK"]),
            (true, ["OK", "INVALID_NONCE", "INVALID_NONCE", "OK"]),
        ] {
            let desk = desk("dave", key: "k", strict: isStrict)
            let words = try [500, 20, 500, 501].map { nonce -> String? in
                let body = #"{"request":"user_balance","nonce":\#(nonce)}"#
                let sign = signature(of: body, secret: "k")
                return status(try JSON(parsing: desk.post(body, sign: sign).body))
            }
            #expect(words == expected)
        }
    }
}
