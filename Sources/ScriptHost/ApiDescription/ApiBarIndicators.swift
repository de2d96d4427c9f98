// ta: volume, channels, trend and range.

extension ScriptApi {
    static let volumeAndChannels: [ApiPart] = [
        .heading(3, "Volume"),
        .indicators([
            indicator(
                "obv", [], ["close", "volume"], first: "1",
                "on-balance volume: volume added where the close rises, taken away where it falls"),
            indicator(
                "mfi", [length(2, or: 14)], highLowClose + ["volume"], first: "length + 1",
                "money flow index, from 0 to 100: an RSI of price × volume"),
        ]),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "bars:10s")
            local obv, mfi = ta.obv(), ta.mfi(14)

            function on_bar(bar)
              plot("obv", obv(bar))
              plot("mfi", mfi(bar))
            end
            """),
        .heading(3, "Deviation and channels"),
        .indicators([
            indicator(
                "variance", [length(or: 20)], value, first: "length", "population variance"),
            indicator(
                "stdev", [length(2, or: 20)], value, first: "length",
                "population standard deviation"),
            indicator(
                "zscore", [length(2, or: 20)], value, first: "length",
                "deviations above the mean; 0 where all values are the same"),
            indicator(
                "bbands", [length(2, or: 20), .optional("deviations", .positive, "2")], value,
                first: "length", gives: ["upper", "middle", "lower"],
                "Bollinger bands, three results: upper, middle, lower"),
            indicator(
                "highest", [length()], value, first: "length", "the largest of the last values"),
            indicator(
                "lowest", [length()], value, first: "length", "the smallest of the last values"),
            indicator(
                "donchian", [length(or: 20)], ["high", "low"], first: "length",
                gives: ["top", "middle", "bottom"],
                "three results: highest high, their middle, lowest low"),
            indicator(
                "keltner",
                [
                    length(or: 20), .optional("multiplier", .positive, "2"),
                    count("atr_length", or: 10),
                ], highLowClose, first: "the larger of `length` and `atr_length + 1`",
                gives: ["upper", "middle", "lower"],
                "three results: upper, middle, lower, around an `ema` of the typical price"),
        ]),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "bars:10s")
            local variance, stdev, zscore = ta.variance(20), ta.stdev(20), ta.zscore(20)
            local bands, keltner, donchian = ta.bbands(20, 2), ta.keltner(20, 2, 10), ta.donchian(20)
            local highest, lowest = ta.highest(20), ta.lowest(20)

            function on_bar(bar)
              local upper, _, lower = bands(bar.close)
              local k_upper, _, k_lower = keltner(bar)
              local top, middle, bottom = donchian(bar)
              plot("variance", variance(bar.close))
              plot("stdev", stdev(bar.close))
              plot("zscore", zscore(bar.close))
              plot("range of closes", (highest(bar.close) or 0) - (lowest(bar.close) or 0))
              plot("donchian", middle)
              if not (upper and k_upper and top) then return end
              if upper < k_upper and lower > k_lower then
                log.info("the bands lie within the channel: quiet between %s and %s", bottom, top)
              end
            end
            """),
    ]

    static let trend: [ApiPart] = [
        .heading(3, "Trend and range"),
        .indicators([
            indicator(
                "tr", [], highLowClose, first: "2",
                "true range: the bar's range, the gap from the last close included"),
            indicator(
                "atr", [length(or: 14)], highLowClose, first: "length + 1", "its Wilder average"),
            indicator(
                "adx", [length(2, or: 14)], highLowClose,
                first: "2 length; +DI and −DI length + 1", gives: ["adx", "plus", "minus"],
                "three results: the strength of a trend, +DI, −DI"),
            indicator(
                "supertrend", [length(or: 10), .optional("multiplier", .positive, "3")],
                highLowClose, first: "length + 1", gives: ["line", "direction"],
                "two results: the line, and the direction, 1 or −1"),
            crossing(
                "crossover",
                "true on the update where a goes above b, else false; with `a` and `b` a condition"),
            crossing(
                "crossunder",
                "true on the update where a goes below b, else false; with `a` and `b` a condition"),
        ]),
        .example(
            """
            subscribe("sim:BTC/USDT:USDT", "bars:10s")
            local range, atr, adx, trend = ta.tr(), ta.atr(14), ta.adx(14), ta.supertrend(10, 3)
            local fast, slow = ta.ema(5), ta.ema(20)
            local up, down = ta.crossover(), ta.crossunder()

            function on_bar(bar)
              local strength, plus, minus = adx(bar)
              local line, direction = trend(bar)
              plot("tr", range(bar))
              plot("atr", atr(bar))
              plot("supertrend", line)
              if strength then log.debug("trend of %.0f, +%.0f −%.0f", strength, plus, minus) end
              if direction == 1 then plot("uptrend", line) end
              local f, s = fast(bar.close), slow(bar.close)
              if not s then return end
              if up(f, s) then log.info("crossed above") end
              if down(f, s) then log.info("crossed below") end
            end
            """),
    ]
}
