subscribe("sim:BTC/USDT", "trades")
function on_trade()
  local order = buy{qty = 1} -- finds unreturned-intent
end
