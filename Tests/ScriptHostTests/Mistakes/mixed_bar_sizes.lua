subscribe("sim:BTC/USDT", "bars:1m", "bars:1h")
local average = ta.ema(20)
function on_bar(bar)
  plot("average", average(bar.close)) -- finds mixed-series
end
