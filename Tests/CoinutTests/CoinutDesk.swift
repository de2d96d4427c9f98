import AccountSession
import Coinut
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// Drives a session by hand: every input is written out, every action can be looked at.
final class CoinutDesk: OrderingDesk {
    static let key = CoinutKey(username: "walker", key: "11112222-aaaa-bbbb-cccc-333344445555")
    static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    /// The market of ``Wire``, whose number is 3.
    static let market = "coinut:LTC/BTC"

    /// A request over the socket that was not answered.
    struct Asked {
        let name: String
        let nonce: Int64
        let text: String
    }

    private(set) var session: CoinutSession
    var now = CoinutDesk.start
    private(set) var actions: [SessionAction] = []
    private(set) var asked: [Asked] = []
    private(set) var sentAt: [Timestamp] = []
    private(set) var socket: SocketID?
    private var wakeAt: Timestamp?
    private(set) var instruments: [Instrument] = []
    private var calls: [(id: RequestID, call: HTTPCall)] = []
    var gate = RiskGate(limits: RiskLimits())

    init(
        _ symbols: [String] = [CoinutDesk.market],
        access: CoinutAccess? = .key(CoinutDesk.key), numbers: Range<Int64> = 77..<10_000,
        _ change: (inout CoinutSettings) -> Void = { _ in }
    ) throws {
        var settings = CoinutSettings(
            symbols: try symbols.map { try Symbol($0) }, access: access, clientNumbers: numbers)
        change(&settings)
        session = CoinutSession(settings)
    }

    func input(_ input: SessionInput) {
        var new: [SessionAction] = []
        session.handle(input, at: now, into: &new)
        for action in new {
            switch action {
            case .open(let socket, _, _): self.socket = socket
            case .close: socket = nil
            case .send(_, let text):
                asked.append(Self.read(text))
                sentAt.append(now)
            case .request(let id, let call): calls.append((id, call))
            case .wake(let time): wakeAt = time
            case .instruments(let list): instruments = list
            default: break
            }
        }
        actions += new
    }

    private static func read(_ text: String) -> Asked {
        func behind(_ start: String) -> Substring {
            let parts = text.split(separator: start, maxSplits: 1)
            return (parts.last ?? "").prefix { $0 != "," && $0 != "}" && $0 != "\"" }
        }
        return Asked(
            name: String(behind("\"request\":\"")), nonce: Int64(behind("\"nonce\":")) ?? 0,
            text: text)
    }

    func clear() { actions = [] }

    /// Lets time pass; the venue answers heartbeats at once.
    ///
    /// - Parameter orders: what it answers to questions for open orders; nil: nothing.
    func wait(_ seconds: Double, isAlive: Bool = true, orders: [String]? = nil) throws {
        let end = now.advanced(byNanoseconds: Int64(seconds * 1e9))
        while let wake = wakeAt, wake <= end {
            now = max(now, wake)
            wakeAt = nil
            input(.timer)
            if isAlive { while isAsked("hb") { try answer("hb", Self.done("hb")) } }
            while let orders, isAsked("user_open_orders") {
                try answer("user_open_orders", Self.list("orders", "user_open_orders", orders))
            }
        }
        now = end
        input(.timer)
    }

    static func done(_ name: String) -> (Int64) -> String {
        { "{\"nonce\":\($0),\"reply\":\"\(name)\",\"status\":[\"OK\"]}" }
    }

    static func refusal(_ name: String, _ word: String) -> (Int64) -> String {
        { "{\"nonce\":\($0),\"reply\":\"\(name)\",\"status\":[\"\(word)\"]}" }
    }

    // MARK: - The venue

    /// A message of the venue.
    func hear(_ text: String) throws {
        input(.frame(try #require(socket), Array(text.utf8), isText: true))
    }

    func isAsked(_ name: String) -> Bool { asked.contains { $0.name == name } }

    /// Takes the first request of this name out of those that wait, to be answered by hand.
    func take(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Asked {
        let place = try #require(
            asked.firstIndex { $0.name == name }, "no \(name) among \(asked.map(\.text))",
            sourceLocation: sourceLocation)
        return asked.remove(at: place)
    }

    /// Answers the first request of this name.
    func answer(
        _ name: String, _ answer: (Int64) -> String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try hear(answer(try take(name, sourceLocation: sourceLocation).nonce))
    }

    /// Answers the first call over HTTP that asks for this.
    func reply(
        _ name: String, _ body: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HTTPCall {
        let place = try #require(
            calls.firstIndex { $0.call.body.contains("\"request\":\"\(name)\"") },
            "no \(name) among \(calls.map(\.call.body))", sourceLocation: sourceLocation)
        let (id, call) = calls.remove(at: place)
        input(.response(id, HTTPReply(status: 200, body: Array((body + "\n").utf8))))
        return call
    }

    func tick(ahead seconds: Int64 = 0) -> String {
        let time = now.nanoseconds / 1_000 + seconds * 1_000_000
        return "{\"nonce\":1,\"reply\":\"inst_tick\",\"status\":[\"OK\"],\"inst_id\":3,"
            + "\"trans_id\":6200,\"last\":\"0.02450000\",\"timestamp\":\(time)}"
    }

    func cut() throws {
        let old = try #require(socket)
        socket = nil
        asked = []
        input(.closed(old, reason: TransportProblem(.reset, "")))
    }

    /// What must be known before the socket is opened.
    func prepare(clockAhead: Int64 = 0) throws {
        input(.timer)
        _ = try reply("inst_list", Wire.instruments)
        for _ in 0..<2 { _ = try reply("inst_tick", tick(ahead: clockAhead)) }
    }

    /// From nothing, or from a cut, to a socket that is logged in and asks for everything.
    func open() throws {
        if instruments.isEmpty { try prepare() }
        if socket == nil { try wait(2) }
        input(.opened(try #require(socket)))
        guard isAsked("login") else { return }
        try answer("login") { nonce in
            Wire.login.replacing("\"nonce\":505", with: "\"nonce\":\(nonce)")
        }
    }

    /// Answers everything that is asked: with these rows of open orders and of fills of the first market.
    func agree(orders: [String] = [], fills: [String] = []) throws {
        while let question = asked.first(where: { $0.name != "new_order" }) {
            let isFirst = question.text.contains("\"inst_id\":3,")
            switch question.name {
            case "user_balance": try answer("user_balance", balances())
            case "user_open_orders":
                try answer(question.name, Self.list("orders", question.name, isFirst ? orders : []))
            case "trade_history":
                try answer(question.name, Self.list("trades", question.name, isFirst ? fills : []))
            case "inst_order_book": try answer(question.name, Self.book(isFirst))
            case "inst_trade": try answer(question.name, Self.list("trades", question.name, []))
            default: try answer(question.name, Self.done(question.name))
            }
        }
    }

    static func list(_ key: String, _ name: String, _ rows: [String]) -> (Int64) -> String {
        { nonce in
            let list = rows.map { "{\($0)}" }.joined(separator: ",")
            return "{\"nonce\":\(nonce),\"reply\":\"\(name)\",\"status\":[\"OK\"],"
                + "\"\(key)\":[\(list)]}"
        }
    }

    private static func book(_ isFirst: Bool) -> (Int64) -> String {
        { nonce in
            let text = Wire.book(
                bids: [Wire.level("0.024", "3")], asks: [Wire.level("0.025", "2")],
                totalBuy: "0.072", totalSell: "2", nonce: nonce)
            return isFirst ? text : text.replacing("\"inst_id\":3", with: "\"inst_id\":41")
        }
    }

    func balances(_ fields: String = #""BTC":"1.5","LTC":"10""#) -> (Int64) -> String {
        { "{\"nonce\":\($0),\"reply\":\"user_balance\",\"status\":[\"OK\"],\(fields)}" }
    }

    func goLive() throws {
        try open()
        try agree()
        clear()
    }

    // MARK: - Orders

    /// A live session with an order for 2.5 LTC whose number is 77.
    static func ordering(_ side: Side = .buy, at price: String? = "0.025") throws -> CoinutDesk {
        let desk = try CoinutDesk()
        try desk.goLive()
        try desk.submit(1, side, "2.5", at: price)
        return desk
    }

    /// The same, in the book under 901.
    static func resting() throws -> CoinutDesk {
        let desk = try ordering()
        try desk.answer("new_order") { Wire.accepted(nonce: $0) }
        return desk
    }

    // MARK: - What was told

    /// The requests of a name that were sent, answered or not.
    func sent(_ name: String) -> [String] {
        actions.compactMap { action in
            guard case .send(_, let text) = action,
                text.contains("\"request\":\"\(name)\"")
            else { return nil }
            return text
        }
    }
}
