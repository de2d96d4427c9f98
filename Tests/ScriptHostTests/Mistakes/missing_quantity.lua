subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  return buy{price = trade.price} -- finds missing-field
end
