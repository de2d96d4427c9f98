import PaperTrading
import PlainJSON
import Testing
import TradingModel
import VenueSimulators

/// A client of one simulated CoinTR, with a clock that the test moves.
final class CoinTRClient {
    let venue: any VenueSimulator
    private(set) var now = Desk.start
    var key = "simulator-key"
    var secret = "simulator-secret"
    private var heard: [ConnectionID: [JSON]] = [:]
    private(set) var closed: Set<ConnectionID> = []
    private(set) var pings: [ConnectionID: Int] = [:]
    /// Whether pings are answered.
    var answersPings = true
    private(set) var lastReply = ServedReply(status: 0, body: [])
    private var connections = 0
    private var orders = 0

    init(_ venue: any VenueSimulator) { self.venue = venue }

    /// On the synthetic market.
    convenience init(
        seed: UInt64 = 1, _ quirks: (inout CoinTRQuirks) -> Void = { _ in },
        plan: FaultPlan? = nil, accounts: [VenueAccount] = [.generous]
    ) {
        let instruments = SimulatorChoice.coinTR.syntheticInstruments
        let feed = SimulatedFeed(
            SimulatedMarket(instruments: instruments, seed: seed), start: Desk.start,
            history: 10_000_000_000)
        let venue = Self.venue(feed, seed: seed, quirks, accounts)
        self.init(
            plan.map { FaultySimulator(venue, plan: $0, seed: seed, start: Desk.start) } ?? venue)
    }

    /// On a market that a test writes down.
    convenience init(
        _ market: HandMadeMarket, _ quirks: (inout CoinTRQuirks) -> Void = { _ in },
        accounts: [VenueAccount] = [.generous]
    ) {
        let feed = SimulatedFeed(ScriptedMarket(market.events), start: Desk.start)
        self.init(Self.venue(feed, seed: 1, quirks, accounts))
    }

    private static func venue(
        _ feed: SimulatedFeed, seed: UInt64, _ quirks: (inout CoinTRQuirks) -> Void,
        _ accounts: [VenueAccount]
    ) -> CoinTRSimulator {
        var settings = CoinTRSimulatorSettings(accounts: accounts)
        settings.seed = seed
        quirks(&settings.quirks)
        return CoinTRSimulator(
            instruments: SimulatorChoice.coinTR.syntheticInstruments, feed: feed,
            settings: settings, start: Desk.start)
    }

    func pass(milliseconds: Int64) {
        now = now.advanced(byNanoseconds: milliseconds * 1_000_000)
        venue.advance(to: now)
        collect()
    }

    // MARK: - REST

    var milliseconds: Int64 { now.nanoseconds / 1_000_000 }

    /// A signature made in two steps, apart from the simulator's own.
    func sign(_ text: String, at stamp: Int64) -> String {
        signature(of: text, secret: signature(of: String(stamp / 30_000), secret: secret))
    }

    /// Sends a request; without a sign it gets the right one.
    @discardableResult
    func call(
        _ method: String, _ path: String, _ body: String = "", stamp: Int64? = nil,
        sign: String? = nil
    ) -> ServedReply {
        let stamp = stamp ?? milliseconds
        let whole = path + (path.contains("?") ? "&" : "?") + "timestamp=\(stamp)"
        let query = String(whole.drop { $0 != "?" }.dropFirst())
        let reply = venue.handle(
            HTTPRequest(
                method: method, path: whole,
                headers: [
                    ServedHeader("X-COINTR-APIKEY", key),
                    ServedHeader("X-COINTR-SIGN", sign ?? self.sign(query + body, at: stamp)),
                ], body: Array(body.utf8)), at: now)
        collect()
        lastReply = reply
        return reply
    }

    /// Calls, after a tenth of a second so that no limit is met, and reads the reply.
    func get(_ path: String) throws -> JSON {
        pass(milliseconds: 100)
        return try JSON(parsing: call("GET", "/v1/" + path).body)
    }

    func post(_ path: String, _ body: JSON) throws -> JSON {
        pass(milliseconds: 100)
        return try JSON(parsing: call("POST", "/v1/" + path, body.line).body)
    }

    /// Places an order of `BTCUSDT`; of futures the size counts contracts.
    @discardableResult
    func place(
        _ product: String, _ side: String, _ size: String, at price: String? = nil,
        _ more: JSON = [:], clientID: String? = nil
    ) throws -> JSON {
        orders += 1
        var body: JSON = [
            "instId": "BTCUSDT", "clOrdId": .text(clientID ?? "c-\(orders)"), "side": .text(side),
            "ordType": price == nil ? "MARKET" : "LIMIT",
        ]
        if let price { body = body.adding(["px": .text(price)]) }
        body = body.adding(.pairs([(product == "spot" ? "baseQty" : "sz", .text(size))]))
        let flags: JSON = more["flags"] == nil ? ["flags": ""] : [:]
        return try post("\(product)/trade/order", body.adding(flags).adding(more))
    }

    /// What the simulator's own books say of the first account.
    func account() throws -> JSON {
        let reply = venue.handle(
            HTTPRequest(method: "GET", path: "/_simulator/state"), at: now)
        return try #require(try JSON(parsing: reply.body)["accounts"]?.items?.first)
    }

    // MARK: - WebSocket

    func connect(signed: Bool = true, to channels: [String] = []) throws -> ConnectionID {
        connections += 1
        let id = ConnectionID(connections)
        try #require(venue.connect(id, path: "/ws"))
        if signed {
            signIn(id)
            #expect(take(id) == [["event": "auth"]])
        }
        for channel in channels {
            say(id, ["op": "subscribe", "channel": .text(channel), "args": [:]])
        }
        return id
    }

    func signIn(_ id: ConnectionID, sign: String? = nil) {
        let stamp = String(milliseconds)
        say(
            id,
            [
                "op": "auth",
                "args": [
                    "apiKey": .text(key), "timestamp": .text(stamp),
                    "sign": .text(sign ?? self.sign("timestamp=\(stamp)", at: milliseconds)),
                ],
            ])
    }

    func subscribe(_ id: ConnectionID, _ channel: String, _ more: JSON = [:]) {
        let args: JSON = (["instId": "BTCUSDT"] as JSON).adding(more)
        say(id, ["op": "subscribe", "channel": .text(channel), "args": args])
    }

    func say(_ id: ConnectionID, _ message: JSON) {
        venue.receive(id, message.line, at: now)
        collect()
    }

    /// What a connection has heard since this was last asked; on one channel, or all.
    func take(_ id: ConnectionID, _ channel: String? = nil) -> [JSON] {
        guard let channel else { return heard.removeValue(forKey: id) ?? [] }
        let isMeant = { (message: JSON) in
            message["channel"]?.text == channel && message["event"] == nil
        }
        let wanted = heard[id, default: []].filter(isMeant)
        heard[id]?.removeAll(where: isMeant)
        return wanted
    }

    private func collect() {
        for output in venue.drainOutputs() {
            switch output {
            case .send(let id, let bytes, let isText): hear(id, bytes, isText)
            case .sendFragments(let id, let parts, let isText):
                hear(id, parts.flatMap { $0 }, isText)
            case .ping(let id):
                pings[id, default: 0] += 1
                if answersPings { venue.receivePong(id, at: now) }
            case .close(let id), .cut(let id), .expel(let id), .sendTorn(let id, _, _):
                closed.insert(id)
            case .pauseReading: break
            }
        }
    }

    private func hear(_ id: ConnectionID, _ bytes: [UInt8], _ isText: Bool) {
        #expect(isText)
        guard let message = try? JSON(parsing: bytes) else {
            Issue.record("a frame is not JSON")
            return
        }
        heard[id, default: []].append(message)
    }
}

extension JSON {
    /// The code of a reply, whatever it is written as.
    var code: String? {
        switch self["code"] {
        case .text(let text), .number(let text): text
        default: nil
        }
    }
}
