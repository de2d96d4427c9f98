// Indicators that the host feeds, and conditions that it watches.

extension ScriptApi {
    private static let operand = ApiType.either([.view("series"), .number])

    private static let ofFunction = ApiFunction(
        "indicator:of",
        [.needed("symbol", .symbol), .needed("feed", .text), .optional("field", .text)],
        gives: [ApiResult("series", .view("series"))],
        "binds a new indicator to a feed that the script has subscribed to, or to `\"position\"`; "
            + "only while the script loads")

    private static let whenFunction = ApiFunction(
        "when", [.needed("condition", .condition), .needed("f", .function)],
        "calls `f` with the event by which the condition came true; what it returns is "
            + "acted on as a handler's; only while the script loads")

    private static func condition(_ name: String, _ summary: String) -> ApiFunction {
        var function = ApiFunction(
            "ta.\(name)", [.needed("a", operand), .needed("b", operand)],
            gives: [ApiResult("condition", .condition)], summary)
        function.answersOnly = true
        return function
    }

    /// `crossover` and `crossunder`: without arguments an indicator, with two a condition.
    static func crossing(_ name: String, _ summary: String) -> ApiFunction {
        var function = indicator(
            name, [.optional("a", operand), .optional("b", operand)], ["a", "b"], first: "1",
            type: .boolean, summary)
        function.makesCondition = true
        return function
    }

    private static let series = ApiRecord(
        name: "series", article: "an indicator that follows a feed", kind: .live,
        summary: "What an indicator that follows a feed says, after the event at hand.",
        fields: [
            ApiField(
                "value", .optional(.number), "its first result; nil while it warms up"),
            ApiField("previous", .optional(.number), "the first result one update before"),
            ApiField("second", .optional(.number), "its second result, where it has one"),
            ApiField("third", .optional(.number), "its third"),
        ])

    static let following: [ApiPart] = [
        .heading(3, "Beside the feed"),
        .text(
            """
            An indicator may follow a feed instead of being called: the host feeds it with each event, before
            any handler hears of it, and the script reads it as a field. The values are those that calling it
            would give; reading costs less than the call.
            """),
        .functions([ofFunction, whenFunction], "Function", "Does"),
        .text(
            """
            | Feed | Followed, without a field the first |
            | --- | --- |
            | `trades` | `price`, `qty` |
            | `quotes`, `book` | `mid`, `bid`, `ask`, `bid_qty`, `ask_qty`, `spread`; an event without it is passed over |
            | `bars:1m` | `close`, `open`, `high`, `low`, `volume`, `buy_volume` |
            | `ticker` | `last`, `mark`, `index`, `volume` |
            | `funding` | `rate`, `mark` |
            | `position` | `qty`, `realised_pnl`: at the start and whenever the position changes |

            An indicator of several inputs takes all of them from the feed: high, low, close, volume and time
            of bars, price (or close), volume and time of trades. `ta.value()` is the feed itself.
            """),
        .records([series]),
        .example(
            """
            local p = params{symbol = "sim:BTC/USDT:USDT", size = 0.01}
            subscribe(p.symbol, "trades", "bars:10s")
            local fast, slow = ta.ema(20):of(p.symbol, "trades"), ta.ema(100):of(p.symbol, "trades")
            local range = ta.atr(14):of(p.symbol, "bars:10s")

            function on_trade()
              if not slow.value then return end          -- fewer than 100 trades so far
              plot("distance", fast.value - slow.value)
              if range.value and range.value > 500 then return close() end
              return target(p.symbol, fast.value > slow.value and p.size or -p.size)
            end
            """),
        .text(
            """
            `when` leaves it to the host to watch: nothing of the script runs until its condition comes true.
            """),
        .functions(
            [
                condition("above", "a is larger than b"),
                condition("below", "a is smaller than b"),
            ], "Condition", "Holds while"),
        .text(
            """
            `ta.crossover(a, b)` and `ta.crossunder(a, b)` come true on the update where a goes above b, or
            below it. `ta.above` and `ta.below` come true when they begin to hold, the first time that both
            values are known included. Each side is an indicator that follows a feed, both the same one, or a
            number; an update counts where both have a value.

            With each event the indicators are fed first, then the functions of the conditions that came true
            are called in the order of their declaration, then the handler. Each is a call of its own, with the
            limits of one. A function that fails is logged and counted as a handler that fails, and its
            condition stays watched. A reload begins with the conditions that the new file declares, as its
            rehearsal leaves them. At most 1,000 indicators may follow feeds, and 1,000 conditions be watched.
            """),
        .example(
            """
            local p = params{symbol = "sim:BTC/USDT:USDT", size = 0.01, most = 0.05, floor = 20000}
            subscribe(p.symbol, "trades")
            local fast, slow = ta.ema(20):of(p.symbol, "trades"), ta.ema(100):of(p.symbol, "trades")
            local price, held = ta.value():of(p.symbol, "trades"), ta.value():of(p.symbol, "position")

            when(ta.crossover(fast, slow), function() return target(p.symbol, p.size) end)
            when(ta.crossunder(fast, slow), function() return target(p.symbol, -p.size) end)
            when(ta.below(price, p.floor), function(trade)
              log.warn("%s is below %s", trade.price, p.floor)
              return close()
            end)
            when(ta.above(held, p.most), function(position) log.warn("holds %s", position.qty) end)
            """),
    ]
}
