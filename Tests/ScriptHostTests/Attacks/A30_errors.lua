-- A30: an error out of every function of the host, ten thousand times.
-- ends: nothing
-- says: 10000 callbacks later
require "attacked"

function attack()
  local symbol = "sim:BTC/USDT:USDT"
  local calls = {
    function() buy{} end, function() sell(1) end, function() cancel(1) end,
    function() amend(1, 2) end, function() target("x") end, function() close("x") end,
    function() position("x") end, function() balance("x") end, function() orders{x = 1} end,
    function() book("x") end, function() quote("x") end, function() instrument("x") end,
    function() subscribe(symbol, "trades") end, function() params{} end,
    function() require("x") end, function() after(-1, "x") end, function() plot() end,
    function() ta.ema(-1) end, function() ta.nothing() end, function() log.nothing() end,
    function() buy{symbol = symbol, qty = "x"} end, function() position(symbol).nothing() end,
    function() state = 1 end, function() nothing() end, function() os.date("%Q") end,
  }
  for round = 1, 10 do
    for i, call in ipairs(calls) do assert(not pcall(call), i) end
  end
end
