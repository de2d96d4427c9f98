subscribe("sim:BTC/USDT", "trades")
local limit = 5
function on_trade()
  on_order = limit -- finds argument-type
  on_fill = close() -- finds argument-type
  on_trade = print
end
