subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  local show = log.info
  ("%s"):rep(2) -- finds ambiguous-call
  show(trade)
end
