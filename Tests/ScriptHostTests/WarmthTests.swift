import ScriptHost
import Testing
import TradingCore

@Suite struct `How warm indicators are` {
    /// The indicators that a script made, each fed with 400 updates.
    private func fed(_ list: String) throws -> [IndicatorWarmth] {
        try LuaStrategy(
            text: """
                local value, two, bars = {}, {}, {}
                \(list)
                for i = 1, 400 do
                  local x = 100 + math.sin(i) * 10
                  local bar = { high = x + 2, low = x - 1, close = x, price = x, volume = i, time = i }
                  for _, f in ipairs(value) do f(x) end
                  for _, f in ipairs(two) do f(x, 100) end
                  for _, f in ipairs(bars) do f(bar) end
                end
                """
        ).indicators
    }

    @Test(arguments: [
        """
        value = {
          ta.sma(7), ta.ema(7), ta.wma(7), ta.rma(7), ta.dema(7), ta.tema(7), ta.hma(7), ta.hma(16),
          ta.kama(7), ta.linreg(7), ta.rsi(7), ta.macd(5, 9, 4), ta.trix(7),
          ta.roc(7), ta.mom(7), ta.change(7), ta.variance(7), ta.stdev(7), ta.zscore(7),
          ta.bbands(7, 1.5), ta.highest(7), ta.lowest(7), ta.sma(1), ta.ema(1),
        }
        two = { ta.crossover(), ta.crossunder() }
        bars = {
          ta.vwma(7), ta.vwap(), ta.vwap(86400), ta.obv(), ta.mfi(7), ta.stoch(5, 3, 2), ta.willr(7),
          ta.cci(7), ta.donchian(7), ta.keltner(7, 2, 4), ta.keltner(7, 1.5, 9), ta.tr(), ta.atr(7),
          ta.adx(7), ta.supertrend(7, 2),
        }
        """,
        """
        value = {
          ta.kama(), ta.linreg(), ta.rsi(), ta.macd(), ta.trix(), ta.roc(), ta.mom(), ta.change(),
          ta.variance(), ta.stdev(), ta.zscore(), ta.bbands(),
        }
        bars = {
          ta.mfi(), ta.stoch(), ta.willr(), ta.cci(), ta.donchian(), ta.keltner(), ta.atr(), ta.adx(),
          ta.supertrend(),
        }
        """,
    ])
    func `what an indicator says that it needs is when its first value comes`(
        list: String
    ) throws {
        let indicators = try fed(list)
        #expect(indicators.count >= 20)
        for indicator in indicators {
            #expect(indicator.needed == indicator.lastWithout + 1, "\(indicator)")
        }
    }
}
