-- The reference strategy as conditions that the host watches: no Lua runs but at a crossing.
local SYMBOL = "sim:BTC/USDT:USDT"
subscribe(SYMBOL, "trades")

local fast, slow = ta.ema(50):of(SYMBOL, "trades"), ta.ema(200):of(SYMBOL, "trades")
local held = 0.0

local function hold(quantity)
  local change = quantity - held
  held = quantity
  if change > 0 then return buy{symbol = SYMBOL, qty = change} end
  return sell{symbol = SYMBOL, qty = -change}
end

when(ta.crossover(fast, slow), function() return hold(0.01) end)
when(ta.crossunder(fast, slow), function() return hold(-0.01) end)
