subscribe("sim:BTC/USDT", "trades", "bars:1m")
local last
function on_bar(bar)
  last = bar:copy()
end
function on_trade(trade)
  if not last then return end
  last.close = trade.price -- finds look-ahead
  if last.close > last.open then return target(1) end
end
