-- What is in `state` outlives a reload; local variables begin anew, and a new run begins with `state`
-- empty. Plain data only: numbers, texts, true, false and tables of them.
subscribe("sim:BTC/USDT", "trades")

function on_start(why)
  state.starts = (state.starts or 0) + 1
  state.highest = state.highest or 0
  log.info("start number %d (%s), highest price so far %s", state.starts, why.reason, state.highest)
end

function on_trade(trade)
  if trade.price <= state.highest then return end
  state.highest = trade.price
  log.info("a new high: %s", trade.price)
end
