subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  last_price = trade.price -- finds unused-global
end
