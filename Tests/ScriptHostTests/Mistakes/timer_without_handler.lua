subscribe("sim:BTC/USDT", "trades")
every(60, "check") -- finds timer-without-handler
function on_trade() return target(1) end
