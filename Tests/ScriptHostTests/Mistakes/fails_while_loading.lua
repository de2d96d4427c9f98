subscribe("sim:BTC/USDT", "trades")
local limits
local size = limits.size -- finds load
function on_trade() return target(size) end
