-- Bars of ten seconds, and of a hundred trades. `plot` names values, which nothing shows yet but the
-- strategy's own tests.
local symbol = "sim:BTC/USDT"
subscribe(symbol, "bars:10s", "bars:100t")

local average = ta.sma(6)

function on_bar(bar)
  if bar.size == "100t" then
    log.info("100 trades took %.1f s", bar.close_time - bar.time)
    return
  end
  local mean = average(bar.close)
  plot("close", bar.close)
  plot("one minute", mean)                  -- nil while it warms up: no value
  log.info("open %s high %s low %s close %s volume %s",
    bar.open, bar.high, bar.low, bar.close, bar.volume)
end
