-- The average counts the forming bar's price as if the bar had closed with it.
subscribe("sim:BTC/USDT", "trades", "bars:1m")
local average = ta.ema(20)
local signal
function on_bar(bar)
  signal = average(bar.close)
end
function on_trade(trade)
  signal = average(trade.price) -- finds look-ahead
  if signal and trade.price > signal then return target(1) end
end
