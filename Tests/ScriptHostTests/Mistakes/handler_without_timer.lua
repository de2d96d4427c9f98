subscribe("sim:BTC/USDT", "trades")
function on_trade() return target(1) end
function on_timer(name) log.info(name) end -- finds handler-without-timer
