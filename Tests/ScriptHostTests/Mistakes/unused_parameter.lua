local p = params {
  fast = 10,
  slow = 20, -- finds unused-parameter
}
subscribe("sim:BTC/USDT", "trades")
function on_trade() return target(p.fast) end
