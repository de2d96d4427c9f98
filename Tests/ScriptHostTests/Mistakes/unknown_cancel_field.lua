subscribe("sim:BTC/USDT", "trades")
function on_trade() return cancel{id = "1"} end -- finds unknown-intent-field
