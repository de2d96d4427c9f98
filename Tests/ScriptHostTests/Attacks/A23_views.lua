-- A23: writing to what the host shows.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

local p = params{size = 1}

function attack()
  local symbol = "sim:BTC/USDT:USDT"
  for _, view in ipairs{position(symbol), instrument(symbol), quote(symbol), orders()[1]} do
    assert(not pcall(rawset, view, "qty", 5))
    assert(not pcall(rawget, view, "qty"))
    assert(not pcall(setmetatable, view, {}))
    assert(not pcall(function() view.qty = 5 end))
    assert(not pcall(function() view.price = 5 end))
    assert(not pcall(next, view))
  end
  assert(not pcall(rawset, p, "size", 2))
  assert(not pcall(function() p.size = 2 end))
  local _, shown = pairs(p)
  assert(not pcall(function() shown.size = 2 end))
  assert(p.size == 1)
  local order = buy{symbol = symbol, qty = 1}
  assert(not pcall(function() order.qty = 2 end))
  assert(not pcall(rawset, order, "qty", 2))
end
