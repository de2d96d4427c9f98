subscribe("sim:BTC/USDT", "trades")
function on_trad(trade) -- finds misspelt-handler
  log.info(trade)
end
