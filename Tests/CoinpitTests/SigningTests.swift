import AccountSession
import Coinpit
import Cryptography
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSessions

@Suite struct `A Coinpit key` {
    static let live = "L41xq9WP9QnsfoBTbhiAxhVXWRiEoELqLeXCVjbGpPAhjS5RZcyY"

    @Test func `of the network for tests has the address of its public key`() {
        #expect(ownKey.network == .test)
        #expect(
            ownKey.publicKey == "02d11d16d5741746505e72d630f3e82d7cfbe171e46f1edc7f88f54f1ab01d4ef4"
        )
        #expect(ownKey.userID == "mxDmDyy1yQG3N1uprHR7YxvvWkwtLQwJgt")
        #expect(!CoinpitKey.isLive(userID: ownKey.userID))
    }

    @Test func `of the network with money has another kind of address`() throws {
        let key = try CoinpitKey(wif: Self.live)
        #expect(key.network == .live)
        #expect(
            key.publicKey == "02257f03ae99d7aeeb711efe280d65272e39cfe663adea828af3312719c65d017a")
        #expect(key.userID == "1Gg2fAVN9NWMmgTq8VHC1ZApWcEAmasULL")
        #expect(CoinpitKey.isLive(userID: key.userID))
    }

    @Test
    func `has a margin account and one that both can spend from, as the venue's key makes them`()
        throws
    {
        #expect(
            CoinpitKey.address(bytes(hexadecimal: serverKeyA), .test)
                == "mn1cNs7SwuxvBuk1GCgZTMYKgukUEGLnyE")
        #expect(
            sharedAddress(ownKey.publicKey, serverKeyA, .test)
                == "2N2hcFRPaPM4m6vaDiqe7xqZsi7Lcowwbr4")
        let live = try CoinpitKey(wif: Self.live)
        #expect(
            sharedAddress(serverKeyB, live.publicKey, .live)
                == "32dS5GL6hQpGEAFY478M4X42ZMruGSbLWx")
    }

    @Test func `is told from texts that are none, and shown by none of them`() {
        for text in [
            "", "x", Self.live + "x", String(Self.live.dropLast()), "K" + Self.live.dropFirst(),
            ownKey.userID, String(repeating: "1", count: 60), String(repeating: "9", count: 500),
        ] {
            let problem = #expect(throws: InvalidCoinpitKey.self) { try CoinpitKey(wif: text) }
            if !text.isEmpty {
                #expect(problem?.description.contains(text) == false || text == "x")
            }
        }
        for shown in [
            "\(ownKey)", String(reflecting: ownKey), "\(Mirror(reflecting: ownKey).children)",
        ] {
            #expect(!shown.contains("cQ3c2L5Z"))
        }
    }

    @Test(arguments: seeds)
    func `is read back from the text that it is written as`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<20 {
            let zeros = random.int(0...3)
            let payload = (0..<random.int(0...40)).map { place in
                place < zeros ? 0 : UInt8(truncatingIfNeeded: random.next())
            }
            let version = UInt8(truncatingIfNeeded: random.next())
            let text = Base58Check.text(version: version, payload)
            let read = try #require(Base58Check.bytes(text))
            #expect(read.version == version)
            #expect(read.payload == payload)
            // A letter that is another one is no such text.
            var letters = Array(text)
            let place = random.int(0...(letters.count - 1))
            letters[place] = letters[place] == "z" ? "y" : "z"
            #expect(Base58Check.bytes(String(letters)) == nil)
        }
    }
}

private let serverKeyA = "029ca868f239fd5b16ae68950039ca17339ed2a658cc007ed5447138d72bc728a1"
private let serverKeyB = "02ed059bc2848bc0aea6051c88d37619f90ec85e9a3c924f7645df75f89a747074"

/// One request that is signed, and what its code is.
struct SignedRequest: Sendable, CustomTestStringConvertible {
    let name: String
    let method: String
    let uri: String
    let body: String
    let nonce: Int64
    let code: String
    var testDescription: String { name }
}

@Suite struct `A signature for Coinpit` {
    private static let order =
        #"[{"userid":"mxDmDyy1yQG3N1uprHR7YxvvWkwtLQwJgt","side":"sell","quantity":1,"price":790,"#
        + #""orderType":"LMT","clientid":"de12c110-c616-11e6-8cd0-fbf50c0d0231","stopPrice":30.6,"#
        + #""crossMargin":false,"targetPrice":"NONE","postOnly":false,"instrument":"BTC1"}]"#
    private static let register =
        #"{"body":{"userid":"mxDmDyy1yQG3N1uprHR7YxvvWkwtLQwJgt","publicKey":"#
        + #""02d11d16d5741746505e72d630f3e82d7cfbe171e46f1edc7f88f54f1ab01d4ef4"},"params":{}}"#

    static let requests = [
        SignedRequest(
            name: "A1", method: "GET", uri: "/account", body: "", nonce: 1_487_411_000_123,
            code: "075a98a8dc470fcf0894bc489e578810156e51b1d33d387e81866c069da9732d"),
        SignedRequest(
            name: "A2", method: "GET",
            uri: "/contract/BTC1/order/closed?after=6cc52580-bb0c-11e6-b831-df21626bb966", body: "",
            nonce: 1_487_411_000_124,
            code: "2f0afb6cf11dff50e75db341556ab978ec809e4377dcd91326d215bba4c2675c"),
        SignedRequest(
            name: "A3", method: "POST", uri: "/contract/BTC1/order/open", body: order,
            nonce: 1_487_411_000_125,
            code: "feb07ea3dda7fc84adcedc53bbc8089e334719d36581f171c28d69f2dba40a40"),
        SignedRequest(
            name: "A4", method: "DELETE",
            uri: "/contract/BTC1/order/open/de730980-c616-11e6-948a-14e8eedc81d8", body: "",
            nonce: 1_487_411_000_126,
            code: "36c973f71cd1672caa01b44bc609f0d0cbc5bc6a0e55ec9435fa0e7f730ac879"),
        SignedRequest(
            name: "A5", method: "PATCH", uri: "/contract/BTC1/order/open",
            body: #"[{"op":"remove","path":"/19b3a371-c7b5-11e6-a305-6ee5416bea55"}]"#,
            nonce: 1_487_411_000_127,
            code: "976c32c6232c68f50b5e6c78c691917bfa5eacc5e1358dce6f26742643b57ddc"),
        SignedRequest(
            name: "A6", method: "GET", uri: "/register", body: register, nonce: 1_487_411_000_128,
            code: "2f1cfeb0f23bcdb33a971e726340fba22aa00a126a79ab2426e246aff8285372"),
        SignedRequest(
            name: "A7", method: "DELETE", uri: "/order",
            body: #"{"body":["de730980-c616-11e6-948a-14e8eedc81d8"],"params":{}}"#,
            nonce: 1_487_411_000_129,
            code: "ace615aa52d1ab0a1b4f21976a81eb65dc3a887c60be138126b326ce10166330"),
        SignedRequest(
            name: "A8", method: "GET", uri: "/account", body: #"{"params":{}}"#,
            nonce: 1_487_411_000_130,
            code: "4eb0a2ba617666082d730213563917c4ad71be10df9bc3241ccc171be53bcafd"),
        // What a client gets that makes the mistakes which there are to make.
        SignedRequest(
            name: "an empty body that is signed", method: "GET", uri: "/account", body: "{}",
            nonce: 1_487_411_000_123,
            code: "33db336cefce9dff61bc3a852d632d4acd7e3e9c61b1786a09a1f86a753a8cf1"),
        SignedRequest(
            name: "the path from the root", method: "GET", uri: "/api/v1/account", body: "",
            nonce: 1_487_411_000_123,
            code: "0920d01d0616980974e6c08598ea746e62456873386faee9025b38386c314fb6"),
    ]

    @Test(arguments: requests)
    func `is the one that was worked out`(request: SignedRequest) throws {
        let secret = try #require(ownKey.secret(with: serverKeyA))
        #expect(
            secret.authorization(
                request.method, request.uri, body: request.body, nonce: request.nonce)
                == "HMAC \(ownKey.userID):\(request.code)")
    }

    @Test func `is made with all 32 bytes of what is shared, though the first is zero`() throws {
        let key = try CoinpitKey(wif: `A Coinpit key`.live)
        let secret = try #require(key.secret(with: serverKeyB))
        #expect(
            secret.authorization("GET", "/account", body: "", nonce: 1_494_299_047_138)
                == "HMAC \(key.userID):4a2e0f37a7883d1331c55d7dba73d934af7c9c8618d0fd4487967668ae71ab78"
        )
        let body = #"[{"uuid":"503eb8a0-c7b3-11e6-a1d4-539d1cb6cbbc","price":814.8}]"#
        #expect(
            secret.authorization(
                "PUT", "/contract/BTC1/order/open", body: body, nonce: 1_494_299_047_139)
                == "HMAC \(key.userID):2978a76dd806af81c729a9300d986f8fe728325be5b278bc727b28ffb2787b7e"
        )
        let shared = bytes(
            hexadecimal: "008f9995603ea7df2b29bd6f94009e72ee98410465b42fee66daed537c380c47")
        let message = CoinpitSecret.message("GET", "/account", body: "", nonce: 1_494_299_047_138)
        let short = HMACSHA256Key(Array(shared.dropFirst())).code(of: Array(message.utf8))
        #expect(
            hexadecimal(short) == "3334ed2f1b83294562b255971e2e9829cad56e2eb9ab76a724a40ce438794bab"
        )
    }

    @Test func `by a key of the interface is over the same text`() throws {
        let secret = bytes(
            hexadecimal: "9254866e4d8164f900ebee139fe9c56208b83990a1f676fbab0bbad6096fde74"
                + "74ad2a437333a66ed4f201c20383e16dd3a11966fe65cd97d4f0199731ae425a")
        let key = try Ed25519Key(seed: Array(secret.prefix(32)))
        #expect(try key.publicKey() == Array(secret.suffix(32)))
        let message = CoinpitSecret.message("GET", "/account", body: "", nonce: 1_487_411_000_123)
        let expected =
            "e770bcfe86b19f94ca2f4430dbb0c82a296df6b0dec7da5964f0296abf872543"
            + "4bccf9beae2636d5a5778a14cb2d93501aaf04d0f822c39ef229830482df070d"
        #expect(hexadecimal(try key.signature(of: Array(message.utf8))) == expected)
    }

    @Test func `does not print what it is made with`() throws {
        let secret = try #require(ownKey.secret(with: serverKeyA))
        #expect(!"\(secret)\(String(reflecting: secret))".contains("74800d1f"))
        #expect(ownKey.secret(with: "02" + String(repeating: "f", count: 64)) == nil)
        #expect(ownKey.secret(with: "xx") == nil)
    }
}

/// The address that both keys together can spend from: a script of both, in the order of their digits.
private func sharedAddress(_ one: String, _ other: String, _ network: CoinpitNetwork) -> String {
    let keys = [one, other].sorted().map { bytes(hexadecimal: $0) }
    let script: [UInt8] = [0x52, 0x21] + keys[0] + [0x21] + keys[1] + [0x52, 0xae]
    return Base58Check.text(
        version: network == .live ? 5 : 0xc4, ripemd160(SHA256.digest(of: script)))
}
