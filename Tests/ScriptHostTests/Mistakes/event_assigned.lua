subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  trade.price = 1 -- finds read-only
end
