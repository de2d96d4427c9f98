subscribe("sim:BTC/USDT", "trades")
function on_trade() return buy{qty = 1, post_only = true} end -- finds missing-field
