import AccountSession
import Coinpit
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// Drives a session by hand: every input is written out, every action can be looked at.
final class CoinpitDesk: OrderingDesk {
    private static let prefix = "/api/v1/"
    static let serverKey = "029ca868f239fd5b16ae68950039ca17339ed2a658cc007ed5447138d72bc728a1"
    static let uuid = "de730980-c616-11e6-948a-14e8eedc81d8"

    private(set) var session: CoinpitSession
    /// It asks for nothing in its first 1.1 s.
    var now = Timestamp(nanoseconds: 1_699_999_998_900_000_000)
    /// How far the venue's clock is ahead.
    var clockAhead: Int64 = 0
    private(set) var actions: [SessionAction] = []
    /// Requests that were not answered yet, in order.
    private(set) var calls: [(id: RequestID, call: HTTPCall)] = []
    private(set) var socket: SocketID?
    private(set) var url = ""
    private(set) var sent: [String] = []
    private(set) var instruments: [Instrument] = []
    private var wakeAt: Timestamp?
    var gate = RiskGate(limits: RiskLimits())

    init(_ symbols: [String] = [CoinpitContracts.symbol]) throws {
        session = CoinpitSession(
            CoinpitSettings(symbols: try symbols.map { try Symbol($0) }, key: ownKey))
    }

    // MARK: - Inputs

    func input(_ input: SessionInput) {
        var new: [SessionAction] = []
        session.handle(input, at: now, into: &new)
        for action in new {
            switch action {
            case .request(let id, let call): calls.append((id, call))
            case .open(let id, let address, _): (socket, url) = (id, address)
            case .close(let id): if socket == id { socket = nil }
            case .send(_, let text): sent.append(text)
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
            for text in sent[min(before, sent.count)...] where text == "2" { try hear("3") }
        }
        now = end
        input(.timer)
    }

    func hear(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let socket = try #require(socket, sourceLocation: sourceLocation)
        input(.frame(socket, Array(text.utf8), isText: true))
    }

    func event(_ name: String, _ payload: String) throws { try hear("42[\"\(name)\",\(payload)]") }

    private func name(_ call: HTTPCall) -> String {
        "\(call.method) \(call.path.replacing(Self.prefix, with: ""))"
    }

    func isAsked(_ start: String) -> Bool { calls.contains { name($0.call).hasPrefix(start) } }

    @discardableResult
    func answer(
        _ start: String, _ body: String, status: Int = 200,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HTTPCall {
        let place = try #require(
            calls.firstIndex { name($0.call).hasPrefix(start) },
            "no request \(start) among \(calls.map { name($0.call) })",
            sourceLocation: sourceLocation)
        let (id, call) = calls.remove(at: place)
        let time = now.advanced(byNanoseconds: clockAhead).nanoseconds / 1_000_000
        input(
            .response(
                id,
                HTTPReply(
                    status: status, headers: [HTTPHeader("server-time", String(time))],
                    body: Array(body.utf8))))
        return call
    }

    func fail(_ start: String, _ kind: TransportProblem.Kind) throws {
        let place = try #require(calls.firstIndex { name($0.call).hasPrefix(start) })
        input(.failed(calls.remove(at: place).id, TransportProblem(kind, "")))
    }

    func cut() throws {
        let old = try #require(socket)
        socket = nil
        input(.closed(old, reason: TransportProblem(.reset, "")))
    }

    func open() throws { input(.opened(try #require(socket))) }

    // MARK: - The way to live

    static let contracts = #"""
        {"instrument":{"BTC1":{"symbol":"BTC1","ticksize":1,"ticksperpoint":10,"tickvalue":10000,
        "commission":10000,"reward":-2500,"stopcushion":1,"stopprice":2,"targetprice":3,
        "crossMarginInitialStop":15}},"default":{"instrument":"BTC1"},"network":"testnet"}
        """#.replacing("\n", with: "")

    static func account(
        orders: [String] = [], quantity: Int = 0, average: String = "0", total: Int64 = 5_000_000,
        made: Int64 = 0
    ) -> String {
        let rows = orders.map { row in
            let id = row.split(separator: "\"")[3]
            return "\"\(id)\":\(row)"
        }
        let position =
            "\"BTC1\":{\"instrument\":\"BTC1\",\"averagePrice\":\(average),\"quantity\":\(quantity)}"
        return "{\"orders\":{\"BTC1\":{\(rows.joined(separator: ","))}},"
            + "\"positions\":{\(quantity == 0 ? "" : position)},\"accountMargin\":\(total),"
            + "\"pnl\":{\"pnl\":\(made)},\"margin\":\(total + made),\"userid\":\"\(ownKey.userID)\"}"
    }

    static func order(
        _ id: String = uuid, client: String? = "mr-1", type: String = "LMT",
        status: String = "open", side: String = "buy", quantity: Int = 3, filled: Int = 0,
        cancelled: Int = 0, price: String = "790", time: Int64 = 1_700_000_000_000_000
    ) -> String {
        "{\"uuid\":\"\(id)\"," + (client.map { "\"clientid\":\"\($0)\"," } ?? "")
            + "\"instrument\":\"BTC1\",\"side\":\"\(side)\",\"quantity\":\(quantity),"
            + "\"filled\":\(filled),\"cancelled\":\(cancelled),\"price\":\(price),"
            + "\"averagePrice\":0,\"orderType\":\"\(type)\",\"status\":\"\(status)\","
            + "\"entryTime\":\(time),\"eventTime\":\(time)}"
    }

    static func execution(
        _ id: String = "e-1", order: String = uuid, quantity: Int = 3, price: String = "790",
        fee: Int = 30_000, type: String = "LMT", side: String = "buy"
    ) -> String {
        "{\"executionid\":\"\(id)\",\"orderid\":\"\(order)\",\"orderType\":\"\(type)\","
            + "\"side\":\"\(side)\",\"price\":\(price),\"quantity\":\(quantity),"
            + "\"liquidity\":\"commission\",\"commission\":\(fee),\"eventTime\":1700000000100000,"
            + "\"instrument\":\"BTC1\",\"entryAmount\":0,\"pnl\":0}"
    }

    static let handshake =
        "{\"serverPublicKey\":\"\(serverKey)\",\"userid\":\"\(ownKey.userID)\"}"

    /// Answers handshake and the list of contracts.
    func prepare() throws {
        input(.timer)
        try wait(1.1)
        while isAsked("GET auth/") { try answer("GET auth/", Self.handshake) }
        if isAsked("GET all/config") { try answer("GET all/config", Self.contracts) }
    }

    /// Answers everything that is asked, of an account with these.
    func agree(account: String = CoinpitDesk.account(), executions: [String] = []) throws {
        while let question = calls.first(where: { !$0.call.isOrder }) {
            let name = name(question.call)
            switch name {
            case "GET account/execution":
                try answer(name, "[\(executions.joined(separator: ","))]")
            case "GET account": try answer(name, account)
            case _ where name.hasPrefix("GET auth/"): try answer(name, Self.handshake)
            case _ where name.hasPrefix("GET all/"): try answer(name, Self.contracts)
            case _ where name.contains("/order/"): try answer(name, "[]")
            default: try answer(name, "{}", status: 404)
            }
        }
    }

    func goLive(account: String = CoinpitDesk.account()) throws {
        try prepare()
        try open()
        try hear(#"0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":60000}"#)
        try hear("40")
        try event("account", "{\"account\":\(account)}")
        for _ in 0..<4 {
            try agree(account: account)
            try wait(1)
        }
        clear()
    }

    /// Changes order 1, a purchase of 3 at 790, as an engine approves it.
    func amend(price: String?, quantity: String?) throws {
        let request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: exact("3"), price: exact("790"))
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
                    order: id, instrument: InstrumentID(0),
                    event: .accepted(VenueOrderID(Self.uuid)),
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

    static func ordering(
        at price: String? = "790", _ change: (inout OrderRequest) -> Void = { _ in }
    ) throws -> CoinpitDesk {
        let desk = try CoinpitDesk()
        try desk.goLive()
        try desk.submit(1, .buy, "3", at: price, change)
        return desk
    }

    static let place = "POST contract/BTC1/order/open"

    static func resting() throws -> CoinpitDesk {
        let desk = try ordering()
        try desk.answer(place, "[\(order())]")
        return desk
    }

    // MARK: - What was told

    private var reports: [ExecutionReport] {
        actions.compactMap { action in
            if case .emit(.report(let report)) = action { report } else { nil }
        }
    }
    var events: [String] { reports.map { ActionHash.words($0.event) } }
    var fills: [Fill] {
        reports.compactMap { if case .fill(let fill) = $0.event { fill } else { nil } }
    }
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
    var problems: [VenueProblem] {
        actions.compactMap { if case .problem(let problem) = $0 { problem } else { nil } }
    }
    var statuses: [VenueState] {
        actions.compactMap { action in
            if case .emit(.status(let status)) = action { status.state } else { nil }
        }
    }
    var market: [MarketEvent] {
        actions.flatMap { action -> [MarketEvent] in
            switch action {
            case .emit(.market(let event)): [event]
            case .book(let changes): changes.map { .book($0) }
            default: []
            }
        }
    }
    /// All that was asked so far and is not answered, and all that was sent.
    var isConnected: Bool { statuses.contains(.connected) }
}
