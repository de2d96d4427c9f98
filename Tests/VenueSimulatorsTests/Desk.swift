import Cryptography
import PaperTrading
import PlainJSON
import Testing
import TradingModel
import VenueSimulators

/// Market events that a test writes down.
final class ScriptedMarket: MarketEventSource {
    private var events: [MarketEvent]
    init(_ events: [MarketEvent]) { self.events = events.reversed() }

    func read(into batch: EventBatch) throws(MarketDataError) {
        while !batch.isFull, let event = events.popLast() { batch.append(event) }
    }
}

/// The signatures of a client, made apart from the simulator's own.
func signature(of text: String, secret: String) -> String {
    HMACSHA256Key(Array(secret.utf8)).code(of: Array(text.utf8))
        .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// A client of one simulated CoinEx, with a clock that the test moves.
final class Desk {
    static let start = SimulatedExchange.start
    let venue: any VenueSimulator
    private(set) var now: Timestamp
    var key = "simulator-key"
    var secret = "simulator-secret"
    /// Frames by connection, inflated, since they were last taken.
    private var heard: [ConnectionID: [JSON]] = [:]
    private(set) var closed: Set<ConnectionID> = []
    private(set) var lastReply = ServedReply(status: 0, body: [])
    private var connections = 0
    private var requests = 0

    init(_ venue: any VenueSimulator, start: Timestamp = Desk.start) {
        self.venue = venue
        now = start
    }

    /// On the synthetic market.
    convenience init(
        seed: UInt64 = 1, settings: CoinExSimulatorSettings = CoinExSimulatorSettings(),
        plan: FaultPlan? = nil,
        start: Timestamp = Desk.start
    ) {
        let venue = CoinExSimulator(
            seed: seed, settings: settings, start: start, history: 10_000_000_000)
        guard let plan else {
            self.init(venue, start: start)
            return
        }
        self.init(FaultySimulator(venue, plan: plan, seed: seed, start: start), start: start)
    }

    /// On a market that a test writes down; its first event happens at the start.
    convenience init(
        _ market: HandMadeMarket, settings: CoinExSimulatorSettings = CoinExSimulatorSettings()
    ) {
        self.init(
            CoinExSimulator(
                instruments: SimulatedMarket.instruments,
                feed: SimulatedFeed(ScriptedMarket(market.events), start: Desk.start),
                settings: settings, start: Desk.start))
    }

    func pass(milliseconds: Int64) {
        now = now.advanced(byNanoseconds: milliseconds * 1_000_000)
        venue.advance(to: now)
        collect()
    }

    // MARK: - REST

    func call(
        _ method: String, _ path: String, _ body: String = "", stamp: Int64? = nil,
        sign: String? = nil, headers: [ServedHeader] = []
    ) -> ServedReply {
        // A client that keeps to the limits: a tenth of a second lies between two calls.
        let stamp = stamp ?? now.nanoseconds / 1_000_000
        let prepared = method + path + body + String(stamp)
        let reply = venue.handle(
            HTTPRequest(
                method: method, path: path,
                headers: [
                    ServedHeader("X-COINEX-KEY", key),
                    ServedHeader("X-COINEX-SIGN", sign ?? signature(of: prepared, secret: secret)),
                    ServedHeader("X-COINEX-TIMESTAMP", String(stamp)),
                ] + headers, body: Array(body.utf8)), at: now)
        collect()
        lastReply = reply
        return reply
    }

    /// Calls, after a tenth of a second so that no limit is met, and reads the reply.
    @discardableResult
    func get(_ path: String) throws -> JSON {
        pass(milliseconds: 100)
        return try JSON(parsing: call("GET", "/v2" + path).body)
    }

    @discardableResult
    func post(_ path: String, _ body: JSON) throws -> JSON {
        pass(milliseconds: 100)
        let text = String(decoding: body.bytes, as: UTF8.self)
        return try JSON(parsing: call("POST", "/v2" + path, text).body)
    }

    // MARK: - WebSocket

    func connect(_ product: String, signed: Bool = false, to channels: [String] = []) throws
        -> ConnectionID
    {
        connections += 1
        let id = ConnectionID(connections)
        try #require(venue.connect(id, path: "/v2/" + product))
        if signed {
            let stamp = now.nanoseconds / 1_000_000
            let reply = ask(
                id, "server.sign",
                [
                    "access_id": .text(key),
                    "signed_str": .text(signature(of: String(stamp), secret: secret)),
                    "timestamp": .integer(stamp),
                ])
            #expect(reply?["code"]?.integer == 0)
        }
        for channel in channels {
            let list = channel == "balance" ? "ccy_list" : "market_list"
            let params = JSON.object([JSONMember(key: list, value: [])])
            #expect(ask(id, channel + ".subscribe", params)?["code"]?.integer == 0)
        }
        return id
    }

    /// Sends a request and takes its reply out of what is heard.
    @discardableResult
    func ask(_ id: ConnectionID, _ method: String, _ params: JSON) -> JSON? {
        requests += 1
        let message: JSON = [
            "id": .integer(requests), "method": .text(method), "params": params,
        ]
        say(id, String(decoding: message.bytes, as: UTF8.self))
        let place = heard[id, default: []].firstIndex {
            $0["id"]?.integer == Int64(requests)
        }
        return place.map { heard[id, default: []].remove(at: $0) }
    }

    func say(_ id: ConnectionID, _ text: String) {
        venue.receive(id, text, at: now)
        collect()
    }

    /// What a connection has heard since this was last asked.
    func take(_ id: ConnectionID, _ channel: String? = nil) -> [JSON] {
        guard let channel else { return heard.removeValue(forKey: id) ?? [] }
        let wanted = heard[id, default: []].filter { $0["method"]?.text == channel + ".update" }
        heard[id]?.removeAll { $0["method"]?.text == channel + ".update" }
        return wanted
    }

    private func collect() {
        for output in venue.drainOutputs() {
            switch output {
            case .send(let id, let bytes, let isText): hear(id, bytes, isText)
            case .sendFragments(let id, let parts, let isText):
                hear(id, parts.flatMap { $0 }, isText)
            case .close(let id), .expel(let id), .cut(let id), .sendTorn(let id, _, _):
                closed.insert(id)
            case .pauseReading, .ping: break
            }
        }
    }

    private func hear(_ id: ConnectionID, _ bytes: [UInt8], _ isText: Bool) {
        let plain = isText ? bytes : inflated(bytes)
        guard let plain, let message = try? JSON(parsing: plain) else {
            Issue.record("a frame is no gzip member with JSON in it")
            return
        }
        heard[id, default: []].append(message)
    }
}

extension JSON {
    /// `json["data"]?["order_id"]` and so on, along a path of keys.
    func at(_ keys: String...) -> JSON? {
        keys.reduce(self) { value, key in value?[key] }
    }
}

extension Collection {
    /// The element at a place; nil behind the last, so that a test fails instead of ending.
    func element(_ place: Int) -> Element? { dropFirst(place).first }
}

/// Depth and trades of `BTC/USDT`, spot and perpetual, as a test writes them down.
struct HandMadeMarket {
    private(set) var events: [MarketEvent] = []
    private var time = Desk.start
    static let spot = InstrumentID(0)
    static let futures = InstrumentID(2)

    /// Best bid 100 with 5, then 99 with 10; best ask 101 with 5, then 102 with 10; in both markets.
    init() throws {
        for instrument in [Self.spot, Self.futures] {
            append(change(instrument, .clear, ends: false))
            try level(instrument, .buy, "100", "5", ends: false)
            try level(instrument, .buy, "99", "10", ends: false)
            try level(instrument, .sell, "101", "5", ends: false)
            try level(instrument, .sell, "102", "10")
            try trade(instrument, .buy, "100", "0.5")
        }
    }

    mutating func pass(milliseconds: Int64) {
        time = time.advanced(byNanoseconds: milliseconds * 1_000_000)
    }

    mutating func level(
        _ instrument: InstrumentID, _ side: Side, _ price: String, _ quantity: String,
        ends: Bool = true
    ) throws {
        var change = change(instrument, .level, ends: ends)
        change.side = side
        change.price = try Price(price)
        change.quantity = try Quantity(quantity)
        append(change)
    }

    mutating func trade(
        _ instrument: InstrumentID, _ taker: Side, _ price: String, _ quantity: String
    ) throws {
        events.append(
            .trade(
                Trade(
                    instrument: instrument, price: try Price(price),
                    quantity: try Quantity(quantity), taker: taker, venueTime: time,
                    receiveTime: time)))
    }

    mutating func funding(_ instrument: InstrumentID, rate: String, mark: String) throws {
        events.append(
            .funding(
                Funding(
                    instrument: instrument, rate: try Rate(rate), mark: try Price(mark),
                    venueTime: time, receiveTime: time)))
    }

    private func change(
        _ instrument: InstrumentID, _ kind: BookChange.Kind, ends: Bool
    ) -> BookChange {
        BookChange(
            instrument: instrument, kind: kind, endsMessage: ends, venueTime: time,
            receiveTime: time)
    }

    private mutating func append(_ change: BookChange) { events.append(.book(change)) }
}
