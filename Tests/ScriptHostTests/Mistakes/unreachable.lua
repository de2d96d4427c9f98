subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  if trade.price > 1 then
    return target(1)
  else
    return target(2)
  end
  log.info("done") -- finds unreachable
end
