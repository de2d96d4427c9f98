subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  if trade.price > 50000 then
    buy{qty = 1} -- finds unreturned-intent
  end
end
