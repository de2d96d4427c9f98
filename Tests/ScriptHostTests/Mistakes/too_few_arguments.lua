subscribe("sim:BTC/USDT", "trades")
function on_start() every(60) end -- finds argument-count
function on_timer() return target(1) end
