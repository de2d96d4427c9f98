local p = params { size = { default = 5, max = 4 } } -- finds load
subscribe("sim:BTC/USDT", "trades")
function on_trade() return target(p.size) end
