import Cryptography
import PaperTrading
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSimulators

/// A client of one simulated Coinpit, with a clock that the test moves.
final class CoinpitClient {
    let venue: CoinpitSimulator
    private(set) var now = Desk.start
    private(set) var heard: [String] = []
    private(set) var isCut = false
    private let secret: HMACSHA256Key
    private let userID: String
    private var connections = 0
    private var nonce: Int64 = 0

    /// - Parameter change: of the settings.
    init(seed: UInt64 = 1, _ change: (inout CoinpitSimulatorSettings) -> Void = { _ in }) throws {
        var settings = CoinpitSimulatorSettings()
        settings.seed = seed
        change(&settings)
        let instruments = SimulatorChoice.coinpit.syntheticInstruments
        let feed = SimulatedFeed(
            SimulatedMarket(instruments: instruments, seed: seed), start: Desk.start,
            history: 10_000_000_000)
        venue = CoinpitSimulator(
            instruments: instruments, feed: feed, settings: settings, start: Desk.start)
        let scalar = SHA256.digest(of: Array("moonrunner's simulated Coinpit".utf8))
        let key = try Secp256k1Key(scalar: scalar)
        let publicKey = hexadecimal(try key.publicKey())
        let shake = venue.handle(
            HTTPRequest(method: "GET", path: "/api/v1/auth/\(publicKey)"), at: now)
        let told = try JSON(parsing: shake.body)
        let peer = try Secp256k1PublicKey(
            bytes(hexadecimal: try #require(told["serverPublicKey"]?.text)))
        secret = HMACSHA256Key(try key.sharedSecret(with: peer))
        userID = try #require(told["userid"]?.text)
    }

    func pass(_ milliseconds: Int64) {
        now = now.advanced(byNanoseconds: milliseconds * 1_000_000)
        venue.advance(to: now)
        collect()
    }

    private func collect() {
        for output in venue.drainOutputs() {
            switch output {
            case .send(_, let bytes, _): heard.append(String(decoding: bytes, as: UTF8.self))
            case .cut, .close: isCut = true
            default: break
            }
        }
    }

    // MARK: - REST

    func code(_ method: String, _ uri: String, _ body: String, _ nonce: Int64) -> String {
        let part = body.isEmpty ? "" : ",\"body\":\(body)"
        let text = "{\"method\":\"\(method)\",\"uri\":\"\(uri)\"\(part),\"nonce\":\(nonce)}"
        return "HMAC \(userID):\(hexadecimal(secret.code(of: Array(text.utf8))))"
    }

    func nextNonce(age: Int64 = 0) -> Int64 {
        nonce = max(nonce + 1, now.nanoseconds / 1_000_000 - age)
        return now.nanoseconds / 1_000_000 - age
    }

    /// - Parameters:
    ///   - wire: what is sent where it is not what is signed.
    ///   - age: of the nonce, in milliseconds.
    func send(
        _ method: String, _ uri: String, _ body: String = "", wire: String? = nil, age: Int64 = 0
    ) -> ServedReply {
        let stamp = nextNonce(age: age)
        let reply = venue.handle(
            HTTPRequest(
                method: method, path: "/api/v1" + uri,
                headers: [
                    ServedHeader("Authorization", code(method, uri, body, stamp)),
                    ServedHeader("Nonce", String(stamp)),
                ], body: Array((wire ?? body).utf8)), at: now)
        collect()
        return reply
    }

    /// What a request is answered that is let in.
    func ask(_ method: String, _ uri: String, _ body: String = "") throws -> JSON {
        let reply = send(method, uri, body)
        let text = String(decoding: reply.body, as: UTF8.self)
        try #require(reply.status == 200, "\(method) \(uri): \(reply.status) \(text)")
        return try JSON(parsing: reply.body)
    }

    static let orders = "/contract/BTC1/order/open"

    static func order(
        _ side: String, _ quantity: Int, at price: String? = nil, client: String = "c-1",
        extra: String = #","crossMargin":true,"targetPrice":"NONE""#, type: String? = nil
    ) -> String {
        "[{\"side\":\"\(side)\",\"quantity\":\(quantity)"
            + (price.map { ",\"price\":\($0)" } ?? "")
            + ",\"orderType\":\"\(type ?? (price == nil ? "MKT" : "LMT"))\""
            + ",\"clientid\":\"\(client)\"\(extra),\"instrument\":\"BTC1\"}]"
    }

    func account() throws -> JSON { try ask("GET", "/account") }

    func satoshi(_ json: JSON, _ name: String) throws -> Int64 {
        try #require(json[name]?.integer, "\(name) in \(json.line)")
    }

    /// Open orders of a kind.
    func open(_ type: String) throws -> [JSON] {
        let orders = try account()["orders"]?["BTC1"]?.members ?? []
        return orders.map(\.value).filter { $0["orderType"]?.text == type }
    }

    // MARK: - Socket.IO

    @discardableResult
    func connect(_ query: String = "?EIO=3&transport=websocket") -> ConnectionID? {
        connections += 1
        let id = ConnectionID(connections)
        guard venue.connect(id, path: "/socket.io/" + query) else { return nil }
        pass(200)
        return id
    }

    func say(_ id: ConnectionID, _ text: String) {
        venue.receive(id, text, at: now)
        collect()
    }

    /// A signed event with the wrapped body in its signature.
    func event(_ id: ConnectionID, _ method: String, _ uri: String, _ body: String, age: Int64 = 0)
    {
        let stamp = nextNonce(age: age)
        let wrapped = "{" + (body.isEmpty ? "" : "\"body\":\(body),") + "\"params\":{}}"
        let headers =
            "{\"requestid\":\"r-9\",\"Authorization\":\"\(code(method, uri, wrapped, stamp))\","
            + "\"Nonce\":\(stamp)}"
        let part = body.isEmpty ? "" : ",\"body\":\(body)"
        say(
            id,
            "42[\"\(method) \(uri)\",{\"headers\":\(headers),\"method\":\"\(method)\","
                + "\"uri\":\"\(uri)\",\"params\":{}\(part)}]")
    }

    func register(_ id: ConnectionID) {
        event(id, "GET", "/register", "{\"userid\":\"\(userID)\"}")
    }

    /// The payloads of an event that were heard.
    func payloads(_ name: String) -> [JSON] {
        heard.compactMap { text in
            guard text.hasPrefix("42[\"\(name)\",") else { return nil }
            return (try? JSON(parsing: text.dropFirst(2)))?.items?.last
        }
    }

    func forget() { heard = [] }
}
