-- A27: a million orders in one callback.
-- ends: strategy
-- says: (script.
require "attacked"

function attack()
  local list = {}
  for i = 1, 1000000 do list[i] = buy{symbol = "sim:BTC/USDT:USDT", qty = 1} end
  return list
end
