-- As other platforms write it: the series and the length together.
subscribe("sim:BTC/USDT", "bars:1m")
function on_bar(bar)
  local average = ta.sma(bar.close, 20) -- finds argument-count, indicator-in-handler
  plot("average", average) -- finds argument-type
end
