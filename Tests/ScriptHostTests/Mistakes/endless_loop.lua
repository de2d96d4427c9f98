subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  while true do
    plot("price", trade.price)
  end
  return target(1) -- finds unreachable
end
