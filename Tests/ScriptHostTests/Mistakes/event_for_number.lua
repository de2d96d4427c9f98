subscribe("sim:BTC/USDT", "trades")
local average = ta.ema(20)
function on_trade(trade)
  plot("average", average(trade)) -- finds argument-type
end
