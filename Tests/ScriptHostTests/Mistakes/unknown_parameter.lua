local p = params { fast = 10 }
subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  if trade.price > p.fsat then return target(p.fast) end -- finds unknown-parameter
end
