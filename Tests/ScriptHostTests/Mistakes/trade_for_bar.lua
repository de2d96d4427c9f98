subscribe("sim:BTC/USDT", "trades")
local range = ta.atr(14)
function on_trade(trade)
  plot("range", range(trade)) -- finds argument-type
end
