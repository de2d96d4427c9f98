subscribe("sim:BTC/USDT", "trades")
function on_trade() return buy{qty = 1, tif = "GTC"} end -- finds unknown-value
