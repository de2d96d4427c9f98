subscribe("sim:BTC/USDT", "trade") -- finds unknown-feed
function on_trade() return target(1) end
