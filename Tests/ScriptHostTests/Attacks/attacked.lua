-- What every attack shares: an order that rests far from the market, the attack 100 ms later, and
-- 10,000 callbacks after it. An attack file defines `attack`, which runs in a handler.
local symbol = "sim:BTC/USDT:USDT"
subscribe(symbol, "quotes")

local ticks = 0

function on_start()
  every(0.001, "tick")
  return buy{symbol = symbol, qty = 0.01, price = 1000, tag = "resting"}
end

function on_timer()
  ticks = ticks + 1
  if ticks == 100 then return attack() end
  if ticks == 10100 then log.info("10000 callbacks later") end
end
