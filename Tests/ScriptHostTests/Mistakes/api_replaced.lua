subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  close = trade.price -- finds read-only
end
