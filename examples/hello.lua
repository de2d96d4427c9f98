-- The smallest script: says what it hears. It returns nothing, so it never trades.
subscribe("sim:BTC/USDT", "trades")

function on_trade(trade)
  log.info("%s %s at %s", trade.side, trade.qty, trade.price)
end
