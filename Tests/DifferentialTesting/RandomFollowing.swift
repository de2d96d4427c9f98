import PropertyTesting

/// Indicators of a random script that follow a feed, each with a twin that the script feeds by itself
/// in the feed's handler; and conditions, whose calls the script counts by itself too.
extension RandomScript {
    /// What a script says when an indicator that follows is not as its twin.
    static let twinDiffers = "an indicator that follows a feed differs from its twin"
    /// The same of a condition that the host watches.
    static let watchDiffers = "a condition came true another time than its twin"

    private static let followers = [
        "value()", "ema(3)", "sma(5)", "wma(4)", "rma(2)", "dema(3)", "hma(4)", "kama(3)", "rsi(3)",
        "macd(2, 4, 3)", "bbands(4)", "linreg(3)", "stdev(6)", "mom(2)", "highest(4)", "zscore(5)",
    ]
    private static let barFollowers = [
        "atr(3)", "adx(2)", "supertrend(2, 1)", "stoch(3, 2, 2)", "donchian(3)", "obv()", "mfi(3)",
        "vwap()", "vwap(60)", "cci(3)", "tr()",
    ]

    /// Follows some of the feeds of a symbol; `feeds` are as `subscribe` was given them, in quotes.
    mutating func follow(_ symbol: String, feeds: [String]) {
        for feed in feeds where random.chance(35) {
            let name = feed.dropFirst().dropLast()
            let kind = name.hasPrefix("bars:") ? "bar" : Self.events[String(name)] ?? ""
            let field = random.pick(Self.fields[kind] ?? [])
            let size = kind == "bar" ? "\"\(name.dropFirst(5))\"" : "nil"
            for _ in 0..<random.int(1...2) {
                let takesBar = kind == "bar" && random.chance(50)
                let made = random.pick(takesBar ? Self.barFollowers : Self.followers)
                let place = takesBar ? "nil" : "\"\(field)\""
                let twins = "ta.\(made), ta.\(made)"
                line("pair(\"\(kind)\", \(symbol), \(feed), \(size), \(place), \(twins))")
            }
            if random.chance(60) { watch(kind, symbol, feed, size, field) }
        }
        if random.chance(25) {
            let twins = "ta.value(), ta.value()"
            line("pair(\"position\", \(symbol), \"position\", nil, \"qty\", \(twins))")
        }
    }

    /// A condition of two averages, or of one and a number that it may reach.
    private mutating func watch(
        _ kind: String, _ symbol: String, _ feed: String, _ size: String, _ field: String
    ) {
        let comparison = random.pick(["crossover", "crossunder", "above", "below"])
        let answer = random.chance(30) ? "if may() then return cancel{symbol = \(symbol)} end" : ""
        let trouble = random.chance(10) ? "if n % 97 == 3 then error(\"in a condition\") end" : ""
        line(
            """
            watch("\(kind)", \(symbol), \(feed), \(size), "\(field)", "\(comparison)",
              function(e) n = n + 1 note(e.\(field)) \(trouble) \(answer) end)
            """)
    }

    private static let events = [
        "trades": "trade", "quotes": "quote", "book": "book", "ticker": "ticker",
        "funding": "funding",
    ]
    private static let fields = [
        "trade": ["price", "qty"], "quote": ["mid", "bid", "ask_qty", "spread"],
        "book": ["mid", "bid_qty", "ask"], "bar": ["close", "high", "volume"],
        "ticker": ["last", "mark", "index"], "funding": ["rate"],
    ]

    /// The functions that the lines above call, and `twin`, which handlers begin with.
    static let twins = """
        local pairs_of = {}
        local function add(kind, entry)
          pairs_of[kind] = pairs_of[kind] or {}
          table.insert(pairs_of[kind], entry)
        end
        local function pair(kind, symbol, feed, size, field, plain, other)
          local bound = other:of(symbol, feed, field)
          local last                            -- a position has been read at the start: flat
          if kind == "position" then last = 0 end
          add(kind, {symbol = symbol, size = size, field = field, plain = plain, bound = bound,
            last = last})
        end
        local plain_of = {
          crossover = ta.crossover, crossunder = ta.crossunder,
          above = function() local held return function(a, b)
            local was = held held = a > b return held and not was end end,
          below = function() local held return function(a, b)
            local was = held held = a < b return held and not was end end,
        }
        local function watch(kind, symbol, feed, size, field, comparison, f)
          local entry = {symbol = symbol, size = size, field = field, calls = 0, expected = 0,
            fast = ta.ema(2), slow = ta.sma(5), comes = plain_of[comparison]()}
          local fast, slow = ta.ema(2):of(symbol, feed, field), ta.sma(5):of(symbol, feed, field)
          when(ta[comparison](fast, slow), function(e) entry.calls = entry.calls + 1 return f(e) end)
          add(kind, entry)
        end
        local function differs(entry, e)
          local value = not entry.field and e or e[entry.field]
          if value == nil then return false end
          if entry.fast then
            local fast, slow = entry.fast(value), entry.slow(value)
            if fast and slow and entry.comes(fast, slow) then entry.expected = entry.expected + 1 end
            return entry.calls ~= entry.expected
          end
          local bound, first, second, third = entry.bound, entry.plain(value)
          local same = bound.value == first and bound.previous == entry.last
          if second then same = same and bound.second == second end
          if third then same = same and bound.third == third end
          entry.last = first
          note(bound.value)
          return not same
        end
        local function twin(kind, e)
          for _, entry in ipairs(pairs_of[kind] or {}) do
            if e.symbol == entry.symbol and (not entry.size or e.size == entry.size)
              and differs(entry, e) then
              log.error(entry.fast and "\(watchDiffers)" or "\(twinDiffers)")
            end
          end
        end
        """
}
