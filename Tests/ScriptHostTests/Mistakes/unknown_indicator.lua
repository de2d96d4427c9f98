subscribe("sim:BTC/USDT", "trades")
local average = ta.emma(20) -- finds unknown-function
function on_trade(trade) plot("average", average(trade.price)) end
