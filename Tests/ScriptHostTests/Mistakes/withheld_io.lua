subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  io.write(trade.price) -- finds unknown-global
end
