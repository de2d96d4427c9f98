// The beginning of the page, and what a script declares while it loads.

extension ScriptApi {
    static let introduction: [ApiPart] = [
        .heading(1, "The script API"),
        .text(
            """
            A strategy is one Lua 5.4 file. While it loads it declares its parameters and what it subscribes to; \
            afterwards Moonrunner
            calls its handlers, which are global functions. A handler returns nothing, one intent, or a list of \
            intents, and only what
            it returns is acted on.
            """),
        .example(
            """
            local p = params{symbol = "sim:BTC/USDT:USDT", size = 0.01}
            subscribe(p.symbol, "trades")

            function on_trade(trade)
              if trade.price > 50000 then return target(p.symbol, p.size) end
            end
            """),
        .text(
            """
            Every example on this page is a whole script, and a test runs each of them.

            * Prices, quantities and money are numbers: the nearest to the venue's decimal. Orders take a number or \
            a decimal text; a
              number is read as the shortest decimal that means it, so `0.1` is exactly 0.1.
            * Times are seconds since 1970 (UTC) as numbers with a fraction; `time_ns` is the exact whole number of \
            nanoseconds.
            * What does not exist is an error with the nearest name: an unknown global, field, parameter, feed, \
            symbol or function.
              `runner check` finds most of these [without running the script](check.md).
            * Where the script has exactly one symbol, a `symbol` may be left out.
            """),
    ]

    static let declaring: [ApiPart] = [
        .heading(2, "Declaring"),
        .functions(
            [paramsFunction, subscribeFunction, requireFunction], "Function", "Does"),
        .heading(3, "Parameters"),
        .text(
            """
            | Form | Means |
            | --- | --- |
            | `fast = 50` | a whole number |
            | `size = 0.01` | a number |
            | `on = true` | true or false |
            | `name = "x"` | a text |
            | `mode = {"a", "b"}` | one of these, the first by default |
            | `fast = {default = 50, min = 2, …}` | the long form, below; only `default` is needed |
            """),
        .records([parameterOptions]),
        .example(
            """
            local p = params{
              fast = 50, size = 0.01, on = true, mode = {"both", "long"},
              slow = {default = 200, min = 100, max = 500, help = "length of the slow average"},
            }
            subscribe("sim:BTC/USDT:USDT", "trades")
            log.info("%d %d %s", p.fast, p.slow, p.mode)
            -- expect: 50 200 both
            """),
        .heading(3, "Feeds"),
        .text(
            """
            A symbol is `venue:BASE/QUOTE` for spot or `venue:BASE/QUOTE:SETTLE` for a perpetual. A feed without \
            a handler costs nothing.
            """),
        .feeds([
            ApiFeed(name: "trades", handler: "on_trade", summary: "every public trade"),
            ApiFeed(name: "quotes", handler: "on_quote", summary: "the top of book"),
            ApiFeed(name: "book", handler: "on_book", summary: "the depth"),
            ApiFeed(
                name: "bars:1m", handler: "on_bar",
                summary:
                    "closed bars: `bars:1m` by time (`ms`, `s`, `m`, `h`, `d`), `bars:100t` by "
                    + "trades, `bars:10v` by volume"),
            ApiFeed(name: "ticker", handler: "on_ticker", summary: "the venue's summary"),
            ApiFeed(
                name: "funding", handler: "on_funding", summary: "payments of a perpetual"),
        ]),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades", "book", "bars:1m")
            function on_bar(bar) log.info(bar.size) end
            -- expect: 1m
            """),
    ]

    private static let paramsFunction = ApiFunction(
        "params", [.needed("declarations", .table)], gives: [ApiResult("p", .parameters)],
        "gives each parameter its default, and with it its type; `--set fast=20` overrides it. "
            + "Called once; the result is read-only")
    private static let subscribeFunction = ApiFunction(
        "subscribe",
        [.needed("symbol", .symbol), .needed("feed", .feed), .repeated("feed", .feed)],
        "asks for market data of a symbol; only while the script loads")
    private static let requireFunction: ApiFunction = {
        var function = ApiFunction(
            "require", [.needed("name", .text)], gives: [ApiResult("value", .any)],
            "runs `name.lua` beside the script once and returns what it returned, true where that "
                + "is nil; one that failed fails again; `require \"lib.util\"` is `lib/util.lua`; only while the script loads"
        )
        function.isLua = true
        return function
    }()

    private static let parameterOptions = ApiRecord(
        name: "parameter", article: "a parameter", kind: .table,
        summary: "The long form of a parameter.",
        fields: [
            ApiField("default", .optional(.any), "the value where none is given"),
            ApiField("min", .optional(.number), "the smallest value allowed"),
            ApiField("max", .optional(.number), "the largest value allowed"),
            ApiField(
                "choices", .optional(.list(.any)), "the values allowed, the first by default"),
            ApiField("help", .optional(.text), "what it is: `runner script.lua --help` shows it"),
        ])

    static let handling: [ApiPart] = [
        .heading(2, "Handlers"),
        .handlers([
            ApiHandler(
                name: "on_start", parameters: [.needed("why", .record("why"))],
                when: "before everything else"),
            ApiHandler(
                name: "on_trade", parameters: [.needed("trade", .view("trade"))],
                when: "a public trade", feed: "trades"),
            ApiHandler(
                name: "on_quote", parameters: [.needed("quote", .view("quote"))],
                when: "the top of book changed", feed: "quotes"),
            ApiHandler(
                name: "on_book", parameters: [.needed("book", .view("book"))],
                when: "the depth changed, once for each message", feed: "book"),
            ApiHandler(
                name: "on_bar", parameters: [.needed("bar", .view("bar"))], when: "a bar closed",
                feed: "bars:1m"),
            ApiHandler(
                name: "on_ticker", parameters: [.needed("ticker", .view("ticker"))],
                when: "the venue's summary came", feed: "ticker"),
            ApiHandler(
                name: "on_funding", parameters: [.needed("funding", .view("funding"))],
                when: "longs and shorts paid each other", feed: "funding"),
            ApiHandler(
                name: "on_order", parameters: [.needed("order", .view("order"))],
                when: "every change of an own order; one that the risk gate refused"),
            ApiHandler(
                name: "on_fill", parameters: [.needed("fill", .view("fill"))],
                when: "an own execution"),
            ApiHandler(
                name: "on_position", parameters: [.needed("position", .view("position"))],
                when: "an own position changed"),
            ApiHandler(
                name: "on_timer", parameters: [.needed("name", .text), .needed("late", .number)],
                when:
                    "a timer ran out, `late` seconds ago: beats that were missed while the machine "
                    + "slept or the process stood still are one call; in simulated time it is 0"),
            ApiHandler(
                name: "on_status", parameters: [.needed("status", .view("status"))],
                when: "a venue connected, fell silent, was lost, or was fetched anew"),
            ApiHandler(
                name: "on_stop", parameters: [.needed("why", .record("why_stop"))],
                when: "the run ends"),
            ApiHandler(
                name: "on_upgrade",
                parameters: [.needed("state", .table), .needed("from_version", .any)],
                when: "a reload finds `state` of another `state_version` than the script's own: "
                    + "makes this version's shape of it ([reload](reload.md#state))"),
        ]),
        .records([whyStart, whyStop]),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            every(60, "minute")
            function on_start(why) log.info("%s with %d orders", why.reason, #why.orders) end
            function on_stop(why) log.info(why.reason) end
            function on_timer(name) log.info("timer %s", name) end
            -- expect: first with 0 orders
            """),
        .text(
            """
            | A handler returns | Becomes |
            | --- | --- |
            | nothing, `nil`, `false` | nothing: `return ready and buy{…}` gives `false` where it is not |
            | an intent | that intent |
            | a list of intents, `{a, b}` | each of them, in order; one that is there twice is asked for twice |
            | a list with `nil` or `false` in it, `{p and a or nil, q and b}` | the others, in order |
            | `{}` | nothing |
            | what `table.pack` gives | as a list |
            | several values, a list in a list, a table with names, a text, a number, `true`, anything else | an \
            error; nothing of it is acted on |

            That holds for every handler but `on_upgrade`, which returns nothing.

            A handler may be exchanged: `on_trade = another`, and `on_trade = nil` for none, take effect with the \
            next event. Which feeds a script hears is settled by the handlers that it has when it has loaded, so a \
            handler of a feed that was not there then cannot begin later: that is an error at the line, as is a \
            value that is not a function. A reload begins with the handlers that the file defines.
            """),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            local function hold() end
            local function enter(trade)
              on_trade = hold                  -- from the next trade on
              return buy{qty = 0.01}
            end
            on_trade = enter
            """),
        .text(
            """
            A handler that fails is logged with its line; what it returned is dropped, and the third failure in a \
            minute stops trading.
            """),
        .text(
            """
            An order that the runner itself refuses (below a lot or the venue's least, beyond a limit of \
            [`risk`](settings.md#risk-what-every-order-must-pass), after trading was stopped) never reaches the \
            venue. `on_order` hears of it with the next input: its `state` is `rejected`, its `reason` begins with \
            the name of the rule, such as `min_notional:`. An amendment that is refused is told by its order, which \
            stands as it was, with the `reason`.
            """),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            function on_trade(trade) return buy { qty = 0.00001, price = trade.price } end
            function on_order(order)
              if order.state == "rejected" then log.warn("%s", order.reason) end
            end
            """),
    ]

    private static let whyStart = ApiRecord(
        name: "why", article: "the reason of a start", kind: .table,
        summary: "What `on_start` is told.",
        fields: [
            ApiField("reason", .choice(["first", "restart", "reload"]), "why the run starts"),
            ApiField(
                "rehearsal", .boolean,
                "whether this is the past, lived again before a reload ([reload](reload.md))"),
            ApiField(
                "rollback", .boolean, "whether this version is put back after the next one failed"),
            ApiField("orders", .list(.view("order")), "the open orders"),
            ApiField(
                "positions", .list(.view("position")), "the positions, in the order of the symbols"),
            ApiField("position", .optional(.view("position")), "the first symbol's"),
        ])
    private static let whyStop = ApiRecord(
        name: "why_stop", article: "the reason of a stop", kind: .table,
        summary: "What `on_stop` is told.",
        fields: [ApiField("reason", .text, "why the run ends")])
}
