// Events and what else a script reads: every view and its fields.

extension ScriptApi {
    static let sides = ApiType.choice(["buy", "sell"])
    private static let symbol = ApiField("symbol", .symbol, "the instrument")
    private static let times: [ApiField] = [
        ApiField("time", .number, .seconds, "the venue's time"),
        ApiField("time_ns", .integer, .nanoseconds, "the same, exactly"),
        ApiField("received", .number, .seconds, "when it came in"),
    ]
    private static let topFields: [ApiField] =
        [
            symbol,
            ApiField("bid", .optional(.number), .quotePrice, "the best bid; nil: none"),
            ApiField("ask", .optional(.number), .quotePrice, "the best ask; nil: none"),
            ApiField("bid_qty", .optional(.number), .quantity, "how much is bid there"),
            ApiField("ask_qty", .optional(.number), .quantity, "how much is asked there"),
            ApiField(
                "mid", .optional(.number), .quotePrice, "the middle; nil while a side is empty"),
            ApiField(
                "spread", .optional(.number), .quotePrice,
                "ask less bid; nil while a side is empty"),
        ] + times

    static let eventViews: [ApiPart] = [
        .heading(2, "Events"),
        .text(
            """
            Events are views: reading a field costs next to nothing, and they are gone when the handler returns. \
            `view:copy()` gives a
            plain table that can be kept. As text a view shows its fields.
            """),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            local last
            function on_trade(trade)
              if last then log.info("%.1f %s", trade.price - last.price, trade) end
              last = trade:copy()
            end
            """),
        .records([trade, quote, book, bar, ticker, funding, fill, status]),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "book")
            function on_book(book)
              local price, qty = book:level("sell", 1)
              if not price then return end
              local bids, asks = book:volume("buy", 5), book:volume("sell", 5)
              log.info("%s %s %.2f", price, qty, bids / (bids + asks))
            end
            """),
    ]

    private static func view(
        _ name: String, _ kind: ApiRecord.Kind, _ summary: String, _ fields: [ApiField],
        _ methods: [ApiFunction] = []
    ) -> ApiRecord {
        let article = "aeiou".contains(name.prefix(1)) ? "an \(name)" : "a \(name)"
        var copy = ApiFunction(
            "\(name):copy", gives: [ApiResult("table", .table)], "a plain table of the fields")
        copy.answersOnly = true
        return ApiRecord(
            name: name, article: article, kind: kind, summary: summary, fields: fields,
            methods: methods + [copy])
    }

    private static let trade = view(
        "trade", .event, "Anyone's public trade.",
        [
            symbol,
            ApiField("price", .number, .quotePrice, "at what price"),
            ApiField("qty", .number, .quantity, "how much"),
            ApiField("side", .optional(sides), "of the taker; nil: the source does not say"),
        ] + times + [ApiField("id", .optional(.integer), "the venue's number")])

    private static let quote = view("quote", .event, "The top of book.", topFields)

    private static let book = view(
        "book", .event, "The depth: the fields of a quote, and methods for the levels.", topFields,
        [
            answer(
                "book:level", [.needed("side", sides), .needed("i", .whole(1...1_000_000))],
                [
                    ApiResult("price", .optional(.number)), ApiResult("qty", .optional(.number)),
                ],
                "price and quantity of the i-th best level, nil behind the last; side is `\"buy\"` "
                    + "(bids) or `\"sell\"` (asks)"),
            answer(
                "book:bids", [.optional("n", .integer)],
                [ApiResult("levels", .list(.record("level")))],
                "a list of `{price=, qty=}`, best first; all without n"),
            answer(
                "book:asks", [.optional("n", .integer)],
                [ApiResult("levels", .list(.record("level")))], "the same of the asks"),
            answer(
                "book:volume", [.needed("side", sides), .optional("n", .integer)],
                [ApiResult("qty", .number)],
                "the quantity of the n best levels together; of all without n"),
            answer(
                "book:count", [.needed("side", sides)], [ApiResult("count", .integer)],
                "how many levels there are"),
        ])

    private static let bar = view(
        "bar", .event,
        "A bar, closed: the one that is still forming is never shown, nor is it at the end of the "
            + "data. A trade that would fill more than 1,000 volume bars makes one, of a whole "
            + "number of them, and the log says so once.",
        [
            symbol,
            ApiField("size", .text, "as subscribed: `\"1m\"`"),
            ApiField("open", .number, .quotePrice, "the first price"),
            ApiField("high", .number, .quotePrice, "the highest"),
            ApiField("low", .number, .quotePrice, "the lowest"),
            ApiField("close", .number, .quotePrice, "the last"),
            ApiField("volume", .number, .quantity, "what was traded"),
            ApiField(
                "buy_volume", .optional(.number), .quantity,
                "what takers bought of it; nil: the source does not say"),
            ApiField(
                "trades", .optional(.integer), .count,
                "how many trades; nil: the source does not say"),
            ApiField("time", .number, .seconds, "when it began"),
            ApiField("time_ns", .integer, .nanoseconds, "the same, exactly"),
            ApiField("close_time", .number, .seconds, "when it ended"),
        ])

    private static let ticker = view(
        "ticker", .event, "The venue's summary.",
        [
            symbol,
            ApiField("last", .optional(.number), .quotePrice, "the last price"),
            ApiField("mark", .optional(.number), .quotePrice, "the venue's valuation"),
            ApiField("index", .optional(.number), .quotePrice, "the price elsewhere"),
            ApiField("volume", .optional(.number), .quantity, "of 24 hours"),
        ] + times)

    private static let funding = view(
        "funding", .event, "A payment between longs and shorts.",
        [
            symbol,
            ApiField(
                "rate", .number, .share,
                "longs pay this share of the notional; negative: shorts pay"),
            ApiField(
                "mark", .optional(.number), .quotePrice, "the price that it was counted at"),
        ] + times)

    private static let fill = view(
        "fill", .event, "An execution of an own order.",
        [
            symbol,
            ApiField("price", .number, .quotePrice, "at what price"),
            ApiField("qty", .number, .quantity, "how much"),
            ApiField("side", sides, "of the order"),
            ApiField("fee", .number, "what was paid, in `fee_currency`; negative: a rebate"),
            ApiField("fee_currency", .text, "the currency of the fee"),
            ApiField("liquidity", .choice(["maker", "taker"]), "added or taken"),
            ApiField("time", .number, .seconds, "the venue's time"),
            ApiField("time_ns", .integer, .nanoseconds, "the same, exactly"),
            ApiField("id", .text, "the venue's name for it"),
            ApiField("order", .view("order"), "the order"),
        ])

    private static let status = view(
        "status", .event, "What became of a connection.",
        [
            ApiField("venue", .text, "the venue"),
            ApiField("symbol", .optional(.symbol), "the instrument; nil: all"),
            ApiField(
                "state", .choice(["connected", "stale", "lost", "resynchronised"]),
                "how it is now; `stale`: nothing comes, or what comes is old or wrong"),
            ApiField("reason", .optional(.text), "why"),
            ApiField("time", .number, .seconds, "since when"),
        ])

    static let liveViews: [ApiPart] = [
        .text(
            """
            Orders, positions and instruments may be kept: they always show how things stand now.
            """),
        .records([order, position, instrument, level]),
    ]

    private static let order = view(
        "order", .live, "An own order.",
        [
            ApiField("id", .text, "our name for it"), symbol, ApiField("side", sides, "its side"),
            ApiField("qty", .number, .quantity, "the whole order's"),
            ApiField("price", .optional(.number), .quotePrice, "nil: a market order"),
            ApiField("stop", .optional(.number), .quotePrice, "the price that wakes it"),
            ApiField("tif", .choice(["gtc", "ioc", "fok"]), "how long it is in force"),
            ApiField("post_only", .boolean, "whether it may only add liquidity"),
            ApiField("reduce_only", .boolean, "whether it may only reduce the position"),
            ApiField("tag", .optional(.text), "the script's name for it"),
            ApiField(
                "state",
                .choice([
                    "pending", "waiting", "working", "amending", "cancelling", "filled",
                    "cancelled", "rejected", "expired", "unknown",
                ]), "where it is in its life; `unknown`: the venue was asked and has not said"),
            ApiField("filled", .number, .quantity, "what was executed"),
            ApiField("remaining", .number, .quantity, "what is open"),
            ApiField("average_price", .optional(.number), .quotePrice, "of what was executed"),
            ApiField(
                "reason", .optional(.text),
                "of a rejection, an expiry, a refused amendment, or not knowing"),
            ApiField("created", .number, .seconds, "when it was made"),
            ApiField("updated", .number, .seconds, "when it last changed"),
            ApiField(
                "version", .integer, "of the script that made it, counted by reloads from 1"),
        ])

    private static let position = view(
        "position", .live, "What is held of an instrument.",
        [
            symbol,
            ApiField(
                "qty", .number, .quantity,
                "negative is short; what fees took out of the coins is not in it"),
            ApiField("average_price", .optional(.number), .quotePrice, "nil when flat"),
            ApiField("realised_pnl", .number, .settle, "locked in by closing, fees apart"),
            ApiField(
                "unrealised_pnl", .optional(.number), .settle, "at the mark; nil without a price"),
            ApiField(
                "fees", .number, .settle,
                "paid so far; a fee taken out of the coins counts at the fill's price"),
            ApiField("funding", .number, .settle, "received so far"),
        ])

    private static let instrument = view(
        "instrument", .live, "What is traded, and its rules.",
        [
            symbol,
            ApiField("kind", .choice(["spot", "linear", "inverse", "quanto"]), "what it is"),
            ApiField("base", .text, "the base currency"),
            ApiField("quote", .text, "the quote currency"),
            ApiField("settle", .text, "the currency that it is settled in"),
            ApiField("tick", .number, .quotePrice, "the smallest step of a price"),
            ApiField("lot", .number, .quantity, "the smallest step of a quantity"),
            ApiField("min_qty", .number, .quantity, "the smallest order"),
            ApiField("min_notional", .number, .quotePrice, "the smallest order in money"),
            ApiField("contract_size", .number, "what one contract stands for"),
            ApiField("maker_fee", .number, .share, "for adding liquidity"),
            ApiField("taker_fee", .number, .share, "for taking it: 0.0005 is 0.05 %"),
        ])

    private static let level = ApiRecord(
        name: "level", article: "a level", kind: .table, summary: "A price of the depth.",
        fields: [
            ApiField("price", .number, .quotePrice, "the price"),
            ApiField("qty", .number, .quantity, "how much is there"),
        ])
}
