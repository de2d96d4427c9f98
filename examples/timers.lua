-- Timers have names. Setting one again under its name replaces it.
local symbol = "sim:BTC/USDT"
subscribe(symbol, "quotes")

function on_start()
  every(10, "look")
  after(35, "enough")
end

function on_timer(name)
  if name == "enough" then
    log.info("no more looks")
    cancel_timer("look")
    return
  end
  local top = quote(symbol)                 -- nil while there is no book
  if top then log.info("bid %s, ask %s", top.bid, top.ask) end
end
