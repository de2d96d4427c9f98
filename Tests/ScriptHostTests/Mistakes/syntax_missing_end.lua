-- A block that is never closed.
-- finds at 6: syntax
subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  if trade.price > 1 then log.info("up")
end
