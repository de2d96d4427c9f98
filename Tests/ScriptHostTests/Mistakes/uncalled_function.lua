subscribe("sim:BTC/USDT", "trades")
function compute_size() return 1 end -- finds unused-global
function on_trade() return target(1) end
