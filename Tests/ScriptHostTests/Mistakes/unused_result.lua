subscribe("sim:BTC/USDT", "trades")
function on_trade()
  position() -- finds unused-result
  return target(1)
end
