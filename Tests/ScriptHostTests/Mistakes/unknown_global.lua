subscribe("sim:BTC/USDT", "trades")
local threshold = 50000
function on_trade(trade)
  if trade.price > threshhold then return target(1) end -- finds unknown-global
  return target(threshold > 1 and 1 or 0)
end
