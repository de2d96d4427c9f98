local p = params {
  size = { min = 0 }, -- finds missing-field
}
subscribe("sim:BTC/USDT", "trades")
function on_trade() return target(p.size) end
