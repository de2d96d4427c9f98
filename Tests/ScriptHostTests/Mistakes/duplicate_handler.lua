subscribe("sim:BTC/USDT", "trades")
function on_trade() return target(1) end -- finds duplicate-handler
function on_trade() return target(2) end
