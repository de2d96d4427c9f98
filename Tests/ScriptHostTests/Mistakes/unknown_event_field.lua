subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  if trade.pric > 50000 then return target(1) end -- finds unknown-field
end
