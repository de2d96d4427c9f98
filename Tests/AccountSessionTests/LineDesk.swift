import AccountSession
import HostileVenues
import Testing
import TradingCore
import TradingModel
import VenueSessions

/// Drives a session at a ``LineVenue`` by hand: every input is written out, every action can be looked at.
final class LineDesk: OrderingDesk {
    private(set) var session: LineVenue
    var now = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
    private(set) var actions: [SessionAction] = []
    /// What was sent over the open socket and not answered, as `what …`, with its number.
    private(set) var asked: [(number: Int64, text: String)] = []
    /// When each message left.
    private(set) var sentAt: [Timestamp] = []
    private(set) var socket: SocketID?
    private var wakeAt: Timestamp?
    private(set) var instruments: [Instrument] = []
    private var calls: [RequestID] = []
    var gate = RiskGate(limits: RiskLimits())

    init(
        _ symbols: [String] = ["line:BTC/USDT", "line:ETH/USDT"],
        numbers: Range<Int64> = 16_777_000..<16_777_216,
        traits: (inout VenueTraits) -> Void = { _ in }
    ) throws {
        session = LineVenue(
            try symbols.map { try Symbol($0) }, traits: LineVenue.traits(traits), numbers: numbers)
    }

    func input(_ input: SessionInput) {
        var new: [SessionAction] = []
        session.handle(input, at: now, into: &new)
        for action in new {
            switch action {
            case .open(let socket, _, _): self.socket = socket
            case .close: socket = nil
            case .send(_, let text):
                let words = text.split(separator: " ", maxSplits: 1)
                asked.append((Int64(words[0]) ?? 0, String(words[1])))
                sentAt.append(now)
            case .request(let id, _): calls.append(id)
            case .wake(let time): wakeAt = time
            case .instruments(let list): instruments = list
            default: break
            }
        }
        actions += new
    }

    func clear() { actions = [] }

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

    /// A message of the venue.
    func hear(_ text: String) throws {
        input(.frame(try #require(socket), Array(text.utf8), isText: true))
    }

    /// Answers the first message that begins so.
    func answer(
        _ start: String, _ answer: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let place = try #require(
            asked.firstIndex { $0.text.hasPrefix(start) },
            "no \(start) among \(asked.map(\.text))", sourceLocation: sourceLocation)
        try hear("\(asked.remove(at: place).number) \(answer)")
    }

    func isAsked(_ start: String) -> Bool { asked.contains { $0.text.hasPrefix(start) } }

    /// What changes orders and was sent, answered or not.
    func sent(_ start: String) -> [String] {
        actions.compactMap { action in
            guard case .send(_, let text) = action else { return nil }
            let what = text.split(separator: " ", maxSplits: 1)[1]
            return what.hasPrefix(start) ? String(what) : nil
        }
    }

    func cut() throws {
        let old = try #require(socket)
        socket = nil
        asked = []
        input(.closed(old, reason: TransportProblem(.reset, "")))
    }

    /// From nothing, or from a cut, to a line that is signed in and asks for everything.
    func open() throws {
        if calls.isEmpty { input(.timer) }
        while !calls.isEmpty {
            input(.response(calls.removeFirst(), HTTPReply(status: 200, body: [])))
        }
        if socket == nil { wait(2) }
        input(.opened(try #require(socket)))
        try answer("login", "ok")
    }

    /// Answers everything that is asked in a round.
    func agree(orders: String = "", fills: String = "") throws {
        while let question = asked.first(where: { !$0.text.hasPrefix("hb") })?.text {
            switch question.split(separator: " ")[0] {
            case "balances": try answer(question, "balances USDT,1000")
            case "open": try answer(question, "orders \(question == "open 0" ? orders : "")")
            case "fills": try answer(question, "fills \(question == "fills 0 0" ? fills : "")")
            case "join": try answer(question, "ok")
            default: Issue.record("\(question) is no question of a round")
            }
        }
    }

    func goLive() throws {
        try open()
        try agree()
        clear()
    }
}
