subscribe("sim:BTC/USDT", "trades")
function on_trade()
  if position.qty == 0 then return target(1) end -- finds not-a-table
end
