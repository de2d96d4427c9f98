subscribe("sim:BTC/USDT", "trades")
function on_trade(trade) plot("price", math.round(trade.price)) end -- finds unknown-function
