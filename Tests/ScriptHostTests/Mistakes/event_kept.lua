subscribe("sim:BTC/USDT", "trades")
local last
function on_trade(trade)
  if last and last.price > 1 then log.info("again") end
  last = trade -- finds kept-view
end
