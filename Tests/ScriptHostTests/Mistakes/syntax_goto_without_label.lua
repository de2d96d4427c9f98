subscribe("sim:BTC/USDT", "trades")
function on_trade()
  goto done -- finds syntax
end
