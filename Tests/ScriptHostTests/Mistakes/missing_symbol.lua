subscribe("sim:BTC/USDT", "trades")
subscribe("sim:ETH/USDT", "trades")
function on_trade() return buy{qty = 1} end -- finds missing-field
