subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  if trade.side == "BUY" then return target(1) end -- finds unknown-value
end
