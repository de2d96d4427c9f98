subscribe("sim:BTC/USDT", "trades")
function on_start()
  after(5, function() log.info("later") end) -- finds argument-type
end
function on_timer(name) log.info(name) end
