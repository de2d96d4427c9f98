-- A25: a method of a view, called on what is none.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  local copy = position("sim:BTC/USDT:USDT").copy
  for _, value in ipairs{1, "x", {}, print, true} do assert(not pcall(copy, value)) end
  assert(not pcall(copy))
  assert(copy(position("sim:BTC/USDT:USDT")).qty == 0)
end
