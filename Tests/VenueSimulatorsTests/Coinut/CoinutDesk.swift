import Cryptography
import PaperTrading
import PlainJSON
import Testing
import TradingModel
import VenueSimulators

/// A client of one simulated Coinut, with a clock that the test moves.
final class CoinutDesk {
    /// The id of `BTCUSDT`.
    static let pair = 490_589
    let venue: any VenueSimulator
    private(set) var now = Desk.start
    var user = "simulator-key"
    var key = "simulator-secret"
    private var heard: [ConnectionID: [JSON]] = [:]
    private(set) var closed: Set<ConnectionID> = []
    private(set) var expelled: Set<ConnectionID> = []
    private var connections = 0
    private(set) var lastNonce = 1_000

    init(_ venue: any VenueSimulator) { self.venue = venue }

    /// On the synthetic market.
    convenience init(
        seed: UInt64 = 1, settings: CoinutSimulatorSettings = CoinutSimulatorSettings(),
        plan: FaultPlan? = nil
    ) {
        var settings = settings
        settings.seed = seed
        let instruments = SimulatorChoice.coinut.syntheticInstruments
        let feed = SimulatedFeed(
            SimulatedMarket(instruments: instruments, seed: seed), start: Desk.start,
            history: 10_000_000_000)
        let venue = CoinutSimulator(
            instruments: instruments, feed: feed, settings: settings, start: Desk.start)
        self.init(
            plan.map { FaultySimulator(venue, plan: $0, seed: seed, start: Desk.start) } ?? venue)
    }

    /// On a market that a test writes down, of which Coinut has the spot half.
    convenience init(
        _ market: HandMadeMarket, settings: CoinutSimulatorSettings = CoinutSimulatorSettings(),
        plan: FaultPlan? = nil
    ) {
        let events = market.events.filter { $0.instrument == HandMadeMarket.spot }
        let venue = CoinutSimulator(
            instruments: SimulatorChoice.coinut.syntheticInstruments,
            feed: SimulatedFeed(ScriptedMarket(events), start: Desk.start), settings: settings,
            start: Desk.start)
        self.init(
            plan.map { FaultySimulator(venue, plan: $0, seed: 1, start: Desk.start) } ?? venue)
    }

    func pass(milliseconds: Int64) {
        now = now.advanced(byNanoseconds: milliseconds * 1_000_000)
        venue.advance(to: now)
        collect()
    }

    var seconds: Int64 { now.nanoseconds / 1_000_000_000 }

    func nextNonce() -> Int {
        lastNonce += 1
        return lastNonce
    }

    // MARK: - REST

    /// Sends these bytes, signed, or with another signature; nil: without any.
    func post(_ body: String, sign: String?) -> ServedReply {
        let headers =
            sign.map { [ServedHeader("X-USER", user), ServedHeader("X-SIGNATURE", $0)] } ?? []
        let reply = venue.handle(
            HTTPRequest(method: "POST", path: "/", headers: headers, body: Array(body.utf8)),
            at: now)
        collect()
        return reply
    }

    /// A signed request with a nonce of its own.
    func post(_ name: String, _ members: JSON = [:]) throws -> JSON {
        let body = request(name, members).line
        return try JSON(parsing: post(body, sign: signature(of: body, secret: key)).body)
    }

    private func request(_ name: String, _ members: JSON) -> JSON {
        (["request": .text(name), "nonce": .integer(nextNonce())] as JSON).adding(members)
    }

    /// What the simulator's own books say of the first account.
    func account() throws -> JSON {
        let reply = venue.handle(
            HTTPRequest(method: "GET", path: "/_simulator/state"), at: now)
        let state = try JSON(parsing: reply.body)
        return try #require(state["accounts"]?.items?.first)
    }

    // MARK: - WebSocket

    func connect(loggedIn: Bool = true) throws -> ConnectionID {
        connections += 1
        let id = ConnectionID(connections)
        try #require(venue.connect(id, path: "/"))
        if loggedIn {
            let reply = try #require(ask(id, "login", loginByKey()))
            #expect(reply["status"] == ["OK"])
        }
        return id
    }

    /// The members of a login by key, for the nonce that comes next.
    func loginByKey(age: Int64 = 0) -> JSON {
        let time = seconds - age
        let text = "\(user)|\(time)|\(lastNonce + 1)"
        return [
            "username": .text(user), "timestamp": .integer(time),
            "hmac_sha256": .text(signature(of: text, secret: key)),
        ]
    }

    /// Sends a request and takes the first message with its nonce out of what is heard.
    @discardableResult
    func ask(_ id: ConnectionID, _ name: String, _ members: JSON = [:]) -> JSON? {
        say(id, request(name, members).line)
        let nonce = Int64(lastNonce)
        let place = heard[id, default: []].firstIndex { $0["nonce"]?.integer == nonce }
        return place.map { heard[id, default: []].remove(at: $0) }
    }

    func say(_ id: ConnectionID, _ text: String) {
        venue.receive(id, text, at: now)
        collect()
    }

    /// What a connection has heard since this was last asked; of one kind, or all.
    func take(_ id: ConnectionID, _ reply: String? = nil) -> [JSON] {
        guard let reply else { return heard.removeValue(forKey: id) ?? [] }
        let wanted = heard[id, default: []].filter { $0["reply"]?.text == reply }
        heard[id]?.removeAll { $0["reply"]?.text == reply }
        return wanted
    }

    private func collect() {
        for output in venue.drainOutputs() {
            switch output {
            case .send(let id, let bytes, let isText): hear(id, bytes, isText)
            case .sendFragments(let id, let parts, let isText):
                hear(id, parts.flatMap { $0 }, isText)
            case .expel(let id): expelled.insert(id)
            case .close(let id), .cut(let id), .sendTorn(let id, _, _): closed.insert(id)
            case .pauseReading, .ping: break
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

/// The members of an order of `BTCUSDT`.
func coinutOrder(
    _ side: String, _ quantity: String, at price: String? = nil, id: Int = 7
) -> JSON {
    let order: JSON = [
        "inst_id": .integer(CoinutDesk.pair), "side": .text(side), "qty": .text(quantity),
        "client_ord_id": .integer(id),
    ]
    return price.map { order.adding(["price": .text($0)]) } ?? order
}
