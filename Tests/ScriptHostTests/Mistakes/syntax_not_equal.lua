subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  if trade.side != "buy" then return end -- finds syntax
end
