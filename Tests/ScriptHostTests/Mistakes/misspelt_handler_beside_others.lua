subscribe("sim:BTC/USDT", "trades")
function on_trade() return target(1) end
function on_fil(fill) log.info(fill) end -- finds misspelt-handler
