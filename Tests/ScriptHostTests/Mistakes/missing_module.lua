local util = require "utilities" -- finds missing-module
subscribe("sim:BTC/USDT", "trades")
function on_trade() return target(util.size) end
