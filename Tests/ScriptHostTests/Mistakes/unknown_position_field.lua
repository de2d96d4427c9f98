subscribe("sim:BTC/USDT", "trades")
function on_trade()
  local held = position()
  if held.quantity == 0 then return target(1) end -- finds unknown-field
end
