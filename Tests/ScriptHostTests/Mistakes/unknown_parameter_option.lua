local p = params {
  size = { default = 1, minimum = 0 }, -- finds unknown-option
}
subscribe("sim:BTC/USDT", "trades")
function on_trade() return target(p.size) end
