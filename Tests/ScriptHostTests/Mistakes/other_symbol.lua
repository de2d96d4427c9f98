subscribe("sim:BTC/USDT:USDT", "trades")
function on_trade() return target("sim:BTC/USDT", 1) end -- finds unknown-symbol
