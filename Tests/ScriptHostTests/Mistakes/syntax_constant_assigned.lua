local limit <const> = 5
subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  limit = trade.price -- finds syntax
end
