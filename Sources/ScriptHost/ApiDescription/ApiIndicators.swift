// ta: the indicators that look at one value at a time.

extension ScriptApi {
    /// A function of `ta`.
    ///
    /// `inputs` are what an update takes, `first` is the update that gives the first value.
    static func indicator(
        _ name: String, _ parameters: [ApiParameter], _ inputs: [String], first: String,
        gives results: [String] = ["value"], optionalInputs: Int = 0, inputWords: String = "",
        type: ApiType = .number, _ summary: String
    ) -> ApiFunction {
        var function = ApiFunction(
            "ta.\(name)", parameters,
            gives: results.map { ApiResult($0, type == .boolean ? type : .optional(type)) },
            summary)
        function.refusesExtra = true
        function.indicator = ApiIndicator(
            inputs: inputs, first: first, inputWords: inputWords, optionalInputs: optionalInputs)
        return function
    }

    static func length(_ least: Int = 1, most: Int = 1_000_000) -> ApiParameter {
        .needed("length", .whole(least...most))
    }
    static func length(_ least: Int = 1, most: Int = 1_000_000, or fallback: Int) -> ApiParameter {
        .optional("length", .whole(least...most), "\(fallback)")
    }
    static func count(_ name: String, _ least: Int = 1, or fallback: Int) -> ApiParameter {
        .optional(name, .whole(least...1_000_000), "\(fallback)")
    }
    static let value = ["value"]
    static let highLowClose = ["high", "low", "close"]

    static let indicatorBasics: [ApiPart] = [
        .heading(2, "ta: indicators"),
        .text(
            """
            `ta.NAME(parameters)` makes an indicator and returns a function. Calling that with the next
            value feeds the indicator and gives what it says now, or `nil` (one for each result) while it
            warms up. An update takes constant time on average, whatever the length, except for `cci`,
            which looks at its whole window.
            """),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "trades")
            local fast, slow = ta.ema(20), ta.ema(100)     -- outside of the handlers: they keep their history

            function on_trade(trade)
              local f, s = fast(trade.price), slow(trade.price)
              if not s then return end                     -- fewer than 100 trades so far
              plot("distance", f - s)
            end
            """),
        .text(
            """
            * **One indicator, one series.** Feed it once for each value. Two symbols need two indicators.
            * **Inputs** are numbers. Where an indicator has several, they come as numbers in the order
              given, or as one bar: a view or a table with fields of these names. `ta.atr(14)` takes
              `atr(bar)` as well as `atr(high, low, close)`.
            * **Values** are those of TA-Lib, where it has the indicator, and so is the place of the first.
              A script that ran elsewhere sees the same numbers here.
            * **Mistakes are errors** where they are made: a length of 0, a text, a value that is not a
              number. A refused value leaves the indicator as it was.

            A parameter with `=` may be left out. *First* is the update that gives the first value.
            """),
    ]

    static let averages: [ApiPart] = [
        .heading(3, "Averages"),
        .indicators([
            indicator(
                "value", [], value, first: "1", "the value itself: of a feed, for a condition"),
            indicator("sma", [length()], value, first: "length", "the mean of the last values"),
            indicator(
                "ema", [length()], value, first: "length",
                "the exponential average, begun with the mean of the first values"),
            indicator(
                "wma", [length()], value, first: "length",
                "the newest counts `length` times, the oldest once"),
            indicator(
                "rma", [length()], value, first: "length",
                "Wilder's average, as in RSI and ATR: an `ema` of twice the length, less one"),
            indicator(
                "dema", [length()], value, first: "2 length − 1",
                "double exponential: follows faster than `ema`"),
            indicator(
                "tema", [length()], value, first: "3 length − 2",
                "triple exponential: faster still, and it overshoots"),
            indicator(
                "hma", [length(2)], value, first: "length + √length − 1",
                "Hull's average: smooth with little delay"),
            indicator(
                "kama", [length(2, or: 10), count("fast", or: 2), count("slow", or: 30)], value,
                first: "length + 1", "Kaufman's: fast in a trend, slow in noise"),
            indicator(
                "vwma", [length()], ["close", "volume"], first: "length",
                "the mean weighted by volume; without any volume the plain mean"),
            indicator(
                "vwap", [.optional("session_seconds", .positive)], ["price", "volume", "time"],
                first: "1", optionalInputs: 1,
                inputWords: "price, volume and, with sessions, time; or a bar, whose typical "
                    + "price counts",
                "the mean price weighted by volume, of all updates or, with `session_seconds`, of "
                    + "the session; `86400` begins anew at midnight UTC"),
            indicator(
                "linreg", [length(2, or: 14)], value, first: "length", gives: ["line", "slope"],
                "two results: the end of the regression line, and its slope per update"),
        ]),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "bars:10s")
            local averages = {
              sma = ta.sma(20), ema = ta.ema(20), wma = ta.wma(20), rma = ta.rma(20), dema = ta.dema(20),
              tema = ta.tema(20), hma = ta.hma(20), kama = ta.kama(10, 2, 30),
            }
            local vwma, vwap, line = ta.vwma(20), ta.vwap(86400), ta.linreg(20)

            function on_bar(bar)
              for name, average in pairs(averages) do plot(name, average(bar.close)) end
              plot("vwma", vwma(bar))
              plot("vwap", vwap(bar))                      -- volume is known: no session_seconds, no reset
              local ends, slope = line(bar.close)
              if slope then log.info("the line ends at %.2f and rises by %.3f a bar", ends, slope) end
            end
            """),
    ]

    static let momentum: [ApiPart] = [
        .heading(3, "Momentum"),
        .indicators([
            indicator(
                "rsi", [length(2, or: 14)], value, first: "length + 1",
                "relative strength, from 0 to 100"),
            indicator(
                "macd",
                [count("fast", 2, or: 12), count("slow", 2, or: 26), count("signal", or: 9)],
                value, first: "slow + signal − 1", gives: ["macd", "signal", "histogram"],
                "three results: MACD, its signal line, their difference"),
            indicator(
                "stoch",
                [count("fastk", or: 14), count("slowk", or: 3), count("slowd", or: 3)],
                highLowClose, first: "fastk + slowk + slowd − 2", gives: ["k", "d"],
                "slow stochastic, two results: %K and %D, from 0 to 100"),
            indicator(
                "willr", [length(2, or: 14)], highLowClose, first: "length",
                "Williams %R, from −100 to 0"),
            indicator(
                "cci", [length(2, most: 10_000, or: 20)], highLowClose, first: "length",
                "commodity channel index"),
            indicator(
                "roc", [length(or: 10)], value, first: "length + 1",
                "change over `length` updates, in percent"),
            indicator(
                "mom", [length(or: 10)], value, first: "length + 1",
                "the same in the value's own unit"),
            indicator(
                "change", [length(or: 1)], value, first: "length + 1",
                "as `mom`, from the last update"),
            indicator(
                "trix", [length(or: 18)], value, first: "3 length − 1",
                "change of a triple exponential average, in percent"),
        ]),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "bars:10s")
            local rsi, macd, stoch = ta.rsi(14), ta.macd(12, 26, 9), ta.stoch(14, 3, 3)
            local willr, cci, roc, mom = ta.willr(14), ta.cci(20), ta.roc(10), ta.mom(10)
            local change, trix = ta.change(), ta.trix(18)

            function on_bar(bar)
              local line, signal, histogram = macd(bar.close)
              local k, d = stoch(bar)
              plot("rsi", rsi(bar.close))
              plot("histogram", histogram)
              plot("k", k)
              plot("d", d)
              plot("willr", willr(bar))
              plot("cci", cci(bar))
              plot("roc", roc(bar.close))
              plot("mom", mom(bar.close))
              plot("change", change(bar.close))
              plot("trix", trix(bar.close))
              if signal and line > signal then log.debug("macd above its signal") end
            end
            """),
    ]
}
