local p = params { size = 10, side = { "buy", "sell" } }
subscribe("sim:BTC/USDT", "trades")
function on_trade()
  if p.side == "long" then return target(1) end -- finds unknown-value
  return target(p.size, 1) -- finds argument-type
end
