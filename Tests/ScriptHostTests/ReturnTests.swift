import ScriptHost
import Testing
import TradingCore
import TradingModel

/// What a handler may return: a row of the table in docs/lua-api.md.
private struct Answer: CustomStringConvertible, Sendable {
    var returned: String
    /// How many intents come of it; nil: it is refused.
    var intents: Int?
    /// A part of the refusal.
    var refusal = ""
    var description: String { returned }

    init(_ returned: String, _ intents: Int) {
        self.returned = returned
        self.intents = intents
    }
    init(_ returned: String, refused: String) {
        self.returned = returned
        refusal = refused
    }

    static let all: [Answer] = [
        Answer("", 0), Answer("nil", 0), Answer("false", 0), Answer("{}", 0),
        Answer("#orders() > 0 and close()", 0), Answer("close()", 1),
        Answer("{close()}", 1), Answer("{cancel{}, close()}", 2),
        Answer("{nil, close()}", 1), Answer("{close(), nil, close()}", 2),
        Answer("{false, close(), false}", 1), Answer("{false}", 0), Answer("{[7] = close()}", 1),
        Answer("{same, same}", 2),
        Answer("table.pack(close(), nil, cancel{})", 2), Answer("table.pack()", 0),
        Answer("setmetatable({close()}, {__index = error})", 1),
        Answer("true", refused: "returned true, expected nothing, an intent or a list"),
        Answer("5", refused: "returned a number, expected nothing"),
        Answer("'close'", refused: "returned a text, expected nothing"),
        Answer("print", refused: "returned a function, expected nothing"),
        Answer("position()", refused: "returned a position, expected nothing"),
        Answer("close(), close()", refused: "returned two values, the second an intent"),
        Answer("nil, 'why'", refused: "returned two values, the second a text"),
        Answer("1, 2, 3", refused: "returned several values"),
        Answer("{close(), {close()}}", refused: "entry 2 of the list that"),
        Answer("{{close()}}", refused: "is a table, expected an intent: lists within a list"),
        Answer("{close(), 'x'}", refused: "entry 2 of the list that"),
        Answer("{nil, true}", refused: "is true, expected an intent"),
        Answer("{qty = 1, price = 2}", refused: "returned a table with the field `price`"),
        Answer("{close(), n = close()}", refused: "returned a table with the field `n`"),
        Answer("{close(), n = 1, by = 2}", refused: "returned a table with the field `by`"),
        Answer("{[0] = close()}", refused: "returned a table that is not a list"),
        Answer("{[1.5] = close()}", refused: "returned a table that is not a list"),
        Answer("{[100000] = close()}", refused: "an entry at the place 100000"),
        Answer("state", refused: "returned a table with the field `x`"),
    ]
}

/// A way in which a handler is called.
private enum Way: String, CaseIterable, Sendable {
    case trade, quote, timer, start, stop, position

    var handler: String { "on_\(rawValue)" }

    func call(_ strategy: LuaStrategy) throws -> HandlerOutcome {
        switch self {
        case .trade: return strategy.onTrade(try ScriptRun.trade())
        case .quote:
            return strategy.onQuote(
                Quote(
                    instrument: InstrumentID(0), bid: nil, ask: nil,
                    venueTime: Timestamp(nanoseconds: 1), receiveTime: Timestamp(nanoseconds: 2)))
        case .timer: return strategy.onTimer("tick", late: 0)
        case .start: return strategy.onStart(.first)
        case .stop: return strategy.onStop("it ends")
        case .position: return strategy.onPosition(InstrumentID(0))
        }
    }
}

@Suite struct `What a handler returns` {
    @Test(arguments: Way.allCases, Answer.all)
    private func `means the same in every handler`(way: Way, answer: Answer) throws {
        let run = try ScriptRun(
            "state.x = 1 local same function \(way.handler)() same = close() "
                + "return \(answer.returned) end")
        let requests = try run.requests { try way.call($0) }
        guard let count = answer.intents else {
            let text = try #require(requests.failure)
            #expect(text.contains(answer.refusal), "\(text)")
            #expect(text.contains(way.handler))
            #expect(requests.intents.isEmpty)
            return
        }
        #expect(requests.failure == nil)
        #expect(requests.intents.count == count)
    }

    @Test func `is acted on in the order of the list`() throws {
        let run = try ScriptRun(
            "function on_trade() return {nil, target(1), false, cancel{}, [9] = target(2)} end")
        let btc = InstrumentID(0)
        #expect(
            try run.trade().intents == [
                .target(btc, try SignedQuantity("1")),
                .cancel(.matching(instrument: nil, tag: nil)),
                .target(btc, try SignedQuantity("2")),
            ])
    }

    @Test(arguments: Answer.all)
    private func `is refused or not in a rehearsal as well`(answer: Answer) throws {
        let head = "subscribe('sim:BTC/USDT', 'trades') state.x = 1 local same "
        let old = try LuaStrategy(text: head + "function on_trade() end")
        let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        var engine = Engine(
            mode: .paper, instruments: try ScriptRun.instruments(old.symbols), strategy: old,
            settings: EngineSettings(), now: .distantPast)
        let reloads = StrategyReloads(settings: ReloadSettings())
        var commands: [Command] = []
        reloads.process(.start(.first, at: start), &engine, into: &commands)
        reloads.process(.market(.trade(try ScriptRun.trade())), &engine, into: &commands)
        let new = try LuaStrategy(
            text: head + "function on_trade() same = close() return \(answer.returned) end")
        let material = try #require(reloads.window.material())
        let failure = try Rehearsal(of: new, with: material).failure
        #expect((failure == nil) == (answer.intents != nil), "\(failure ?? "no failure")")
        #expect(failure?.contains(answer.refusal) ?? true)
    }
}
