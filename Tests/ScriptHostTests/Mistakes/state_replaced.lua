subscribe("sim:BTC/USDT", "trades")
function on_start() state = {} end -- finds read-only
