import AccountSession
import Bitunix
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// Drives a session by hand: every input is written out, every action can be looked at.
final class BitunixDesk: OrderingDesk {
    static let key = BitunixKey(apiKey: "key-7", secret: "hush")
    /// The market of ``Wire``.
    static let market = "bitunix:LTC/USDT:USDT"
    private static let prefix = "/api/v1/futures/"

    private(set) var session: BitunixSession
    /// It asks for nothing in its first 1.1 s.
    var now = Timestamp(nanoseconds: 1_699_999_998_900_000_000)
    /// How far the venue's clock is ahead.
    var clockAhead: Int64 = 0
    private(set) var actions: [SessionAction] = []
    /// Requests that were not answered yet, in order.
    private(set) var calls: [(id: RequestID, call: HTTPCall)] = []
    /// Sockets that are open or opening: `public`, `private`.
    private(set) var sockets: [String: SocketID] = [:]
    /// Everything that was sent over them, with when.
    private(set) var sent: [(line: String, text: String, at: Timestamp)] = []
    private(set) var instruments: [Instrument] = []
    private var wakeAt: Timestamp?
    var gate = RiskGate(limits: RiskLimits())
    init(
        _ symbols: [String] = [BitunixDesk.market], key: BitunixKey? = BitunixDesk.key,
        _ change: (inout BitunixSettings) -> Void = { _ in }
    ) throws {
        var settings = BitunixSettings(symbols: try symbols.map { try Symbol($0) }, key: key)
        change(&settings)
        session = BitunixSession(settings)
    }

    // MARK: - Inputs

    func input(_ input: SessionInput) {
        var new: [SessionAction] = []
        session.handle(input, at: now, into: &new)
        for action in new {
            switch action {
            case .request(let id, let call): calls.append((id, call))
            case .open(let socket, let url, _):
                sockets[String(url.split(separator: "/").last ?? "")] = socket
            case .close(let socket): sockets = sockets.filter { $0.value != socket }
            case .send(let socket, let text):
                let line = sockets.first { $0.value == socket }?.key ?? "none"
                sent.append((line, text, now))
            case .wake(let time): wakeAt = time
            case .instruments(let list): instruments = list
            default: break
            }
        }
        actions += new
    }

    func clear() {
        actions = []
        sent = []
    }

    /// Lets time pass; the venue answers pings at once where it is alive.
    func wait(_ seconds: Double, isAlive: Bool = true) throws {
        let end = now.advanced(byNanoseconds: Int64(seconds * 1e9))
        while let wake = wakeAt, wake <= end {
            now = max(now, wake)
            wakeAt = nil
            let before = sent.count
            input(.timer)
            guard isAlive else { continue }
            for entry in sent[min(before, sent.count)...] where entry.text.contains(#""op":"ping""#)
            {
                try hear(#"{"op":"ping","pong":1,"ping":1}"#, on: entry.line)
            }
        }
        now = end
        input(.timer)
    }

    func hear(
        _ text: String, on line: String = "private",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let socket = try #require(sockets[line], sourceLocation: sourceLocation)
        input(.frame(socket, Array(text.utf8), isText: true))
    }

    func isAsked(_ start: String) -> Bool { calls.contains { name($0.call).hasPrefix(start) } }

    /// The method, and the path behind what all have in common.
    private func name(_ call: HTTPCall) -> String {
        "\(call.method) \(call.path.replacing(Self.prefix, with: ""))"
    }

    /// Takes the first open request whose method and path begin so out of those that wait.
    func take(
        _ start: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> (id: RequestID, call: HTTPCall) {
        let place = try #require(
            calls.firstIndex { name($0.call).hasPrefix(start) },
            "no request \(start) among \(calls.map { name($0.call) })",
            sourceLocation: sourceLocation)
        return calls.remove(at: place)
    }

    /// Answers it.
    @discardableResult
    func answer(
        _ start: String, _ body: String, status: Int = 200,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HTTPCall {
        let (id, call) = try take(start, sourceLocation: sourceLocation)
        reply(id, body, status: status)
        return call
    }

    func reply(_ id: RequestID, _ body: String, status: Int = 200) {
        let venueNow = now.advanced(byNanoseconds: clockAhead)
        let headers = [HTTPHeader("date", Self.date(venueNow))]
        input(.response(id, HTTPReply(status: status, headers: headers, body: Array(body.utf8))))
    }

    static func date(_ time: Timestamp) -> String {
        let utc = UTCTime(time)
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        return "Xyz, \(utc.day) \(months[utc.month - 1]) \(utc.year) \(utc.clock) GMT"
    }

    @discardableResult
    func ok(
        _ start: String, _ data: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HTTPCall {
        try answer(start, Wire.reply(data), sourceLocation: sourceLocation)
    }

    func refuse(
        _ start: String, _ code: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try answer(
            start, "{\"code\":\(code),\"data\":null,\"msg\":\"no\"}", sourceLocation: sourceLocation
        )
    }

    func fail(
        _ start: String, _ kind: TransportProblem.Kind,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        input(
            .failed(
                try take(start, sourceLocation: sourceLocation).id, TransportProblem(kind, "")))
    }

    func cut(_ line: String) throws {
        let old = sockets.removeValue(forKey: line)
        let socket = try #require(old)
        input(.closed(socket, reason: TransportProblem(.reset, "")))
    }

    // MARK: - The way to live

    /// Answers time and the list of markets.
    func prepare() throws {
        input(.timer)
        try wait(1.1)
        while isAsked("GET market/funding_rate") { try ok("GET market/funding_rate", "{}") }
        if isAsked("GET market/trading_pairs") { try ok("GET market/trading_pairs", Wire.pairs) }
    }

    func openSockets() {
        for (_, socket) in sockets.sorted(by: { $0.key < $1.key }) { input(.opened(socket)) }
    }

    func login() throws { try hear(#"{"op":"login","data":{"result":true}}"#) }

    /// Answers everything that is asked, of an account with these.
    func agree(
        orders: [String] = [], positions: String = "[]", trades: [String] = [],
        account: String = Wire.account()
    ) throws {
        while let question = calls.first(where: { !$0.call.isOrder || isQuestion($0.call) }) {
            let name = name(question.call)
            switch name.split(separator: "?")[0] {
            case "GET market/funding_rate": try ok(name, "{}")
            case "GET account": try ok(name, account)
            case "GET position/get_pending_positions": try ok(name, positions)
            case "GET trade/get_pending_orders": try ok(name, Wire.orders(orders))
            case "GET trade/get_history_orders": try ok(name, Wire.orders([]))
            case "GET trade/get_history_trades": try ok(name, Wire.trades(trades))
            case "GET trade/get_order_detail": try refuse(name, 20_007)
            default: try ok(name, Wire.notCancelled())
            }
        }
    }

    /// The cancel that asks whether the key may trade.
    private func isQuestion(_ call: HTTPCall) -> Bool { call.body.contains("may-this-key-trade") }

    func goLive(positions: String = "[]", orders: [String] = []) throws {
        try prepare()
        openSockets()
        try login()
        try agree(orders: orders, positions: positions)
        // Messages leave four a second.
        try wait(3)
        try agree(orders: orders, positions: positions)
        clear()
    }

    // MARK: - Orders

    /// Changes order 1, a purchase of 2.5 at 100, as an engine approves it.
    func amend(price: String?, quantity: String?) throws {
        let request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: exact("2.5"), price: exact("100"))
        var settings = EngineSettings()
        settings.orderIDPrefix = "mr"
        let strategy = AskingStrategy()
        var engine = Engine(
            mode: .live, instruments: instruments, strategy: strategy, settings: settings, now: now)
        var commands: [Command] = []
        strategy.requests = [.intent(.place(request))]
        engine.process(.start(.first, at: now), into: &commands)
        let id = ClientOrderID("mr-1")
        engine.process(
            .report(
                ExecutionReport(
                    order: id, instrument: InstrumentID(0), event: .accepted(VenueOrderID("901")),
                    venueTime: now, receiveTime: now)), into: &commands)
        strategy.requests = [
            .intent(
                .amend(id, price: price.map { exact($0) }, quantity: quantity.map { exact($0) }))
        ]
        engine.process(.start(.reload, at: now), into: &commands)
        let amendment = try #require(
            commands.compactMap { if case .amend(let approved) = $0 { approved } else { nil } }.last
        )
        input(.command(.amend(amendment)))
    }

    /// A live session with order 1, which has not been answered.
    static func ordering(
        at price: String? = "100", _ change: (inout OrderRequest) -> Void = { _ in }
    ) throws -> BitunixDesk {
        let desk = try BitunixDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "2.5", at: price, change)
        return desk
    }

    /// The same, in the book under 901.
    static func resting() throws -> BitunixDesk {
        let desk = try ordering()
        try desk.accept()
        return desk
    }

    static let place = "POST trade/place_order"

    func accept(_ id: String = "901") throws {
        try ok(Self.place, "{\"orderId\":\"\(id)\",\"clientId\":\"mr-1\"}")
        try hear(Wire.orderPush("NEW", id, event: "CREATE"))
    }

    // MARK: - What was told

    private var reports: [ExecutionReport] {
        actions.compactMap { action in
            if case .emit(.report(let report)) = action { report } else { nil }
        }
    }
    /// Of orders, in short words.
    var events: [String] { reports.map { ActionHash.words($0.event) } }
    var reasons: [String] {
        reports.compactMap { report in
            switch report.event {
            case .rejected(let reason), .expired(let reason), .lost(let reason),
                .cancelRejected(let reason), .amendRejected(let reason):
                "\(reason)"
            default: nil
            }
        }
    }
    var balances: [Balance] {
        actions.compactMap { action in
            if case .emit(.balance(let balance, _)) = action { balance } else { nil }
        }
    }
    var logs: [String] {
        actions.compactMap { if case .log(_, let text) = $0 { text } else { nil } }
    }
    var trades: [Trade] {
        market.compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    }
    /// Requests that change orders, by a word of their path.
    func orderCalls(_ word: String) -> [HTTPCall] {
        actions.compactMap { action in
            if case .request(_, let call) = action, call.isOrder, call.path.contains(word) {
                call
            } else {
                nil
            }
        }
    }
}
