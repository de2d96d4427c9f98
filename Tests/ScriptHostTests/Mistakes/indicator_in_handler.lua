subscribe("sim:BTC/USDT", "bars:1m")
function on_bar(bar)
  local average = ta.ema(20) -- finds indicator-in-handler
  plot("average", average(bar.close))
end
