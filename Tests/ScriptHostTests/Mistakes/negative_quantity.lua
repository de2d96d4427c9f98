subscribe("sim:BTC/USDT", "trades")
function on_trade() return sell{qty = -1} end -- finds argument-type
