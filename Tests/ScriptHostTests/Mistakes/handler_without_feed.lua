subscribe("sim:BTC/USDT", "trades")
function on_trade() return target(1) end
function on_bar(bar) log.info(bar) end -- finds handler-without-feed
