subscribe("sim:BTC/USDT", "trades")
local function on_trade() return target(1) end -- finds local-handler
function on_stop() return close() end
