-- finds at 3: syntax
subscribe("sim:BTC/USDT", "trades")
function on_trade(trade) log.info("up) end
