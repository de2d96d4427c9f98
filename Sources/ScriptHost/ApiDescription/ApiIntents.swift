// What a script asks for, what it asks about, and its tools.

extension ScriptApi {
    /// A function that only answers.
    static func answer(
        _ name: String, _ parameters: [ApiParameter], _ results: [ApiResult], _ summary: String
    ) -> ApiFunction {
        var function = ApiFunction(name, parameters, gives: results, summary)
        function.answersOnly = true
        return function
    }

    private static func intent(
        _ name: String, _ parameters: [ApiParameter], _ summary: String
    ) -> ApiFunction {
        answer(name, parameters, [ApiResult("intent", .intent)], summary)
    }

    static let intending: [ApiPart] = [
        .heading(2, "Intents"),
        .text(
            """
            An intent is a value: building one does nothing, returning it does. It is checked where it is built, \
            can be read (`.kind`,
            `.symbol`, `.qty`, `.price`, …) and compared, and cannot be changed, so that logic is tested by \
            calling it.
            """),
        .functions(
            [
                intent(
                    "buy", [.needed("terms", .record("order_terms"))],
                    "an order to buy, with the fields below"),
                intent(
                    "sell", [.needed("terms", .record("order_terms"))],
                    "an order to sell, with the fields below"),
                intent(
                    "cancel",
                    [.needed("what", .either([.view("order"), .record("cancel_terms")]))],
                    "an end of the order, `cancel(order)`, or of all open ones that match, "
                        + "`cancel{symbol=, tag=}`"),
                intent(
                    "amend",
                    [.needed("order", .view("order")), .needed("terms", .record("amend_terms"))],
                    "new terms: `amend(order, {price=, qty=})`"),
                intent(
                    "target", [.optional("symbol", .symbol), .needed("qty", .decimal)],
                    "what it takes to hold this much, counting the orders that are at work; "
                        + "nothing when there"),
                intent(
                    "close", [.optional("symbol", .symbol)],
                    "an end of all its orders and the position"),
            ], "Intent", "Asks for"),
        .records([orderTerms, cancelTerms, amendTerms, intentFields]),
        .text(
            """
            Moonrunner puts a price on the tick, never more aggressive than asked, and a quantity on the lot, \
            never larger. A number that lies beside tick or lot only by what floating point makes of sums, a \
            part in 10⁹, is on it: 91000 + 0.1 + 0.1 is meant as 91000.2.

            `target` counts orders that are on their way to fill at once, and plain orders that rest. It does not \
            count stops that have not been triggered, reduce-only orders that rest, and resting orders that are \
            being cancelled: `{cancel{}, target(0)}` takes everything off and goes flat. What rests never makes \
            it trade away from the target.
            """),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_trade(trade)
              return {
                cancel{tag = "entry"},
                buy{qty = 0.01, price = trade.price - 10, post_only = true, tag = "entry"},
              }
            end
            """),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            local order
            function on_order(o) order = o end
            function on_trade(trade)
              if order and order.state == "working" and trade.price > order.price + 50 then
                return amend(order, {price = trade.price - 10})
              end
            end
            """),
    ]

    private static let orderTerms = ApiRecord(
        name: "order_terms", article: "an order's terms", kind: .table,
        summary: "What `buy` and `sell` take.",
        fields: [
            ApiField("symbol", .optional(.symbol), "may be left out where there is one"),
            ApiField("qty", .decimal, .quantity, "how much; above 0"),
            ApiField(
                "price", .optional(.decimal), .quotePrice, "without it a market order"),
            ApiField(
                "tif", .optional(.choice(["gtc", "ioc", "fok"])),
                "until cancelled (the default), what fills at once, all at once or nothing"),
            ApiField(
                "post_only", .optional(.boolean), "refuse to take; needs a price and `gtc`"),
            ApiField("reduce_only", .optional(.boolean), "never open or turn a position"),
            ApiField("stop", .optional(.decimal), .quotePrice, "wakes the order at that price"),
            ApiField("tag", .optional(.text), .bytes, "your name for it, 1 to 63 bytes of UTF-8"),
        ])
    private static let cancelTerms = ApiRecord(
        name: "cancel_terms", article: "what to cancel", kind: .table,
        summary: "What `cancel` and `orders` take; nothing means all.",
        fields: [
            ApiField("symbol", .optional(.symbol), "only of this symbol"),
            ApiField("tag", .optional(.text), "only with this tag"),
        ])
    private static let amendTerms = ApiRecord(
        name: "amend_terms", article: "new terms", kind: .table,
        summary: "What `amend` takes; at least one of them.",
        fields: [
            ApiField("price", .optional(.decimal), .quotePrice, "the new price"),
            ApiField("qty", .optional(.decimal), .quantity, "the whole order's new quantity"),
        ])
    private static let intentFields = ApiRecord(
        name: "intent", article: "an intent", kind: .table,
        summary: "What can be read of an intent; nil where it says nothing.",
        fields: [
            ApiField(
                "kind", .choice(["buy", "sell", "cancel", "amend", "target", "close"]),
                "what it asks for"),
            ApiField("order", .optional(.view("order")), "the order that is meant"),
            ApiField("symbol", .optional(.symbol), "the instrument"),
            ApiField("qty", .optional(.number), .quantity, "how much"),
            ApiField("price", .optional(.number), .quotePrice, "the limit"),
            ApiField("stop", .optional(.number), .quotePrice, "what wakes it"),
            ApiField("tif", .optional(.choice(["gtc", "ioc", "fok"])), "how long"),
            ApiField("post_only", .optional(.boolean), "as given"),
            ApiField("reduce_only", .optional(.boolean), "as given"),
            ApiField("tag", .optional(.text), "as given"),
        ])

    static let asking: [ApiPart] = [
        .heading(2, "Queries"),
        .functions(
            [
                answer(
                    "position", [.optional("symbol", .symbol)],
                    [ApiResult("position", .view("position"))], "the position, zero when flat"),
                answer(
                    "orders", [.optional("filter", .record("cancel_terms"))],
                    [ApiResult("orders", .list(.view("order")))],
                    "the open orders that match, oldest first; `orders()` all"),
                answer(
                    "quote", [.optional("symbol", .symbol)],
                    [ApiResult("quote", .optional(.view("quote")))],
                    "the top of book; nil while there is nothing"),
                answer(
                    "book", [.optional("symbol", .symbol)],
                    [ApiResult("book", .optional(.view("book")))],
                    "the depth; nil while there is nothing"),
                answer(
                    "instrument", [.optional("symbol", .symbol)],
                    [ApiResult("instrument", .view("instrument"))], "ticks, lots, fees"),
                answer(
                    "balance", [.needed("currency", .text)],
                    [ApiResult("total", .number), ApiResult("free", .number)],
                    "two numbers: the total, and what is free; of all accounts of the run together, or as "
                        + "`venue:currency` of the one there"),
                answer("now", [], [ApiResult("time", .number)], "engine time, s since 1970"),
                answer(
                    "mode", [],
                    [ApiResult("mode", .choice(["backtest", "paper", "live", "check"]))],
                    "`\"backtest\"`, `\"paper\"` or `\"live\"`; `\"check\"` before a run"),
                answer(
                    "trading_state", [.optional("symbol", .symbol)],
                    [ApiResult("state", .choice(["active", "reducing", "halted"]))],
                    "which orders pass: `\"active\"` those within the limits, `\"reducing\"` of these only "
                        + "those that reduce a position, `\"halted\"` none ([risk](risk.md)); without a "
                        + "symbol where the fewest do"),
            ], "Query", "Answers"),
        .text("They answer in handlers, once the run has started."),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_start()
              local total, free = balance("USDT")
              log.info("%s %s %s %s", mode(), position().qty, instrument().tick, total - free)
            end
            -- expect: backtest 0.0 0.1 0.0
            """),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_trade(trade)
              log.info(trading_state())
              if trading_state() == "reducing" then return {cancel{}, close()} end
              if trading_state() == "active" then return target(0.01) end
            end
            -- expect: active
            """),
    ]

    static let tools: [ApiPart] = [
        .heading(2, "Tools"),
        .values([
            ApiValue(
                "state", .table,
                "a table of plain data that outlives reloads, and live and on paper restarts; else "
                    + "empty when a run begins; assign its fields")
        ]),
        .text(
            """
            Plain data are numbers, texts, true, false, and tables of them, 100 levels deep. Assigning anything else to \
            a field of `state`, or a
            table that has it in it, is an error at that line.

            A global `state_version = 2` of yours says which shape `state` has, 1 where you set none
            ([reload](reload.md#state)).
            """),
        .functions(
            [
                ApiFunction(
                    "after", [.needed("seconds", .number), .needed("name", .text)],
                    "calls `on_timer(name)` once; replaces a timer of the name"),
                ApiFunction(
                    "every", [.needed("seconds", .positive), .needed("name", .text)],
                    "calls `on_timer(name)` again and again; replaces a timer of the name"),
                ApiFunction("cancel_timer", [.needed("name", .text)], "forgets the timer"),
                log("debug"), log("info"), log("warn"), log("error"),
                ApiFunction(
                    "print", [.repeated("…", .any)], "the values with tabs between, as `log.info`"),
                ApiFunction(
                    "plot", [.needed("name", .text), .needed("value", .optional(.number))],
                    "names a value; shown nowhere yet, but tests see it in `s.plots`; nil draws nothing"
                ),
                ApiFunction("alert", [.needed("text", .any)], "tells the user"),
            ], "Tool", "Does"),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            state.trades = state.trades or 0
            every(60, "report")
            function on_trade(trade)
              state.trades = state.trades + 1
              plot("price", trade.price)
            end
            function on_timer(name) log.info("%d trades", state.trades) end
            """),
    ]

    private static func log(_ level: String) -> ApiFunction {
        ApiFunction(
            "log.\(level)", [.needed("value", .any), .repeated("…", .any)],
            "the values with tabs between, or `string.format` where the first has a `%`, at level "
                + "\(level)")
    }
}
