import AccountSession
import CoinEx
import Foundation
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// Drives a session by hand: every input is written out, every action can be looked at.
///
/// Orders come from a real engine's risk gate, for nothing else can make them.
final class SessionDesk {
    private(set) var session: CoinExSession
    var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    /// All that was done since the last ``clear()``.
    private(set) var actions: [SessionAction] = []
    /// Requests that were not answered yet, in order.
    private(set) var calls: [(id: RequestID, call: HTTPCall)] = []
    /// Sockets that are open or opening, by product.
    private(set) var sockets: [String: SocketID] = [:]
    private(set) var wakeAt: Timestamp?
    private(set) var instruments: [Instrument] = []
    /// Sent texts that were not answered yet, with their sockets.
    private(set) var sent: [(socket: SocketID, text: String)] = []
    private var gate = RiskGate(limits: RiskLimits())
    /// How far the venue's clock is ahead.
    var clockAhead: Int64 = 0

    static let key = CoinExKey(accessID: "ACCESS", secret: "SECRET")

    init(
        _ symbols: [String] = ["coinex:BTC/USDT"], key: CoinExKey? = SessionDesk.key,
        traits: VenueTraits = .coinEx, _ change: (inout CoinExSettings) -> Void = { _ in }
    ) throws {
        var settings = CoinExSettings(symbols: try symbols.map { try Symbol($0) }, key: key)
        change(&settings)
        session = CoinExSession(settings, traits: traits)
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
            case .send(let socket, let text): sent.append((socket, text))
            case .wake(let time): wakeAt = time
            case .instruments(let list): instruments = list
            default: break
            }
        }
        actions += new
    }

    func clear() { actions = [] }

    /// Lets time pass, with every timer that the session asked for.
    func wait(_ seconds: Double) {
        let end = now.advanced(byNanoseconds: Int64(seconds * 1e9))
        while let wake = wakeAt, wake <= end {
            now = max(now, wake)
            wakeAt = nil
            input(.timer)
        }
        now = end
        input(.timer)
    }

    /// Answers the first open request whose method and path begin so.
    @discardableResult
    func answer(
        _ start: String, _ body: String, status: Int = 200, headers: [HTTPHeader] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HTTPCall {
        let place = try #require(
            calls.firstIndex { "\($0.call.method) \($0.call.path)".hasPrefix(start) },
            "no request \(start) among \(calls.map(\.call.path))", sourceLocation: sourceLocation)
        let (id, call) = calls.remove(at: place)
        input(.response(id, HTTPReply(status: status, headers: headers, body: Array(body.utf8))))
        return call
    }

    func ok(_ start: String, _ data: String, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        try answer(
            start, "{\"code\":0,\"data\":\(data),\"message\":\"OK\"}",
            sourceLocation: sourceLocation)
    }

    func refuse(
        _ start: String, _ code: Int, _ text: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try answer(
            start, "{\"code\":\(code),\"data\":{},\"message\":\"\(text)\"}",
            sourceLocation: sourceLocation)
    }

    func fail(
        _ start: String, _ kind: TransportProblem.Kind,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let place = try #require(
            calls.firstIndex { "\($0.call.method) \($0.call.path)".hasPrefix(start) },
            "no request \(start) among \(calls.map(\.call.path))", sourceLocation: sourceLocation)
        input(.failed(calls.remove(at: place).id, TransportProblem(kind, "")))
    }

    /// Takes a request out of those that wait for their answer, to be answered later.
    func holdBack(_ place: Int) -> RequestID { calls.remove(at: place).id }

    func answer(_ id: RequestID, _ data: String) {
        let body = "{\"code\":0,\"data\":\(data),\"message\":\"OK\"}"
        input(.response(id, HTTPReply(status: 200, body: Array(body.utf8))))
    }

    /// Answers the questions for the time; the first answer of all is followed by another question.
    func tellTime(aheadMilliseconds: Int64 = 0) throws {
        let time = (now.nanoseconds + clockAhead) / 1_000_000 + aheadMilliseconds
        repeat {
            try ok("GET /v2/time", "{\"timestamp\":\(time)}")
        } while isAsked("GET /v2/time")
    }

    /// Lets seconds pass at a venue that answers all questions, with these lists and no order by its id.
    ///
    /// What changes orders stays unanswered.
    func live(
        _ seconds: Int, open: String = "[]", finished: String = "[]", deals: String = "[]"
    ) throws {
        for _ in 0..<seconds {
            wait(1)
            try acknowledge()
            while let question = calls.first(where: { $0.call.method == "GET" })?.call.path {
                let name = question.split(separator: "?")[0].split(separator: "/").last ?? ""
                switch name {
                case "time": try tellTime()
                case "pending-order": try ok("GET \(question)", open)
                case "finished-order": try ok("GET \(question)", finished)
                case "order-deals": try ok("GET \(question)", deals)
                case "order-status": try refuse("GET \(question)", 3_600, "Order not found")
                default: try ok("GET \(question)", "[]")
                }
            }
        }
    }

    func isAsked(_ start: String) -> Bool {
        calls.contains { "\($0.call.method) \($0.call.path)".hasPrefix(start) }
    }

    /// A frame as the venue sends it: gzip in a binary message.
    func push(_ text: String, on product: String = "spot") throws {
        let socket = try #require(sockets[product])
        input(.frame(socket, gzip(text), isText: false))
    }

    /// Acknowledges all that was sent over sockets so far.
    func acknowledge(except word: String = "nothing at all") throws {
        let asked = sent.filter { !$0.text.contains(word) }
        sent.removeAll { !$0.text.contains(word) }
        for (socket, text) in asked {
            let id = try #require(text.split(separator: "\"id\":").last?.dropLast())
            let reply = "{\"id\":\(id),\"code\":0,\"message\":\"OK\"}"
            input(.frame(socket, gzip(reply), isText: false))
        }
    }

    func refuseSent(_ word: String, _ code: Int) throws {
        let place = try #require(sent.firstIndex { $0.text.contains(word) })
        let (socket, text) = sent.remove(at: place)
        let id = try #require(text.split(separator: "\"id\":").last?.dropLast())
        let reply = "{\"id\":\(id),\"message\":\"refused\",\"code\":\(code)}"
        input(.frame(socket, gzip(reply), isText: false))
    }

    func forgetSent() { sent = [] }

    // MARK: - The way to live

    static let spotMarkets = """
        [{"market":"BTCUSDT","taker_fee_rate":"0.002","maker_fee_rate":"0.002",
        "min_amount":"0.0005","base_ccy":"BTC","quote_ccy":"USDT","base_ccy_precision":8,
        "quote_ccy_precision":2},{"market":"ETHUSDT","min_amount":"0.01","base_ccy":"ETH",
        "quote_ccy":"USDT","base_ccy_precision":8,"quote_ccy_precision":2}]
        """
    static let futuresMarkets = """
        [{"market":"BTCUSDT","contract_type":"linear","taker_fee_rate":"0","maker_fee_rate":"0",
        "min_amount":"0.0005","base_ccy":"BTC","quote_ccy":"USDT","base_ccy_precision":8,
        "quote_ccy_precision":2,"tick_size":"0.5","leverage":["3","10"]},
        {"market":"BTCUSD","contract_type":"inverse","min_amount":"10","base_ccy":"BTC",
        "quote_ccy":"USD","base_ccy_precision":8,"quote_ccy_precision":1}]
        """

    /// Answers time, market lists and fees.
    func prepare(fees: String = "0.001") throws {
        input(.timer)
        try tellTime()
        while isAsked("GET /v2/spot/market") { try ok("GET /v2/spot/market", Self.spotMarkets) }
        while isAsked("GET /v2/futures/market") {
            try ok("GET /v2/futures/market", Self.futuresMarkets)
        }
        while isAsked("GET /v2/account/trade-fee-rate") {
            try ok(
                "GET /v2/account/trade-fee-rate",
                "{\"market\":\"BTCUSDT\",\"maker_rate\":\"0\",\"taker_rate\":\"\(fees)\"}")
        }
    }

    func openSockets() {
        for (_, socket) in sockets.sorted(by: { $0.key < $1.key }) { input(.opened(socket)) }
    }

    /// Answers everything asked while reconciling with an account that is empty but for these.
    func reconcile(orders: String = "[]", stops: String = "[]", positions: String = "[]") throws {
        for product in ["spot", "futures"] where isAsked("GET /v2/\(product)/pending-order") {
            try ok("GET /v2/\(product)/pending-stop-order", stops)
            try ok("GET /v2/assets/\(product)/balance", "[]")
            while isAsked("GET /v2/\(product)/user-deals") {
                try ok("GET /v2/\(product)/user-deals", "[]")
            }
            if product == "futures" { try ok("GET /v2/futures/pending-position", positions) }
            let probe = "POST /v2/\(product)/cancel-order-by-client-id"
            if isAsked(probe) { try ok(probe, "[]") }
            try ok("GET /v2/\(product)/pending-order", orders)
        }
    }

    /// All the way to live trading.
    func goLive(positions: String = "[]") throws {
        try prepare()
        openSockets()
        try acknowledge()  // the signature
        try acknowledge()  // the private channels
        try reconcile(positions: positions)
        try acknowledge()  // the public channels
        clear()
    }

    // MARK: - Orders

    /// An order that passed the risk gate.
    func order(
        _ number: Int, _ side: Side, _ quantity: String, at price: String? = nil,
        instrument: Int = 0, _ change: (inout OrderRequest) -> Void = { _ in }
    ) throws -> ApprovedOrder {
        var request = OrderRequest(
            instrument: InstrumentID(instrument), side: side, quantity: try Quantity(quantity),
            price: try price.map { try Price($0) })
        change(&request)
        // The gate knows positions only by fills; reduce-only is marked after it.
        let isReduceOnly = request.isReduceOnly
        request.isReduceOnly = false
        let state = TradingState(mode: .live, instruments: instruments, now: now)
        let id = ClientOrderID("mrtest-\(number)")
        guard isReduceOnly else { return try gate.approve(request, id: id, given: state) }
        return try leaving(request, id)
    }

    /// A reduce-only order needs a position that the engine knows.
    private func leaving(_ request: OrderRequest, _ id: ClientOrderID) throws -> ApprovedOrder {
        let holder = PositionHolder(request)
        return try holder.approve(request, id, instruments, now)
    }

    func submit(
        _ number: Int, _ side: Side, _ quantity: String, at price: String? = nil,
        instrument: Int = 0, _ change: (inout OrderRequest) -> Void = { _ in }
    ) throws {
        input(
            .command(
                .submit(
                    try order(
                        number, side, quantity, at: price, instrument: instrument, change))))
    }

    /// Amends order 1, which has these terms.
    func amend(
        _ quantity: String, at price: String, newPrice: String?, newQuantity: String?
    ) throws {
        let request = OrderRequest(
            instrument: InstrumentID(0), side: .buy, quantity: try Quantity(quantity),
            price: try Price(price))
        let approved = try amendment(
            of: request, price: newPrice, quantity: newQuantity, instruments, now)
        input(.command(.amend(approved)))
    }

    func cancel(_ number: Int, instrument: Int = 0) {
        input(
            .command(.cancel(ClientOrderID("mrtest-\(number)"), InstrumentID(instrument))))
    }

    // MARK: - What was said

    var reports: [ExecutionReport] {
        actions.compactMap { action in
            if case .emit(.report(let report)) = action { report } else { nil }
        }
    }
    /// The reports' events in short words.
    var events: [String] { reports.map { Self.words($0.event) } }

    static func words(_ event: OrderEvent) -> String { ActionHash.words(event) }

    var market: [MarketEvent] {
        actions.flatMap { action -> [MarketEvent] in
            switch action {
            case .emit(.market(let event)): [event]
            case .book(let changes): changes.map { .book($0) }
            default: []
            }
        }
    }
    var trades: [Trade] {
        market.compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    }
    var statuses: [VenueStatus] {
        actions.compactMap { action in
            if case .emit(.status(let status)) = action { status } else { nil }
        }
    }
    var problems: [VenueProblem] {
        actions.compactMap { if case .problem(let problem) = $0 { problem } else { nil } }
    }
    var foreignOrders: [ForeignOrder] {
        actions.compactMap { if case .foreignOrder(let order) = $0 { order } else { nil } }
    }
    /// How often it was said that we agree with the venue.
    var agreements: Int {
        actions.count { if case .reconciled = $0 { true } else { false } }
    }
    var positions: [VenuePosition] {
        actions.compactMap { if case .position(let position) = $0 { position } else { nil } }
    }
    var balances: [Balance] {
        actions.compactMap { action in
            if case .emit(.balance(let balance, _)) = action { balance } else { nil }
        }
    }
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
