subscribe("sim:BTC/USDT", "trades", "bars:1m") -- finds feed-without-handler
function on_trade() return target(1) end
