local p = params { size = 10 }
subscribe("sim:BTC/USDT", "trades")
function on_trade()
  p.size = p.size + 1 -- finds read-only
  return target(p.size)
end
