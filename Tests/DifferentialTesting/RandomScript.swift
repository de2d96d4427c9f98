import PropertyTesting
import TradingModel

/// Writes strategies that nobody would write, from a small grammar: every handler, what it may
/// read, ask and return, and how it may fail.
///
/// Every script gives the same on every run: no table is measured by `#` that may have holes, none
/// is shown with its address, and lists with holes are written so that Lua keeps them one way.
struct RandomScript {
    var random: Seeded
    let symbols: [String]
    let kinds: [DataKinds]
    /// Whether only trades are heard, so that the strategy may run ahead over them.
    let hearsTradesAlone: Bool
    /// How often a handler sends something, in percent.
    let zeal: Int
    /// The bars that the data has; nil: those of ``RandomMarket``.
    var barFeed: String?
    private var lines: [String] = []
    /// Whether indicators may follow feeds.
    private var hasTwins = false

    init(symbols: [String], kinds: [DataKinds], hearsTradesAlone: Bool, random: Seeded) {
        self.symbols = symbols
        self.kinds = kinds
        self.hearsTradesAlone = hearsTradesAlone
        self.random = random
        zeal = self.random.pick([0, 15, 40, 70])
    }

    mutating func text() -> String {
        head()
        for handler in chosenHandlers() { write(handler) }
        return lines.joined(separator: "\n") + "\n"
    }

    mutating func line(_ text: String) { lines.append(text) }

    // MARK: - What comes before the handlers

    private mutating func head() {
        line("local S = {\(symbols.map { "\"\($0)\"" }.joined(separator: ", "))}")
        let subscribed = kinds.map { feeds($0) }
        for (index, feeds) in subscribed.enumerated() {
            line("subscribe(S[\(index + 1)], \(feeds.joined(separator: ", ")))")
        }
        line(
            """
            local n, acc, sent, set, kept, mine = 0, 0, 0, 0, nil, nil
            local last, co = {}, nil
            local function note(x)
              if type(x) == "number" and x == x then acc = (acc * 31 + x) % 1000003
              elseif type(x) == "string" then acc = (acc + #x) % 1000003
              elseif x == nil then acc = acc + 1 elseif x == true then acc = acc + 2 end
            end
            local function px(s) return last[s] or 100 end
            local function tick(s) return instrument(s).tick end
            local function lot(s) return instrument(s).lot end
            local function may() sent = sent + 1 return sent < 200 end
            local function later(s, name) set = set + 1 if set < 200 then after(s, name) end end
            local average, extremes = ta.\(random.pick(Self.averages)), ta.highest(4)
            local up = ta.crossover()
            local steps = {}
            for i = 1, 3 do steps[i] = function(x) note(x + i) return i end end
            local function walker()
              return coroutine.wrap(function(x)
                while true do note(x) x = coroutine.yield(acc) end
              end)
            end
            """)
        if random.chance(50) {
            line(Self.twins)
            hasTwins = true
            for (index, feeds) in subscribed.enumerated() {
                follow("S[\(index + 1)]", feeds: feeds)
            }
        }
        if random.chance(30) { line("every(\(random.pick(["0.02", "0.5", "7"])), \"beat\")") }
    }

    private static let averages = ["ema(3)", "sma(5)", "wma(4)", "rsi(3)", "stdev(6)", "mom(2)"]

    private mutating func feeds(_ kinds: DataKinds) -> [String] {
        var feeds: [String] = []
        if kinds.contains(.trades) {
            feeds.append("trades")
            if hearsTradesAlone ? random.chance(20) : random.chance(60) {
                let sizes = ["1s", "10s", "1m", "7t", "100t", "1t"]
                feeds += (0..<random.int(1...2)).map { _ in "bars:\(random.pick(sizes))" }
            }
        } else if kinds.contains(.bars) {
            let made = "bars:\(random.pick(["10s", "30s", "1m"]))"
            feeds.append(barFeed ?? made)
        }
        if kinds.contains(.quotes) || kinds.contains(.depth), random.chance(70) {
            feeds.append("quotes")
        }
        if kinds.contains(.depth), random.chance(70) { feeds.append("book") }
        if random.chance(30) { feeds.append("ticker") }
        if random.chance(30) { feeds.append("funding") }
        if feeds.isEmpty { feeds.append("ticker") }
        return feeds.map { "\"\($0)\"" }
    }

    // MARK: - Handlers

    private mutating func chosenHandlers() -> [Handler] {
        var handlers: [Handler] = []
        if hearsTradesAlone {
            handlers.append(.trade)
        } else {
            handlers = [.trade, .quote, .book, .bar, .ticker, .funding].filter { _ in
                random.chance(70)
            }
            if handlers.isEmpty { handlers.append(.trade) }
        }
        let others: [Handler] = [.start, .order, .fill, .position, .timer]
        handlers += others.filter { _ in random.chance(45) }
        return handlers + [.stop]
    }

    private mutating func write(_ handler: Handler) {
        line("function \(handler.name)(e)")
        if hasTwins, handler.isFleeting || handler == .position {
            line("  twin(\"\(handler.rawValue)\", e)")
        }
        line("  n = n + 1")
        switch handler {
        case .trade: line("  last[e.symbol] = e.price")
        case .bar: line("  last[e.symbol] = e.close")
        case .quote, .book: line("  if e.mid then last[e.symbol] = e.mid end")
        // What the script has heard is part of what is compared.
        case .stop: line("  state.calls, state.acc = n, acc")
        case .order: line("  if not mine or mine.state == \"filled\" then mine = e end")
        default: break
        }
        for _ in 0..<random.int(0...5) {
            let text = statement(in: handler)
            line(random.chance(60) ? "  \(text)" : "  if \(condition()) then \(text) end")
        }
        answer(in: handler)
        line("end")
    }

    /// True on some calls: by count, by what was heard, by chance.
    mutating func condition() -> String {
        switch random.int(0...4) {
        case 0, 1: "n % \(random.int(2...90)) == \(random.int(0...1))"
        case 2: "acc % 7 < \(random.int(1...5))"
        case 3: "math.random(\(random.int(2...40))) == 1"
        default: "n > \(random.int(1...300))"
        }
    }

    /// A condition for what should be rare.
    mutating func seldom() -> String {
        random.bool()
            ? "n % \(random.int(13...150)) == 5" : "math.random(\(random.int(30...200))) == 1"
    }

    mutating func symbol() -> String { "S[\(random.int(1...symbols.count))]" }

    enum Handler: String {
        case trade, quote, book, bar, ticker, funding, start, order, fill, position, timer, stop

        var name: String { "on_\(rawValue)" }

        /// Fields that an event has, nil ones too.
        var fields: [String] {
            switch self {
            case .trade: ["price", "qty", "side", "time", "time_ns", "received", "id", "symbol"]
            case .quote:
                ["bid", "ask", "bid_qty", "ask_qty", "mid", "spread", "time", "time_ns", "symbol"]
            case .book: ["bid", "ask", "bid_qty", "ask_qty", "mid", "spread", "received", "symbol"]
            case .bar:
                [
                    "open", "high", "low", "close", "volume", "buy_volume", "trades", "time",
                    "close_time", "size", "symbol",
                ]
            case .ticker: ["last", "mark", "index", "volume", "time_ns", "symbol"]
            case .funding: ["rate", "mark", "time", "received", "symbol"]
            case .order:
                [
                    "id", "symbol", "side", "qty", "price", "stop", "tif", "post_only",
                    "reduce_only", "tag", "state", "filled", "remaining", "average_price",
                    "reason", "created", "updated", "version",
                ]
            case .fill:
                [
                    "price", "qty", "side", "fee", "fee_currency", "liquidity", "time", "id",
                    "symbol",
                ]
            case .position:
                [
                    "qty", "average_price", "realised_pnl", "unrealised_pnl", "fees", "funding",
                    "symbol",
                ]
            case .start, .timer, .stop: []
            }
        }

        /// Whether its event is a view, which is gone behind the handler.
        var isFleeting: Bool {
            switch self {
            case .trade, .quote, .book, .bar, .ticker, .funding, .fill: true
            case .start, .order, .position, .timer, .stop: false
            }
        }
    }
}
