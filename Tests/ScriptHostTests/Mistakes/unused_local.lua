subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  local price = trade.price -- finds unused-local
  return target(1)
end
