import Cryptography
import PaperTrading
import PlainJSON
import Testing
import TradingModel
import VenueSimulators

/// A client of one simulated Bitunix, with a clock that the test moves.
final class BitunixDesk {
    static let market = "BTCUSDT"
    let venue: any VenueSimulator
    private(set) var now = Desk.start
    var key = "simulator-key"
    var secret = "simulator-secret"
    private(set) var closed: Set<ConnectionID> = []
    private var heard: [ConnectionID: [JSON]] = [:]
    private var connections = 0
    private var nonces = 0

    init(_ venue: any VenueSimulator) { self.venue = venue }

    /// On the synthetic market.
    convenience init(
        seed: UInt64 = 1, settings: BitunixSimulatorSettings = BitunixSimulatorSettings(),
        plan: FaultPlan? = nil
    ) {
        var settings = settings
        settings.seed = seed
        let instruments = SimulatorChoice.bitunix.syntheticInstruments
        let feed = SimulatedFeed(
            SimulatedMarket(instruments: instruments, seed: seed), start: Desk.start,
            history: 10_000_000_000)
        let venue = BitunixSimulator(
            instruments: instruments, feed: feed, settings: settings, start: Desk.start)
        self.init(
            plan.map { FaultySimulator(venue, plan: $0, seed: seed, start: Desk.start) } ?? venue)
    }

    func pass(milliseconds: Int64) {
        now = now.advanced(byNanoseconds: milliseconds * 1_000_000)
        venue.advance(to: now)
        collect()
    }

    /// Lets time pass with a ping every ten seconds.
    func pass(seconds: Int, _ id: ConnectionID) {
        for second in 0..<seconds {
            if second % 10 == 0 { say(id, #"{"op":"ping","ping":5}"#) }
            pass(milliseconds: 1_000)
        }
    }

    // MARK: - REST

    func sign(_ nonce: String, _ timestamp: String, _ query: String, _ body: String) -> String {
        let parameters = query.split(separator: "&").map { String($0) }.sorted()
            .map { $0.replacing("=", with: "", maxReplacements: 1) }.joined()
        let first = SHA256.digest(of: Array((nonce + timestamp + key + parameters + body).utf8))
        return hexadecimal(SHA256.digest(of: Array((hexadecimal(first) + secret).utf8)))
    }

    var milliseconds: Int64 { now.nanoseconds / 1_000_000 }

    func nextNonce() -> String {
        nonces += 1
        let digits = String(nonces)
        return String(repeating: "a", count: 32 - digits.count) + digits
    }

    /// - Parameter age: of the timestamp, in milliseconds.
    func send(
        _ method: String, _ name: String, query: String = "", body: String = "",
        isSigned: Bool = true, age: Int64 = 0, nonce: String? = nil
    ) -> ServedReply {
        var headers = [ServedHeader("Content-Type", "application/json")]
        if isSigned {
            let (nonce, stamp) = (nonce ?? nextNonce(), String(milliseconds - age))
            headers += [
                ServedHeader("api-key", key), ServedHeader("nonce", nonce),
                ServedHeader("timestamp", stamp),
                ServedHeader("sign", sign(nonce, stamp, query, body)),
            ]
        }
        let path = "/api/v1/futures/" + name + (query.isEmpty ? "" : "?" + query)
        let reply = venue.handle(
            HTTPRequest(method: method, path: path, headers: headers, body: Array(body.utf8)),
            at: now)
        collect()
        return reply
    }

    func get(_ name: String, _ query: String = "") throws -> JSON {
        try JSON(parsing: send("GET", name, query: query).body)
    }

    func post(_ name: String, _ body: JSON) throws -> JSON {
        try JSON(parsing: send("POST", name, body: body.line).body)
    }

    /// What a request that must be taken says.
    func data(
        _ reply: JSON, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSON {
        #expect(reply["code"] == 0, "\(reply.line)", sourceLocation: sourceLocation)
        return try #require(reply["data"], sourceLocation: sourceLocation)
    }

    func code(_ reply: JSON) -> Int64? { reply["code"]?.integer }

    /// Places an order that must be taken; its id.
    @discardableResult
    func place(
        _ side: String, _ quantity: String, at price: String? = nil, _ more: JSON = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let reply = try post("trade/place_order", bitunixOrder(side, quantity, at: price, more))
        let id = try data(reply, sourceLocation: sourceLocation)["orderId"]?.text
        return try #require(id, sourceLocation: sourceLocation)
    }

    func order(_ id: String) throws -> JSON {
        try data(try get("trade/get_order_detail", "orderId=\(id)"))
    }

    func best(_ side: String) throws -> Price {
        let depth = try data(try get("market/depth", "symbol=BTCUSDT&limit=1"))
        return try Price(try #require(depth[side]?.items?.first?.items?.first?.text))
    }

    /// What the simulator's own books say of the first account.
    func account() throws -> JSON {
        let reply = venue.handle(HTTPRequest(method: "GET", path: "/_simulator/state"), at: now)
        return try #require(try JSON(parsing: reply.body)["accounts"]?.items?.first)
    }

    // MARK: - WebSocket

    func connect(_ path: String = "/private/") throws -> ConnectionID {
        connections += 1
        let id = ConnectionID(connections)
        try #require(venue.connect(id, path: path))
        collect()
        return id
    }

    /// A private socket that is signed in.
    func login() throws -> ConnectionID {
        let id = try connect()
        say(id, loginText())
        #expect(take(id).last == ["op": "login", "data": ["result": true]])
        return id
    }

    func loginText(unit: Int64 = 1_000_000_000, age: Int64 = 0) -> String {
        let (nonce, stamp) = (nextNonce(), String(now.nanoseconds / unit - age))
        let sign = sign(nonce, stamp, "", "")
        return
            #"{"op":"login","args":[{"apiKey":"\#(key)","timestamp":\#(stamp),"nonce":"\#(nonce)","sign":"\#(sign)"}]}"#
    }

    func say(_ id: ConnectionID, _ text: String) {
        venue.receive(id, text, at: now)
        collect()
    }

    func subscribe(_ id: ConnectionID, _ channel: String, _ market: String = BitunixDesk.market) {
        say(id, #"{"op":"subscribe","args":[{"symbol":"\#(market)","ch":"\#(channel)"}]}"#)
    }

    /// What a connection has heard since this was last asked; of one channel, or all.
    func take(_ id: ConnectionID, _ channel: String? = nil) -> [JSON] {
        guard let channel else { return heard.removeValue(forKey: id) ?? [] }
        let wanted = heard[id, default: []].filter { $0["ch"]?.text == channel }
        heard[id]?.removeAll { $0["ch"]?.text == channel }
        return wanted
    }

    private func collect() {
        for output in venue.drainOutputs() {
            switch output {
            case .send(let id, let bytes, _):
                if let message = try? JSON(parsing: bytes) {
                    heard[id, default: []].append(message)
                }
            case .sendFragments(let id, let parts, _):
                if let message = try? JSON(parsing: parts.flatMap { $0 }) {
                    heard[id, default: []].append(message)
                }
            case .close(let id), .cut(let id), .expel(let id), .sendTorn(let id, _, _):
                closed.insert(id)
            case .pauseReading, .ping: break
            }
        }
    }
}

/// The members of an order.
func bitunixOrder(
    _ side: String, _ quantity: String, at price: String? = nil, _ more: JSON = [:],
    market: String = BitunixDesk.market
) -> JSON {
    let order: JSON = [
        "symbol": .text(market), "side": .text(side), "qty": .text(quantity),
        "orderType": price == nil ? "MARKET" : "LIMIT",
    ]
    return order.adding(price.map { ["price": .text($0)] } ?? [:]).adding(more)
}
