subscribe("sim:BTC/USDT", "trades")
function on_trade()
  log.info(state("count")) -- finds not-a-function
end
