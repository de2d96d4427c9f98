subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  return buy{quantity = 1, qty = 1, price = trade.price} -- finds unknown-intent-field
end
