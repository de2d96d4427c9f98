subscribe("sim:BTC/USDT", "trades")
function on_trade(trade)
  plot("tenth", trade / 10) -- finds operand-type
end
