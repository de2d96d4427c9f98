subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  if trade.price = 1 then return end -- finds syntax
end
