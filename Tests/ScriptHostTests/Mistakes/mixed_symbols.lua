subscribe("sim:BTC/USDT", "trades")
subscribe("sim:ETH/USDT", "trades")
local average = ta.ema(20)
function on_trade(trade)
  plot("average", average(trade.price)) -- finds mixed-series
end
