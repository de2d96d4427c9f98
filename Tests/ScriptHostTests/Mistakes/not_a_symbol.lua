subscribe("BTCUSDT", "trades") -- finds unknown-symbol
function on_trade() return target(1) end
