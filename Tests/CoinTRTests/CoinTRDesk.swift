import AccountSession
import CoinTR
import HostileVenues
import PlainJSON
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// Drives a session by hand: every input is written out, every action can be looked at.
final class CoinTRDesk: VenueDesk {
    static let key = CoinTRKey(id: "walker", secret: "11112222aaaabbbbcccc333344445555")
    /// A second that a `Date` can name.
    static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    static let spot = "cointr:LTC/USDT"
    static let futures = "cointr:LTC/USDT:USDT"

    private(set) var session: CoinTRSession
    var now = CoinTRDesk.start
    private(set) var actions: [SessionAction] = []
    /// Messages over the socket that were not answered.
    private(set) var said: [JSON] = []
    private(set) var socket: SocketID?
    private(set) var terms = SocketTerms()
    private var wakeAt: Timestamp?
    private var instruments: [Instrument] = []
    private(set) var calls: [(id: RequestID, call: HTTPCall)] = []
    private var gate = RiskGate(limits: RiskLimits())
    private var pingedAt = CoinTRDesk.start
    /// What the account counts positions in.
    var mode = "NET_MODE"

    init(
        _ symbols: [String] = [CoinTRDesk.spot], key: CoinTRKey? = CoinTRDesk.key,
        _ change: (inout CoinTRSettings) -> Void = { _ in }
    ) throws {
        var settings = CoinTRSettings(symbols: try symbols.map { try Symbol($0) }, key: key)
        change(&settings)
        session = CoinTRSession(settings)
    }

    func input(_ input: SessionInput) {
        var new: [SessionAction] = []
        session.handle(input, at: now, into: &new)
        for action in new {
            switch action {
            case .open(let socket, _, let terms):
                self.socket = socket
                self.terms = terms
            case .close: socket = nil
            case .send(_, let text):
                if let json = try? JSON(parsing: Array(text.utf8)) { said.append(json) }
            case .request(let id, let call): calls.append((id, call))
            case .wake(let time): wakeAt = time
            case .instruments(let list): instruments = list
            default: break
            }
        }
        actions += new
    }

    func clear() { actions = [] }

    /// Lets time pass.
    ///
    /// - Parameters:
    ///   - pings: whether the venue pings, as it does every five seconds.
    ///   - answers: whether questions that are asked meanwhile are answered with what there is.
    func wait(
        _ seconds: Double, pings: Bool = true, answers: Bool = false, orders: [String] = []
    ) throws {
        let end = now.advanced(byNanoseconds: Int64(seconds * 1e9))
        while true {
            let ping = pingedAt.advanced(byNanoseconds: 5_000_000_000)
            let due = min(wakeAt ?? .distantFuture, pings ? ping : .distantFuture)
            guard due <= end else { break }
            now = max(now, due)
            if pings, ping <= now {
                pingedAt = now
                if let socket { input(.pinged(socket)) }
            }
            if let wake = wakeAt, wake <= now {
                wakeAt = nil
                input(.timer)
            }
            if answers {
                try answerAll(orders: orders)
                if socket != nil { try acknowledgeAll() }
            }
        }
        now = end
        input(.timer)
    }

    // MARK: - The venue over HTTP

    func isAsked(_ name: String) -> Bool { calls.contains { Self.name($0.call) == name } }

    /// The end of a path, and of trade-fee and instruments what is before it.
    static func name(_ call: HTTPCall) -> String {
        let path = call.path.prefix { $0 != "?" }
        return String(path.split(separator: "/").last ?? "")
    }

    /// Answers the first call of this name.
    @discardableResult
    func reply(
        _ name: String, _ body: String, status: Int = 200, dated: Bool = true,
        where isMeant: (HTTPCall) -> Bool = { _ in true },
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> HTTPCall {
        let (id, call) = try take(name, where: isMeant, sourceLocation: sourceLocation)
        let headers = dated ? [HTTPHeader("Date", Self.date(now))] : []
        input(.response(id, HTTPReply(status: status, headers: headers, body: Array(body.utf8))))
        return call
    }

    func fail(_ name: String, _ kind: TransportProblem.Kind = .timeout) throws {
        input(.failed(try take(name).id, TransportProblem(kind, "")))
    }

    private func take(
        _ name: String, where isMeant: (HTTPCall) -> Bool = { _ in true },
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> (id: RequestID, call: HTTPCall) {
        let place = try #require(
            calls.firstIndex { Self.name($0.call) == name && isMeant($0.call) },
            "no \(name) among \(calls.map(\.call.path))", sourceLocation: sourceLocation)
        return calls.remove(at: place)
    }

    /// As heads of replies have it, for the hour in which all these tests lie.
    static func date(_ time: Timestamp) -> String {
        let clock = UTCTime(time)
        return "Tue, \(clock.day) Nov 2023 \(clock.clock) GMT"
    }

    /// Answers every question with what there is, but orders and cancels.
    func answerAll(orders: [String] = [], fills: [String] = []) throws {
        while let question = calls.first(where: { !$0.call.isOrder || isRightCheck($0.call) }) {
            let name = Self.name(question.call)
            let isSpot = question.call.path.hasPrefix("/v1/spot/")
            switch name {
            case "tickers": try reply(name, Wire.ticker)
            case "instruments":
                try reply(name, isSpot ? Wire.spotInstruments : Wire.futuresInstruments)
            case "trade-fee":
                try reply(name, Self.fees)
            case "config":
                try reply(name, #"{"code":0,"data":{"acctId":"7","posMode":"\#(mode)"}}"#)
            case "cancel-order":
                try reply(
                    name, Wire.refused(5052, text: "Order does not exist"), where: isRightCheck)
            case "balance":
                try reply(name, isSpot ? Self.spotBalance : Self.futuresBalance)
            case "positions": try reply(name, Wire.list([]))
            case "orders-active": try reply(name, Wire.list(isSpot ? orders : []))
            case "fills": try reply(name, Wire.list(isSpot ? fills : []))
            case "set-config": try reply(name, #"{"code":0}"#)
            case "orders-recent", "orders-filled":
                try reply(name, Wire.refused(5052, text: "Order does not exist"))
            default:
                Issue.record("nobody answers \(question.call.path)")
                return
            }
        }
    }

    private func isRightCheck(_ call: HTTPCall) -> Bool { call.body.contains("mrmaythiskeytrade") }

    static let fees = #"{"code":0,"data":[{"instId":"OTHERS","maker":"0.0008","taker":"0.0009"}]}"#
    static let spotBalance =
        #"{"code":0,"data":{"acctId":"7","uTime":1700000000000,"details":[{"ccy":"USDT","bal":"1000","#
        + #""availBal":"1000","frozenBal":"0"},{"ccy":"LTC","bal":"10","availBal":"10","frozenBal":"0"}]}}"#
    static let futuresBalance =
        #"{"code":0,"data":[{"acctid":"7","ccy":"USDT","totalEq":"500","cashBal":500,"freeBal":"500","#
        + #""ordIMR":"0","details":[]}]}"#

    // MARK: - The venue over the socket

    /// A message of the venue.
    func hear(_ text: String) throws {
        input(.frame(try #require(socket), Array(text.utf8), isText: true))
    }

    /// Acknowledges what was said first.
    func acknowledge(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try #require(!said.isEmpty, sourceLocation: sourceLocation)
        let message = said.removeFirst()
        guard message["op"] != "auth" else { return try hear(#"{"event":"auth"}"#) }
        let reply = (["event": message["op"] ?? ""] as JSON)
            .adding(["channel": message["channel"] ?? "", "args": message["args"] ?? [:]])
        try hear(reply.line)
    }

    func acknowledgeAll() throws { while !said.isEmpty { try acknowledge() } }

    /// What was said and is not answered, in short: operation, channel, market.
    var saying: [String] {
        said.map { message in
            [message["op"]?.text, message["channel"]?.text, message["args"]?["instId"]?.text]
                .compactMap { $0 }.joined(separator: " ")
        }
    }

    func cut() throws {
        let old = try #require(socket)
        socket = nil
        said = []
        input(.closed(old, reason: TransportProblem(.reset, "")))
    }

    /// What must be known before the socket is opened.
    func prepare() throws {
        input(.timer)
        try answerAll()
    }

    /// From nothing, or from a cut, to a socket that is signed in and asks for everything.
    func open() throws {
        if instruments.isEmpty { try prepare() }
        // Behind a second the rate has room for all that is asked now.
        try wait(socket == nil ? 2 : 1.2)
        pingedAt = now
        input(.opened(try #require(socket)))
    }

    func goLive(orders: [String] = [], fills: [String] = []) throws {
        try open()
        try acknowledgeAll()
        try answerAll(orders: orders, fills: fills)
        try acknowledgeAll()
        try wait(1.2)
        clear()
    }

    // MARK: - Orders

    func submit(
        _ number: Int, _ side: Side = .buy, _ quantity: String = "1", at price: String? = "70",
        in index: Int = 0, _ change: (inout OrderRequest) -> Void = { _ in }
    ) throws {
        var request = OrderRequest(
            instrument: InstrumentID(index), side: side, quantity: exact(quantity),
            price: price.map { exact($0) })
        change(&request)
        let state =
            request.isReduceOnly
            ? try holding(request)
            : TradingState(mode: .live, instruments: instruments, now: now)
        let order = try gate.approve(request, id: ClientOrderID("mr-\(number)"), given: state)
        input(.command(.submit(order)))
    }

    /// What an engine knows that holds what an order would reduce.
    private func holding(_ request: OrderRequest) throws -> TradingState {
        let strategy = AskingStrategy()
        var opening = request
        opening.side = request.side.opposite
        opening.isReduceOnly = false
        strategy.requests = [.intent(.place(opening))]
        var engine = Engine(
            mode: .live, instruments: instruments, strategy: strategy, settings: EngineSettings(),
            now: now)
        var commands: [Command] = []
        engine.process(.start(.first, at: now), into: &commands)
        for case .submit(let order) in commands {
            let fill = Fill(
                id: "1", price: exact("70"), quantity: request.quantity, liquidity: .taker,
                fee: .zero, feeCurrency: Currency("USDT"))
            let report = ExecutionReport(
                order: order.id, instrument: request.instrument, event: .fill(fill),
                venueTime: now, receiveTime: now)
            engine.process(.report(report), into: &commands)
        }
        return engine.state
    }

    func cancel(_ number: Int, in index: Int = 0) {
        input(.command(.cancel(ClientOrderID("mr-\(number)"), InstrumentID(index))))
    }

    /// A live session with an order for 1 LTC at 70 on its way.
    static func ordering(
        _ symbol: String = spot, _ change: (inout OrderRequest) -> Void = { _ in }
    ) throws -> CoinTRDesk {
        let desk = try CoinTRDesk([symbol])
        try desk.goLive()
        try desk.submit(1, .buy, "1", at: "70", in: 0, change)
        return desk
    }

    /// The same, in the book under 901.
    static func resting(_ symbol: String = spot) throws -> CoinTRDesk {
        let desk = try ordering(symbol)
        try desk.reply("order", Wire.placed(901, "mr-1"))
        return desk
    }

    // MARK: - What was told

    var balances: [String] {
        actions.compactMap { action in
            guard case .emit(.balance(let balance, _)) = action else { return nil }
            return "\(balance.currency) \(balance.total) \(balance.available)"
        }
    }

    var trades: [String] {
        market.compactMap {
            guard case .trade(let trade) = $0 else { return nil }
            return "\(trade.id ?? 0) \(trade.quantity)@\(trade.price)"
        }
    }
}
