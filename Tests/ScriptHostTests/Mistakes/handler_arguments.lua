subscribe("sim:BTC/USDT", "trades")
function on_trade(price, qty) -- finds handler-arguments
  log.info("%s %s", price, qty)
end
