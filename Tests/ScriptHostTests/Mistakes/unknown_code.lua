subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  local price = trade.price -- check: ignore unused-locals -- finds unknown-code, unused-local
  return target(1)
end
