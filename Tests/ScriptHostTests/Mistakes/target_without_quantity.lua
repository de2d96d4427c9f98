subscribe("sim:BTC/USDT", "trades")
function on_trade() return target("sim:BTC/USDT") end -- finds argument-count
