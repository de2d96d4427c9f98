subscribe("sim:BTC/USDT", "trades")
function on_trade() return target("sim:BTC/USDT", 1, 2) end -- finds argument-count
