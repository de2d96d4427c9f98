subscribe("sim:BTC/USDT", "trades")
local average = ta.ema(0) -- finds argument-type
function on_trade(trade) plot("average", average(trade.price)) end
