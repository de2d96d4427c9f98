-- A zoo of indicators, fed by bars. Each ta.NAME(…) makes one; calling it with the next value, or
-- with a bar, gives its value, or nil while it warms up. docs/lua-api.md describes them all.
subscribe("sim:BTC/USDT", "bars:5s")

local fast, slow = ta.ema(5), ta.ema(20)
local rsi, atr, macd = ta.rsi(14), ta.atr(14), ta.macd(12, 26, 9)
local bands, trend, vwap = ta.bbands(20, 2), ta.supertrend(10, 3), ta.vwap(86400)
local crossed_up = ta.crossover()

function on_bar(bar)
  local f, s = fast(bar.close), slow(bar.close)
  local upper, middle, lower = bands(bar.close)
  local line, signal, histogram = macd(bar.close)
  local stop, direction = trend(bar)
  local strength, range, mean = rsi(bar.close), atr(bar), vwap(bar)
  if not (s and line and signal) then return end     -- the slowest has its first value by now
  if crossed_up(f, s) then log.info("the fast average crossed above the slow one") end
  plot("upper", upper)                               -- shown nowhere yet, but tests see it
  plot("lower", lower)
  plot("stop", stop)
  log.info("rsi %.0f, atr %.1f, macd %.2f, histogram %.2f, bands %.1f wide, trend %s, vwap %.1f",
    strength, range, line, histogram, upper - lower, direction > 0 and "up" or "down", mean)
end
