subscribe("sim:BTC/USDT", "trades")
function on_trade() return target(1) end
function on_candlestick(candle) log.info(candle) end -- finds unknown-handler
