subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  return tagret(trade.price) -- finds unknown-global
end
